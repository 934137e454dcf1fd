"""Ratios of sums against published figures, plain Python and simulation."""

from collections.abc import Callable
from math import exp, isnan, log, sqrt
from statistics import fmean
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import rivals
from builders import worked_cases as cases
from builders.worked_cases import check_estimate, floats
from pmo_lib.stats import ratios
from pmo_lib.stats.estimate import Estimate, t_quantile
from pmo_lib.stats.numbers import Sums

Method = Callable[[Any, Any, float], Estimate]


@pytest.mark.parametrize("case", cases.parameters("intervals", function="ratio_from_sums"))
def test_ratio_from_sums(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    above, below = floats(inputs["numerators"]), floats(inputs["denominators"])
    found = {
        "ratio_linearised": ratios.event_rate(above, below, inputs["level"]),
        "fieller": ratios.fieller(Sums.of(above, below), inputs["level"]),
    }
    for name, expected in case["expected"].items():
        check_estimate(found[name], case | {"expected": expected})


METHODS = {
    "jackknife": rivals.jackknife,
    "bounded_ratio": ratios.bounded_ratio,
    "event_rate": ratios.event_rate,
}


@pytest.mark.parametrize("function", METHODS)
def test_worked_case(function: str) -> None:
    for parameter in cases.parameters("intervals", function=function):
        (case,) = parameter.values
        inputs = case["inputs"]
        sums = floats(inputs["numerators"]), floats(inputs["denominators"])
        check_estimate(METHODS[function](*sums, inputs["level"]), case)


@pytest.mark.parametrize("case", cases.parameters("intervals", function="ratio_of_sums"))
def test_ratio_of_sums(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    sums = floats(inputs["numerators"]), floats(inputs["denominators"])
    check_estimate(ratios.ratio_of_sums(*sums, inputs["level"]), case)


def units(n: int) -> tuple[list[float], list[float]]:
    """Numerators and denominators of similar size, without a tail."""
    return [100.0 + i * 37 % 41 for i in range(n)], [100.0 + i * 17 % 43 for i in range(n)]


def jackknife(above: list[float], below: list[float], t: float) -> tuple[float, float]:
    """Delete each unit in turn; the interval on the logarithm, in plain Python."""
    n, total, base = len(above), sum(above), sum(below)
    logs = [log((total - y) / (base - x)) for y, x in zip(above, below, strict=True)]
    error = sqrt((n - 1) / n * sum((value - fmean(logs)) ** 2 for value in logs))
    return total / base * exp(-t * error), total / base * exp(t * error)


class TestRatioOfSums:
    def test_equals_fiellers_where_the_gate_lets_it(self) -> None:
        above, below = (floats(x) for x in units(120))
        found = ratios.ratio_of_sums(above, below, 0.9)
        assert found == ratios.fieller(Sums.of(above, below), 0.9)
        assert found.note == ""
        assert found.low < found.value == above.sum() / below.sum() < found.high

    def test_nothing_above_the_line_stays_in_the_sums(self) -> None:
        above, below = (floats(x) for x in units(120))
        above[:3] = 0
        found = ratios.ratio_of_sums(above, below, 0.9)
        assert found.value == above.sum() / below.sum()
        assert found.n == 120
        assert found.low < found.value < found.high

    def test_all_zero_is_zero_without_an_interval(self) -> None:
        found = ratios.ratio_of_sums(np.zeros(120), np.ones(120), 0.9)
        assert found.value == 0
        assert isnan(found.low)
        assert "all ratios are equal" in found.note

    def test_is_not_the_mean_of_ratios(self) -> None:
        found = ratios.ratio_of_sums(floats([1, 100]), floats([2, 100]), 0.9)
        assert found.value == pytest.approx(101 / 102)

    def test_refusal_tells_how_far_one_unit_moves_the_figure(self) -> None:
        found = ratios.ratio_of_sums(floats([10, 10, 40]), floats([10, 10, 10]), 0.9)
        # 60 / 30 = 2; without the third 20 / 20 = 1, without another 50 / 20 = 2.5
        assert found.value == 2
        assert isnan(found.low)
        assert "up to 1.00" in found.note


PAIRS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), min_size=2, max_size=40)


class TestFieller:
    @given(pairs=PAIRS)
    def test_at_its_ends_the_t_test_just_rejects(self, pairs: list[tuple[int, int]]) -> None:
        y, x = floats(pairs).T
        found = ratios.fieller(Sums.of(y, x), 0.9)
        if isnan(found.low):
            assert found.note
            return
        assert found.low <= found.value <= found.high
        for end in (found.low, found.high):
            left = y - end * x
            t = float(left.mean() / (left.std(ddof=1) / sqrt(len(y))))
            assert abs(t) == pytest.approx(t_quantile(0.9, len(y)), rel=1e-5)

    def test_wholes_that_differ_too_much_have_none(self) -> None:
        found = ratios.fieller(Sums.of(floats([1, 1, 90]), floats([2, 1, 100])), 0.9)
        assert isnan(found.low)
        assert "differs too much" in found.note


class TestSums:
    def test_error_equals_the_formula_over_cases(self) -> None:
        y, x = (floats(v) for v in units(12))
        r = y.sum() / x.sum()
        expected = sqrt(12 / 11 * float(np.square(y - r * x).sum())) / x.sum()
        assert Sums.of(y, x).error == pytest.approx(expected, rel=1e-9)

    def test_equal_ratios_have_no_error(self) -> None:
        assert Sums.of(floats([0.1, 0.3, 0.7]), floats([0.2, 0.6, 1.4])).error == 0


class TestBoundedRatio:
    @given(pairs=PAIRS)
    def test_lies_within_what_there_can_be(self, pairs: list[tuple[int, int]]) -> None:
        y, x = floats([(min(a, b), b) for a, b in pairs]).T
        found = ratios.bounded_ratio(y, x, 0.9)
        assert found.value == y.sum() / x.sum()
        if isnan(found.low):
            assert found.note.startswith("no interval: ")
        else:
            assert 0 <= found.low <= found.value <= found.high <= 1

    def test_counts_may_exceed_their_wholes(self) -> None:
        found = ratios.bounded_ratio(floats([9, 12, 11, 14, 8]), floats([10, 10, 10, 10, 10]), 0.9)
        assert found.high > 1

    @pytest.mark.parametrize("n", [5, 29, 30, 200])
    def test_is_fiellers_at_any_number_of_cases(self, n: int) -> None:
        above, below = (floats(x) for x in units(n))
        found = ratios.bounded_ratio(above / 2, below, 0.9)
        assert found == ratios.fieller(Sums.of(above / 2, below), 0.9)

    @pytest.mark.parametrize(
        ("parts", "wholes", "note"),
        [
            ([1], [2], "one case has no spread"),
            ([2, 4, 1], [2, 4, 1], "all ratios are equal"),
            ([0, 0, 0], [2, 4, 1], "all ratios are equal"),
            ([1, 1, 90], [2, 1, 100], "differs too much"),
        ],
    )
    def test_says_why_there_is_none(
        self, parts: list[float], wholes: list[float], note: str
    ) -> None:
        found = ratios.bounded_ratio(floats(parts), floats(wholes), 0.9)
        assert found.value == sum(parts) / sum(wholes)
        assert isnan(found.low)
        assert isnan(found.high)
        assert note in found.note

    def test_over_nothing_it_is_undefined(self) -> None:
        assert isnan(ratios.bounded_ratio(floats([0, 0]), floats([0, 0]), 0.9).value)


class TestEventRate:
    def test_without_an_event_the_upper_end_is_poissons(self) -> None:
        found = ratios.event_rate(np.zeros(8), np.full(8, 2.5), 0.9)
        # P(no event in 20 years) = exp(-20 x rate) = 5 %
        assert exp(-20 * found.high) == pytest.approx(0.05)
        assert (found.value, found.low, found.note) == (0, 0, "no event was seen")

    @given(pairs=PAIRS)
    def test_lies_above_zero_about_its_value(self, pairs: list[tuple[int, int]]) -> None:
        events, years = floats(pairs).T
        found = ratios.event_rate(events, years, 0.9)
        assert found.value == events.sum() / years.sum()
        assert isnan(found.low) or 0 <= found.low <= found.value <= found.high

    def test_one_case_has_none(self) -> None:
        found = ratios.event_rate(floats([3]), floats([2]), 0.9)
        assert (found.value, found.note) == (1.5, "no interval: one case has no spread")


@pytest.mark.parametrize(
    "method",
    [ratios.ratio_of_sums, rivals.jackknife, ratios.bounded_ratio, ratios.event_rate],
)
class TestWhatDoesNotMatter:
    def test_order(self, method: Method) -> None:
        above, below = (floats(x) for x in units(120))
        found, other = method(above, below, 0.9), method(above[::-1], below[::-1], 0.9)
        assert (other.low, other.high) == pytest.approx((found.low, found.high), rel=1e-9)

    @pytest.mark.parametrize("scale", [0.01, 100.0, 1e6])
    def test_unit(self, method: Method, scale: float) -> None:
        above, below = (floats(x) for x in units(120))
        found, other = method(above, below, 0.9), method(above * scale, below * scale, 0.9)
        assert (other.low, other.high) == pytest.approx((found.low, found.high), rel=1e-9)

    def test_more_confidence_is_wider(self, method: Method) -> None:
        above, below = (floats(x) for x in units(120))
        found = [method(above, below, level) for level in (0.5, 0.8, 0.9, 0.95, 0.99)]
        assert [e.low for e in found] == sorted((e.low for e in found), reverse=True)
        assert [e.high for e in found] == sorted(e.high for e in found)
        assert found[0].low > found[-1].low

"""Intervals against published figures, closed formulas, exact binomial sums and simulation."""

from math import comb, exp, inf, isnan, log, sqrt
from statistics import NormalDist, fmean, stdev
from typing import Any

import numpy as np
import pytest
import worked_cases as cases
from hypothesis import given
from hypothesis import strategies as st

from pmo_lib import intervals, ratios, tails
from pmo_lib.intervals import Estimate

Z = NormalDist().inv_cdf(0.95)
T_39 = 1.6848751  # t(0.95; 39), from a table
POSITIVE = st.floats(0.01, 1000, allow_nan=False)


def floats(values: Any) -> Any:
    return np.array(values, dtype="float64")


def check(found: Estimate, case: dict[str, Any]) -> None:
    for name, expected in case["expected"].items():
        value = getattr(found, name)
        assert cases.close(value, expected, case["tolerance"]), f"{name}: {value}, not {expected}"


@pytest.mark.parametrize("case", cases.parameters("intervals", function="rate"))
def test_rate(case: dict[str, Any]) -> None:
    check(intervals.rate(**case["inputs"]), case)


@pytest.mark.parametrize("case", cases.parameters("intervals", function="mean"))
def test_mean(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    check(intervals.mean(floats(inputs["values"]), inputs["level"]), case)


@pytest.mark.parametrize("case", cases.parameters("intervals", function="geometric_mean"))
def test_geometric_mean(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    check(intervals.geometric_mean(floats(inputs["ratios"]), inputs["level"]), case)


@pytest.mark.parametrize("case", cases.parameters("intervals", function="quantile"))
def test_quantile(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    check(intervals.quantile(floats(inputs["values"]), inputs["p"], inputs["level"]), case)


@pytest.mark.parametrize("case", cases.parameters("intervals", function="ratio_of_sums"))
def test_ratio_of_sums(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    sums = floats(inputs["numerators"]), floats(inputs["denominators"])
    check(ratios.ratio_of_sums(*sums, inputs["level"]), case)


@pytest.mark.parametrize("case", cases.parameters("intervals", function="clustered_rate"))
def test_clustered_rate(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    successes, sizes = floats(inputs["successes"]), floats(inputs["sizes"])
    check(intervals.clustered_rate(successes, sizes, inputs["level"]), case)


@pytest.mark.parametrize("case", cases.parameters("intervals", function="survival_quantile"))
def test_survival_quantile(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    ended = np.array(inputs["ended"], dtype=bool)
    found = intervals.survival_quantile(
        floats(inputs["durations"]), ended, inputs["p"], inputs["level"]
    )
    check(found, case)


class TestNothingToEstimateFrom:
    @pytest.mark.parametrize(
        "found",
        [
            intervals.mean(floats([]), 0.9),
            intervals.geometric_mean(floats([]), 0.9),
            intervals.quantile(floats([]), 0.5, 0.9),
            ratios.ratio_of_sums(floats([]), floats([]), 0.9),
            intervals.survival_quantile(floats([]), np.array([], dtype=bool), 0.5, 0.9),
        ],
    )
    def test_there_is_no_value_and_no_interval(self, found: Estimate) -> None:
        assert isnan(found.value)
        assert isnan(found.low)
        assert isnan(found.high)
        assert found.n == 0


class TestRate:
    @pytest.mark.parametrize("n", [1, 2, 5, 30, 1000])
    @pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.93, 1.0])
    def test_equals_wilson_in_closed_form(self, n: int, share: float) -> None:
        k = round(n * share)
        p = k / n
        centre = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
        half = Z * sqrt(p * (1 - p) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
        found = intervals.rate(k, n, 0.9)
        assert (found.value, found.n) == (p, n)
        assert (found.low, found.high) == pytest.approx((centre - half, centre + half), abs=1e-12)

    @given(n=st.integers(1, 500), data=st.data())
    def test_interval_holds_the_value_and_lies_between_0_and_1(
        self, n: int, data: st.DataObject
    ) -> None:
        found = intervals.rate(data.draw(st.integers(0, n)), n, 0.9)
        assert 0 <= found.low <= found.value + 1e-12
        assert found.value - 1e-12 <= found.high <= 1

    @given(n=st.integers(1, 200), data=st.data())
    def test_failures_mirror_successes(self, n: int, data: st.DataObject) -> None:
        k = data.draw(st.integers(0, n))
        good, bad = intervals.rate(k, n, 0.9), intervals.rate(n - k, n, 0.9)
        assert (good.low, good.high) == pytest.approx((1 - bad.high, 1 - bad.low), abs=1e-12)

    def test_more_confidence_is_wider(self) -> None:
        narrow, wide = intervals.rate(8, 20, 0.8), intervals.rate(8, 20, 0.99)
        assert wide.low < narrow.low < narrow.high < wide.high


class TestMean:
    @given(values=st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=40))
    def test_interval_is_symmetric_about_the_mean(self, values: list[float]) -> None:
        found = intervals.mean(floats(values), 0.9)
        assert found.value == pytest.approx(fmean(values), abs=1e-9)
        if max(values) > min(values):
            assert found.value - found.low == pytest.approx(found.high - found.value, abs=1e-6)
            assert found.low <= found.value <= found.high

    def test_equals_the_formula(self) -> None:
        values = [float(i * 37 % 41) for i in range(40)]
        half = T_39 * stdev(values) / sqrt(40)
        found = intervals.mean(floats(values), 0.9)
        expected = (fmean(values) - half, fmean(values) + half)
        assert (found.low, found.high) == pytest.approx(expected, rel=1e-7)

    def test_says_why_there_is_no_interval(self) -> None:
        assert intervals.mean(floats([2.0]), 0.9).note == "no interval: one value has no spread"
        assert intervals.mean(floats([2.0, 2.0]), 0.9).note == "no interval: all values are equal"


class TestGeometricMean:
    @given(ratios=st.lists(POSITIVE, min_size=2, max_size=40))
    def test_of_inverses_is_the_inverse(self, ratios: list[float]) -> None:
        there = intervals.geometric_mean(floats(ratios), 0.9)
        back = intervals.geometric_mean(1 / floats(ratios), 0.9)
        assert there.value * back.value == pytest.approx(1, rel=1e-9)
        if not isnan(there.low) and not isnan(back.low) and there.low > 1e-12:
            assert there.low * back.high == pytest.approx(1, rel=1e-6)


def coverage(n: int, p: float, low: int, high: int) -> float:
    """P(low <= Binomial(n, p) <= high - 1), summed term by term."""
    return sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(low, high))


class TestOrderStatisticRanks:
    @pytest.mark.parametrize(
        ("n", "p", "ranks"), [(30, 0.8, (20, 28)), (12, 0.5, (3, 9)), (5, 0.5, (1, 5))]
    )
    def test_published_ranks(self, n: int, p: float, ranks: tuple[int, int]) -> None:
        assert intervals.order_statistic_ranks(n, p, 0.9) == ranks

    @pytest.mark.parametrize(("p", "fewest"), [(0.5, 5), (0.8, 11), (0.9, 22), (0.95, 45)])
    def test_fewest_cases_for_an_interval(self, p: float, fewest: int) -> None:
        assert intervals.order_statistic_ranks(fewest - 1, p, 0.9) is None
        assert intervals.order_statistic_ranks(fewest, p, 0.9) is not None

    @pytest.mark.parametrize("p", [0.5, 0.8, 0.95])
    @pytest.mark.parametrize("n", [5, 11, 12, 17, 30, 45, 46, 60])
    def test_no_closer_pair_covers(self, n: int, p: float) -> None:
        pairs = [(low, high) for low in range(1, n) for high in range(low + 1, n + 1)]
        good = [pair for pair in pairs if coverage(n, p, *pair) >= 0.9]
        found = intervals.order_statistic_ranks(n, p, 0.9)
        if not good:
            assert found is None
            return
        assert found in good
        closest = min(high - low for low, high in good)
        assert found[1] - found[0] == closest
        of_closest = [coverage(n, p, *pair) for pair in good if pair[1] - pair[0] == closest]
        assert coverage(n, p, *found) == pytest.approx(max(of_closest), abs=1e-12)


class TestQuantile:
    @given(
        values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=80),
        p=st.sampled_from([0.5, 0.8, 0.95]),
    )
    def test_interval_is_of_the_values_and_holds_the_quantile(
        self, values: list[float], p: float
    ) -> None:
        found = intervals.quantile(floats(values), p, 0.9)
        assert min(values) - 1e-9 <= found.value <= max(values) + 1e-9
        if isnan(found.low):
            assert "too few" in found.note
        else:
            assert found.low in values
            assert found.high in values
            assert found.low - 1e-9 <= found.value <= found.high + 1e-9

    @given(values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), shuffled=st.randoms())
    def test_order_of_the_values_does_not_matter(self, values: list[float], shuffled: Any) -> None:
        other = list(values)
        shuffled.shuffle(other)
        one, two = (intervals.quantile(floats(v), 0.5, 0.9) for v in (values, other))
        assert repr(one) == repr(two)

    def test_leaves_the_values_in_their_order(self) -> None:
        values = floats([3, 1, 2, 5, 4])
        intervals.quantile(values, 0.5, 0.9)
        assert list(values) == [3, 1, 2, 5, 4]


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
    def test_jackknife_check_with_the_gate_open(self, monkeypatch: pytest.MonkeyPatch) -> None:
        case = next(c for c in cases.load("intervals") if c["id"].startswith("ratio-of-8"))
        monkeypatch.setattr(ratios, "tail_gate", lambda numerators, denominators: "")
        found = ratios.ratio_of_sums(
            floats(case["inputs"]["numerators"]), floats(case["inputs"]["denominators"]), 0.9
        )
        assert (found.value, found.low, found.high) == pytest.approx(
            (0.9060, 0.8277, 0.9918), abs=0.00005
        )

    def test_equals_the_jackknife_by_hand(self) -> None:
        above, below = units(40)
        found = ratios.ratio_of_sums(floats(above), floats(below), 0.9)
        assert found.note == ""
        assert found.value == pytest.approx(sum(above) / sum(below))
        assert (found.low, found.high) == pytest.approx(jackknife(above, below, T_39), rel=1e-7)

    def test_is_not_the_mean_of_ratios(self) -> None:
        found = ratios.ratio_of_sums(floats([1, 100]), floats([2, 100]), 0.9)
        assert found.value == pytest.approx(101 / 102)

    def test_refusal_tells_how_far_one_unit_moves_the_figure(self) -> None:
        found = ratios.ratio_of_sums(floats([10, 10, 40]), floats([10, 10, 10]), 0.9)
        # 60 / 30 = 2; without the third 20 / 20 = 1, without another 50 / 20 = 2.5
        assert found.value == 2
        assert isnan(found.low)
        assert "up to 1.00" in found.note

    @pytest.mark.parametrize("scale", [0.01, 100.0, 1e6])
    def test_unit_of_money_does_not_matter(self, scale: float) -> None:
        above, below = units(45)
        pounds = ratios.ratio_of_sums(floats(above), floats(below), 0.9)
        pence = ratios.ratio_of_sums(floats(above) * scale, floats(below) * scale, 0.9)
        assert (pence.value, pence.low, pence.high) == pytest.approx(
            (pounds.value, pounds.low, pounds.high), rel=1e-9
        )


class TestTailGate:
    def test_opens_for_30_similar_units(self) -> None:
        above, below = units(30)
        assert tails.tail_gate(floats(above), floats(below)) == ""

    def test_refuses_29(self) -> None:
        above, below = units(29)
        assert "29 are fewer than the 30" in tails.tail_gate(floats(above), floats(below))

    @pytest.mark.parametrize("side", [0, 1])
    def test_refuses_a_fifth_in_one_unit(self, side: int) -> None:
        both = [floats(x) for x in units(40)]
        both[side][7] = both[side].sum()
        assert "of the sum" in tails.tail_gate(*both)

    def test_refuses_something_over_nothing(self) -> None:
        above, below = (floats(x) for x in units(40))
        below[7] = 0
        assert "something above the line and nothing below" in tails.tail_gate(above, below)

    def test_nothing_above_the_line_is_no_tail(self) -> None:
        above, below = (floats(x) for x in units(40))
        above[7] = 0
        assert tails.tail_gate(above, below) == ""

    def test_refuses_a_heavy_tail(self) -> None:
        # a Pareto tail of index 1.5, its quantiles at (i + 0.5) / n; no unit is a fifth of the sum
        ratios = floats([(1 - (i + 0.5) / 400) ** (-1 / 1.5) for i in range(400)])
        assert "tail is too heavy" in tails.tail_gate(ratios, np.ones(400))

    def test_hill_index_of_a_known_tail(self) -> None:
        # ten values e times the eleventh: mean log excess 1, index 1
        assert tails.hill_index(floats([exp(1)] * 10 + [1.0])) == pytest.approx(1)
        # values exp(1/2) times: index 2
        assert tails.hill_index(floats([exp(0.5)] * 10 + [1.0] * 30)) == pytest.approx(2)

    def test_equal_values_have_no_tail(self) -> None:
        assert tails.hill_index(floats([2.0] * 30)) == inf


def kaplan_meier(durations: list[float], ended: list[bool]) -> list[tuple[float, float]]:
    """(time, share still going) at each time something ended, by the product rule."""
    share, steps = 1.0, []
    for time in sorted({d for d, e in zip(durations, ended, strict=True) if e}):
        at_risk = sum(d >= time for d in durations)
        share *= 1 - sum(d == time and e for d, e in zip(durations, ended, strict=True)) / at_risk
        steps.append((time, share))
    return steps


class TestSurvivalQuantile:
    @given(
        cases_=st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=40),
        p=st.sampled_from([0.5, 0.85]),
    )
    def test_value_is_where_the_product_rule_falls_to_it(
        self, cases_: list[tuple[int, bool]], p: float
    ) -> None:
        durations, ended = [float(d) for d, _ in cases_], [e for _, e in cases_]
        reached = [t for t, s in kaplan_meier(durations, ended) if s <= 1 - p + 1e-9]
        found = intervals.survival_quantile(floats(durations), np.array(ended), p, 0.9)
        if not reached:
            assert isnan(found.value)
            return
        assert found.value == reached[0]
        assert not found.low > found.value
        assert not found.high < found.value

    def test_all_ended_is_the_plain_median(self) -> None:
        durations = floats(range(1, 52))
        found = intervals.survival_quantile(durations, np.ones(51, dtype=bool), 0.5, 0.9)
        assert found.value == 26

    def test_open_ones_lengthen_the_median(self) -> None:
        durations = floats([10, 20, 30, 40, 50, 60])
        ended = np.array([True, True, True, False, False, False])
        finished_only = intervals.quantile(durations[ended], 0.5, 0.9).value
        assert intervals.survival_quantile(durations, ended, 0.5, 0.9).value > finished_only

    def test_interval_equals_greenwoods_log_log_band(self) -> None:
        durations = [float(3 + i * 29 % 97) for i in range(80)]
        ended = [i % 4 != 0 for i in range(80)]
        sum_, low, high = 0.0, None, None
        for time, share in kaplan_meier(durations, ended):
            at_risk = sum(d >= time for d in durations)
            ends = sum(d == time and e for d, e in zip(durations, ended, strict=True))
            if at_risk == ends:
                break
            sum_ += ends / (at_risk * (at_risk - ends))
            width = Z * sqrt(sum_) / abs(log(share))
            low = time if low is None and share ** exp(width) <= 0.5 else low
            high = time if high is None and share ** exp(-width) <= 0.5 else high
        found = intervals.survival_quantile(floats(durations), np.array(ended), 0.5, 0.9)
        assert (found.low, found.high) == (low, high)

    def test_says_how_many_have_ended_when_the_curve_stays_up(self) -> None:
        ended = np.array([True, False, False, False])
        found = intervals.survival_quantile(floats([1, 2, 3, 4]), ended, 0.5, 0.9)
        assert found.note == "less than 50% have ended"

    def test_open_upper_end_is_put_down_to_open_cases(self) -> None:
        ended = np.array([True, True, True, False, False])
        found = intervals.survival_quantile(floats([1, 2, 3, 4, 5]), ended, 0.5, 0.9)
        assert isnan(found.high)
        assert "still open" in found.note

    def test_open_cases_are_not_blamed_where_there_are_none(self) -> None:
        found = intervals.survival_quantile(floats([1, 2, 3, 4, 5]), np.ones(5, bool), 0.5, 0.9)
        assert "still open" not in found.note


class TestTruth:
    """90 % intervals hold the truth in about 90 % of samples; the seed is fixed."""

    LOW, HIGH = 0.86, 0.94

    def test_wilson(self) -> None:
        chance = np.random.default_rng(1)
        truths = chance.uniform(0.05, 0.95, 4000)
        found = [intervals.rate(k, 20, 0.9) for k in range(21)]
        hits = [found[k].low <= p <= found[k].high
                for p, k in zip(truths, chance.binomial(20, truths), strict=True)]  # fmt: skip
        assert self.LOW <= fmean(hits) <= self.HIGH

    def test_clustered_rate_of_reports_that_resemble_one_another(self) -> None:
        chance = np.random.default_rng(6)
        hits, naive = [], []
        for _ in range(1500):
            of_project = chance.beta(2.8, 1.2, 30)  # mean 0.7, intraclass correlation 0.2
            sizes = chance.integers(3, 13, 30)
            successes = chance.binomial(sizes, of_project)
            found = intervals.clustered_rate(floats(successes), floats(sizes), 0.9)
            hits.append(found.low <= 0.7 <= found.high)
            plain = intervals.rate(int(successes.sum()), int(sizes.sum()), 0.9)
            naive.append(plain.low <= 0.7 <= plain.high)
        assert self.LOW <= fmean(hits) <= self.HIGH
        assert fmean(naive) < 0.8  # what the correction is for

    @pytest.mark.parametrize(("n", "p"), [(30, 0.8), (25, 0.5), (60, 0.95)])
    def test_order_statistics_of_a_skewed_distribution(self, n: int, p: float) -> None:
        truth = exp(NormalDist().inv_cdf(p))
        samples = np.random.default_rng(2).lognormal(size=(1500, n))
        found = [intervals.quantile(sample, p, 0.9) for sample in samples]
        assert self.LOW <= fmean(e.low <= truth <= e.high for e in found) <= self.HIGH + 0.02

    def test_geometric_mean_of_log_normal_ratios(self) -> None:
        samples = np.random.default_rng(3).lognormal(0.1, 0.4, size=(3000, 12))
        found = [intervals.geometric_mean(sample, 0.9) for sample in samples]
        assert self.LOW <= fmean(e.low <= exp(0.1) <= e.high for e in found) <= self.HIGH

    def test_ratio_of_sums_with_thin_tails(self) -> None:
        chance = np.random.default_rng(4)
        hits = []
        for _ in range(1500):
            below = chance.lognormal(0, 0.5, 60)
            above = below * chance.lognormal(-0.02, 0.2, 60)  # mean ratio exp(-0.02 + 0.02) = 1
            found = ratios.ratio_of_sums(above, below, 0.9)
            if not isnan(found.low):
                hits.append(found.low <= 1 <= found.high)
        assert len(hits) > 1000
        assert self.LOW <= fmean(hits) <= self.HIGH

    def test_survival_median_with_a_third_censored(self) -> None:
        chance = np.random.default_rng(5)
        hits = []
        for _ in range(800):
            true, cut = chance.exponential(100, 60), chance.exponential(200, 60)
            found = intervals.survival_quantile(np.minimum(true, cut), true <= cut, 0.5, 0.9)
            high = inf if isnan(found.high) else found.high
            hits.append(found.low <= 100 * log(2) <= high)
        assert self.LOW <= fmean(hits) <= self.HIGH

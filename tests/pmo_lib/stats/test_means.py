"""Intervals against published figures, closed formulas, exact binomial sums and simulation."""

from collections.abc import Callable
from dataclasses import replace
from math import comb, exp, inf, isnan, log, sqrt
from statistics import NormalDist, fmean, stdev
from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from builders import rivals
from builders import worked_cases as cases
from builders.worked_cases import check_estimate, floats
from pmo_lib.stats import estimate, means, quantiles, rates
from pmo_lib.stats.estimate import Estimate

Z = NormalDist().inv_cdf(0.95)
T_39 = 1.6848751  # t(0.95; 39), from a table
POSITIVE = st.floats(0.01, 1000, allow_nan=False)


def test_rate(subtests: pytest.Subtests) -> None:
    for case in cases.chosen("intervals", function="rate"):
        with subtests.test(case["id"]):
            check_estimate(rates.rate(**case["inputs"]), case)


def test_mean(subtests: pytest.Subtests) -> None:
    for case in cases.chosen("intervals", function="mean"):
        with subtests.test(case["id"]):
            inputs = case["inputs"]
            check_estimate(means.mean(floats(inputs["values"]), inputs["level"]), case)


def test_geometric_mean(subtests: pytest.Subtests) -> None:
    for case in cases.chosen("intervals", function="geometric_mean"):
        with subtests.test(case["id"]):
            inputs = case["inputs"]
            check_estimate(means.geometric_mean(floats(inputs["ratios"]), inputs["level"]), case)


def test_quantile(subtests: pytest.Subtests) -> None:
    for case in cases.chosen("intervals", function="quantile"):
        with subtests.test(case["id"]):
            inputs = case["inputs"]
            check_estimate(
                quantiles.quantile(floats(inputs["values"]), inputs["p"], inputs["level"]), case
            )


def test_clustered_rate(subtests: pytest.Subtests) -> None:
    for case in cases.chosen("intervals", function="clustered_rate"):
        with subtests.test(case["id"]):
            inputs = case["inputs"]
            successes, sizes = floats(inputs["successes"]), floats(inputs["sizes"])
            check_estimate(rates.clustered_rate(successes, sizes, inputs["level"]), case)


def test_survival_quantile(subtests: pytest.Subtests) -> None:
    for case in cases.chosen("intervals", function="survival_quantile"):
        with subtests.test(case["id"]):
            inputs = case["inputs"]
            ended = np.array(inputs["ended"], dtype=bool)
            found = quantiles.survival_quantile(
                floats(inputs["durations"]), ended, inputs["p"], inputs["level"]
            )
            check_estimate(found, case)


def test_jeffreys(subtests: pytest.Subtests) -> None:
    for case in cases.chosen("intervals", function="jeffreys"):
        with subtests.test(case["id"]):
            check_estimate(rivals.jeffreys(**case["inputs"]), case)


def test_rate_difference(subtests: pytest.Subtests) -> None:
    for case in cases.chosen("intervals", function="rate_difference"):
        with subtests.test(case["id"]):
            inputs = case["inputs"]
            both = (rates.rate(*inputs[name], inputs["level"]) for name in ("first", "second"))
            check_estimate(rates.rate_difference(*both), case)


def test_nps(subtests: pytest.Subtests) -> None:
    for case in cases.chosen("intervals", function="nps"):
        with subtests.test(case["id"]):
            check_estimate(rates.nps(**case["inputs"]), case)


def test_clustered_mean(subtests: pytest.Subtests) -> None:
    for case in cases.chosen("intervals", function="clustered_mean"):
        with subtests.test(case["id"]):
            inputs = case["inputs"]
            totals, sizes = floats(inputs["totals"]), floats(inputs["sizes"])
            check_estimate(means.clustered_mean(totals, sizes, inputs["level"]), case)


def test_clustered_quantile(subtests: pytest.Subtests) -> None:
    for case in cases.chosen("intervals", function="clustered_quantile"):
        with subtests.test(case["id"]):
            inputs = case["inputs"]
            of_case = np.array(inputs["cases"])
            found = quantiles.quantile(
                floats(inputs["values"]), inputs["p"], inputs["level"], of_case
            )
            check_estimate(found, case)


def test_finite_population(subtests: pytest.Subtests) -> None:
    for case in cases.chosen("intervals", function="finite_population"):
        with subtests.test(case["id"]):
            inputs = case["inputs"]
            check_estimate(
                rates.finite_population(Estimate(**inputs["of"]), inputs["people"]), case
            )


def test_worst_case(subtests: pytest.Subtests) -> None:
    for case in cases.chosen("intervals", function="worst_case"):
        with subtests.test(case["id"]):
            low, high = rates.worst_case(**case["inputs"])
            check_estimate(Estimate(case["inputs"]["value"], low, high, 0), case)


class TestNothingToEstimateFrom:
    def test_there_is_no_value_and_no_interval(self, subtests: pytest.Subtests) -> None:
        for found in [
            means.mean(floats([]), 0.9),
            means.geometric_mean(floats([]), 0.9),
            quantiles.quantile(floats([]), 0.5, 0.9),
            rates.rate(0, 0, 0.9),
            rivals.jeffreys(0, 0, 0.9),
            rates.clustered_rate(floats([]), floats([]), 0.9),
            rates.nps(0, 0, 0, 0.9),
            means.clustered_mean(floats([]), floats([]), 0.9),
            quantiles.quantile(floats([]), 0.5, 0.9, np.array([], dtype=np.int64)),
            quantiles.survival_quantile(floats([]), np.array([], dtype=bool), 0.5, 0.9),
        ]:
            with subtests.test(found=found):
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
        found = rates.rate(k, n, 0.9)
        assert (found.value, found.n) == (p, n)
        assert (found.low, found.high) == pytest.approx((centre - half, centre + half), abs=1e-12)

    @given(n=st.integers(1, 500), data=st.data())
    def test_interval_holds_the_value_and_lies_between_0_and_1(
        self, n: int, data: st.DataObject
    ) -> None:
        found = rates.rate(data.draw(st.integers(0, n)), n, 0.9)
        assert 0 <= found.low <= found.value + 1e-12
        assert found.value - 1e-12 <= found.high <= 1

    @given(n=st.integers(1, 200), data=st.data())
    def test_failures_mirror_successes(self, n: int, data: st.DataObject) -> None:
        k = data.draw(st.integers(0, n))
        good, bad = rates.rate(k, n, 0.9), rates.rate(n - k, n, 0.9)
        assert (good.low, good.high) == pytest.approx((1 - bad.high, 1 - bad.low), abs=1e-12)

    def test_more_confidence_is_wider(self) -> None:
        narrow, wide = rates.rate(8, 20, 0.8), rates.rate(8, 20, 0.99)
        assert wide.low < narrow.low < narrow.high < wide.high


class TestJeffreys:
    @given(n=st.integers(1, 200), data=st.data())
    def test_ends_are_where_the_posterior_says(self, n: int, data: st.DataObject) -> None:
        k = data.draw(st.integers(0, n))
        found = rivals.jeffreys(k, n, 0.9)
        posterior = scipy.stats.beta(k + 0.5, n - k + 0.5)
        assert 0 <= found.low <= found.value <= found.high <= 1
        if k > 0:
            assert posterior.cdf(found.low) == pytest.approx(0.05, abs=1e-9)
        if k < n:
            assert posterior.sf(found.high) == pytest.approx(0.05, abs=1e-9)

    def test_none_and_all_reach_the_end(self) -> None:
        assert rivals.jeffreys(0, 9, 0.9).low == 0
        assert rivals.jeffreys(9, 9, 0.9).high == 1


class TestClusteredRate:
    @given(flags=st.lists(st.booleans(), min_size=1, max_size=60))
    def test_equals_wilson_where_every_case_has_one_unit(self, flags: list[bool]) -> None:
        found = rates.clustered_rate(floats(flags), np.ones(len(flags)), 0.9)
        plain = rates.rate(sum(flags), len(flags), 0.9)
        assert (found.low, found.high) == pytest.approx((plain.low, plain.high), abs=1e-9)

    @given(
        clusters=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=30)
    )
    def test_is_never_surer_than_as_many_independent_units(
        self, clusters: list[tuple[int, int]]
    ) -> None:
        good, bad = floats(clusters).T
        if not (good + bad).any():
            return
        found = rates.clustered_rate(good, good + bad, 0.9)
        plain = rates.rate(good.sum(), (good + bad).sum(), 0.9)
        assert 0 <= found.low <= found.value <= found.high <= 1
        assert found.high - found.low >= plain.high - plain.low - 1e-9

    def test_one_project_is_one_case(self) -> None:
        found = rates.clustered_rate(floats([25]), floats([50]), 0.9)
        one = rates.rate(0.5, 1, 0.9)
        assert (found.low, found.high, found.cases) == (one.low, one.high, 1)

    def test_clusters_without_units_do_not_count(self) -> None:
        found = rates.clustered_rate(floats([1, 0, 2]), floats([2, 0, 3]), 0.9)
        assert found == rates.clustered_rate(floats([1, 2]), floats([2, 3]), 0.9)


class TestRateDifference:
    @given(data=st.data())
    def test_mirrors_and_lies_within_what_there_can_be(self, data: st.DataObject) -> None:
        sizes = [data.draw(st.integers(1, 60)) for _ in range(2)]
        first, second = (rates.rate(data.draw(st.integers(0, n)), n, 0.9) for n in sizes)
        there = rates.rate_difference(first, second)
        back = rates.rate_difference(second, first)
        assert -1 <= there.low <= there.value <= there.high <= 1
        assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-12)
        assert there.n == sum(sizes)
        assert there.cases == min(sizes)

    def test_without_a_group_there_is_none(self) -> None:
        found = rates.rate_difference(rates.rate(1, 2, 0.9), estimate.NOTHING)
        assert isnan(found.value)
        assert found.note == "one of the two groups has no case"


class TestNps:
    @given(n=st.integers(1, 200), data=st.data())
    def test_interval_holds_the_value_within_100_points(self, n: int, data: st.DataObject) -> None:
        promoters = data.draw(st.integers(0, n))
        detractors = data.draw(st.integers(0, n - promoters))
        found = rates.nps(n, promoters, detractors, 0.9)
        mirrored = rates.nps(n, detractors, promoters, 0.9)
        assert -100 <= found.low <= found.value <= found.high <= 100
        assert (found.low, found.high) == pytest.approx((-mirrored.high, -mirrored.low), abs=1e-9)


def halves(deviations: list[float], t: float) -> tuple[float, float]:
    """How far t's interval, stretched by Hall's correction of skewness, reaches down and up."""
    n = len(deviations)
    s = sqrt(sum(d * d for d in deviations) / (n - 1))
    g = fmean(d**3 for d in deviations) / fmean(d * d for d in deviations) ** 1.5
    plain = t / sqrt(n)
    if abs(g) < 1e-6:
        return plain * s, plain * s
    down, up = (
        3 / g * (max(0.0, 1 + g * (x - g / (6 * n))) ** (1 / 3) - 1) for x in (plain, -plain)
    )
    return max(plain, down) * s, max(plain, -up) * s


class TestMean:
    @given(values=st.lists(st.integers(-50, 50), min_size=2, max_size=20))
    def test_interval_of_mirrored_values_is_students(self, values: list[int]) -> None:
        mirrored = [float(v) for v in values] + [-float(v) for v in values]
        found = means.mean(floats(mirrored), 0.9)
        assert found.value == pytest.approx(0, abs=1e-9)
        if any(values):
            t = estimate.t_quantile(0.9, len(mirrored))
            half = t * stdev(mirrored) / sqrt(len(mirrored))
            assert (found.low, found.high) == pytest.approx((-half, half), rel=1e-6)

    @given(values=st.lists(st.integers(-50, 50), min_size=3, max_size=20))
    def test_is_never_shorter_than_students_and_longer_on_the_long_side_only(
        self, values: list[int]
    ) -> None:
        found = means.mean(floats(values), 0.9)
        if max(values) == min(values):
            return
        half = estimate.t_quantile(0.9, len(values)) * stdev(values) / sqrt(len(values))
        below, above = found.value - found.low, found.high - found.value
        assert min(below, above) == pytest.approx(half, rel=1e-6)

    def test_equals_the_formula(self) -> None:
        values = [float(i * i * 37 % 410) for i in range(40)]
        m = fmean(values)
        below, above = halves([v - m for v in values], T_39)
        assert above > below  # skewed
        found = means.mean(floats(values), 0.9)
        assert (found.low, found.high) == pytest.approx((m - below, m + above), rel=1e-7)

    @pytest.mark.parametrize("offset", [1e6, 1e9])
    def test_large_values_close_to_one_another_keep_their_spread(self, offset: float) -> None:
        small = floats([0, 1, 2, 3, 4])
        found = means.mean(small + offset, 0.9)
        expected = means.mean(small, 0.9)
        assert found.high - found.value == pytest.approx(expected.high - expected.value, rel=1e-6)

    def test_says_why_there_is_no_interval(self) -> None:
        assert means.mean(floats([2.0]), 0.9).note == "no interval: one value has no spread"
        assert means.mean(floats([2.0, 2.0]), 0.9).note == "no interval: all values are equal"


class TestClusteredMean:
    @given(values=st.lists(st.integers(-50, 50), min_size=1, max_size=30))
    def test_equals_the_mean_where_every_case_has_one_unit(self, values: list[int]) -> None:
        found = means.clustered_mean(floats(values), np.ones(len(values)), 0.9)
        plain = means.mean(floats(values), 0.9)
        assert repr(replace(found, clusters=0)) == repr(plain)

    def test_error_is_that_of_leaving_out_each_case(self) -> None:
        totals, sizes = floats([4, -4, 10, -10]), floats([1, 1, 5, 5])  # mirrored: t alone
        left = [(totals.sum() - y) / (sizes.sum() - m) for y, m in zip(totals, sizes, strict=True)]
        error = sqrt(3 / 4 * sum(m * m for m in left))  # about the mean of all, which is 0
        found = means.clustered_mean(totals, sizes, 0.9)
        half = estimate.t_quantile(0.9, 4) * error
        assert (found.low, found.high) == pytest.approx((-half, half))
        assert (found.n, found.cases) == (12, 4)

    def test_alike_cases_have_no_spread(self) -> None:
        found = means.clustered_mean(floats([0.3, 0.6, 0.1]), floats([3, 6, 1]), 0.9)
        assert found.note == "no interval: all values are equal"


class TestGeometricMean:
    @given(ratios=st.lists(POSITIVE, min_size=2, max_size=40))
    def test_of_inverses_is_the_inverse(self, ratios: list[float]) -> None:
        there = means.geometric_mean(floats(ratios), 0.9)
        back = means.geometric_mean(1 / floats(ratios), 0.9)
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
        assert quantiles.order_statistic_ranks(n, p, 0.9) == ranks

    def test_fewest_cases_for_an_interval(self, subtests: pytest.Subtests) -> None:
        for p, fewest in [(0.5, 5), (0.8, 11), (0.9, 22), (0.95, 45)]:
            with subtests.test(p=p, fewest=fewest):
                assert quantiles.order_statistic_ranks(fewest - 1, p, 0.9) is None
                assert quantiles.order_statistic_ranks(fewest, p, 0.9) is not None

    @pytest.mark.parametrize("p", [0.5, 0.8, 0.95])
    @pytest.mark.parametrize("n", [5, 11, 12, 17, 30, 45, 46, 60])
    def test_no_closer_pair_covers(self, n: int, p: float) -> None:
        pairs = [(low, high) for low in range(1, n) for high in range(low + 1, n + 1)]
        good = [pair for pair in pairs if coverage(n, p, *pair) >= 0.9]
        found = quantiles.order_statistic_ranks(n, p, 0.9)
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
        found = quantiles.quantile(floats(values), p, 0.9)
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
        one, two = (quantiles.quantile(floats(v), 0.5, 0.9) for v in (values, other))
        assert repr(one) == repr(two)

    def test_leaves_the_values_in_their_order(self) -> None:
        values = floats([3, 1, 2, 5, 4])
        quantiles.quantile(values, 0.5, 0.9)
        assert list(values) == [3, 1, 2, 5, 4]


class TestClusteredQuantile:
    @given(
        values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60),
        p=st.sampled_from([0.5, 0.8]),
    )
    def test_equals_the_quantile_where_every_case_has_one_unit(
        self, values: list[float], p: float
    ) -> None:
        found = quantiles.quantile(floats(values), p, 0.9, np.arange(len(values)))
        plain = quantiles.quantile(floats(values), p, 0.9)
        expected = pytest.approx((plain.value, plain.low, plain.high), nan_ok=True)
        assert (found.value, found.low, found.high) == expected

    @given(
        values=st.lists(st.tuples(st.floats(-1e6, 1e6), st.integers(0, 9)), min_size=1, max_size=60)
    )
    def test_is_never_closer_than_that_of_independent_values(
        self, values: list[tuple[float, int]]
    ) -> None:
        _, cases_ = np.unique([case for _, case in values], return_inverse=True)
        found = quantiles.quantile(floats([v for v, _ in values]), 0.5, 0.9, cases_)
        plain = quantiles.quantile(floats([v for v, _ in values]), 0.5, 0.9)
        assert found.value == plain.value
        if not isnan(found.low):
            assert found.low <= plain.low <= plain.high <= found.high

    def test_twelve_alike_values_of_each_of_four_cases_are_four(self) -> None:
        values, of_case = np.repeat(floats([1, 2, 3, 4]), 12), np.repeat(np.arange(4), 12)
        found = quantiles.quantile(values, 0.5, 0.9, of_case)
        assert isnan(found.low)
        assert found.note == "no interval: 4 cases are too few for one at this level"
        assert (found.n, found.cases) == (48, 4)


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
        found = quantiles.survival_quantile(floats(durations), np.array(ended), p, 0.9)
        if not reached:
            assert isnan(found.value)
            return
        assert found.value == reached[0]
        assert not found.low > found.value
        assert not found.high < found.value

    def test_all_ended_is_the_plain_median(self) -> None:
        durations = floats(range(1, 52))
        found = quantiles.survival_quantile(durations, np.ones(51, dtype=bool), 0.5, 0.9)
        assert found.value == 26

    def test_open_ones_lengthen_the_median(self) -> None:
        durations = floats([10, 20, 30, 40, 50, 60])
        ended = np.array([True, True, True, False, False, False])
        finished_only = quantiles.quantile(durations[ended], 0.5, 0.9).value
        assert quantiles.survival_quantile(durations, ended, 0.5, 0.9).value > finished_only

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
        found = quantiles.survival_quantile(floats(durations), np.array(ended), 0.5, 0.9)
        assert (found.low, found.high) == (low, high)

    def test_says_how_many_have_ended_when_the_curve_stays_up(self) -> None:
        ended = np.array([True, False, False, False])
        found = quantiles.survival_quantile(floats([1, 2, 3, 4]), ended, 0.5, 0.9)
        assert found.note == "less than 50% have ended"

    def test_open_upper_end_is_put_down_to_open_cases(self) -> None:
        ended = np.array([True, True, True, False, False])
        found = quantiles.survival_quantile(floats([1, 2, 3, 4, 5]), ended, 0.5, 0.9)
        assert isnan(found.high)
        assert "still open" in found.note

    def test_open_cases_are_not_blamed_where_there_are_none(self) -> None:
        found = quantiles.survival_quantile(floats([1, 2, 3, 4, 5]), np.ones(5, bool), 0.5, 0.9)
        assert "still open" not in found.note


class TestFinitePopulation:
    @given(answered=st.integers(1, 50), more=st.integers(0, 200))
    def test_narrows_the_more_have_answered(self, answered: int, more: int) -> None:
        before = Estimate(4.0, 3.0, 6.0, answered)
        found = rates.finite_population(before, answered + more)
        left = sqrt(1 - answered / (answered + more))
        assert (found.low, found.high) == pytest.approx((4 - left, 4 + 2 * left))

    def test_counts_respondents_not_answers(self) -> None:
        before = Estimate(4.0, 3.0, 5.0, 30, clusters=10)
        assert rates.finite_population(before, 20).low == pytest.approx(4 - sqrt(0.5))

    def test_more_answers_than_people_leave_the_interval_and_are_told(self) -> None:
        found = rates.finite_population(Estimate(4.0, 3.0, 5.0, 30), 20)
        assert (found.low, found.high) == (3, 5)
        assert "more answers than the 20 people" in found.note

    def test_no_interval_stays_none(self) -> None:
        found = rates.finite_population(Estimate(4.0, float("nan"), float("nan"), 5, "why"), 9)
        assert isnan(found.low)
        assert found.note == "why"


class TestWorstCase:
    @given(answers=st.lists(st.integers(1, 7), min_size=2, max_size=30), data=st.data())
    def test_holds_the_mean_of_all_whoever_is_silent(
        self, answers: list[int], data: st.DataObject
    ) -> None:
        heard = data.draw(st.integers(1, len(answers)))
        low, high = rates.worst_case(fmean(answers[:heard]), heard / len(answers), 1, 7)
        assert low - 1e-9 <= fmean(answers) <= high + 1e-9

    def test_nobody_silent_leaves_nothing_open(self) -> None:
        assert rates.worst_case(40.0, 1.0, -100, 100) == (40, 40)


LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99)
SAMPLE = floats([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8])
OF_CASE = np.repeat(np.arange(6), 2)


def test_more_confidence_is_never_narrower(subtests: pytest.Subtests) -> None:
    for method in [
        lambda level: rates.rate(8, 20, level),
        lambda level: rivals.jeffreys(8, 20, level),
        lambda level: rates.clustered_rate(floats([1, 3, 2]), floats([4, 4, 2]), level),
        lambda level: rates.rate_difference(rates.rate(8, 20, level), rates.rate(3, 9, level)),
        lambda level: rates.nps(15, 9, 3, level),
        lambda level: means.mean(SAMPLE, level),
        lambda level: means.clustered_mean(SAMPLE, np.arange(1.0, 13), level),
        lambda level: means.geometric_mean(SAMPLE, level),
        lambda level: quantiles.quantile(SAMPLE, 0.5, level),
        lambda level: quantiles.quantile(SAMPLE, 0.5, level, OF_CASE),
        lambda level: quantiles.survival_quantile(SAMPLE, SAMPLE < 8, 0.5, level),
    ]:
        with subtests.test(method=method):
            found = [method(level) for level in LEVELS]
            lows = [e.low for e in found if not isnan(e.low)]
            highs = [e.high for e in found if not isnan(e.high)]
            assert len(lows) > 2
            assert lows == sorted(lows, reverse=True)
            assert highs == sorted(highs)


@pytest.mark.parametrize("factor", [0.01, 100.0])
@pytest.mark.parametrize(
    "method",
    [
        lambda values: means.mean(values, 0.9),
        lambda values: means.clustered_mean(values, np.arange(1.0, 13), 0.9),
        lambda values: means.geometric_mean(values, 0.9),
        lambda values: quantiles.quantile(values, 0.8, 0.9),
        lambda values: quantiles.quantile(values, 0.5, 0.9, OF_CASE),
    ],
)
def test_unit_and_order_do_not_matter(method: Callable[[Any], Estimate], factor: float) -> None:
    found, scaled = method(SAMPLE), method(SAMPLE * factor)
    expected = tuple(factor * x for x in (found.value, found.low, found.high))
    assert (scaled.value, scaled.low, scaled.high) == pytest.approx(expected, rel=1e-9)


@given(order=st.permutations(range(12)))
def test_order_of_the_cases_does_not_matter(order: list[int]) -> None:
    sizes = np.arange(1.0, 13)
    for method in (means.clustered_mean, rates.clustered_rate):
        totals = np.minimum(SAMPLE, sizes)
        found, other = method(totals, sizes, 0.9), method(totals[order], sizes[order], 0.9)
        assert (other.low, other.high) == pytest.approx((found.low, found.high), rel=1e-9)


class TestTruth:
    """90 % intervals hold the truth in about 90 % of samples; the seed is fixed."""

    LOW, HIGH = 0.86, 0.94

    def test_wilson(self) -> None:
        chance = np.random.default_rng(1)
        truths = chance.uniform(0.05, 0.95, 4000)
        found = [rates.rate(k, 20, 0.9) for k in range(21)]
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
            found = rates.clustered_rate(floats(successes), floats(sizes), 0.9)
            hits.append(found.low <= 0.7 <= found.high)
            plain = rates.rate(int(successes.sum()), int(sizes.sum()), 0.9)
            naive.append(plain.low <= 0.7 <= plain.high)
        assert self.LOW <= fmean(hits) <= self.HIGH
        assert fmean(naive) < 0.8  # what the correction is for

    @pytest.mark.parametrize(("n", "p"), [(30, 0.8), (25, 0.5), (60, 0.95)])
    def test_order_statistics_of_a_skewed_distribution(self, n: int, p: float) -> None:
        truth = exp(NormalDist().inv_cdf(p))
        samples = np.random.default_rng(2).lognormal(size=(1500, n))
        found = [quantiles.quantile(sample, p, 0.9) for sample in samples]
        assert self.LOW <= fmean(e.low <= truth <= e.high for e in found) <= self.HIGH + 0.02

    def test_geometric_mean_of_log_normal_ratios(self) -> None:
        samples = np.random.default_rng(3).lognormal(0.1, 0.4, size=(3000, 12))
        found = [means.geometric_mean(sample, 0.9) for sample in samples]
        assert self.LOW <= fmean(e.low <= exp(0.1) <= e.high for e in found) <= self.HIGH

    def test_survival_median_with_a_third_censored(self) -> None:
        chance = np.random.default_rng(5)
        hits = []
        for _ in range(800):
            true, cut = chance.exponential(100, 60), chance.exponential(200, 60)
            found = quantiles.survival_quantile(np.minimum(true, cut), true <= cut, 0.5, 0.9)
            high = inf if isnan(found.high) else found.high
            hits.append(found.low <= 100 * log(2) <= high)
        assert self.LOW <= fmean(hits) <= self.HIGH

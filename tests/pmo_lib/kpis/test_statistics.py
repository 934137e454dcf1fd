"""Each statistic of a KPI against the interval method on sums made by hand, and on poor data."""

from collections.abc import Iterable
from itertools import product
from math import isnan
from typing import Any

import numpy as np
import pandas as pd
import pytest

from builders.worked_cases import floats
from pmo_lib.kpis.statistics import STATISTICS
from pmo_lib.stats import estimate, means, quantiles, rates, ratios
from pmo_lib.stats.skill import skill

NAMES = list(STATISTICS)
CLUSTERED = {name for name, each in STATISTICS.items() if each.is_clustered}
OVER_NOTHING = ("rate", "clustered_rate", "ratio", "bounded_ratio", "quotient", "max_ratio",
                "event_rate")  # fmt: skip


def frame(n: int = 60, cases: Iterable[Any] | None = None, **columns: Any) -> pd.DataFrame:
    """Observations in which every statistic finds its columns; two units a case."""
    draw = np.random.default_rng(n)
    given_ = {
        "department": "Finance",
        "period": [f"2026-{1 + i % 9:02d}" for i in range(n)],
        "numerator": draw.integers(0, 2, n).astype(float),
        "denominator": 1.0,
        "case_id": [f"P{i // 2}" for i in range(n)] if cases is None else list(cases),
        "segment": [f"s{i % 3}" for i in range(n)],
        "ended": [i % 4 > 0 for i in range(n)],
        "magnitude": draw.random(n),
        "group": [("first", "second")[i % 2] for i in range(n)],
        "signed": draw.normal(size=n),
        "importance": draw.integers(1, 8, n).astype(float),
        "current": draw.uniform(1, 2, n),
        "original": draw.uniform(1, 2, n),
        "slipped": draw.integers(0, 2, n).astype(float),
        "quadrant": "keep it up",
        "quadrant_share": 0.9,
    }
    text = dict.fromkeys(("period", "case_id", "segment"), "str")
    return pd.DataFrame(given_ | columns, index=range(n)).astype(text)


def of(statistic: str, units: pd.DataFrame, level: float = 0.9) -> estimate.Estimate:
    return STATISTICS[statistic](units, level)


def alike(found: estimate.Estimate, expected: estimate.Estimate) -> None:
    for name in ("value", "low", "high"):
        own = pytest.approx(getattr(expected, name), rel=1e-9, abs=1e-12, nan_ok=True)
        assert getattr(found, name) == own, name


class TestPoorData:
    def test_few_or_equal_values_are_no_error(self, subtests: pytest.Subtests) -> None:
        poor = [
            frame(n) if numerator is None else frame(n, numerator=numerator)
            for n, numerator in product([0, 1, 2, 5, 60], [None, 0.0, 1.0])
        ]
        for statistic, units in product(NAMES, poor):
            with subtests.test(statistic, n=len(units)):
                found = of(statistic, units)
                assert found.n <= len(units)
                assert not found.low > found.value
                assert not found.high < found.value
                if isnan(found.value) and len(units):
                    assert found.note or statistic == "monthly_mean"

    def test_denominators_of_zero_are_no_error(self, subtests: pytest.Subtests) -> None:
        for statistic in OVER_NOTHING:
            with subtests.test(statistic):
                found = of(statistic, frame(12, denominator=0.0, numerator=0.0))
                assert isnan(found.value) or statistic == "rate"

    def test_does_not_change_what_it_is_given(self) -> None:
        units, before = frame(40), frame(40)
        for statistic in NAMES:
            of(statistic, units)
            pd.testing.assert_frame_equal(units, before, obj=statistic)

    def test_order_of_rows_does_not_matter(self, subtests: pytest.Subtests) -> None:
        units = frame(24)
        shuffled = [units.sample(frac=1, random_state=seed) for seed in range(8)]
        for statistic in NAMES:
            found = of(statistic, units)
            with subtests.test(statistic):
                for other in (of(statistic, each) for each in shuffled):
                    alike(other, found)
                    assert (other.n, other.cases, other.note) == (found.n, found.cases, found.note)

    def test_clusters_are_the_number_of_cases(self, subtests: pytest.Subtests) -> None:
        units = frame(60, cases=[f"P{i // 4}" for i in range(60)])
        for statistic in NAMES:
            with subtests.test(statistic):
                found = of(statistic, moved(statistic, units))
                assert found.cases == (15 if statistic in CLUSTERED else found.n)
                assert found.n == 60 or statistic not in CLUSTERED


@pytest.mark.parametrize("statistic", sorted(CLUSTERED - {"nps", "skill", "rate_difference"}))
def test_units_of_unknown_case_are_one_and_none_is_dropped(statistic: str) -> None:
    units = frame(6, cases=["a", "b", None, "c", None, "d"])
    assert units["case_id"].isna().sum() == 2
    found = of(statistic, moved(statistic, units))
    assert (found.n, found.cases) == (6, 5)


def moved(statistic: str, units: pd.DataFrame) -> pd.DataFrame:
    """The units; for the share of changes that are slips each a change."""
    return units.assign(numerator=1.0) if statistic == "slip_share" else units


class TestSums:
    """The sums of three cases: 3 over 6, 1 over 2, 0 over 4."""

    UNITS = frame(
        6,
        cases=["a", "a", "b", "c", "c", "c"],
        numerator=[1.0, 2, 1, 0, 0, 0],
        denominator=[2.0, 4, 2, 1, 1, 2],
    )
    SUMS = floats([3, 1, 0]), floats([6, 2, 4])

    @pytest.mark.parametrize(
        ("statistic", "method"),
        [
            ("clustered_rate", rates.clustered_rate),
            ("ratio", ratios.ratio_of_sums),
            ("bounded_ratio", ratios.bounded_ratio),
            ("event_rate", ratios.event_rate),
        ],
    )
    def test_are_taken_by_case(self, statistic: str, method: Any) -> None:
        found, expected = of(statistic, self.UNITS), method(*self.SUMS, 0.9)
        alike(found, expected)
        assert (found.n, found.cases) == (6, 3)
        assert found.note.endswith("from 3 independent cases")
        assert expected.note in found.note

    def test_quotient_has_no_interval_and_says_why(self) -> None:
        found = of("quotient", self.UNITS)
        assert found.value == 4 / 12
        assert isnan(found.low)
        assert found.note.startswith("no interval: ")

    def test_count(self) -> None:
        found = of("count", self.UNITS)
        assert (found.value, found.n) == (4, 6)
        assert isnan(found.low)


class TestMaxRatio:
    def test_is_the_largest_parts_and_names_it(self) -> None:
        units = frame(
            4,
            segment=["Analyst", "Architect", "Analyst", "Architect"],
            numerator=[10.0, 12, 10, 10],
            denominator=[10.0, 10, 20, 10],
        )
        found = of("max_ratio", units)
        assert (found.value, found.n) == (22 / 20, 4)
        assert found.note.startswith("Architect; no interval: ")

    def test_demand_on_nothing_is_without_limit(self) -> None:
        units = frame(
            2, segment=["Analyst", "Tester"], numerator=[5.0, 3], denominator=[10.0, 0]
        )  # fmt: skip
        found = of("max_ratio", units)
        assert isnan(found.value)
        assert found.note == "without limit: Tester has nothing to be divided by"

    def test_a_part_without_a_name_is_not_dropped(self) -> None:
        units = frame(2, segment=["Analyst", None], numerator=[5.0, 9], denominator=[10.0, 10])
        found = of("max_ratio", units)
        assert found.value == 0.9
        assert found.note.startswith("(not named); ")


class TestMeans:
    UNITS = frame(
        5,
        cases=["a", "a", "b", "c", "d"],
        numerator=[2.0, 4, 9, 8, 5],
        denominator=[2.0, 2, 3, 2, 1],
        signed=[-1.0, 2, -3, 4, -5],
        importance=[7.0, 5, np.nan, 3, 1],
    )

    def test_clustered_mean_is_that_of_numerator_over_denominator(self) -> None:
        expected = means.clustered_mean(floats([3, 3, 4, 5]), floats([2, 1, 1, 1]), 0.9)
        alike(of("clustered_mean", self.UNITS), expected)
        assert expected.value == 3

    def test_mean_takes_every_unit_as_a_case(self) -> None:
        alike(of("mean", self.UNITS), means.mean(floats([1, 2, 3, 4, 5]), 0.9))

    def test_signed_mean(self) -> None:
        expected = means.clustered_mean(floats([1, -3, 4, -5]), floats([2, 1, 1, 1]), 0.9)
        alike(of("signed_mean", self.UNITS), expected)

    def test_importance_mean_tells_whom_it_left_out(self) -> None:
        found = of("importance_mean", self.UNITS)
        alike(found, means.clustered_mean(floats([12, 3, 1]), floats([2, 1, 1]), 0.9))
        assert (found.n, found.cases) == (4, 3)
        assert found.note.endswith("1 of 5 left out of it, the data do not say")

    def test_monthly_mean_is_never_below_0(self) -> None:
        units = frame(3, period=["2026-01", "2026-01", "2026-02"], numerator=[5.0, 3, 0])
        found = of("monthly_mean", units)
        assert (found.value, found.low, found.n) == (4, 0, 2)

    def test_geometric_mean_is_of_1_plus_the_overrun(self) -> None:
        units = frame(3, numerator=[0.0, 1, 3])
        expected = means.geometric_mean(floats([1, 2, 4]), 0.9)
        found = of("geometric_mean", units)
        assert (found.value, found.low) == pytest.approx((expected.value - 1, expected.low - 1))

    def test_geometric_mean_of_nothing_spent_is_undefined(self) -> None:
        found = of("geometric_mean", frame(3, numerator=[0.0, -1, 3]))
        assert isnan(found.value)
        assert found.note == "some actual values are zero"


class TestCostDrift:
    def test_is_current_over_original_less_1(self) -> None:
        units = frame(120, cases=range(120))
        current, original = (units[name].to_numpy() for name in ("current", "original"))
        expected = ratios.ratio_of_sums(current, original, 0.9)
        found = of("cost_drift", units)
        assert found.value == pytest.approx(current.sum() / original.sum() - 1)
        assert (found.low, found.high) == pytest.approx((expected.low - 1, expected.high - 1))

    def test_of_few_projects_has_no_interval(self) -> None:
        found = of("cost_drift", frame(6, cases=range(6)))
        assert isnan(found.low)
        assert "fewer than the 100" in found.note

    def test_tells_which_were_left_out(self) -> None:
        units = frame(4, cases=range(4), current=[2.0, np.nan, 3, 4], original=[1.0, 2, 3, 4])
        found = of("cost_drift", units)
        assert (found.value, found.n) == (9 / 8 - 1, 3)
        assert "1 of 4 left out" in found.note


class TestRateDifference:
    def test_is_of_the_two_groups_with_their_own_cases(self) -> None:
        units = frame(
            8,
            cases=["a", "a", "b", "c", "a", "b", "c", "d"],
            group=["first"] * 4 + ["second"] * 4,
            numerator=[1.0, 1, 0, 1, 0, 0, 1, 0],
        )
        first = rates.clustered_rate(floats([2, 0, 1]), floats([2, 1, 1]), 0.9)
        second = rates.clustered_rate(floats([0, 0, 1, 0]), floats([1, 1, 1, 1]), 0.9)
        found = of("rate_difference", units)
        alike(found, rates.rate_difference(first, second))
        assert (found.value, found.n, found.cases) == (0.5, 8, 3)

    def test_of_one_group_alone_is_undefined(self) -> None:
        found = of("rate_difference", frame(8, group="first"))
        assert isnan(found.value)
        assert found.note == "one of the two groups has no case"


class TestQuantiles:
    def test_clustered_median_is_the_median_where_every_case_has_one_unit(self) -> None:
        units = frame(30, cases=range(30), numerator=np.arange(30.0) ** 2)
        alike(of("clustered_median", units), of("median", units))

    def test_clustered_median_of_pairs(self) -> None:
        units = frame(24, numerator=np.arange(1.0, 25))
        found = of("clustered_median", units)
        assert (found.value, found.low, found.high, found.cases) == (12.5, 5, 18, 12)

    def test_p80_and_p95(self) -> None:
        units = frame(60, cases=range(60), numerator=np.arange(60.0), denominator=2.0)
        alike(of("p80", units), quantiles.quantile(np.arange(60.0) / 2, 0.8, 0.9))
        alike(of("p95", units), quantiles.quantile(np.arange(60.0) / 2, 0.95, 0.9))

    @pytest.mark.parametrize(("statistic", "p"), [("survival_median", 0.5), ("survival_p85", 0.85)])
    def test_survival(self, statistic: str, p: float) -> None:
        units = frame(60, numerator=np.arange(1.0, 61))
        ended = units["ended"].to_numpy()
        alike(of(statistic, units), quantiles.survival_quantile(np.arange(1.0, 61), ended, p, 0.9))

    def test_draws_give_their_central_interval(self) -> None:
        found = of("draws", frame(101, numerator=np.arange(101.0)), 0.8)
        assert (found.value, found.n) == (50, 101)
        assert (found.low, found.high) == pytest.approx((10, 90))


class TestShares:
    def test_nps_counts_9_and_10_less_0_to_6(self) -> None:
        scores = [10.0] * 5 + [9] * 4 + [8] * 2 + [7] + [6] * 2 + [0]
        found = of("nps", frame(15, cases=range(15), numerator=scores))
        alike(found, rates.nps(15, 9, 3, 0.9))
        assert found.value == 40

    def test_slip_share_is_clustered_and_tells_who_did_not_say(self) -> None:
        units = frame(6, cases=list("aabbcc"), slipped=[1.0, 1, 0, np.nan, 1, 0], numerator=3.0)
        still = units.assign(numerator=0.0, slipped=0.0)
        found = of("slip_share", pd.concat([units, still], ignore_index=True))
        alike(found, rates.clustered_rate(floats([2, 0, 1]), floats([2, 1, 2]), 0.9))
        assert (found.n, found.cases) == (5, 3)
        assert "1 of 6 left out" in found.note

    def test_tail_mean_is_of_those_in_the_tail(self) -> None:
        units = frame(4, numerator=[1.0, 0, 1, 0], magnitude=[0.6, 0.1, 1.0, 0.2])
        found = of("tail_mean", units)
        assert (found.value, found.n) == (0.8, 2)
        assert isnan(found.low)

    def test_skill_reads_the_colour_by_case(self) -> None:
        units = frame(
            8,
            cases=list("aabcdefg"),
            segment=["green", "red", "red", "green", "green", "red", "amber", "amber"],
            numerator=[1.0, 1, 1, 0, 0, 1, 0, 1],
        )
        shown = [[0, 1, 1], [0, 0, 1], [0, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0], [1, 0, 0]]
        ill = floats(shown) * floats([1, 1, 0, 0, 1, 0, 1])[:, None]
        found = of("skill", units)
        alike(found, skill(floats(shown), ill, 0.9))
        assert (found.n, found.cases) == (8, 7)

    def test_quadrant_share_is_the_parts_own(self) -> None:
        found = of("quadrant_share", frame(3, segment="Training"))
        assert (found.value, found.note) == (0.9, "keep it up")

    def test_the_whole_is_in_no_quadrant(self) -> None:
        assert isnan(of("quadrant_share", frame(6)).value)


class TestCarriers:
    def test_are_the_fewest_that_carry_four_fifths_of_the_net(self) -> None:
        for seed in range(5):
            over = np.round(np.random.default_rng(seed).standard_t(2, 40) * 1000 + 800)
            over = over if over.sum() > 0 else -over
            units = frame(40, numerator=over)
            few, theirs = int(of("carriers", units).value), of("carried_total", units).value
            dearest = sorted(over, reverse=True)
            assert sum(dearest[:few]) == theirs >= 0.8 * over.sum(), seed
            assert sum(dearest[: few - 1]) < 0.8 * over.sum(), seed

    def test_of_an_underspend_there_are_none(self) -> None:
        units = frame(2, numerator=[-5.0, 2.0])
        for name in ("carriers", "carried_total"):
            assert isnan(of(name, units).value)
            assert "not above zero" in of(name, units).note

"""Percentiles, gaps and who does better, against worked cases, scipy, and what must hold."""

from math import isnan, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from worked_cases import parameters

from pmo_lib import position
from pmo_lib.intervals import Estimate, rate
from pmo_lib.position import (
    NOT_PUBLISHED,
    gap_between,
    percentile_from_quantiles,
    percentile_of_statistic,
    percentile_of_value,
    successes_needed,
    superiority,
)

LEVEL = 0.9
VALUES = st.lists(st.floats(-100, 100).map(lambda x: round(x, 2)), min_size=5, max_size=40)


def found(case: dict[str, Any]) -> Any:
    given_ = {name: nan if value is None else value for name, value in case["inputs"].items()}
    match case["function"]:
        case "percentile_from_quantiles":
            value = given_["value"]
            return percentile_from_quantiles(
                Estimate(value, value, value, 1),
                np.array(given_["probabilities"]), np.array(given_["quantiles"]),
            )  # fmt: skip
        case "percentile_of_value":
            return percentile_of_value(given_["value"], np.array(given_["peers"], float), LEVEL)
        case "gap_to_mean":
            ours = Estimate(*given_["ours"], 30)
            return position.gap_to_mean(ours, given_["mean"], given_["sd"], given_["n"], LEVEL)
        case "gap_to_share":
            ours = rate(given_["k"], given_["of"], LEVEL)
            return position.gap_to_share(ours, given_["share"], given_["n"], LEVEL)
        case _:
            needed = successes_needed(given_["n"], given_["k"], given_["target"])
            return Estimate(needed, nan, nan, given_["n"])


@pytest.mark.parametrize("case", parameters("position"))
def test_worked_cases(case: dict[str, Any]) -> None:
    result = found(case)
    for name, value in case["expected"].items():
        at = getattr(result, name)
        if isinstance(value, str):
            assert at == value
        elif value is None:
            assert isnan(at)
        else:
            assert at == pytest.approx(value, abs=case["tolerance"] or 1e-12), name


class TestPercentileOfValue:
    @given(VALUES, st.floats(-120, 120))
    def test_is_scipys_mid_rank(self, peers: list[float], value: float) -> None:
        at = percentile_of_value(value, np.array(peers), LEVEL)
        expected = stats.percentileofscore(peers, value, kind="mean") / 100
        assert at.percentile == pytest.approx(expected)
        assert 0 <= at.low <= at.percentile <= at.high <= 1

    def test_three_peers_are_too_few(self) -> None:
        at = percentile_of_value(1.0, np.array([1.0, 2.0, 3.0]), LEVEL)
        assert isnan(at.percentile)
        assert at.note == "3 are too few for a place (5 needed)"

    def test_few_are_told(self) -> None:
        assert percentile_of_value(1.0, np.arange(7.0), LEVEL).note == "rough, as it rests on 7"


class TestPercentileOfStatistic:
    @given(VALUES, VALUES)
    def test_holds_its_value_and_does_not_mind_the_order(
        self, ours: list[float], peers: list[float]
    ) -> None:
        at = percentile_of_statistic(np.array(ours), np.array(peers), 0.5, LEVEL)
        assert 0 <= at.low <= at.percentile <= at.high <= 1
        assert at == percentile_of_statistic(np.array(ours[::-1]), np.array(peers), 0.5, LEVEL)

    def test_median_of_the_peers_themselves_is_in_the_middle(self) -> None:
        peers = np.arange(101.0)
        assert percentile_of_statistic(peers, peers, 0.5, LEVEL).percentile == 0.5

    def test_covers_the_true_place(self) -> None:
        """Ours N(0.3, 1), theirs N(0, 1): the median of ours is at Φ(0.3) = 61.8 %."""
        random, held = np.random.default_rng(5), 0
        for _ in range(120):
            ours, peers = random.normal(0.3, 1, 40), random.normal(0, 1, 150)
            at = percentile_of_statistic(ours, peers, 0.5, LEVEL)
            held += at.low <= stats.norm.cdf(0.3) <= at.high
        assert 0.82 <= held / 120 <= 0.98


class TestQuantiles:
    P = np.array([0.5, 0.75, 0.9])

    @given(st.floats(0.1, 0.9), st.floats(0.1, 0.9))
    def test_rises_with_the_value(self, one: float, other: float) -> None:
        low, high = sorted((one, other))
        quantiles = np.array([0.1, 0.4, 0.9])
        at = [
            percentile_from_quantiles(Estimate(y, y, y, 1), self.P, quantiles).percentile
            for y in (low, high)
        ]
        assert 0.5 - 1e-12 <= at[0] <= at[1] + 1e-12 <= 0.9 + 2e-12

    @pytest.mark.parametrize(("value", "bound"), [(0.05, "below P50"), (0.95, "above P90")])
    def test_is_never_told_beyond_them(self, value: float, bound: str) -> None:
        quantiles = np.array([0.1, 0.4, 0.9])
        at = percentile_from_quantiles(Estimate(value, value, value, 9), self.P, quantiles)
        assert isnan(at.percentile)
        assert at.bound == bound

    def test_interval_that_leaves_them_has_an_open_end(self) -> None:
        quantiles = np.array([0.1, 0.4, 0.9])
        at = percentile_from_quantiles(Estimate(0.4, 0.0, 0.5, 9), self.P, quantiles)
        assert at.percentile == pytest.approx(0.75)
        assert isnan(at.low)
        assert at.note == "the whole interval of ours is not within the published quantiles"

    def test_order_does_not_matter_and_equal_ones_have_a_middle(self) -> None:
        at = percentile_from_quantiles(
            Estimate(0.4, 0.4, 0.4, 9), self.P[::-1], np.array([0.9, 0.4, 0.4])
        )
        middle = (stats.norm.ppf(0.5) + stats.norm.ppf(0.75)) / 2
        assert at.percentile == pytest.approx(stats.norm.cdf(middle))


class TestGaps:
    @pytest.mark.parametrize("n", [0, 40])
    def test_share_without_n_is_a_constant(self, n: int) -> None:
        gap = position.gap_to_share(rate(8, 20, LEVEL), 0.5, n, LEVEL)
        assert gap.value == pytest.approx(-0.1)
        assert (gap.note == NOT_PUBLISHED) == (n == 0)

    def test_is_wider_than_either_interval(self) -> None:
        ours, theirs = Estimate(1.0, 0.5, 2.0, 9), Estimate(0.5, 0.4, 0.7, 9)
        gap = gap_between(ours, theirs)
        assert (gap.value, gap.low, gap.high) == pytest.approx(
            (0.5, 0.5 - np.hypot(0.5, 0.2), 0.5 + np.hypot(1.0, 0.1))
        )


class TestSuperiority:
    @given(VALUES, VALUES)
    def test_is_mann_whitneys(self, ours: list[float], peers: list[float]) -> None:
        first, second = np.array(ours), np.array(peers)
        chance = superiority(first, second, LEVEL, "higher")
        u = stats.mannwhitneyu(first, second).statistic
        assert chance.value == pytest.approx(u / (len(first) * len(second)))
        assert 0 <= chance.low <= chance.value + 1e-12
        assert chance.value - 1e-12 <= chance.high <= 1
        lower = superiority(first, second, LEVEL, "lower")
        assert lower.value == pytest.approx(1 - chance.value)

    def test_interval_agrees_with_brunner_and_munzels_test(self) -> None:
        """On the plain scale their 90 % interval touches ½ where p is 10 %; the logit is near."""
        random = np.random.default_rng(3)
        ours, peers = random.normal(0.45, 1, 30), random.normal(0, 2, 40)
        p = stats.brunnermunzel(ours, peers).pvalue
        chance = superiority(ours, peers, LEVEL, "higher")
        assert (p < 0.1) == (not chance.low <= 0.5 <= chance.high)

    def test_every_one_better_is_not_certain(self) -> None:
        chance = superiority(np.arange(10.0, 20), np.arange(10.0), LEVEL, "higher")
        assert chance.value == 1
        assert 0.7 < chance.low < 1

"""Percentiles, gaps and who does better, against worked cases, scipy, and what must hold."""

from dataclasses import asdict
from math import isnan, nan
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from builders.worked_cases import chosen
from pmo_lib.stats import position
from pmo_lib.stats.estimate import Estimate
from pmo_lib.stats.position import (
    NOT_PUBLISHED,
    gap_between,
    percentile_from_quantiles,
    percentile_of_quantile,
    percentile_of_value,
    successes_needed,
    superiority,
)
from pmo_lib.stats.rates import rate

LEVEL = 0.9
VALUES = st.lists(st.floats(-100, 100).map(lambda x: round(x, 2)), min_size=5, max_size=40)


def found(case: dict[str, Any]) -> Any:
    given_ = {name: nan if value is None else value for name, value in case["inputs"].items()}
    match case["function"]:
        case "percentile_from_quantiles":
            value = given_["value"]
            rank, bound = percentile_from_quantiles(
                Estimate(value, value, value, 1),
                np.array(given_["probabilities"]), np.array(given_["quantiles"]),
            )  # fmt: skip
            return SimpleNamespace(**asdict(rank), bound=bound)
        case "percentile_of_value":
            return percentile_of_value(given_["value"], np.array(given_["peers"], float), LEVEL)
        case "gap_to_mean":
            ours = Estimate(*given_["ours"], 30)
            return position.gap_to_published(
                ours, "mean", given_["mean"], given_["sd"], given_["n"], LEVEL
            )
        case "gap_to_share":
            ours = rate(given_["k"], given_["of"], LEVEL)
            return position.gap_to_published(
                ours, "share", given_["share"], nan, given_["n"], LEVEL
            )
        case "superiority":
            ours, peers = (np.array(given_[side], float) for side in ("ours", "peers"))
            return superiority(ours, peers, given_["level"], "higher")
        case _:
            needed = successes_needed(given_["n"], given_["k"], given_["target"])
            return Estimate(needed, nan, nan, given_["n"])


def test_worked_cases(subtests: pytest.Subtests) -> None:
    for case in chosen("position"):
        with subtests.test(case["id"]):
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
        assert at.value == pytest.approx(expected)
        assert 0 <= at.low <= at.value <= at.high <= 1

    def test_three_peers_are_too_few(self) -> None:
        at = percentile_of_value(1.0, np.array([1.0, 2.0, 3.0]), LEVEL)
        assert isnan(at.value)
        assert at.note == "3 are too few for a place (5 needed)"

    def test_few_are_told(self) -> None:
        assert percentile_of_value(1.0, np.arange(7.0), LEVEL).note == "rough, as it rests on 7"


class TestPercentileOfQuantile:
    @given(VALUES, VALUES)
    def test_holds_its_value_and_does_not_mind_the_order(
        self, ours: list[float], peers: list[float]
    ) -> None:
        at = percentile_of_quantile(np.array(ours), np.array(peers), 0.5, LEVEL)
        assert 0 <= at.low <= at.value <= at.high <= 1
        assert at == percentile_of_quantile(np.array(ours[::-1]), np.array(peers), 0.5, LEVEL)

    def test_median_of_the_peers_themselves_is_in_the_middle(self) -> None:
        peers = np.arange(101.0)
        assert percentile_of_quantile(peers, peers, 0.5, LEVEL).value == 0.5

    def test_covers_the_true_place(self) -> None:
        """Ours N(0.3, 1), theirs N(0, 1): the median of ours is at Φ(0.3) = 61.8 %."""
        random, held = np.random.default_rng(5), 0
        for _ in range(120):
            ours, peers = random.normal(0.3, 1, 40), random.normal(0, 1, 150)
            at = percentile_of_quantile(ours, peers, 0.5, LEVEL)
            held += at.low <= stats.norm.cdf(0.3) <= at.high
        assert 0.82 <= held / 120 <= 0.98

    @pytest.mark.parametrize(("n", "m"), [(8, 20), (100, 30)])
    def test_covers_it_where_nearly_all_peers_are_on_one_side(self, n: int, m: int) -> None:
        """Ours N(-2.5, 1): at Φ(-2.5) = 0.6 %. The bootstrap alone holds it in fewer than half."""
        random, held = np.random.default_rng(6), 0
        for _ in range(120):
            ours, peers = random.normal(-2.5, 1, n), random.normal(0, 1, m)
            at = percentile_of_quantile(ours, peers, 0.5, LEVEL)
            held += at.low <= stats.norm.cdf(-2.5) <= at.high
        assert held / 120 >= 0.86

    @pytest.mark.parametrize("p", [0.5, 0.8])
    @pytest.mark.parametrize("n", [20, 21])
    def test_draws_as_if_all_values_were_drawn(self, n: int, p: float) -> None:
        """Against a plain bootstrap of every value; rounded, so that many are equal."""
        random = np.random.default_rng(7)
        ours, peers = random.normal(0, 2, n).round(), random.normal(1, 2, 50).round()
        at = percentile_of_quantile(ours, peers, p, LEVEL)
        values = np.quantile(random.choice(ours, (4_000, n)), p, axis=1)[:, None]
        drawn = random.choice(peers, (4_000, 50))
        plain = ((drawn < values) + 0.5 * (drawn == values)).mean(axis=1)
        low, high = np.quantile(plain, [0.05, 0.95])
        known = rate(50 * at.value, 50, LEVEL)  # Wilson's, than which none is shorter
        assert at.low == pytest.approx(min(low, known.low), abs=0.03)
        assert at.high == pytest.approx(max(high, known.high), abs=0.03)

    @given(VALUES, VALUES, st.integers(-4, 4))
    def test_does_not_mind_the_unit(
        self, ours: list[float], peers: list[float], power: int
    ) -> None:
        own, theirs = np.array(ours), np.array(peers)
        at = percentile_of_quantile(own, theirs, 0.5, LEVEL)
        assert at == percentile_of_quantile(own * 2.0**power, theirs * 2.0**power, 0.5, LEVEL)

    def test_equal_values_keep_an_interval(self) -> None:
        at = percentile_of_quantile(np.full(30, 2.0), np.full(30, 2.0), 0.5, LEVEL)
        assert at.value == 0.5
        assert at.low < 0.4
        assert at.high > 0.6


class TestQuantiles:
    P = np.array([0.5, 0.75, 0.9])

    @given(st.floats(0.1, 0.9), st.floats(0.1, 0.9))
    def test_rises_with_the_value(self, one: float, other: float) -> None:
        low, high = sorted((one, other))
        quantiles = np.array([0.1, 0.4, 0.9])
        at = [
            percentile_from_quantiles(Estimate(y, y, y, 1), self.P, quantiles)[0].value
            for y in (low, high)
        ]
        assert 0.5 - 1e-12 <= at[0] <= at[1] + 1e-12 <= 0.9 + 2e-12

    @pytest.mark.parametrize(("value", "bound"), [(0.05, "below P50"), (0.95, "above P90")])
    def test_is_never_told_beyond_them(self, value: float, bound: str) -> None:
        quantiles = np.array([0.1, 0.4, 0.9])
        at, told = percentile_from_quantiles(Estimate(value, value, value, 9), self.P, quantiles)
        assert isnan(at.value)
        assert told == bound

    def test_interval_that_leaves_them_has_an_open_end(self) -> None:
        quantiles = np.array([0.1, 0.4, 0.9])
        at, _ = percentile_from_quantiles(Estimate(0.4, 0.0, 0.5, 9), self.P, quantiles)
        assert at.value == pytest.approx(0.75)
        assert at.low == 0
        assert at.value < at.high < 0.9
        assert at.note == "the whole interval of ours is not within the published quantiles"

    def test_without_an_interval_of_ours_has_none(self) -> None:
        at, _ = percentile_from_quantiles(
            Estimate(0.4, nan, nan, 9), self.P, np.array([0.1, 0.4, 0.9])
        )
        assert at.value == 0.75
        assert isnan(at.low)
        assert isnan(at.high)

    def test_order_does_not_matter(self) -> None:
        quantiles = np.array([0.1, 0.4, 0.9])
        ours = Estimate(0.3, 0.2, 0.5, 9)
        assert percentile_from_quantiles(
            ours, self.P[::-1], quantiles[::-1]
        ) == percentile_from_quantiles(ours, self.P, quantiles)

    def test_equal_ones_are_a_range(self) -> None:
        p, quantiles = np.array([0.1, 0.5, 0.75, 0.9]), np.array([0.1, 0.4, 0.4, 0.9])
        at, bound = percentile_from_quantiles(Estimate(0.4, 0.4, 0.4, 9), p, quantiles)
        assert isnan(at.value)
        assert (at.low, at.high, bound) == (0.5, 0.75, "between P50 and P75")

    def test_curve_jumps_at_equal_ones(self) -> None:
        """Of two quantiles the curve is a straight line of probits: no other quantile bends it."""
        p, quantiles = np.array([0.1, 0.5, 0.75, 0.9]), np.array([0.1, 0.4, 0.4, 0.9])
        below, above = (
            percentile_from_quantiles(Estimate(y, y, y, 9), p, quantiles)[0].value
            for y in (0.25, 0.65)
        )
        assert below == pytest.approx(stats.norm.cdf(stats.norm.ppf(0.1) / 2))
        assert above == pytest.approx(
            stats.norm.cdf((stats.norm.ppf(0.75) + stats.norm.ppf(0.9)) / 2)
        )

    def test_contradiction_has_no_place(self) -> None:
        ours = Estimate(0.4, 0.3, 0.5, 9)
        at, _ = percentile_from_quantiles(ours, self.P, np.array([0.1, 0.9, 0.4]))
        assert isnan(at.value)
        assert at.note == "their quantiles contradict: P75 is above P90"

    def test_of_nothing_there_is_no_place(self) -> None:
        nothing = np.array([])
        at, _ = percentile_from_quantiles(Estimate(0.4, 0.3, 0.5, 9), nothing, nothing)
        assert isnan(at.value)
        assert at.note == "none of ours or of theirs is known"

    @pytest.mark.parametrize(("value", "bound"), [(1.0, "below P50"), (3.0, "above P50")])
    def test_one_quantile_has_two_sides(self, value: float, bound: str) -> None:
        one = np.array([0.5]), np.array([2.0])
        assert percentile_from_quantiles(Estimate(value, nan, nan, 9), *one)[1] == bound
        assert percentile_from_quantiles(Estimate(2.0, nan, nan, 9), *one)[0].value == 0.5


class TestGaps:
    @pytest.mark.parametrize("n", [0, 40])
    def test_share_without_n_is_a_constant(self, n: int) -> None:
        gap = position.gap_to_published(rate(8, 20, LEVEL), "share", 0.5, nan, n, LEVEL)
        assert gap.value == pytest.approx(-0.1)
        assert (gap.note == NOT_PUBLISHED) == (n == 0)

    def test_mean_without_spread_or_n_is_a_constant(self, subtests: pytest.Subtests) -> None:
        for sd, n in [(nan, 40), (0.3, 0), (0.3, 1), (0.0, 40)]:
            with subtests.test(sd=sd, n=n):
                gap = position.gap_to_published(
                    Estimate(1.0, 0.5, 2.0, 9), "mean", 0.75, sd, n, LEVEL
                )
                assert gap == Estimate(0.25, -0.25, 1.25, 9, NOT_PUBLISHED)

    def test_without_an_interval_of_ours_has_none(self) -> None:
        ours = Estimate(0.5, nan, nan, 9, "no interval: all values are equal")
        gap = position.gap_to_published(ours, "share", 0.25, nan, 40, LEVEL)
        assert gap.value == 0.25
        assert isnan(gap.low)
        assert isnan(gap.high)
        assert gap.note == ours.note

    @given(st.integers(0, 30), st.integers(1, 30), st.floats(0, 1), st.integers(1, 500))
    def test_of_shares_stays_possible(self, k: int, n: int, share: float, their_n: int) -> None:
        gap = position.gap_to_published(
            rate(min(k, n), n, LEVEL), "share", share, nan, their_n, LEVEL
        )
        assert -1 - 1e-9 <= gap.low <= gap.value + 1e-9
        assert gap.value - 1e-9 <= gap.high <= 1 + 1e-9

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

    @pytest.mark.parametrize("shift", [0.1, 0.45, 0.9])
    def test_interval_has_brunner_and_munzels_error(self, shift: float) -> None:
        """On the plain scale theirs is t = (p̂ - ½) ÷ error; on the logit error ÷ p̂(1 - p̂)."""
        random = np.random.default_rng(3)
        ours, peers = random.normal(shift, 1, 30), random.normal(0, 2, 40)
        test = stats.brunnermunzel(ours, peers)
        chance = superiority(ours, peers, 1 - test.pvalue, "higher")
        p = chance.value
        half = (np.log(chance.high / (1 - chance.high)) - np.log(chance.low / (1 - chance.low))) / 2
        assert half * p * (1 - p) == pytest.approx(abs(p - 0.5))

    def test_is_finite_where_t_is_huge(self) -> None:
        chance = superiority(np.array([0.0, 5.0]), np.array([-1.0, 0.0]), 0.99999, "higher")
        assert 0 <= chance.low < chance.value < chance.high <= 1

    @pytest.mark.parametrize(("ours", "value"), [(2.0, 1.0), (1.0, 0.5), (0.0, 0.0)])
    def test_of_pairs_alike_is_as_sure_as_its_smaller_side(self, ours: float, value: float) -> None:
        """Were fewer than 0.05^(1 ÷ 6) = 60.7 % of pairs so, six had all been so in under 5 %."""
        chance = superiority(np.full(6, ours), np.ones(40), LEVEL, "higher")
        alike = 0.05 ** (1 / 6)
        assert chance.value == value
        assert chance.low == pytest.approx(value * alike)
        assert chance.high == pytest.approx(1 - (1 - value) * alike)
        assert chance.note == "all pairs come out alike"

    @pytest.mark.parametrize("shift", [1.0, 2.0, 3.0])
    def test_covers_the_truth_of_few(self, shift: float) -> None:
        """N(shift, 1) against N(0, 1) is greater with Φ(shift ÷ √2)."""
        random, held = np.random.default_rng(8), 0
        for _ in range(150):
            chance = superiority(
                random.normal(shift, 1, 8), random.normal(0, 1, 20), LEVEL, "higher"
            )
            held += chance.low <= stats.norm.cdf(shift / np.sqrt(2)) <= chance.high
        assert held / 150 >= 0.84

    def test_of_one_has_none(self) -> None:
        chance = superiority(np.array([1.0]), np.arange(9.0), LEVEL, "higher")
        assert isnan(chance.value)
        assert chance.note == "1 are too few for a chance (2 needed)"

    def test_every_one_better_is_not_certain(self) -> None:
        chance = superiority(np.arange(10.0, 20), np.arange(10.0), LEVEL, "higher")
        assert chance.value == 1
        assert 0.7 < chance.low < 1


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 100))
def test_so_many_more_and_no_fewer_reach_the_target(k: int, n: int, per_cent: int) -> None:
    k = min(k, n)
    more = successes_needed(n, k, per_cent / 100)
    assert 100 * (k + more) >= per_cent * n
    assert more == 0 or 100 * (k + more - 1) < per_cent * n

"""Entropy balancing: the closed form of one dummy, the first-order condition, what is refused."""

from math import exp, isnan, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import t

from pmo_lib.stats.balancing import balanced_gap, entropy_weights


def of_two_kinds(first: int, second: int, seed: int = 1) -> pd.DataFrame:
    chance = np.random.default_rng(seed)
    kind = np.repeat([1.0, 0.0], [first, second])
    value = kind + chance.normal(0, 0.5, first + second)
    return pd.DataFrame({"category": np.where(kind, "A", "B"), "size_tier": None, "value": value})


class TestWeights:
    def test_of_one_dummy_are_the_shares_asked_for(self) -> None:
        weights = entropy_weights(np.array([[1.0], [1], [1], [0]]), np.array([0.5]))
        assert weights == pytest.approx([1 / 6, 1 / 6, 1 / 6, 1 / 2], abs=1e-6)

    def test_of_one_number_are_an_exponential_tilt(self) -> None:
        x = np.array([1.0, 2, 3, 5, 8])
        tilt = brentq(lambda k: float((np.exp(k * x) * (x - 4.5)).sum()), -5, 5)
        expected = np.array([exp(tilt * value) for value in x])
        weights = entropy_weights(x[:, None], np.array([4.5]))
        assert weights == pytest.approx(expected / expected.sum(), abs=1e-6)

    def test_a_kind_that_the_peers_lack_has_none(self) -> None:
        kinds = np.array([[1.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
        weights = entropy_weights(kinds, np.array([0.5, 0.5, 0.0]))
        assert weights == pytest.approx([0.25, 0.25, 0.5, 0], abs=1e-6)

    @pytest.mark.parametrize("target", [[0.5, 9.0], [1.2, 3.0], [0.5, -1.0]])
    def test_beyond_our_values_there_are_none(self, target: list[float]) -> None:
        ours = np.array([[0.0, 1.0], [1, 2], [0, 3], [1, 4]])
        assert entropy_weights(ours, np.array(target)) is None

    def test_outside_what_our_values_hold_together_there_are_none(self) -> None:
        ours = np.array([[0.0, 0.0], [1, 1], [0, 0.1], [0.9, 1]])
        assert entropy_weights(ours, np.array([0.9, 0.1])) is None

    @settings(max_examples=40, deadline=None)
    @given(st.integers(0, 10_000), st.integers(8, 60), st.integers(1, 4))
    def test_reach_every_mean_that_some_weights_reach(self, seed: int, n: int, k: int) -> None:
        chance = np.random.default_rng(seed)
        x = np.column_stack([chance.normal(5, 3, (n, k)), np.eye(3)[chance.integers(0, 3, n)]])
        target = chance.dirichlet(np.ones(n)) @ x
        weights = entropy_weights(x, target)
        assert weights is not None
        assert weights.sum() == pytest.approx(1)
        assert weights @ x == pytest.approx(target, abs=1e-4)


class TestGap:
    def test_equals_post_stratification_where_there_are_two_kinds(self) -> None:
        ours, peers = of_two_kinds(60, 40), of_two_kinds(20, 30, seed=2)
        a, b = (ours.loc[ours["category"] == kind, "value"].to_numpy() for kind in "AB")
        y = peers["value"].to_numpy()
        found = balanced_gap(ours, peers, 0.9)
        assert found.value == pytest.approx(0.4 * a.mean() + 0.6 * b.mean() - y.mean(), abs=1e-6)
        weights = np.repeat([0.4 / 60, 0.6 / 40], [60, 40])
        residuals = np.r_[a - a.mean(), b - b.mean()]
        own = float(np.square(weights * residuals).sum()) * 100 / 98
        unexplained = y - np.where(peers["category"] == "A", a.mean(), b.mean())
        theirs = float(np.var(unexplained, ddof=1)) / 50
        effective = 1 / float(np.square(weights).sum())
        df = (own + theirs) ** 2 / (own**2 / (effective - 2) + theirs**2 / 49)
        half = t.ppf(0.95, df) * sqrt(own + theirs)
        assert found.high - found.value == pytest.approx(half, rel=1e-4)
        assert found.note == (
            f"as good as {effective:.0f} of our projects unweighted; the largest weight is 1.5%"
        )

    def test_is_refused_where_few_of_ours_or_one_would_stand_for_the_peers(self) -> None:
        refused = {
            "weighted to the peers' mix ours are as good as 24 projects; it takes 30":
                (of_two_kinds(100, 12), of_two_kinds(30, 70)),
            "one of our projects would weigh 12%; at most 10% is fair":
                (of_two_kinds(400, 1), of_two_kinds(88, 12)),
            "no weights of ours reach the peers' mix":
                (of_two_kinds(40, 0), of_two_kinds(20, 20)),
            "too few have a known category and size": (of_two_kinds(40, 0), of_two_kinds(1, 0)),
            "neither category nor size is known on both sides":
                (of_two_kinds(40, 40), of_two_kinds(40, 40).assign(category=None)),
        }  # fmt: skip
        for note, sides in refused.items():
            found = balanced_gap(*sides, 0.9)
            assert found.note == note
            assert isnan(found.value)

    def test_a_rate_that_the_mix_explains_wholly_keeps_an_interval(self) -> None:
        ours = of_two_kinds(50, 50).assign(value=np.repeat([1.0, 0.0], 50))
        found = balanced_gap(ours, ours, 0.9)
        p = 0.5 / 101  # half a case of the other kind, on either side
        variance = p * (1 - p) / 100
        df = 4 / (1 / 98 + 1 / 99)
        half = t.ppf(0.95, df) * sqrt(2 * variance)
        assert (found.value, found.high) == pytest.approx((0.0, half), abs=1e-5)

    def test_overruns_all_alike_have_no_interval(self) -> None:
        ours, peers = (of_two_kinds(50, n).assign(value=0.3) for n in (50, 40))
        found = balanced_gap(ours, peers, 0.9)
        assert found.value == pytest.approx(0)
        assert isnan(found.low)

    def test_category_and_tier_are_both_brought_to_the_peers(self) -> None:
        """The value hangs on the two alone: nothing is left of a gap of 0.3 in the means."""
        chance = np.random.default_rng(3)

        def side(n: int, large: float, it: float) -> pd.DataFrame:
            tier, kind = chance.random(n) < large, chance.random(n) < it
            return pd.DataFrame(
                {
                    "category": np.where(kind, "IT", "Roads"),
                    "size_tier": np.where(tier, "Large", "Small"),
                    "value": 0.5 * tier + 0.5 * kind + chance.normal(0, 0.2, n),
                }
            )

        ours, peers = side(400, 0.3, 0.3), side(300, 0.6, 0.6)
        assert ours["value"].mean() - peers["value"].mean() < -0.25
        found = balanced_gap(ours, peers, 0.9)
        assert found.low < 0 < found.high
        assert abs(found.value) < 0.04

    def test_those_of_unknown_kind_are_on_neither_side(self) -> None:
        ours, peers = of_two_kinds(60, 40), of_two_kinds(20, 30, seed=2)
        odd = peers.assign(category=None, value=50.0)
        assert balanced_gap(ours, pd.concat([peers, odd]), 0.9) == balanced_gap(ours, peers, 0.9)

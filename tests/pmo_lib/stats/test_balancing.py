"""Entropy balancing: the closed form of one dummy, the first-order condition, what is refused."""

from math import exp, isnan, sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import t

from pmo_lib.stats.balancing import balanced, balanced_gap, entropy_weights


def of_two_kinds(first: int, second: int, seed: int = 1) -> pd.DataFrame:
    chance = np.random.default_rng(seed)
    kind = np.repeat([1.0, 0.0], [first, second])
    return pd.DataFrame({"kind": kind, "value": kind + chance.normal(0, 0.5, first + second)})


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


class TestBalanced:
    def test_equals_post_stratification_of_one_dummy(self) -> None:
        ours = of_two_kinds(60, 40)
        found = balanced(ours, {"kind": 0.4}, 0.9)
        a, b = ours.loc[ours["kind"] == 1, "value"], ours.loc[ours["kind"] == 0, "value"]
        assert found.value == pytest.approx(0.4 * a.mean() + 0.6 * b.mean(), abs=1e-6)
        weights = np.repeat([0.4 / 60, 0.6 / 40], [60, 40])
        residuals = np.r_[a - a.mean(), b - b.mean()]
        error = sqrt(float(np.square(weights * residuals).sum()) * 100 / 98)
        effective = 1 / float(np.square(weights).sum())
        assert found.error == pytest.approx(error, rel=1e-5)
        assert found.effective_n == pytest.approx(effective, rel=1e-5)
        assert found.high - found.value == pytest.approx(
            t.ppf(0.95, effective - 2) * error, rel=1e-4
        )
        assert found.largest_weight == pytest.approx(0.015, rel=1e-5)

    def test_too_few_behind_it_are_refused(self) -> None:
        found = balanced(of_two_kinds(100, 12), {"kind": 0.3}, 0.9)
        assert isnan(found.value)
        assert found.effective_n == pytest.approx(1 / (0.09 / 100 + 0.49 / 12), rel=1e-4)
        assert found.note == (
            "weighted to the peers' mix ours are as good as 24 projects; it takes 30"
        )

    def test_one_that_weighs_too_much_is_refused(self) -> None:
        found = balanced(of_two_kinds(400, 1), {"kind": 0.88}, 0.9)
        assert isnan(found.value)
        assert found.note == "one of our projects would weigh 12%; at most 10% is fair"

    def test_a_mix_we_cannot_reach_is_refused(self) -> None:
        found = balanced(of_two_kinds(40, 40), {"kind": 1.4}, 0.9)
        assert found.note == "no weights of ours reach the peers' mix"

    def test_a_rate_that_the_mix_explains_wholly_keeps_an_interval(self) -> None:
        ours = of_two_kinds(50, 50)
        found = balanced(ours.assign(value=ours["kind"]), {"kind": 0.5}, 0.9)
        p = 0.5 / 101
        assert found.error == pytest.approx(sqrt(p * (1 - p) / 100), rel=1e-5)
        assert 0 <= found.low < 0.5 < found.high <= 1

    def test_overruns_all_alike_have_none(self) -> None:
        found = balanced(of_two_kinds(50, 50).assign(value=0.3), {"kind": 0.4}, 0.9)
        assert found.value == pytest.approx(0.3)
        assert isnan(found.low)
        assert found.note == "no interval: all values are equal"


class TestGap:
    def sides(self, **more: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
        chance = np.random.default_rng(3)
        size = [chance.lognormal(2, 1, 200), chance.lognormal(2.4, 1, 150)]
        ours, peers = (
            pd.DataFrame({"size": s, "value": 0.3 * np.log(s) + chance.normal(0, 0.2, len(s))})
            .assign(category="IT", size_tier=None, **more)
            for s in size
        )  # fmt: skip
        return ours, peers

    def test_by_size_takes_away_what_size_explains(self) -> None:
        ours, peers = self.sides()
        raw = ours["value"].mean() - peers["value"].mean()
        found = balanced_gap(ours, peers, 0.9)
        assert raw < -0.08
        assert found.low < 0 < found.high
        assert abs(found.value) < 0.05

    def test_those_of_unknown_kind_are_on_neither_side(self) -> None:
        ours, peers = self.sides()
        odd = peers.assign(category=None, value=50.0)
        assert balanced_gap(ours, pd.concat([peers, odd]), 0.9) == balanced_gap(ours, peers, 0.9)

    def test_nothing_known_is_refused(self) -> None:
        ours, peers = (side[["value"]].assign(category=None) for side in self.sides())
        found = balanced_gap(ours, peers, 0.9)
        assert isnan(found.value)
        assert found.note == "neither category nor size is known on both sides"

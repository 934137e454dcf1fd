"""Three gaps side by side: planted performance, Simpson's paradox, too little to compare."""

from dataclasses import replace
from math import isnan
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmo_lib.benchmark.like_for_like import like_for_like
from pmo_lib.stats.estimate import Estimate

OURS_MIX, PEERS_MIX = [0.4, 0.3, 0.2, 0.1], [0.15, 0.25, 0.3, 0.3]


def portfolio(seed: int, n: int, mix: list[float], better: float = 0.0) -> pd.DataFrame:
    """Rates that depend on the category and the tier alone, and on how much better one is."""
    chance = np.random.default_rng(seed)
    kind, tier = chance.choice(4, n, p=mix), chance.choice(3, n)
    on_time = np.array([0.8, 0.6, 0.5, 0.3])[kind] - 0.1 * (tier - 1) + better
    return pd.DataFrame(
        {
            "value": (chance.random(n) < on_time).astype("float64"),
            "category": np.array(["IT", "Roads", "Rail", "Estates"])[kind],
            "size_tier": np.array(["Small", "Medium", "Large"])[tier],
        }
    )


def counts(*kinds: tuple[str, int, int]) -> pd.DataFrame:
    """So many of a category, the first of which succeed."""
    rows = [(float(i < k), category) for category, k, n in kinds for i in range(n)]
    return pd.DataFrame(rows, columns=["value", "category"]).assign(size_tier="Small")


def test_the_same_performance_with_another_mix_has_no_gap_like_for_like() -> None:
    fair, held = [], []
    for seed in range(40):
        found = like_for_like(
            portfolio(seed, 150, OURS_MIX), portfolio(seed + 999, 150, PEERS_MIX), 0.9
        )
        gaps = found.standardised, found.balanced
        fair.append([gap.value for gap in gaps])
        held.append([gap.low <= 0 <= gap.high for gap in gaps])
    assert np.mean(fair, axis=0) == pytest.approx([0, 0], abs=0.03)
    assert (np.mean(held, axis=0) >= 0.8).all()


def test_a_true_lead_is_seen_in_all_three() -> None:
    found = like_for_like(
        portfolio(1, 600, OURS_MIX, better=0.15), portfolio(2, 500, PEERS_MIX), 0.9
    )
    assert found.judgement == "comparable"
    for gap in (found.standardised, found.balanced):
        assert gap.low > 0
        assert gap.value == pytest.approx(0.15, abs=0.07)


def test_a_gap_that_may_be_chance_is_no_clear_gap() -> None:
    ours, peers = counts(("a", 10, 20), ("b", 11, 22)), counts(("a", 9, 20), ("b", 10, 22))
    found = like_for_like(ours, peers, 0.9)
    assert found.judgement == "comparable"
    assert found.reason.startswith("there is no clear gap")
    sure = like_for_like(counts(("a", 90, 100)), counts(("a", 20, 100)), 0.9)
    assert sure.reason.startswith("the gap keeps its sign")


def test_no_gap_of_shares_is_more_than_all() -> None:
    found = like_for_like(counts(("a", 1, 40)), counts(("a", 39, 40)), 0.9)
    gaps = {"standardised": Estimate(-1.0, -1.07, -0.93), "balanced": Estimate(0.9, 0.8, 1.2)}
    within = replace(found, **gaps).within(1.0)
    ends = [(gap.low, gap.high) for gap in (within.standardised, within.balanced)]
    assert ends == [(-1.0, -0.93), (0.8, 1.0)]


def test_simpsons_paradox_is_not_comparable() -> None:
    # Charig et al. 1986: 81/87 and 192/263 of the one, 234/270 and 55/80 of the other
    ours = counts(("small stones", 81, 87), ("large stones", 192, 263))
    peers = counts(("small stones", 234, 270), ("large stones", 55, 80))
    found = like_for_like(ours, peers, 0.9)
    expected = 270 / 350 * (81 / 87 - 234 / 270) + 80 / 350 * (192 / 263 - 55 / 80)
    assert found.standardised.value == pytest.approx(expected)
    assert found.balanced.value == pytest.approx(expected, abs=1e-5)
    assert found.judgement == "not comparable"
    assert "changes its sign" in found.reason


class TestContextOnly:
    OURS = portfolio(1, 60, OURS_MIX)

    def test_where_no_category_is_in_common(self) -> None:
        found = like_for_like(self.OURS, counts(("Prisons", 20, 40)), 0.9)
        assert found.judgement == "context only"
        assert "no kind of project that the peers have has 5 of ours" in found.reason
        assert "no weights of ours reach the peers' mix" in found.reason

    def test_where_there_are_three_peers(self) -> None:
        found = like_for_like(self.OURS, self.OURS.iloc[:3], 0.9)
        assert found.judgement == "context only"
        assert found.reason == ("3 peers are too few to have a mix of projects; it takes 5")
        assert isnan(found.standardised.value)

    def test_where_there_are_no_peers(self) -> None:
        found = like_for_like(self.OURS, self.OURS.iloc[:0], 0.9)
        assert found.judgement == "context only"
        assert found.reason == "0 peers are too few to have a mix of projects; it takes 5"

    def test_where_nothing_is_known_of_kind(self) -> None:
        bare = self.OURS.assign(category=None, size_tier=None)
        found = like_for_like(bare, bare, 0.9)
        assert found.judgement == "context only"
        assert "neither category nor size is known on both sides" in found.reason

    def test_where_we_have_few_of_what_the_peers_do(self) -> None:
        ours = counts(("IT", 20, 40), ("Roads", 1, 2))
        found = like_for_like(ours, counts(("IT", 8, 20), ("Roads", 40, 80)), 0.9)
        assert found.judgement == "context only"
        assert "hold only 20\u00a0% of the peers" in found.reason


def test_gaps_of_logarithms_are_told_as_shares() -> None:
    found = like_for_like(counts(("IT", 20, 40)), counts(("IT", 10, 50)), 0.9)
    shares = found.as_shares()
    for name in ("standardised", "balanced"):
        before, after = getattr(found, name), getattr(shares, name)
        assert (after.value, after.low, after.high) == pytest.approx(
            tuple(np.exp([before.value, before.low, before.high]) - 1)
        )


def test_one_stratum_is_the_raw_gap() -> None:
    found = like_for_like(counts(("IT", 20, 40)), counts(("IT", 10, 50)), 0.9)
    assert found.judgement == "comparable"
    assert found.standardised.value == pytest.approx(20 / 40 - 10 / 50)
    half = 1.6633 * (0.25 * 40 / 39 / 40 + 0.16 * 50 / 49 / 50) ** 0.5  # t of Welch's 78.9 df
    assert (found.standardised.low, found.standardised.high) == pytest.approx(
        (0.3 - half, 0.3 + half), abs=5e-4
    )
    assert found.balanced.value == pytest.approx(0.3)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.integers(5, 60), st.integers(5, 60))
def test_a_portfolio_against_itself_and_in_any_order(seed: int, n: int, m: int) -> None:
    ours, peers = portfolio(seed, n, OURS_MIX), portfolio(seed + 1, m, PEERS_MIX)
    first = like_for_like(ours, peers, 0.9)
    second = like_for_like(ours.iloc[::-1], peers.sample(frac=1, random_state=seed), 0.9)
    assert second.judgement == first.judgement
    for name in ("standardised", "balanced"):
        pair: list[Any] = [getattr(side, name) for side in (first, second)]
        assert pair[1].value == pytest.approx(pair[0].value, abs=1e-6, nan_ok=True)
        assert pair[1].low == pytest.approx(pair[0].low, abs=1e-5, nan_ok=True)
    same = like_for_like(ours, ours, 0.9)
    for gap in (same.standardised, same.balanced):
        assert isnan(gap.value) or gap.value == pytest.approx(0, abs=1e-9)
    assert same.judgement != "not comparable"

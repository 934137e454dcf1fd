"""Thirds of the portfolio by original cost."""

import pandas as pd
import pytest

from builders.portfolio import portfolio
from builders.tables import baseline, frame, numbered
from pmo_lib.facts.portfolio import TIERS, size_tiers, tier_bounds


def costs(*values: float | None) -> pd.DataFrame:
    return frame("baselines", numbered(len(values), baseline, cost=list(values)))


def test_bounds_are_terciles_of_the_costs_above_0() -> None:
    # 1 to 7: positions 1 + 6 / 3 and 1 + 6 x 2 / 3
    assert tier_bounds(costs(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, None)) == pytest.approx((3, 5))


def test_a_cost_at_a_bound_is_in_the_smaller_tier() -> None:
    tiers = size_tiers(costs(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0))
    assert list(tiers) == ["Small"] * 3 + ["Medium"] * 2 + ["Large"] * 2
    assert list(tiers.index) == [f"p{i}" for i in range(1, 8)]


def test_without_a_cost_there_is_no_tier() -> None:
    tiers = size_tiers(costs(0.0, None, 1.0, 2.0, 3.0, 4.0))
    assert tiers.isna().tolist() == [True, True, False, False, False, False]


def test_later_versions_do_not_matter() -> None:
    baselines = costs(1.0, 2.0, 3.0, 4.0)
    more = pd.concat([baselines, baselines.assign(version=1, cost=1e9)])
    assert tier_bounds(more) == tier_bounds(baselines)


def test_thirds_are_about_equal() -> None:
    counts = size_tiers(portfolio()["baselines"]).value_counts()
    assert list(counts[list(TIERS)]) == [50, 50, 50]


@pytest.mark.parametrize("given", [(5.0,), (5.0, 5.0, 5.0, 5.0), (5.0,) * 9 + (7.0,)])
def test_equal_costs_have_tiers_too(given: tuple[float, ...]) -> None:
    assert size_tiers(costs(*given)).notna().all()

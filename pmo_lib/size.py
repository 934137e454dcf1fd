"""Size tiers: thirds of the portfolio by original cost."""

import pandas as pd

from pmo_lib.portfolio import original_baselines

TIERS = ("Small", "Medium", "Large")


def size_tiers(baselines: pd.DataFrame) -> pd.Series:
    """Each project's tier by its original cost, indexed by project_id; missing without a cost.

    The bounds are the terciles of all original costs above 0.
    """
    costs = original_baselines(baselines).set_index("project_id")["cost"]
    lower, upper = tier_bounds(baselines)
    small, medium, large = TIERS
    tiers = pd.Series(large, index=costs.index, dtype="str", name="tier")
    tiers = tiers.mask(costs <= upper, medium).mask(costs <= lower, small)
    return tiers.where(costs > 0)


def tier_bounds(baselines: pd.DataFrame) -> tuple[float, float]:
    """The two costs that part small from medium and medium from large; missing without costs."""
    costs = original_baselines(baselines)["cost"]
    lower, upper = costs[costs > 0].quantile([1 / 3, 2 / 3])
    return float(lower), float(upper)

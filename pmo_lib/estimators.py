"""From observations to an estimate: one function for each statistic that a KPI may name.

Besides numerator, denominator and case_id some statistics read a column of their own:

================  ======================  ========================================================
statistic         column                  holds
================  ======================  ========================================================
survival_…        ended                   whether the duration in `numerator` has ended
tail_mean         magnitude               how large the counted case is
rate_difference   group                   "first" or "second": the rate of the first less the other
signed_mean       signed                  the value with its sign
importance_mean   importance              how much it matters
cost_drift        current, original       Σ current ÷ Σ original - 1
slip_share        slipped                 1 where the change is a slip, 0 where not
skill             segment                 the forecast, a colour; `numerator` is 1 where it went ill
quadrant_share    quadrant,               the segment's quadrant in words, and the share of
                  quadrant_share          resamples in which it lies there
================  ======================  ========================================================
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from pmo_lib import intervals
from pmo_lib.intervals import Estimate
from pmo_lib.kpi import Statistic


def _values(units: pd.DataFrame) -> intervals.Floats:
    return (units["numerator"] / units["denominator"]).to_numpy()


def _monthly(units: pd.DataFrame, level: float) -> Estimate:
    """The mean of the months' counts; a count is never below 0, whatever the interval says."""
    found = intervals.mean(units.groupby("period")["numerator"].sum().to_numpy(), level)
    return replace(found, low=max(found.low, 0.0))  # in this order a missing end stays missing


def _clustered(units: pd.DataFrame, level: float) -> Estimate:
    cases = units.groupby("case_id")[["numerator", "denominator"]].sum()
    return intervals.clustered_rate(
        cases["numerator"].to_numpy(), cases["denominator"].to_numpy(), level
    )


def _count(units: pd.DataFrame, _level: float) -> Estimate:
    return Estimate(float(units["numerator"].sum()), np.nan, np.nan, len(units))


def _overrun_mean(units: pd.DataFrame, level: float) -> Estimate:
    """Geometric mean of 1 + overrun, less 1."""
    if (_values(units) <= -1).any():
        return Estimate(np.nan, np.nan, np.nan, len(units), "some actual values are zero")
    grown = intervals.geometric_mean(1 + _values(units), level)
    return Estimate(grown.value - 1, grown.low - 1, grown.high - 1, grown.n, grown.note)


def _tail_mean(units: pd.DataFrame, _level: float) -> Estimate:
    tail = units.loc[units["numerator"] == 1, "magnitude"].to_numpy()
    if not len(tail):
        return Estimate(np.nan, np.nan, np.nan, 0, "there is no case in the tail")
    note = "no interval: no method holds its promise in so heavy a tail"
    return Estimate(float(tail.mean()), np.nan, np.nan, len(tail), note)


def _quantile(p: float) -> Callable[[pd.DataFrame, float], Estimate]:
    return lambda units, level: intervals.quantile(_values(units), p, level)


def _survival(p: float) -> Callable[[pd.DataFrame, float], Estimate]:
    return lambda units, level: intervals.survival_quantile(
        _values(units), units["ended"].to_numpy(dtype=bool), p, level
    )


CLUSTERED: frozenset[Statistic] = frozenset(
    {"clustered_rate", "clustered_mean", "clustered_median", "importance_mean", "slip_share",
     "rate_difference", "skill"}
)  # fmt: skip

ESTIMATORS: Mapping[Statistic, Callable[[pd.DataFrame, float], Estimate]] = {
    "rate": lambda units, level: intervals.rate(int(units["numerator"].sum()), len(units), level),
    "ratio": lambda units, level: intervals.ratio_of_sums(
        units["numerator"].to_numpy(), units["denominator"].to_numpy(), level
    ),
    "clustered_rate": _clustered,
    "mean": lambda units, level: intervals.mean(_values(units), level),
    "monthly_mean": _monthly,
    "count": _count,
    "geometric_mean": _overrun_mean,
    "median": _quantile(0.5),
    "p80": _quantile(0.8),
    "p95": _quantile(0.95),
    "survival_median": _survival(0.5),
    "survival_p85": _survival(0.85),
    "tail_mean": _tail_mean,
}

"""The change from a baseline: its interval, its p-value and the smallest change one could see.

A change is no effect: it says that two periods differ, not why. The method follows the statistic
(statistics.md 1.1.2); cases that are in both periods count for their covariance.
"""

from dataclasses import dataclass
from math import exp, nan, sqrt

import numpy as np
import pandas as pd

from pmo_lib.kpis.statistics import ESTIMATORS, Statistic
from pmo_lib.stats.estimate import Estimate
from pmo_lib.stats.significance import detectable, p_value

SUMS: frozenset[Statistic] = frozenset(
    {"rate", "clustered_rate", "ratio", "bounded_ratio", "event_rate"}
)
QUANTILES: dict[Statistic, float] = {
    "median": 0.5, "clustered_median": 0.5, "p80": 0.8, "p95": 0.95,
}  # fmt: skip
COLUMNS: dict[Statistic, str] = {
    "signed_mean": "signed", "importance_mean": "importance", "slip_share": "slipped",
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """Now less the baseline, in the KPI's own unit; missing ends where no method gives any."""

    value: float
    low: float = nan
    high: float = nan
    detectable: float = nan
    p_value: float = nan


def change(statistic: Statistic, now: pd.DataFrame, before: pd.DataFrame, level: float) -> Change:
    """The change of a statistic between two sets of usable observations.

    Ratios of sums by the joint jackknife of log R₁ - log R₀ over all cases; means by Welch's t
    where no case is in both; all else by combining the two intervals (Newcombe's method for
    rates; Zou & Donner 2008, with the correlation of the two estimates, for the rest).
    """
    first, second = (ESTIMATORS[statistic](units, level) for units in (now, before))
    difference = first.value - second.value
    if any(end != end for e in (first, second) for end in (e.low, e.high)):
        return Change(difference)
    if statistic in {"ratio", "bounded_ratio", "event_rate"} and min(first.value, second.value) > 0:
        low, high = _of_ratios(now, before, second.value, level)
    elif statistic in {"mean", "monthly_mean"} and not _shared(now, before):
        low, high = _welch(statistic, now, before, level)
    else:
        low, high = _combined(first, second, _correlation(statistic, now, before), level)
    cases = min(first.cases, second.cases)
    return Change(
        difference, low, high, detectable(low, high, level),
        p_value(difference, low, high, 0.0, cases, level),
    )  # fmt: skip


def _of_ratios(
    now: pd.DataFrame, before: pd.DataFrame, base: float, level: float
) -> tuple[float, float]:
    """R₀ × (exp(d ± t × se) - 1) with d = log R₁ - log R₀, jackknifed over cases.

    A case that is in both periods leaves both at once, which gives the covariance.
    """
    from scipy.stats import t

    sums = ["numerator", "denominator"]
    y1, x1, y0, x0 = (
        pd.concat([u.groupby("case_id")[sums].sum() for u in (now, before)], axis=1)
        .fillna(0.0)
        .to_numpy()
        .T
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log((y1.sum() - y1) / (x1.sum() - x1)) - np.log((y0.sum() - y0) / (x0.sum() - x0))
    n = len(logs)
    if n < 3 or not np.isfinite(logs).all():
        return nan, nan
    error = sqrt((n - 1) / n * float(np.square(logs - logs.mean()).sum()))
    smaller = min(now["case_id"].nunique(), before["case_id"].nunique())
    half = float(t.ppf((1 + level) / 2, max(smaller - 1, 1))) * error
    middle = float(np.log(y1.sum() / x1.sum()) - np.log(y0.sum() / x0.sum()))
    return base * (exp(middle - half) - 1), base * (exp(middle + half) - 1)


def _welch(
    statistic: Statistic, now: pd.DataFrame, before: pd.DataFrame, level: float
) -> tuple[float, float]:
    from scipy.stats import ttest_ind

    found = ttest_ind(*(_values(statistic, units) for units in (now, before)), equal_var=False)
    interval = found.confidence_interval(level)
    return float(interval.low), float(interval.high)


def _values(statistic: Statistic, units: pd.DataFrame) -> pd.Series:
    if statistic == "monthly_mean":
        return units.groupby("period")["numerator"].sum()
    return units["numerator"] / units["denominator"]


def _combined(
    first: Estimate, second: Estimate, correlation: float, level: float
) -> tuple[float, float]:
    """d ± √(own² + other² - 2ρ × own × other), the two intervals' sides that face each way."""

    def half(own: float, other: float) -> float:
        return sqrt(max(0.0, own**2 + other**2 - 2 * correlation * own * other))

    difference = first.value - second.value
    low = difference - half(first.value - first.low, second.high - second.value)
    return low, difference + half(first.high - first.value, second.value - second.low)


def _correlation(statistic: Statistic, now: pd.DataFrame, before: pd.DataFrame) -> float:
    """Correlation of the two estimates, from the cases that are in both; 0 where none is."""
    first, second = _influence(statistic, now), _influence(statistic, before)
    spread = sqrt(float(np.square(first).sum() * np.square(second).sum()))
    shared = float((first * second).dropna().sum())
    return min(max(shared / spread, -1.0), 1.0) if spread > 0 else 0.0


def _influence(statistic: Statistic, units: pd.DataFrame) -> pd.Series:
    """How far each case moves the estimate, up to a factor; nothing where that is not known."""
    cases, values = units["case_id"], units["numerator"] / units["denominator"]
    if statistic in SUMS:
        share = units["numerator"].sum() / units["denominator"].sum()
        moves = units["numerator"] - share * units["denominator"]
    elif statistic in QUANTILES:
        p = QUANTILES[statistic]
        moves = (values <= values.quantile(p)).astype("float64") - p
    elif statistic == "nps":
        scores = (values >= 9).astype("float64") - (values <= 6)
        moves = scores - scores.mean()
    elif statistic in {"survival_median", "survival_p85", "rate_difference", "skill"}:
        return pd.Series(dtype="float64")
    else:
        values = units[COLUMNS[statistic]] if statistic in COLUMNS else values
        if statistic == "geometric_mean":
            values = pd.Series(np.log1p(values), index=values.index)
        moves = values - values.mean()
    return moves.groupby(cases).sum()


def _shared(now: pd.DataFrame, before: pd.DataFrame) -> bool:
    return bool(now["case_id"].isin(before["case_id"]).any())

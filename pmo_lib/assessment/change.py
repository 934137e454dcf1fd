"""The change from a baseline: interval, p-value and minimum detectable change.

A change is not an effect: it says that two periods differ, not why. The method follows the
statistic (statistics.md 1.1.2); cases that are in both periods count for their covariance.
"""

from math import exp, nan, sqrt

import numpy as np
import pandas as pd

from pmo_lib.engine.result import Change
from pmo_lib.kpis.statistics import Statistic
from pmo_lib.stats.estimate import Estimate
from pmo_lib.stats.significance import detectable, p_value


def moved_by(
    statistic: Statistic,
    now: pd.DataFrame,
    before: pd.DataFrame,
    first: Estimate,
    second: Estimate,
    level: float,
) -> Change:
    """The change of a statistic from its estimate on the observations before to that on now's.

    Ratios of sums by the joint jackknife of log R₁ - log R₀ over all cases; means by Welch's t
    where no case is in both; all else by combining the two intervals (Newcombe's method for
    rates; Zou & Donner 2008, with the correlation of the two estimates, for the rest).
    """
    difference = first.value - second.value
    if any(end != end for e in (first, second) for end in (e.low, e.high)):
        return Change(difference)
    if statistic.is_ratio and min(first.value, second.value) > 0:
        low, high = _of_ratios(now, before, second.value, level)
    elif statistic.sample and not _shared(now, before):
        low, high = _welch(statistic.sample(now), statistic.sample(before), level)
    else:
        low, high = _combined(first, second, _correlation(statistic, now, before))
    cases = min(first.cases, second.cases)
    p = p_value(difference, low, high, 0.0, cases, level)
    seen = detectable(low, high, level)
    if statistic.is_ratio and all(map(_is_of_whole, (now, before))):
        high = min(high, 1.0 - second.value)  # as the low end is never below its negative
        seen = seen if seen <= 1.0 else nan  # no change that there can be would be seen
    return Change(difference, low, high, seen, p, cases)


def _of_ratios(
    now: pd.DataFrame, before: pd.DataFrame, base: float, level: float
) -> tuple[float, float]:
    """R₀ × (exp(d ± t × se) - 1) with d = log R₁ - log R₀, jackknifed over cases.

    A case in both periods is left out of both together, which accounts for the covariance.
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


def _welch(now: pd.Series, before: pd.Series, level: float) -> tuple[float, float]:
    from scipy.stats import ttest_ind

    interval = ttest_ind(now, before, equal_var=False).confidence_interval(level)
    return float(interval.low), float(interval.high)


def _combined(first: Estimate, second: Estimate, correlation: float) -> tuple[float, float]:
    """d ± √(own² + other² - 2ρ × own × other), the two intervals' sides that face each way."""

    def half(own: float, other: float) -> float:
        return sqrt(max(0.0, own**2 + other**2 - 2 * correlation * own * other))

    difference = first.value - second.value
    low = difference - half(first.value - first.low, second.high - second.value)
    return low, difference + half(first.high - first.value, second.value - second.low)


def _correlation(statistic: Statistic, now: pd.DataFrame, before: pd.DataFrame) -> float:
    """Correlation of the two estimates, from the cases that are in both; 0 where none is."""
    if not _shared(now, before):
        return 0.0
    first, second = statistic.influence(now), statistic.influence(before)
    spread = sqrt(float(np.square(first).sum() * np.square(second).sum()))
    shared = float((first * second).dropna().sum())
    return min(max(shared / spread, -1.0), 1.0) if spread > 0 else 0.0


def _is_of_whole(units: pd.DataFrame) -> bool:
    """Whether the ratio is a share of a whole: no part exceeds its own, and none is below 0."""
    return bool(units["numerator"].between(0.0, units["denominator"]).all())


def _shared(now: pd.DataFrame, before: pd.DataFrame) -> bool:
    return bool(now["case_id"].isin(before["case_id"]).any())

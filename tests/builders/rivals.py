"""Interval methods that were weighed and not taken: docs/calibration.md sets them beside ours."""

from math import exp, nan, sqrt

import numpy as np

from pmo_lib.stats.estimate import NOTHING, Estimate, t_quantile
from pmo_lib.stats.numbers import ROUNDING, Floats


def jeffreys(successes: float, n: float, level: float) -> Estimate:
    """k ÷ n with Jeffreys' interval, the quantiles of Beta(k + ½, n - k + ½); 0 and 1 at the ends.

    One end alone holds with (1 + level) ÷ 2: for a one-sided bound at 95 % the level is 90 %.
    """
    from scipy.special import betaincinv

    if n == 0:
        return NOTHING
    posterior = successes + 0.5, n - successes + 0.5
    low = 0.0 if successes == 0 else float(betaincinv(*posterior, (1 - level) / 2))
    high = 1.0 if successes == n else float(betaincinv(*posterior, (1 + level) / 2))
    return Estimate(successes / n, low, high, int(n))


def jackknife(numerators: Floats, denominators: Floats, level: float) -> Estimate:
    """Σ ÷ Σ, its logarithm's spread from leaving out each case in turn, t with n - 1; no gate."""
    n = len(numerators)
    if n == 0 or denominators.sum() <= 0:
        return NOTHING
    value = float(numerators.sum() / denominators.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log((numerators.sum() - numerators) / (denominators.sum() - denominators))
    if n < 2 or not np.isfinite(logs).all():
        return Estimate(value, nan, nan, n, "no interval: no logarithm, or all rests on one case")
    error = sqrt((n - 1) / n * float(np.square(logs - logs.mean()).sum()))
    if error <= ROUNDING:
        return Estimate(value, nan, nan, n, "no interval: all ratios are equal")
    factor = exp(t_quantile(level, n) * error)
    return Estimate(value, value / factor, value * factor, n)

"""Means of independent and of clustered values, with intervals; statistics.md 1.1 has the choice.

Functions of `stats` take plain numbers without gaps and a confidence level, and return an
`Estimate`. Where no valid interval exists its ends are missing and the note says why.
"""

from dataclasses import replace
from math import sqrt

import numpy as np

from pmo_lib.stats.estimate import NOTHING, Estimate, t_quantile
from pmo_lib.stats.numbers import ROUNDING, Floats


def mean(values: Floats, level: float) -> Estimate:
    """The mean with Student's t interval, longer where skewed; none where all values are equal."""
    return replace(clustered_mean(values, np.ones(len(values)), level), clusters=0)


def clustered_mean(totals: Floats, sizes: Floats, level: float) -> Estimate:
    """Σ totals ÷ Σ sizes over clusters, jackknifed, t with clusters - 1 degrees of freedom."""
    totals, sizes = totals[sizes > 0], sizes[sizes > 0]
    n, clusters = float(sizes.sum()), len(sizes)
    if n == 0:
        return NOTHING
    value = float(totals.sum() / n)
    apart = totals - value * sizes
    if clusters < 2 or np.abs(apart).max() <= ROUNDING * np.abs(totals).max():
        note = "all values are equal" if clusters > 1 else "one value has no spread"
        return Estimate(value, n=int(n), note=f"no interval: {note}", clusters=clusters)
    # by how much leaving out each moves the mean; where all have one unit the plain deviations
    moves = (clusters - 1) * apart / (n - sizes)
    found = _student(value, clusters, float((moves**2).sum()), float((moves**3).sum()), level)
    return replace(found, n=int(n), clusters=clusters)


def _student(value: float, n: int, squares: float, cubes: float, level: float) -> Estimate:
    """value ± t × s ÷ √n, from the n deviations' sums of squares and cubes.

    On its long side a skewed sample's interval reaches as far as Hall's (1992) cubic correction
    says: t alone is too short there. It is nowhere shorter than t's.
    """
    s, t = sqrt(squares / (n - 1)), t_quantile(level, n)
    below = above = t / sqrt(n)
    skewness = cubes / n / (squares / n) ** 1.5
    if abs(skewness) > 1e-6:  # else the correction is t itself
        ends = skewness * (np.array([t, -t]) / sqrt(n) - skewness / (6 * n))
        reach = 3 / skewness * (np.cbrt(np.maximum(1 + ends, 0.0)) - 1)
        below, above = max(below, float(reach[0])), max(above, -float(reach[1]))
    return Estimate(value, value - below * s, value + above * s, n)


def geometric_mean(ratios: Floats, level: float) -> Estimate:
    """exp(mean of log ratios) with the t interval on the log scale; ratios must be above 0."""
    logs = mean(np.log(ratios), level)
    value, low, high = np.exp([logs.value, logs.low, logs.high]).tolist()
    return replace(logs, value=value, low=low, high=high)

"""Control and prediction limits of a series, its runs and its autocorrelation.

All functions take numbers in the order of time; a missing number is a gap, neither zero nor
filled in: no move is measured across it.
"""

from math import nan, sqrt
from statistics import NormalDist

import numpy as np

from pmo_lib.stats.numbers import Floats, Integers

RANGE_TO_SIGMA = 1.128  # the mean move of independent values, in standard deviations
EFFICIENCY = 0.62  # of moving ranges beside standard deviations
LIMIT_LEVEL = NormalDist().cdf(3)
HALF_INTERVAL = NormalDist().inv_cdf(0.95)  # of the centre, 90 %, in its standard errors


def natural_limits(y: Floats, centre: float = nan) -> tuple[float, float]:
    """Centre and half width of an XmR chart: the mean, and 3 ÷ 1.128 = 2.66 mean moving ranges."""
    own = y[~np.isnan(y)]
    moves = np.abs(np.diff(y))
    moves = moves[~np.isnan(moves)]
    mean_range = float(moves.mean()) if moves.size else nan
    middle = float(own.mean()) if centre != centre else centre
    return middle, 3 * mean_range / RANGE_TO_SIGMA


def later_limits(y: Floats, weights: Floats, centre: float, half: float) -> tuple[Floats, Floats]:
    """Half widths of the prediction limits for later points, and of the centre's own interval.

    t × σ × √(1 + weight), with t at the level of three standard deviations, and 1.645 × σ ×
    √weight. The weight of a point is its cases ÷ the baseline's. σ is the standard deviation of
    the baseline `y`, and no less than its moving range says; what lies beyond the natural limits
    is no part of it, lest one special cause hide the next. Of n values a moving range knows as
    much as 0.62 (n - 1) independent differences do (Wheeler 1995).
    """
    from scipy.special import stdtrit  # scipy.stats takes a second to import

    own = y[~np.isnan(y)]
    common = own[np.abs(own - centre) <= half]
    spread = sqrt(float(np.square(common - centre).sum()) / max(len(common) - 1, 1))
    sigma = max(spread, half / 3)
    factor = float(stdtrit(EFFICIENCY * (len(own) - 1), LIMIT_LEVEL))
    return factor * sigma * np.sqrt(1 + weights), HALF_INTERVAL * sigma * np.sqrt(weights)


def run_lengths(side: Floats) -> Integers:
    """Each point's run length on one side of the centre; 0 is on neither side and breaks a run.

    Points are counted as they follow one another, a gap between them or not.
    """
    at = np.flatnonzero(~np.isnan(side))
    lengths = np.zeros(len(side), dtype="int64")
    for run in np.split(at, np.flatnonzero(np.diff(side[at])) + 1):
        if run.size and side[run[0]]:
            lengths[run] = len(run)
    return lengths


def autocorrelation(y: Floats) -> float:
    """Lag-1 autocorrelation r, corrected for its bias of -(1 + 3r) ÷ n (Kendall 1954).

    Uncorrected, two in three series of 24 points with r = 0.3 would pass for independent.
    """
    deviations = y - np.nanmean(y)
    pairs = ~np.isnan(deviations[1:] * deviations[:-1])
    first, second = deviations[:-1][pairs], deviations[1:][pairs]
    spread = sqrt(float(np.square(first).sum() * np.square(second).sum()))
    r = float((first * second).sum()) / spread if spread > 0 else 0.0
    return r + (1 + 3 * r) / int((~np.isnan(y)).sum())


def skewness(y: Floats) -> float:
    """Skewness: the third moment ÷ the second to the power of 1.5; 0 where all values are equal."""
    deviations = y - y.mean()
    variance = float(np.square(deviations).mean())
    return float((deviations**3).mean()) / variance**1.5 if variance > 0 else 0.0

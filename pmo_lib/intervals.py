"""Estimates with their intervals, one function a method; see statistics.md 1.1 for the choice.

Every function takes plain numbers without gaps and a confidence level, and returns an `Estimate`.
Where no honest interval exists its ends are missing and the note says why.
"""

import warnings
from dataclasses import dataclass
from math import inf, nan
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A value, its two-sided interval, the number of units it rests on, and what to know of it.

    ``clusters`` counts the independent cases where units come in clusters, and is 0 elsewhere.
    """

    value: float
    low: float
    high: float
    n: int
    note: str = ""
    clusters: int = 0

    @property
    def cases(self) -> int:
        """How many independent cases there are."""
        return self.clusters or self.n


def rate(successes: int, n: int, level: float) -> Estimate:
    """k ÷ n with the Wilson interval (Wilson 1927); undefined where n is 0."""
    return Estimate(successes / n, *_wilson(successes / n, n, level), n) if n else _nothing()


def clustered_rate(successes: Floats, sizes: Floats, level: float) -> Estimate:
    """Σ successes ÷ Σ sizes over clusters, Wilson with n ÷ deff, deff = 1 + (m - 1) × ICC.

    The cases of a cluster (a project's reports) resemble one another: the intraclass correlation
    is the analysis of variance's, never below 0, and m the size-weighted mean cluster.
    """
    n, clusters = float(sizes.sum()), len(sizes)
    if n == 0:
        return _nothing()
    p = float(successes.sum() / n)
    shares = successes / sizes
    typical = (n - float(np.square(sizes).sum()) / n) / max(clusters - 1, 1)
    between = float((sizes * np.square(shares - p)).sum()) / max(clusters - 1, 1)
    within = float((sizes * shares * (1 - shares)).sum()) / max(n - clusters, 1)
    spread = between + (typical - 1) * within
    correlation = max(0.0, (between - within) / spread) if spread > 0 and typical > 1 else 0.0
    deff = 1 + (float(np.square(sizes).sum()) / n - 1) * correlation
    # where all cases are alike nothing tells how alike a cluster's are: take them as one
    effective = clusters if p in {0.0, 1.0} else n / deff
    low, high = _wilson(p, effective, level)
    return Estimate(p, low, high, int(n), f"from {clusters} projects", clusters)


def _wilson(p: float, n: float, level: float) -> tuple[float, float]:
    """Wilson's interval (1927) for a share p of n cases; n need not be whole."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    centre, scale = (p + z * z / (2 * n)), 1 + z * z / n
    half = z * float(np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)))
    # at 0 and 1 rounding would put the end a hair beyond the value itself
    return max(0.0, min(p, (centre - half) / scale)), min(1.0, max(p, (centre + half) / scale))


def mean(values: Floats, level: float) -> Estimate:
    """The mean with Student's t interval; no interval where all values are equal or n < 2."""
    from scipy.stats import t

    n = len(values)
    if n == 0:
        return _nothing()
    value = float(values.mean())
    if n < 2 or np.ptp(values) == 0:
        note = "all values are equal" if n > 1 else "one value has no spread"
        return Estimate(value, nan, nan, n, f"no interval: {note}")
    half = float(t.ppf((1 + level) / 2, n - 1) * values.std(ddof=1) / np.sqrt(n))
    return Estimate(value, value - half, value + half, n)


def geometric_mean(ratios: Floats, level: float) -> Estimate:
    """exp(mean of log ratios) with the t interval on the log scale; ratios must be above 0."""
    logs = mean(np.log(ratios), level)
    return Estimate(
        float(np.exp(logs.value)), float(np.exp(logs.low)), float(np.exp(logs.high)), logs.n,
        logs.note,
    )  # fmt: skip


def quantile(values: Floats, p: float, level: float) -> Estimate:
    """The p-quantile with the tightest order-statistic interval that holds with `level`.

    Ranks l < u with P(l <= Binomial(n, p) <= u - 1) >= level; no interval where n is too small.
    """
    n = len(values)
    if n == 0:
        return _nothing()
    value = float(np.quantile(values, p))
    ranks = order_statistic_ranks(n, p, level)
    if ranks is None:
        return Estimate(value, nan, nan, n, f"no interval: {n} are too few for one at this level")
    ordered = np.sort(values)
    return Estimate(value, float(ordered[ranks[0] - 1]), float(ordered[ranks[1] - 1]), n)


def order_statistic_ranks(n: int, p: float, level: float) -> tuple[int, int] | None:
    """The closest ranks (from 1) whose values hold the p-quantile with at least `level`.

    Of equally close pairs the one with the higher coverage, then the lower ranks.
    """
    from scipy.stats import binom

    below = binom.cdf(np.arange(-1, n + 1), n, p)  # below[r] = P(X <= r - 1)
    best: tuple[int, float, int, int] | None = None
    firsts = np.searchsorted(below, below[1:n] + level - 1e-12)
    for low, high in enumerate(firsts.tolist(), start=1):
        if high <= n:
            choice = (high - low, -float(below[high] - below[low]), low, high)
            best = choice if best is None else min(best, choice)
    return (best[2], best[3]) if best else None


def ratio_of_sums(numerators: Floats, denominators: Floats, level: float) -> Estimate:
    """Σ numerators ÷ Σ denominators with the jackknife interval on its logarithm, t with n - 1.

    Where the tail gate fails no method covers, so there is no interval but the range over which
    leaving out one unit moves the figure.
    """
    from scipy.stats import t

    n, total, base = len(numerators), numerators.sum(), denominators.sum()
    if n == 0 or base <= 0:
        return _nothing()
    value = float(total / base)
    refusal = tail_gate(numerators, denominators)
    rest = base - denominators
    with np.errstate(divide="ignore", invalid="ignore"):
        left_out = (total - numerators) / rest
    if refusal:
        move = float(np.abs(left_out[rest > 0] - value).max(initial=0))
        note = f"no interval: {refusal}; one unit moves the figure by up to {move:.2f}"
        return Estimate(value, nan, nan, n, note)
    logs = np.log(left_out)
    error = float(np.sqrt((n - 1) / n * np.square(logs - logs.mean()).sum()))
    factor = float(np.exp(t.ppf((1 + level) / 2, n - 1) * error))
    return Estimate(value, value / factor, value * factor, n)


def tail_gate(numerators: Floats, denominators: Floats) -> str:
    """Why a ratio of sums may have no interval; nothing where it may (statistics.md 1.1.3).

    It may where n >= 30, the Hill tail index of the ratios is above 2.5, no unit is 20 % of a
    sum, and every unit counts for something.
    """
    n = len(numerators)
    if n < 30:
        return f"{n} are fewer than the 30 that a ratio of sums needs"
    if (numerators <= 0).any() or (denominators <= 0).any():
        return "some units have nothing above or below the line"
    largest = max(float(x.max() / x.sum()) for x in (numerators, denominators))
    if largest >= 0.2:
        return f"the largest is {largest:.0%} of the sum"
    alpha = hill_index(numerators / denominators)
    return "" if alpha > 2.5 else f"the tail is too heavy (index {alpha:.1f})"


def hill_index(values: Floats) -> float:
    """Hill's tail index over the max(10, 10 % of n) largest values; infinite without a tail."""
    ordered = np.sort(values)[::-1]
    k = min(max(10, len(values) // 10), len(values) - 1)
    excess = float(np.log(ordered[:k] / ordered[k]).mean())
    return 1 / excess if excess > 0 else inf


def survival_quantile(durations: Floats, ended: npt.NDArray[np.bool_], p: float, level: float
) -> Estimate:  # fmt: skip
    """The time by which a share p has ended, Kaplan–Meier; the rest are censored.

    The interval inverts the log-log confidence band of the survival curve; an end that the curve
    never reaches is missing.
    """
    from scipy.stats import CensoredData, ecdf

    n = len(durations)
    if n == 0 or not ended.any():
        return Estimate(nan, nan, nan, n, "none has ended")
    data = CensoredData(uncensored=durations[ended], right=durations[~ended])
    curve = ecdf(data).sf
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        # before the first end and after the last the formula has no value, and scipy says so
        warnings.simplefilter("ignore", RuntimeWarning)
        band: Any = curve.confidence_interval(level, method="log-log")
    times = curve.quantiles

    def reached(survival: Floats) -> float:
        below = np.flatnonzero(np.nan_to_num(survival, nan=1.0) <= 1 - p + 1e-12)
        return float(times[below[0]]) if below.size else nan

    value = reached(curve.probabilities)
    low, high = (reached(end.probabilities) for end in (band.low, band.high))
    note = "" if value == value else f"less than {p:.0%} have ended"
    if value == value and high != high:
        why = "too few have ended" if ended.all() else "too many are still open"
        note = f"the interval has no upper end: {why}"
    return Estimate(value, low, high, n, note)


def _nothing() -> Estimate:
    return Estimate(nan, nan, nan, 0)

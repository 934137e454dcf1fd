"""Estimates with their intervals, one function a method; see statistics.md 1.1 for the choice.

Every function takes plain numbers without gaps and a confidence level, and returns an `Estimate`.
Where no honest interval exists its ends are missing and the note says why.
"""

import warnings
from dataclasses import dataclass, replace
from math import ceil, floor, nan, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from pmo_lib.sums import ROUNDING, Floats


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


NOTHING = Estimate(nan, nan, nan, 0)


def rate(successes: float, n: float, level: float) -> Estimate:
    """k ÷ n with the Wilson interval (Wilson 1927); undefined where n is 0."""
    if n == 0:
        return NOTHING
    return Estimate(successes / n, *_wilson(successes / n, n, level), int(n))


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


def clustered_rate(successes: Floats, sizes: Floats, level: float) -> Estimate:
    """Σ successes ÷ Σ sizes over clusters, Wilson with the effective number of units.

    That is n ÷ deff × (t of n - 1 ÷ t of clusters - 1)²: with few clusters the likeness within
    them is itself known badly (Korn & Graubard 1998).
    """
    successes, sizes = successes[sizes > 0], sizes[sizes > 0]
    n, clusters = float(sizes.sum()), len(sizes)
    if n == 0:
        return NOTHING
    p = float(successes.sum() / n)
    effective = n / design_effect(successes, sizes)
    if clusters == 1:
        effective = 1.0
    elif 0 < p < 1:
        effective *= (t_quantile(level, n) / t_quantile(level, clusters)) ** 2
    return Estimate(p, *_wilson(p, effective, level), int(n), clusters=clusters)


def design_effect(successes: Floats, sizes: Floats) -> float:
    """deff = 1 + (m - 1) × ICC: by how much units that resemble one another are fewer.

    The intraclass correlation is the analysis of variance's, never below 0, and m the
    size-weighted mean cluster.
    """
    n, clusters = float(sizes.sum()), len(sizes)
    p = float(successes.sum() / n)
    if p in {0.0, 1.0}:
        # where all units are alike nothing tells how alike a cluster's are: take them as one
        return n / clusters
    shares = successes / sizes
    typical = (n - float(np.square(sizes).sum()) / n) / max(clusters - 1, 1)
    between = float((sizes * np.square(shares - p)).sum()) / max(clusters - 1, 1)
    within = float((sizes * shares * (1 - shares)).sum()) / max(n - clusters, 1)
    spread = between + (typical - 1) * within
    correlation = max(0.0, (between - within) / spread) if spread > 0 and typical > 1 else 0.0
    return 1 + (float(np.square(sizes).sum()) / n - 1) * correlation


def _wilson(p: float, n: float, level: float) -> tuple[float, float]:
    """Wilson's interval (1927) for a share p of n cases; n need not be whole."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    centre, scale = (p + z * z / (2 * n)), 1 + z * z / n
    half = z * float(np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)))
    # at 0 and 1 rounding would put the end a hair beyond the value itself
    return max(0.0, min(p, (centre - half) / scale)), min(1.0, max(p, (centre + half) / scale))


def rate_difference(first: Estimate, second: Estimate) -> Estimate:
    """The first rate less the second, Newcombe's interval (1998, method 10) from their own two.

    Each may be of clusters. Cases are counted where they are fewer: no difference is surer than
    its weaker side.
    """
    if not first.n or not second.n:
        return Estimate(nan, nan, nan, first.n + second.n, "one of the two groups has no case")
    difference = first.value - second.value
    below = sqrt((first.value - first.low) ** 2 + (second.high - second.value) ** 2)
    above = sqrt((first.high - first.value) ** 2 + (second.value - second.low) ** 2)
    return Estimate(
        difference, max(-1.0, difference - below), min(1.0, difference + above),
        first.n + second.n, clusters=min(first.cases, second.cases),
    )  # fmt: skip


def nps(n: int, promoters: float, detractors: float, level: float) -> Estimate:
    """100 × (promoters - detractors) ÷ n, the interval after Bonett & Price (2012).

    One promoter and one detractor more make it hold in small surveys.
    """
    if n == 0:
        return NOTHING
    a, b = (promoters + 1) / (n + 2), (detractors + 1) / (n + 2)
    half = NormalDist().inv_cdf((1 + level) / 2) * sqrt((a + b - (a - b) ** 2) / (n + 2))
    value = (promoters - detractors) / n
    # with nearly all of one mind the middle, moved towards 0, may leave the value outside
    low, high = min(value, max(-1.0, a - b - half)), max(value, min(1.0, a - b + half))
    return Estimate(100 * value, 100 * low, 100 * high, n)


def mean(values: Floats, level: float) -> Estimate:
    """The mean with Student's t interval, longer where skewed; none where all values are equal."""
    return replace(clustered_mean(values, np.ones(len(values)), level), clusters=0)


def mean_of_sums(n: int, total: float, squares: float, cubes: float, level: float) -> Estimate:
    """As `mean`, from n, Σy, Σy² and Σy³."""
    if n == 0:
        return NOTHING
    m = total / n
    spread = squares - n * m * m
    if spread <= ROUNDING * squares:
        return _without_spread(m, n)
    return _student(m, n, spread, cubes - 3 * m * squares + 2 * n * m**3, level)


def clustered_mean(totals: Floats, sizes: Floats, level: float) -> Estimate:
    """Σ totals ÷ Σ sizes over clusters, jackknifed, t with clusters - 1 degrees of freedom."""
    totals, sizes = totals[sizes > 0], sizes[sizes > 0]
    n, clusters = float(sizes.sum()), len(sizes)
    if n == 0:
        return NOTHING
    value = float(totals.sum() / n)
    apart = totals - value * sizes
    if clusters < 2 or np.abs(apart).max() <= ROUNDING * np.abs(totals).max():
        return replace(_without_spread(value, clusters), n=int(n), clusters=clusters)
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


def _without_spread(value: float, cases: int) -> Estimate:
    note = "all values are equal" if cases > 1 else "one value has no spread"
    return Estimate(value, nan, nan, cases, f"no interval: {note}")


def t_quantile(level: float, cases: float) -> float:
    """Student's t of a two-sided interval from so many cases."""
    from scipy.special import stdtrit  # scipy.stats takes a second to import

    return float(stdtrit(cases - 1, (1 + level) / 2))


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
        return NOTHING
    value = float(np.quantile(values, p))
    ranks = order_statistic_ranks(n, p, level)
    if ranks is None:
        return Estimate(value, nan, nan, n, f"no interval: {n} are too few for one at this level")
    ordered = np.sort(values)
    return Estimate(value, float(ordered[ranks[0] - 1]), float(ordered[ranks[1] - 1]), n)


def clustered_quantile(
    values: Floats, cases: npt.NDArray[np.int64], p: float, level: float
) -> Estimate:
    """As `quantile`, where the values of a case (numbered from 0) resemble one another.

    Woodruff's manner (1952): the ranks of n ÷ deff independent values, deff that of lying at or
    below the quantile, carried over to the ranks of all n.
    """
    n = len(values)
    if n == 0:
        return NOTHING
    value = float(np.quantile(values, p))
    sizes = np.bincount(cases).astype("float64")
    below = np.bincount(cases, weights=values <= value).astype("float64")
    effective = int(n / design_effect(below, sizes) + ROUNDING)
    ranks = order_statistic_ranks(effective, p, level)
    if ranks is None:
        note = f"no interval: {len(sizes)} cases are too few for one at this level"
        return Estimate(value, nan, nan, n, note, len(sizes))
    wider = (n + 1) / (effective + 1)
    low, high = floor(ranks[0] * wider), ceil(ranks[1] * wider)
    ordered = np.sort(values)
    return Estimate(value, float(ordered[low - 1]), float(ordered[high - 1]), n, "", len(sizes))


def order_statistic_ranks(n: int, p: float, level: float) -> tuple[int, int] | None:
    """The closest ranks (from 1) whose values hold the p-quantile with at least `level`.

    Of equally close pairs the one with the higher coverage, then the lower ranks.
    """
    from scipy.special import bdtr  # scipy.stats takes a second to import

    below = np.append(0.0, bdtr(np.arange(n + 1), n, p))  # below[r] = P(X <= r - 1)
    best: tuple[int, float, int, int] | None = None
    firsts = np.searchsorted(below, below[1:n] + level - 1e-12)
    for low, high in enumerate(firsts.tolist(), start=1):
        if high <= n:
            choice = (high - low, -float(below[high] - below[low]), low, high)
            best = choice if best is None else min(best, choice)
    return (best[2], best[3]) if best else None


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


def finite_population(estimate: Estimate, people: int) -> Estimate:
    """The interval's halves × √(1 - n ÷ N): where n of N are asked only N - n are left to chance.

    With more cases than there are people N is not to be trusted, and the interval stays.
    """
    if estimate.cases > people:
        more = f"there are more answers than the {people} people said to be there"
        return replace(estimate, note="; ".join(filter(None, [estimate.note, more])))
    factor = sqrt(1 - estimate.cases / people) if people else 1.0
    low = estimate.value - factor * (estimate.value - estimate.low)
    high = estimate.value + factor * (estimate.high - estimate.value)
    return replace(estimate, low=low, high=high)


def worst_case(value: float, answered: float, lowest: float, highest: float) -> tuple[float, float]:
    """Between what the mean of all lies if the share `answered` has this one (Manski 1989).

    Those who did not answer may all have said the lowest, or all the highest.
    """
    silent = 1 - answered
    return value * answered + lowest * silent, value * answered + highest * silent

"""Shares of cases, with intervals for independent and for clustered ones."""

from dataclasses import replace
from math import sqrt
from statistics import NormalDist

import numpy as np

from pmo_lib.stats.estimate import NOTHING, Estimate, t_quantile
from pmo_lib.stats.numbers import Floats


def rate(successes: float, n: float, level: float) -> Estimate:
    """k ÷ n with the Wilson interval (Wilson 1927); undefined where n is 0."""
    if n == 0:
        return NOTHING
    return Estimate(successes / n, *_wilson(successes / n, n, level), int(n))


def clustered_rate(successes: Floats, sizes: Floats, level: float) -> Estimate:
    """Σ successes ÷ Σ sizes over clusters, Wilson with the effective number of units.

    That is n ÷ deff × (t of n - 1 ÷ t of clusters - 1)²: with few clusters the intraclass
    correlation is itself imprecise (Korn & Graubard 1998).
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
    """The design effect: deff = 1 + (m - 1) × ICC.

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
        return Estimate(n=first.n + second.n, note="one of the two groups has no case")
    difference = first.value - second.value
    below = sqrt((first.value - first.low) ** 2 + (second.high - second.value) ** 2)
    above = sqrt((first.high - first.value) ** 2 + (second.value - second.low) ** 2)
    return Estimate(
        difference, max(-1.0, difference - below), min(1.0, difference + above),
        first.n + second.n, clusters=min(first.cases, second.cases),
    )  # fmt: skip


def nps(n: int, promoters: int, detractors: int, level: float) -> Estimate:
    """100 × (promoters - detractors) ÷ n, the interval after Bonett & Price (2012).

    One promoter and one detractor more make it hold in small surveys.
    """
    net = np.repeat([1.0, -1.0, 0.0], [promoters, detractors, n - promoters - detractors])
    return replace(clustered_nps(net, np.ones(n), level), clusters=0)


def clustered_nps(net: Floats, sizes: Floats, level: float) -> Estimate:
    """100 × Σ net ÷ Σ sizes over cases, net being a case's promoters - detractors.

    Bonett & Price's interval of cases: one case of promoters and one of detractors more, of the
    mean size, and the linearised error of the ratio. Of cases of one it is `nps`.
    """
    n = len(sizes)
    if n == 0:
        return NOTHING
    size = float(sizes.mean())
    centre = float(net.sum()) / (size * (n + 2))
    apart = np.append(net, [size, -size]) - centre * np.append(sizes, [size, size])
    error = sqrt(float(np.square(apart).sum())) / (size * (n + 2))
    half, value = NormalDist().inv_cdf((1 + level) / 2) * error, float(net.sum() / sizes.sum())
    low, high = min(value, max(-1.0, centre - half)), max(value, min(1.0, centre + half))
    return Estimate(100 * value, 100 * low, 100 * high, int(sizes.sum()), clusters=n)


def finite_population(estimate: Estimate, people: int) -> Estimate:
    """Finite population correction: the interval's halves × √(1 - n ÷ N).

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
    """Worst-case non-response bounds of the mean of all, if the share `answered` has this one
    (Manski 1989).

    Those who did not answer may all have said the lowest, or all the highest.
    """
    silent = 1 - answered
    return value * answered + lowest * silent, value * answered + highest * silent

"""Direct standardisation: ours less the peers', stratum by stratum, weighted as the peers are.

A stratum s is a category × size tier, w_s its share of the peers (statistics.md 2.2). `value` is
on a scale that may be averaged and has no gaps: 0 or 1 for a rate, log(1 + overrun) for overruns,
whose raw mean has no usable interval. A gap of logs becomes a share by exp(gap) - 1.
Both sides' size tiers must have the same bounds; a missing category or tier is unknown.
"""

from math import nan, sqrt

import numpy as np
import pandas as pd

from pmo_lib.stats.estimate import Estimate, t_quantile
from pmo_lib.stats.numbers import ROUNDING, Floats, Integers

FEWEST = 5  # of ours for a stratum to have a mean, and of the peers to be a mix
ENOUGH = 0.8  # of the peers in strata that we can fill, else the gap is of a part of them only
KINDS = ("category", "size_tier")


def standardised_gap(
    ours: pd.DataFrame, peers: pd.DataFrame, level: float
) -> tuple[Estimate, float]:
    """Σ w_s (ȳ_s - peers' ȳ_s) over the strata with 5 of ours, and their share of the peers.

    Its variance is ours and the peers' within strata, and that of the peers' mix, a sample too;
    t has Satterthwaite's degrees of freedom, as strata of few have badly known variances.
    """
    own, theirs = _strata(ours, peers)
    if not own.size:
        note = f"no kind of project that the peers have has {FEWEST} of ours"
        return Estimate(note=note), 0.0
    (n, mean, variance), (peer_n, peer_mean, peer_variance) = own, theirs
    shares, gaps = peer_n / peer_n.sum(), mean - peer_mean
    value = float(shares @ gaps)
    parts = [
        shares**2 * variance / n,
        shares**2 * peer_variance / peer_n,
        [(shares @ gaps**2 - value**2) / peer_n.sum()],
    ]
    half = half_width(np.hstack(parts), np.hstack([n, peer_n, peer_n.sum()]) - 1, level)
    coverage = float(peer_n.sum()) / len(peers)
    note = f"over {len(n)} kinds of project, which hold {coverage:.0%} of the peers"
    return Estimate(value, value - half, value + half, int(n.sum()), note), coverage


def coded(ours: pd.DataFrame, peers: pd.DataFrame) -> Integers:
    """Category and size tier of ours, then of the peers, as numbers in their order; -1 is unknown.

    A column that is unknown for all of one side is left out.
    """
    found = []
    for name in KINDS:
        both = np.concatenate([side[name].to_numpy(dtype="object") for side in (ours, peers)])
        codes, _ = pd.factorize(both, sort=True)
        if (codes[: len(ours)] >= 0).any() and (codes[len(ours) :] >= 0).any():
            found.append(codes)
    return np.stack(found, axis=1) if found else np.empty((len(ours) + len(peers), 0), "int64")


def is_rate(values: Floats) -> bool:
    """Whether all values are 0 or 1."""
    return bool(((values == 0) | (values == 1)).all())


def half_width(parts: Floats, freedom: Floats, level: float) -> float:
    """t × √Σ parts of a variance, t with Satterthwaite's (1946) degrees of freedom.

    Missing where the parts leave no variance.
    """
    variance = float(parts.sum())
    if not variance > ROUNDING**2:
        return nan
    known = float(variance**2 / (parts**2 / np.maximum(freedom, 1.0)).sum())
    return t_quantile(level, known + 1) * sqrt(variance)


def _strata(ours: pd.DataFrame, peers: pd.DataFrame) -> tuple[Floats, Floats]:
    """n, mean and variance in each stratum that has enough of ours and one of the peers.

    A unit whose stratum is unknown is in none, and among the peers lessens the coverage.
    """
    kinds = coded(ours, peers)
    if not kinds.shape[1]:
        return np.empty((3, 0)), np.empty((3, 0))
    strata = kinds @ (kinds.max() + 1) ** np.arange(kinds.shape[1])[::-1]
    strata[(kinds < 0).any(axis=1)] = -1
    values = [side["value"].to_numpy("float64") for side in (ours, peers)]
    rate = all(map(is_rate, values))
    (names, own), (peer_names, theirs) = map(
        _moments, values, np.split(strata, [len(ours)]), [rate, rate]
    )
    _, at, peer_at = np.intersect1d(names, peer_names, return_indices=True)
    enough = own[0, at] >= FEWEST
    return own[:, at[enough]], theirs[:, peer_at[enough]]


def _moments(values: Floats, strata: Integers, rate: bool) -> tuple[Integers, Floats]:
    """The strata there are, and n, mean and variance of the values in each."""
    inside = strata >= 0
    by = pd.Series(values[inside]).groupby(strata[inside])
    n, mean, spread = (np.asarray(each, "float64") for each in (by.size(), by.mean(), by.var()))
    variance = _positive_variance(n, mean, spread, rate)
    return np.unique(strata[inside]), np.stack([n, mean, variance])


def _positive_variance(n: Floats, mean: Floats, variance: Floats, rate: bool) -> Floats:
    """Each group's variance, and a positive one where all its values are equal.

    All of 5 on time does not say that none is ever late: a rate gets p(1 - p) with half a case
    more of either kind (p = (k + ½) ÷ (n + 1), Jeffreys' mean). Other values get the variance
    within the other groups.
    """
    alike = ~(variance > ROUNDING)
    if rate:
        share = (n * mean + 0.5) / (n + 1)
        return np.where(alike, share * (1 - share), variance)
    freedom = np.where(n > 1, n - 1, 0.0)
    pooled = float((freedom * np.nan_to_num(variance)).sum()) / max(float(freedom.sum()), 1.0)
    return np.where(alike, pooled, variance)

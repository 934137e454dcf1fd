"""Direct standardisation: Σ w_s ȳ_s, our mean were our mix of projects the peers'.

A stratum s is a category × size tier, w_s its share of the peers (statistics.md 2.2). `value` is
on a scale that may be averaged and has no gaps: 0 or 1 for a rate, log(1 + overrun) for overruns,
whose raw mean is none to build an interval on. A gap of logs is told as a share by exp(gap) - 1.
Both sides' size tiers must have the same bounds; a missing category or tier is unknown.
"""

from dataclasses import dataclass, replace
from math import nan, sqrt

import numpy as np
import pandas as pd

from pmo_lib.stats.estimate import Estimate, t_quantile
from pmo_lib.stats.numbers import ROUNDING, Floats

FEWEST = 5  # of ours for a stratum to have a mean, and of the peers to be a mix
ENOUGH = 0.8  # of the peers in strata that we can fill, else the mean is of a part of them only


@dataclass(frozen=True)
class Standardised:
    """A mean over strata with its interval, and the share of the peers that these strata hold."""

    value: float
    low: float
    high: float
    error: float
    coverage: float
    strata: int
    note: str = ""


def standardised(
    ours: pd.DataFrame, peers: pd.DataFrame, level: float, fewest: int = FEWEST
) -> Standardised:
    """Our mean with the peers' mix, over the strata with at least `fewest` of ours."""
    strata = strata_of(ours, peers, fewest)
    coverage = float(strata["peer_n"].sum()) / len(peers) if len(peers) else 0.0
    if strata.empty:
        note = f"no kind of project that the peers have has {fewest} of ours"
        return Standardised(nan, nan, nan, nan, 0.0, 0, note)
    columns = strata[["peer_n", "mean", "variance", "n"]].to_numpy("float64").T
    weights, means, variances, sizes = columns
    found = stratified_mean(weights, means, variances, sizes, level, coverage)
    if is_rate(ours):
        found = replace(found, low=max(found.low, 0.0), high=min(found.high, 1.0))
    return found


def stratified_mean(
    weights: Floats, means: Floats, variances: Floats, sizes: Floats, level: float,
    coverage: float = 1.0,
) -> Standardised:  # fmt: skip
    """Σ w_s ȳ_s ± t × √(Σ w_s² s_s² ÷ n_s), the weights taken as known and made to sum to 1.

    Strata of few have badly known variances: t has Satterthwaite's (1946) degrees of freedom.
    """
    shares = weights / weights.sum()
    value = float(shares @ means)
    error, half = error_and_half(shares**2 * variances / sizes, sizes - 1, level)
    notes = [
        f"the kinds of project that we have hold only {coverage:.0%} of the peers"
        if coverage < ENOUGH
        else "",
        "no interval: all values are equal" if error != error else "",
    ]
    note = "; ".join(filter(None, notes))
    return Standardised(value, value - half, value + half, error, coverage, len(means), note)


def standardised_gap(ours: pd.DataFrame, peers: pd.DataFrame, level: float) -> Estimate:
    """Σ w_s (ȳ_s - peers' ȳ_s) over the strata we can fill: both sides are of the same mix.

    Its variance is ours and the peers' within strata, and that of the peers' mix, a sample too.
    """
    strata = strata_of(ours, peers)
    if strata.empty:
        return Estimate(nan, nan, nan, 0, standardised(ours, peers, level).note)
    peer_n, n = strata["peer_n"].to_numpy("float64"), strata["n"].to_numpy("float64")
    shares = peer_n / peer_n.sum()
    gaps = (strata["mean"] - strata["peer_mean"]).to_numpy("float64")
    value = float(shares @ gaps)
    parts = [
        shares**2 * strata["variance"].to_numpy("float64") / n,
        shares**2 * strata["peer_variance"].to_numpy("float64") / peer_n,
        [(shares @ gaps**2 - value**2) / peer_n.sum()],
    ]
    _, half = error_and_half(np.hstack(parts), np.hstack([n, peer_n, peer_n.sum()]) - 1, level)
    coverage = peer_n.sum() / len(peers)
    note = f"over {len(n)} kinds of project, which hold {coverage:.0%} of the peers"
    return Estimate(value, value - half, value + half, int(n.sum()), note)


def strata_of(ours: pd.DataFrame, peers: pd.DataFrame, fewest: int = FEWEST) -> pd.DataFrame:
    """n, mean and variance of ours and the peers in each stratum that both have.

    A column that is unknown for all of one side parts nothing; a unit whose stratum is unknown is
    in none, and among the peers lessens the coverage.
    """
    keys = known_columns(ours, peers)
    if not keys:
        return pd.DataFrame({"peer_n": []})
    rate = is_rate(ours) and is_rate(peers)
    both = _moments(ours, keys, rate).join(_moments(peers, keys, rate).add_prefix("peer_"))
    return both[(both["n"] >= fewest) & (both["peer_n"] > 0)]


def known_columns(ours: pd.DataFrame, peers: pd.DataFrame) -> list[str]:
    """Of category and size tier, what at least one unit on either side says."""
    sides = ours, peers
    return [
        name
        for name in ("category", "size_tier")
        if all(name in side and side[name].notna().any() for side in sides)
    ]


def is_rate(units: pd.DataFrame) -> bool:
    """Whether all values are 0 or 1."""
    return bool(units["value"].isin([0, 1]).all())


def error_and_half(parts: Floats, freedom: Floats, level: float) -> tuple[float, float]:
    """√Σ parts of a variance, and t times that; t has Satterthwaite's degrees of freedom.

    Both are missing where the parts leave no variance.
    """
    variance = float(parts.sum())
    if not variance > ROUNDING**2:
        return nan, nan
    known = float(variance**2 / (parts**2 / np.maximum(freedom, 1.0)).sum())
    return sqrt(variance), t_quantile(level, known + 1) * sqrt(variance)


def honest_variance(n: Floats, mean: Floats, variance: Floats, rate: bool) -> Floats:
    """Each group's variance of values, and where its values are all alike one that is not 0.

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


def _moments(units: pd.DataFrame, keys: list[str], rate: bool) -> pd.DataFrame:
    by = units.groupby(keys, observed=True)["value"]
    found = pd.DataFrame({"n": by.size(), "mean": by.mean(), "variance": by.var()})
    n, mean, variance = found.to_numpy("float64").T
    return found.assign(variance=honest_variance(n, mean, variance, rate))

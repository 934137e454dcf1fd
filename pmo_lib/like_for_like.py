"""Like for like: the gap to peers as it stands, and with the peers' mix of projects.

Both sides come as frames with a row a case: value (on the scale that may be averaged: 0 and 1
of a rate, log(1 + overrun) of an overrun), category, size_tier (missing where unknown).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan, sqrt

import numpy as np
import pandas as pd

from pmo_lib.balancing import entropy_weights, weighted_mean
from pmo_lib.comparability import Judgement
from pmo_lib.sums import Floats

FEWEST_IN_STRATUM = 5
ENOUGH_COVERAGE = 0.8


@dataclass(frozen=True)
class Mean:
    """A mean with its standard error and degrees of freedom."""

    value: float
    error: float
    freedom: float


@dataclass(frozen=True)
class MixGap:
    """Ours less theirs on one mix, with its interval; ``coverage`` is the share of the peers'
    mix that we have projects for, ``note`` what to know of it."""

    value: float = nan
    low: float = nan
    high: float = nan
    coverage: float = nan
    note: str = ""


@dataclass(frozen=True)
class LikeForLike:
    """The three gaps, and whether they agree."""

    raw: MixGap
    standardised: MixGap
    balanced: MixGap
    judgement: Judgement
    reason: str


def standardised_mean(
    weights: Sequence[float], means: Sequence[float], sds: Sequence[float], ns: Sequence[int]
) -> Mean:
    """Σ w_s ȳ_s with variance Σ w_s² s_s² ÷ n_s; degrees of freedom after Satterthwaite."""
    w, y, s, n = (np.asarray(each, dtype="float64") for each in (weights, means, sds, ns))
    parts = w**2 * s**2 / n
    total = float(parts.sum())
    small = float((parts**2 / np.maximum(n - 1, 1)).sum())
    return Mean(float(w @ y), sqrt(total), total**2 / small if small else float(n.sum() - 1))


def like_for_like(
    ours: pd.DataFrame, peers: pd.DataFrame, level: float, *, is_log: bool = False
) -> LikeForLike:
    """The raw, the standardised and the balanced gap; not comparable where their signs differ.

    ``is_log`` values are logarithms, whose gaps are told as shares: exp(gap) - 1.
    """
    theirs = _mean(peers["value"].to_numpy(dtype="float64"))
    own = _mean(ours["value"].to_numpy(dtype="float64"))
    raw = _gap(own, theirs, level, is_log)
    standardised = _standardised(ours, peers, level, is_log)
    balanced = _balanced(ours, peers, theirs, level, is_log)
    return LikeForLike(raw, standardised, balanced, *_judged(raw, standardised, balanced))


def _judged(raw: MixGap, *adjusted: MixGap) -> tuple[Judgement, str]:
    told = [each for each in adjusted if not isnan(each.value)]
    if not told:
        return "context only", f"The mix cannot be made the same: {adjusted[0].note}."
    signs = {np.sign(each.value) for each in (raw, *told)}
    if len(signs - {0.0}) > 1:
        return "not comparable", (
            "With the same mix of projects the difference turns round, so it is one of the mix."
        )
    return "comparable", "The difference keeps its sign with the same mix of projects."


def _standardised(ours: pd.DataFrame, peers: pd.DataFrame, level: float, is_log: bool) -> MixGap:
    """Both sides on the peers' mix over the strata of which we have enough."""
    own, their = (_strata(each) for each in (ours, peers))
    mix = their.value_counts()
    counts = own.value_counts()
    known = [s for s in mix.index if counts.get(s, 0) >= FEWEST_IN_STRATUM and mix[s] > 1]
    if not known:
        return MixGap(note=f"no kind of project of theirs has {FEWEST_IN_STRATUM} of ours")
    coverage = float(mix[known].sum() / len(peers))
    weights = (mix[known] / mix[known].sum()).tolist()
    sides = []
    for frame, strata in ((ours, own), (peers, their)):
        groups = [frame.loc[strata == s, "value"].to_numpy(dtype="float64") for s in known]
        pooled = _pooled_sd(groups)
        sds = [_sd(values, pooled) for values in groups]
        means = [float(values.mean()) for values in groups]
        sides.append(standardised_mean(weights, means, sds, [len(values) for values in groups]))
    own_mean, their_mean = sides
    note = f"it rests on {coverage:.0%} of their mix" if coverage < ENOUGH_COVERAGE else ""
    return _gap(own_mean, their_mean, level, is_log, coverage, note)


def _balanced(
    ours: pd.DataFrame, peers: pd.DataFrame, theirs: Mean, level: float, is_log: bool
) -> MixGap:
    """Our cases weighted to the peers' shares of categories and sizes."""
    columns = pd.concat([ours, peers], keys=["ours", "theirs"])[["category", "size_tier"]]
    dummies = pd.get_dummies(columns.fillna("not stated").astype("str"), drop_first=True)
    x = dummies.astype("float64")
    is_ours = x.index.get_level_values(0) == "ours"
    target = x[~is_ours].to_numpy().mean(axis=0)
    found = entropy_weights(x[is_ours].to_numpy(), target)
    if found.weights is None:
        return MixGap(note=found.note)
    value, error = weighted_mean(ours["value"].to_numpy(dtype="float64"), found.weights)
    note = f"in effect {found.effective_n:.0f} of our cases"
    return _gap(Mean(value, error, found.effective_n - 1), theirs, level, is_log, note=note)


def _strata(frame: pd.DataFrame) -> pd.Series:
    """Category × size; who has no category is a stratum of nobody else's."""
    known = frame["size_tier"].fillna("any size").astype("str")
    return (frame["category"].astype("str") + " / " + known).where(frame["category"].notna())


def _mean(values: Floats) -> Mean:
    n = len(values)
    if n < 2:
        return Mean(float(values.mean()) if n else nan, nan, nan)
    return Mean(float(values.mean()), _sd(values, nan) / sqrt(n), n - 1)


def _sd(values: Floats, pooled: float) -> float:
    """The standard deviation; where there is none to see that of all strata, or of k + ½.

    Five of five on time do not make a sixth certain.
    """
    found = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    if found > 0:
        return found
    if pooled > 0:
        return pooled
    n = len(values)
    is_rate = bool(np.isin(values, (0.0, 1.0)).all())
    p = (float(values.sum()) + 0.5) / (n + 1)
    return sqrt(p * (1 - p)) if is_rate else 0.0


def _pooled_sd(groups: Sequence[Floats]) -> float:
    freedom = sum(len(values) - 1 for values in groups)
    squares = sum(float(np.square(values - values.mean()).sum()) for values in groups)
    return sqrt(squares / freedom) if freedom > 0 else 0.0


def _gap(
    ours: Mean, theirs: Mean, level: float, is_log: bool, coverage: float = nan, note: str = ""
) -> MixGap:
    """Ours less theirs, Welch's t; of logarithms as a share."""
    from scipy.stats import t

    gap, variances = ours.value - theirs.value, (ours.error**2, theirs.error**2)
    total = sum(variances)
    half = nan
    if total > 0:
        small = sum(
            v**2 / f for v, f in zip(variances, (ours.freedom, theirs.freedom), strict=True)
        )
        half = float(t.ppf((1 + level) / 2, total**2 / small)) * sqrt(total)
    ends = [gap, gap - half, gap + half]
    value, low, high = (float(np.expm1(end)) for end in ends) if is_log else ends
    return MixGap(value, low, high, coverage, note)

"""Entropy balancing (Hainmueller 2012): our mean weighted so that our mix is the peers'.

Of all weights that reach the peers' means of the covariates it takes those nearest to equal
ones. Only the peers' means are needed, so a published table will do. `value` as in
`standardisation`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from pmo_lib.stats.estimate import Estimate
from pmo_lib.stats.numbers import ROUNDING, Floats
from pmo_lib.stats.standardisation import error_and_half, is_rate, known_columns

FEWEST_EFFECTIVE = 30.0
LARGEST_WEIGHT = 0.1
RESIDUAL = 1e-6  # how far, in standard deviations of ours, the weighted means may miss the target


@dataclass(frozen=True)
class Balanced:
    """A weighted mean with its interval; missing where the note says why it is refused.

    ``effective_n`` = (Σw)² ÷ Σw²: of so many projects with equal weights it is as good.
    """

    value: float
    low: float
    high: float
    effective_n: float
    largest_weight: float
    note: str = ""
    error: float = nan


def balanced(ours: pd.DataFrame, target_means: Mapping[str, float], level: float) -> Balanced:
    """Our mean of `value` with weights that give our columns the means `target_means`."""
    covariates = ours[list(target_means)].to_numpy("float64")
    weights = entropy_weights(covariates, np.array(list(target_means.values()), dtype="float64"))
    if weights is None:
        return Balanced(nan, nan, nan, nan, nan, "no weights of ours reach the peers' mix")
    effective, largest = float(1 / np.square(weights).sum()), float(weights.max())
    refusal = _refusal(effective, largest)
    if refusal:
        return Balanced(nan, nan, nan, effective, largest, refusal)
    value = float(weights @ ours["value"].to_numpy("float64"))
    parts, freedom, _ = _linearised(ours, covariates, weights)
    error, half = error_and_half(np.array([parts]), np.array([freedom]), level)
    low, high = value - half, value + half
    if is_rate(ours):
        low, high = max(low, 0.0), min(high, 1.0)
    note = "no interval: all values are equal" if error != error else ""
    return Balanced(value, low, high, effective, largest, note, error)


def balanced_gap(ours: pd.DataFrame, peers: pd.DataFrame, level: float) -> Estimate:
    """Our balanced mean less the peers' mean, of those whose category and size are known.

    The peers' variance is that of what the covariates leave unexplained by our own regression on
    them: the share that stems from the peers' mix moves both means alike.
    """
    columns = known_columns(ours, peers)
    sized = all("size" in side and side["size"].notna().any() for side in (ours, peers))
    columns = [name for name in columns if not (sized and name == "size_tier")]
    if not columns and not sized:
        return Estimate(nan, nan, nan, 0, "neither category nor size is known on both sides")
    ours, peers = (side.dropna(subset=[*columns, *["size"][:sized]]) for side in (ours, peers))
    if len(peers) < 2 or ours.empty:
        return Estimate(nan, nan, nan, 0, "too few have a known category and size")
    ours_at, peers_at = _covariates(ours, peers, columns, sized)
    target = peers_at.mean()
    found = balanced(
        ours_at.assign(value=ours["value"]),
        {str(name): float(mean) for name, mean in target.items()},
        level,
    )
    if found.value != found.value:
        return Estimate(nan, nan, nan, len(ours), found.note)
    covariates = ours_at.to_numpy("float64")
    weights = entropy_weights(covariates, target.to_numpy("float64"))
    assert weights is not None  # else it had been refused
    own, freedom, slopes = _linearised(ours, covariates, weights)
    y = peers["value"].to_numpy("float64")
    unexplained = float(np.var(y - peers_at.to_numpy("float64") @ slopes, ddof=1))
    theirs = _at_least(unexplained, y, len(y), is_rate(peers)) / len(y)
    value = found.value - float(y.mean())
    parts, degrees = np.array([own, theirs]), np.array([freedom, len(y) - 1.0])
    _, half = error_and_half(parts, degrees, level)
    note = (
        f"as good as {found.effective_n:.0f} of our projects unweighted; "
        f"the largest weight is {found.largest_weight:.1%}"
    )
    return Estimate(value, value - half, value + half, len(ours), note)


FARTHEST = 50.0  # λ, in standard deviations of the covariates


def entropy_weights(covariates: Floats, targets: Floats) -> Floats | None:
    """w_i ∝ exp(λ'(x_i - target)), λ minimising log Σ exp(λ'(x_i - target)); None if none do.

    Where a target is at the edge of our values, only units on that edge can have a weight.
    """
    from scipy.optimize import minimize
    from scipy.special import logsumexp, softmax

    apart = covariates - targets
    if len(apart) == 0:
        return None
    edge = (apart.min(axis=0) > -ROUNDING) | (apart.max(axis=0) < ROUNDING)
    usable = (np.abs(apart[:, edge]) < ROUNDING).all(axis=1)
    if not usable.all():
        rest = entropy_weights(covariates[usable], targets)
        if rest is None:
            return None
        weights = np.zeros(len(apart))
        weights[usable] = rest
        return weights
    spread = apart.std(axis=0)
    scaled = apart / np.where(spread > 0, spread, 1.0)

    def height(at: Floats, *_: object) -> float:
        return float(logsumexp(scaled @ at))

    def slope(at: Floats, *_: object) -> Any:
        return softmax(scaled @ at) @ scaled

    # a target out of reach has no minimum: the bounds, far beyond any use, end the search
    found = minimize(
        height, np.zeros(scaled.shape[1]), jac=slope, method="L-BFGS-B",
        bounds=[(-FARTHEST, FARTHEST)] * scaled.shape[1],
        options={"ftol": 0.0, "gtol": RESIDUAL / 100, "maxiter": 500},
    )  # fmt: skip
    weights = np.asarray(softmax(scaled @ found.x), dtype="float64")
    return weights if np.abs(weights @ scaled).max(initial=0.0) <= RESIDUAL else None


def _refusal(effective: float, largest: float) -> str:
    if effective < FEWEST_EFFECTIVE - ROUNDING:
        return (
            f"weighted to the peers' mix ours are as good as {effective:.0f} projects; "
            f"it takes {FEWEST_EFFECTIVE:.0f}"
        )
    if largest > LARGEST_WEIGHT:
        return (
            f"one of our projects would weigh {largest:.0%}; at most {LARGEST_WEIGHT:.0%} is fair"
        )
    return ""


def _linearised(
    ours: pd.DataFrame, covariates: Floats, weights: Floats
) -> tuple[float, float, Floats]:
    """Variance Σ w² e² of a calibrated mean, its degrees of freedom, and the slopes.

    e are the residuals of the weighted regression on the covariates (Deville & Särndal 1992).
    """
    y = ours["value"].to_numpy("float64")
    root = np.sqrt(weights)
    design = np.column_stack([np.ones(len(y)), covariates])
    fitted, _, rank, _ = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)
    residuals = y - design @ fitted
    n, effective = int((weights > 0).sum()), float(1 / np.square(weights).sum())
    squares = float(np.square(weights * residuals).sum()) * n / max(n - rank, 1)
    used = y[weights > 0]
    variance = _at_least(squares * effective, used, effective, is_rate(ours)) / effective
    return variance, max(effective - rank, 1.0), fitted[1:]


def _at_least(variance: float, y: Floats, n: float, rate: bool) -> float:
    """The variance, but where nothing is left of a rate's, that of half a case of the other kind.

    That the mix explains all of n outcomes does not say that it explains the next.
    """
    share = 0.5 / (n + 1)
    return share * (1 - share) if rate and variance <= ROUNDING else variance


def _covariates(
    ours: pd.DataFrame, peers: pd.DataFrame, columns: list[str], sized: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """0 or 1 for each category (and tier) that either side has, and the log of size."""
    both = pd.concat([ours, peers], ignore_index=True)
    found = pd.get_dummies(both[columns].astype("object"), dtype="float64")
    if sized:
        found["log_size"] = np.log(both["size"].to_numpy("float64"))
    return found.iloc[: len(ours)].set_index(ours.index), found.iloc[len(ours) :]

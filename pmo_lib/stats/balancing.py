"""Entropy balancing (Hainmueller 2012): our mean weighted so that our mix is the peers'.

Of all weights that reach the peers' means of the covariates it takes those nearest to equal
ones. `value`, category and size tier as in `standardisation`.
"""

import numpy as np
import pandas as pd

from pmo_lib.stats.estimate import Estimate
from pmo_lib.stats.numbers import ROUNDING, Floats, Integers
from pmo_lib.stats.standardisation import coded, half_width, is_rate

FEWEST_EFFECTIVE = 30.0
LARGEST_WEIGHT = 0.1
RESIDUAL = 1e-8  # how far, in standard deviations of ours, the weighted means may miss the target
MOST_STEPS = 200  # a handful is what it takes
FARTHEST = 50.0  # λ, in standard deviations of the covariates


def balanced_gap(ours: pd.DataFrame, peers: pd.DataFrame, level: float) -> Estimate:
    """Our balanced mean less the peers' mean, of those whose category and size are known.

    The peers' variance is that of what the covariates leave unexplained by our own regression on
    them: the share that stems from the peers' mix moves both means alike. It is refused where the
    effective number (Σw)² ÷ Σw² of ours is below 30, or one weighs more than a tenth.
    """
    kinds = coded(ours, peers)
    if not kinds.shape[1]:
        return Estimate(note="neither category nor size is known on both sides")
    known = (kinds >= 0).all(axis=1)
    y, peer_y = (
        side["value"].to_numpy("float64")[of]
        for side, of in zip((ours, peers), np.split(known, [len(ours)]), strict=True)
    )
    if len(peer_y) < 2 or not len(y):
        return Estimate(note="too few have a known category and size")
    covariates, peer_covariates = np.split(_dummies(kinds[known]), [len(y)])
    weights = entropy_weights(covariates, peer_covariates.mean(axis=0))
    if weights is None:
        return Estimate(n=len(y), note="no weights of ours reach the peers' mix")
    effective, largest = float(1 / np.square(weights).sum()), float(weights.max())
    if refusal := _refusal(effective, largest):
        return Estimate(n=len(y), note=refusal)
    own, freedom, slopes = _linearised(y, covariates, weights, is_rate(y))
    unexplained = float(np.var(peer_y - peer_covariates @ slopes, ddof=1))
    theirs = _at_least(unexplained, len(peer_y), is_rate(peer_y)) / len(peer_y)
    value = float(weights @ y) - float(peer_y.mean())
    half = half_width(np.array([own, theirs]), np.array([freedom, len(peer_y) - 1.0]), level)
    note = (
        f"as good as {effective:.0f} of our projects unweighted; "
        f"the largest weight is {largest:.1%}"
    )
    return Estimate(value, value - half, value + half, len(y), note)


def entropy_weights(covariates: Floats, targets: Floats) -> Floats | None:
    """w_i ∝ exp(λ'(x_i - target)), λ minimising log Σ exp(λ'(x_i - target)); None if none do.

    Where a target is at the edge of our values, only units on that edge can have a weight.
    """
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
    return _newton(apart / np.where(spread > 0, spread, 1.0))


def _newton(scaled: Floats) -> Floats | None:
    """The weights of which the means of all columns are 0, by Newton's method.

    A target out of reach has no minimum: λ grows without end, or no step leads any lower.
    """
    at = np.zeros(scaled.shape[1])
    height, weights = _tilted(scaled, at)
    for _ in range(MOST_STEPS):
        missed = weights @ scaled
        if np.abs(missed).max(initial=0.0) <= RESIDUAL:
            return weights
        curvature = (scaled.T * weights) @ scaled - np.outer(missed, missed)
        step = np.linalg.lstsq(curvature, missed, rcond=None)[0]  # dummies are collinear
        while True:
            lower, weights = _tilted(scaled, at - step)
            if lower < height + ROUNDING:
                break
            step /= 2
            if np.abs(step).max() < RESIDUAL:
                return None
        at, height = at - step, lower
        if np.abs(at).max() > FARTHEST:
            return None
    return None


def _tilted(scaled: Floats, at: Floats) -> tuple[float, Floats]:
    """log Σ exp(λ'x) and the weights ∝ exp(λ'x)."""
    exponents = scaled @ at
    highest = exponents.max()
    weights = np.exp(exponents - highest)
    return float(highest + np.log(weights.sum())), weights / weights.sum()


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
    y: Floats, covariates: Floats, weights: Floats, rate: bool
) -> tuple[float, float, Floats]:
    """Variance Σ w² e² of a calibrated mean, its degrees of freedom, and the slopes.

    e are the residuals of the weighted regression on the covariates (Deville & Särndal 1992).
    """
    root = np.sqrt(weights)
    design = np.column_stack([np.ones(len(y)), covariates])
    fitted, _, rank, _ = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)
    residuals = y - design @ fitted
    n, effective = int((weights > 0).sum()), float(1 / np.square(weights).sum())
    squares = float(np.square(weights * residuals).sum()) * n / max(n - rank, 1)
    variance = _at_least(squares * effective, effective, rate) / effective
    return variance, max(effective - rank, 1.0), fitted[1:]


def _at_least(variance: float, n: float, rate: bool) -> float:
    """The variance, but where nothing is left of a rate's, that of half a case of the other kind.

    That the mix explains all of n outcomes does not say that it explains the next.
    """
    share = 0.5 / (n + 1)
    return share * (1 - share) if rate and variance <= ROUNDING else variance


def _dummies(kinds: Integers) -> Floats:
    """A column of 0 or 1 for each category, then for each tier, that there is."""
    columns = [codes == kind for codes in kinds.T for kind in np.unique(codes)]
    return np.array(columns, dtype="float64").T

"""Entropy balancing: the weights of our cases that give them the peers' averages."""

from dataclasses import dataclass
from math import nan, sqrt

import numpy as np

from pmo_lib.sums import Floats

FEWEST_EFFECTIVE = 30
LARGEST_WEIGHT = 0.1
RESIDUAL = 1e-6  # of the averages, in their standard deviations


@dataclass(frozen=True)
class Weights:
    """One weight a case, adding to 1, or the reason why there are none."""

    weights: Floats | None
    effective_n: float = nan
    largest: float = nan
    note: str = ""


def entropy_weights(covariates: Floats, target: Floats) -> Weights:
    """w_i ∝ exp(λ'(x_i - target)), λ the minimum of log Σ exp(λ'(x_i - target)) (Hainmueller 2012).

    ``covariates`` has a row a case, ``target`` the peers' means of the columns: of the peers
    nothing else is needed. Refused where no weights reach the target, where fewer than 30 cases
    are left in effect ((Σw)² ÷ Σw²), and where one case has more than a tenth of the weight.
    """
    from scipy.optimize import minimize
    from scipy.special import logsumexp

    if len(covariates) == 0:
        return Weights(None, note="we have no cases to weight")
    spread = covariates.std(axis=0)
    varies = spread > 0
    if (np.abs(covariates.mean(axis=0) - target)[~varies] > RESIDUAL).any():
        return Weights(None, note="they have a kind of project of which we have none")
    if not varies.any():
        n = len(covariates)
        return _gated(np.full(n, 1 / n))
    x = (covariates[:, varies] - target[varies]) / spread[varies]

    def loss(at: Floats) -> tuple[float, Floats]:
        scores = x @ at
        total = float(logsumexp(scores))
        gradient: Floats = np.exp(scores - total) @ x
        return total, gradient

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="BFGS", options={"gtol": 1e-9})
    scores = x @ found.x
    weights: Floats = np.exp(scores - logsumexp(scores))
    if not np.isfinite(weights).all() or np.abs(weights @ x).max() > RESIDUAL:
        return Weights(None, note="no weights of ours reach their mix")
    return _gated(weights)


def weighted_mean(values: Floats, weights: Floats) -> tuple[float, float]:
    """Σ w y, and its standard error √(n ÷ (n - 1) × Σ w² (y - Σ w y)²)."""
    mean, n = float(weights @ values), len(values)
    squares = float(np.square(weights) @ np.square(values - mean))
    return mean, sqrt(n / (n - 1) * squares)


def _gated(weights: Floats) -> Weights:
    effective, largest = float(1 / np.square(weights).sum()), float(weights.max())
    note = ""
    if effective < FEWEST_EFFECTIVE:
        note = f"in effect {effective:.0f} of our cases would be left ({FEWEST_EFFECTIVE} needed)"
    elif largest > LARGEST_WEIGHT:
        note = f"one case would have {largest:.0%} of the weight"
    return Weights(None if note else weights, effective, largest, note)

"""The propensity of being treated, and each treated one's nearest untreated on it."""

from typing import Any

import numpy as np

from pmo_lib.stats.numbers import Bools, Floats, Integers, standardised

CALIPER = 0.2  # standard deviations of the logit (Austin 2011)
TIED = 1e-9  # distances on the logit that differ by less are equal
RIDGE = 0.01  # on standardised slopes: holds them finite where treated and not are apart


def propensity_logit(x: Floats, treated: Bools) -> Floats:
    """The log odds of being treated, by logistic regression on the standardised columns of x."""
    from scipy.optimize import minimize
    from scipy.special import expit

    z, y = np.column_stack([np.ones(len(x)), standardised(x)]), treated.astype("float64")
    penalty = RIDGE * np.append(0.0, np.ones(x.shape[1]))

    def loss(at: Floats, *_: object) -> float:
        odds = z @ at
        return float(np.logaddexp(0, odds).sum() - y @ odds + penalty @ at**2 / 2)

    def slope(at: Floats, *_: object) -> Any:
        return z.T @ (expit(z @ at) - y) + penalty * at

    start = np.zeros(z.shape[1])
    best = minimize(loss, start, jac=slope, method="L-BFGS-B", options={"ftol": 0.0, "gtol": 1e-6})
    return np.asarray(z @ best.x, dtype="float64")


def match_weights(logit: Floats, treated: Bools, strata: Integers) -> Floats:
    """1 for each treated with a match in its stratum; for its matches, one between them.

    A match is the nearest untreated on the logit, with replacement, within the caliper. Of equally
    near ones none is preferred: they share (Abadie & Imbens 2006).
    """
    weights = np.zeros(len(logit))
    caliper = CALIPER * float(logit.std(ddof=1)) + TIED
    order = np.argsort(strata, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(strata[order])) + 1):
        controls = rows[~treated[rows]]
        for row in rows[treated[rows]] if controls.size else ():
            apart = np.abs(logit[controls] - logit[row])
            nearest = float(apart.min())
            tied = controls[apart <= nearest + TIED]
            if nearest <= caliper:
                weights[row] = 1.0
                weights[tied] += 1.0 / len(tied)
    return weights

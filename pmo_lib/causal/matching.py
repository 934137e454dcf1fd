"""Propensity-score matching within department, year and category.

For a service of the PMO that was chosen project by project (statistics.md 3.6). Projects that
expect trouble choose it more often: unless risk at approval is recorded the effect is at most
associated with the service.
"""

from dataclasses import replace
from math import exp, nan, sqrt
from typing import Any

import numpy as np
import pandas as pd

from pmo_lib.causal.effect import Effect
from pmo_lib.stats.estimate import t_p_value, t_quantile
from pmo_lib.stats.numbers import ROUNDING, Bools, Floats, Integers, standardised
from pmo_lib.wording import listed

STRATA = ["department", "start_year", "category"]
COVARIATES = ["log_size", "log_planned_days", "risk"]
WORDS = {
    "log_size": "size, or approved cost where no size is recorded",
    "log_planned_days": "approved duration",
    "risk": "risk before approval",
    "propensity": "chance of using the PMO",
}
COLUMNS = [*STRATA, *COVARIATES, "treated", "value"]
RISK_KNOWN = 0.8  # of either side; with less it is left out rather than most projects
CALIPER = 0.2  # standard deviations of the logit (Austin 2011)
TIED = 1e-9  # distances on the logit that differ by less are equal
RIDGE = 0.01  # on standardised slopes: holds them finite where treated and not are apart
GOOD_BALANCE = 0.1
FEWEST_DEPARTMENTS = 6
FEWEST_MATCHED = 20
FEWEST_SHARE = 0.5
BY_DEPARTMENT = "A roll-out by department, in an order that has nothing to do with results."
WITH_RISK = "A risk score given before approval, or a roll-out by department, would show it."


def matched(projects: pd.DataFrame, level: float = 0.9) -> Effect:
    """The slope on treated of value ~ treated + covariates over matched projects (ATT).

    Each treated has weight 1, and its nearest untreated ones within the caliper share 1. The
    interval is t with departments less 1 degrees of freedom, from the error clustered by
    department × √(G ÷ (G - 1)). n counts the treated that have a match.

    Parameters
    ----------
    projects : department, start_year, category (may be missing), log_size, log_planned_days,
        risk (at approval; may be missing), treated (bool) and value, a row a project. One without
        a category where others have it, or without a covariate, has no match.
    level : of the interval, between 0 and 1.
    """
    # in an order of their own, so that sums do not depend on the one they came in
    units = projects[COLUMNS].dropna(subset=["value", "treated"])
    units = units.astype(dict.fromkeys([*COVARIATES, "value"], "float64") | {"treated": "bool"})
    units = units.sort_values([*COVARIATES, *STRATA, "treated", "value"], ignore_index=True)
    risk = units["risk"]
    known = risk.notna().groupby(units["treated"]).mean().min()
    recorded = bool(known >= RISK_KNOWN and risk.min() < risk.max())
    names = COVARIATES if recorded else COVARIATES[:2]
    strata = [name for name in STRATA if name != "category" or units[name].notna().any()]
    whole = units.dropna(subset=[*names, *strata]).reset_index(drop=True)
    treated, n_treated = whole["treated"].to_numpy("bool"), int(units["treated"].sum())
    found = Effect(
        support=0.0 if n_treated else nan, remedy=BY_DEPARTMENT if recorded else WITH_RISK
    )
    refusal = _refusal_before(units)
    if refusal or not treated.any() or treated.all():
        nobody = "no project that used the PMO has one to be set beside"
        return replace(found, refusal=refusal or nobody)
    x = whole[names].to_numpy("float64")
    logit = propensity_logit(x, treated)
    groups = np.asarray(whole.groupby(strata).ngroup(), dtype="int64")
    weights = match_weights(logit, treated, groups)
    used = weights > 0
    n, departments = int((used & treated).sum()), whole["department"][used].factorize()[0]
    found = replace(
        found, n=n, clusters=len(np.unique(departments)), support=n / n_treated,
        balance=balance_table(
            [*names, "propensity"], np.column_stack([x, logit]), treated, weights
        ),
    )  # fmt: skip
    y = whole["value"].to_numpy("float64")
    if refusal := _refusal_after(found, y[used]):
        return replace(found, refusal=refusal)
    y, treated, x, weights = y[used], treated[used], x[used], weights[used]
    value, error = adjusted(y, treated, x, weights, departments)
    spread = _spread(y, treated, weights)
    note = _note(found, recorded, n_treated)
    if error <= 1e-9 * max(abs(value), spread):
        note = "; ".join(filter(None, [note, "no interval: the regression leaves no spread"]))
        return replace(found, value=value, note=note)
    half = t_quantile(level, found.clusters) * error
    low, high = value - half, value + half
    nearer = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    return replace(
        found, value=value, low=low, high=high, error=error, note=note,
        p=t_p_value(value, error, found.clusters - 1),
        e_values=(e_value_of_difference(value, spread), e_value_of_difference(nearer, spread)),
    )  # fmt: skip


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


def adjusted(
    y: Floats, treated: Bools, x: Floats, weights: Floats, clusters: Integers
) -> tuple[float, float]:
    """The weighted regression's slope on treated, and its error clustered, × √(G ÷ (G - 1))."""
    z = np.column_stack([np.ones(len(y)), treated, standardised(x)])
    bread = np.linalg.pinv(z.T @ (z * weights[:, None]))
    coefficients = bread @ (z.T @ (weights * y))
    scores = z * (weights * (y - z @ coefficients))[:, None]
    count = int(clusters.max()) + 1
    sums = np.zeros((count, z.shape[1]))
    np.add.at(sums, clusters, scores)
    moves = sums @ bread[:, 1]
    return float(coefficients[1]), sqrt(count / (count - 1) * float(moves @ moves))


def balance_table(names: list[str], x: Floats, treated: Bools, weights: Floats) -> pd.DataFrame:
    """Standardised mean difference (treated - untreated) ÷ √((s²_t + s²_u) ÷ 2), before and after.

    s² are those before matching both times, so that only the means can mend the difference.
    """
    pooled = np.sqrt((x[treated].var(axis=0) + x[~treated].var(axis=0)) / 2)
    pooled = np.where(pooled > ROUNDING, pooled, 1.0)
    before = (x[treated].mean(axis=0) - x[~treated].mean(axis=0)) / pooled
    after = np.full(x.shape[1], nan)
    if weights.any():
        means = [np.average(x[side], axis=0, weights=weights[side]) for side in (treated, ~treated)]
        after = (means[0] - means[1]) / pooled
    return pd.DataFrame(
        {"covariate": names, "before": before, "after": after, "good": abs(after) < GOOD_BALANCE}
    )


def e_value(ratio: float) -> float:
    """The E-value RR + √(RR (RR - 1)), of 1 ÷ RR where RR is below 1 (VanderWeele & Ding 2017)."""
    above = max(ratio, 1 / ratio)
    return above + sqrt(above * (above - 1))


def e_value_of_difference(value: float, spread: float) -> float:
    """The E-value of a difference of means: RR = exp(0.91 × value ÷ standard deviation)."""
    return e_value(exp(min(0.91 * abs(value) / spread, 300.0)))  # 300: beyond it overflows


def _spread(y: Floats, treated: Bools, weights: Floats) -> float:
    """Standard deviation of the outcome within the two sides, each weighing the same."""
    means = [np.average(y[side], weights=weights[side]) for side in (treated, ~treated)]
    apart = np.square(y - np.where(treated, *means))
    return sqrt(sum(np.average(apart[s], weights=weights[s]) for s in (treated, ~treated)) / 2)


def _note(found: Effect, recorded: bool, n_treated: int) -> str:
    notes = []
    if not recorded:
        notes.append(
            "risk at approval is not recorded: projects that expected trouble may have chosen the "
            "service, so the effect is at most associated with it"
        )
    if left := n_treated - found.n:
        notes.append(f"{left} of {n_treated} that used the PMO have no match and are left out")
    apart = [WORDS[name] for name in found.balance.loc[~found.balance["good"], "covariate"]]
    if apart:
        notes.append(f"matched projects still differ in {listed(apart)}")
    return "; ".join(notes)


def _refusal_before(units: pd.DataFrame) -> str:
    if units.empty:
        return "no project has an outcome"
    if not units["treated"].any():
        return "no project had the service"
    if units["treated"].all():
        return "every project had the service: there is none to set beside them"
    if _constant(units["value"].to_numpy("float64")):
        return "the outcome is the same for all projects: no effect can be told from none"
    return ""


def _refusal_after(found: Effect, y: Floats) -> str:
    if found.n < FEWEST_MATCHED:
        return f"{found.n} projects that used the PMO have a match; it takes {FEWEST_MATCHED}"
    if found.support < FEWEST_SHARE:
        share = f"{found.support:.0%}"
        return f"only {share} of those that used it have a match; {FEWEST_SHARE:.0%} are needed"
    if found.clusters < FEWEST_DEPARTMENTS:
        return f"{found.clusters} departments have matches; it takes {FEWEST_DEPARTMENTS}"
    return "the outcome is the same for all matched projects" if _constant(y) else ""


def _constant(y: Floats) -> bool:
    return float(np.ptp(y)) <= ROUNDING * float(np.abs(y).max())

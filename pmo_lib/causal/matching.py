"""Propensity-score matching within department, year and category.

For a service of the PMO that was chosen project by project (statistics.md 3.6). Projects that
expect trouble choose it more often: unless risk at approval is recorded the effect is at most
associated with the service.
"""

from dataclasses import dataclass, field, replace
from math import nan, sqrt

import numpy as np
import pandas as pd

from pmo_lib.causal.panel import Bools, Ints
from pmo_lib.causal.propensity import match_weights, propensity_logit, standardised
from pmo_lib.stats.e_values import e_value_of_difference
from pmo_lib.stats.estimate import t_quantile
from pmo_lib.stats.numbers import ROUNDING, Floats
from pmo_lib.wording import listed

STRATA = ["department", "start_year", "category"]
COVARIATES = ["log_budget", "log_planned_days", "risk"]
WORDS = {
    "log_budget": "approved cost",
    "log_planned_days": "approved duration",
    "risk": "risk before approval",
    "propensity": "chance of using the PMO",
}
COLUMNS = [*STRATA, *COVARIATES, "treated", "value"]
RISK_KNOWN = 0.8  # of either side; with less it is left out rather than most projects
GOOD_BALANCE = 0.1
FEWEST_DEPARTMENTS = 6
FEWEST_MATCHED = 20
FEWEST_SHARE = 0.5
NO_BALANCE = pd.DataFrame(columns=["covariate", "before", "after", "good"])


@dataclass(frozen=True)
class Matched:
    """The mean effect on the treated that have a match; missing where ``refusal`` says why.

    ``n_treated`` have an outcome, ``n_matched`` of them a match, in ``n_departments``. ``balance``
    holds the standardised mean difference of each covariate before and after. ``e_value`` is the
    risk ratio that an unmeasured confounder would need with both the service and the outcome to
    explain the effect away, ``e_value_of_interval`` to bring 0 within the interval.
    """

    value: float = nan
    low: float = nan
    high: float = nan
    p: float = nan
    error: float = nan
    n_treated: int = 0
    n_matched: int = 0
    n_departments: int = 0
    balance: pd.DataFrame = field(default_factory=NO_BALANCE.copy, compare=False, repr=False)
    e_value: float = nan
    e_value_of_interval: float = nan
    risk_recorded: bool = False
    note: str = ""
    refusal: str = ""


def matched(projects: pd.DataFrame, level: float = 0.9) -> Matched:
    """The slope on treated of value ~ treated + covariates over matched projects (ATT).

    Each treated has weight 1, and its nearest untreated ones within the caliper share 1. The
    interval is t with departments less 1 degrees of freedom, from the error clustered by
    department × √(G ÷ (G - 1)).

    Parameters
    ----------
    projects : department, start_year, category (may be missing), log_budget, log_planned_days,
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
    recorded = known >= RISK_KNOWN and risk.min() < risk.max()
    names = COVARIATES if recorded else COVARIATES[:2]
    strata = [name for name in STRATA if name != "category" or units[name].notna().any()]
    whole = units.dropna(subset=[*names, *strata]).reset_index(drop=True)
    treated = whole["treated"].to_numpy("bool")
    found = Matched(n_treated=int(units["treated"].sum()), risk_recorded=bool(recorded))
    refusal = _refusal_before(units)
    if refusal or not treated.any() or treated.all():
        return replace(
            found, refusal=refusal or "no project that used the PMO has one to be set beside"
        )
    x = whole[names].to_numpy("float64")
    logit = propensity_logit(x, treated)
    groups = np.asarray(whole.groupby(strata).ngroup(), dtype="int64")
    weights = match_weights(logit, treated, groups)
    used = weights > 0
    balance = balance_table([*names, "propensity"], np.column_stack([x, logit]), treated, weights)
    found = replace(
        found, n_matched=int((used & treated).sum()),
        n_departments=int(whole["department"][used].nunique()), balance=balance,
    )  # fmt: skip
    y = whole["value"].to_numpy("float64")
    refusal = _refusal_after(found, y[used])
    if refusal:
        return replace(found, refusal=refusal)
    y, treated, x, weights = y[used], treated[used], x[used], weights[used]
    departments = whole["department"][used].factorize()[0]
    value, error = adjusted(y, treated, x, weights, departments)
    return _told(found, value, error, _spread(y, treated, weights), level)


def adjusted(
    y: Floats, treated: Bools, x: Floats, weights: Floats,
    clusters: Ints,
) -> tuple[float, float]:  # fmt: skip
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


def _spread(y: Floats, treated: Bools, weights: Floats) -> float:
    """Standard deviation of the outcome within the two sides, each weighing the same."""
    means = [np.average(y[side], weights=weights[side]) for side in (treated, ~treated)]
    apart = np.square(y - np.where(treated, *means))
    return sqrt(sum(np.average(apart[s], weights=weights[s]) for s in (treated, ~treated)) / 2)


def _told(found: Matched, value: float, error: float, spread: float, level: float) -> Matched:
    from scipy.special import stdtr

    note = _note(found)
    if error <= 1e-9 * max(abs(value), spread):
        note = "; ".join(filter(None, [note, "no interval: the regression leaves no spread"]))
        return replace(found, value=value, note=note)
    freedom = found.n_departments - 1
    half = t_quantile(level, freedom + 1) * error
    low, high = value - half, value + half
    nearer = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    return replace(
        found, value=value, low=low, high=high, error=error, note=note,
        p=float(2 * stdtr(freedom, -abs(value) / error)),
        e_value=e_value_of_difference(value, spread),
        e_value_of_interval=e_value_of_difference(nearer, spread),
    )  # fmt: skip


def _note(found: Matched) -> str:
    notes = []
    if not found.risk_recorded:
        notes.append(
            "risk at approval is not recorded: projects that expected trouble may have chosen the "
            "service, so the effect is at most associated with it"
        )
    if found.n_matched < found.n_treated:
        left = found.n_treated - found.n_matched
        notes.append(
            f"{left} of {found.n_treated} that used the PMO have no match and are left out"
        )
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


def _refusal_after(found: Matched, y: Floats) -> str:
    share = found.n_matched / found.n_treated
    if found.n_matched < FEWEST_MATCHED:
        return (
            f"{found.n_matched} projects that used the PMO have a match; it takes {FEWEST_MATCHED}"
        )
    if share < FEWEST_SHARE:
        return f"only {share:.0%} of those that used it have a match; {FEWEST_SHARE:.0%} are needed"
    if found.n_departments < FEWEST_DEPARTMENTS:
        return f"{found.n_departments} departments have matches; it takes {FEWEST_DEPARTMENTS}"
    return "the outcome is the same for all matched projects" if _constant(y) else ""


def _constant(y: Floats) -> bool:
    return float(np.ptp(y)) <= ROUNDING * float(np.abs(y).max())

"""Findings where there is no control group: the verdict has a ceiling, whatever the figures."""

from dataclasses import replace
from math import nan

import pandas as pd

from pmo_lib.causal.attribution import Attribution
from pmo_lib.causal.interrupted import interrupted
from pmo_lib.causal.matching import Matched, matched
from pmo_lib.effect.adoption import Design, on_the_edge
from pmo_lib.effect.claim import ALPHA, Claim, sentence, without_controls
from pmo_lib.effect.finding import Evidence, Finding
from pmo_lib.effect.outcomes import NO_OUTCOME, Outcome, cases, winsorised
from pmo_lib.months import quarter_of

ITS_CAVEAT = (
    "Without departments that had not adopted yet, anything else that changed at the time looks "
    "the same."
)
LEAST_MATCHED = 0.8  # of the projects under the PMO, for more than an association
MATCHED_CAVEAT = "Projects that choose the PMO may differ in ways that nobody recorded."


def without_control_group(
    evidence: Evidence, outcome: Outcome, design: Design, smallest: float, began: str
) -> Finding:
    """The narrower claim of an interrupted time series, or of matched, self-selected projects."""
    wanted = cases(evidence.projects, outcome, evidence.data_date)
    adopted, level = evidence.adopted, evidence.level
    known = wanted.dropna(subset=["value"])
    left_out = int(wanted["value"].isna().sum())
    refusal, remedy = "", ""
    if design == "none":
        refusal = "nobody says when which department began to use the PMO"
        remedy = "Fill rollouts.csv, or name the month in the parameter pmo_since."
    elif known.empty:
        refusal, remedy = NO_OUTCOME.format(outcome.needs), "Collect it."
    if refusal:
        nothing = Attribution(refusal=refusal, remedy=remedy)
        said = Claim("not testable", f"{sentence(refusal)}.", remedy)
        return Finding(outcome, design, nothing, nothing, said, n_left_out=left_out)
    if outcome.has_tails:
        known = known.assign(value=winsorised(known["value"]))
    if design == "matched projects":
        return _matched(outcome, known, level, smallest, left_out)
    day = pd.Timestamp(f"{began}-01") if began else adopted.dates.min()
    quarter = quarter_of(day)
    if began:
        edge = (known["quarter"] == quarter) & (known["started_on"] < day)
    else:
        edge = on_the_edge(known, adopted.dates)  # before its own department's day
    series = interrupted(known.loc[~edge], quarter, level)
    found = Attribution(
        series.value, series.error, nan, series.low, series.high, series.p,
        n_projects=series.n_projects, n_departments=int(known["department"].nunique()),
        refusal=series.refusal,
    )  # fmt: skip
    remedy = "A roll-out department by department, or departments that stay without, would show it."
    said = without_controls(
        outcome, found, word="consistent with", smallest=smallest, caveat=ITS_CAVEAT, remedy=remedy
    )
    return Finding(
        outcome, design, found, found, said, p_adjusted=found.p, n_left_out=left_out,
        n_edge=int(edge.sum()), series=series,
    )  # fmt: skip


def _matched(
    outcome: Outcome, known: pd.DataFrame, level: float, smallest: float, left_out: int
) -> Finding:
    chosen = known.dropna(subset=["pmo_used"])
    chosen = chosen[chosen["log_cost"].notna() & chosen["log_days"].notna()]
    units = pd.DataFrame(
        {
            "department": chosen["department"],
            "start_year": chosen["started_on"].dt.year.astype("int64"),
            "category": chosen["category"],
            "log_budget": chosen["log_cost"],
            "log_planned_days": chosen["log_days"],
            "risk": chosen["approval_risk"].astype("float64"),
            "treated": chosen["pmo_used"] == "yes",
            "value": chosen["value"],
        }
    )
    result = matched(units, level)
    found = Attribution(
        result.value, result.error, nan, result.low, result.high, result.p,
        n_projects=result.n_matched, n_departments=result.n_departments, refusal=result.refusal,
        support=result.n_matched / result.n_treated if result.n_treated else nan,
    )  # fmt: skip
    remedy = "A roll-out by department, in an order that has nothing to do with results."
    if not result.risk_recorded:
        remedy = "A risk score given before approval, or a roll-out by department, would show it."
    said = without_controls(
        outcome, found, word="likely" if _alike(result) else "associated",
        smallest=smallest, caveat=MATCHED_CAVEAT, remedy=remedy,
    )  # fmt: skip
    unknown = left_out + len(known) - len(chosen)
    return Finding(
        outcome, "matched projects", found, found, said, p_adjusted=found.p, n_left_out=unknown,
        matching=result,
    )  # fmt: skip


def corrected(found: Finding, p_adjusted: float) -> Finding:
    """The finding with p adjusted for multiple testing, which may make it not significant."""
    shown = found.claim.word in {"consistent with", "associated", "likely"}
    if not shown or p_adjusted <= ALPHA:
        return replace(found, p_adjusted=p_adjusted)
    why = "A difference is seen, but of several outcomes tested one would show it by chance."
    said = Claim("not shown", why, found.claim.remedy)
    return replace(found, p_adjusted=p_adjusted, claim=said)


def _alike(result: Matched) -> bool:
    """Whether matching balanced every recorded covariate, risk at approval included."""
    share = result.n_matched / result.n_treated if result.n_treated else 0.0
    balanced = bool(len(result.balance)) and bool(result.balance["good"].all())
    return result.risk_recorded and balanced and share >= LEAST_MATCHED

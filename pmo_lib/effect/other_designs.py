"""Findings where there is no control group: the verdict has a ceiling, whatever the figures."""

from dataclasses import replace

import pandas as pd

from pmo_lib.causal.effect import Effect
from pmo_lib.causal.interrupted import interrupted
from pmo_lib.causal.matching import matched
from pmo_lib.effect.adoption import Design, on_the_edge
from pmo_lib.effect.claim import ALPHA, Claim, Word, without_controls
from pmo_lib.effect.finding import Evidence, Finding
from pmo_lib.effect.outcomes import NO_OUTCOME, Outcome, cases, sized, winsorised
from pmo_lib.months import quarter_of

ITS_CAVEAT = (
    "Without departments that had not adopted yet, anything else that changed at the time looks "
    "the same."
)
ROLL_OUT = "A roll-out department by department, or departments that stay without, would show it."
LEAST_MATCHED = 0.8  # of the projects under the PMO, for more than an association
MATCHED_CAVEAT = "Projects that choose the PMO may differ in ways that nobody recorded."
RATIO_CAVEAT = "Closer to what was approved is no saving by itself: more may have been approved."


def without_control_group(
    evidence: Evidence, outcome: Outcome, design: Design, smallest: float, began: str
) -> Finding:
    """The narrower claim of an interrupted time series, or of matched, self-selected projects."""
    wanted = cases(evidence.projects, outcome, evidence.data_date)
    known = wanted.dropna(subset=["value"])
    left_out, n_edge = len(wanted) - len(known), 0
    word: Word = "consistent with"
    caveat = ITS_CAVEAT
    if design == "none":
        found = Effect(
            refusal="nobody says when which department began to use the PMO",
            remedy="Fill rollouts.csv, or name the month in the parameter pmo_since.",
        )
    elif known.empty:
        found = Effect(refusal=NO_OUTCOME.format(outcome.needs), remedy="Collect it.")
    elif design == "matched projects" and outcome.id in _matched_on(known):
        found = Effect(
            refusal="projects are matched on it, so it can hardly differ", remedy=ROLL_OUT
        )
    elif design == "matched projects":
        units = _chosen(known, outcome)
        found = matched(units, evidence.level)
        comparable = (
            _alike(found) and sized(known, known["pmo_used"] == "yes") and not outcome.is_ratio
        )
        word, caveat = "likely" if comparable else "associated", MATCHED_CAVEAT
        left_out += len(known) - len(units)
    else:
        held = winsorised(known["value"]) if outcome.has_tails else known["value"]
        found, n_edge = _before_and_after(evidence, known.assign(value=held), began)
    caveat += f" {RATIO_CAVEAT}" * outcome.is_ratio
    said = without_controls(outcome, found, word=word, smallest=smallest, caveat=caveat)
    return Finding(
        outcome, design, found, found, said, p_adjusted=found.p, n_left_out=left_out, n_edge=n_edge
    )


def _before_and_after(evidence: Evidence, known: pd.DataFrame, began: str) -> tuple[Effect, int]:
    """The effect since the PMO began, and the projects begun in that quarter but before its day."""
    dates = evidence.adopted.dates
    day = pd.Timestamp(f"{began}-01") if began else dates.min()
    if began:
        edge = (known["quarter"] == quarter_of(day)) & (known["started_on"] < day)
    else:
        edge = on_the_edge(known, dates)  # before its own department's day
    found = replace(
        interrupted(known.loc[~edge], quarter_of(day), evidence.level),
        clusters=int(known["department"].nunique()),
        remedy=ROLL_OUT,
    )
    return found, int(edge.sum())


def _chosen(known: pd.DataFrame, outcome: Outcome) -> pd.DataFrame:
    """The projects of which it is known whether they used the PMO, as `matched` takes them.

    Values are winsorised beside what is matched on: a large project is no outlier for its size.
    """
    matched_on = _matched_on(known)
    chosen = known.dropna(subset=["pmo_used", *matched_on])
    value = chosen["value"]
    if outcome.has_tails and not chosen.empty:
        value = winsorised(value, chosen[matched_on])
    return pd.DataFrame(
        {
            "department": chosen["department"],
            "start_year": chosen["started_on"].dt.year.astype("int64"),
            "category": chosen["category"],
            "log_size": chosen[matched_on[0]],
            "log_planned_days": chosen["approved_days"],
            "risk": chosen["approval_risk"].astype("float64"),
            "treated": chosen["pmo_used"] == "yes",
            "value": value,
        }
    )


def _matched_on(known: pd.DataFrame) -> list[str]:
    """The size of the work, or what was approved for it where most have none; and the duration."""
    size = "log_size" if sized(known, known["pmo_used"] == "yes") else "approved_cost"
    return [size, "approved_days"]


def corrected(found: Finding, p_adjusted: float) -> Finding:
    """The finding with p adjusted for multiple testing, which may make it not significant."""
    shown = found.claim.word in {"consistent with", "associated", "likely"}
    if not shown or p_adjusted <= ALPHA:
        return replace(found, p_adjusted=p_adjusted)
    why = "A difference is seen, but of several outcomes tested one would show it by chance."
    said = Claim("not shown", why, found.claim.remedy)
    return replace(found, p_adjusted=p_adjusted, claim=said)


def _alike(found: Effect) -> bool:
    """Whether matching balanced every recorded covariate, risk at approval included."""
    if found.balance.empty or "risk" not in set(found.balance["covariate"]):
        return False
    return bool(found.balance["good"].all()) and found.support >= LEAST_MATCHED

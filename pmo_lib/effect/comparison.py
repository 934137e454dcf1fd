"""The projects compared in a roll-out, as cells of department and start; and who is left out."""

from dataclasses import replace

import pandas as pd

from pmo_lib.causal.attribution import LEAST_SUPPORT
from pmo_lib.causal.effect import Effect
from pmo_lib.causal.panel import Panel, panel
from pmo_lib.effect.adoption import Adoption, on_the_edge, under_pmo
from pmo_lib.effect.finding import Evidence, Finding, Sample
from pmo_lib.effect.outcomes import (
    NO_OUTCOME,
    Outcome,
    cases,
    sized,
    unlike_any,
    winsorised,
    with_fixed,
)
from pmo_lib.wording import number

LEAST_RECORDED = 0.5  # of the projects on either side that should have the outcome


def compared(evidence: Evidence, outcome: Outcome, *, weight: str = "") -> Finding:
    """The projects compared and those left out; a refusal where too few have the outcome.

    By quarter of their start, or by half-year where the quarters support less than half of the
    projects under the PMO and half-years more. Without a `weight` for each, projects count alike.
    """
    quarterly = _compared(evidence, outcome, weight, 4)
    if quarterly.sample is None or quarterly.sample.support >= LEAST_SUPPORT:
        return quarterly
    halves = _compared(evidence, outcome, weight, 2)
    if halves.sample is not None and halves.sample.support > quarterly.sample.support:
        return halves
    return quarterly


def _compared(evidence: Evidence, outcome: Outcome, weight: str, per_year: int) -> Finding:
    adopted = evidence.adopted
    wanted = cases(evidence.projects, outcome, evidence.data_date)
    edge = on_the_edge(wanted, adopted.dates, per_year)
    known = wanted[~edge].dropna(subset=["value", *([weight] if weight else [])])
    with_size = sized(known, under_pmo(known, adopted.dates))
    unsized = known["log_size"].isna() & with_size
    known = known[~unsized]
    unlike = unlike_any(known, under_pmo(known, adopted.dates))
    known = known[~unlike]
    refusal = _too_little_known(wanted, known, outcome, adopted)
    nothing = Effect(refusal=refusal, remedy="Collect it.")
    finding = Finding(
        outcome, "staggered roll-out", nothing, nothing, n_edge=int(edge.sum()),
        n_left_out=int(wanted["value"].isna().sum()), n_unlike=int(unlike.sum()),
        n_unsized=int(unsized.sum()),
    )  # fmt: skip
    if refusal:
        return finding
    rows, fixed = with_fixed(in_cells(known, per_year), with_size)
    if not adopted.others.empty:
        others = under_pmo(rows, adopted.others).astype("float64")
        rows, fixed = rows.assign(others_on=others), [*fixed, "others_on"]
    # what was approved was so before the adoption, however long the project was to run
    lead = 0 if outcome.role == "approved" else evidence.lead(per_year)

    def cells(values: pd.DataFrame) -> Panel:
        dates = adopted.cells(per_year)
        return panel(values, fixed, dates, weight=weight, per_year=per_year, lead=lead)

    priced = cells(rows)
    held = winsorised(rows["value"], rows[fixed]) if outcome.has_tails else rows["value"]
    of_test = cells(rows.assign(value=held)) if outcome.has_tails else priced
    neither = ~priced.treated & ~priced.untreated
    return replace(
        finding, sample=Sample(rows, tuple(fixed), of_test, priced), cells=priced.unit,
        n_straddling=int(priced.cases[neither].sum()),
    )  # fmt: skip


def in_cells(rows: pd.DataFrame, per_year: int) -> pd.DataFrame:
    """The rows with their start's quarter counted in cells, of which so many are a year."""
    return rows.assign(quarter=rows["quarter"] // (4 // per_year))


def _too_little_known(
    wanted: pd.DataFrame, known: pd.DataFrame, outcome: Outcome, adopted: Adoption
) -> str:
    """Why the outcome is known of too few projects, on one side at least; else nothing."""
    if known.empty:
        return NO_OUTCOME.format(outcome.needs)
    under = under_pmo(wanted, adopted.dates)
    for side, name in ((under, "under the PMO"), (~under, "without the PMO")):
        recorded = wanted.loc[side, "value"].notna().mean() if side.any() else 1.0
        if recorded < LEAST_RECORDED:
            return (
                f"it is recorded of only {number(recorded, 'share')} of the projects {name} that "
                f"should have it; {number(LEAST_RECORDED, 'share')} are needed: {outcome.needs}"
            )
    return ""

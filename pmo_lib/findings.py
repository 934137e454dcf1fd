"""What was found for each outcome of the value case: estimate, checks and verdict.

The test is on values drawn in at the 5th and 95th percentile, which has more power and holds its
level; money is reckoned with the effect on the values as they are (statistics.md, "more measured
facts"). Both were declared beforehand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isnan, log1p, nan

import numpy as np
import pandas as pd

from pmo_lib.adoption import Adoption, Design, on_the_edge, refusal_of_service, under_pmo
from pmo_lib.attribution import Attribution, attribution
from pmo_lib.checks import Check, Checked, attrition, negative_control, same_mix
from pmo_lib.claim import claim
from pmo_lib.finding import Finding, Sample
from pmo_lib.other_designs import corrected, without_control_group
from pmo_lib.outcomes import (
    OUTCOMES,
    PRIMARY,
    SECONDARY,
    Outcome,
    cases,
    drawn_in,
    losses,
    unlike_any,
    with_plan,
)
from pmo_lib.panel import first_quarters, panel
from pmo_lib.randomisation import PERMUTATIONS

LEAST_RECORDED = 0.5  # of the projects on either side that should have the outcome
FEWER_PERMUTATIONS = 199  # where p alone is wanted, of what is no primary outcome


def findings(
    projects: pd.DataFrame,
    adopted: Adoption,
    design: Design,
    data_date: pd.Timestamp,
    level: float,
    *,
    smallest: Mapping[str, float],
    began: str = "",
) -> list[Finding]:
    """Every primary and secondary outcome, the primary first.

    `projects` as `outcomes.outcome_projects` gives them; `smallest` is the smallest effect of
    interest by outcome, in its own unit; `began` the month the PMO began for everybody.
    """
    if design != "staggered roll-out":
        own = [
            without_control_group(
                projects, each, adopted, design, data_date, level, smallest[each.id], began
            )
            for each in (*PRIMARY, *SECONDARY)
        ]
        m = len(PRIMARY)
        together = [*holm(_ps(own[:m])), *discovery(_ps(own[m:]))]
        return [corrected(each, p) for each, p in zip(own, together, strict=True)]
    of_service = refusal_of_service(projects, adopted)
    shared = [] if of_service else _shared_checks(projects, adopted, data_date, level)
    primary = [
        _staggered(projects, each, adopted, data_date, level, of_service) for each in PRIMARY
    ]
    secondary = [
        _staggered(projects, each, adopted, data_date, level, of_service) for each in SECONDARY
    ]
    both = zip([*primary, *secondary], [*holm(_ps(primary)), *discovery(_ps(secondary))],
               strict=True)  # fmt: skip
    return [
        _concluded(each, p, shared if each.outcome.role == "primary" else [], smallest)
        for each, p in both
    ]


def estimated(
    projects: pd.DataFrame, outcome: Outcome, adopted: Adoption, data_date: pd.Timestamp,
    level: float, *, weight: str = "", permutations: int = PERMUTATIONS,
) -> Finding:  # fmt: skip
    """The estimate of one outcome from the staggered roll-out, without checks and verdict."""
    wanted = cases(projects, outcome, data_date)
    edge = on_the_edge(wanted, adopted.dates)
    known = wanted[~edge].dropna(subset=["value", *([weight] if weight else [])])
    unlike = unlike_any(known, under_pmo(known, adopted.dates), outcome)
    none = Attribution()
    told = Finding(
        outcome, "staggered roll-out", none, none, n_left_out=int(wanted["value"].isna().sum()),
        n_edge=int(edge.sum()), n_unlike=int(unlike.sum()),
    )  # fmt: skip
    refusal = _too_little_known(wanted, known[~unlike], outcome, adopted)
    if refusal:
        nothing = Attribution(refusal=refusal)
        return replace(told, tested=nothing, priced=nothing)
    known = known[~unlike]
    rows, plan = with_plan(known, outcome)
    if not adopted.others.empty:
        others = under_pmo(rows, adopted.others).astype("float64")
        rows, plan = rows.assign(others_on=others), [*plan, "others_on"]
    drawn = drawn_in(rows["value"]) if outcome.logarithm or outcome.months else rows["value"]
    tested, priced = (
        panel(rows.assign(value=values), plan, weight=weight) for values in (drawn, rows["value"])
    )
    first = first_quarters(tested, adopted.quarters)
    of_test, of_money = (
        attribution(cells, first, level, permutations=permutations) for cells in (tested, priced)
    )
    sample = Sample(rows, tested, priced, first)
    return replace(told, tested=of_test, priced=of_money, sample=sample)


def _too_little_known(
    wanted: pd.DataFrame, known: pd.DataFrame, outcome: Outcome, adopted: Adoption
) -> str:
    """Why the outcome is known of too few projects, on one side at least; else nothing."""
    if known.empty:
        return f"no project has this outcome: needs {outcome.needs}"
    under = under_pmo(wanted, adopted.dates)
    for side, name in ((under, "under the PMO"), (~under, "without the PMO")):
        recorded = wanted.loc[side, "value"].notna().mean() if side.any() else 1.0
        if recorded < LEAST_RECORDED:
            return (
                f"it is recorded of only {recorded:.0%} of the projects {name} that should have "
                f"it; {LEAST_RECORDED:.0%} are needed: {outcome.needs}"
            )
    return ""


def holm(p: Sequence[float]) -> list[float]:
    """p × (m - rank), never below a smaller one's (Holm 1979); missing ones are no tests."""
    given = np.array(p, dtype="float64")
    tested = np.flatnonzero(~np.isnan(given))
    order = tested[np.argsort(given[tested], kind="stable")]
    steps = given[order] * (len(order) - np.arange(len(order)))
    adjusted = given.copy()
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return [float(each) for each in adjusted]


def discovery(p: Sequence[float]) -> list[float]:
    """p after Benjamini & Hochberg 1995; missing ones are no tests."""
    from scipy.stats import false_discovery_control

    given = np.array(p, dtype="float64")
    tested = ~np.isnan(given)
    if tested.any():
        given[tested] = false_discovery_control(given[tested])
    return [float(each) for each in given]


def _staggered(
    projects: pd.DataFrame, outcome: Outcome, adopted: Adoption, data_date: pd.Timestamp,
    level: float, refusal: str,
) -> Finding:  # fmt: skip
    if refusal:
        nothing = Attribution(refusal=refusal)
        return Finding(outcome, "staggered roll-out", nothing, nothing)
    draws = PERMUTATIONS if outcome.role == "primary" else FEWER_PERMUTATIONS
    found = estimated(projects, outcome, adopted, data_date, level, permutations=draws)
    if found.tested.refusal or found.sample is None:
        return found
    checked = Checked(
        found.sample.tested, found.sample.first, found.tested, level, logarithm=outcome.logarithm
    )
    lost = losses(projects, outcome, data_date)
    lost = lost[~on_the_edge(lost, adopted.dates)]
    rows, plan = with_plan(lost, OUTCOMES["planned_cost"])
    cells = panel(rows, plan)
    first = first_quarters(cells, adopted.quarters)
    of_lost = attribution(cells, first, level, permutations=FEWER_PERMUTATIONS)
    return replace(found, checked=checked, checks=(*checked.checks(), attrition(of_lost)))


def _concluded(
    found: Finding, p_adjusted: float, shared: Sequence[Check], smallest: Mapping[str, float]
) -> Finding:
    checks = (*found.checks, *(shared if found.checks else ()))
    said = claim(
        found.outcome, found.tested, checks, p_adjusted=p_adjusted,
        smallest=smallest[found.outcome.id],
    )  # fmt: skip
    return replace(found, checks=checks, claim=said, p_adjusted=p_adjusted)


def _shared_checks(
    projects: pd.DataFrame, adopted: Adoption, data_date: pd.Timestamp, level: float
) -> list[Check]:
    """What holds for all outcomes: the negative control where given, and the mix of projects."""

    def of(name: str) -> Attribution:
        found = estimated(
            projects, OUTCOMES[name], adopted, data_date, level, permutations=FEWER_PERMUTATIONS
        )
        return found.tested

    given = projects["control"].notna().any()
    names = ("planned_cost", "planned_days")
    mix = same_mix([(OUTCOMES[name].name.lower(), of(name)) for name in names])
    return [*([negative_control(of("control"))] if given else []), mix]


def in_own_unit(outcome: Outcome, share: float) -> float:
    """A share as an effect for the better of this size: of a logarithm -log(1 - share)."""
    return -log1p(-share) if outcome.logarithm else share


def _ps(found: Sequence[Finding]) -> list[float]:
    return [nan if isnan(each.tested.p) else each.tested.p for each in found]

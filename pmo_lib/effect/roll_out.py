"""The findings of a staggered roll-out: estimate, checks and verdict of each outcome.

The test is on values winsorised at the 5th and 95th percentile, which has more power and holds its
level; money is computed from the effect on the values as they are (statistics.md, "more measured
facts"). Both were pre-specified.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import log1p

import pandas as pd

from pmo_lib.causal.attribution import attribution
from pmo_lib.causal.effect import Effect
from pmo_lib.causal.event_study import by_half_year
from pmo_lib.causal.panel import Panel, panel
from pmo_lib.causal.randomisation import FEWER_PERMUTATIONS, PERMUTATIONS
from pmo_lib.effect.adoption import (
    Adoption,
    Design,
    by_department,
    on_the_edge,
    refusal_of_service,
    under_pmo,
)
from pmo_lib.effect.checks import Check, attrition, negative_control, same_mix
from pmo_lib.effect.claim import ALPHA, claim
from pmo_lib.effect.finding import Evidence, Finding, Sample
from pmo_lib.effect.other_designs import corrected, without_control_group
from pmo_lib.effect.outcomes import (
    NO_OUTCOME,
    OUTCOMES,
    PRIMARY,
    SECONDARY,
    Outcome,
    cases,
    losses,
    unlike_any,
    winsorised,
    with_plan,
)
from pmo_lib.effect.robustness import Robustness
from pmo_lib.stats.significance import discovery, holm
from pmo_lib.wording import number

LEAST_RECORDED = 0.5  # of the projects on either side that should have the outcome


def findings(
    evidence: Evidence, design: Design, *, smallest: Mapping[str, float], began: str = ""
) -> list[Finding]:
    """Every primary and secondary outcome, the primary first.

    `smallest` is the smallest effect of interest by outcome, in its own unit; `began` the month
    the PMO began for everybody.
    """
    if design != "staggered roll-out":
        alone = [
            without_control_group(evidence, each, design, smallest[each.id], began)
            for each in (*PRIMARY, *SECONDARY)
        ]
        return [corrected(each, p) for each, p in zip(alone, _together(alone), strict=True)]
    of_service = refusal_of_service(evidence.projects, evidence.adopted)
    if of_service:
        nothing = Effect(refusal=of_service, remedy="Leave the parameter service empty.")
        own = [Finding(each, design, nothing, nothing) for each in (*PRIMARY, *SECONDARY)]
    else:
        own = [
            estimated(evidence, each, permutations=draws)
            for some, draws in ((PRIMARY, PERMUTATIONS), (SECONDARY, FEWER_PERMUTATIONS))
            for each in some
        ]
    testable = any(not each.tested.refusal for each in own)
    shared = _shared_checks(evidence) if testable else []
    return [
        _concluded(evidence, replace(each, p_adjusted=p), shared, smallest)
        for each, p in zip(own, _together(own), strict=True)
    ]


def estimated(evidence: Evidence, outcome: Outcome, *, permutations: int = PERMUTATIONS) -> Finding:
    """The estimate of one outcome from the staggered roll-out, without checks and verdict."""
    found = compared(evidence, outcome)
    if found.sample is None:
        return found

    def of(cells: Panel) -> Effect:
        return attribution(cells, evidence.level, permutations=permutations)

    tested, sample = of(found.sample.tested), found.sample
    priced = tested if sample.priced is sample.tested else of(sample.priced)
    return replace(found, tested=tested, priced=priced)


def compared(evidence: Evidence, outcome: Outcome, *, weight: str = "") -> Finding:
    """The projects compared and those left out; a refusal where too few have the outcome.

    Without a `weight` for each, projects count alike.
    """
    adopted = evidence.adopted
    wanted = cases(evidence.projects, outcome, evidence.data_date)
    edge = on_the_edge(wanted, adopted.dates)
    known = wanted[~edge].dropna(subset=["value", *([weight] if weight else [])])
    unlike = unlike_any(known, under_pmo(known, adopted.dates), outcome)
    known = known[~unlike]
    refusal = _too_little_known(wanted, known, outcome, adopted)
    nothing = Effect(refusal=refusal, remedy="Collect it.")
    finding = Finding(
        outcome, "staggered roll-out", nothing, nothing, n_edge=int(edge.sum()),
        n_left_out=int(wanted["value"].isna().sum()), n_unlike=int(unlike.sum()),
    )  # fmt: skip
    if refusal:
        return finding
    rows, plan = with_plan(known, outcome)
    if not adopted.others.empty:
        others = under_pmo(rows, adopted.others).astype("float64")
        rows, plan = rows.assign(others_on=others), [*plan, "others_on"]
    tested = priced = panel(rows, plan, adopted.quarters, weight=weight)
    if outcome.has_tails:
        held = rows.assign(value=winsorised(rows["value"]))
        tested = panel(held, plan, adopted.quarters, weight=weight)
    return replace(finding, sample=Sample(rows, tested, priced))


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


def _together(found: Sequence[Finding]) -> list[float]:
    """Adjusted p: Holm's for the primary outcomes, false discovery's for the secondary."""
    p = [each.tested.p for each in found]
    return [*holm(p[: len(PRIMARY)]), *discovery(p[len(PRIMARY) :])]


def _concluded(
    evidence: Evidence, found: Finding, shared: Sequence[Check], smallest: Mapping[str, float]
) -> Finding:
    """The finding with its checks, points and verdict; where no check could change it, none."""
    outcome, tested, sample = found.outcome, found.tested, found.sample
    if sample is not None:
        found = replace(found, departments=by_department(sample.tested, tested))
    seen = outcome.role == "primary" or (tested.excludes_zero and found.p_adjusted <= ALPHA)
    if seen and sample is not None and not tested.refusal:
        own = Robustness(sample.tested, tested, evidence.level, outcome.logarithm)
        lost = attrition(_of_losses(evidence, outcome))
        found = replace(
            found, checks=(*own.checks(), lost, *shared), quarters=own.quarters,
            half_years=by_half_year(sample.tested, evidence.level),
        )  # fmt: skip
    said = claim(
        outcome, tested, found.checks, p_adjusted=found.p_adjusted, smallest=smallest[outcome.id]
    )
    return replace(found, claim=said)


def _of_losses(evidence: Evidence, outcome: Outcome) -> Effect:
    """The difference in the share of projects of which the outcome is not known."""
    lost = losses(evidence.projects, outcome, evidence.data_date)
    adopted = evidence.adopted
    rows, plan = with_plan(lost[~on_the_edge(lost, adopted.dates)], OUTCOMES["planned_cost"])
    cells = panel(rows, plan, adopted.quarters)
    return attribution(cells, evidence.level, permutations=FEWER_PERMUTATIONS)


def _shared_checks(evidence: Evidence) -> list[Check]:
    """What holds for all outcomes: the negative control where given, and the mix of projects."""

    def of(name: str) -> Effect:
        given = compared(evidence, OUTCOMES[name])
        if given.sample is None:
            return given.tested
        cells = given.sample.tested
        return attribution(cells, evidence.level, permutations=FEWER_PERMUTATIONS)

    given = evidence.projects["control"].notna().any()
    names = ("planned_cost", "planned_days")
    mix = same_mix([(OUTCOMES[name].name.lower(), of(name)) for name in names])
    return [*([negative_control(of("control"))] if given else []), mix]


def in_own_unit(outcome: Outcome, share: float) -> float:
    """A share as an effect for the better of this size: of a logarithm -log(1 - share)."""
    return -log1p(-share) if outcome.logarithm else share

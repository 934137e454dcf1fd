"""The findings of a staggered roll-out: estimate, checks and verdict of each outcome.

The test is on values winsorised at the 5th and 95th percentile, which has more power and holds its
level; money is computed from the effect on the values as they are (statistics.md, "more measured
facts"). Both were pre-specified.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan, log1p

import pandas as pd

from pmo_lib.causal.attribution import LEAST_SUPPORT, attribution
from pmo_lib.causal.effect import Effect
from pmo_lib.causal.event_study import by_half_year
from pmo_lib.causal.imputation import impute
from pmo_lib.causal.panel import Panel, panel
from pmo_lib.causal.randomisation import PERMUTATIONS
from pmo_lib.effect.adoption import (
    Adoption,
    Design,
    by_department,
    on_the_edge,
    refusal_of_service,
    under_pmo,
)
from pmo_lib.effect.checks import (
    Check,
    approved,
    attrition,
    effect_in_words,
    negative_control,
    tested,
)
from pmo_lib.effect.claim import ALPHA, claim
from pmo_lib.effect.finding import Evidence, Finding, Sample
from pmo_lib.effect.other_designs import corrected, without_control_group
from pmo_lib.effect.outcomes import (
    APPROVED,
    NO_OUTCOME,
    OUTCOMES,
    PRIMARY,
    SECONDARY,
    Outcome,
    cases,
    losses,
    sized,
    unlike_any,
    winsorised,
    with_fixed,
)
from pmo_lib.effect.robustness import KEPT_SHARE, Robustness
from pmo_lib.stats.significance import discovery, holm
from pmo_lib.wording import number

LEAST_RECORDED = 0.5  # of the projects on either side that should have the outcome
ORDER = (*PRIMARY, *APPROVED, *SECONDARY)


@dataclass(frozen=True)
class Rules:
    """What the verdicts of a roll-out go by, all fixed before an effect is seen.

    ``smallest`` is the smallest effect of interest by outcome, in its own unit; ``services`` on
    how many pages of services the same question is asked, ``permutations`` how often dates are
    permuted for whatever decides.
    """

    smallest: Mapping[str, float]
    services: int = 1
    permutations: int = PERMUTATIONS

    def alpha(self, outcome: Outcome) -> float:
        """The level at which an outcome is tested when it is the most significant of its kind."""
        kind = len(PRIMARY) if outcome.role == "primary" else 1
        return ALPHA / kind / self.services


def findings(evidence: Evidence, design: Design, *, rules: Rules, began: str = "") -> list[Finding]:
    """Every outcome but the controls: primary, then approved, then secondary ones.

    `began` is the month the PMO began for everybody.
    """
    if design != "staggered roll-out":
        alone = [
            without_control_group(evidence, each, design, rules.smallest[each.id], began)
            for each in ORDER
        ]
        together = _together(alone, 1)
        return [corrected(each, p) for each, p in zip(alone, together, strict=True)]
    of_service = refusal_of_service(evidence.projects, evidence.adopted)
    if of_service:
        nothing = Effect(refusal=of_service, remedy="Leave the parameter service empty.")
        own = [Finding(each, design, nothing, nothing) for each in ORDER]
    else:
        own = [estimated(evidence, each, rules=rules) for each in ORDER]
    own = [
        replace(each, p_adjusted=p)
        for each, p in zip(own, _together(own, rules.services), strict=True)
    ]
    by_id = {each.outcome.id: each for each in own}
    return [_concluded(evidence, each, by_id.get(each.outcome.approved), rules) for each in own]


def estimated(evidence: Evidence, outcome: Outcome, *, rules: Rules) -> Finding:
    """The estimate of one outcome from the staggered roll-out, without checks and verdict."""
    found = compared(evidence, outcome)
    if found.sample is None:
        return found

    def of(cells: Panel) -> Effect:
        return attribution(
            cells, evidence.level, permutations=rules.permutations, alpha=rules.alpha(outcome)
        )

    of_test, sample = of(found.sample.tested), found.sample
    priced = of_test if sample.priced is sample.tested else of(sample.priced)
    return replace(found, tested=of_test, priced=priced)


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
    rows, fixed = with_fixed(_in_cells(known, per_year), with_size)
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


def _in_cells(rows: pd.DataFrame, per_year: int) -> pd.DataFrame:
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


def _together(found: Sequence[Finding], services: int) -> list[float]:
    """Adjusted p: Holm's for the primary outcomes, false discovery's for the secondary.

    Times the services of which the same is asked, as each has a page of its own (Bonferroni).
    """
    p = [each.tested.p for each in found]
    first, second = len(PRIMARY), len(PRIMARY) + len(APPROVED)
    adjusted = [*holm(p[:first]), *p[first:second], *discovery(p[second:])]
    return [each if isnan(each) else min(1.0, each * services) for each in adjusted]


def _concluded(
    evidence: Evidence, found: Finding, of_approved: Finding | None, rules: Rules
) -> Finding:
    """The finding with its checks, points and verdict; where no check could change it, none."""
    outcome, of_test, sample = found.outcome, found.tested, found.sample
    if sample is not None:
        found = replace(found, departments=by_department(sample.tested, of_test))
    shown = of_test.excludes_zero and found.p_adjusted <= ALPHA
    seen = outcome.role == "primary" or (outcome.is_ratio and outcome.logarithm) or shown
    if seen and sample is not None and not of_test.refusal:
        own = Robustness(
            sample.tested, of_test, evidence.level, outcome.logarithm, rules.permutations
        )
        checks = [*own.checks(), *_further_checks(evidence, found, sample, rules)]
        if of_approved is not None:
            checks.insert(0, approved(outcome, of_test, of_approved.tested))
        found = replace(
            found, checks=tuple(checks), quarters=own.quarters, bending=own.bending,
            half_years=by_half_year(sample.tested, evidence.level),
        )  # fmt: skip
    said = claim(
        outcome, of_test, found.checks, p_adjusted=found.p_adjusted,
        smallest=rules.smallest[outcome.id],
    )  # fmt: skip
    return replace(found, claim=said)


def _further_checks(
    evidence: Evidence, found: Finding, sample: Sample, rules: Rules
) -> list[Check]:
    """What the cells of the outcome alone cannot show: losses, a control, what is unmeasured."""
    share = abs(found.tested.value) / 2 / sample.spread if sample.spread else 0.0
    checks = []
    if found.outcome.role != "approved":
        checks.append(attrition(_of_losses(evidence, found.outcome, sample, rules), share))
    if evidence.projects["control"].notna().any():
        control = compared(evidence, OUTCOMES["control"])
        of_control, spread = control.tested, 0.0
        if control.sample is not None:
            spread = control.sample.spread
            of_control = attribution(
                control.sample.tested, evidence.level, permutations=rules.permutations
            )
        checks.append(negative_control(of_control, share * spread))
    if found.outcome.other_bound:
        checks.append(_of_other_bound(found, sample))
    return checks


def _of_losses(evidence: Evidence, outcome: Outcome, sample: Sample, rules: Rules) -> Effect:
    """The difference in the share of projects of which the outcome is not known."""
    per_year, adopted = sample.tested.per_year, evidence.adopted
    lost = losses(evidence.projects, outcome, evidence.data_date)
    lost = lost[~on_the_edge(lost, adopted.dates, per_year)]
    rows, fixed = with_fixed(_in_cells(lost, per_year), size=False)
    cells = panel(rows, fixed, adopted.cells(per_year), per_year=per_year, lead=sample.tested.lead)
    return attribution(cells, evidence.level, permutations=rules.permutations)


def _of_other_bound(found: Finding, sample: Sample) -> Check:
    """Whether the effect keeps its sign and half of its size if the unmeasured came as planned."""
    cells = sample.tested
    values = sample.rows[found.outcome.other_bound].fillna(sample.rows["value"])
    dates = (cells.first + cells.first_quarter).astype("float64")
    other = panel(
        sample.rows.assign(value=winsorised(values, sample.rows[list(sample.fixed)])),
        sample.fixed, pd.Series(dict(zip(cells.departments, dates, strict=True))),
        per_year=cells.per_year, lead=cells.lead,
    )  # fmt: skip
    value = float(impute(other, other.untreated[None], other.treated[None]).effect[0, 0])
    own = found.tested.value
    kept = value * own > 0 and abs(value) >= KEPT_SHARE * abs(own)
    said = f"it would be {effect_in_words(value, found.outcome.logarithm)}"
    return tested("unmeasured", said, failed=not kept)


def in_own_unit(outcome: Outcome, share: float) -> float:
    """A share as an effect for the better of this size: of a logarithm -log(1 - share)."""
    return -log1p(-share) if outcome.logarithm else share

"""The findings of a staggered roll-out: estimate, checks and verdict of each outcome.

The test is on values winsorised at the 5th and 95th percentile, which has more power and holds its
level; money is computed from the effect on the values as they are (statistics.md, "more measured
facts"). Both were pre-specified.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from math import isnan, log1p

from pmo_lib.causal.attribution import attribution
from pmo_lib.causal.effect import Effect
from pmo_lib.causal.event_study import by_half_year
from pmo_lib.causal.panel import Panel
from pmo_lib.effect.adoption import Design, by_department, refusal_of_service
from pmo_lib.effect.by_lot import concluded, of_lot
from pmo_lib.effect.checks import approved
from pmo_lib.effect.claim import ALPHA, claim
from pmo_lib.effect.comparison import compared
from pmo_lib.effect.finding import Evidence, Finding
from pmo_lib.effect.other_designs import corrected, without_control_group
from pmo_lib.effect.outcomes import APPROVED, PRIMARY, SECONDARY, SIZE, Outcome
from pmo_lib.effect.robustness import Robustness
from pmo_lib.effect.rules import Rules
from pmo_lib.effect.side_checks import SideChecks
from pmo_lib.stats.significance import discovery, holm

FEWER_PERMUTATIONS = 199
# checks and approval ask for so much more than the test alone, as docs/calibration_value_case.md
# found: 68 of 100 portfolios said likely at what the test sees in 80
WHOLE_RULE = 1.1
ORDER = (*PRIMARY, *APPROVED, *SECONDARY)


def findings(evidence: Evidence, design: Design, *, rules: Rules, began: str = "") -> list[Finding]:
    """Every outcome but the controls: primary, then approved, then secondary ones.

    `began` is the month the PMO began for everybody.
    """
    if design == "draw by lot":
        drawn = [of_lot(evidence, each, rules=rules) for each in ORDER]
        return _all_concluded(evidence, drawn, rules, concluded)
    if design != "staggered roll-out":
        alone = [
            without_control_group(evidence, each, design, rules.smallest[each.id], began)
            for each in ORDER
        ]
        together = _together(alone, rules)
        return [corrected(each, p) for each, p in zip(alone, together, strict=True)]
    of_service = refusal_of_service(evidence.projects, evidence.adopted)
    if of_service:
        nothing = Effect(refusal=of_service, remedy="Leave the parameter service empty.")
        own = [Finding(each, design, nothing, nothing) for each in ORDER]
    else:
        own = [estimated(evidence, each, rules=rules) for each in ORDER]
    return _all_concluded(evidence, own, rules, partial(_concluded, SideChecks(evidence, rules)))


def _all_concluded(
    evidence: Evidence,
    found: Sequence[Finding],
    rules: Rules,
    conclude: Callable[[Evidence, Finding, Finding | None, Rules], Finding],
) -> list[Finding]:
    """The findings with adjusted p, checks and verdicts."""
    own = [
        replace(each, p_adjusted=p) for each, p in zip(found, _together(found, rules), strict=True)
    ]
    by_id = {each.outcome.id: each for each in own}
    return [conclude(evidence, each, by_id.get(each.outcome.approved), rules) for each in own]


def estimated(evidence: Evidence, outcome: Outcome, *, rules: Rules) -> Finding:
    """The estimate of one outcome from the staggered roll-out, without checks and verdict."""
    found = compared(evidence, outcome)
    if found.sample is None:
        return found

    def of(cells: Panel, permutations: int) -> Effect:
        return attribution(
            cells, evidence.level, permutations=permutations, alpha=rules.alpha(outcome)
        )

    sample = found.sample
    of_test = of(sample.tested, rules.permutations)
    if not isnan(of_test.detectable):
        of_test = replace(of_test, detectable=WHOLE_RULE * of_test.detectable)
    if sample.priced is sample.tested:
        return replace(found, tested=of_test, priced=of_test)
    # the interval of the money decides nothing, and takes fewer permutations
    priced = of(sample.priced, min(rules.permutations, FEWER_PERMUTATIONS))
    return replace(found, tested=of_test, priced=priced)


def _together(found: Sequence[Finding], rules: Rules) -> list[float]:
    """Adjusted p: Holm's for the primary outcomes, false discovery's for the secondary.

    Times the services of which the same is asked, as each has a page of its own (Bonferroni). A
    pledged outcome was named before any was seen, and is tested alone.
    """
    p = [each.tested.p for each in found]
    first, second = len(PRIMARY), len(PRIMARY) + len(APPROVED)
    adjusted = [*holm(p[:first]), *p[first:second], *discovery(p[second:])]
    return [
        each.tested.p
        if each.outcome.id == rules.pledged or isnan(each.tested.p)
        else min(1.0, q * rules.services)
        for each, q in zip(found, adjusted, strict=True)
    ]


def _concluded(
    beside: SideChecks,
    evidence: Evidence,
    found: Finding,
    of_approved: Finding | None,
    rules: Rules,
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
        checks = [*own.checks(), *beside.of(found, sample)]
        if of_approved is not None:
            sized = SIZE in sample.fixed
            checks.insert(0, approved(outcome, of_test, of_approved.tested, sized=sized))
        found = replace(
            found, checks=tuple(checks), quarters=own.quarters, bending=own.bending,
            half_years=by_half_year(sample.tested, evidence.level),
        )  # fmt: skip
    said = claim(
        outcome, of_test, found.checks, p_adjusted=found.p_adjusted,
        smallest=rules.smallest[outcome.id],
    )  # fmt: skip
    return replace(found, claim=said)


def in_own_unit(outcome: Outcome, share: float) -> float:
    """A share as an effect for the better of this size: of a logarithm -log(1 - share)."""
    return -log1p(-share) if outcome.logarithm else share

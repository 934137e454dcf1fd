"""The identifying assumptions of an effect, and what the value case does not claim."""

from collections.abc import Sequence

from pmo_lib.causal.randomisation import PERMUTATIONS
from pmo_lib.effect.finding import Finding
from pmo_lib.effect.outcomes import OUTCOMES
from pmo_lib.effect.roll_out import FEWER_PERMUTATIONS
from pmo_lib.wording import counted, listed
from pmo_lib.worth.value_case import ValueCase

METHODS: dict[str, list[str]] = {
    "draw by lot": [
        "A draw by lot decided which projects got the service. Within each department and draw "
        "those with it are compared with those without, at the same category and size.",
        f"As chance alone decided, the permutation test ({PERMUTATIONS} draws) holds whatever "
        "projects are like. Everybody drawn counts as drawn, whether the service was used or not.",
        "It holds if the projects without the service were left alone: what one learns from "
        "another is lost.",
        "The pre-specified outcomes are tested together (Holm), unless one was pledged.",
    ],
    "interrupted time series": [
        "The PMO began for all departments at the same time. Projects are compared, by the quarter "
        "of their start, with the extrapolated trend of earlier ones.",
        "It holds if nothing else changed at the time: there is no control group to show it.",
        "The pre-specified outcomes are tested together (Holm), the others under "
        "false-discovery control, and none becomes money.",
    ],
    "matched projects": [
        "Each project that used the PMO is matched to the most similar ones that did not, of the "
        "same department, category and year of start.",
        "It holds if there is no unmeasured confounding: projects alike in what is recorded differ "
        "in nothing else that matters.",
        "The pre-specified outcomes are tested together (Holm), the others under "
        "false-discovery control, and none becomes money.",
    ],
    "none": ["Nothing is compared: it takes the days on which departments adopted the PMO."],
}


def method(findings: Sequence[Finding], n_primary: int) -> list[str]:
    """How the effect is estimated and what must hold, by the design that was used."""
    design = findings[0].design
    if design != "staggered roll-out":
        return METHODS[design]
    return [
        "Projects are compared by the quarter of their start: what each department's projects "
        "would have done without the PMO is imputed from its own earlier projects and from "
        "departments that had not adopted yet, at the same category and the same size, where a "
        "size that the PMO does not set is recorded (work_size). What was approved is not held "
        "fixed: a padded plan would pass for a saving. It is an outcome of its own.",
        "It holds if without the PMO all departments would have followed parallel trends, if "
        "nobody acted on the adoption before it came (no anticipation), and if no department's PMO "
        "moved another's projects (no interference).",
        f"p comes from a permutation test of the dates of adoption ({PERMUTATIONS} times), the "
        f"interval from {FEWER_PERMUTATIONS} permutations; with few departments cluster-robust "
        "standard errors are too small.",
        "The test is on winsorised values, those that category and size leave beyond the 5th and "
        "95th percentile set to them; the effect that is shown, and the money, are of the values "
        "as they are. Both were pre-specified, before any figure was seen.",
        "Projects started so shortly before adoption that most were to be in flight at it are left "
        "out (parameter straddlers), as the PMO may have reached them.",
        "A check has a vote only where it would have seen half of the effect with a power of 50 %; "
        "else it cannot tell.",
        "The effect is that on a typical project, not on the sum of money spent.",
        f"The {n_primary} pre-specified outcomes share one error rate (Holm); the "
        f"{counted(len(findings) - n_primary, 'other')} are under false-discovery control.",
    ]


def pledge(case: ValueCase) -> str:
    """Whether the question was pledged before its answer was seen, and what deviates from that."""
    own = case.pledge
    if own is None:
        return (
            "Not pledged: outcomes and rules are the workbook's own, fixed before any data were "
            "seen, but nobody has said beforehand that this would be asked (pmo pledge)."
        )
    said = f"Pledged on {own.pledged_on} as {own.pledge_id}: {own.question}"
    if case.deviations:
        return f"{said} Not as pledged, so exploratory: {'; '.join(case.deviations)}."
    name = OUTCOMES[own.outcome].name.lower()
    return f"{said} As pledged: {name} is tested alone; every other outcome is exploratory."


def not_claimed(primary: Sequence[Finding], service: str) -> list[str]:
    """What the figures do not say, and why."""
    said = [
        f"{found.outcome.name}: {found.claim.word}. {found.claim.why} {found.claim.remedy}"
        for found in primary
        if not found.claim.counts
    ]
    said += [
        "That better projects were selected: no selection rule is recorded, and counted beside "
        "the benefits of the same projects it would count twice.",
        "That projects were rescued: those that were red would have recovered in part anyway "
        "(regression to the mean).",
        "What cancelled projects would have cost: they are not among the projects compared.",
        "What a delayed team costs: that is in the cost of its project already.",
        "What other services did: their start is held fixed, no more."
        if service
        else "What each service did: the effect is of all services of a department together.",
    ]
    left = [f"{each.outcome.name.lower()} {each.n_left_out}" for each in primary if each.n_left_out]
    if left:
        said.append(f"Projects that ended without a recorded outcome: {listed(left)}.")
    return said

"""What the money excludes, and why, in words."""

import pandas as pd

from pmo_lib.wording import counted, listed, number
from pmo_lib.worth.exposure import Exposure
from pmo_lib.worth.joint_effects import COMPONENTS, Case, JointEffects

WORDS = {"avoided": "overruns avoided", "time": "time saved", "uplift": "benefits uplift"}

NEEDS = {
    "avoided": ("actual_cost",),
    "time": ("actual_days", "benefit_a_year"),
    "uplift": ("planned_benefit",),
}


def notes_on_money(exposure: Exposure, effects: JointEffects, case: Case) -> tuple[str, ...]:
    """What each component excludes, and why, in words."""
    supported, others = exposure.supported, exposure.unsupported
    notes = [
        note for effect in COMPONENTS for note in _component_notes(effect, supported, effects, case)
    ]
    has_benefit = supported[["benefit_a_year", "planned_benefit"]].notna().any(axis=1)
    no_share = int((has_benefit & supported["cashable_benefit_share"].isna()).sum())
    if no_share:
        notes.append(
            f"cashable: the benefits of {no_share} of {counted(len(supported), 'project')} count "
            "as non-cashable, their cashable share is not known"
        )
    unverified = _unverified(supported)
    if unverified > 0:
        notes.append(
            f"benefits: of {number(unverified, 'share')} of the planned money nobody but its owner "
            "says what was realised (verified_by in benefits.csv)"
        )
    brings = others[["actual_cost", "planned_benefit"]].notna().any(axis=1)
    if brings.any():
        notes.append(
            f"extrapolated: {counted(int(brings.sum()), 'project')} outside what the estimate "
            "speaks of, not in the headline"
        )
    if (~brings).any():
        notes.append(
            f"in flight, cancelled or of unknown worth: {counted(int((~brings).sum()), 'project')} "
            "that bring nothing yet; the time that the PMO takes of them is in its cost"
        )
    return (*notes, *_cost_notes(exposure))


def _unverified(supported: pd.DataFrame) -> float:
    """The share of the planned benefits that nobody but their owners vouch for."""
    known = supported[["planned_benefit", "unverified_share"]].astype("float64").dropna()
    planned = float(known["planned_benefit"].sum())
    vouched_alone = float((known["planned_benefit"] * known["unverified_share"]).sum())
    return vouched_alone / planned if planned > 0 else 0.0


def _component_notes(
    effect: str, supported: pd.DataFrame, effects: JointEffects, case: Case
) -> list[str]:
    name = COMPONENTS[effect]
    if effect not in effects.names:
        return [f"{WORDS[name]}: cannot tell, its effect could not be estimated; not in the sums"]
    notes = []
    if not effects.weight(effect, case):
        notes.append(f"{WORDS[name]}: counts 0, the verdict is {effects.verdicts[effect]!r}")
    gaps = int(supported[[*NEEDS[name], "finished_on"]].isna().any(axis=1).sum())
    cells = listed([column.replace("_", " ") for column in NEEDS[name]])
    if gaps and gaps == len(supported):
        notes.append(f"{WORDS[name]}: cannot tell, {cells} known of no project; not in the sums")
    elif gaps:
        notes.append(
            f"{WORDS[name]}: {gaps} of {counted(len(supported), 'project')} left out, "
            f"{cells} not known or outside what the estimate speaks of"
        )
    return notes


def _cost_notes(exposure: Exposure) -> list[str]:
    paid, projects = exposure.pmo_costs, exposure.projects
    if paid is None or paid["amount"].isna().all():
        return ["cost: not known, there are no PMO costs, so only the gross value is shown"]
    gaps = int(paid["amount"].isna().sum())
    notes = [f"cost: {counted(gaps, 'amount')} of the PMO not known and not in it"] if gaps else []
    timeless = int(projects[["actual_days", "finished_on"]].isna().any(axis=1).sum())
    if timeless and timeless == len(projects):
        notes.append("cost: the time taken of projects is not known, the length is known of none")
    elif timeless:
        notes.append(
            f"cost: the time taken of {counted(timeless, 'project')} is not in it, "
            "the length is not known"
        )
    return notes

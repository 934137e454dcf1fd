"""The inputs of the simulation: joint effects, and the projects under the PMO."""

from collections.abc import Mapping
from math import nan

import numpy as np
import pandas as pd

from pmo_lib.causal.attribution import attribution
from pmo_lib.causal.effect import Effect
from pmo_lib.causal.event_study import year_before
from pmo_lib.effect.adoption import under_pmo
from pmo_lib.effect.finding import Evidence, Sample
from pmo_lib.effect.outcomes import PRIMARY
from pmo_lib.worth.joint_effects import JointEffects

OWN = {"cost": "actual_cost", "schedule": "benefit_a_year", "benefits": "planned_benefit"}
COLUMNS = [
    "project_id", "department", "finished_on", "actual_cost", "actual_days", "benefit_a_year",
    "planned_benefit", "cashable_benefit_share", "supported",
]  # fmt: skip


def joint_effects(found: Mapping[str, Effect], verdicts: Mapping[str, str]) -> JointEffects:
    """Σ = (G - 1) ÷ G × Σ (v without g - v)(v without g - v)' over the G departments.

    A department without projects of an outcome leaves that effect as it is.
    """
    names = tuple(name.id for name in PRIMARY if name.id in found)
    values = np.array([found[name].value for name in names])
    if not names:
        return JointEffects((), values, np.zeros((0, 0)), nan, verdicts)
    without = pd.concat([found[name].without for name in names], axis=1).to_numpy("float64")
    away = np.where(np.isnan(without), 0.0, without - values)
    g = len(away)
    return JointEffects(names, values, (g - 1) / g * away.T @ away, g - 1, verdicts)


def treated(evidence: Evidence, inside: Mapping[str, pd.Series]) -> pd.DataFrame:
    """The projects under the PMO with `COLUMNS`, as the exposure takes them.

    `inside` says by primary outcome which projects its estimate speaks of: each component counts
    those of its own. Projects in flight or cancelled are there for the time that the PMO takes of
    them, which is a cost, and bring nothing.
    """
    under = under_pmo(evidence.projects, evidence.adopted.dates)
    rows, today = evidence.projects[under], evidence.data_date
    ended = rows["ended_on"].notna()
    stopped = rows["finished_on"].where(rows["finished_on"] <= today).fillna(today)
    elapsed = (stopped - rows["started_on"]).dt.days.astype("float64")
    counted = {name: chosen[under] for name, chosen in inside.items()}
    any_of = pd.DataFrame(counted).any(axis=1) & ended
    frame = rows.assign(
        finished_on=rows["ended_on"].fillna(stopped),
        actual_cost=rows["actual_cost"].astype("float64").where(ended),
        actual_days=rows["actual_days"].where(ended, elapsed),
        benefit_a_year=rows["planned_benefit"].where(ended),
        planned_benefit=rows["planned_benefit"].where(ended),
        cashable_benefit_share=rows["cashable_share"],
        supported=any_of,
    )
    for name, column in OWN.items():
        frame[column] = frame[column].where(counted[name] | ~any_of)
    return frame[COLUMNS].reset_index(drop=True)


def inside_estimate(sample: Sample | None, projects: pd.DataFrame) -> pd.Series:
    """Whether each project is among those over which the estimate on the sample averages."""
    if sample is None:
        return pd.Series(False, index=projects.index)
    return projects["project_id"].isin(sample.projects_in(sample.compared()))


def without_year_before(sample: Sample, level: float) -> Effect:
    """The effect with the quarters just before adoption left out."""
    usable = ~year_before(sample.priced)
    return attribution(sample.priced, level, permutations=0, usable=usable)

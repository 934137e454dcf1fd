"""From what was found to what it acts on: joint effects, projects under the PMO, break-even."""

from collections.abc import Mapping
from math import nan

import numpy as np
import pandas as pd

from pmo_lib.causal.attribution import Attribution, attribution
from pmo_lib.causal.event_study import LEADS, event_times
from pmo_lib.effect.adoption import under_pmo
from pmo_lib.effect.finding import Finding
from pmo_lib.effect.outcomes import PRIMARY
from pmo_lib.months import month_end
from pmo_lib.stats.numbers import Floats
from pmo_lib.worth.exposure import break_even_effect, discount_factors
from pmo_lib.worth.joint_effects import JointEffects

OWN = {"cost": "actual_cost", "schedule": "benefit_a_year", "benefits": "planned_benefit"}
COLUMNS = (
    "project_id", "department", "finished_on", "actual_cost", "actual_days", "benefit_a_year",
    "planned_benefit", "cashable_benefit_share", "supported",
)  # fmt: skip


def joint_effects(found: Mapping[str, Attribution], verdicts: Mapping[str, str]) -> JointEffects:
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


def treated(
    projects: pd.DataFrame,
    dates: pd.Series,
    inside: Mapping[str, pd.Series],
    data_date: pd.Timestamp,
) -> pd.DataFrame:
    """The projects under the PMO with `COLUMNS`, as `value.value_draws` takes them.

    `inside` says by primary outcome which projects its estimate speaks of: each component counts
    those of its own. Projects in flight or cancelled are there for the time that the PMO takes of
    them, which is a cost, and bring nothing.
    """
    under = under_pmo(projects, dates)
    rows = projects[under]
    ended = rows["ended_on"].notna()
    stopped = rows["finished_on"].where(rows["finished_on"] <= data_date).fillna(data_date)
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
    return frame[list(COLUMNS)].reset_index(drop=True)


def inside_estimate(found: Finding | None, projects: pd.DataFrame, priced: bool) -> pd.Series:
    """Whether each project is among those that the outcome's estimate is the mean of."""
    if found is None or found.sample is None or not priced:
        return pd.Series(False, index=projects.index)
    return projects["project_id"].isin(found.sample.projects_in(found.sample.compared()))


def break_even_on_cost(
    under: pd.DataFrame, pmo_costs: pd.DataFrame | None, base_date: pd.Timestamp, rate: float
) -> float:
    """τ* of the projects that ended `under` the PMO, against the office's cost alone."""
    if pmo_costs is None or pmo_costs.empty:
        return nan

    def worth(amounts: pd.Series, days: pd.Series) -> float:
        years: Floats = np.asarray((days - base_date).dt.days / 365.25, dtype="float64")
        return float(np.nansum(amounts.to_numpy("float64") * discount_factors(years, rate)))

    paid = worth(pmo_costs["amount"].astype("float64"), pmo_costs["period"].map(month_end))
    ended = under[under["ended_on"].notna()]
    return break_even_effect(paid, worth(ended["actual_cost"].astype("float64"), ended["ended_on"]))


def without_year_before(cost: Finding, level: float) -> Attribution:
    """The effect on cost with the quarters just before adoption left out."""
    if cost.sample is None:
        return cost.priced
    cells, first = cost.sample.priced, cost.sample.first
    times = event_times(first, cells.quarters)
    usable = ~((times < 0) & (times >= -LEADS))
    return attribution(cells, first, level, permutations=0, usable=usable)

"""Milestone KPIs."""

import pandas as pd

from pmo_lib.facts.as_of import Dates, with_facts
from pmo_lib.facts.portfolio import in_flight, with_project
from pmo_lib.kpis.kpi import flag, kpi, observations
from pmo_lib.months import months_of


@kpi(
    id="D9", name="Milestone hit rate", family="delivery", unit="share", better="higher",
    statistic="clustered_rate", population="milestones due", window="year",
    needs=("milestones.baseline_date", "milestones.actual_date"),
    uses=("projects.status", "projects.finished_on"),
)  # fmt: skip
def milestone_hit_rate(
    projects: pd.DataFrame, milestones: pd.DataFrame, data_date: pd.Timestamp
) -> pd.DataFrame:
    """Milestones met by their baseline date ÷ milestones due, last 12 months.

    Those of completed projects and of projects in flight alike: a date that has passed was met or
    not. What a project was to reach after its cancellation was not due. Milestones without a
    baseline date are left out once their project has begun.
    """
    life = ["department", "status", "started_on", "finished_on"]
    owned = with_project(milestones, projects, life)
    due_on = owned["baseline_date"]
    dropped = (owned["status"] == "cancelled") & (owned["finished_on"] < due_on)
    undated = due_on.isna() & ~(owned["started_on"] > data_date)
    due = owned[((due_on <= data_date) & ~dropped) | undated]
    met = flag(due["actual_date"] <= due["baseline_date"], due["baseline_date"].notna())
    return observations(due, period=months_of(due["baseline_date"]), numerator=met)


@kpi(
    id="D10", name="Baseline execution index", plain="milestones done beside those due",
    family="delivery", unit="ratio", better="higher",
    statistic="bounded_ratio", population="milestones due or done of projects in flight",
    needs=("projects.status", "milestones.baseline_date", "milestones.actual_date"),
)  # fmt: skip
def baseline_execution_index(
    projects: pd.DataFrame, milestones: pd.DataFrame, data_date: Dates
) -> pd.DataFrame:
    """Milestones done ÷ milestones baselined to be done by the data date, projects in flight.

    Above 1 where more is done than was due. Milestones without a baseline date are left out.
    """
    active = in_flight(projects, data_date)[["project_id", "department", "data_date"]]
    owned = with_facts(active, milestones)
    dated = owned["baseline_date"].notna()
    due, done = (owned[day] <= owned["data_date"] for day in ("baseline_date", "actual_date"))
    return observations(
        owned[due | done | ~dated],
        numerator=flag(done, dated),
        denominator=flag(due, dated),
    )

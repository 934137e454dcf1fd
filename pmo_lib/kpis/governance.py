"""Governance KPIs: baseline coverage and report punctuality."""

import pandas as pd

from pmo_lib.kpi import flag, kpi, observations
from pmo_lib.periods import months_of
from pmo_lib.portfolio import in_flight, with_original


@kpi(
    id="G5", name="Baseline coverage", family="governance", unit="share", better="higher",
    statistic="rate", population="projects in flight",
    needs=("projects.status", "baselines.cost", "baselines.finish"),
)  # fmt: skip
def baseline_coverage(
    projects: pd.DataFrame,
    baselines: pd.DataFrame,
    benefits: pd.DataFrame,
    data_date: pd.Timestamp,
) -> pd.DataFrame:
    """Projects in flight with a cost, a schedule and a benefit baseline ÷ projects in flight.

    A benefit baseline is a planned benefit in the original baseline, or a benefit with a target.
    """
    baselines = baselines[~(baselines["approved_on"] > data_date)]
    active = with_original(in_flight(projects, data_date), baselines)
    planned = baselines[(baselines["version"] == 0) & baselines["benefit"].notna()]["project_id"]
    targeted = benefits[benefits["target_value"].notna()]["project_id"]
    has_benefit = active["project_id"].isin(pd.concat([planned, targeted]))
    has_plan = active[["cost", "start", "finish"]].notna().all(axis=1)
    covered = (has_plan & has_benefit).astype("float64")
    return observations(active, period=f"{data_date:%Y-%m}", numerator=covered)


@kpi(
    id="G8", name="Report punctuality", family="governance", unit="share", better="higher",
    statistic="clustered_rate", population="status reports due", window="year",
    needs=("status_reports.due_on", "status_reports.submitted_on"),
)  # fmt: skip
def report_punctuality(
    projects: pd.DataFrame, status_reports: pd.DataFrame, data_date: pd.Timestamp
) -> pd.DataFrame:
    """Status reports submitted by their due date ÷ due, last 12 months; none yet is late."""
    no_date = status_reports["due_on"].isna() & (status_reports["period"] <= f"{data_date:%Y-%m}")
    due = status_reports[(status_reports["due_on"] <= data_date) | no_date]
    due = due.merge(projects[["project_id", "department"]], on="project_id", how="left")
    on_time = flag(due["submitted_on"] <= due["due_on"], due["due_on"].notna())
    period = months_of(due["due_on"]).fillna(due["period"])
    return observations(due, period=period, numerator=on_time)

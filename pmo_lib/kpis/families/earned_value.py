"""Earned-value KPIs of projects in flight."""

import pandas as pd

from pmo_lib.contract.settings import Settings
from pmo_lib.facts.earned_schedule import earned_schedule_months
from pmo_lib.facts.portfolio import comparable_cost, current_baselines, in_flight, latest_reports
from pmo_lib.kpis.kpi import kpi, observations


@kpi(
    id="D6", name="Cost performance index (CPI)", family="delivery", unit="ratio",
    better="higher", statistic="ratio", population="projects in flight", cumulative=True,
    needs=("projects.status", "status_reports.earned_value", "status_reports.actual_cost"),
)  # fmt: skip
def cost_performance_index(
    projects: pd.DataFrame, status_reports: pd.DataFrame, data_date: pd.Timestamp
) -> pd.DataFrame:
    """ΣEV ÷ ΣAC to date, projects in flight with a report of the last three months."""
    open_projects = _with_report(
        projects, status_reports, data_date, ["earned_value", "actual_cost"]
    )
    return observations(
        open_projects,
        period=f"{data_date:%Y-%m}",
        numerator=open_projects["earned_value"],
        denominator=open_projects["actual_cost_to_date"],
    )


@kpi(
    id="D7", name="Schedule performance index, time (SPI(t))", family="delivery", unit="ratio",
    better="higher", statistic="mean", population="projects in flight", cumulative=True,
    needs=("projects.status", "projects.started_on", "status_reports.earned_value",
           "status_reports.planned_value"),
)  # fmt: skip
def schedule_performance_index(
    projects: pd.DataFrame,
    status_reports: pd.DataFrame,
    data_date: pd.Timestamp,
    baselines: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Earned schedule ÷ actual time of projects in flight, mean over projects (Lipke 2003).

    Time runs in months from the start. A project ahead of its plan to date is placed on a
    straight line from there to its original finish and cost; without baselines it is left out.
    """
    open_projects = _with_report(
        projects, status_reports, data_date, ["earned_value", "planned_value"]
    )
    plan = status_reports[["project_id", "period", "rated_by", "planned_value"]]
    past = plan[plan["period"] <= f"{data_date:%Y-%m}"]
    earned = earned_schedule_months(open_projects, past, baselines)
    return observations(
        open_projects,
        period=f"{data_date:%Y-%m}",
        numerator=earned["earned_schedule_months"],
        denominator=earned["actual_months"].where(earned["actual_months"] > 0),
    )


@kpi(
    id="D14", name="EAC credibility gap", family="delivery", unit="share", better="lower",
    statistic="median", population="projects in flight",
    needs=("projects.status", "baselines.cost", "status_reports.earned_value",
           "status_reports.actual_cost", "status_reports.estimate_at_completion"),
)  # fmt: skip
def eac_credibility_gap(
    projects: pd.DataFrame,
    status_reports: pd.DataFrame,
    baselines: pd.DataFrame,
    data_date: pd.Timestamp,
    settings: Settings,
) -> pd.DataFrame:
    """(BAC ÷ CPI - reported EAC) ÷ BAC of projects in flight; the median.

    How far the reported estimate at completion lies below what the cost performance to date would
    lead to. BAC is the cost of the baseline in force; CPI and EAC come from one report of the last
    three months. While nothing is earned or spent there is no CPI; an EAC of 0 is one that nobody
    entered.
    """
    open_projects = _with_report(
        projects, status_reports, data_date,
        ["earned_value", "actual_cost", "estimate_at_completion"],
    )  # fmt: skip
    in_force = current_baselines(baselines, data_date).set_index("project_id")
    costs = comparable_cost(in_force, settings.price_base)
    budget = open_projects["project_id"].map(costs).astype("float64")
    spent = open_projects["actual_cost_to_date"]
    cpi = open_projects["earned_value"] / spent.where(spent > 0)
    reported = open_projects["estimate_at_completion"]
    return observations(
        open_projects,
        period=f"{data_date:%Y-%m}",
        numerator=budget / cpi.where(cpi > 0) - reported.where(reported != 0),
        denominator=budget,
    )


def _with_report(
    projects: pd.DataFrame,
    status_reports: pd.DataFrame,
    data_date: pd.Timestamp,
    columns: list[str],
) -> pd.DataFrame:
    """Projects in flight with `columns` of their last report, missing where it is stale."""
    reports = latest_reports(status_reports, f"{data_date:%Y-%m}", columns)
    values = reports[["project_id", "period", *columns]]
    values = values.rename(columns={"actual_cost": "actual_cost_to_date"})
    return in_flight(projects, data_date).merge(values, on="project_id", how="left")

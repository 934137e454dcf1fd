"""Earned-value KPIs of projects in flight."""

import pandas as pd

from pmo_lib.contract.settings import Settings
from pmo_lib.facts.as_of import Dates, with_facts
from pmo_lib.facts.earned_schedule import earned_schedule_months
from pmo_lib.facts.portfolio import (
    comparable_cost,
    current_baselines,
    in_flight,
    in_order,
    latest_reports,
    original_baselines,
)
from pmo_lib.kpis.kpi import kpi, observations
from pmo_lib.months import months_of


@kpi(
    id="D6", name="Cost performance index (CPI)", plain="value of work done for its cost",
    family="delivery", unit="ratio",
    better="higher", statistic="ratio", population="projects in flight", cumulative=True,
    needs=("projects.status", "status_reports.earned_value", "status_reports.actual_cost"),
)  # fmt: skip
def cost_performance_index(
    projects: pd.DataFrame, status_reports: pd.DataFrame, data_date: Dates
) -> pd.DataFrame:
    """ΣEV ÷ ΣAC to date, projects in flight with a report of the last three months."""
    open_projects = _with_report(
        projects, status_reports, data_date, ["earned_value", "actual_cost"]
    )
    return observations(
        open_projects,
        numerator=open_projects["earned_value"],
        denominator=open_projects["actual_cost_to_date"],
    )


@kpi(
    id="D7", name="Schedule performance index, time (SPI(t))",
    plain="progress beside the plan",
    family="delivery", unit="ratio",
    better="higher", statistic="mean", population="projects in flight", cumulative=True,
    needs=("projects.status", "projects.started_on", "status_reports.earned_value",
           "status_reports.planned_value"),
    uses=("baselines.finish", "baselines.cost"),
)  # fmt: skip
def schedule_performance_index(
    projects: pd.DataFrame,
    status_reports: pd.DataFrame,
    data_date: Dates,
    baselines: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Earned schedule ÷ actual time of projects in flight, mean over projects (Lipke 2003).

    Time runs in months from the start. A project ahead of its plan to date is placed on a
    straight line from there to its original finish and cost; without baselines it is left out.
    Once the whole budget is earned actual time has ended, in the first month that reports it.
    """
    open_projects = _with_report(
        projects, status_reports, data_date, ["earned_value", "planned_value"]
    )
    earned = _earned_schedule(open_projects, status_reports, baselines)
    return observations(
        open_projects,
        numerator=earned["earned_schedule_months"],
        denominator=earned["actual_months"].where(earned["actual_months"] > 0),
    )


@kpi(
    id="D14", name="EAC credibility gap",
    plain="gap in cost forecasts",
    family="delivery", unit="share", better="lower",
    statistic="median", population="projects in flight",
    needs=("projects.status", "baselines.cost", "status_reports.earned_value",
           "status_reports.actual_cost", "status_reports.estimate_at_completion"),
)  # fmt: skip
def eac_credibility_gap(
    projects: pd.DataFrame,
    status_reports: pd.DataFrame,
    baselines: pd.DataFrame,
    data_date: Dates,
    settings: Settings,
) -> pd.DataFrame:
    """(BAC ÷ CPI - reported EAC) ÷ BAC of projects in flight; the median.

    How far the reported estimate at completion (EAC) lies below the one that the cost performance
    index to date implies. BAC is the cost of the baseline in force; CPI and EAC come from one
    report of the last three months. While nothing is earned or spent there is no CPI; an EAC of 0
    is one that nobody entered.
    """
    open_projects = _with_report(
        projects, status_reports, data_date,
        ["earned_value", "actual_cost", "estimate_at_completion"],
    )  # fmt: skip
    in_force = current_baselines(open_projects, baselines)
    budget = comparable_cost(in_force, settings.price_base).astype("float64")
    spent = open_projects["actual_cost_to_date"]
    cpi = open_projects["earned_value"] / spent.where(spent > 0)
    reported = open_projects["estimate_at_completion"]
    return observations(
        open_projects,
        numerator=budget / cpi.where(cpi > 0) - reported.where(reported != 0),
        denominator=budget,
    )


def _with_report(
    projects: pd.DataFrame, status_reports: pd.DataFrame, data_date: Dates, columns: list[str]
) -> pd.DataFrame:
    """Projects in flight with `columns` of their last report, missing where it is stale."""
    going = in_flight(projects, data_date)
    reports = latest_reports(going, status_reports, columns)
    values = reports.rename(columns={"actual_cost": "actual_cost_to_date"})
    return going.assign(**values)


def _earned_schedule(
    open_projects: pd.DataFrame, status_reports: pd.DataFrame, baselines: pd.DataFrame | None
) -> pd.DataFrame:
    """`earned_schedule_months` of each project on the plan that was reported by its data date."""
    seen = open_projects[["project_id", "data_date"]]
    columns = ["project_id", "period", "rated_by", "planned_value", "earned_value"]
    plan = in_order(status_reports[columns])
    past = with_facts(seen, plan)
    past = past[past["period"] <= months_of(past["data_date"])].sort_values("row", kind="stable")
    # at another data date it is another plan, so that a project and a date are what has a plan
    plans = past.assign(project_id=past["row"])
    if baselines is not None:
        own = with_facts(seen, original_baselines(baselines)).sort_values("row")
        baselines = own.assign(project_id=own["row"])
    queries = open_projects.assign(project_id=range(len(seen)))
    return earned_schedule_months(queries, plans, baselines)

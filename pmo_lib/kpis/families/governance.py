"""Governance KPIs: baselines, the quality of the data, risks, the punctuality of reports."""

import pandas as pd

from pmo_lib.contract.settings import Settings
from pmo_lib.contract.verdict import Verdict
from pmo_lib.facts.as_of import Dates, month_ends_before, with_facts
from pmo_lib.facts.portfolio import (
    current_baselines,
    in_flight,
    latest_reports,
    with_project,
)
from pmo_lib.kpis.kpi import flag, kpi, observations
from pmo_lib.months import months_of


@kpi(
    id="G4", name="Business-case currency", plain="business cases up to date",
    family="governance", unit="share", better="higher",
    statistic="rate", population="projects in flight",
    needs=("projects.status", "baselines.approved_on"),
)  # fmt: skip
def business_case_currency(
    projects: pd.DataFrame, baselines: pd.DataFrame, data_date: Dates
) -> pd.DataFrame:
    """Projects in flight with a baseline approved in the last 12 months ÷ projects in flight.

    A project without a baseline has no current one; of a project whose baseline has no date of
    approval that is not known, unless another version of it is current.
    """
    active = in_flight(projects, data_date)
    versions = with_facts(active[["project_id", "data_date"]], baselines)
    approved, now = versions["approved_on"], versions["data_date"]
    recent = (approved <= now) & (approved > month_ends_before(now, 12))
    row = pd.Series(range(len(active)), index=active.index)
    current = row.isin(versions[recent]["row"])
    undated = row.isin(versions[approved.isna()]["row"])
    return observations(active, numerator=flag(current, current | ~undated))


@kpi(
    id="G5", name="Baseline coverage", family="governance", unit="share", better="higher",
    statistic="rate", population="projects in flight",
    needs=("projects.status", "baselines.cost", "baselines.finish"),
    uses=("baselines.start", "baselines.benefit", "benefits.target_value"),
)  # fmt: skip
def baseline_coverage(
    projects: pd.DataFrame,
    baselines: pd.DataFrame,
    benefits: pd.DataFrame,
    data_date: Dates,
) -> pd.DataFrame:
    """Projects in flight with a cost, a schedule and a benefit baseline ÷ projects in flight.

    Of a baseline its first version. A benefit baseline is a planned benefit in it, or a benefit
    with a target.
    """
    active = in_flight(projects, data_date)
    columns = ["approved_on", "cost", "start", "finish", "benefit"]
    first = baselines.sort_values("version", kind="stable").drop_duplicates("project_id")
    plan = with_project(active, first, columns)
    later = (plan["approved_on"] > plan["data_date"]).to_numpy()
    known = plan[columns].notna() & ~later[:, None]
    targeted = active["project_id"].isin(benefits[benefits["target_value"].notna()]["project_id"])
    has_plan = known[["cost", "start", "finish"]].all(axis=1) & active["status"].notna()
    covered = (has_plan & (known["benefit"] | targeted)).astype("float64")
    return observations(active, numerator=covered)


@kpi(
    id="G6", name="Data quality", family="governance", unit="share", better="higher",
    statistic="clustered_rate", population="tables", level="organisation",
)  # fmt: skip
def data_quality(verdict: Verdict, data_date: pd.Timestamp) -> pd.DataFrame:
    """Expectations of the data that were met ÷ expectations evaluated, over all tables.

    Which KPIs had to be withheld because too many rows of a table were rejected is not in this
    figure: each of them says so itself.
    """
    tables = pd.DataFrame(
        [(each.name, each.expectations, each.expectations_met) for each in verdict.tables.values()],
        columns=["table", "expectations", "expectations_met"],
    )
    return observations(
        tables.assign(data_date=data_date),
        numerator=tables["expectations_met"],
        denominator=tables["expectations"].where(tables["expectations"] > 0),
        case="table",
    )


@kpi(
    id="G7", name="Risk exposure", family="governance", unit="ratio", better="lower",
    statistic="ratio", population="projects in flight",
    needs=("projects.status", "baselines.cost", "status_reports.actual_cost"),
    uses=("risks.closed_on", "risks.probability", "risks.impact"),
)  # fmt: skip
def risk_exposure(
    projects: pd.DataFrame,
    risks: pd.DataFrame,
    baselines: pd.DataFrame,
    status_reports: pd.DataFrame,
    data_date: Dates,
    settings: Settings,
) -> pd.DataFrame:
    """Σ probability × impact of open risks ÷ Σ remaining budget of projects in flight.

    The remaining budget is the cost of the baseline in force less the actual cost in the last
    report of the last three months, and never below 0. A project without an open risk is exposed
    to nothing; one with a risk that has no probability or no impact is left out.
    """
    active = in_flight(projects, data_date)
    own = with_facts(active[["project_id", "data_date"]], risks)
    own = own[(own["raised_on"] <= own["data_date"]) & ~(own["closed_on"] <= own["data_date"])]
    # one unknown risk makes the sum unknown
    exposure = (own["probability"] * own["impact"]).groupby(own["row"]).sum(skipna=False)
    exposures = exposure.reindex(range(len(active)), fill_value=0.0).astype("float64")
    return observations(
        active,
        numerator=exposures.set_axis(active.index),
        denominator=_remaining_budget(active, baselines, status_reports, settings),
    )


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


def _remaining_budget(
    active: pd.DataFrame, baselines: pd.DataFrame, status_reports: pd.DataFrame, settings: Settings
) -> pd.Series:
    """Cost of the baseline in force less the cost to date; missing where either is."""
    in_force = current_baselines(active, baselines)
    cost = in_force["cost"]
    if settings.price_base:
        same = in_force["price_base"].fillna(settings.price_base) == settings.price_base
        cost = cost.where(same.astype(bool))
    spent = latest_reports(active, status_reports, ["actual_cost"])["actual_cost"]
    return (cost.astype("float64") - spent.astype("float64")).clip(lower=0.0)

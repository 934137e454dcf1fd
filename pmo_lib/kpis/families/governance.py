"""Governance KPIs: baselines, the quality of the data, risks, the punctuality of reports."""

import pandas as pd

from pmo_lib.contract.settings import Settings
from pmo_lib.contract.verdict import Verdict
from pmo_lib.facts.portfolio import current_baselines, in_flight, latest_reports, with_original
from pmo_lib.kpis.kpi import flag, kpi, observations
from pmo_lib.months import months_of, shifted


@kpi(
    id="G4", name="Business-case currency", family="governance", unit="share", better="higher",
    statistic="rate", population="projects in flight",
    needs=("projects.status", "baselines.approved_on"),
)  # fmt: skip
def business_case_currency(
    projects: pd.DataFrame, baselines: pd.DataFrame, data_date: pd.Timestamp
) -> pd.DataFrame:
    """Projects in flight with a baseline approved in the last 12 months ÷ projects in flight.

    A project without a baseline has no current one; of a project whose baseline has no date of
    approval that is not known, unless another version of it is current.
    """
    active = in_flight(projects, data_date)
    period = f"{data_date:%Y-%m}"
    approved = baselines["approved_on"]
    recent = (approved <= data_date) & (months_of(approved) > shifted(period, -12))
    current = active["project_id"].isin(baselines[recent]["project_id"])
    undated = active["project_id"].isin(baselines[approved.isna()]["project_id"])
    return observations(active, period=period, numerator=flag(current, current | ~undated))


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
        tables,
        period=f"{data_date:%Y-%m}",
        numerator=tables["expectations_met"],
        denominator=tables["expectations"].where(tables["expectations"] > 0),
        case="table",
    )


@kpi(
    id="G7", name="Risk exposure", family="governance", unit="ratio", better="lower",
    statistic="ratio", population="projects in flight",
    needs=("projects.status", "baselines.cost", "status_reports.actual_cost"),
)  # fmt: skip
def risk_exposure(
    projects: pd.DataFrame,
    risks: pd.DataFrame,
    baselines: pd.DataFrame,
    status_reports: pd.DataFrame,
    data_date: pd.Timestamp,
    settings: Settings,
) -> pd.DataFrame:
    """Σ probability × impact of open risks ÷ Σ remaining budget of projects in flight.

    The remaining budget is the cost of the baseline in force less the actual cost in the last
    report of the last three months, and never below 0. A project without an open risk is exposed
    to nothing; one with a risk that has no probability or no impact is left out.
    """
    active = in_flight(projects, data_date)
    is_open = (risks["raised_on"] <= data_date) & ~(risks["closed_on"] <= data_date)
    exposures = (risks["probability"] * risks["impact"])[is_open]
    # one unknown risk makes the sum unknown
    exposure = exposures.groupby(risks["project_id"]).sum(skipna=False)
    known = active["project_id"].isin(exposure.index)
    return observations(
        active,
        period=f"{data_date:%Y-%m}",
        numerator=active["project_id"].map(exposure).astype("float64").where(known, 0.0),
        denominator=_remaining_budget(active, baselines, status_reports, data_date, settings),
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
    active: pd.DataFrame,
    baselines: pd.DataFrame,
    status_reports: pd.DataFrame,
    data_date: pd.Timestamp,
    settings: Settings,
) -> pd.Series:
    """Cost of the baseline in force less the cost to date; missing where either is."""
    period = f"{data_date:%Y-%m}"
    in_force = current_baselines(baselines, data_date).set_index("project_id")
    reports = latest_reports(status_reports, period, ["actual_cost"])
    cost = in_force["cost"]
    if settings.price_base:
        same = in_force["price_base"].fillna(settings.price_base) == settings.price_base
        cost = cost.where(same.astype(bool))
    spent = reports.set_index("project_id")["actual_cost"]
    budget, spent_to_date = (
        active["project_id"].map(each).astype("float64") for each in (cost, spent)
    )
    return (budget - spent_to_date).clip(lower=0.0)

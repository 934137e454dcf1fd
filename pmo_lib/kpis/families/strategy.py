"""What the money is for: strategic alignment and investment."""

import pandas as pd

from pmo_lib.facts.portfolio import in_flight, status_unknown
from pmo_lib.facts.spend import spend_by_month
from pmo_lib.kpis.families.delivery import ROUNDING
from pmo_lib.kpis.kpi import flag, kpi, observations
from pmo_lib.months import shifted


@kpi(
    id="V5", name="Strategic alignment", family="value", unit="share", better="higher",
    statistic="rate", population="projects in flight",
    needs=("projects.status", "projects.strategic_goal"),
)  # fmt: skip
def strategic_alignment(projects: pd.DataFrame, data_date: pd.Timestamp) -> pd.DataFrame:
    """Projects in flight with a strategic goal ÷ projects in flight.

    Projects without a status, of which nobody knows whether they are, are told as left out.
    """
    going, unknown = in_flight(projects, data_date), status_unknown(projects, data_date)
    units = pd.concat([going.assign(known=True), unknown.assign(known=False)])
    aligned = flag(units["strategic_goal"].notna(), units["known"])
    return observations(units, period=f"{data_date:%Y-%m}", numerator=aligned)


@kpi(
    id="V6", name="Grow spend", family="value", unit="share", better="context",
    statistic="bounded_ratio", population="projects with cost in the last 12 months",
    needs=("projects.investment_class", "status_reports.actual_cost"),
)  # fmt: skip
def grow_spend(
    projects: pd.DataFrame, status_reports: pd.DataFrame, data_date: pd.Timestamp
) -> pd.DataFrame:
    """Actual cost of projects to *grow* ÷ actual cost, both of the last 12 months.

    A project's cost in the 12 months is the rise of its reported cumulative cost. A project in
    flight that has reported none is told as left out, and so is one without a class.
    """
    period = f"{data_date:%Y-%m}"
    monthly = spend_by_month(projects, status_reports, data_date)
    year = monthly[monthly["period"] > shifted(period, -12)]
    spend = year.groupby("project_id")["spend"].sum(skipna=False)
    gross = year["spend"].abs().groupby(year["project_id"]).sum()
    spend = spend.mask(spend.abs() <= ROUNDING * gross, 0.0)  # what was taken back to the penny
    going = in_flight(projects, data_date)["project_id"]
    spending = projects["project_id"].isin(spend.index) | projects["project_id"].isin(going)
    units = projects[spending].join(spend, on="project_id")
    growing = units["spend"].where(units["investment_class"] == "grow", 0.0)
    return observations(
        units,
        period=period,
        numerator=growing.where(units["investment_class"].notna()),
        denominator=units["spend"],
    )

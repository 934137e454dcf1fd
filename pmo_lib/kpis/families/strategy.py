"""Strategic alignment and investment mix."""

import pandas as pd

from pmo_lib.facts.as_of import Dates, at_each
from pmo_lib.facts.portfolio import in_flight, status_unknown
from pmo_lib.facts.spend import spend_by_month, spend_of_year
from pmo_lib.kpis.families.delivery import ROUNDING
from pmo_lib.kpis.kpi import flag, kpi, observations


@kpi(
    id="V5", name="Strategic alignment", family="value", unit="share", better="higher",
    statistic="rate", population="projects in flight",
    needs=("projects.status", "projects.strategic_goal"),
)  # fmt: skip
def strategic_alignment(projects: pd.DataFrame, data_date: Dates) -> pd.DataFrame:
    """Projects in flight with a strategic goal ÷ projects in flight.

    Projects without a status, of which that is not known, count as missing.
    """
    going, unknown = in_flight(projects, data_date), status_unknown(projects, data_date)
    units = pd.concat([going.assign(known=True), unknown.assign(known=False)])
    aligned = flag(units["strategic_goal"].notna(), units["known"])
    return observations(units, numerator=aligned)


@kpi(
    id="V6", name="Grow spend", plain="spend on growth",
    family="value", unit="share", better="context",
    statistic="bounded_ratio", population="projects with cost in the last 12 months",
    needs=("projects.investment_class", "status_reports.actual_cost"),
    uses=("projects.started_on",),
)  # fmt: skip
def grow_spend(
    projects: pd.DataFrame, status_reports: pd.DataFrame, data_date: Dates
) -> pd.DataFrame:
    """Actual cost of projects to *grow* ÷ actual cost, both of the last 12 months.

    A project's cost in the 12 months is the rise of its reported cumulative cost. A project in
    flight that has reported none counts as missing, and so does one without a class.
    """
    seen = at_each(projects, data_date)
    year = spend_of_year(spend_by_month(projects, status_reports), seen["data_date"])
    key = ["data_date", "project_id"]
    sums = year.assign(gross=year["spend"].abs()).groupby(key)
    spend, gross = sums["spend"].sum(skipna=False), sums["gross"].sum()
    spend = spend.mask(spend.abs() <= ROUNDING * gross, 0.0)  # what was taken back to the penny
    spending = pd.MultiIndex.from_frame(seen[key]).isin(spend.index)
    going = seen.index.isin(in_flight(projects, data_date).index)
    units = seen[spending | going].join(spend, on=key)
    growing = units["spend"].where(units["investment_class"] == "grow", 0.0)
    return observations(
        units,
        numerator=growing.where(units["investment_class"].notna()),
        denominator=units["spend"],
    )

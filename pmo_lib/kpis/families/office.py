"""What the PMO costs and returns."""

import pandas as pd

from pmo_lib.facts.spend import office_by_month, spend_by_month
from pmo_lib.kpis.kpi import kpi, observations


@kpi(
    id="R11", name="PMO cost ratio", family="role", unit="share", better="context",
    statistic="bounded_ratio", population="months", window="year", level="organisation",
    needs=("pmo_costs.amount", "status_reports.actual_cost"),
    uses=("projects.started_on",),
)  # fmt: skip
def pmo_cost_ratio(
    projects: pd.DataFrame,
    pmo_costs: pd.DataFrame,
    status_reports: pd.DataFrame,
    data_date: pd.Timestamp,
) -> pd.DataFrame:
    """Cost of the PMO ÷ actual cost of the portfolio's projects, last 12 months.

    Month by month: a month in which one of the two is not known counts on neither side. What a
    project spent since its last report is not known, and is not in it.
    """
    monthly = spend_by_month(projects, status_reports)
    monthly = monthly[monthly["reported"] <= f"{data_date:%Y-%m}"]
    spend = monthly.groupby("period")["spend"].sum(min_count=1)
    months = office_by_month(pmo_costs, "amount", data_date)
    return observations(
        months,
        period=months["period"],
        numerator=months["amount"],
        denominator=months["period"].map(spend),
        case="period",
    )


@kpi(
    id="R12", name="PMO return", family="role", unit="share", better="higher", statistic="draws",
    population="draws of the value case", level="organisation",
)  # fmt: skip
def pmo_return(value_case: pd.DataFrame, data_date: pd.Timestamp) -> pd.DataFrame:
    """(Loss avoided + benefit uplift - PMO cost) ÷ PMO cost, a distribution over the value case.

    Each draw is a joint one of all three, never one by one. A
    draw without a cost is left out. Gains that are not at least likely count nothing, and what no
    data give is assumed as the notebook 04_value_case has it where nobody changes it. n is the
    number of projects under the PMO that the draws rest on.
    """
    cost = value_case["cost"].where(value_case["cost"] > 0)
    return observations(
        value_case.assign(data_date=data_date),
        numerator=(value_case["avoided"] + value_case["uplift"] - cost) / cost,
        case=value_case.index.to_series().astype("str"),
        **value_case.filter(items=["projects"]),
    )

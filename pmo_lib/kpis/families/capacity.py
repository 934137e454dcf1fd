"""Capacity, its load, and the hours that reporting takes."""

import pandas as pd

from pmo_lib.facts.spend import office_by_month
from pmo_lib.kpis.kpi import kpi, observations


@kpi(
    id="P9", name="Resource utilisation", family="productivity", unit="share", better="near",
    near=(0.8, 0.85), statistic="bounded_ratio", population="months of roles", window="year",
    level="organisation", segment="role",
    needs=("capacity.capacity_hours", "capacity.booked_hours"),
)  # fmt: skip
def resource_utilisation(capacity: pd.DataFrame, data_date: pd.Timestamp) -> pd.DataFrame:
    """Hours booked ÷ hours of capacity, last 12 months, all roles and each."""
    return _load(capacity, "booked_hours", data_date)


@kpi(
    id="P10", name="Constraint load", plain="load of the most loaded role",
    family="productivity", unit="ratio", better="lower",
    statistic="max_ratio", segment_statistic="quotient", population="months of roles",
    window="year", level="organisation", segment="role",
    needs=("capacity.capacity_hours", "capacity.demand_hours"),
)  # fmt: skip
def constraint_load(capacity: pd.DataFrame, data_date: pd.Timestamp) -> pd.DataFrame:
    """Hours asked for ÷ hours of capacity of the most loaded role, last 12 months.

    Above 1 the role is a bottleneck, whatever spare capacity the others have.
    """
    return _load(capacity, "demand_hours", data_date)


@kpi(
    id="P11", name="Reporting effort", family="productivity", unit="hours", better="lower",
    statistic="monthly_mean", population="months", window="year", level="organisation",
    needs=("pmo_costs.reporting_hours",),
)  # fmt: skip
def reporting_effort(pmo_costs: pd.DataFrame, data_date: pd.Timestamp) -> pd.DataFrame:
    """Hours the PMO spends on reporting a month, mean of the last 12 months.

    A month without recorded hours counts as missing: it is not 0 hours.
    """
    months = office_by_month(pmo_costs, "reporting_hours", data_date)
    hours = months["reporting_hours"]
    return observations(months, period=months["period"], numerator=hours, case="period")


def _load(capacity: pd.DataFrame, hours: str, data_date: pd.Timestamp) -> pd.DataFrame:
    """`hours` against capacity, one row per role and month.

    All roles are there and only months differ, so the month is the independent case.
    """
    past = capacity[capacity["period"] <= f"{data_date:%Y-%m}"]
    return observations(
        past,
        period=past["period"],
        numerator=past[hours],
        denominator=past["capacity_hours"],
        case="period",
        segment=past["role"],
    )

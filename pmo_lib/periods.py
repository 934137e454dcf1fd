"""Months written 2026-09: their ends, distances and sequences."""

import re

import pandas as pd

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def month_end(period: str) -> pd.Timestamp:
    """The last day of the month, the data date of a report on it."""
    return pd.Period(period, freq="M").end_time.normalize()


def shifted(period: str, months: int) -> str:
    """The month so many months later, or earlier where negative."""
    return str(pd.Period(period, freq="M") + months)


def month_range(first: str, last: str) -> list[str]:
    """All months from first to last, both included."""
    return [str(month) for month in pd.period_range(first, last, freq="M")]


def months_of(dates: pd.Series) -> pd.Series:
    """Each date's month as text; missing stays missing."""
    months: pd.Series = dates.dt.strftime("%Y-%m").astype("str")
    return months


def month_number(periods: pd.Series) -> pd.Series:
    """Months since year 0, so that differences count months; missing stays missing."""
    years, months = periods.str.slice(0, 4), periods.str.slice(5, 7)
    numbers: pd.Series = pd.to_numeric(years) * 12.0 + pd.to_numeric(months)
    return numbers

"""Months written 2026-09: their ends, distances and sequences."""

import re

import numpy as np
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
    # many dates are of few months: each month is written once
    codes, months = pd.factorize(dates.to_numpy().astype("datetime64[M]"))
    names = pd.array(months.astype("str"), dtype="str")
    return pd.Series(names.take(codes, allow_fill=True), index=dates.index, name=dates.name)


def month_number(periods: pd.Series) -> pd.Series:
    """Months since year 0, so that differences count months; missing stays missing."""
    codes, names = pd.factorize(periods)
    numbers = np.array([12.0 * int(name[:4]) + int(name[5:7]) for name in names] + [np.nan])
    return pd.Series(numbers[codes], index=periods.index, name=periods.name)

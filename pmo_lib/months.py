"""Months written 2026-09: their ends, distances and sequences."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class DataDate:
    """The month up to which data go, and why it is that one; no month where nobody knows."""

    period: str = ""
    why: str = ""

    def __str__(self) -> str:
        return f"{month(self.period)}, {self.why}" if self.period else "not known"


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


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def month(period: str) -> str:
    """2026-09 as September 2026."""
    year, number_of_month = period.split("-")
    return f"{MONTHS[int(number_of_month) - 1]} {year}"


def months_in(period: str) -> list[str]:
    """The months of a quarter, or the month itself."""
    if "Q" not in period:
        return [period]
    year, quarter = period.split("-Q")
    last = 3 * int(quarter)
    return [f"{year}-{each:02}" for each in range(last - 2, last + 1)]


def quarter_range(first: str, last: str) -> list[str]:
    """All quarters from the month `first` to the last that is over with the month `last`."""
    ends = [m for m in month_range(first[:5] + "01", last) if int(m[5:]) % 3 == 0 and m >= first]
    return [f"{end[:4]}-Q{int(end[5:]) // 3}" for end in ends]


def spoken(period: str) -> str:
    """2026-09 as September 2026, 2026-Q3 as July to September 2026."""
    months = months_in(period)
    last = month(months[-1])
    return last if len(months) == 1 else f"{month(months[0]).split()[0]} to {last}"


def quarter_number(dates: pd.Series) -> pd.Series:
    """Quarters counted on from the year 0, so that differences count quarters; missing stays so."""
    numbers: pd.Series = dates.dt.year * 4.0 + dates.dt.quarter - 1
    return numbers


def quarter_of(day: pd.Timestamp) -> int:
    """The number of one day's quarter, as `quarter_number` counts."""
    return day.year * 4 + day.quarter - 1


def quarter_name(number: int) -> str:
    """8105 as 2026-Q2."""
    return f"{number // 4}-Q{number % 4 + 1}"


def half_year_name(number: int) -> str:
    """8105 as 2026 H1."""
    return f"{number // 4} H{number % 4 // 2 + 1}"


def working_days(first: pd.Series, last: pd.Series) -> pd.Series:
    """Days from Monday to Friday from the first to the last, not counting the last; holidays too.

    Missing where one of the two is.
    """
    both = first.notna() & last.notna()
    start, end = (each[both].to_numpy("datetime64[D]") for each in (first, last))
    found = pd.Series(float("nan"), index=first.index)
    found[both] = np.busday_count(start, end).astype("float64")
    return found

"""Months as whole numbers, so that they can be counted; days, weekdays and slow seasons."""

from calendar import monthrange
from datetime import date, timedelta

from pipelines.sample.truths import TRUTHS

SLOW_MONTHS = (8, 12)  # August and December: papers wait for people on leave


def month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def month_named(period: str) -> int:
    year, month = period.split("-")
    return int(year) * 12 + int(month) - 1


def period_of(month: int) -> str:
    return f"{month // 12}-{month % 12 + 1:02d}"


def first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def last_day(month: int) -> date:
    year, month_of_year = month // 12, month % 12 + 1
    return date(year, month_of_year, monthrange(year, month_of_year)[1])


def later(day: date, days: float) -> date:
    """The day so many days later, part days dropped."""
    return day + timedelta(days=int(days))


def weekday(day: date) -> date:
    """The day itself, or the Friday before where it is at a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def is_slow(day: date) -> bool:
    return day.month in SLOW_MONTHS


FIRST_MONTH = month_named(TRUTHS.first_period)
LAST_MONTH = month_named(TRUTHS.data_date_period)
DATA_DATE = last_day(LAST_MONTH)


def known(day: date) -> date | None:
    """The day where it has come by the data date, else nothing."""
    return day if day <= DATA_DATE else None

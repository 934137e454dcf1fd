"""Text as days and months; which day is meant is never guessed."""

import re
from datetime import datetime
from itertools import product
from zoneinfo import ZoneInfo

import pandas as pd

FIRST_YEAR, LAST_YEAR = 1950, 2100
BEYOND = (
    f"is not from {FIRST_YEAR} to {LAST_YEAR} of the Gregorian calendar; leave the cell empty "
    "where there is no date"
)
NO_MONTH = "is not a month written YYYY-MM"
_ISO_DATE = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_OFFSET = r".{16,}(?:Z|[+-]\d{2}:?\d{2})"
_MIDNIGHT = r".{10}[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]\d{2}:?\d{2})?"
_MONTH = r"\d{4}-(?:0[1-9]|1[0-2])"
_NUMERIC_DATE = re.compile(
    r"(?:[^\W\d_]{2,3}\.? )?(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})(?![\d./-]).*"
)
_NAMED_MONTH = re.compile(
    r".*\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\b.*", re.IGNORECASE
)
_REMEDY = "write YYYY-MM-DD, or declare the table's format under date_formats in settings.yml"
_DAYS = (
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%m.%d.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d",
    "%Y.%m.%d", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%m.%d.%y", "%d-%m-%y", "%m-%d-%y",
    "%d-%b-%y", "%d-%b-%Y", "%d %b %Y", "%d %b %y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
    "%b %d %Y", "%Y %B %d", "%d. %B %Y", "%a %d/%m/%y", "%a %m/%d/%y", "%a %d.%m.%y",
)  # fmt: skip
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", ", %I:%M %p")
FORMATS = tuple(day + time for day, time in product(_DAYS, _TIMES))
TRIED = 40  # cells on which a format is tried before it is proposed
FEW = 3  # days: fewer say nothing of the others


def iso_days(text: pd.Series, timezone: str) -> tuple[pd.Series, pd.Series]:
    """The days of texts written YYYY-MM-DD, and which had an offset and lost a time of day.

    Times with an offset become days of `timezone`; without one they keep their own day.
    """
    is_iso = text.str.fullmatch(_ISO_DATE).fillna(value=False)
    days = pd.to_datetime(text.where(is_iso).str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
    days = days.astype("datetime64[us]")
    stamped = is_iso & text.str.fullmatch(_OFFSET).fillna(value=False)
    if not stamped.any():
        return days, stamped
    if timezone:
        moments = pd.to_datetime(text[stamped], format="ISO8601", utc=True, errors="coerce")
        local = moments.dt.tz_convert(timezone).dt.tz_localize(None).dt.normalize()
        days = days.where(~stamped, local.reindex(days.index).astype("datetime64[us]"))
        return days, stamped & False
    return days, stamped & ~text.str.fullmatch(_MIDNIGHT).fillna(value=False)


def is_month(text: pd.Series) -> pd.Series:
    """Which texts are months written YYYY-MM."""
    return text.str.fullmatch(_MONTH).fillna(value=False)


def written(cell: str, date_format: str, timezone: str) -> datetime | None:
    """The day of a cell in a declared format; None where it is not written so."""
    try:
        read = datetime.strptime(cell, date_format)
    except ValueError:
        return None
    if read.tzinfo and timezone:
        read = read.astimezone(ZoneInfo(timezone))
    return datetime(read.year, read.month, read.day)


def why_no_day(cells: list[str], date_format: str) -> dict[str, str]:
    """The reason for each text that is no day, with a format that all dates among them are in."""
    alike = [cell for cell in cells if _is_date_like(cell)]
    fitting = _fitting(alike[:TRIED]) if not date_format else []
    hint = f', such as "{fitting[0]}"' if len(fitting) == 1 else ""
    return {cell: _why_no_day(cell, date_format, hint) for cell in cells}


def why_no_month(cell: str) -> str:
    """The reason for a text that is no month."""
    is_day = _is_date_like(cell) and len(re.findall(r"\d+", cell)) > 1
    remedy = "declare the table's format under date_formats in settings.yml"
    return f"{NO_MONTH}; {remedy}" if is_day else NO_MONTH


def swapped(by_iso: pd.Series, by_text: list[datetime]) -> bool:
    """Whether a spreadsheet has turned day and month round where it could, and left the others.

    Then true dates, all up to the 12th, stand beside texts that are all of a later day.
    """
    days = by_iso.dropna().dt.day
    later = [day.day for day in by_text]
    many = len(days) >= FEW and len(later) >= FEW
    return many and bool((days <= 12).all()) and min(later) > 12


def read_either_way(cells: list[str]) -> list[datetime]:
    """The days of texts such as 03/25/2024, whichever of day and month comes first."""
    fitting = _fitting([cell for cell in cells if _is_date_like(cell)][:TRIED])
    days = [written(cell, fitting[0], "") for cell in cells] if len(fitting) == 1 else []
    return [day for day in days if day is not None]


def _fitting(cells: list[str]) -> list[str]:
    """The formats that every one of the cells is in."""
    formats = list(FORMATS) if cells else []
    for cell in cells:
        formats = [each for each in formats if written(cell, each, "") is not None]
    return formats


def _is_date_like(cell: str) -> bool:
    has_month = _NAMED_MONTH.fullmatch(cell) and re.search(r"\d", cell)
    return bool(has_month or _NUMERIC_DATE.fullmatch(cell))


def _why_no_day(cell: str, date_format: str, hint: str) -> str:
    if re.fullmatch(_ISO_DATE, cell):
        return "is no day of the calendar"
    if date_format:
        return f"is not a date written YYYY-MM-DD or {date_format}"
    if not _is_date_like(cell):
        return "is not a date; write YYYY-MM-DD"
    remedy = f"{_REMEDY}{hint}"
    match = _NUMERIC_DATE.fullmatch(cell)
    first, second, third = (match[1], match[2], match[3]) if match else ("", "", "")
    is_short = max(len(first), len(third)) == 2 or re.search(r"[A-Za-z][- ]\d\d$", cell)
    short = "has a year of two digits" if is_short else ""
    if match and first != second and 1 <= int(first) <= 12 and 1 <= int(second) <= 12 and not hint:
        return f"could be day or month first{f', and {short}' if short else ''}; {remedy}"
    return f"{short or 'is not a date written YYYY-MM-DD'}; {remedy}"

"""The day that a GMPP file reports on.

It is told, in this order, by the year column; by a day such as "at 31 March 2025" over the table
or in its headings; by the financial years named over the table, of which the latest counts; by the
financial year that the headings name at their beginning (of several, the one that the file's name
has too); and, as the last resort, by the file's name. Headings of whole-life figures and of last
year's columns, years of prices, and years before the last projects joined tell nothing.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from pipelines.sources.gmpp.cells import read_date
from pipelines.sources.gmpp.money import PRICES
from pmo_lib.errors import DataError

FIRST_YEAR_IN_MARCH = 2021  # before, a report shows September of the year before
MOST_LETTERS = 100  # of a heading; sentences in it may speak of other years
_PAST = re.compile(r"\b(since|previous|prior|last|compared|former|chang\w+)\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_SPAN = re.compile(
    r"(?:\bQ([1-4])\W{0,3})?(?<!\d)(FY ?(?:20)?|20)?(\d\d)[ /_–‑-]{0,3}(?:20)?(\d\d)(?!\d)"
    r"(?:\W{0,3}Q([1-4])\b)?",
    re.IGNORECASE,
)
_AT = re.compile(
    r"\b(?:at|as of|ending|ended|snapshot)\b[\s:]*(?:the |of )?"
    r"((?:\d{1,2}(?:st|nd|rd|th)?[\s./-]+)?(?:\d{1,2}|[a-z]{3,9})[\s./-]+20\d\d)\b",
    re.IGNORECASE,
)
_JOINED = re.compile(r"_(\d\d)(\d\d)[-_ ]?Q([1-4])$", re.IGNORECASE)


def snapshot(year: int) -> date:
    """The day that the report of `year` shows, as far as it says no other."""
    return date(year, 3, 31) if year >= FIRST_YEAR_IN_MARCH else date(year - 1, 9, 30)


def year_of(day: date) -> int:
    """The year in which the financial year of the day ends, which the report is called by."""
    return day.year if day.month <= 3 else day.year + 1


def last_joined(numbers: Iterable[str]) -> date:
    """The end of the quarter in which the last project but one joined, as 'DFT_0439_2425-Q3' says.

    But one, for a single number may be a slip.
    """
    told = filter(None, (_JOINED.search(number) for number in numbers))
    return [date.min, *sorted(_quarter(match[2], match[3]) for match in told)][-2:][0]


def reported_on(
    path: Path,
    column: Iterable[str],
    over: Iterable[str],
    headings: Iterable[str],
    joined: date = date.min,
) -> tuple[date, str]:
    """The day, and what a user must know of how it was told; DataError where nothing tells it.

    `column` are the texts of the year column, `over` those over the table; `headings` are without
    those of whole-life figures and of last year's; projects `joined` so late.
    """
    name = _days(path.stem) or _years(path.stem)
    over, headings = [*over], [PRICES.sub(" ", text) for text in headings]
    firm = {day for text in column for day in _days(text) or _years(text)} or _latest(
        [day for text in (*over, *headings) for said in _AT.findall(text) for day in _at(said)]
        or [day for text in over for day in _days(text)]
    )
    told = {day for text in headings for day in _now(text) if day >= joined}
    days = firm or told & name or told | name
    if len(days) != 1:
        raise DataError(
            f"Several years are told: {', '.join(f'{year_of(day)}' for day in sorted(days))}"
            if days
            else "Nothing in the file or its name tells its year",
            where=str(path),
            remedy="Put the report's one year into its year column or its name, as in uk_2022.csv",
        )
    (day,) = days
    if day < joined:
        raise DataError(
            f"The file cannot show {day}: by their numbers, projects joined until {joined}",
            where=str(path),
            remedy="Put the report's year into its name, as in gmpp_2025.csv",
        )
    if not firm | told:
        return day, f"{path.name} shows {day} by its name alone: nothing in it says so."
    return day, f"{path.name} shows {day}, whatever its name says." if name - days else ""


def _latest(days: Sequence[date]) -> set[date]:
    return {max(days)} if days else set()


def _now(heading: str) -> set[date]:
    """The days shown by the years that the beginning of a heading names, unless as the past's."""
    text = heading[:MOST_LETTERS]
    return set() if _PAST.search(text) else _days(text)


def _days(text: str) -> set[date]:
    """The days shown by what a text names: '2024-25', 'FY24/25', a quarter as '24/25-Q4'."""
    return {
        _quarter(last, one or other) if one or other else snapshot(2000 + int(last))
        for one, century, first, last, other in _SPAN.findall(text)
        if int(last) == (int(first) + 1) % 100 and (century or one or other)
    }


def _years(text: str) -> set[date]:
    return {snapshot(int(year)) for year in _YEAR.findall(text)}


def _at(text: str) -> list[date]:
    """The day of '31 March 2025', the last one of 'March 2025'."""
    if day := read_date(text):
        return [day]
    first = read_date(f"1 {text}")
    return [(pd.Timestamp(first) + pd.offsets.MonthEnd(0)).date()] if first else []


def _quarter(year: str, quarter: str) -> date:
    """The last day of a quarter of the financial year that ends in March of 20`year`."""
    return pd.Period(f"20{year}Q{quarter}", "Q-MAR").end_time.date()

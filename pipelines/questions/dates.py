"""Dates that lie where nothing can have happened yet, or that a spreadsheet has turned round."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from pipelines.questions.asked import Asked, Mended, Tables
from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import Question
from pmo_lib.facts.data_date import first_month
from pmo_lib.months import month
from pmo_lib.wording import counted

LAST_MONTH = 12  # a day up to it may be a month
FEW = 5
ENOUGH = 16  # dates: by chance so many are all up to the 12th once in three million times
SPREAD, WEEKS_END = 6, 8  # of days that are all in the first week of a month nothing is asked
YEARS_AHEAD, PLACEHOLDERS = 15, 2
BY_THE_CALENDAR = {  # what is done early in each month
    "status_reports.due_on", "status_reports.submitted_on", "communications.sent_on",
}  # fmt: skip


def turned_round(asked: Asked) -> Iterator[Question]:
    """Of each column of dates: day and month may be turned round where no day could not be one.

    Where one column of a table is so, fewer dates of the others are enough.
    """
    for table, rows in asked.tables.items():
        dates = {c.name: rows[c.name].dropna().unique() for c in TABLES[table] if c.kind == "date"}
        may_be = {name: days for name, days in dates.items() if _may_all_be_months(days)}
        if any(len(days) >= ENOUGH for days in may_be.values()):
            for name, days in may_be.items():
                yield _turned_round(table, name, len(days))


def _may_all_be_months(dates: Any) -> bool:
    """Whether days lie up to the 12th and all over it: not each on the first, nor in a week."""
    days = pd.Series(dates).dt.day
    is_spread = days.nunique() >= min(SPREAD, len(days) / 2)
    return bool(len(days) >= FEW and is_spread and WEEKS_END <= days.max() <= LAST_MONTH)


def _turned_round(table: str, column: str, dates: int) -> Question:
    name = f"{table}.{column}"
    asks = (
        f"has a spreadsheet turned day and month round in {name}? All of {dates:,} dates are up to "
        f"the {LAST_MONTH}th of a month; of dates at any day {round(dates * 0.6):,} would be later"
    )
    return Question(
        "swapped", table, column, asks,
        "Export it again as CSV and do not open it in a spreadsheet",
        withholds=() if name in BY_THE_CALENDAR else (name,),
    )  # fmt: skip


def of_the_future(asked: Asked) -> Iterator[Question]:
    """The data date is after today."""
    period, today = asked.data_date.period, asked.today
    if period and today and period > today[:7]:
        asks = f"the data date is in {month(period)}, but today is {today}"
        yield Question("of_the_future", "data_date", "", asks, "Set the clock, or the dates, right")


def after_the_data_date(asked: Asked) -> Iterator[Question]:
    """Of each table what happened after the data date, by its own word."""
    period = asked.data_date.period
    for name, months in asked.happened.items():
        late = months[months > period]
        if period and len(late):
            asks = (
                f"{counted(len(late), 'date')} of {name} {_lie(late)} after "
                f"the data date, {month(period)}, the last in {month(late.max())}: not used"
            )
            remedy = "Correct what is wrong, or give another data_date in settings.yml"
            yield Question(
                "after_data_date", name, "", asks, remedy, (), _examples(asked, name, late)
            )


def far_before(asked: Asked) -> Iterator[Question]:
    """Of each table the months that lie years before all others."""
    for name, months in asked.happened.items():
        early = months[months < first_month(months)]
        if len(early):
            asks = f"{counted(len(early), 'date')} of {name} {_lie(early)} years before all others"
            remedy = "Correct what is wrong"
            yield Question("far_before", name, "", asks, remedy, (), _examples(asked, name, early))


def far_after(asked: Asked) -> Iterator[Mended]:
    """Of each column the days that lie many years after all others: 2099-12-31 for not known."""
    for table, rows in asked.tables.items():
        for column in (each.name for each in TABLES[table] if each.kind == "date"):
            days = rows[column].dropna().drop_duplicates().sort_values()
            ahead = days[days >= _first_far(days)]
            if len(ahead):
                yield _far_after(asked, table, column, ahead.iloc[0])


def _first_far(days: pd.Series) -> pd.Timestamp:
    """The first of at most two days that a gap of years parts from those before; or none."""
    gaps = days.diff().dt.days.iloc[-PLACEHOLDERS:]
    far = gaps[gaps > YEARS_AHEAD * 365]
    return pd.Timestamp(days[far.index[0]]) if len(far) and len(days) >= FEW else pd.Timestamp.max


def _far_after(asked: Asked, table: str, column: str, first: pd.Timestamp) -> Mended:
    values = asked.tables[table][column]
    rows = values[values >= first]
    shown = " and ".join(f"{day:%Y-%m-%d}" for day in rows.drop_duplicates().sort_values())
    asks = (
        f"does {shown} in {column} of {table} ({counted(len(rows), 'row')}) say that no day is "
        f"known; all others lie more than {YEARS_AHEAD} years before, and it is not used"
    )
    whose = asked.tables[table].loc[rows.index[:3], TABLES[table].key[0]]
    question = Question(
        "far_after", table, column, asks, "Leave the cell empty where no day is known",
        examples=tuple(map(str, whose)),
    )  # fmt: skip

    def without(tables: Tables) -> Tables:
        own = tables[table]
        return {table: own.assign(**{column: own[column].mask(own[column] >= first)})}

    return Mended(question, without)


def _lie(dates: pd.Series) -> str:
    return "lies" if len(dates) == 1 else "lie"


def _examples(asked: Asked, name: str, months: pd.Series) -> tuple[str, ...]:
    """The last of these months, each with what its row is about."""
    some = months.sort_values().tail(3)[::-1]
    whose = asked.tables[name].loc[some.index, TABLES[name].key[0]]
    return tuple(f"{what} in {found}" for what, found in zip(whose, some, strict=True))

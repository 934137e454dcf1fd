"""Dates that the report does not use, because they lie where nothing can have happened yet."""

from collections.abc import Iterator

import pandas as pd

from pipelines.questions.asked import Asked
from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import Question
from pmo_lib.facts.data_date import first_month
from pmo_lib.months import month
from pmo_lib.wording import counted


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


def _lie(dates: pd.Series) -> str:
    return "lies" if len(dates) == 1 else "lie"


def _examples(asked: Asked, name: str, months: pd.Series) -> tuple[str, ...]:
    """The last of these months, each with what its row is about."""
    some = months.sort_values().tail(3)[::-1]
    whose = asked.tables[name].loc[some.index, TABLES[name].key[0]]
    return tuple(f"{what} in {found}" for what, found in zip(whose, some, strict=True))

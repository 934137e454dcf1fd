"""What the data leave open is asked in words, and withheld till somebody answers.

A check is a function of `Asked` that yields the questions it has; one module a matter. An answer is
a function of typed tables and settings: it gives the tables that mean something else than they say.
"""

from collections.abc import Mapping

import pandas as pd

from pipelines.questions import currencies, dates, departments, ids, open_projects, strangers
from pipelines.questions.asked import Answer, Asked, Check, Mended, Tables
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.verdict import Question

CHECKS: tuple[Check, ...] = (
    open_projects.check,
    dates.of_the_future,
    dates.after_the_data_date,
    dates.far_before,
    departments.check,
    ids.check,
    strangers.check,
    currencies.check,
)
ANSWERS: tuple[Answer, ...] = (departments.answer,)


def ask(tables: Mapping[str, pd.DataFrame], settings: Settings) -> tuple[Question, ...]:
    """Every question on the accepted rows that the settings have not waived."""
    return tuple(each.question for each in found(Asked(tables, settings)))


def found(asked: Asked) -> tuple[Mended, ...]:
    """Every question that the settings have not waived, and what becomes of the tables for it."""
    each = (one for check in CHECKS for one in check(asked))
    mended = (one if isinstance(one, Mended) else Mended(one, _as_they_are) for one in each)
    return tuple(one for one in mended if one.question.id not in asked.settings.waived)


def answered(tables: Tables, settings: Settings) -> Tables:
    """The typed tables as the settings say that they are meant."""
    for answer in ANSWERS:
        tables = {**tables, **answer(tables, settings)}
    return tables


def _as_they_are(tables: Tables) -> Tables:
    return {}

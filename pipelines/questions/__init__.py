"""What the data leave open is asked in words, and withheld till somebody answers.

A check is a function of `Asked` that yields the questions it has; one module a matter. An answer is
a function of typed tables and settings: it gives the tables that mean something else than they say.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd

from pipelines.questions import (
    copied,
    currencies,
    dates,
    defaults,
    departments,
    empty_tables,
    far_amounts,
    far_reports,
    hours,
    ids,
    letters,
    money_units,
    open_projects,
    original_baselines,
    percent_complete,
    programmes,
    promised_targets,
    running_totals,
    scores,
    strangers,
    survey_scales,
    target_sides,
    zeros,
)
from pipelines.questions.asked import Answer, Asked, Check, Mended, Tables, mended
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.verdict import Question

CHECKS: tuple[Check, ...] = (
    programmes.check,
    open_projects.check,
    dates.far_after,
    zeros.check,
    far_reports.check,
    original_baselines.check,
    money_units.check,
    far_amounts.check,
    percent_complete.check,
    running_totals.check,
    scores.check,
    survey_scales.check,
    dates.far_before,
    dates.turned_round,
    departments.check,
    ids.check,
    letters.check,
    letters.misread,
    strangers.check,
    currencies.check,
    target_sides.check,
    promised_targets.check,
    defaults.check,
    copied.check,
    hours.check,
    empty_tables.check,
)
OF_THE_DATE: tuple[Check, ...] = (dates.of_the_future, dates.after_the_data_date)
ANSWERS: tuple[Answer, ...] = (  # in this order: percent complete is of a budget in our unit
    departments.answer,
    money_units.answer,
    percent_complete.answer,
    running_totals.answer,
    scores.answer,
    survey_scales.answer,
    original_baselines.answer,
)


def ask(tables: Mapping[str, pd.DataFrame], settings: Settings) -> tuple[Question, ...]:
    """Every question on the accepted rows that the settings have not waived."""
    return tuple(each.question for each in found(Asked(tables, settings)))


def found(asked: Asked) -> tuple[Mended, ...]:
    """Every question that the settings have not waived, and what becomes of the tables for it.

    A check looks at the tables as those before it leave them.
    """
    return _found(asked, CHECKS)


def of_the_date(asked: Asked) -> tuple[Question, ...]:
    """What is told once it is known up to when the data go."""
    return tuple(each.question for each in _found(asked, OF_THE_DATE))


def _found(asked: Asked, checks: Iterable[Check]) -> tuple[Mended, ...]:
    every: list[Mended] = []
    for check in checks:
        each = (one if isinstance(one, Mended) else Mended(one, None) for one in check(asked))
        own = [one for one in each if one.question.id not in asked.settings.waived]
        asked = replace(asked, tables=mended(asked.tables, own))
        every += own
    return tuple(every)


def answered(tables: Tables, settings: Settings) -> Tables:
    """The typed tables as the settings say that they are meant."""
    for answer in ANSWERS:
        tables = {**tables, **answer(tables, settings)}
    return tables

"""The verb pledge: writes down what will be asked, before its outcome is seen."""

from datetime import date
from pathlib import Path

import pandas as pd

from pipelines.append_only import add, rows_so_far
from pmo_lib.contract.settings import Settings
from pmo_lib.errors import DataError, ParameterError, shown
from pmo_lib.months import MONTH
from pmo_lib.workbook import Workbook
from pmo_lib.worth.assumptions import Terms
from pmo_lib.worth.pledge import COLUMNS, Pledge, pledge
from pmo_lib.worth.value_case import best_design, evidence

RECORD = "pledges.csv"


def written_pledge(
    workbook: Workbook, name: str, question: str, outcome: str, look_on: str, terms: Terms,
    raw: Path,
) -> Pledge:  # fmt: skip
    """The pledge, added to pledges.csv of the exports; what stands there is never written over.

    ParameterError for a month that is over or a question that is none, DataError for a name that
    is taken.
    """
    before = rows_so_far(raw / RECORD, COLUMNS, "pledge")
    period = workbook.periods[-1]
    if not MONTH.fullmatch(look_on) or look_on <= period:
        raise ParameterError(
            f"--look-on is {shown(look_on)}",
            remedy=f"Write a month after {period}, up to which the data go: a pledge is made before"
            " its outcome is seen",
        )
    if len(question.split()) < 3:
        raise ParameterError(
            f"--question is {shown(question)}",
            remedy="Write what is to be found out, in a sentence",
        )
    if name in set(before["pledge_id"]):
        raise DataError(
            f"there is a pledge {shown(name)} already", where=str(raw / RECORD),
            remedy="Take another name: a pledge is never changed",
        )  # fmt: skip
    view = workbook.view(period)
    made = pledge(
        name, question, outcome, terms, best_design(evidence(view, terms), terms),
        pledged_on=date.today().isoformat(), look_on=look_on,
        data_hash=workbook.verdict.data_hash,
    )  # fmt: skip
    add(raw / RECORD, before, pd.DataFrame([made.row()]))
    return made


def terms_of(settings: Settings, parameters: dict[str, str]) -> Terms:
    """The terms of a value case with these parameters."""
    from pmo_lib.parameters import ValueCaseParameters

    return ValueCaseParameters(**parameters).terms(settings)

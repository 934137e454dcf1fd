"""The verb pledge: writes down what will be asked, before its outcome is seen."""

from datetime import date
from pathlib import Path

import pandas as pd

from pipelines.spreadsheet import write_csv
from pmo_lib.contract.settings import Settings
from pmo_lib.errors import DataError, ParameterError, shown
from pmo_lib.months import MONTH
from pmo_lib.wording import listed_names
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
    if not raw.is_dir():
        raise ParameterError(
            f"there is no folder {shown(str(raw))}", remedy="Name the exports' folder by --raw"
        )
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
    before = _read(raw / RECORD)
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
    write_csv(pd.concat([before, pd.DataFrame([made.row()])], ignore_index=True), raw / RECORD)
    return made


def terms_of(settings: Settings, parameters: dict[str, str]) -> Terms:
    """The terms of a value case with these parameters."""
    from pmo_lib.parameters import ValueCaseParameters

    return ValueCaseParameters(**parameters).terms(settings)


def _read(file: Path) -> pd.DataFrame:
    """The pledges so far, every cell as it is written."""
    if not file.exists():
        return pd.DataFrame(columns=list(COLUMNS), dtype="str")
    found = pd.read_csv(file, dtype="str", keep_default_na=False)
    missing = [name for name in COLUMNS if name not in found]
    if missing:
        raise DataError(
            f"it lacks the columns {listed_names(missing)}", where=str(file),
            remedy="Put back the file as pmo pledge wrote it: a pledge is never changed",
        )  # fmt: skip
    return found

"""The verb pledge: what it writes down, and that nothing is written over."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from builders.tables import PERIOD, baseline, project, report, tables
from builders.workbooks import workbook
from pipelines.pledge import RECORD, terms_of, written_pledge
from pmo_lib.errors import DataError, ParameterError
from pmo_lib.months import shifted
from pmo_lib.workbook import Workbook
from pmo_lib.worth.pledge import changed, pledged

QUESTION, LATER = "Does the PMO save cost?", shifted(PERIOD, 12)


@pytest.fixture
def book() -> Workbook:
    return workbook(tables(projects=[project()], baselines=[baseline()], status_reports=[report()]))


def write(book: Workbook, raw: Path, name: str = "A", **asked: str) -> None:
    given = {"question": QUESTION, "outcome": "cost", "look_on": LATER} | asked
    terms = terms_of(book.settings, {"smallest_effect": "0.1"})
    written_pledge(book, name, given["question"], given["outcome"], given["look_on"], terms, raw)


class TestWritten:
    def test_is_read_back_as_it_was_written(self, book: Workbook, tmp_path: Path) -> None:
        write(book, tmp_path)
        write(book, tmp_path, "B", question="Is work with the PMO quicker?", outcome="schedule")
        rows = pd.read_csv(tmp_path / RECORD, dtype="str", keep_default_na=False)
        given = tables(
            pledges=rows.assign(pledged_on=pd.to_datetime(rows["pledged_on"])).to_dict("records")
        )
        assert changed(given) == []
        own = pledged(given, "")
        assert own is not None
        assert (own.pledge_id, own.outcome, own.smallest_effect) == ("B", "schedule", "0.1")
        assert own.pledged_on == date.today().isoformat()
        assert own.data_hash == book.verdict.data_hash

    def test_what_stands_there_is_never_written_over(self, book: Workbook, tmp_path: Path) -> None:
        write(book, tmp_path)
        before = (tmp_path / RECORD).read_text()
        with pytest.raises(DataError, match="there is a pledge 'A' already"):
            write(book, tmp_path)
        assert (tmp_path / RECORD).read_text() == before


class TestRefused:
    def test_what_is_no_pledge_is_said_and_nothing_is_written(
        self, book: Workbook, tmp_path: Path
    ) -> None:
        wrong = {
            "look": {"look_on": PERIOD}, "month": {"look_on": "soon"},
            "question": {"question": "cost"}, "outcome": {"outcome": "on_time"},
        }  # fmt: skip
        silent = []
        for name, asked in wrong.items():
            try:
                write(book, tmp_path, **asked)
            except ParameterError:
                continue
            silent.append(name)
        assert silent == []
        assert not (tmp_path / RECORD).exists()
        with pytest.raises(ParameterError, match="no folder"):
            write(book, tmp_path / "nowhere")

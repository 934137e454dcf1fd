"""The workbook: tables read when asked for, periods and departments of the data, clear errors."""

import json
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from builders.portfolio import portfolio
from builders.tables import (
    DEPARTMENTS,
    Tables,
    frame,
    numbered,
    open_project,
    project,
    report,
    tables,
)
from builders.workbooks import table_facts, workbook, write
from pmo_lib.contract.verdict import Verdict
from pmo_lib.engine.observe import results
from pmo_lib.errors import DataError
from pmo_lib.workbook import Workbook, open_workbook
from pmo_lib.workbook import book as module


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    values = {"organisation": "Ours", "disclosure": {"too_few": 3}}
    return write(tmp_path / "processed", portfolio(), **values)


class TestOpening:
    def test_gives_the_tables_the_verdict_and_the_settings(self, folder: Path) -> None:
        opened = open_workbook(folder)
        assert set(opened.tables) == set(portfolio())
        assert len(opened.tables) == 4
        for name, table in portfolio().items():
            assert_frame_equal(opened.tables[name], table)
        assert opened.settings.organisation == "Ours"
        assert opened.settings.disclosure.too_few == 3
        assert opened.verdict.data_hash == "abc123"
        assert opened.version == "1.2.3"

    def test_takes_text_for_a_folder(self, folder: Path) -> None:
        assert open_workbook(str(folder)).departments == sorted(DEPARTMENTS)

    def test_without_a_verdict_tells_the_remedy(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="there are no validated tables") as caught:
            open_workbook(tmp_path)
        assert str(tmp_path) in caught.value.where
        assert "pmo check" in caught.value.remedy
        assert "data_dir" in caught.value.remedy

    def test_without_a_folder_is_that_of_the_project(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert module.DEFAULT_FOLDER.parts[-2:] == ("data", "processed")
        monkeypatch.setattr(module, "DEFAULT_FOLDER", folder)
        assert open_workbook().settings.organisation == "Ours"

    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [
            ('"organisation"', '"organization"'),
            ('"organisation"', '"price_base": 2025, "prices": "nominal", "organisation"'),
            ('"data_hash"', '"hash"'),
            ("{", "{{"),
        ],
    )
    def test_verdict_that_is_not_ours_names_the_file_and_the_remedy(
        self, folder: Path, ours: str, theirs: str
    ) -> None:
        verdict = folder / "verdict.json"
        text = json.dumps(json.loads(verdict.read_text()))
        assert ours in text
        verdict.write_text(text.replace(ours, theirs, 1))
        with pytest.raises(DataError, match="written by another version or changed") as caught:
            open_workbook(folder)
        assert caught.value.where == str(verdict)
        assert "pmo check" in caught.value.remedy

    def test_reads_a_table_once_and_only_when_asked(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read: list[str] = []
        real = pd.read_parquet
        monkeypatch.setattr(pd, "read_parquet", lambda path: read.append(path.stem) or real(path))
        opened = open_workbook(folder)
        assert "projects" in opened.tables
        assert read == []
        assert opened.tables["projects"] is opened.tables["projects"]
        assert read == ["projects"]

    def test_table_that_is_not_there_is_not_in_it(self, folder: Path) -> None:
        opened = open_workbook(folder)
        assert "risks" not in opened.tables
        with pytest.raises(KeyError):
            opened.tables["risks"]

    def test_other_files_in_the_folder_are_no_tables(self, folder: Path) -> None:
        portfolio()["projects"].to_parquet(folder / "tables" / "notes.parquet")
        assert "notes" not in open_workbook(folder).tables


def periods(*projects: object, **more: object) -> list[str]:
    given: Tables = tables(projects=projects, **more)  # type: ignore[arg-type]
    return workbook(given).periods


class TestPeriods:
    def test_run_from_the_first_date_to_the_latest_status_report(self) -> None:
        rows = [report(period="2026-03"), report(period="2026-05")]
        given = open_project(approved_on="2025-11-30", started_on="2026-01-01")
        found = periods(given, status_reports=rows)
        assert found == [
            "2025-11",
            "2025-12",
            "2026-01",
            "2026-02",
            "2026-03",
            "2026-04",
            "2026-05",
        ]

    def test_without_reports_end_with_the_latest_date(self) -> None:
        given = project(started_on="2026-01-01", finished_on="2026-03-09")
        assert periods(given) == ["2026-01", "2026-02", "2026-03"]
        assert periods(given, status_reports=[]) == ["2026-01", "2026-02", "2026-03"]

    def test_finish_after_the_latest_report_does_not_lengthen_them(self) -> None:
        given = project(started_on="2026-01-01", finished_on="2026-12-01")
        assert periods(given, status_reports=[report(period="2026-02")])[-1] == "2026-02"

    def test_reports_before_any_start_are_in_them(self) -> None:
        given = open_project(started_on="2026-05-01")
        assert periods(given, status_reports=[report(period="2026-02")]) == ["2026-02"]

    def test_nothing_dated_tells_the_remedy(self) -> None:
        given = open_project(started_on=None)
        with pytest.raises(DataError, match="no period is known") as caught:
            periods(given)
        assert "started_on" in caught.value.remedy


class TestMeasured:
    def test_tables_with_too_many_rejected_rows_are_withheld(self) -> None:
        given = tables(projects=numbered(9, project), baselines=[])
        facts = {
            "data_hash": "h",
            "ignored": [],
            "questions": [],
            "tables": {"projects": table_facts("projects", 100, 6)},
        }
        whole = workbook(given)
        opened = Workbook(given, Verdict.from_mapping(facts), whole.settings, "1")
        assert set(opened.withheld) == {"projects"}
        (found,) = results(opened.view("2026-06"), kpis=["P2"])
        assert found.state == "withheld"
        assert "6 of 100 rows of projects were rejected" in found.reason

    def test_departments_are_those_that_have_projects(self) -> None:
        rollouts = frame("rollouts", [{"department": "Other", "service_id": "s",
                                       "adopted_on": "2026-01-01"}])  # fmt: skip
        assert workbook(portfolio() | {"rollouts": rollouts}).departments == sorted(DEPARTMENTS)

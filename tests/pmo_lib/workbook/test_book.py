"""The workbook: periods and departments of the data, and which tables are withheld."""

import pytest

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
from builders.workbooks import table_facts, workbook
from pmo_lib.contract.verdict import Verdict
from pmo_lib.engine.observe import results
from pmo_lib.errors import DataError
from pmo_lib.workbook import Workbook


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

"""D9 and D10 on tables small enough to work out by hand."""

from typing import Any

import pandas as pd
import pytest

from builders.tables import Row, open_project, project
from builders.views import view
from builders.whole import whole
from pmo_lib.engine.observe import results
from pmo_lib.engine.result import KpiResult
from pmo_lib.engine.view import View

DATA_DATE = pd.Timestamp("2026-09-30")


def only(kpi_id: str, seen: View) -> KpiResult:
    return results(seen, kpis=[kpi_id])[0]


def milestone(milestone_id: str = "M1", project_id: str = "p1", **cells: Any) -> Row:
    """Due in May 2026 and met on the day."""
    dates = {"baseline_date": "2026-05-01", "actual_date": "2026-05-01"}
    return {"project_id": project_id, "milestone_id": milestone_id} | dates | cells


class TestAgainstPlainPandas:
    def test_hit_rate(self) -> None:
        tables = whole()
        owned = tables["milestones"].merge(tables["projects"], on="project_id")
        due = owned[owned["baseline_date"].between("2025-10-01", DATA_DATE)]
        due = due[~((due["status"] == "cancelled") & (due["finished_on"] < due["baseline_date"]))]
        found = only("D9", View(tables, "2026-09"))
        assert found.value == pytest.approx((due["actual_date"] <= due["baseline_date"]).mean())
        assert found.n == len(due)
        assert found.missing == owned["baseline_date"].isna().sum()

    def test_execution_index(self) -> None:
        tables = whole()
        going = tables["projects"].query("status in ['active', 'on_hold']")
        owned = tables["milestones"].merge(going[["project_id"]], on="project_id")
        dated = owned.dropna(subset=["baseline_date"])
        done = (dated["actual_date"] <= DATA_DATE).sum()
        found = only("D10", View(tables, "2026-09"))
        assert found.value == pytest.approx(done / (dated["baseline_date"] <= DATA_DATE).sum())
        assert found.missing == len(owned) - len(dated)


class TestNotDue:
    @pytest.mark.parametrize(
        ("cells", "n"),
        [
            ({"status": "completed", "finished_on": "2026-04-30"}, 1),
            ({"status": "cancelled", "finished_on": "2026-04-30"}, 0),
            ({"status": "cancelled", "finished_on": "2026-05-01"}, 1),
            ({"status": "cancelled", "finished_on": None}, 1),
            ({"status": "proposed", "finished_on": None, "started_on": None}, 1),
            ({"status": None, "finished_on": None}, 1),
        ],
    )
    def test_is_only_what_was_to_come_after_a_cancellation(
        self, cells: dict[str, Any], n: int
    ) -> None:
        rows = [milestone(actual_date=None), milestone(project_id="other")]
        seen = view(projects=[project(**cells), project("other")], milestones=rows)
        found = only("D9", seen)
        assert (found.n, found.missing) == (1 + n, 0)
        assert found.value == pytest.approx(1 / (1 + n))


class TestExecutionIndex:
    def test_nothing_due_yet_is_undefined(self) -> None:
        early = milestone(baseline_date="2026-12-01")
        found = only("D10", view(projects=[open_project()], milestones=[early]))
        assert found.state == "undefined"

    def test_no_project_in_flight_is_undefined(self) -> None:
        found = only("D10", view(projects=[project()], milestones=[milestone()]))
        assert (found.state, found.n) == ("undefined", 0)

    def test_milestones_that_nobody_dated_are_told(self) -> None:
        rows = [milestone(), milestone("M2", baseline_date=None), milestone("M3", actual_date=None)]
        found = only("D10", view(projects=[open_project()], milestones=rows))
        assert (found.value, found.n, found.missing) == (0.5, 2, 1)
        assert "1 of 3 left out" in found.reason

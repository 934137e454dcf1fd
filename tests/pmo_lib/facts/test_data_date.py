"""The data date: the last month in which something happened, whatever is planned or misspelt."""

from collections.abc import Iterable
from typing import Any

from builders.tables import Row, answer, frame, open_project, project, report, request, tables
from pmo_lib.facts.data_date import data_date, first_month, happened

REPORTS = [
    report(f"p{n}", f"2026-0{month}", rag="green", planned_value=10.0 * month)
    for n in range(4)
    for month in (1, 2, 3)
]
PROJECTS = [project(f"p{n}", started_on="2025-01-01", finished_on="2025-06-30") for n in range(4)]


def plan(month: str, **cells: Any) -> list[Row]:
    return [report(f"p{n}", month, planned_value=99.0, **cells) for n in range(4)]


def found(
    *more: Row, projects: Iterable[Row] = PROJECTS, reports: Iterable[Row] = REPORTS,
    today: str = "", declared: str = "", **others: Iterable[Row],
) -> str:  # fmt: skip
    given = tables(projects=projects, status_reports=[*reports, *more], **others)
    return data_date(given, today, declared).period


class TestStatusReports:
    def test_of_plans_do_not_count(self) -> None:
        worked = [r | {"rag": None, "earned_value": 5.0 * int(r["period"][-1])} for r in REPORTS]
        last = {r["project_id"]: r["earned_value"] for r in worked}
        plans = {
            "nothing else": plan("2026-06"),
            "zeros": plan("2026-06", earned_value=0.0, actual_cost=0.0),
            "a day that they are due": plan("2026-06", due_on="2026-07-05"),
        }
        told = {name: found(*rows) for name, rows in plans.items()}
        carried = [r | {"earned_value": last[r["project_id"]]} for r in plan("2026-06")]
        told["written on"] = found(*carried, reports=worked)
        ended = plan("2026-06", earned_value=0.0, actual_cost=0.0, rag="green")
        told["rated, nothing done"] = found(*ended, reports=worked)
        assert set(told.values()) == {"2026-03"}, told

    def test_of_work_that_came_count(self) -> None:
        facts: dict[str, Any] = {
            "rag": "red", "earned_value": 1.0, "actual_cost": 1.0, "submitted_on": "2026-07-02",
        }  # fmt: skip
        told = {name: found(*plan("2026-06", **{name: facts[name]})) for name in facts}
        assert set(told.values()) == {"2026-06"}, told

    def test_of_forecasts_count_where_there_is_nothing_else(self) -> None:
        rows = [report("p1", "2026-02", forecast_finish="2026-12-01"), report("p1", "2026-03")]
        assert found(reports=rows) == "2026-02"

    def test_decide_though_other_tables_go_on(self) -> None:
        assert found(service_requests=[request(opened_on="2026-06-01")]) == "2026-03"

    def test_with_a_year_mistyped_do_not_count(self) -> None:
        slips = ("2062-09", "2027-03", "2026-09")
        told = {slip: found(report("p1", slip, rag="red")) for slip in slips}
        assert set(told.values()) == {"2026-03"}, told

    def test_of_a_month_that_has_just_begun_count(self) -> None:
        assert found(report("p1", "2026-04", rag="red")) == "2026-04"

    def test_after_a_year_count_where_many_are(self) -> None:
        yearly = [
            report(f"p{n}", f"{y}-09", rag="red") for n in range(4) for y in range(2019, 2022)
        ]
        later = [report(f"p{n}", "2023-09", rag="red") for n in range(3)]
        assert found(reports=yearly + later) == "2023-09"


class TestWithoutReports:
    def test_whatever_happened_last_decides(self) -> None:
        later: dict[str, list[Row]] = {
            "benefit_reports": [{"benefit_id": "b", "period": "2025-09", "realised": 1.0}],
            "survey_responses": [answer(wave="2025-09")],
            "milestones": [{"project_id": "p1", "milestone_id": "m", "actual_date": "2025-09-09"}],
            "gates": [{"project_id": "p1", "gate": "A", "attempt": 1, "decided_on": "2025-09-09"}],
            "service_requests": [request(opened_on="2025-08-01", closed_on="2025-09-02")],
            "pmo_costs": [{"period": "2025-09", "category": "staff", "amount": 5.0}],
            "demands": [{"demand_id": "d", "department": "IT", "created_on": "2025-09-01"}],
        }
        told = {name: found(reports=[], **{name: rows}) for name, rows in later.items()}
        assert set(told.values()) == {"2025-09"}, told

    def test_plans_do_not(self) -> None:
        later: dict[str, list[Row]] = {
            "benefit_reports": [
                {"benefit_id": "b", "period": "2025-09", "planned": 1.0, "realised": 0.0}
            ],
            "milestones": [
                {"project_id": "p1", "milestone_id": "m", "forecast_date": "2025-09-09"}
            ],
            "capacity": [{"role": "r", "period": "2025-09", "capacity_hours": 5.0}],
            "rollouts": [{"department": "IT", "service_id": "S", "adopted_on": "2025-09-09"}],
        }
        told = {name: found(reports=[], **{name: rows}) for name, rows in later.items()}
        told["finish of an open project"] = found(
            reports=[],
            projects=[
                *PROJECTS,
                open_project("a", started_on="2025-02-01", finished_on="2025-09-09"),
            ],
        )
        told["proposed project"] = found(
            reports=[], projects=[*PROJECTS, project("a", status="proposed",
                                                     started_on="2025-09-09", finished_on=None)],
        )  # fmt: skip
        assert set(told.values()) == {"2025-06"}, told

    def test_project_begun_years_after_all_else_does_not(self) -> None:
        assert found(reports=[], projects=[*PROJECTS, open_project(started_on="2039-01-01")]) == (
            "2025-06"
        )


class TestToday:
    def test_what_lies_after_it_does_not_count(self) -> None:
        assert found(today="2026-02-10") == "2026-02"

    def test_its_month_counts_to_the_end(self) -> None:
        assert found(today="2026-03-01") == "2026-03"

    def test_before_everything_is_doubted_aloud(self) -> None:
        given = tables(projects=[], status_reports=REPORTS)
        told = data_date(given, "2020-01-01", "")
        assert (told.period, "though today is 2020-01-01" in told.why) == ("2026-03", True)


class TestDeclared:
    def test_decides(self) -> None:
        assert found(declared="2026-01") == "2026-01"
        assert found(declared="2026-10-31") == "2026-10"

    def test_after_today_is_said(self) -> None:
        assert "though today is" in data_date({}, "2026-01-01", "2026-02").why


def test_nothing_dated_has_none() -> None:
    assert data_date({"projects": frame("projects", [{"project_id": "p"}])}, "", "").period == ""


def test_month_years_before_all_others_is_not_the_first() -> None:
    slip = report("p1", "2002-03", rag="red")
    months = happened(tables(status_reports=[*REPORTS, slip]))["status_reports"]
    assert first_month(months) == "2026-01"

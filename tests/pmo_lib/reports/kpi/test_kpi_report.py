"""The KPI report's answer says the engine's figures, or that it cannot tell."""

from typing import Any

import pytest
from IPython.display import HTML

from builders.pages import parsed
from builders.portfolio import portfolio
from builders.tables import DEPARTMENTS, Tables, baseline, numbered, open_project, project, tables
from builders.workbooks import workbook
from pmo_lib.engine.observe import results
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.engine.view import View
from pmo_lib.parameters import KpiReportParameters
from pmo_lib.reports.kpi.kpi_report import KpiReport
from pmo_lib.reports.picture import Picture

EVIL = '<script>alert(1)</script> & "x"'
PICTURES = ["on_time_by_year", "cost_overruns", "schedule_overruns", "departments"]


def report_on(given: Tables, department: str = "", period: str = "", **values: Any) -> KpiReport:
    opened = workbook(given, **values)
    return KpiReport(KpiReportParameters(department, period).resolved(opened), opened)


def answer(given: Tables, *args: Any, **values: Any) -> str:
    return parsed(report_on(given, *args, **values).answer()).text.replace("\u00a0", " ")


def percent(value: float) -> str:
    return f"{100 * value:.0f} %".replace("-", "−")


class TestAnswer:
    @pytest.mark.parametrize("department", ["", *DEPARTMENTS])
    def test_tells_the_figures_of_the_engine(self, department: str) -> None:
        seen = View(portfolio(), "2026-09")
        found = {(r.kpi_id, r.statistic.id): r for r in results(seen, [department or ORGANISATION])}
        said = answer(portfolio(), department)
        on_time, on_budget = found["D1", "rate"], found["D2", "rate"]
        assert f"Of {on_time.n} projects completed in the 36 months to September 2026" in said
        for result in (on_time, on_budget):
            ends = f"{percent(result.low)} to {percent(result.high)}"
            assert f"{percent(result.value)} (90" in said
            assert ends in said
        assert f"{found['P2', 'count'].n} projects are in flight" in said
        assert f"{found['D6', 'ratio'].value:.2f}" in said
        assert f"{found['D7', 'mean'].value:.2f}" in said

    def test_is_of_the_period(self) -> None:
        assert "to February 2026" in answer(portfolio(), period="2026-02")

    def test_without_completed_projects_says_that_it_cannot_tell(self) -> None:
        old = project("old", started_on="2020-01-01", finished_on="2021-01-01")
        given = tables(projects=[*numbered(6, open_project), old], baselines=numbered(6, baseline))
        said = answer(given)
        assert said.startswith("Cannot tell how projects end")
        assert "there are no completed projects" in said
        assert "%" not in said
        assert "6 projects are in flight" in said

    def test_without_baselines_says_what_to_collect(self) -> None:
        said = answer({"projects": portfolio()["projects"]})
        assert said.startswith("Cannot tell")
        assert "needs baselines.csv" in said

    def test_too_few_completed_projects_are_not_told(self) -> None:
        given = tables(projects=numbered(4, project), baselines=numbered(4, baseline))
        said = answer(given)
        assert "fewer than 5 completed projects" in said
        assert "%" not in said

    def test_one_in_flight_is_one(self) -> None:
        given = tables(projects=[*numbered(6, project), open_project("p7")], baselines=[])
        assert "1 project is in flight" in answer(given)

    def test_overrun_below_zero_is_told_as_less(self) -> None:
        given = tables(
            projects=numbered(20, project, actual_cost=[80.0 + i / 10 for i in range(20)]),
            baselines=numbered(20, baseline),
        )
        said = answer(given)
        assert "less than first approved" in said
        assert "exceeded" not in said
        assert "above what was approved" not in said

    def test_interval_that_does_not_exist_is_not_a_dash(self) -> None:
        given = tables(
            projects=numbered(6, project, actual_cost=[float(100 + i) for i in range(6)]),
            baselines=numbered(6, baseline),
        )
        assert "–" not in answer(given, confidence_level=0.99)

    def test_costs_alone_can_be_told(self) -> None:
        given = tables(projects=numbered(9, project), baselines=numbered(9, baseline, finish=None))
        said = answer(given)
        assert "kept to budget" in said
        assert "on time." not in said


class TestPieces:
    def test_department_that_looks_like_html_stays_text(self) -> None:
        given = tables(
            projects=numbered(6, project, department=EVIL), baselines=numbered(6, baseline)
        )
        report = report_on(given, EVIL)
        title = parsed(report.title())
        assert f"KPI report: {EVIL}" in title.text
        for html in (report.title(), report.answer(), report.trust(), report.departments()):
            if isinstance(html, HTML):
                assert "script" not in {tag for tag, _ in parsed(html).tags}

    @pytest.mark.parametrize("name", PICTURES)
    def test_picture_is_drawn_for_the_organisation(self, name: str) -> None:
        found = getattr(report_on(portfolio()), name)()
        assert isinstance(found, Picture)
        assert found.png()

    @pytest.mark.parametrize("name", PICTURES)
    def test_picture_that_cannot_be_drawn_is_a_sentence(self, name: str) -> None:
        planned = numbered(3, baseline, cost=[1.0, 2.0, 3.0])
        given = tables(projects=numbered(3, open_project), baselines=planned)
        found = getattr(report_on(given), name)()
        assert isinstance(found, HTML)
        assert "cannot be drawn" in parsed(found).text

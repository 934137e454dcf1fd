"""G5 and G8 on tables small enough to work out by hand."""

from typing import Any

import pytest
import worked_cases as cases
from handmade import baseline, numbered, open_project, portfolio, report, view

from pmo_lib.engine import View, results
from pmo_lib.settings import Disclosure, Settings


@pytest.mark.parametrize("case", cases.of_kpis("G5", "G8"))
def test_worked_case(case: dict[str, Any]) -> None:
    cases.check_kpi(case)


class TestBaselineCoverage:
    BENEFITS = [{"benefit_id": "b1", "project_id": "p1", "target_value": 1.0}]  # noqa: RUF012

    @pytest.mark.parametrize("gap", ["start", "finish", "cost"])
    def test_baseline_with_a_gap_does_not_cover(self, gap: str) -> None:
        rows = {"projects": numbered(2, open_project), "benefits": self.BENEFITS}
        whole = baseline("p2", benefit=2.0)
        found = [
            results(view(baselines=[baseline("p1", **cells), whole], **rows), kpis=["G5"])[0].value
            for cells in ({}, {gap: None})
        ]
        assert found == [1.0, 0.5]

    def test_project_without_a_baseline_is_uncovered_not_missing(self) -> None:
        seen = view(
            projects=numbered(2, open_project), baselines=[baseline()], benefits=self.BENEFITS
        )
        (found,) = results(seen, kpis=["G5"])
        assert (found.value, found.n, found.missing) == (0.5, 2, 0)


class TestReportPunctuality:
    def test_equals_plain_pandas_on_the_portfolio(self) -> None:
        tables = portfolio()
        due = tables["status_reports"].query("'2025-10-01' <= due_on <= '2026-09-30'")
        expected = (due["submitted_on"] <= due["due_on"]).mean()
        (found,) = results(View(tables, "2026-09"), kpis=["G8"])
        assert (found.value, found.n) == (pytest.approx(expected), len(due))

    def test_both_raters_of_a_month_count(self) -> None:
        dates = {"due_on": "2026-09-05", "submitted_on": "2026-09-04"}
        rows = [report(**dates), report(rated_by="independent", **dates)]
        (found,) = results(view(projects=[open_project()], status_reports=rows), kpis=["G8"])
        assert found.n == 2

    def test_report_of_a_later_month_says_nothing_yet(self) -> None:
        rows = [report(due_on="2026-09-05", submitted_on="2026-09-04"), report(period="2026-12")]
        (found,) = results(view(projects=[open_project()], status_reports=rows), kpis=["G8"])
        assert (found.n, found.missing) == (1, 0)

    def test_is_indicative_by_projects_however_many_reports_they_sent(self) -> None:
        dates = {"due_on": "2026-09-05", "submitted_on": "2026-09-04"}
        names = [f"p{number}" for number in range(1, 7)]
        rows = [
            report(project_id=name, period=f"2026-0{month}", **dates)
            for name in names
            for month in range(1, 7)
        ]
        projects = [open_project(project_id=name) for name in names]
        few = Settings(disclosure=Disclosure(too_few=5, indicative=10))
        seen = View(view(projects=projects, status_reports=rows).tables, "2026-09", few)
        (found,) = results(seen, kpis=["G8"])
        assert (found.n, found.state) == (36, "measured")
        assert found.reason.startswith("indicative: fewer than 10 cases")

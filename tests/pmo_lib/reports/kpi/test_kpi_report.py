"""The KPI report's one page says the engine's figures, or that it cannot tell."""

from collections.abc import Iterator
from typing import Any

import pytest
from IPython.display import HTML

from builders.catalogue import only_kpis
from builders.pages import markdown, parsed, text_of
from builders.portfolio import portfolio
from builders.reports import ON_PAGES, measured_once
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


@pytest.fixture(autouse=True, scope="module")
def few_kpis() -> Iterator[None]:
    with only_kpis(ON_PAGES):
        yield


def report_on(given: Tables, department: str = "", period: str = "", **values: Any) -> KpiReport:
    opened = workbook(given, **values)
    return KpiReport(KpiReportParameters(department, period).resolved(opened), opened)


def percent(value: float) -> str:
    return f"{100 * value:.0f} %".replace("-", "−")


class TestOnePage:
    def test_tells_the_figures_of_the_engine(self) -> None:
        seen, opened, missing = View(portfolio(), "2026-09"), workbook(portfolio()), []
        with measured_once():
            for department in ("", *DEPARTMENTS):
                told = results(seen, [department or ORGANISATION], ["D1", "D2", "P2"])
                found = {(r.kpi_id, r.statistic.id): r for r in told}
                parameters = KpiReportParameters(department).resolved(opened)
                said = text_of(KpiReport(parameters, opened).one_page())
                wanted = [f"{found['P2', 'count'].n} in flight"]
                for result in (found["D1", "rate"], found["D2", "rate"]):
                    wanted += [
                        f"{percent(result.value)} completed on ",
                        f"{percent(result.low)} to {percent(result.high)}",
                        f"of {result.n} projects",
                    ]
                missing += [(department, words) for words in wanted if words not in said]
        assert missing == []


def test_one_page_where_something_is_missing(snapshot: object) -> None:
    old = project("old", started_on="2020-01-01", finished_on="2021-01-01")
    nine = numbered(9, baseline)
    cheap = [80.0 + i / 10 for i in range(20)]
    lacking = {
        "nothing completed": tables(projects=[*numbered(6, open_project), old], baselines=nine[:6]),
        "no baselines": {"projects": portfolio()["projects"]},
        "too few completed": tables(projects=numbered(4, project), baselines=nine[:4]),
        "one in flight": tables(projects=[*numbered(6, project), open_project("p7")], baselines=[]),
        "cheaper than approved": tables(
            projects=numbered(20, project, actual_cost=cheap), baselines=numbered(20, baseline)
        ),
        "no planned finish": tables(
            projects=numbered(9, project), baselines=[row | {"finish": None} for row in nine]
        ),
    }
    said = {name: markdown(report_on(given).one_page()) for name, given in lacking.items()}
    said["of an earlier month"] = markdown(report_on(portfolio(), period="2026-02").one_page())
    few = tables(projects=numbered(6, project, actual_cost=cheap[:6]), baselines=nine[:6])
    said["no interval at this level"] = markdown(report_on(few, confidence_level=0.99).one_page())
    assert said == snapshot


class TestPieces:
    def test_department_that_looks_like_html_stays_text(self) -> None:
        given = tables(
            projects=numbered(6, project, department=EVIL), baselines=numbered(6, baseline)
        )
        report = report_on(given, EVIL)
        title = parsed(report.title())
        assert f"KPI report: {EVIL}" in title.text
        for html in (report.title(), report.one_page(), report.trust(), report.departments()):
            if isinstance(html, HTML):
                assert "script" not in {tag for tag, _ in parsed(html).tags}

    @pytest.mark.parametrize("name", PICTURES)
    def test_picture_is_drawn_for_the_organisation(self, name: str) -> None:
        found = getattr(report_on(portfolio()), name)()
        assert isinstance(found, Picture)
        assert found.svg()

    @pytest.mark.parametrize("name", PICTURES)
    def test_picture_that_cannot_be_drawn_is_a_sentence(self, name: str) -> None:
        planned = numbered(3, baseline, cost=[1.0, 2.0, 3.0])
        given = tables(projects=numbered(3, open_project), baselines=planned)
        found = getattr(report_on(given), name)()
        assert isinstance(found, HTML)
        assert "cannot be drawn" in parsed(found).text

"""What every report tells: the engine's figures, what is missing, and where it comes from."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from builders.pages import parsed
from builders.portfolio import portfolio
from builders.results import result_table
from builders.tables import (
    DEPARTMENTS,
    Tables,
    baseline,
    frame,
    numbered,
    open_project,
    project,
    tables,
)
from builders.workbooks import workbook, write
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.engine.view import View
from pmo_lib.errors import ParameterError
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.parameters import KpiReportParameters
from pmo_lib.reports import charts
from pmo_lib.reports.report import Report
from pmo_lib.wording import change, number
from pmo_lib.workbook import open_workbook

EVIL = '<script>alert(1)</script> & "x"'


def report_on(given: Tables, department: str = "", period: str = "", **values: Any) -> Report:
    opened = workbook(given, **values)
    parameters = KpiReportParameters(department, period).resolved(opened)
    return Report(parameters, opened)


@cache
def on_portfolio(department: str = "", **values: Any) -> Report:
    """The report on the portfolio, whose figures are computed once; no test may change it."""
    return report_on(portfolio(), department, **values)


def cards(html: Any) -> dict[str, dict[str, str]]:
    """The rows of the scorecard's tables by KPI, each under the head of its own table."""
    found, head = {}, [""]
    for row in parsed(html).rows:
        cells = [cell.replace("\u00a0", " ") for cell in row]
        if cells[0] == "KPI":
            head = cells
        else:
            found[cells[0].split()[0]] = dict(zip(head, cells, strict=True))
    return found


def text_of(html: Any) -> str:
    return parsed(html).text.replace("\u00a0", " ")


class TestScorecard:
    @pytest.mark.parametrize("department", ["", *DEPARTMENTS])
    def test_holds_the_figures_of_the_engine(self, department: str) -> None:
        rows = cards(on_portfolio(department).scorecard())
        found = result_table(View(portfolio(), "2026-09"), [department or ORGANISATION])
        heads = [k.statistic.id for k in CATALOGUE.values()]
        headlines = found[(found["segment"] == "") & (found["state"] == "measured")]
        headlines = headlines[headlines["statistic"].isin(heads)].drop_duplicates("kpi_id")
        assert {"D1", "D3", "D6", "P1", "P2"} <= set(rows)
        for result in headlines.itertuples():
            row, kpi = rows[result.kpi_id], CATALOGUE[result.kpi_id]
            assert row["KPI"].startswith(f"{kpi.id} {kpi.name}")
            assert row["n"] == f"{result.n:,}"
            if kpi.unit == "share":
                percent = number(result.value, "share").replace("\u00a0", " ")
                assert row["Now"].startswith(percent)
            elif kpi.unit == "ratio":
                assert row["Now"].startswith(f"{result.value:.2f}")

    def test_holds_no_kpi_without_a_value(self) -> None:
        given = tables(projects=numbered(2, project), baselines=numbered(2, baseline))
        rows = cards(report_on(given).scorecard())
        assert "D1" not in rows
        assert "D6" not in rows
        assert rows["P2"]["Now"] == "0"

    def test_further_statistics_stand_in_the_footnotes(self) -> None:
        report = on_portfolio()
        p80 = number(report.result("D3", "p80").value, "share").replace("\u00a0", " ")
        assert f"P80 (4 in 5 are below): {p80}" in text_of(report.scorecard())

    def test_level_of_the_intervals_is_the_setting(self) -> None:
        html = on_portfolio(confidence_level=0.95).scorecard()
        assert "95 % interval" in text_of(html)

    def test_no_answer_without_a_target_or_a_baseline(self) -> None:
        rows = cards(on_portfolio().scorecard())
        wanted = {k.id for k in CATALOGUE.values() if k.better == "near"}
        others = [row for kpi, row in rows.items() if kpi not in wanted]
        answers = {
            row.get(name, "–").strip() for row in others for name in ("Than before", "Target")
        }
        assert answers <= {"· cannot be compared", "· no target set", "–"}

    def test_baseline_and_change_are_those_of_the_assessment(self, tmp_path: Path) -> None:
        folder = write(tmp_path / "out", portfolio())
        open_workbook(folder).freeze("before", "2025-06", "2026-11-24")
        report = Report.open(KpiReportParameters(data_dir=str(folder)))
        row, found = cards(report.scorecard())["D1"], report.result("D1")
        assert row["Before"] == number(found.baseline, "share").replace("\u00a0", " ")
        moved = change(found.change.value, "share").replace("\u00a0", " ")
        assert row["Difference"].startswith(moved)
        assert row.get("Than before", "cannot be compared").endswith(found.than_before)


class TestCollectNext:
    def test_names_first_what_switches_on_most(self) -> None:
        given = {"projects": portfolio()["projects"]}
        html = report_on(given).collect_next()
        items = [line for line in text_of(html).split("\n") if ": for " in line]
        assert re.match(r"baselines\.csv \(project_id, .*\): for D1, D2", items[0])
        assert items[1].startswith("status_reports.csv (")


class TestUnshown:
    def test_names_every_kpi_without_a_value_and_why(self) -> None:
        given = {"projects": portfolio()["projects"]}
        rows = parsed(report_on(given).unshown()).rows[1:]
        found = {row[0].split()[0]: row[1:] for row in rows}
        alone = {k.id for k in CATALOGUE.values() if set(k.tables) <= {"projects"}}
        assert set(found) >= set(CATALOGUE) - alone
        assert not set(found) & {"P1", "P2", "P3", "P4", "P5", "G6"}
        assert found["D1"] == ["not measured", "needs baselines.csv"]

    def test_says_so_where_all_could_be_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        report = on_portfolio()
        measured = [r for r in report.results if r.is_measured]
        monkeypatch.setitem(report.__dict__, "results", measured)
        assert "Every KPI of this report could be shown." in text_of(report.unshown())


class TestNames:
    def test_department_that_looks_like_html_stays_text(self) -> None:
        given = tables(
            projects=numbered(6, project, department=EVIL), baselines=numbered(6, baseline)
        )
        report = report_on(given, EVIL)
        for html in (report.or_cannot("nothing is there", "It"),):
            assert EVIL in parsed(html).text
            assert "script" not in {tag for tag, _ in parsed(html).tags}

    def test_subject_is_the_department_or_the_organisation(self) -> None:
        assert on_portfolio("Finance").subject == "Finance"
        assert on_portfolio(organisation="Ours").subject == "Ours"

    def test_unknown_department_is_refused(self) -> None:
        with pytest.raises(ParameterError):
            on_portfolio("Nobody")


class TestHowToRead:
    @pytest.mark.parametrize(
        ("level", "said"), [(0.9, "90 in 100"), (0.95, "95 in 100"), (0.8, "80 in 100")]
    )
    def test_says_how_often_the_intervals_hold(self, level: float, said: str) -> None:
        text = text_of(on_portfolio(confidence_level=level).how_to_read())
        assert said in text or said.replace("0 in 100", " in 10") in text

    def test_definitions_are_of_all_kpis(self) -> None:
        text = text_of(on_portfolio().kpi_definitions())
        assert all(kpi.name in text for kpi in CATALOGUE.values())


class TestProvenance:
    def test_names_hash_version_data_date_and_settings(self) -> None:
        report = report_on(
            portfolio(), period="2026-02", currency="EUR", price_base=2025,
            tolerances={"schedule_days": 1, "cost_share": 0.1},
        )  # fmt: skip
        facts = {row[0]: row[1].replace("\u00a0", " ") for row in parsed(report.provenance()).rows}
        assert "abc123" in facts.values()
        assert facts["PMO Value Workbook"] == "1.2.3"
        said = "2026-02-28, as asked for; the data go to "
        assert facts["Data date"].startswith(said)
        assert facts["Currency"] == "EUR"
        assert facts["Prices of"] == "2025"
        assert "1 day late" in facts["On time"]
        assert "10" in facts["On budget"]

    def test_prices_that_nobody_stated_are_said_so(self) -> None:
        facts = {row[0]: row[1] for row in parsed(on_portfolio().provenance()).rows}
        assert facts["Prices of"] == "not stated"


class TestOrCannot:
    def test_says_why(self) -> None:
        given = {"projects": frame("projects", numbered(6, project))}
        text = text_of(report_on(given).or_cannot("needs baselines.csv", "The picture"))
        assert text.startswith("The picture cannot be drawn for Our organisation: needs")

    def test_picture_stays_as_it_is(self) -> None:
        report = on_portfolio()
        picture = charts.overruns("D3", report.measured)
        assert report.or_cannot(picture, "It") is picture


def test_opens_on_a_folder(tmp_path: Path) -> None:
    folder = write(tmp_path / "out", portfolio())
    report = Report.open(KpiReportParameters(data_dir=str(folder)))
    assert report.parameters.period == "2026-09"
    assert report.result("D1").n == on_portfolio().result("D1").n


def test_further_statistic_is_found_by_its_name() -> None:
    report = on_portfolio()
    assert report.result("D3").statistic.id == "median"
    assert report.result("D3", "p80").statistic.id == "p80"
    assert report.result("D3", "p80").value > report.result("D3").value


def test_what_is_in_flight_alone_is_told() -> None:
    given = tables(projects=numbered(3, open_project))
    assert cards(report_on(given).scorecard())["P2"]["Now"] == "3"

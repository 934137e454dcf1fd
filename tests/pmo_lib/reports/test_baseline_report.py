"""The baseline report: coverage, delivery until then, and why it ends where it does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from IPython.display import HTML

from builders.catalogue import only_kpis
from builders.pages import markdown, parsed
from builders.portfolio import portfolio
from builders.reports import ON_PAGES
from builders.tables import Tables, baseline, frame, numbered, project, tables
from builders.workbooks import workbook, write
from pmo_lib.contract.tables import TABLES
from pmo_lib.engine.observe import results
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.parameters import BaselineParameters
from pmo_lib.reports.baseline_report import BaselineReport
from pmo_lib.reports.picture import Picture
from pmo_lib.stats.significance import detectable
from pmo_lib.workbook import open_workbook

ROLLOUT = [{"department": "Finance", "service_id": "s", "adopted_on": "2026-03-10"}]


@pytest.fixture(autouse=True, scope="module")
def few_kpis() -> Iterator[None]:
    with only_kpis(ON_PAGES):
        yield


def report_on(given: Tables, **cells: Any) -> BaselineReport:
    opened = workbook(given)
    return BaselineReport(BaselineParameters(**cells).resolved(opened), opened)


def rolled_out() -> Tables:
    return portfolio() | {"rollouts": frame("rollouts", ROLLOUT)}


def text_of(html: Any) -> str:
    return parsed(html).text.replace("\u00a0", " ")


class TestAnswer:
    def test_tells_the_figures_of_the_engine_at_the_end_of_the_baseline(self) -> None:
        said = text_of(report_on(rolled_out()).answer())
        on_time = results(View(portfolio(), "2026-02"), kpis=["D1"])[0]
        assert said.startswith("Up to February 2026")
        assert f"{100 * on_time.value:.0f} % (90" in said
        assert f"{100 * on_time.low:.0f} % to {100 * on_time.high:.0f} %" in said

    def test_counts_kpis_and_tables(self) -> None:
        said = text_of(report_on(portfolio()).answer())
        report = report_on(portfolio())
        measured = {r.kpi_id for r in report.results if r.is_measured and not r.segment}
        assert f"{len(measured)} of {len(CATALOGUE)} KPIs" in said
        assert f"4 of {len(TABLES)} tables are there; missing: milestones" in said


def test_answer_where_something_is_missing(snapshot: object) -> None:
    lacking = {
        "nothing completed": tables(
            projects=[project(status="active", finished_on=None)], baselines=[baseline()]
        ),
        "no costs": tables(
            projects=numbered(9, project, actual_cost=None), baselines=numbered(9, baseline)
        ),
    }
    assert {
        name: markdown(report_on(given, until=workbook(given).periods[-1]).answer())
        for name, given in lacking.items()
    } == snapshot


def test_what_the_end_of_the_baseline_means(snapshot: object) -> None:
    found = {"rolled out": rolled_out(), "no roll-out": portfolio()}
    said = {name: markdown(report_on(given).what_until_means()) for name, given in found.items()}
    assert said == snapshot


class TestUntil:
    def test_given_by_hand_is_the_data_date(self) -> None:
        report = report_on(rolled_out(), until="2025-06")
        assert report.view.data_date.strftime("%Y-%m-%d") == "2025-06-30"
        assert "June 2025" in text_of(report.title())


class TestCoverage:
    def test_has_each_kpi_with_its_state_and_tables(self) -> None:
        rows = parsed(report_on({"projects": portfolio()["projects"]}).coverage()).rows[1:]
        assert [row[0] for row in rows] == [f"{k.id} {k.name}" for k in CATALOGUE.values()]
        states = {row[0].split()[0]: row[1] for row in rows}
        assert states["P2"] == "measured"
        assert states["D1"] == "not measured"
        assert next(r for r in rows if r[0].startswith("D1"))[3] == "projects, baselines"


class TestSize:
    def test_tells_the_terciles_in_money(self) -> None:
        low, high = portfolio()["baselines"]["cost"].quantile([1 / 3, 2 / 3])
        text = text_of(report_on(portfolio()).size_of_projects())
        assert f"{low:,.0f} GBP" in text
        assert f"{high:,.0f} GBP" in text

    @pytest.mark.parametrize("given", [None, [], [baseline(cost=None)], [baseline(cost=0.0)]])
    def test_without_costs_nothing_is_made_up(self, given: Any) -> None:
        rows = {"projects": [project()]} | ({} if given is None else {"baselines": given})
        text = text_of(report_on(tables(**rows)).size_of_projects())
        assert "nan" not in text
        assert "cannot be grouped by size" in text


class TestProjectsKnown:
    def test_counts_those_started_by_then(self) -> None:
        given = portfolio()
        started = (given["projects"]["started_on"] <= "2025-06-30").sum()
        text = text_of(report_on(given, until="2025-06").projects_known())
        assert "150 projects" in text
        assert f"{started} had started" in text

    def test_counts_those_of_the_department(self) -> None:
        assert "50 projects" in text_of(
            report_on(portfolio(), department="Finance").projects_known()
        )


@pytest.mark.parametrize("name", ["cost_overruns", "schedule_overruns"])
class TestPictures:
    def test_are_drawn(self, name: str) -> None:
        assert isinstance(getattr(report_on(portfolio()), name)(), Picture)

    def test_that_cannot_be_drawn_are_a_sentence(self, name: str) -> None:
        found = getattr(report_on({"projects": portfolio()["projects"]}), name)()
        assert isinstance(found, HTML)
        assert "cannot be drawn" in parsed(found).text


class TestFrozen:
    def report(self, folder: Path, **cells: Any) -> BaselineReport:
        return BaselineReport.open(BaselineParameters(data_dir=str(folder), **cells))

    def test_with_a_name_is_frozen_once_and_named(self, tmp_path: Path) -> None:
        folder = write(tmp_path / "out", rolled_out())
        said = text_of(self.report(folder, freeze="before").frozen())
        frozen = open_workbook(folder).baseline("before")
        assert frozen is not None
        assert frozen.until == "2026-02"
        assert "before, version 1, up to February 2026" in said
        assert frozen.hash() in said
        assert text_of(self.report(folder, freeze="before").frozen()) == said

    def test_data_that_now_say_otherwise_are_told_and_nothing_is_overwritten(
        self, tmp_path: Path
    ) -> None:
        folder = write(tmp_path / "out", rolled_out())
        first = text_of(self.report(folder, freeze="before").frozen())
        assert "say otherwise" not in first
        given = rolled_out()
        given["projects"].loc[:5, "finished_on"] = pd.Timestamp("2025-01-02")
        given["projects"].to_parquet(folder / "tables" / "projects.parquet")
        said = text_of(self.report(folder, freeze="before").frozen())
        assert "give other figures for that time" in said
        assert len(list((folder / "baselines" / "before").iterdir())) == 1


class TestSmallestChange:
    def test_is_root_two_times_that_of_one_sample(self) -> None:
        report = report_on(rolled_out())
        rows = {row[0].split()[0]: row for row in parsed(report.smallest_change()).rows[1:]}
        found = report.result("D1")
        size = 2**0.5 * detectable(found.low, found.high, 0.9)
        assert rows["D1"][3].replace("\u00a0", " ") == f"{100 * size:.0f} points"
        assert "P2" not in rows


def test_profile_holds_no_delivery_kpi() -> None:
    found = report_on(rolled_out()).capability()
    assert isinstance(found, Picture)
    assert "On-time completion" not in found.alt
    assert "Report punctuality" in found.alt


def test_provenance_names_the_baseline_that_is_frozen(tmp_path: Path) -> None:
    folder = write(tmp_path / "out", portfolio(), disclosure={"too_few": 3})
    book = open_workbook(folder)
    frozen = book.freeze("original", "2026-06", "2026-10-01")
    made = BaselineReport(BaselineParameters(until="2026-06").resolved(book), book)
    said = text_of(made.provenance())
    assert frozen.label in said
    assert "none is frozen" not in said

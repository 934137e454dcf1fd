"""The benchmark report: what is compared, refused and forecast, in words and tables."""

from dataclasses import replace
from typing import Any

from builders.pages import markdown, parsed
from builders.portfolio import portfolio
from builders.tables import Tables, baseline, frame, open_project, project, report, tables
from builders.workbooks import facts, table_facts, workbook
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.verdict import Verdict
from pmo_lib.parameters import BenchmarkParameters
from pmo_lib.reports.benchmark.benchmark_report import BenchmarkReport
from pmo_lib.reports.picture import Picture
from pmo_lib.workbook import Workbook

FIGURE: dict[str, Any] = {
    "source": "<b>A survey</b>", "year": 2025, "kpi_id": "D1", "segment": "all",
    "statistic": "share", "value": 50.0, "unit": "%", "n": 200, "unit_of_analysis": "project",
    "population": "completed", "baseline_definition": "approval", "metric": "on time",
}  # fmt: skip
SETTINGS = {"price_base": 2025, "profile": {"sector": "public", "pmo_type": "directive"}}


def completed(n: int, late: int, cost: float) -> Tables:
    rows = [
        project(
            f"p{i}", name=f"Project {i}", category="IT" if i % 2 else "Roads",
            actual_cost=cost + i, approved_on="2025-01-01",
            finished_on="2026-08-01" if i < late else "2026-07-01",
        )
        for i in range(n)
    ]  # fmt: skip
    running = open_project("r", name="<i>Runs</i>", category="IT")
    plans = [baseline(row["project_id"]) for row in [*rows, running]]
    reports = [report("r", estimate_at_completion=101.0)]
    return tables(projects=[*rows, running], baselines=plans, status_reports=reports)


def book(given: Tables, **values: Any) -> Workbook:
    return replace(workbook(given), settings=Settings.from_mapping(SETTINGS | values))


def of(*figures: dict[str, Any], peers: dict[str, Workbook] | None = None) -> BenchmarkReport:
    given = completed(30, 12, 110.0)
    if figures:
        given |= {"benchmarks": frame("benchmarks", [FIGURE | figure for figure in figures])}
    opened = replace(book(given), peers=peers or {})
    return BenchmarkReport(BenchmarkParameters().resolved(opened), opened)


def text_of(html: Any) -> str:
    return " ".join(parsed(html).text.replace("\u00a0", " ").split())


def test_what_is_told_of_published_figures(snapshot: object) -> None:
    """Fair, context and refused; versions that contradict one another; quantiles alone; none."""
    levels = (("median", 40.0), ("p80", 57.0), ("p90", 68.0))
    found = {
        "each kind": of({"value": 20.0}, {"kpi_id": None}, {"unit_of_analysis": "respondent"}),
        "two versions": of({"url": "a"}, {"url": "b", "value": 70.0}),
        "context alone": of({"kpi_id": None}),
        "quantiles": of(*[{"kpi_id": "D3", "segment": "Rail", "statistic": name, "value": value}
                          for name, value in levels]),
        "none": of(),
    }  # fmt: skip
    sections = ("answer", "fair_comparisons", "refusals", "uplifts", "peers_used", "where_we_stand")
    assert snapshot == {
        name: {section: markdown(getattr(made, section)()) for section in sections}
        for name, made in found.items()
    }


def test_what_is_told_of_peers(snapshot: object) -> None:
    other = {"Firm": book(completed(40, 38, 180.0), profile={"sector": "private"})}
    found = {"a city": of(peers=PEERS), "a firm": of(peers=other)}
    assert snapshot == {
        name: {
            section: markdown(getattr(made, section)()) for section in ("profile", "like_for_like")
        }
        for name, made in found.items()
    }


def test_what_is_told_without_costs(snapshot: object) -> None:
    opened = book(tables(projects=[open_project("r")], baselines=[baseline("r")]))
    made = BenchmarkReport(BenchmarkParameters().resolved(opened), opened)
    sections = ("uplifts", "tails", "forecasts", "calibration")
    assert {section: markdown(getattr(made, section)()) for section in sections} == snapshot


def test_published_figures_that_are_withheld_are_said_to_be() -> None:
    made = of({})
    judged = {"benchmarks": table_facts("benchmarks", 100, rejected=50)}
    verdict = Verdict.from_mapping(facts(made.workbook.tables) | {"tables": judged})
    whole = replace(made, workbook=replace(made.workbook, verdict=verdict))
    assert text_of(whole.answer()).startswith("Published figures cannot be used: ")


class TestTables:
    def test_refusals_and_context_have_their_reasons(self) -> None:
        made = of({"unit_of_analysis": "respondent"}, {"population": None})
        refused, context = text_of(made.refusals()), text_of(made.context())
        for said, each in ((refused, made.comparisons[0]), (context, made.comparisons[1])):
            assert "1 figure, each with its reason" in said
            assert each.reasons[0] in said

    def test_remedies_come_with_how_many_they_serve(self) -> None:
        made = of({"population": None, "url": "a"}, {"population": None, "value": 9.0})
        assert "(2 comparisons)" in text_of(made.how_to_become_comparable())


PEERS = {"City": book(completed(40, 38, 180.0), profile={"sector": "public"})}


class TestPeers:
    def test_place_is_drawn_with_words_and_numbers(self) -> None:
        drawn = of(peers=PEERS).where_we_stand()
        assert isinstance(drawn, Picture)
        assert "D3 Cost overrun beside City 2026: percentile rank 0" in drawn.alt
        assert drawn.data.loc[
            drawn.data["KPI"] == "D3 Cost overrun", "Percentile rank"
        ].tolist() == ["0"]

    def test_only_the_peers_asked_for(self) -> None:
        made = of(peers={**PEERS, "Other": PEERS["City"]})
        chosen = replace(made, parameters=replace(made.parameters, peers="Other"))
        assert list(chosen.peers) == ["Other"]
        assert "Other" in text_of(chosen.peers_used())


class TestReferenceClass:
    def test_uplifts_are_those_of_the_history(self) -> None:
        said = text_of(of().uplifts())
        assert "all projects our own history30" in said

    def test_project_in_flight_is_set_beside_its_class(self) -> None:
        said = text_of(of().forecasts())
        assert "<i>Runs</i>" in said
        assert "1 of 1 project with a current estimate put it below what half" in said


class TestDepartments:
    def test_those_apart_are_told_under_false_discovery_control(self) -> None:
        opened = workbook(portfolio())
        made = BenchmarkReport(BenchmarkParameters().resolved(opened), opened)
        assert "could be made. Significant:" in text_of(made.departments())

    def test_one_department_points_to_its_comparisons(self) -> None:
        opened = workbook(portfolio())
        parameters = BenchmarkParameters(department="Finance").resolved(opened)
        said = text_of(BenchmarkReport(parameters, opened).departments())
        assert said.startswith("Finance beside the other departments")

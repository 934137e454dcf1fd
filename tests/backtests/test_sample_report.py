"""The reports on the shipped sample say what an independent computation finds in its files."""

import json
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from pandas.testing import assert_frame_equal

from pipelines.publishing.html import problems_in
from pipelines.sample.truths import TRUTHS
from pmo_lib.engine.result import tidy
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.parameters import KpiReportParameters
from pmo_lib.reports.kpi.kpi_report import KpiReport
from pmo_lib.wording import change, number
from pmo_lib.workbook import open_workbook

RAW = Path(__file__).parents[2] / "data" / "raw"
DEPARTMENT = "Information Technology"
ORGANISATION = "All departments"
DATA_DATE = pd.Timestamp("2026-09-30")
WINDOW_BEGINS = pd.Timestamp("2023-10-01")  # 36 months to the data date
YEAR_BEGINS = pd.Timestamp("2025-10-01")
FROZEN_UNTIL = "2022-03"  # the month before the first roll-out


@pytest.fixture(scope="session")
def pack(sample: Path) -> Path:
    """The pack of the baseline, the organisation's report and that of one department."""
    return sample / "reports" / "sample" / "2026-09"


@pytest.fixture(scope="session")
def pages(pack: Path) -> dict[str, BeautifulSoup]:
    """The page of the organisation and that of the department."""
    reports = json.loads((pack / "run.json").read_text())["reports"]
    return {
        report["parameters"]["department"] or ORGANISATION: BeautifulSoup(
            (pack / report["file"]).read_text(encoding="utf-8"), "html.parser"
        )
        for report in reports
        if report["notebook"] == "03_kpi_report"
    }


@pytest.fixture(scope="session")
def results(pack: Path) -> pd.DataFrame:
    """The headline of each KPI, by KPI and department."""
    table = pd.read_csv(pack / "kpis.csv", keep_default_na=False, na_values=[""])
    return table.drop_duplicates(["kpi_id", "department"]).set_index(["kpi_id", "department"])


@pytest.fixture(scope="session")
def projects() -> pd.DataFrame:
    """The projects with their original baselines, read without the workbook."""
    table = pd.read_csv(RAW / "projects.csv", parse_dates=["started_on", "finished_on"])
    baselines = pd.read_csv(RAW / "baselines.csv", parse_dates=["start", "finish"])
    original = baselines[baselines["version"] == 0][["project_id", "finish", "cost"]]
    return table.merge(original, on="project_id", how="left")


def of(department: str, table: pd.DataFrame) -> pd.DataFrame:
    return table if department == ORGANISATION else table[table["department"] == department]


def recent(projects: pd.DataFrame) -> pd.DataFrame:
    """Completed within the window; one that nobody dated may be."""
    dated = projects["finished_on"].between(WINDOW_BEGINS, DATA_DATE)
    return projects[(projects["status"] == "completed") & (dated | projects["finished_on"].isna())]


def on_time(projects: pd.DataFrame, _reports: pd.DataFrame) -> tuple[float, int]:
    done = recent(projects).dropna(subset=["finished_on", "finish"])
    return (done["finished_on"] <= done["finish"]).mean(), len(done)


def on_budget(projects: pd.DataFrame, _reports: pd.DataFrame) -> tuple[float, int]:
    done = recent(projects).dropna(subset=["actual_cost", "cost"])
    return (done["actual_cost"] <= done["cost"]).mean(), len(done)


def cost_overrun(projects: pd.DataFrame, _reports: pd.DataFrame) -> tuple[float, int]:
    done = recent(projects).dropna(subset=["actual_cost", "cost"])
    return (done["actual_cost"] / done["cost"] - 1).median(), len(done)


def in_flight(projects: pd.DataFrame, _reports: pd.DataFrame) -> tuple[float, int]:
    started = ~(projects["started_on"] > DATA_DATE)
    ended_later = (projects["finished_on"] > DATA_DATE) & projects["started_on"].notna()
    count = int((started & (projects["status"].isin(["active", "on_hold"]) | ended_later)).sum())
    return count, count


def punctuality(_projects: pd.DataFrame, reports: pd.DataFrame) -> tuple[float, int]:
    due = reports[reports["due_on"].between(YEAR_BEGINS, DATA_DATE)]
    return (due["submitted_on"] <= due["due_on"]).mean(), len(due)


INDEPENDENT = {
    "D1": on_time,
    "D2": on_budget,
    "D3": cost_overrun,
    "P2": in_flight,
    "G8": punctuality,
}


@pytest.mark.parametrize("department", [ORGANISATION, DEPARTMENT])
@pytest.mark.parametrize("kpi", INDEPENDENT)
class TestKpi:
    def test_is_what_the_files_say(
        self, results: pd.DataFrame, projects: pd.DataFrame, kpi: str, department: str
    ) -> None:
        reports = pd.read_csv(RAW / "status_reports.csv", parse_dates=["due_on", "submitted_on"])
        reports = reports.merge(projects[["project_id", "department"]], on="project_id")
        value, n = INDEPENDENT[kpi](of(department, projects), of(department, reports))
        found = results.loc[(kpi, department)]
        assert found["state"] == "measured"
        assert found["value"] == pytest.approx(value, rel=1e-12)
        assert found["n"] == n

    def test_stands_on_the_page_as_in_the_results(
        self,
        results: pd.DataFrame,
        pages: dict[str, BeautifulSoup],
        kpi: str,
        department: str,
    ) -> None:
        found = results.loc[(kpi, department)]
        row = scorecard(pages[department])[kpi]
        value = f"{found['value']:.0f}" if kpi == "P2" else share(found["value"])
        assert row["Now"].startswith(value)
        if kpi != "P2":
            low, high = (share(found[end]).split()[0] for end in ("low", "high"))
            assert f"({low}\u00a0to\u00a0{high})" in row["Now"]
        assert row["n"] == f"{found['n']:,.0f}"


def share(value: float) -> str:
    digits = f"{100 * value:.0f}"
    return ("0" if digits == "-0" else digits.replace("-", "−")) + "\u00a0%"


def tables(page: BeautifulSoup, caption: str) -> list[dict[str, str]]:
    """The rows, by column, of all tables whose caption begins so."""
    rows = []
    for found in page.find_all("caption"):
        if found.text.startswith(caption):
            head, *body = found.parent.find_all("tr")
            names = [cell.text for cell in head.find_all("th")]
            for row in body:
                cells = [cell.text for cell in row.find_all(["th", "td"])]
                rows.append(dict(zip(names, cells, strict=True)))
    return rows


def scorecard(page: BeautifulSoup) -> dict[str, dict[str, str]]:
    rows = [*tables(page, "KPIs with news"), *tables(page, "KPIs: ")]
    return {row["KPI"].split()[0]: row for row in rows}


class TestEveryKpi:
    def test_is_in_the_results_with_a_state(self, results: pd.DataFrame) -> None:
        whole = results.xs(ORGANISATION, level="department")
        assert set(whole.index) == set(CATALOGUE)
        assert set(whole["state"]) == {"measured"}
        assert whole[["value", "n"]].notna().all(axis=None)

    @pytest.mark.parametrize("department", [ORGANISATION, DEPARTMENT])
    def test_with_a_value_is_on_the_page_and_no_other(
        self, results: pd.DataFrame, pages: dict[str, BeautifulSoup], department: str
    ) -> None:
        own = results.xs(department, level="department")
        measured = own[own["state"] == "measured"]
        rows = scorecard(pages[department])
        assert set(rows) == set(measured.index)
        for kpi, found in measured.iterrows():
            unit = CATALOGUE[str(kpi)].unit
            row = rows[str(kpi)]
            assert row["Now"].startswith(number(found["value"], unit)), kpi
            assert row.get("Before", "–") == number(found["baseline"], unit), kpi
            assert row.get("Difference", "–").startswith(change(found["change"], unit)), kpi
            for column, heading in (("than_before", "Than before"), ("against_target", "Target")):
                word = found[column] if isinstance(found[column], str) else "–"
                nothing = word in {"–", "cannot be compared", "no target set"}
                shown = row.get(heading, word if nothing else "").replace("\u00a0", " ")
                assert word in shown or (word == "no target set" and shown.strip() == "–"), kpi

    def test_without_a_value_stands_among_those_not_shown_with_its_reason(
        self, results: pd.DataFrame, pages: dict[str, BeautifulSoup]
    ) -> None:
        own = results.xs(DEPARTMENT, level="department")
        unmeasured = own[own["state"] != "measured"]
        rows = tables(pages[DEPARTMENT], "KPIs that could not be shown")
        assert {row["KPI"].split()[0] for row in rows} >= set(unmeasured.index)
        assert all(row["Why, and what to collect"] for row in rows)


class TestPlantedTruths:
    """What pipelines/sample/truths.py plants is what the pages lead to."""

    def test_service_with_the_worst_gap_stands_first(self, pages: dict[str, BeautifulSoup]) -> None:
        names = pd.read_csv(RAW / "services.csv").set_index("service_id")["name"]
        first = tables(pages[ORGANISATION], "Perception gap by service, the worst first")[0]
        assert first["Service"] == names[TRUTHS.worst_gap_service_id]

    def test_leaking_department_leaks_most(self, results: pd.DataFrame) -> None:
        leakage = results.xs("R8", level="kpi_id")["value"].drop(ORGANISATION)
        assert leakage.idxmax() == TRUTHS.leaking_department
        found = results.loc[("R8", TRUTHS.leaking_department)]
        assert found["low"] > leakage.drop(TRUTHS.leaking_department).max()

    def test_watermelon_department_has_most_of_them(self, results: pd.DataFrame) -> None:
        melons = results.xs("G2", level="kpi_id")["value"].drop(ORGANISATION)
        assert melons.idxmax() == TRUTHS.watermelon_department

    def test_overloaded_role_is_named(self, results: pd.DataFrame) -> None:
        assert TRUTHS.overloaded_role in results.loc[("P10", ORGANISATION)]["reason"]

    def test_missing_step_is_the_headline_and_stands_at_the_broken_promise(
        self, pages: dict[str, BeautifulSoup]
    ) -> None:
        page = pages[ORGANISATION]
        assert f"{TRUTHS.missing_step} is missing most often" in page.text
        steps = {row["Promise"].split()[0]: row for row in tables(page, "The five steps")}
        broken = steps[TRUTHS.broken_statement_id]
        assert "names no KPI" in broken[TRUTHS.missing_step]
        others = set(broken) - {"Promise", TRUTHS.missing_step}
        assert all("there" in broken[step] for step in others)


class TestBaseline:
    def test_is_named_with_its_hash_in_every_report(
        self, pack: Path, pages: dict[str, BeautifulSoup]
    ) -> None:
        folder = pack.parents[2] / "baselines" / "original" / "1"
        facts = json.loads((folder / "baseline.json").read_text())
        assert facts["until"] == FROZEN_UNTIL
        for page in pages.values():
            assert facts["hash"] in page.text
            assert f"original, version 1, up to {FROZEN_UNTIL}" in page.text

    def test_of_a_rate_is_what_the_files_say(
        self, results: pd.DataFrame, projects: pd.DataFrame
    ) -> None:
        done = projects[(projects["status"] == "completed")]
        done = done.dropna(subset=["finished_on", "finish"])
        before = done[done["finished_on"].between("2019-04-01", "2022-03-31")]
        expected = (before["finished_on"] <= before["finish"]).mean()
        assert results.loc[("D1", ORGANISATION)]["baseline"] == pytest.approx(expected)


def test_a_notebook_by_hand_has_the_same_numbers(pack: Path) -> None:
    opened = open_workbook(pack.parents[2])
    by_hand = KpiReport.open(KpiReportParameters(data_dir=str(pack.parents[2])))
    published = pd.read_parquet(pack / "kpis.parquet")
    assert_frame_equal(opened.measured("2026-09").published, published)
    whole = published[published["department"] == ORGANISATION].drop(columns="signal")
    found = tidy(by_hand.results).drop(columns="signal")
    assert_frame_equal(found, whole.reset_index(drop=True))


def test_page_one_says_the_on_time_share_and_the_work_in_flight(
    results: pd.DataFrame, pages: dict[str, BeautifulSoup]
) -> None:
    answer = pages[ORGANISATION].find(class_="one-page")
    assert answer is not None
    on_time_result = results.loc[("D1", ORGANISATION)]
    assert share(on_time_result["value"]) in answer.text
    in_flight = results.loc[("P2", ORGANISATION)]["value"]
    assert f"{in_flight:.0f} in flight" in " ".join(answer.text.split())


def test_pages_keep_every_promise(pack: Path) -> None:
    found = sorted(pack.glob("*.html"))
    assert len(found) == 6
    for path in found:
        assert problems_in(path.read_text(encoding="utf-8")) == [], path.name


def test_pages_name_the_data_they_came_from(pack: Path, pages: dict[str, BeautifulSoup]) -> None:
    data_hash = json.loads((pack / "run.json").read_text())["data_hash"]
    for page in pages.values():
        assert data_hash in page.text

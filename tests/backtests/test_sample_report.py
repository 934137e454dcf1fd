"""The reports on the shipped sample say what an independent computation finds in its files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from pipelines.export import problems_in

RAW = Path(__file__).parents[2] / "data" / "raw"
DEPARTMENT = "Information Technology"
ORGANISATION = "All departments"
DATA_DATE = pd.Timestamp("2026-09-30")
WINDOW_BEGINS = pd.Timestamp("2023-10-01")  # 36 months to the data date
YEAR_BEGINS = pd.Timestamp("2025-10-01")
JOB = f"""\
title: Back-test
reports:
  - notebook: 03_kpi_report
    title: The organisation
  - notebook: 03_kpi_report
    title: One department
    parameters: {{department: {DEPARTMENT}}}
"""


@pytest.fixture(scope="session")
def pack(once: Callable[..., Path], pmo: Callable[..., Any], great_expectations: None) -> Path:
    """The pack of the organisation's report and that of one department."""

    def make(folder: Path) -> None:
        (folder / "sample.yml").write_text(JOB)
        done = pmo("run", folder / "sample.yml", "--raw", RAW, "--out", folder / "out")
        assert done.exit_code == 0, done.output

    return once("sample", make) / "out" / "reports" / "sample" / "2026-09"


@pytest.fixture(scope="session")
def pages(pack: Path) -> dict[str, BeautifulSoup]:
    """The page of the organisation and that of the department."""
    reports = json.loads((pack / "run.json").read_text())["reports"]
    return {
        report["parameters"]["department"] or ORGANISATION: BeautifulSoup(
            (pack / report["file"]).read_text(encoding="utf-8"), "html.parser"
        )
        for report in reports
    }


@pytest.fixture(scope="session")
def results(pack: Path) -> pd.DataFrame:
    """The headline of each KPI, by KPI and department."""
    table = pd.read_csv(pack / "kpis.csv")
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
        row = scorecard_row(pages[department], kpi)
        value = f"{found['value']:.0f}" if kpi == "P2" else share(found["value"])
        assert row[1] == value
        if kpi != "P2":
            assert row[2] == f"{share(found['low'])} to {share(found['high'])}"
        assert row[3] == f"{found['n']:,.0f}"


def share(value: float) -> str:
    digits = f"{100 * value:.0f}"
    return ("0" if digits == "-0" else digits.replace("-", "−")) + "\u00a0%"


def scorecard_row(page: BeautifulSoup, kpi: str) -> list[str]:
    """The cells of the KPI's first row in the scorecard."""
    for caption in page.find_all("caption"):
        if caption.text.startswith("KPIs of "):
            for row in caption.parent.find_all("tr"):
                cells = [cell.text for cell in row.find_all(["th", "td"])]
                if cells[0].startswith(f"{kpi} "):
                    return cells
    raise AssertionError(f"the scorecard has no {kpi}")


def test_answer_says_the_on_time_share_and_the_work_in_flight(
    results: pd.DataFrame, pages: dict[str, BeautifulSoup]
) -> None:
    answer = pages[ORGANISATION].find(class_="answer")
    assert answer is not None
    on_time_result = results.loc[("D1", ORGANISATION)]
    assert share(on_time_result["value"]) in answer.text
    assert f"{results.loc[('P2', ORGANISATION)]['value']:.0f} projects are" in answer.text


def test_pages_keep_every_promise(pack: Path) -> None:
    found = sorted(pack.glob("*.html"))
    assert len(found) == 4
    for path in found:
        assert problems_in(path.read_text(encoding="utf-8")) == [], path.name


def test_pages_name_the_data_they_came_from(pack: Path, pages: dict[str, BeautifulSoup]) -> None:
    data_hash = json.loads((pack / "run.json").read_text())["data_hash"]
    for page in pages.values():
        assert data_hash in page.text

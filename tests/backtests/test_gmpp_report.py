"""The report on the UK Government's major projects: what it can say, and what it must not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "gmpp"
JOB = "reports: [{notebook: 03_kpi_report, title: The portfolio}]\n"
ORGANISATION = "All departments"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the GMPP files are not in {FOLDER}")


@pytest.fixture(scope="session")
def made(once: Callable[..., Path], pmo: Callable[..., Any], great_expectations: None) -> Path:
    """The published files imported, and the organisation's report made of them."""

    def make(folder: Path) -> None:
        imported = pmo("import", "gmpp", *sorted(FOLDER.glob("uk_*.csv")), "--to", folder / "raw")
        assert imported.exit_code == 1, imported.output  # some cells are words, and are listed
        (folder / "gmpp.yml").write_text(JOB)
        run = pmo("run", folder / "gmpp.yml", "--raw", folder / "raw", "--out", folder / "out")
        assert run.exit_code == 0, run.output

    return once("gmpp", make)


@pytest.fixture(scope="session")
def pack(made: Path) -> Path:
    (found,) = (made / "out" / "reports" / "gmpp").iterdir()
    return found


@pytest.fixture(scope="session")
def answer(pack: Path) -> str:
    page = BeautifulSoup((pack / "03_kpi_report.html").read_text(encoding="utf-8"), "html.parser")
    found = page.find(class_="answer")
    assert found is not None
    return " ".join(found.text.split())


def test_unread_cells_are_listed(made: Path) -> None:
    unread = pd.read_csv(made / "raw" / "unread" / "gmpp.csv")
    assert len(unread) > 0
    assert unread["reason"].notna().all()


def test_every_imported_row_is_accepted(made: Path) -> None:
    assert list((made / "out" / "rejected").iterdir()) == []


def test_on_time_completion_cannot_be_told(answer: str, pack: Path) -> None:
    assert answer.startswith("Cannot tell how projects end, on time or on budget: ")
    results = pd.read_csv(pack / "kpis.csv").set_index(["kpi_id", "department"])
    states = results.loc[[(kpi, ORGANISATION) for kpi in ("D1", "D2")], "state"]
    assert not states.isin(["measured"]).any()


def test_projects_of_the_latest_year_are_in_flight(answer: str, pack: Path) -> None:
    assert "244 projects are in flight" in answer
    results = pd.read_csv(pack / "kpis.csv").set_index(["kpi_id", "department"])
    assert results.loc[("P2", ORGANISATION), "value"] == 244


def test_period_is_that_of_the_latest_snapshot(pack: Path) -> None:
    assert pack.name == "2023-03"

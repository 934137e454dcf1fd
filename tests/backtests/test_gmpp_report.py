"""The report on the UK Government's major projects: what it can say, and what it must not."""

from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "gmpp"
ORGANISATION = "All departments"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the GMPP files are not in {FOLDER}")


@pytest.fixture(scope="session")
def pack(gmpp: Path) -> Path:
    (found,) = (gmpp / "out" / "reports" / "gmpp").iterdir()
    return found


@pytest.fixture(scope="session")
def page_one(pack: Path) -> str:
    page = BeautifulSoup((pack / "03_kpi_report.html").read_text(encoding="utf-8"), "html.parser")
    found = page.find(class_="one-page")
    assert found is not None
    return " ".join(found.text.split())


def test_unread_cells_are_listed(gmpp: Path) -> None:
    unread = pd.read_csv(gmpp / "raw" / "unread" / "gmpp.csv")
    assert len(unread) > 0
    assert unread["reason"].notna().all()


def test_every_imported_row_is_accepted(gmpp: Path) -> None:
    assert list((gmpp / "out" / "rejected").iterdir()) == []


def test_on_time_completion_cannot_be_told(page_one: str, pack: Path) -> None:
    assert "How projects end cannot be told yet: " in page_one
    results = pd.read_csv(pack / "kpis.csv").set_index(["kpi_id", "department"])
    states = results.loc[[(kpi, ORGANISATION) for kpi in ("D1", "D2")], "state"]
    assert not states.isin(["measured"]).any()


def test_projects_of_the_latest_year_are_in_flight(page_one: str, pack: Path) -> None:
    assert "244 in flight" in page_one
    results = pd.read_csv(pack / "kpis.csv").set_index(["kpi_id", "department"])
    assert results.loc[("P2", ORGANISATION), "value"] == 244


def test_period_is_that_of_the_latest_snapshot(pack: Path) -> None:
    assert pack.name == "2023-03"

"""The report on New York's capital projects can be shown, and says no more than is known."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from IPython.display import HTML

from builders.catalogue import only_kpis
from builders.pages import sections_of
from builders.reports import ON_PAGES, report_on
from pmo_lib.engine.observe import results
from pmo_lib.engine.result import KpiResult
from pmo_lib.reports.picture import Picture
from pmo_lib.workbook import Workbook, open_workbook

CITY = "New York City"


@pytest.fixture(scope="module")
def city(gmpp: Path) -> Path:
    """The city's export as it was imported and validated beside the UK's projects."""
    return gmpp / "out" / "peers" / CITY


@pytest.fixture(scope="module")
def book(city: Path) -> Workbook:
    return open_workbook(city)


@pytest.fixture(scope="module")
def found(book: Workbook) -> dict[str, KpiResult]:
    """The headlines of the organisation."""
    assert book.periods[-1] == "2019-09"
    kpis = ["D1", "D2", "D3", "D5", "P2"]
    return {r.kpi_id: r for r in reversed(results(book.view("2019-09"), kpis=kpis))}


def test_every_imported_row_is_accepted(city: Path) -> None:
    assert list((city / "rejected").iterdir()) == []


def test_unread_cells_are_listed(gmpp: Path) -> None:
    unread = pd.read_csv(gmpp / "raw" / "benchmarks" / CITY / "unread" / "nyc.csv")
    assert len(unread) == 10
    assert unread[["file", "line", "record", "column", "value", "reason"]].notna().all(axis=None)


def test_how_projects_end_is_not_measured(found: dict[str, KpiResult]) -> None:
    assert not [kpi for kpi in ("D1", "D2", "D3", "D5") if found[kpi].is_measured]


def test_projects_of_the_silent_agency_are_left_out_and_told(found: dict[str, KpiResult]) -> None:
    assert found["P2"].value == 284
    assert "94 of 378 left out" in found["P2"].reason


def test_every_section_is_shown(book: Workbook) -> None:
    with only_kpis(ON_PAGES):
        report = report_on("03_kpi_report", book)
        for section in sections_of("03_kpi_report"):
            made: Any = eval(section, {"report": report})
            assert isinstance(made, (HTML, Picture)), section

"""The report on New York's capital projects: a pack comes out, and says no more than is known."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

FILE = (
    Path(__file__).resolve().parents[3]
    / "shared" / "data" / "nyc_capital" / "NYC_capital_projects_20190901.csv"
)  # fmt: skip
JOB = "reports: [{notebook: 03_kpi_report, title: The portfolio}]\n"
ORGANISATION = "All departments"

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=f"the extract is not at {FILE}")


@pytest.fixture(scope="session")
def made(once: Callable[..., Path], pmo: Callable[..., Any], great_expectations: None) -> Path:
    """The export imported, and the organisation's report made of it."""

    def make(folder: Path) -> None:
        imported = pmo("import", "nyc", FILE, "--to", folder / "raw")
        assert imported.exit_code == 1, imported.output  # ten cells cannot be, and are listed
        (folder / "nyc.yml").write_text(JOB)
        run = pmo(
            "run",
            folder / "nyc.yml",
            "--raw",
            folder / "raw",
            "--out",
            folder / "out",
            "--workers",
            1,
        )
        assert run.exit_code == 0, run.output

    return once("nyc", make)


@pytest.fixture(scope="session")
def results(made: Path) -> pd.DataFrame:
    (pack,) = (made / "out" / "reports" / "nyc").iterdir()
    assert pack.name == "2019-09"
    whole = pd.read_csv(pack / "kpis.csv").query("department == @ORGANISATION")
    return whole.drop_duplicates("kpi_id").set_index("kpi_id")


def test_every_imported_row_is_accepted(made: Path) -> None:
    assert list((made / "out" / "rejected").iterdir()) == []


def test_unread_cells_are_listed(made: Path) -> None:
    unread = pd.read_csv(made / "raw" / "unread" / "nyc.csv")
    assert len(unread) == 10
    assert unread[["file", "line", "record", "column", "value", "reason"]].notna().all(axis=None)


def test_how_projects_end_is_not_measured(results: pd.DataFrame) -> None:
    assert not results.loc[["D1", "D2", "D3", "D5"], "state"].isin(["measured"]).any()


def test_projects_of_the_silent_agency_are_left_out_and_told(results: pd.DataFrame) -> None:
    assert results.loc["P2", "value"] == 284
    assert "94 of 378 left out" in results.loc["P2", "reason"]

"""The report on the People Survey: a pack without a single project, that says so."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "people_survey"
ORGANISATION = "All departments"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the survey is not in {FOLDER}")


@pytest.fixture(scope="session")
def made(once: Callable[..., Path], pmo: Callable[..., Any], great_expectations: None) -> Path:
    """The survey imported, and its pack made by the job of the same name."""

    def make(folder: Path) -> None:
        files = sorted(FOLDER.glob("*long*.csv.gz"))
        imported = pmo("import", "people_survey", *files, "--to", folder / "raw")
        assert imported.exit_code == 1, imported.output  # benchmarks revised since, and are listed
        run = pmo("run", "survey", "--raw", folder / "raw", "--out", folder / "out")
        assert run.exit_code == 0, run.output

    return once("people_survey", make)


@pytest.fixture(scope="session")
def pack(made: Path) -> Path:
    (found,) = (made / "out" / "reports" / "survey").iterdir()
    return found


def test_every_imported_row_is_accepted(made: Path) -> None:
    assert list((made / "out" / "rejected").iterdir()) == []


def test_period_is_the_latest_wave(pack: Path) -> None:
    assert pack.name == "2024-10"


def test_no_project_is_claimed(pack: Path) -> None:
    results = pd.read_csv(pack / "kpis.csv")
    of_projects = results[results["kpi_id"].isin(["D1", "D2", "D3", "P1", "P2"])]
    assert set(of_projects["state"]) == {"not measured"}
    assert of_projects["reason"].str.contains("projects.csv", regex=False).all()


def test_one_organisation_can_be_asked_for(
    made: Path, pmo: Callable[..., Any], great_expectations: None, tmp_path: Path
) -> None:
    arguments = ("--raw", made / "raw", "--out", tmp_path / "out")
    run = pmo("run", "survey_organisations", *arguments, "--set", "department=Cabinet Office")
    assert run.exit_code == 0, run.output
    (pack,) = (tmp_path / "out" / "reports").glob("*/2024-10")
    assert [page.name for page in pack.glob("03_*.html")] == ["03_kpi_report-cabinet-office.html"]

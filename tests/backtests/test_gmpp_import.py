"""The GMPP files as published: what our tables say of them against figures counted by others."""

from pathlib import Path

import pandas as pd
import pytest

from pipelines.sources import Imported
from pipelines.sources.gmpp import read

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "gmpp"
PERIODS = {
    2014: "2013-09",
    2015: "2014-09",
    2017: "2016-09",
    2018: "2017-09",
    2020: "2019-09",
    2021: "2021-03",
    2023: "2023-03",
}

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the GMPP files are not in {FOLDER}")


@pytest.fixture(scope="module")
def imported() -> Imported:
    return read([FOLDER / f"uk_{year}.csv" for year in PERIODS])


@pytest.fixture(scope="module")
def reports(imported: Imported) -> pd.DataFrame:
    return imported.tables["status_reports"]


@pytest.mark.parametrize(
    ("year", "projects"),
    [(2014, 199), (2015, 188), (2017, 143), (2018, 133), (2020, 125), (2021, 184), (2023, 244)],
)
def test_projects_of_the_year(reports: pd.DataFrame, year: int, projects: int) -> None:
    assert reports.loc[reports["period"] == PERIODS[year], "project_id"].nunique() == projects


def test_ratings_of_2023_the_independent_one_first(reports: pd.DataFrame) -> None:
    rated = reports[(reports["period"] == PERIODS[2023]) & reports["rag"].notna()]
    preferred = rated.sort_values("rated_by").drop_duplicates("project_id")
    assert preferred["rag"].value_counts().to_dict() == {"amber": 183, "green": 26, "red": 23}


@pytest.mark.parametrize(
    ("year", "billions"), [(2015, 489), (2017, 455), (2018, 423), (2020, 448), (2021, 542)]
)
def test_whole_life_cost_of_the_year(reports: pd.DataFrame, year: int, billions: int) -> None:
    costs = reports.loc[reports["period"] == PERIODS[year], "estimate_at_completion"]
    assert round(costs.sum() / 1e9) == billions


def test_baselines_are_in_force_without_a_gap(imported: Imported) -> None:
    baselines = imported.tables["baselines"]
    of_project = baselines.groupby("project_id")
    assert (of_project["version"].min() == 0).all()
    assert (of_project["version"].max() + 1 == of_project.size()).all()
    assert of_project["approved_on"].is_monotonic_increasing.all()
    assert not (baselines["start"] > baselines["finish"]).any()


def test_a_project_has_one_report_of_a_rater_a_month(reports: pd.DataFrame) -> None:
    assert not reports.duplicated(["project_id", "period", "rated_by"]).any()


def test_all_are_active_that_the_latest_file_has(imported: Imported, reports: pd.DataFrame) -> None:
    projects = imported.tables["projects"]
    latest = reports.loc[reports["period"] == PERIODS[2023], "project_id"]
    assert set(projects.loc[projects["status"] == "active", "project_id"]) == set(latest)

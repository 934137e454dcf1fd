"""Benchmark rows that say too little of themselves are refused; others stay, told apart."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from pipelines.prepare import prepare
from pmo_lib.contract.settings import Settings

pytestmark = pytest.mark.usefixtures("great_expectations")

PROJECTS = "project_id,department\nP1,IT\n"
HEADER = "source,year,kpi_id,segment,statistic,value,unit,unit_of_analysis,population,url\n"
RED = "Portfolio report,2023,G9,all,share,9.4,%,project,in flight,"

Prepare = Callable[[str], tuple[pd.DataFrame, pd.DataFrame]]


@pytest.fixture
def prepared(tmp_path: Path, write: Callable[..., Path]) -> Prepare:
    """The accepted and the rejected rows of a file of benchmarks."""

    def run(rows: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        raw, out = tmp_path / "raw", tmp_path / "out"
        write(raw, {"projects.csv": PROJECTS, "benchmarks.csv": HEADER + rows})
        prepare(raw, out, Settings())
        path = out / "rejected" / "benchmarks.csv"
        rejected = pd.read_csv(path, dtype="str") if path.exists() else pd.DataFrame()
        return pd.read_parquet(out / "tables" / "benchmarks.parquet"), rejected

    return run


def places(rejected: pd.DataFrame) -> list[list[str]]:
    return rejected[["file", "line", "column", "rule"]].values.tolist()


def test_row_without_unit_of_analysis_is_rejected_with_its_place(prepared: Prepare) -> None:
    accepted, rejected = prepared(f"{RED}https://a.example\nSurvey,2025,D1,all,share,38,%,,,\n")
    assert accepted["source"].tolist() == ["Portfolio report"]
    assert places(rejected) == [
        ["benchmarks.csv", "3", "unit_of_analysis", "must have a value"],
    ]  # fmt: skip


def test_two_reports_of_one_figure_both_stay(prepared: Prepare) -> None:
    accepted, rejected = prepared(f"{RED}https://a.example\n{RED}https://b.example\n{RED}\n")
    assert accepted["url"].fillna("").tolist() == ["https://a.example", "https://b.example", ""]
    assert rejected.empty


def test_rows_with_wholly_equal_keys_are_rejected_with_their_places(prepared: Prepare) -> None:
    accepted, rejected = prepared(f"{RED}\n{RED}https://a.example\n{RED.replace('9.4', '9.8')}\n")
    assert accepted["url"].tolist() == ["https://a.example"]
    assert rejected[["file", "line"]].values.tolist() == [
        ["benchmarks.csv", "2"], ["benchmarks.csv", "4"],
    ]  # fmt: skip
    assert rejected["rule"].str.contains("must not repeat").all()


def test_figure_that_no_kpi_measures_may_say_so(prepared: Prepare) -> None:
    accepted, rejected = prepared("Survey,2025,,all,share,89,%,respondent,,\n")
    assert accepted["kpi_id"].isna().tolist() == [True]
    assert rejected.empty


@pytest.mark.parametrize(("cell", "kept"), [("In Flight", "in flight"), ("in_flight", "in flight")])
def test_words_with_spaces_are_as_declared(prepared: Prepare, cell: str, kept: str) -> None:
    accepted, _ = prepared(RED.replace("in flight", cell) + "\n")
    assert accepted["population"].tolist() == [kept]


def test_unknown_statistic_is_rejected_with_those_that_are_known(prepared: Prepare) -> None:
    _, rejected = prepared(RED.replace("share", "mode") + "\n" + RED + "\n")
    (place,) = places(rejected)
    assert place[:3] == ["benchmarks.csv", "2", "statistic"]
    assert "mean, median, share" in place[3]

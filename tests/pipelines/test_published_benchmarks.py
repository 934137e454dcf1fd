"""The shipped figures: each accepted, with its address, mapped to a KPI or none, and possible."""

from pathlib import Path

import pandas as pd
import pytest

from pipelines.judge import judge
from pipelines.reading.exports import table_named
from pipelines.reading.ingest import ingest
from pmo_lib.contract.settings import Settings
from pmo_lib.kpis.catalogue import CATALOGUE

FOLDER = Path(__file__).parents[2] / "data" / "raw" / "benchmarks"
SHIPPED = FOLDER / "benchmarks_published.csv"
GATHERED = Path(__file__).resolve().parents[3] / "shared" / "benchmarks_published.csv"
RED_SHARE = "G9"


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory, great_expectations: None) -> pd.DataFrame:
    """The rows that validation accepts, which are all of them, without a warning."""
    raw = tmp_path_factory.mktemp("raw")
    (raw / "benchmarks").mkdir()
    (raw / "benchmarks" / SHIPPED.name).write_bytes(SHIPPED.read_bytes())
    (raw / "projects.csv").write_text("project_id,department\nP1,IT\n", encoding="utf-8")
    judged = judge(ingest(raw, Settings()))["benchmarks"]
    assert judged.rejected.empty, judged.rejected
    assert judged.verdict.violations == ()
    assert len(judged.accepted) == judged.verdict.rows_read > 100
    return judged.accepted


def test_file_is_one_of_the_table_benchmarks() -> None:
    assert table_named(SHIPPED.stem) == "benchmarks"


def test_every_figure_has_an_address_and_says_who_read_it(figures: pd.DataFrame) -> None:
    assert figures["url"].str.fullmatch(r"https?://\S+").all()
    assert figures["evidence"].notna().all()
    assert figures["metric"].notna().all()


def test_every_kpi_is_in_the_catalogue(figures: pd.DataFrame) -> None:
    assert set(figures["kpi_id"].dropna()) <= {*CATALOGUE, RED_SHARE}


def test_shares_are_within_0_and_100_per_cent(figures: pd.DataFrame) -> None:
    shares = figures[figures["statistic"] == "share"]
    assert set(shares["unit"]) == {"%"}
    assert shares["value"].between(0, 100).all()


def test_mean_of_those_outside_a_tail_is_outside_it(figures: pd.DataFrame) -> None:
    """(mean - p × tail) ÷ (1 - p) is 50 % at most where the tail begins at 50 %."""
    overruns = figures[figures["kpi_id"].isin(["D3", "D4"])]
    by = ["source", "year", "segment"]
    tails = overruns[overruns["kpi_id"] == "D4"]
    share = tails[tails["statistic"] == "share"].set_index(by)["value"] / 100
    tail = tails[tails["statistic"] == "mean"].set_index(by)["value"]
    is_mean = (overruns["kpi_id"] == "D3") & (overruns["statistic"] == "mean")
    mean = overruns[is_mean].set_index(by)["value"]
    known = pd.DataFrame({"mean": mean, "share": share, "tail": tail}).dropna()
    assert len(known) > 0
    rest = (known["mean"] - known["share"] * known["tail"]) / (1 - known["share"])
    assert (rest <= 50).all()


def test_ratings_are_the_counts_that_their_notes_give(figures: pd.DataFrame) -> None:
    ratings = figures[figures["source"].str.contains("GMPP") & (figures["statistic"] == "share")]
    counts = ratings["note"].str.extract(r"^(?P<rated>\d+) of (?P<n>\d+)").astype(float)
    assert (counts["n"] == ratings["n"]).all()
    assert (100 * counts["rated"] / counts["n"] - ratings["value"]).abs().max() <= 0.005


def test_two_reports_of_one_year_are_both_there(figures: pd.DataFrame) -> None:
    red = figures[(figures["kpi_id"] == RED_SHARE) & (figures["year"] == 2023)]
    assert sorted(red["value"]) == [9.91, 10.3]
    assert red["url"].is_unique


def test_readme_names_every_column(figures: pd.DataFrame) -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [name for name in figures if f"`{name}`" not in readme] == []


@pytest.mark.skipif(not GATHERED.exists(), reason="needs the gathered figures")
def test_figures_are_those_gathered(figures: pd.DataFrame) -> None:
    gathered = pd.read_csv(GATHERED).query("unit == '%'")
    both = figures.merge(gathered, on=["url", "metric"], suffixes=("", "_gathered"))
    same = both["segment_gathered"].eq(both["segment"]) & both["year_gathered"].eq(
        both["year"].astype("str")
    )
    assert same.sum() > 50
    assert (both.loc[same, "value"] == both.loc[same, "value_gathered"]).all()

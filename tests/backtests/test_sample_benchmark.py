"""Where the sample stands: page, CSV and library agree with a count made in the files."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from pipelines.publishing.html import problems_in
from pmo_lib.wording import change, interval, number
from pmo_lib.workbook import Workbook, open_workbook

RAW = Path(__file__).parents[2] / "data" / "raw"
PEER = "Synthetic peer"
ORGANISATION = "All departments"


@pytest.fixture(scope="session")
def pack(sample: Path) -> Path:
    return sample / "reports" / "sample" / "2026-09"


@pytest.fixture(scope="session")
def page(pack: Path) -> BeautifulSoup:
    html = (pack / "02_benchmark.html").read_text(encoding="utf-8")
    assert problems_in(html) == []
    return BeautifulSoup(html, "html.parser")


@pytest.fixture(scope="session")
def text(page: BeautifulSoup) -> str:
    return " ".join(page.text.split())


@pytest.fixture(scope="session")
def rows(pack: Path) -> pd.DataFrame:
    found = pd.read_csv(pack / "benchmarks.csv", keep_default_na=False, na_values=[""])
    return found[found["department"] == ORGANISATION]


@pytest.fixture(scope="session")
def book(sample: Path) -> Workbook:
    return open_workbook(sample)


def cells(page: BeautifulSoup, caption: str) -> list[list[str]]:
    """The texts of a table's rows."""
    (table,) = [t for t in page.find_all("table") if t.caption.text == caption]
    return [
        [" ".join(cell.text.split()) for cell in row.find_all(["th", "td"])]
        for row in table.tbody.find_all("tr")
    ]


def overruns(folder: Path, window: bool = True) -> pd.Series:
    """Cost overruns of the completed projects of the last 36 months, counted in the files."""
    projects = pd.read_csv(folder / "projects.csv", parse_dates=["finished_on"])
    baselines = pd.read_csv(folder / "baselines.csv").query("version == 0")
    done = projects[projects["status"] == "completed"].merge(baselines, on="project_id")
    last = pd.Timestamp("2026-09-30")
    inside = done["finished_on"].between(pd.Timestamp("2023-10-01"), last)
    done = done[inside] if window else done[done["finished_on"] <= last]
    return (done["actual_cost"] / done["cost"] - 1)[done["actual_cost"] > 0].dropna()


def test_some_are_compared_some_context_and_some_refused_each_with_its_reason(
    rows: pd.DataFrame, text: str
) -> None:
    counts = rows["judgement"].value_counts()
    assert set(counts.index) == {"comparable", "context only", "not comparable"}
    assert rows.loc[rows["judgement"] != "comparable", "reasons"].notna().all()
    assert f"like is compared with like in {counts['comparable']}" in text
    for reason in rows.loc[rows["judgement"] != "comparable", "reasons"].unique():
        assert " ".join(reason.split()) in text


def test_csv_is_what_the_library_says(rows: pd.DataFrame, book: Workbook) -> None:
    found = book.measured("2026-09").benchmarks()
    found = found[found["department"] == ORGANISATION]
    assert rows["gap"].to_numpy() == pytest.approx(found["gap"].to_numpy(), nan_ok=True)
    assert rows["judgement"].tolist() == found["judgement"].tolist()


def test_place_among_the_peers_projects_is_counted_in_the_files(rows: pd.DataFrame) -> None:
    ours, theirs = overruns(RAW), overruns(RAW / "benchmarks" / PEER)
    (row,) = rows[(rows["kind"] == "peer projects") & (rows["kpi_id"] == "D3")].to_dict("records")
    median = ours.median()
    assert row["ours"] == pytest.approx(median)
    assert row["theirs"] == pytest.approx(theirs.median())
    assert row["percentile"] == pytest.approx((theirs < median).mean(), abs=1e-9)
    pairs = ours.to_numpy()[:, None] - theirs.to_numpy()[None, :]
    assert row["superiority"] == pytest.approx(((pairs < 0) + (pairs == 0) / 2).mean())


def test_page_has_the_numbers_of_the_csv(page: BeautifulSoup, rows: pd.DataFrame) -> None:
    fair = rows[rows["judgement"] == "comparable"]
    table = cells(page, "Comparisons of like with like")
    assert len(table) == len(fair)
    of_peer = fair[(fair["kind"] == "peer projects") & (fair["kpi_id"] == "D3")].iloc[0]
    (shown,) = [row for row in table if row[0].startswith("D3") and "peer projects" in row[1]]
    said = [" ".join(cell.split()) for cell in shown]
    assert " ".join(number(of_peer["ours"], "share").split()) in said[2]
    ends = interval(of_peer["ours_low"], of_peer["ours_high"], "share")
    assert " ".join(ends.split()) in said[2]
    assert " ".join(change(of_peer["gap"], "share").split()) in said[4]


def test_uplift_of_the_whole_history_is_counted_in_the_files(page: BeautifulSoup) -> None:
    whole = np.sort(overruns(RAW, window=False).to_numpy())
    rank = 0.8 * (len(whole) + 1)
    below = int(rank)
    p80 = whole[below - 1] + (rank - below) * (whole[below] - whole[below - 1])
    own = next(row for row in cells(page, "What to add to an approved cost"))
    assert own[0].startswith("all projects")
    assert own[1] == str(len(whole))
    assert " ".join(number(p80, "share").split()) in own[3]


def test_every_figure_has_words_and_numbers(page: BeautifulSoup) -> None:
    for image in page.find_all("img"):
        assert len(image["alt"]) > 20


def test_profile_and_what_to_collect_are_told(text: str) -> None:
    assert "It is not a score" in text
    assert "Ask the source" in text

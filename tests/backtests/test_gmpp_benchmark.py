"""The UK's major projects beside New York City's and beside what was published of them."""

from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from builders.catalogue import only_kpis
from pmo_lib.benchmark.against_peers import against_peers
from pmo_lib.benchmark.side import Side
from pmo_lib.workbook import open_workbook

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
CITY = "New York City"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the data are not in {DATA}")


@pytest.fixture(scope="session")
def pack(gmpp: Path) -> Path:
    (found,) = (gmpp / "out" / "reports" / "gmpp").iterdir()
    return found


@pytest.fixture(scope="session")
def rows(pack: Path) -> pd.DataFrame:
    found = pd.read_csv(pack / "benchmarks.csv", keep_default_na=False, na_values=[""])
    return found[found["department"] == "All departments"]


def test_all_three_judgements_are_on_the_page_with_their_reasons(
    pack: Path, rows: pd.DataFrame
) -> None:
    page = BeautifulSoup((pack / "02_benchmark.html").read_text(encoding="utf-8"), "html.parser")
    text = " ".join(page.text.split())
    assert set(rows["judgement"]) == {"comparable", "context only", "not comparable"}
    for reason in rows.loc[rows["judgement"] != "comparable", "reasons"].unique():
        assert " ".join(reason.split()) in text


def test_share_rated_red_stands_beside_what_was_published(rows: pd.DataFrame) -> None:
    """Of March 2023: 23 red of those rated, or 24 as reported later; ours is of the same data."""
    red = rows[(rows["kpi_id"] == "G9") & (rows["year"] == 2023) & (rows["kind"] == "published")]
    fair = red[red["judgement"] == "comparable"]
    assert sorted(fair["version"]) == ["1 of 2", "2 of 2"]
    assert fair["ours"].to_numpy() == pytest.approx(fair["theirs"].to_numpy(), abs=0.006)
    assert ((fair["gap_low"] < 0) & (fair["gap_high"] > 0)).all()


def test_ratings_on_five_colours_are_refused(rows: pd.DataFrame) -> None:
    old = rows[(rows["kpi_id"] == "G9") & rows["reasons"].fillna("").str.contains("5 colours")]
    assert set(old["judgement"]) <= {"not comparable"}


def test_growth_stands_beside_the_citys_projects(rows: pd.DataFrame) -> None:
    """The city's median slip, counted in its own extract: first and last forecast of completion."""
    city = rows[rows["kind"] == "peer projects"].set_index("kpi_id")
    assert set(city.loc[["D15", "D16"], "judgement"]) == {"comparable"}
    (file,) = (DATA / "nyc_capital").glob("NYC_*.csv")
    raw = pd.read_csv(file)
    when = pd.to_datetime(raw["Date Reported As Of"], format="%m/%d/%Y %I:%M:%S %p")
    raw = raw.assign(when=when).sort_values("when")
    budgets = raw[raw["Budget Forecast"] > 0]
    first = budgets.groupby("PID")["Budget Forecast"].first()
    latest = budgets[budgets["when"] == when.max()].set_index("PID")["Budget Forecast"]
    growth = (latest / first.reindex(latest.index) - 1).dropna()
    assert city.loc["D15", "theirs"] == pytest.approx(growth.median(), abs=0.01)


def test_how_projects_end_cannot_be_forecast_from_those_still_open(pack: Path) -> None:
    page = BeautifulSoup((pack / "02_benchmark.html").read_text(encoding="utf-8"), "html.parser")
    text = " ".join(page.text.split())
    assert "in flight will cost cannot be forecast" in text
    assert "so far, of projects still in flight" in text


def test_the_citys_plans_are_no_yardstick_for_projects_counted_from_approval(
    pack: Path, sample: Path
) -> None:
    """The sample counts from approval in constant prices, the city from its first report."""
    city = open_workbook(pack.parents[2]).peers[CITY]
    ours, theirs = open_workbook(sample).view("2026-09"), city.view(city.periods[-1])
    with only_kpis({"D15", "D16"}):
        found = against_peers(Side(ours, ours), {CITY: Side(theirs, ours)})
    growth = {each.kpi_id: each for each in found}
    for kpi_id in ("D15", "D16"):
        assert growth[kpi_id].judgement == "not comparable"
        assert "first report" in " ".join(growth[kpi_id].reasons)
    assert "It is in nominal prices; ours is in constant ones." in growth["D15"].reasons

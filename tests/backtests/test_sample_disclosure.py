"""The attack on the sample's pack: what is hidden is in no file, and no subtraction comes to it."""

from pathlib import Path

import pandas as pd
import pytest

from pmo_lib.engine.result import ORGANISATION
from pmo_lib.kpis.catalogue import CATALOGUE

FEW = 5


@pytest.fixture(scope="module")
def pack(sample: Path) -> Path:
    return next(sample.glob("reports/*/*/kpis.csv")).parent


@pytest.fixture(scope="module")
def headlines(pack: Path) -> pd.DataFrame:
    rows = pd.read_csv(pack / "kpis.csv", keep_default_na=False, na_values=[""])
    own = {k.id: (k.statistic.id, k.segment_statistic.id) for k in CATALOGUE.values()}
    rows["segment"] = rows["segment"].fillna("")
    is_own = [s in own[k] for k, s in zip(rows["kpi_id"], rows["statistic"], strict=True)]
    facts = [CATALOGUE[k].statistic.is_fact for k in rows["kpi_id"]]
    chosen = rows[pd.Series(is_own) & ~pd.Series(facts)]
    return chosen.drop_duplicates(["kpi_id", "department", "segment"])


def test_benchmarks_show_nothing_that_kpis_hide(pack: Path, headlines: pd.DataFrame) -> None:
    hidden = headlines[(headlines["state"] == "too few") & (headlines["segment"] == "")]
    pairs = set(zip(hidden["kpi_id"], hidden["department"], strict=True))
    beside = pd.read_csv(pack / "benchmarks.csv")
    shown = beside[beside[["ours", "gap", "percentile"]].notna().any(axis=1)]
    assert pairs
    assert pairs & set(zip(shown["kpi_id"], shown["department"], strict=True)) == set()


def test_no_total_less_what_is_shown_of_it_is_a_few_cases(headlines: pd.DataFrame) -> None:
    """Of every line, by its counts of cases: what they leave for the hidden ones."""
    told = {}
    whole = headlines[headlines["department"] == ORGANISATION].set_index(["kpi_id", "segment"])
    parts = headlines[headlines["department"] != ORGANISATION]
    for (kpi_id, segment), line in parts.groupby(["kpi_id", "segment"]):
        kpi, total = CATALOGUE[kpi_id], whole["n"].get((kpi_id, segment))
        if kpi.statistic.is_clustered or total is None or total != total:
            continue  # units of one case may be of several departments; facts are all shown
        hidden = (line["state"] == "too few").sum()
        rest = total - line["n"].sum()
        if hidden and (hidden == 1 or 0 < rest <= FEW):
            told[kpi_id, segment] = hidden, rest
    assert told == {}

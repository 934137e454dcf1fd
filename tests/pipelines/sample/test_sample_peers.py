"""Others to compare with: figures fair and unfair, and a peer whose plain comparison misleads."""

from pathlib import Path

import pandas as pd
import pytest

from pipelines.configuration import configured
from pipelines.judge import judge
from pipelines.reading.ingest import ingest
from pipelines.sample import TRUTHS
from pmo_lib.kpis.catalogue import CATALOGUE

Frames = dict[str, pd.DataFrame]
PEER = Path(__file__).parents[3] / "data" / "raw" / "benchmarks" / "Synthetic peer"


@pytest.fixture(scope="module")
def peer(great_expectations: None) -> Frames:
    """The peer's tables as validation accepts them: every row, without a warning."""
    settings = configured(PEER)
    assert settings.organisation == "Synthetic peer (synthetic data)"
    assert settings.price_base == 2026
    judged = judge(ingest(PEER, settings))
    for table in judged.values():
        assert table.rejected.empty
        assert [violation.rows for violation in table.verdict.violations] == []
    return {name: table.accepted for name, table in judged.items()}


def completed(frames: Frames) -> pd.DataFrame:
    original = frames["baselines"].query("version == 0")[["project_id", "cost"]]
    rows = frames["projects"].query("status == 'completed'").merge(original, on="project_id")
    return rows.assign(overrun=rows["actual_cost"] / rows["cost"] - 1).dropna(subset=["overrun"])


def test_peer_has_projects_of_the_same_years_and_categories(frames: Frames, peer: Frames) -> None:
    projects = peer["projects"]
    assert len(projects) == 180
    assert set(projects["category"]) == set(frames["projects"]["category"].dropna())
    assert projects["approved_on"].min() >= pd.Timestamp(TRUTHS.first_period)
    assert projects["approved_on"].max() < pd.Timestamp(TRUTHS.data_date_period)
    assert (projects["status"] == "completed").sum() > 120
    assert not set(projects["project_id"]) & set(frames["projects"]["project_id"])


def test_peer_overruns_a_little_more(frames: Frames, peer: Frames) -> None:
    gap = completed(peer)["overrun"].median() - completed(frames)["overrun"].median()
    assert 0.02 < gap < 0.15


def test_peer_has_another_mix_and_larger_projects(frames: Frames, peer: Frames) -> None:
    mixes = [
        completed(each)["category"].value_counts(normalize=True)["Infrastructure"]
        for each in (frames, peer)
    ]
    assert mixes[1] > 1.8 * mixes[0]
    assert completed(peer)["cost"].median() > 1.5 * completed(frames)["cost"].median()


def test_some_figures_state_everything_some_too_little_and_some_differ(frames: Frames) -> None:
    figures = frames["benchmarks"].query("kpi_id == 'D3'")
    facts = figures[["population", "baseline_definition", "prices"]]
    fair = (facts == ["completed", "approval", "constant"]).all(axis=1)
    assert set(figures.loc[fair, "statistic"]) == {"mean", "median", "p75", "p80", "p90"}
    assert facts.isna().any(axis=None)
    assert {"nominal", "decision to build"} <= set(facts.stack())
    assert "respondent" in set(frames["benchmarks"].query("kpi_id == 'D1'")["unit_of_analysis"])


def test_quantiles_of_one_source_rise(frames: Frames) -> None:
    order = {"median": 0.5, "p75": 0.75, "p80": 0.8, "p90": 0.9}
    figures = frames["benchmarks"].query("kpi_id == 'D3' and statistic in @order")
    figures = figures.assign(p=figures["statistic"].map(order)).sort_values("p")
    for _, own in figures.groupby(["source", "year", "segment"]):
        assert own["value"].is_monotonic_increasing
        assert own["value"].is_unique


def test_every_figure_is_of_a_kpi(frames: Frames) -> None:
    assert set(frames["benchmarks"]["kpi_id"]) <= set(CATALOGUE)

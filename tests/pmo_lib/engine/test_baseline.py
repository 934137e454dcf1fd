"""Frozen baselines: what they hold, their hash, their names, their files."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from builders.catalogue import only_kpis
from builders.portfolio import portfolio
from builders.views import settings
from builders.workbooks import table_facts, write
from pmo_lib.engine.baseline import Baseline
from pmo_lib.engine.freezing import freeze
from pmo_lib.engine.observe import observe
from pmo_lib.engine.view import View
from pmo_lib.errors import DataError, ParameterError
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.workbook import Workbook, open_workbook


@pytest.fixture(autouse=True, scope="module")
def few_kpis() -> Iterator[None]:
    with only_kpis({"D1", "D2", "D3", "D6", "P2", "R6"}):
        yield


def frozen(period: str = "2025-06", name: str = "before", **values: object) -> Baseline:
    return freeze(
        View(portfolio(), period, settings(**values)), name, version=1, frozen_on="2026-11-24",
        data_hash="abc", workbook_version="1.2.3",
    )  # fmt: skip


class TestFreezing:
    def test_holds_the_observations_of_every_kpi_that_has_data(self) -> None:
        found = frozen()
        view = View(portfolio(), "2025-06", settings())
        assert {"D1", "D3", "P2"} <= set(found.observations)
        expected = observe(CATALOGUE["D1"], view).reset_index(drop=True)
        assert_frame_equal(found.observations["D1"], expected)
        assert set(found.observations) | set(found.unmeasured) == set(CATALOGUE)
        assert not set(found.observations) & set(found.unmeasured)

    def test_says_why_a_kpi_is_not_in_it(self) -> None:
        given = {name: rows for name, rows in portfolio().items() if name != "baselines"}
        found = freeze(
            View(given, "2025-06"), "x", version=1, frozen_on="", data_hash="", workbook_version=""
        )
        assert found.unmeasured["D1"] == "needs baselines.csv"

    @pytest.mark.parametrize("name", ["", "two words", "../up", "a/b", "é", "x" * 61, ".hidden"])
    def test_refuses_what_is_no_name(self, name: str) -> None:
        with pytest.raises(ParameterError, match="cannot be the name of a baseline"):
            frozen(name=name)


class TestHash:
    def test_is_of_what_was_observed_and_how(self) -> None:
        assert frozen().hash() == frozen().hash() == frozen(name="other").hash()
        assert frozen().hash() == replace(frozen(), frozen_on="2027-01-01", version=9).hash()
        assert frozen().hash() != frozen("2025-07").hash()
        assert frozen().hash() != frozen(tolerances={"schedule_days": 5}).hash()

    def test_changes_with_a_single_cell(self) -> None:
        found = frozen()
        rows = found.observations["D3"].copy()
        rows.loc[0, "numerator"] += 0.01
        assert (
            replace(found, observations={**found.observations, "D3": rows}).hash() != found.hash()
        )


def test_tells_settings_that_were_others() -> None:
    now = settings(tolerances={"schedule_days": 5}, organisation="Ours").to_mapping()
    assert frozen().differing_settings(now) == ["tolerances.schedule_days was 0, is 5"]


class TestFiles:
    def test_comes_back_as_it_was(self, tmp_path: Path) -> None:
        opened = open_workbook(write(tmp_path / "out", portfolio()))
        made = opened.freeze("before", "2025-06", "2026-11-24")
        back = open_workbook(tmp_path / "out").baseline("before")
        assert back is not None
        assert back.facts() == made.facts()
        for kpi_id, rows in made.observations.items():
            assert_frame_equal(back.observations[kpi_id], rows)

    def test_none_is_none(self, tmp_path: Path) -> None:
        assert open_workbook(write(tmp_path / "out", portfolio())).baseline() is None

    def test_a_name_is_never_frozen_over(self, tmp_path: Path) -> None:
        opened = open_workbook(write(tmp_path / "out", portfolio()))
        first = opened.freeze("before", "2025-06", "2026-11-24")
        files = {p: p.read_bytes() for p in (tmp_path / "out" / "baselines").rglob("*.*")}
        assert opened.freeze("before", "2025-09", "2026-11-25").facts() == first.facts()
        assert opened.freeze("before", "2025-06", "2026-11-25", again=True).version == 1
        second = opened.freeze("before", "2025-09", "2026-11-25", again=True)
        assert (second.version, second.until) == (2, "2025-09")
        assert all(path.read_bytes() == content for path, content in files.items())
        latest = opened.baseline("before")
        assert latest is not None
        assert latest.version == 2

    def test_without_a_name_the_latest_counts(self, tmp_path: Path) -> None:
        opened = open_workbook(write(tmp_path / "out", portfolio()))
        opened.freeze("z", "2025-06", "2026-11-24")
        opened.freeze("a", "2025-07", "2026-11-25")
        found = opened.baseline()
        assert found is not None
        assert found.name == "a"

    def test_unknown_name_tells_those_there_are(self, tmp_path: Path) -> None:
        opened = open_workbook(write(tmp_path / "out", portfolio()))
        opened.freeze("before-pmo", "2025-06", "2026-11-24")
        with pytest.raises(ParameterError, match=r"no baseline 'before'.*before-pmo"):
            opened.baseline("before")

    def test_what_was_changed_since_is_refused(self, tmp_path: Path) -> None:
        opened = open_workbook(write(tmp_path / "out", portfolio()))
        opened.freeze("before", "2025-06", "2026-11-24")
        path = tmp_path / "out" / "baselines" / "before" / "1" / "D3.parquet"
        rows = pd.read_parquet(path)
        rows.assign(numerator=rows["numerator"] * 1.1).to_parquet(path)
        with pytest.raises(DataError, match="is not as it was frozen"):
            opened.baseline()

    def test_facts_name_version_hash_and_date(self, tmp_path: Path) -> None:
        opened = open_workbook(write(tmp_path / "out", portfolio()))
        made = opened.freeze("before", "2025-06", "2026-11-24")
        path = tmp_path / "out" / "baselines" / "before" / "1" / "baseline.json"
        facts = json.loads(path.read_text(encoding="utf-8"))
        assert facts["hash"] == made.hash()
        assert facts["frozen_on"] == "2026-11-24"
        assert facts["until"] == "2025-06"
        assert facts["data_hash"] == "abc123"
        assert facts["settings"]["tolerances"] == {"cost_share": 0.0, "schedule_days": 0}


class TestGrowing:
    """What could not be observed when it was frozen is added for the same month, and marked."""

    @pytest.fixture
    def first(self, tmp_path: Path) -> Baseline:
        given = {name: rows for name, rows in portfolio().items() if name != "baselines"}
        return open_workbook(write(tmp_path / "out", given)).freeze("b", "2025-06", "2026-10-01")

    @pytest.fixture
    def whole(self, first: Baseline, tmp_path: Path) -> Workbook:
        (tmp_path / "out" / "verdict.json").unlink()
        shutil.rmtree(tmp_path / "out" / "tables")
        return open_workbook(write(tmp_path / "out", portfolio()))

    def test_adds_what_is_there_now_with_the_day(self, first: Baseline, whole: Workbook) -> None:
        grown = whole.grow(first, "2026-11-01")
        assert first.unmeasured["D1"] == "needs baselines.csv"
        assert grown.added["D1"] == "2026-11-01"
        expected = observe(CATALOGUE["D1"], View(portfolio(), "2025-06", settings()))
        assert_frame_equal(grown.observations["D1"], expected.reset_index(drop=True))
        assert not set(grown.unmeasured) & set(grown.observations)

    def test_keeps_what_was_frozen_and_its_hash(self, first: Baseline, whole: Workbook) -> None:
        grown = whole.grow(first, "2026-11-01")
        assert grown.hash() == first.hash()
        assert grown.hash(whole=True) != first.hash(whole=True) == first.hash()
        assert {k: grown.observations[k] is first.observations[k] for k in first.observations} == (
            dict.fromkeys(first.observations, True)
        )

    def test_comes_back_from_its_files(self, first: Baseline, whole: Workbook) -> None:
        grown, back = whole.grow(first, "2026-11-01"), whole.baseline("b")
        assert back is not None
        assert (back.added, back.unmeasured) == (grown.added, grown.unmeasured)
        assert back.hash(whole=True) == grown.hash(whole=True)

    def test_is_done_once(self, first: Baseline, whole: Workbook, tmp_path: Path) -> None:
        grown = whole.grow(first, "2026-11-01")
        assert whole.grow(grown, "2026-12-01") is grown
        added = tmp_path / "out" / "baselines" / "b" / "1" / "added"
        assert [path.name for path in added.iterdir()] == ["1"]

    def test_is_what_freezing_again_does(self, whole: Workbook) -> None:
        few = replace(whole, tables={"projects": portfolio()["projects"]})
        only = {name: kpi for name, kpi in CATALOGUE.items() if not kpi.optional_tables}
        with pytest.MonkeyPatch.context() as patch:
            for name in set(CATALOGUE) - set(only):
                patch.delitem(CATALOGUE, name)
            first = few.freeze("c", "2025-06", "2026-10-01")
            again = whole.freeze("c", "2025-06", "2026-11-01", again=True)
        assert (again.version, again.hash()) == (1, first.hash())
        assert again.added["D1"] == "2026-11-01"

    def test_waits_where_settings_are_others(self, first: Baseline, whole: Workbook) -> None:
        other = replace(whole, settings=settings(tolerances={"schedule_days": 5}))
        assert other.grow(first, "2026-11-01") is first

    def test_addition_that_was_changed_is_refused(
        self, first: Baseline, whole: Workbook, tmp_path: Path
    ) -> None:
        whole.grow(first, "2026-11-01")
        path = tmp_path / "out" / "baselines" / "b" / "1" / "added" / "1" / "D1.parquet"
        pd.read_parquet(path).iloc[1:].to_parquet(path)
        with pytest.raises(DataError, match="is not as it was frozen"):
            whole.baseline("b")


class TestWithheld:
    def test_tables_and_their_kpis_are_not_frozen(self) -> None:
        withheld = {"status_reports.rag": "is it so", "baselines": "too many"}
        found = freeze(
            View(portfolio(), "2025-06", settings(), withheld), "x", version=1, frozen_on="",
            data_hash="", workbook_version="",
        )  # fmt: skip
        used = {
            kpi_id: {*CATALOGUE[kpi_id].tables, *CATALOGUE[kpi_id].optional_tables}
            for kpi_id in found.observations
        }
        assert {k for k, names in used.items() if names & {"status_reports", "baselines"}} == set()
        assert found.unmeasured["D1"] == "too many"
        assert found.observations

    def test_where_nothing_can_be_observed_nothing_is_frozen(self, tmp_path: Path) -> None:
        facts = table_facts("projects", 100, 99)
        folder = write(tmp_path / "out", {"projects": portfolio()["projects"]})
        verdict = json.loads((folder / "verdict.json").read_text("utf-8"))
        verdict["tables"]["projects"] = facts
        (folder / "verdict.json").write_text(json.dumps(verdict), "utf-8")
        with pytest.raises(DataError, match="no KPI can be observed"):
            open_workbook(folder).freeze("b", "2025-06", "2026-11-24")
        assert not (folder / "baselines").exists()

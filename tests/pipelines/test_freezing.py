"""Baselines of a job: kept where a report is made, grown later, never frozen twice."""

import shutil
from typing import Any

import pytest

from pipelines.progress import Progress
from pipelines.run import Request, run
from pmo_lib.engine.baseline import Baseline
from pmo_lib.errors import KeptError
from pmo_lib.workbook import open_workbook

ENTRY = "  - notebook: 01_baseline\n    parameters: {freeze: original}\n"


class Heard(Progress):
    def __init__(self) -> None:
        self.said: list[str] = []
        self.warned: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def warn(self, text: str) -> None:
        self.warned.append(text)


@pytest.fixture
def freezing(runs: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.delenv("CI", raising=False)
    runs.job.write_text(runs.job.read_text() + ENTRY)
    return runs


def heard(runs: Any) -> Heard:
    found = Heard()
    run(Request(str(runs.job), runs.raw, runs.out, {}, 1), found)
    return found


def frozen(runs: Any) -> Baseline:
    found = open_workbook(runs.out).baseline("original")
    assert found is not None
    return found


class TestFirst:
    def test_ends_before_the_report_so_that_it_is_compared(self, freezing: Any) -> None:
        freezing()
        assert frozen(freezing).until == "2025-05"  # of nine months

    def test_stays_where_it_is_in_later_months(self, freezing: Any) -> None:
        freezing(period="2025-08")
        before = frozen(freezing).facts()
        made = freezing()
        assert frozen(freezing).facts() == before
        (page,) = [item for item in made.records if item.name == "01_baseline"]
        assert page.parameters["until"] == before["until"]

    def test_is_taken_back_where_no_report_is_made(self, freezing: Any, instant: Any) -> None:
        freezing()
        instant.failing = set(instant.made)
        shutil.rmtree(freezing.out)
        freezing()
        assert not list((freezing.out / "baselines").rglob("*"))

    def test_stays_where_one_is(self, freezing: Any, instant: Any) -> None:
        instant.failing = {"01_baseline"}
        freezing()
        assert frozen(freezing).observations


class TestGrowing:
    def test_adds_what_a_new_table_gives_for_the_same_month(self, freezing: Any) -> None:
        table = (freezing.raw / "baselines.csv").read_text()
        (freezing.raw / "baselines.csv").unlink()
        freezing()
        first = frozen(freezing)
        assert first.unmeasured["D1"] == "needs baselines.csv"
        (freezing.raw / "baselines.csv").write_text(table)
        told = heard(freezing)
        grown = frozen(freezing)
        assert set(grown.added) == {"D1", "D2", "D3", "P12"}
        assert (grown.until, grown.hash()) == (first.until, first.hash())
        assert any("added to the baseline original" in text for text in told.said)
        assert not freezing().is_new

    def test_of_withheld_tables_waits(self, freezing: Any) -> None:
        freezing.change("2025-06-30,100000", "2025-06-31,100000", "baselines")
        freezing()
        assert "could not be read" in frozen(freezing).unmeasured["D1"]
        freezing.change("2025-06-31,100000", "2025-06-30,100000", "baselines")
        freezing()
        assert {"D1", "D2"} <= set(frozen(freezing).added)


class TestSecond:
    def test_is_refused_where_the_first_is_gone(self, freezing: Any) -> None:
        freezing()
        shutil.rmtree(freezing.out / "baselines")
        freezing.change("Apollo", "Artemis")
        with pytest.raises(KeptError, match="the baseline original, which the pack of September"):
            freezing()
        assert not (freezing.out / "baselines").exists()

    def test_is_frozen_by_force(self, freezing: Any) -> None:
        freezing()
        shutil.rmtree(freezing.out / "baselines")
        assert freezing(force=True).exit_code == 0
        assert frozen(freezing).version == 1

    def test_is_warned_of_where_a_machine_may_keep_nothing(
        self, freezing: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CI", "true")
        (text,) = heard(freezing).warned
        assert "without baselines/ the next run freezes another" in text
        freezing.change("Apollo", "Artemis")
        assert heard(freezing).warned == []

"""A baseline set after the start, or as things turned out, is no original."""

from typing import Any

import pandas as pd
import pytest

from builders.asking import changed, delivery, findings, mended, questions, withheld
from builders.tables import Tables, baseline, numbered, project, tables
from pipelines.questions import answered
from pmo_lib.contract.settings import Settings
from pmo_lib.engine.observe import results
from pmo_lib.engine.view import View

SET_LATE = "original_baseline baselines.approved_on"


def approved(day: str | None, **cells: Any) -> Tables:
    """One project from 1 January to 1 July, whose version 0 was approved on a day."""
    rows = [baseline(approved_on=day), baseline(version=1, approved_on="2026-05-01")]
    return tables(projects=[project(**cells)], baselines=rows)


@pytest.mark.parametrize(
    ("day", "cells", "is_late"),
    [
        ("2025-12-01", {}, False),
        ("2026-01-19", {}, False),  # a tenth of 181 days
        ("2026-01-20", {}, True),
        ("2026-07-01", {}, True),
        (None, {}, False),
        ("2026-03-01", {"started_on": None, "finished_on": "2026-03-01"}, True),
        ("2026-03-01", {"started_on": None, "finished_on": "2026-03-02"}, False),
    ],
)
def test_approved_so_late(day: str | None, cells: dict[str, Any], is_late: bool) -> None:
    found = findings(approved(day, **cells)).get(SET_LATE)
    assert (found is not None and found.mend is not None) == is_late


def test_approved_just_after_the_start_is_told_and_taken_for_it() -> None:
    (asked,) = findings(approved("2026-01-08")).values()
    assert "up to 7 days after work had begun, and is taken for it" in asked.question.asks
    assert asked.mend is None


def test_first_report_as_declared_is_no_late_approval() -> None:
    given = approved("2026-03-01")
    assert SET_LATE not in questions(given, baseline_definition="first report")


def test_late_ones_are_left_out_of_what_is_set_against_the_original_and_no_more() -> None:
    plans = numbered(9, baseline, approved_on="2025-12-01")
    plans[0]["approved_on"] = "2026-07-01"
    given = tables(projects=numbered(9, project, actual_cost=99.0), baselines=plans)
    (found,) = findings(given).values()
    assert "version 0 of 1 project" in found.question.asks
    left = mended(given, found)
    assert left["baselines"]["version"].tolist() == [1] + [0] * 8
    seen = View(left, "2026-09")
    told = {r.kpi_id: (r.n, r.missing) for r in results(seen, kpis=["D1", "D2", "D3", "D5"])}
    assert set(told.values()) == {(8, 1)}


class TestAsItTurnedOut:
    @staticmethod
    def given(n: int = 5, **cells: Any) -> Tables:
        days = [f"2026-0{1 + i % 6}-15" for i in range(n)]
        costs = [100.0 + i for i in range(n)]
        rows = numbered(n, project, finished_on=days, actual_cost=costs, started_on="2025-01-01")
        plan = {"finish": days, "cost": costs, "start": "2025-01-01"} | cells
        return tables(projects=rows, baselines=numbered(n, baseline, **plan))

    def test_all_just_as_planned(self) -> None:
        assert withheld(self.given()) == {"baselines.finish", "baselines.cost"}
        assert withheld(self.given(cost=90.0)) == {"baselines.finish"}
        assert withheld(self.given(finish="2026-01-01")) == {"baselines.cost"}

    def test_few_or_not_all_may_be(self) -> None:
        assert questions(self.given(4)) == {}
        costs = [100.0, 101.0, 102.0, 103.0, 104.5]
        assert questions(self.given(finish="2026-01-01", cost=costs)) == {}

    @pytest.mark.parametrize(("same", "asks"), [(9, False), (10, True)])
    def test_half_of_them_is_no_chance(self, same: int, asks: bool) -> None:
        costs = [100.0 + i + (i >= same) / 2 for i in range(20)]
        found = questions(self.given(20, finish="2026-01-01", cost=costs))
        assert set(found) == ({"plan_as_outcome baselines.cost"} if asks else set())
        if asks:
            assert "10 of 20 completed projects" in str(*found.values())

    @pytest.mark.parametrize(("same", "asks"), [(12, False), (16, True)])
    def test_many_do_end_on_the_planned_day(self, same: int, asks: bool) -> None:
        days = [f"2026-0{1 + i % 6}-{14 + (i >= same)}" for i in range(20)]
        rows = numbered(
            20, project, finished_on=[f"{d[:8]}14" for d in days], started_on="2025-01-01"
        )
        found = questions(tables(projects=rows, baselines=numbered(20, baseline, finish=days)))
        assert set(found) == ({"plan_as_outcome baselines.finish"} if asks else set())

    def test_half_at_the_end_of_a_month_or_at_a_round_sum_is(self) -> None:
        months = [f"2026-0{1 + i % 6}-01" for i in range(20)]
        plans = months[:15] + ["2025-12-31"] * 5
        rows = numbered(20, project, finished_on=months, started_on="2025-01-01")
        at_month_ends = tables(projects=rows, baselines=numbered(20, baseline, finish=plans))
        assert questions(at_month_ends) == {}
        costs = [1000.0 * (i + 1) for i in range(20)]
        rows = numbered(20, project, actual_cost=costs, finished_on="2026-07-02")
        plans = numbered(20, baseline, cost=[*costs[:15], *range(15_001, 15_006)])
        assert questions(tables(projects=rows, baselines=plans)) == {}

    def test_one_day_and_one_cost_for_all_says_nothing(self) -> None:
        rows = numbered(9, project, actual_cost=100.0)
        plans = numbered(9, baseline, cost=100.0, finish="2026-07-01")
        assert questions(tables(projects=rows, baselines=plans)) == {}


class TestFirstVersion:
    ONES = changed(delivery(), baselines__version=lambda versions: versions + 1)

    def test_without_a_version_0_baselines_are_withheld(self) -> None:
        (asked,) = questions(self.ONES).values()
        assert asked.withholds == ("baselines",)
        assert "150 of 150 begin with 1" in asked.asks

    def test_declared_1_is_the_original(self) -> None:
        assert questions(self.ONES, first_version=1) == {}
        found = answered(self.ONES, Settings(first_version=1))["baselines"]["version"]
        pd.testing.assert_series_equal(found, delivery()["baselines"]["version"])

    @pytest.mark.parametrize(
        ("of", "said"),
        [(1, "1 project of 150 has no version 0"), (40, "40 projects of 150 have no version 0")],
    )
    def test_of_some_is_told(self, of: int, said: str) -> None:
        given = delivery()
        some = given["baselines"]["project_id"].drop_duplicates().head(of)
        later = given["baselines"]["project_id"].isin(some)
        mixed = changed(given, baselines__version=lambda versions: versions + later.astype("Int64"))
        (asked,) = questions(mixed).values()
        assert asked.id == "first_version baselines.version"
        assert said in asked.asks
        assert asked.withholds == ()

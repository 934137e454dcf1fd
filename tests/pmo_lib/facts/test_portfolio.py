"""Who is completed, who in flight, and on which baseline, at a data date."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from builders.tables import baseline, frame, numbered, project, report
from pmo_lib.facts.portfolio import (
    comparable_cost,
    completed,
    current_baselines,
    in_flight,
    in_order,
    latest_reports,
    original_baselines,
    with_original,
    with_project,
)

DATA_DATE = pd.Timestamp("2026-09-30")


@pytest.mark.parametrize(
    ("cells", "is_completed", "is_in_flight"),
    [
        ({}, True, False),
        ({"finished_on": "2026-09-30"}, True, False),
        ({"finished_on": "2026-10-01"}, False, True),
        ({"finished_on": None}, True, False),
        ({"finished_on": "2026-10-01", "started_on": None}, False, False),
        ({"status": "active", "finished_on": None}, False, True),
        ({"status": "active", "finished_on": None, "started_on": None}, False, True),
        ({"status": "active", "finished_on": None, "started_on": "2026-10-01"}, False, False),
        ({"status": "on_hold", "finished_on": None}, False, True),
        ({"status": "cancelled"}, False, False),
        ({"status": "cancelled", "finished_on": "2026-10-01"}, False, True),
        ({"status": "cancelled", "finished_on": None}, False, False),
        ({"status": "proposed", "started_on": None, "finished_on": None}, False, False),
        ({"status": None, "finished_on": None}, False, False),
    ],
)
def test_state_at_the_data_date(
    cells: dict[str, Any], is_completed: bool, is_in_flight: bool
) -> None:
    projects = frame("projects", [project(**cells)])
    assert (len(completed(projects, DATA_DATE)) == 1) == is_completed
    assert (len(in_flight(projects, DATA_DATE)) == 1) == is_in_flight


def test_finished_project_is_not_in_flight_whatever_its_status_says() -> None:
    projects = frame("projects", [project(status="active", finished_on="2026-07-01")])
    assert len(in_flight(projects, DATA_DATE)) == 0


@pytest.mark.parametrize("period", ["2025-12", "2026-03", "2026-09"])
def test_nobody_is_both(period: str) -> None:
    finishes = ["2026-01-31", "2026-03-31", "2026-04-01", None]
    projects = frame("projects", numbered(4, project, finished_on=finishes))
    date = pd.Period(period, freq="M").end_time.normalize()
    both = set(completed(projects, date)["project_id"]) & set(
        in_flight(projects, date)["project_id"]
    )
    assert both == set()


def test_original_baseline_is_version_0() -> None:
    rows = [baseline(version=2, cost=3.0), baseline(cost=1.0), baseline("p2", version=1)]
    found = original_baselines(frame("baselines", rows))
    assert list(zip(found["project_id"], found["cost"], strict=True)) == [("p1", 1.0)]


def test_project_without_an_original_baseline_stays_with_gaps() -> None:
    projects = frame("projects", numbered(2, project))
    found = with_original(projects, frame("baselines", [baseline(), baseline("p2", version=1)]))
    assert list(found["project_id"]) == ["p1", "p2"]
    assert found[["start", "finish", "cost"]].isna().all(axis=1).tolist() == [False, True]


class TestLatestReports:
    def found(self, *rows: dict[str, Any]) -> pd.DataFrame:
        """Of each project the month and value of its last report, as told of 2026-09."""
        reports = frame("status_reports", rows)
        seen = reports[["project_id"]].drop_duplicates().assign(data_date=DATA_DATE)
        found = latest_reports(seen, reports, ["earned_value"])
        return found.assign(project_id=seen["project_id"]).dropna()

    def test_is_the_last_up_to_the_period(self) -> None:
        found = self.found(*(report(period=p, earned_value=float(p[-2:]))
                             for p in ("2026-08", "2026-10", "2026-09", "2026-07")))  # fmt: skip
        assert list(found["earned_value"]) == [9.0]

    def test_passes_over_one_that_says_nothing(self) -> None:
        found = self.found(report(period="2026-08", earned_value=8.0), report())
        assert list(found["period"]) == ["2026-08"]

    @pytest.mark.parametrize("raters", [("owner", "independent"), ("independent", "owner")])
    def test_prefers_the_owner(self, raters: tuple[str, str]) -> None:
        values = {"owner": 1.0, "independent": 2.0}
        found = self.found(*(report(rated_by=r, earned_value=values[r]) for r in raters))
        assert list(found["earned_value"]) == [1.0]

    def test_is_one_a_project(self) -> None:
        found = self.found(*(report(p, earned_value=1.0) for p in ("b", "a", "b", "a")))
        assert sorted(found["project_id"]) == ["a", "b"]

    def test_older_than_three_months_is_none(self) -> None:
        ages = [
            report("p1", "2026-07", earned_value=1.0),
            report("p2", "2026-06", earned_value=1.0),
        ]
        assert list(self.found(*ages)["project_id"]) == ["p1"]


class TestCurrentBaselines:
    def test_is_the_last_approved_by_the_data_date(self) -> None:
        rows = [
            baseline("p1", version=2, approved_on="2026-10-01"),
            baseline("p1", version=1, approved_on="2026-09-30"),
            baseline("p1", approved_on="2026-01-01"),
            baseline("p2", approved_on=None),
            baseline("p3", approved_on="2026-10-01"),
        ]
        seen = pd.DataFrame({"project_id": ["p3", "p2", "p1"], "data_date": DATA_DATE})
        found = current_baselines(seen, frame("baselines", rows))
        assert found["version"].fillna(-1).tolist() == [-1, 0, 1]

    def test_cost_of_nothing_or_in_other_prices_is_none(self) -> None:
        rows = numbered(
            4, baseline, cost=[5.0, 0.0, 6.0, None], price_base=[2026, 2026, 2020, None]
        )
        table = frame("baselines", rows)
        assert comparable_cost(table, 2026).fillna(-1).tolist() == [5, -1, -1, -1]
        assert comparable_cost(table, 0).fillna(-1).tolist() == [5, -1, 6, -1]


KEYS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["2025-12", "2026-01", "2026-02"]),
              st.sampled_from(["independent", "owner"])),
    max_size=12,
)  # fmt: skip


class TestInOrder:
    @given(keys=KEYS)
    def test_is_as_sorted(self, keys: list[tuple[str, str, str]]) -> None:
        rows = [report(name, period, rated_by=rater) for name, period, rater in keys]
        found = in_order(frame("status_reports", rows))
        names = [found[column] for column in ("project_id", "period", "rated_by")]
        assert list(zip(*names, strict=True)) == sorted(keys)

    def test_leaves_alone_what_is_in_order(self) -> None:
        rows = [report("a", "2026-01"), report("a", "2026-02"), report("b", "2026-01")]
        table = frame("status_reports", rows)
        assert in_order(table) is table


class TestWithProject:
    @given(ids=st.lists(st.sampled_from(["p1", "p2", "p3", "unknown"]), max_size=12))
    def test_looks_each_row_up(self, ids: list[str]) -> None:
        cells = {"department": ["A", "B", "C"], "finished_on": ["2026-01-01", None, None]}
        projects = frame("projects", numbered(3, project, **cells))
        rows = pd.DataFrame({"project_id": pd.Series(ids, dtype="str")})
        rows.index += 5
        found = with_project(rows, projects, cells)
        expected = rows.merge(projects[["project_id", *cells]], on="project_id", how="left")
        assert_frame_equal(found, expected.set_axis(rows.index))
        assert list(rows.columns) == ["project_id"]

    def test_without_projects_all_is_missing(self) -> None:
        rows = pd.DataFrame({"project_id": pd.Series(["p1"], dtype="str")})
        found = with_project(rows, frame("projects", []))
        assert found["department"].isna().all()

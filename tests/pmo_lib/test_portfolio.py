"""Who is completed, who in flight, and on which baseline, at a data date."""

from typing import Any

import pandas as pd
import pytest
from handmade import baseline, frame, numbered, project, report

from pmo_lib.portfolio import (
    completed,
    in_flight,
    latest_reports,
    original_baselines,
    with_original,
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
        return latest_reports(frame("status_reports", rows), "2026-09", ["earned_value"])

    def test_is_the_last_up_to_the_period(self) -> None:
        found = self.found(*(report(period=p, earned_value=float(p[-2:]))
                             for p in ("2026-08", "2026-10", "2026-09", "2026-07")))  # fmt: skip
        assert list(found["earned_value"]) == [9.0]

    def test_passes_over_one_that_says_nothing(self) -> None:
        found = self.found(report(period="2026-08", earned_value=8.0), report())
        assert list(found["period"]) == ["2026-08"]

    @pytest.mark.parametrize("raters", [("owner", "independent"), ("independent", "owner")])
    def test_prefers_the_owner(self, raters: tuple[str, str]) -> None:
        found = self.found(*(report(rated_by=rater, earned_value=1.0) for rater in raters))
        assert list(found["rated_by"]) == ["owner"]

    def test_is_one_a_project(self) -> None:
        found = self.found(*(report(p, earned_value=1.0) for p in ("b", "a", "b", "a")))
        assert sorted(found["project_id"]) == ["a", "b"]

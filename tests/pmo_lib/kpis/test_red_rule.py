"""Red by rule: each criterion at its edge, and what cannot be judged."""

from typing import Any

import pandas as pd
import pytest

from builders.portfolio import portfolio
from builders.tables import Row, baseline, frame, open_project, project, report
from pmo_lib.contract.settings import RedRule
from pmo_lib.kpis.red_rule import CRITERIA, is_red, month_ends, red_by_rule


def judged(
    reports: list[Row],
    projects: list[Row] | None = None,
    baselines: list[Row] | None = None,
    milestones: list[Row] | None = None,
    **rule: Any,
) -> pd.DataFrame:
    rows = frame("status_reports", reports)
    return red_by_rule(
        rows,
        frame("projects", [open_project()] if projects is None else projects),
        rows,
        RedRule(**rule),
        None if baselines is None else frame("baselines", baselines),
        None if milestones is None else frame("milestones", milestones),
    )


def milestone(**cells: Any) -> Row:
    return {"project_id": "p1", "milestone_id": "M1", "baseline_date": "2026-08-31"} | cells


class TestCost:
    @pytest.mark.parametrize(
        ("earned", "spent", "red"),
        [(89.0, 100.0, 1), (90.0, 100.0, 0), (0.09, 0.1, 0), (0.0, 100.0, 1), (10.0, 0.0, None),
         (None, 100.0, None), (90.0, None, None)],
    )  # fmt: skip
    def test_below_the_index(self, earned: Any, spent: Any, red: float | None) -> None:
        (found,) = judged([report(earned_value=earned, actual_cost=spent)])["cpi"]
        assert (None if pd.isna(found) else found) == red

    def test_limit_is_a_setting(self) -> None:
        rows = [report(earned_value=95.0, actual_cost=100.0)]
        assert list(judged(rows)["cpi"]) == [0]
        assert list(judged(rows, cpi_below=0.96)["cpi"]) == [1]


class TestSchedule:
    PLAN = [report(period=f"2026-0{month}", planned_value=10.0 * month) for month in range(1, 9)]  # noqa: RUF012

    @pytest.mark.parametrize(("earned", "red"), [(62.0, 1), (63.0, 1), (72.0, 0), (None, None)])
    def test_of_eight_months_below_nine_tenths(self, earned: Any, red: float | None) -> None:
        rows = [*self.PLAN[:-1], report(period="2026-08", planned_value=80.0, earned_value=earned)]
        found = judged(rows)["spi_t"].iloc[-1]
        assert (None if pd.isna(found) else found) == red

    def test_several_reports_of_a_project_are_judged_each_in_its_month(self) -> None:
        rows = [
            report(period="2026-01", planned_value=10.0, earned_value=10.0),
            report(period="2026-02", planned_value=20.0, earned_value=11.0),
            report(period="2026-03", planned_value=30.0, earned_value=30.0),
        ]
        assert list(judged(rows)["spi_t"]) == [0, 1, 0]

    def test_without_a_plan_a_start_or_a_month_of_work_it_is_not_judged(self) -> None:
        value = {"planned_value": 10.0, "earned_value": 1.0}
        assert judged([report(earned_value=1.0)])["spi_t"].isna().all()
        no_start = [open_project(started_on=None)]
        assert judged([report(**value)], no_start)["spi_t"].isna().all()
        late_start = [open_project(started_on="2026-10-01")]
        assert judged([report(**value)], late_start)["spi_t"].isna().all()


class TestMilestones:
    @pytest.mark.parametrize(
        ("period", "cells", "red"),
        [
            ("2026-09", {}, 0),  # 30 days
            ("2026-10", {}, 1),  # 61 days
            ("2026-10", {"actual_date": "2026-10-31"}, 0),
            ("2026-10", {"actual_date": "2026-11-01"}, 1),
            ("2026-08", {}, 0),
        ],
    )
    def test_is_overdue_at_the_end_of_the_month(self, period: str, cells: Row, red: float) -> None:
        found = judged([report(period=period)], milestones=[milestone(**cells)])
        assert list(found["milestone"]) == [red]

    def test_one_of_several_is_enough(self) -> None:
        rows = [milestone(), milestone(milestone_id="M2", baseline_date="2026-01-01")]
        assert list(judged([report()], milestones=rows)["milestone"]) == [1]

    def test_without_a_planned_date_or_of_another_project_it_is_not_judged(self) -> None:
        for rows in ([milestone(baseline_date=None)], [milestone(project_id="p2")], [], None):
            assert judged([report()], milestones=rows)["milestone"].isna().all()


class TestFinish:
    @pytest.mark.parametrize(
        ("finish", "cells", "red"),
        [
            ("2026-08-31", {}, 0),  # 30 days
            ("2026-08-30", {}, 1),
            ("2026-01-01", {"status": "completed", "finished_on": "2026-09-30"}, 0),
            ("2026-01-01", {"status": "completed", "finished_on": "2026-10-01"}, 1),
            ("2026-01-01", {"status": None}, 1),  # it reports, so it has not ended
            ("2026-01-01", {"status": "completed"}, None),  # nobody knows when
            ("2026-01-01", {"status": "cancelled"}, None),
            (None, {}, None),
        ],
    )
    def test_has_passed_while_not_finished(
        self, finish: Any, cells: Row, red: float | None
    ) -> None:
        rows = [baseline(finish=finish), baseline(version=1, finish="2030-01-01")]
        found = judged([report()], [open_project(**cells)], rows)["finish"].iloc[0]
        assert (None if pd.isna(found) else found) == red

    @pytest.mark.parametrize(("earned", "red"), [(99.0, 1), (100.0, 1), (150.0, 0), (None, 1)])
    def test_is_past_once_the_whole_of_the_largest_budget_is_earned(
        self, earned: Any, red: float
    ) -> None:
        rows = [baseline(finish="2026-01-01"), baseline(version=1, cost=150.0)]
        assert list(judged([report(earned_value=earned)], baselines=rows)["finish"]) == [red]


class TestAllEarned:
    def test_project_that_waits_to_be_closed_is_not_red(self) -> None:
        months = [f"2026-0{month}" for month in range(1, 10)]
        value = {"planned_value": 100.0, "earned_value": 100.0, "actual_cost": 100.0}
        rows = [report(period=month, **value) for month in months]
        found = judged(rows, baselines=[baseline(finish="2026-01-31")])
        assert found.drop(columns="milestone").eq(0).all(axis=None)


class TestRed:
    def test_any_criterion_makes_it_red_and_none_leaves_it_open(self) -> None:
        criteria = pd.DataFrame(
            [(0, 0, 1, 0), (0, None, None, 0), (None, None, None, 1), (None,) * 4],
            columns=CRITERIA, dtype="float64",
        )  # fmt: skip
        assert list(is_red(criteria).fillna(-1)) == [1, 0, 1, -1]

    def test_report_on_an_unknown_project_is_judged_by_its_cost_alone(self) -> None:
        found = judged([report("nobody", earned_value=1.0, actual_cost=9.0, planned_value=5.0)])
        assert found.iloc[0].fillna(-1).to_list() == [1, -1, -1, -1]

    def test_index_and_order_of_the_reports_are_kept(self) -> None:
        tables = portfolio()
        reports = tables["status_reports"].sample(40, random_state=1)
        arguments = (tables["projects"], tables["status_reports"], RedRule(), tables["baselines"])
        found = red_by_rule(reports, *arguments)
        assert list(found.index) == list(reports.index)
        one = red_by_rule(reports.iloc[[7]], *arguments)
        pd.testing.assert_frame_equal(found.iloc[[7]], one)

    def test_of_no_report(self) -> None:
        found = judged([], baselines=[], milestones=[])
        assert list(found.columns) == list(CRITERIA)
        assert is_red(found).empty

    def test_month_ends_in_leap_years(self) -> None:
        months = pd.Series(["2024-02", "2026-12"])
        assert list(month_ends(months)) == [pd.Timestamp("2024-02-29"), pd.Timestamp("2026-12-31")]

    def test_of_one_project(self) -> None:
        rows = [report(earned_value=1.0, actual_cost=1.0)]
        assert list(is_red(judged(rows, [project()]))) == [0]

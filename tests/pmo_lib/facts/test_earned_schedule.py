"""Earned schedule: published examples and the identities it must keep."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from builders import worked_cases as cases
from builders.tables import baseline, frame, open_project, report
from pmo_lib.facts.earned_schedule import Plans, earned_schedule, earned_schedule_months


def schedule(earned: float, times: Any, planned: Any) -> float:
    """Earned schedule on one plan."""
    points = (np.array(values, dtype="float64") for values in (times, planned))
    plans = Plans(*points, np.array([0, len(times)]))
    return float(earned_schedule(np.array([earned], dtype="float64"), np.array([0]), plans)[0])


@pytest.mark.parametrize("case", cases.parameters("earned_schedule", function="earned_schedule"))
def test_worked_case(case: dict[str, Any]) -> None:
    inputs, expected = case["inputs"], case["expected"]
    found = schedule(inputs["earned"], inputs["times"], inputs["planned"])
    actual_time, duration = inputs["actual_time"], inputs["times"][-1]
    known = {
        "es": found,
        "sv_t": found - actual_time,
        "spi_t": found / actual_time,
        "ieac_t": duration * actual_time / found if found else np.inf,
    }
    for name, value in expected.items():
        assert known[name] == pytest.approx(value, abs=case["tolerance"]), name


STEPS = st.lists(st.integers(1, 1000), min_size=1, max_size=24)
STEPS_WITH_PAUSES = st.lists(st.integers(0, 5), min_size=1, max_size=24).filter(any)


def plan(steps: list[int]) -> tuple[Any, Any]:
    """Times 0, 1, 2, … and the cumulative planned value."""
    planned = np.concatenate([[0.0], np.cumsum(steps, dtype="float64")])
    return np.arange(len(planned), dtype="float64"), planned


def one_by_one(earned: float, times: Any, planned: Any) -> float:
    """The formula in words, on one plan."""
    if earned >= planned[-1]:
        return float(min(at for at, pv in zip(times, planned, strict=True) if pv == planned[-1]))
    last = max(i for i, pv in enumerate(planned) if pv <= earned)
    share = (earned - planned[last]) / (planned[last + 1] - planned[last])
    return float(times[last] + share * (times[last + 1] - times[last]))


class TestIdentities:
    @given(steps=STEPS)
    def test_of_the_planned_value_is_its_time(self, steps: list[int]) -> None:
        times, planned = plan(steps)
        assert [schedule(pv, times, planned) for pv in planned] == list(times)

    @given(steps=STEPS_WITH_PAUSES, share=st.floats(0, 1.2), more=st.floats(0, 1.2))
    def test_never_falls_as_more_is_earned(
        self, steps: list[int], share: float, more: float
    ) -> None:
        times, planned = plan(steps)
        less, rest = sorted([share * planned[-1], more * planned[-1]])
        assert schedule(less, times, planned) <= schedule(rest, times, planned) + 1e-9

    @given(steps=STEPS_WITH_PAUSES, over=st.floats(1, 3))
    def test_all_or_more_earned_is_the_planned_duration(
        self, steps: list[int], over: float
    ) -> None:
        times, planned = plan(steps)
        whole = next(at for at, pv in zip(times, planned, strict=True) if pv == planned[-1])
        assert schedule(over * planned[-1], times, planned) == whole

    @given(steps=STEPS_WITH_PAUSES)
    def test_pause_in_the_plan_gives_its_last_month(self, steps: list[int]) -> None:
        times, planned = plan(steps)
        for earned in set(planned) - {planned[-1]}:
            last = max(at for at, pv in zip(times, planned, strict=True) if pv == earned)
            assert schedule(earned, times, planned) == last

    @given(steps=STEPS, share=st.floats(0, 1), scale=st.sampled_from([0.01, 100.0]))
    def test_unit_of_money_does_not_matter(
        self, steps: list[int], share: float, scale: float
    ) -> None:
        times, planned = plan(steps)
        earned = share * planned[-1]
        pounds = schedule(earned, times, planned)
        pence = schedule(earned * scale, times, planned * scale)
        assert pence == pytest.approx(pounds, abs=1e-6)

    @given(
        plans=st.lists(STEPS_WITH_PAUSES, min_size=1, max_size=5),
        asked=st.lists(st.tuples(st.integers(0, 4), st.floats(0, 130)), max_size=20),
    )
    def test_many_plans_and_questions_at_once_are_one_after_the_other(
        self, plans: list[list[int]], asked: list[tuple[int, float]]
    ) -> None:
        points = [plan(steps) for steps in plans]
        times, planned = (np.concatenate(part) for part in zip(*points, strict=True))
        first = np.cumsum([0, *(len(times) for times, _ in points)])
        which = np.array([at % len(plans) for at, _ in asked], dtype="int64")
        earned = np.array([value for _, value in asked])
        found = earned_schedule(earned, which, Plans(times, planned, first))
        expected = [one_by_one(ev, *points[at]) for ev, at in zip(earned, which, strict=True)]
        assert found.tolist() == pytest.approx(expected, abs=1e-12)


def months(
    earned: float | None, planned: dict[str, float | None], **project_cells: Any
) -> tuple[float, float]:
    """(earned schedule, actual months) of one project that began in July, seen in September."""
    rows = [report(period=period, planned_value=pv) for period, pv in planned.items()]
    projects = frame("projects", [open_project(started_on="2026-07-01") | project_cells])
    seen = projects.assign(period="2026-09", earned_value=earned)
    baselines = frame("baselines", [baseline(finish="2026-12-31", cost=100.0)])
    found = earned_schedule_months(seen, frame("status_reports", rows), baselines)
    return found["earned_schedule_months"].iloc[0], found["actual_months"].iloc[0]


class TestMonths:
    PLAN = {"2026-07": 10.0, "2026-08": 20.0, "2026-09": 40.0}  # noqa: RUF012

    def test_earned_as_planned_is_on_time(self) -> None:
        assert months(40.0, self.PLAN) == (3.0, 3.0)

    def test_month_without_a_planned_value_is_bridged(self) -> None:
        # from 10 in month 1 straight to 40 in month 3: 25 is half way
        plan = {"2026-07": 10.0, "2026-08": None, "2026-09": 40.0}
        assert months(25.0, plan) == (2.0, 3.0)

    def test_plan_that_falls_is_held_at_its_height(self) -> None:
        # 10, 30, 20 is read as 10, 30, 30; then on to 100 in month 6: 30 was planned by month 3
        plan = {"2026-07": 10.0, "2026-08": 30.0, "2026-09": 20.0}
        assert months(30.0, plan) == (3.0, 3.0)

    def test_ahead_of_the_plan_goes_on_to_the_original_finish(self) -> None:
        # from 40 in month 3 straight to 100 in month 6: 60 is a third of the way
        assert months(60.0, self.PLAN) == (pytest.approx(4.0), 3.0)

    def test_whole_budget_earned_early_is_the_planned_duration(self) -> None:
        assert months(100.0, self.PLAN) == (6.0, 3.0)

    @pytest.mark.parametrize(
        ("earned_then", "earned_now", "actual"),
        [(100.0, 100.0, 2.0), (99.95, 100.0, 2.0), (90.0, 100.0, 3.0), (100.0, 90.0, 3.0)],
        ids=["all in August", "all but a rounding", "all in September", "work was reopened"],
    )
    def test_actual_time_ends_when_all_is_earned(
        self, earned_then: float, earned_now: float, actual: float
    ) -> None:
        plan = zip(["2026-07", "2026-08", "2026-09"], [50.0, 100.0, 100.0],
                   [50.0, earned_then, earned_now], strict=True)  # fmt: skip
        rows = [report(period=p, planned_value=pv, earned_value=ev) for p, pv, ev in plan]
        seen = frame("projects", [open_project(started_on="2026-07-01")])
        seen = seen.assign(period="2026-09", earned_value=earned_now)
        ends = frame("baselines", [baseline(finish="2026-08-31", cost=100.0)])
        found = earned_schedule_months(seen, frame("status_reports", rows), ends)
        assert found["actual_months"].tolist() == [actual]

    def test_plan_before_the_start_is_not_on_the_time_axis(self) -> None:
        plan = {"2026-04": 5.0, "2026-05": 6.0} | self.PLAN
        assert months(15.0, plan) == (1.5, 3.0)

    def test_without_a_start_nothing_is_said(self) -> None:
        found, actual = months(10.0, self.PLAN, started_on=None)
        assert np.isnan([found, actual]).all()

    def test_without_earned_value_nothing_is_said(self) -> None:
        found, _ = months(None, self.PLAN)
        assert np.isnan(found)

    def test_without_a_plan_nothing_is_said(self) -> None:
        assert np.isnan(months(10.0, {"2026-07": None})[0])
        assert np.isnan(months(10.0, {"2026-04": 5.0})[0])  # before work began

    def test_budget_of_nothing_is_no_end(self) -> None:
        rows = [report(period=period, planned_value=pv) for period, pv in self.PLAN.items()]
        seen = frame("projects", [open_project(started_on="2026-07-01")] * 2)
        seen = seen.assign(period="2026-09", earned_value=[40.0, 41.0])
        nothing = frame("baselines", [baseline(finish="2026-12-31", cost=0.0)])
        found = earned_schedule_months(seen, frame("status_reports", rows), nothing)
        assert found["earned_schedule_months"].tolist() == pytest.approx([3.0, np.nan], nan_ok=True)

    def test_of_two_raters_the_owners_plan_counts(self) -> None:
        rows = [
            report(period="2026-07", planned_value=10.0),
            report(period="2026-07", planned_value=99.0, rated_by="independent"),
            report(period="2026-08", planned_value=20.0),
        ]
        seen = frame("projects", [open_project(started_on="2026-07-01")])
        seen = seen.assign(period="2026-08", earned_value=15.0)
        found = earned_schedule_months(seen, frame("status_reports", rows), None)
        assert found["earned_schedule_months"].tolist() == [1.5]


MONTHS = ["2026-05", "2026-06", "2026-07", "2026-08", "2026-09"]
REPORTS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]), st.sampled_from(MONTHS),
        st.sampled_from(["owner", "independent"]), st.none() | st.integers(0, 30).map(float),
    ),
    max_size=25, unique_by=lambda row: row[:3],
)  # fmt: skip
QUERIES = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "unknown"]), st.sampled_from(MONTHS),
        st.none() | st.integers(0, 40).map(float),
    ),
    max_size=12,
)  # fmt: skip
STARTS = {"a": "2026-05-20", "b": "2026-07-01", "c": None, "unknown": "2026-05-01"}


@given(rows=REPORTS, asked=QUERIES, costs=st.lists(st.integers(0, 40), max_size=3))
def test_questions_together_are_answered_as_each_by_itself(
    rows: list[Any], asked: list[Any], costs: list[int]
) -> None:
    plan = frame(
        "status_reports",
        [report(name, period, rated_by=by, planned_value=pv) for name, period, by, pv in rows],
    )
    ends = frame(
        "baselines",
        [baseline(name, finish="2026-10-31", cost=float(cost))
         for name, cost in zip("abc", costs, strict=False)],
    )  # fmt: skip
    starts = frame(
        "projects", [open_project(name, started_on=STARTS[name]) for name, _, _ in asked]
    )
    queries = starts.assign(
        period=pd.Series([period for _, period, _ in asked], dtype="str"),
        earned_value=pd.Series([earned for *_, earned in asked], dtype="float64"),
    )
    together = earned_schedule_months(queries, plan, ends)
    one_by_one = [earned_schedule_months(queries.loc[[at]], plan, ends) for at in queries.index]
    shuffled = earned_schedule_months(
        queries.iloc[::-1], plan.sample(frac=1, random_state=1), ends.iloc[::-1]
    )
    assert_frame_equal(together, pd.concat(one_by_one) if one_by_one else together)
    assert_frame_equal(together, shuffled.sort_index())
    said = together["earned_schedule_months"].dropna()
    assert (said >= 0).all()

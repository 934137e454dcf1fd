"""D6, D7 and D14 on tables small enough to work out by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.portfolio import portfolio
from builders.tables import baseline, numbered, open_project, report
from builders.views import view
from builders.whole import whole
from pmo_lib.engine.observe import observe_each, results
from pmo_lib.engine.result import KpiResult
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE


def only(kpi_id: str, seen: View) -> KpiResult:
    return results(seen, kpis=[kpi_id])[0]


class TestAgainstPlainPandas:
    def test_cost_performance(self) -> None:
        tables = portfolio()
        last = tables["status_reports"].query("period == '2026-09'").set_index("project_id")
        going = tables["projects"].query("status == 'active'")["project_id"]
        sums = last.loc[going, ["earned_value", "actual_cost"]].sum()
        expected = sums["earned_value"] / sums["actual_cost"]
        assert only("D6", View(tables, "2026-09")).value == pytest.approx(expected)

    def test_credibility_gap(self) -> None:
        tables = whole()
        needed = ["earned_value", "actual_cost", "estimate_at_completion"]
        reports = tables["status_reports"].query("'2026-07' <= period <= '2026-09'")
        last = reports.dropna(subset=needed).sort_values("period").groupby("project_id").last()
        budget = tables["baselines"].sort_values("version").groupby("project_id")["cost"].last()
        going = tables["projects"].query("status in ['active', 'on_hold']")["project_id"]
        seen = last.join(budget).reindex(going)
        forecast = seen["actual_cost"] * seen["cost"] / seen["earned_value"]
        expected = ((forecast - seen["estimate_at_completion"]) / seen["cost"]).median()
        assert only("D14", View(tables, "2026-09")).value == pytest.approx(expected)


class TestNothingToDivideBy:
    def test_nothing_spent_in_flight_is_undefined(self) -> None:
        seen = view(
            projects=numbered(3, open_project),
            status_reports=numbered(3, report, earned_value=5.0, actual_cost=0.0),
        )
        found = only("D6", seen)
        assert found.state == "undefined"
        assert "zero" in found.reason
        assert found.value != found.value

    def test_actual_time_of_no_months_is_missing(self) -> None:
        seen = view(
            projects=[open_project("p1", started_on="2026-09-01"), open_project("p2")],
            status_reports=[
                report("p1", "2026-08", planned_value=5.0, earned_value=5.0),
                report("p2", "2026-09", planned_value=5.0, earned_value=5.0),
            ],
        )
        assert (only("D7", seen).n, only("D7", seen).missing) == (1, 1)

    @pytest.mark.parametrize(
        "cells",
        [{"earned_value": 0.0}, {"actual_cost": 0.0}, {"estimate_at_completion": 0.0},
         {"estimate_at_completion": None}],
    )  # fmt: skip
    def test_no_cpi_or_no_forecast_is_no_gap(self, cells: dict[str, Any]) -> None:
        full = {"earned_value": 50.0, "actual_cost": 50.0, "estimate_at_completion": 90.0}
        seen = view(
            projects=numbered(2, open_project),
            baselines=numbered(2, baseline),
            status_reports=[report("p1", **full), report("p2", **(full | cells))],
        )
        found = only("D14", seen)
        assert (found.n, found.missing) == (1, 1)
        assert found.value == pytest.approx(0.1)

    def test_budget_of_nothing_or_in_other_prices_is_no_gap(self) -> None:
        seen = view(
            given={"price_base": 2026, "disclosure": {"too_few": 1}},
            projects=numbered(3, open_project),
            baselines=numbered(
                3, baseline, cost=[100.0, 0.0, 100.0], price_base=[2026, 2026, 2020]
            ),
            status_reports=numbered(
                3, report, earned_value=50.0, actual_cost=50.0, estimate_at_completion=90.0
            ),
        )
        assert (only("D14", seen).n, only("D14", seen).missing) == (1, 2)


class TestRepeatedReports:
    @pytest.mark.parametrize("kpi_id", ["D6", "D7", "D14"])
    def test_report_given_twice_counts_once(self, kpi_id: str) -> None:
        tables = whole()
        once = only(kpi_id, View(tables, "2026-09"))
        tables["status_reports"] = pd.concat([tables["status_reports"]] * 2, ignore_index=True)
        # as text: a missing baseline is no equal of itself
        assert repr(only(kpi_id, View(tables, "2026-09"))) == repr(once)


class TestScheduleWithoutBaselines:
    def test_project_ahead_of_its_reported_plan_is_left_out_and_told(self) -> None:
        rows = {
            "projects": numbered(2, open_project, started_on="2026-09-01"),
            "status_reports": numbered(2, report, planned_value=10.0, earned_value=[5.0, 11.0]),
        }
        found = only("D7", view(**rows))
        assert (found.value, found.n, found.missing) == (0.5, 1, 1)
        planned = numbered(2, baseline, start="2026-09-01", finish="2026-11-30", cost=30.0)
        found = only("D7", view(baselines=planned, **rows))
        # the second: 1 + (11 - 10) / (30 - 10) x 2 months = 1.1
        assert (found.value, found.n) == (pytest.approx((0.5 + 1.1) / 2), 2)

    def test_withheld_baselines_are_not_used(self) -> None:
        seen = view(
            projects=[open_project(started_on="2026-09-01")],
            status_reports=[report(planned_value=10.0, earned_value=11.0)],
            baselines=[baseline(start="2026-09-01", finish="2026-11-30", cost=30.0)],
        )
        without = View(seen.tables, seen.period, seen.settings, {"baselines": "too many rejected"})
        assert only("D7", seen).state == "measured"
        assert only("D7", without).state == "undefined"


@given(steps=st.lists(st.integers(1, 1000), min_size=1, max_size=18), late=st.integers(0, 12))
def test_at_completion_the_index_in_money_is_1_and_that_in_time_is_not(
    steps: list[int], late: int
) -> None:
    """As planned until its last month, the last of the work then so many months late."""
    planned = np.cumsum(steps, dtype="float64")
    periods = [str(p) for p in pd.period_range(end="2026-09", periods=len(steps) + late, freq="M")]
    values = [*planned, *[planned[-1]] * late]
    rows = [report(period=p, planned_value=pv) for p, pv in zip(periods, values, strict=True)]
    rows[-1] |= {"earned_value": planned[-1], "actual_cost": 1.0}
    end = pd.Period(periods[len(steps) - 1], freq="M").end_time.normalize()
    seen = view(
        projects=[open_project(started_on=f"{periods[0]}-10")],
        baselines=[baseline(finish=end, cost=planned[-1])],
        status_reports=rows,
    )
    assert rows[-1]["earned_value"] / rows[-1]["planned_value"] == 1
    assert only("D7", seen).value == pytest.approx(len(steps) / (len(steps) + late))


@given(steps=st.lists(st.integers(1, 1000), min_size=1, max_size=18))
def test_earned_as_planned_is_on_time_in_every_month(steps: list[int]) -> None:
    periods = [str(p) for p in pd.period_range("2025-01", periods=len(steps), freq="M")]
    planned = np.cumsum(steps, dtype="float64")
    rows = [
        report(period=p, planned_value=pv, earned_value=pv)
        for p, pv in zip(periods, planned, strict=True)
    ]
    seen = view(periods[-1], projects=[open_project(started_on="2025-01-31")], status_reports=rows)
    units = observe_each(CATALOGUE["D7"], seen, periods)
    assert units["period"].tolist() == periods
    assert (units["numerator"] == units["denominator"]).all()

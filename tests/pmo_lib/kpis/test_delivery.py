"""D1 to D7 on tables small enough to work out by hand."""

from typing import Any

import pandas as pd
import pytest
import worked_cases as cases
from handmade import baseline, numbered, open_project, portfolio, project, report, view

from pmo_lib.engine import View, results
from pmo_lib.result import KpiResult


def only(kpi_id: str, seen: View) -> KpiResult:
    return results(seen, kpis=[kpi_id])[0]


@pytest.mark.parametrize("case", cases.of_kpis("D1", "D2", "D3", "D4", "D5", "D6", "D7"))
def test_worked_case(case: dict[str, Any]) -> None:
    cases.check_kpi(case)


@pytest.fixture(scope="module")
def done() -> pd.DataFrame:
    tables = portfolio()
    done = tables["projects"].query("status == 'completed' and finished_on >= '2023-10-01'")
    return done.set_index("project_id").join(
        tables["baselines"].set_index("project_id")[["start", "finish", "cost"]]
    )


class TestAgainstPlainPandas:
    """The same figures by other words, on the portfolio of three departments."""

    def test_on_time(self, done: pd.DataFrame) -> None:
        expected = (done["finished_on"] <= done["finish"]).mean()
        assert only("D1", View(portfolio(), "2026-09")).value == pytest.approx(expected)

    def test_on_budget(self, done: pd.DataFrame) -> None:
        expected = (done["actual_cost"] <= done["cost"]).mean()
        assert only("D2", View(portfolio(), "2026-09")).value == pytest.approx(expected)

    def test_median_cost_overrun(self, done: pd.DataFrame) -> None:
        expected = (done["actual_cost"] / done["cost"]).median() - 1
        assert only("D3", View(portfolio(), "2026-09")).value == pytest.approx(expected)

    def test_tail(self, done: pd.DataFrame) -> None:
        expected = (done["actual_cost"] / done["cost"] >= 1.5).mean()
        assert only("D4", View(portfolio(), "2026-09")).value == pytest.approx(expected)

    def test_schedule_overrun(self, done: pd.DataFrame) -> None:
        took, planned = done["finished_on"] - done["started_on"], done["finish"] - done["start"]
        expected = (took / planned).median() - 1
        assert only("D5", View(portfolio(), "2026-09")).value == pytest.approx(expected)

    def test_cost_performance(self) -> None:
        tables = portfolio()
        last = tables["status_reports"].query("period == '2026-09'").set_index("project_id")
        going = tables["projects"].query("status == 'active'")["project_id"]
        sums = last.loc[going, ["earned_value", "actual_cost"]].sum()
        expected = sums["earned_value"] / sums["actual_cost"]
        assert only("D6", View(tables, "2026-09")).value == pytest.approx(expected)


class TestPriceBase:
    ROWS = {  # noqa: RUF012
        "projects": numbered(3, project, actual_cost=[90.0, 120.0, 150.0]),
        "baselines": numbered(3, baseline, price_base=[2020, None, 2026]),
    }

    @pytest.mark.parametrize("kpi_id", ["D2", "D3", "D4"])
    def test_other_prices_are_left_out_and_told(self, kpi_id: str) -> None:
        given = {"price_base": 2026, "disclosure": {"too_few": 1}}
        found = only(kpi_id, view(given=given, **self.ROWS))
        assert (found.n, found.missing) == (2, 1)
        assert "1 of 3 left out" in found.reason

    def test_without_a_price_base_all_prices_are_taken_as_the_same(self) -> None:
        found = only("D3", view(**self.ROWS))
        assert (found.value, found.n, found.missing) == (pytest.approx(0.2), 3, 0)

    def test_dates_do_not_depend_on_prices(self) -> None:
        given = {"price_base": 1999, "disclosure": {"too_few": 1}}
        assert only("D1", view(given=given, **self.ROWS)).n == 3


class TestZeroDenominators:
    def test_cost_planned_at_nothing_is_missing_not_infinite(self) -> None:
        seen = view(
            projects=numbered(2, project), baselines=numbered(2, baseline, cost=[0.0, 100.0])
        )
        found = only("D3", seen)
        assert (found.value, found.n, found.missing) == (0.0, 1, 1)

    def test_nothing_spent_in_flight_is_undefined(self) -> None:
        seen = view(
            projects=numbered(3, open_project),
            status_reports=numbered(3, report, earned_value=5.0, actual_cost=0.0),
        )
        found = only("D6", seen)
        assert found.state == "undefined"
        assert "zero" in found.reason
        assert found.value != found.value

    def test_completed_at_no_cost_is_a_cost_that_nobody_entered(self) -> None:
        seen = view(
            projects=numbered(5, project, actual_cost=[0.0, 90.0, 100.0, 110.0, 200.0]),
            baselines=numbered(5, baseline),
        )
        for kpi_id in ("D2", "D3", "D4"):
            found = only(kpi_id, seen)
            assert (found.n, found.missing) == (4, 1)

    def test_finished_on_the_day_of_its_start_leaves_no_geometric_mean(self) -> None:
        seen = view(
            projects=numbered(2, project, finished_on=["2026-01-01", "2026-07-01"]),
            baselines=numbered(2, baseline),
        )
        median, geometric, _ = results(seen, kpis=["D5"])
        assert (median.value, median.state) == (-0.5, "measured")
        assert geometric.state == "undefined"
        assert "zero" in geometric.reason

    def test_actual_time_of_no_months_is_missing(self) -> None:
        seen = view(
            projects=[open_project("p1", started_on="2026-09-01"), open_project("p2")],
            status_reports=[
                report("p1", "2026-08", planned_value=5.0, earned_value=5.0),
                report("p2", "2026-09", planned_value=5.0, earned_value=5.0),
            ],
        )
        assert (only("D7", seen).n, only("D7", seen).missing) == (1, 1)


class TestTailBoundary:
    @pytest.mark.parametrize(
        "cost",
        [0.10, 0.14, 10.02, 1000.08, 1000.10],
    )
    def test_half_as_much_again_is_in_the_tail_in_pounds_and_pence(self, cost: float) -> None:
        spent = round(cost * 150) / 100  # exactly half as much again, to the penny
        assert spent * 100 == pytest.approx(cost * 150, abs=1e-6)
        seen = view(projects=[project(actual_cost=spent)], baselines=[baseline(cost=cost)])
        assert only("D4", seen).value == 1.0

    def test_a_penny_less_is_not(self) -> None:
        seen = view(projects=[project(actual_cost=1499.99)], baselines=[baseline(cost=1000.0)])
        assert only("D4", seen).value == 0.0


class TestRepeatedReports:
    @pytest.mark.parametrize("kpi_id", ["D6", "D7"])
    def test_report_given_twice_counts_once(self, kpi_id: str) -> None:
        tables = portfolio()
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

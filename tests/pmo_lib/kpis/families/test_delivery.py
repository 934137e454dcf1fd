"""D1 to D5 and D8 on tables small enough to work out by hand."""

import pandas as pd
import pytest

from builders.portfolio import portfolio
from builders.tables import baseline, numbered, open_project, project
from builders.views import view
from builders.whole import whole
from pmo_lib.engine.observe import results
from pmo_lib.engine.result import KpiResult
from pmo_lib.engine.view import View


def only(kpi_id: str, seen: View) -> KpiResult:
    return results(seen, kpis=[kpi_id])[0]


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


class TestRebaselining:
    def test_agrees_with_plain_pandas(self) -> None:
        tables = whole()
        going = tables["projects"].query("status in ['active', 'on_hold']")
        versions = tables["baselines"].merge(going[["project_id"]], on="project_id")
        first, again = versions.query("version == 0"), versions.query("version > 0")
        years = (pd.Timestamp("2026-09-30") - first["approved_on"]).dt.days.sum() / 365.25
        rate, _ = results(View(tables, "2026-09"), kpis=["D8"])
        # those whose status nobody knows are not in flight
        assert rate.value == pytest.approx(len(again) / years)
        assert rate.n == len(first)

    def test_other_prices_are_no_drift(self) -> None:
        rows = {
            "projects": numbered(2, open_project),
            "baselines": [
                baseline("p1", price_base=2026, approved_on="2026-01-01"),
                baseline("p1", version=1, cost=130.0, price_base=2026, approved_on="2026-02-01"),
                baseline("p2", price_base=2020, approved_on="2026-01-01"),
                baseline("p2", version=1, cost=999.0, price_base=2026, approved_on="2026-02-01"),
            ],
        }
        given = {"price_base": 2026, "disclosure": {"too_few": 1}}
        rate, drift = results(view(given=given, **rows), kpis=["D8"])
        assert (rate.n, drift.n) == (2, 1)
        assert drift.value == pytest.approx(0.3)
        assert "1 of 2 left out of it" in drift.reason

    def test_original_approved_after_the_data_date_counts_from_the_start(self) -> None:
        seen = view(
            projects=[open_project(started_on="2026-03-31")],
            baselines=[baseline(approved_on="2026-12-01"), baseline(version=1)],
        )
        assert only("D8", seen).value == pytest.approx(365.25 / 183)

    def test_neither_approval_nor_start_is_left_out(self) -> None:
        seen = view(
            projects=numbered(2, open_project, started_on=[None, "2026-01-01"]),
            baselines=numbered(2, baseline, approved_on=[None, "2026-01-01"]),
        )
        assert (only("D8", seen).n, only("D8", seen).missing) == (1, 1)

    def test_no_original_baseline_at_all_is_undefined(self) -> None:
        later = baseline(version=1, approved_on="2026-02-01")
        assert only("D8", view(projects=[open_project()], baselines=[later])).state == "undefined"

    def test_versions_whose_approval_nobody_dated_at_all_say_nothing(self) -> None:
        seen = view(projects=[open_project()], baselines=[baseline()])
        assert only("D8", seen).state == "not measured"
        assert "approved_on in baselines.csv" in only("D8", seen).reason

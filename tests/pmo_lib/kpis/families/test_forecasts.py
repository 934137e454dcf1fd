"""D11 and D12 on tables small enough to work out by hand."""

from typing import Any

import pandas as pd
import pytest

from builders.tables import open_project, project, report
from builders.views import view
from builders.whole import whole
from pmo_lib.engine.observe import results
from pmo_lib.engine.result import KpiResult
from pmo_lib.engine.view import View


def only(kpi_id: str, seen: View) -> KpiResult:
    return results(seen, kpis=[kpi_id])[0]


class TestAgainstPlainPandas:
    def test_accuracy(self) -> None:
        tables = whole()
        done = tables["projects"].query("status == 'completed' and actual_cost > 0")
        done = done.assign(month=done["finished_on"].dt.strftime("%Y-%m"))
        reports = tables["status_reports"].query("rated_by == 'owner'")
        seen = reports.merge(done[["project_id", "month", "actual_cost"]], on="project_id")
        seen = seen[seen["period"] < seen["month"]].dropna(subset=["estimate_at_completion"])
        error = seen["estimate_at_completion"] / seen["actual_cost_y"] - 1
        of_project = {"absolute": error.abs(), "signed": error}
        means = pd.DataFrame(of_project).groupby(seen["project_id"]).mean()
        ends = done.set_index("project_id")["month"].reindex(means.index)
        recent = means[ends >= "2023-10"]
        absolute, signed = results(View(tables, "2026-09"), kpis=["D11"])
        assert absolute.n == len(recent)
        assert absolute.value == pytest.approx(recent["absolute"].mean())
        assert signed.value == pytest.approx(recent["signed"].mean())

    def test_stability(self) -> None:
        tables = whole()
        reports = tables["status_reports"].query("rated_by == 'owner'")
        wide = reports.pivot(index="period", columns="project_id", values="forecast_finish")
        months = [str(p) for p in pd.period_range("2021-01", "2026-09", freq="M")]
        moved = wide.reindex(months).diff().loc["2025-10":].stack().dropna().dt.days
        ended = tables["projects"].set_index("project_id")["finished_on"].dt.strftime("%Y-%m")
        last = ended.reindex(moved.index.get_level_values("project_id")).fillna("9999-12")
        moved = moved[moved.index.get_level_values("period") <= last.to_numpy()]
        median, slips = results(View(tables, "2026-09"), kpis=["D12"])
        assert median.n == len(moved)
        assert median.value == pytest.approx(moved.abs().median())
        assert slips.value == pytest.approx((moved > 0).sum() / (moved != 0).sum())


class TestAccuracy:
    def test_estimate_of_nothing_is_none(self) -> None:
        rows = [report(period="2026-05", estimate_at_completion=0.0),
                report(period="2026-04", estimate_at_completion=90.0)]  # fmt: skip
        assert only("D11", view(projects=[project()], status_reports=rows)).value == (
            pytest.approx(0.1)
        )

    @pytest.mark.parametrize(
        "cells", [{"actual_cost": 0.0}, {"actual_cost": None}, {"finished_on": None},
                  {"status": None}],
    )  # fmt: skip
    def test_what_the_data_do_not_say_is_left_out(self, cells: dict[str, Any]) -> None:
        eac = {"period": "2026-05", "estimate_at_completion": 90.0}
        seen = view(
            projects=[project("good"), project("bad", **cells)],
            status_reports=[report(name, **eac) for name in ("good", "bad")],
        )
        assert (only("D11", seen).n, only("D11", seen).missing) == (1, 1)

    def test_of_projects_in_flight_nothing_is_said(self) -> None:
        rows = [report(period="2026-05", estimate_at_completion=90.0)]
        seen = view(projects=[open_project(), project("done")], status_reports=rows)
        assert only("D11", seen).missing == 1  # the completed one without a forecast


class TestStability:
    def test_of_the_first_report_alone_nothing_is_known(self) -> None:
        rows = [report(forecast_finish="2026-12-01")]
        assert only("D12", view(projects=[open_project()], status_reports=rows)).n == 0

    def test_reports_of_every_quarter_are_told_as_left_out(self) -> None:
        rows = [
            report(period=p, forecast_finish="2026-12-01")
            for p in ("2025-12", "2026-03", "2026-06", "2026-09")
        ]
        found = only("D12", view(projects=[open_project()], status_reports=rows))
        assert (found.state, found.missing) == ("undefined", 3)
        assert found.reason == "none of the 3 changes of forecast finish has what it needs"

    def test_change_over_the_turn_of_the_year(self) -> None:
        rows = [
            report(period=p, forecast_finish=day)
            for p, day in (("2025-12", "2026-12-01"), ("2026-01", "2026-11-21"))
        ]
        median, slips = results(view(projects=[open_project()], status_reports=rows), kpis=["D12"])
        assert (median.value, slips.value) == (10, 0)

    def test_of_projects_that_are_not_there_nothing_is_kept_by_department(self) -> None:
        rows = [
            report("lost", period=p, forecast_finish="2026-12-01") for p in ("2026-08", "2026-09")
        ]
        seen = view(projects=[open_project()], status_reports=rows)
        assert results(seen, ["Finance"], ["D12"])[0].n == 0

"""R11 and R12 on tables small enough to work out by hand."""

from dataclasses import replace

import pandas as pd
import pytest

from builders.value import with_value
from builders.views import view
from pmo_lib.engine.observe import observe, results
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE


class TestCostRatio:
    def test_against_plain_pandas(self) -> None:
        tables = with_value()
        cost = tables["status_reports"].pivot_table("actual_cost", "project_id", "period", "last")
        cost = cost.ffill(axis=1).fillna(0).sum()
        office = tables["pmo_costs"].query("period >= '2025-10'")["amount"].sum()
        units = observe(CATALOGUE["R11"], View(tables, "2026-09"))
        found = units["numerator"].sum() / units["denominator"].sum()
        assert found == pytest.approx(office / (cost["2026-09"] - cost["2025-09"]))
        assert len(units) == 12

    def test_month_without_reports_counts_on_neither_side(self) -> None:
        seen = view(
            projects=[{"project_id": "p1", "department": "Finance", "started_on": "2026-08-01"}],
            status_reports=[
                {"project_id": "p1", "period": "2026-08", "actual_cost": 50.0, "rated_by": "owner"}
            ],
            pmo_costs=[
                {"period": f"2026-0{month}", "category": "staff", "amount": 5.0} for month in (8, 9)
            ],
        )
        units = observe(CATALOGUE["R11"], seen)
        assert units["denominator"].tolist() == pytest.approx([50.0, float("nan")], nan_ok=True)


class TestReturn:
    def test_without_a_value_case_is_not_measured(self) -> None:
        (found,) = results(view(), kpis=["R12"])
        assert found.state == "not measured"
        assert found.reason.startswith("needs a value case")

    def test_draw_without_a_cost_is_left_out_and_told(self) -> None:
        draws = pd.DataFrame({"avoided": [30.0] * 4, "uplift": 0.0, "cost": [10.0, 10.0, 10.0, 0]})
        (found,) = results(replace(view(), value_case=draws), kpis=["R12"])
        assert (found.value, found.n, found.missing) == (2.0, 3, 1)

    def test_is_of_no_department(self) -> None:
        draws = pd.DataFrame({"avoided": [30.0], "uplift": [0.0], "cost": [10.0]})
        (found,) = results(replace(view(), value_case=draws), ["Finance"], ["R12"])
        assert found.state == "not measured"


def test_what_each_wants() -> None:
    assert (CATALOGUE["R11"].better, CATALOGUE["R12"].better) == ("context", "higher")
    assert (CATALOGUE["R11"].window, CATALOGUE["R11"].level) == ("year", "organisation")

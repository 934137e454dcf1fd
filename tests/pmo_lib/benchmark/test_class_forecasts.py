"""What the history holds and leaves out, and what a class suggests for projects in flight."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from builders.tables import baseline, numbered, open_project, project, report
from builders.views import view
from pmo_lib.benchmark.class_forecasts import (
    by_class,
    forecasts,
    history,
    in_flight_growth,
    left_out,
)
from pmo_lib.benchmark.uplift import uplift
from pmo_lib.engine.view import View

ELEVEN = np.linspace(0, 1, 11)  # P50 0.5; P80 0.86, 0.5 to 1.0


def done(**more: Any) -> View:
    """Four projects: two categories, one without a category, one cancelled."""
    projects = [
        project("p1", category="IT", actual_cost=150.0, approved_on="2025-12-01"),
        project("p2", category="Roads", actual_cost=90.0),
        project("p3", actual_cost=120.0, finished_on="2020-07-01", started_on="2020-01-01"),
        project("p4", category="IT", status="cancelled", actual_cost=10.0),
    ]
    days = {"p1": "2025-12-15", "p2": "2025-11-01", "p3": None, "p4": None}
    baselines = [baseline(name, approved_on=day) for name, day in days.items()]
    return view(projects=projects, baselines=baselines, **more)


def open_view(*, estimate: float | None = 120.0, cost: float | None = 100.0, **cells: Any) -> View:
    cells = {"category": "IT"} | cells
    return view(
        projects=[open_project("p1", **cells)],
        baselines=[baseline("p1", cost=cost)],
        status_reports=[report("p1", estimate_at_completion=estimate)],
    )


class TestHistory:
    def test_is_of_all_completed_projects_of_whatever_year(self) -> None:
        found = history(done()).set_index("case_id")
        assert found["overrun"].to_dict() == pytest.approx({"p1": 0.5, "p2": -0.1, "p3": 0.2})
        assert found["category"].to_dict() == {"p1": "IT", "p2": "Roads", "p3": "not stated"}
        assert found.loc["p1", ["approved_cost", "actual_cost"]].tolist() == [100, 150]

    def test_approval_is_the_projects_or_the_baselines_or_the_start(self) -> None:
        approved = history(done()).set_index("case_id")["approved_on"]
        days = ["2025-12-01", "2025-11-01", "2020-01-01"]
        assert approved.tolist() == [pd.Timestamp(day) for day in days]

    def test_tells_what_it_leaves_out(self) -> None:
        seen = view(
            projects=[project("p1"), project("p2", actual_cost=0.0), project("p3"),
                      project("p4", status="cancelled")],
            baselines=[baseline("p1"), baseline("p2"), baseline("p3", cost=0.0)],
        )  # fmt: skip
        assert history(seen)["case_id"].tolist() == ["p1"]
        assert left_out(seen) == (
            "Left out: 2 projects that ended without an approved cost, a final cost or a status "
            "and 1 cancelled project without a final cost"
        )
        assert left_out(view(projects=[project()], baselines=[baseline()])) == ""

    def test_without_costs_is_empty_with_the_reason(self) -> None:
        seen = view(projects=[project(actual_cost=None)], baselines=[baseline()])
        found = history(seen)
        assert found.empty
        assert found.dtypes.to_dict() == history(done()).dtypes.to_dict()
        assert "There is no history: needs the column actual_cost" in left_out(seen)

    def test_of_a_withheld_table_is_empty(self) -> None:
        seen = replace(done(), withheld={"baselines": "too many rejected"})
        assert history(seen).empty
        assert left_out(seen) == "There is no history: too many rejected"


class TestGrowth:
    def test_is_of_projects_in_flight_only(self) -> None:
        seen = view(
            projects=[*numbered(3, open_project), project("done")],
            baselines=[*numbered(3, baseline), baseline("done")],
            status_reports=[
                report("p1", "2026-08", estimate_at_completion=110.0),
                report("p1", "2026-09", estimate_at_completion=130.0),
                report("p2", "2026-05", estimate_at_completion=170.0),  # too old
                report("p3", "2026-09", estimate_at_completion=-5.0),
                report("done", "2026-09", estimate_at_completion=180.0),
            ],
        )
        found = in_flight_growth(seen)
        assert found["case_id"].tolist() == ["p1"]
        assert found["growth"].tolist() == pytest.approx([0.3])
        assert "overrun" not in found

    def test_without_reports_is_empty(self) -> None:
        assert in_flight_growth(done()).empty
        assert in_flight_growth(view(projects=[open_project()])).empty


class TestForecasts:
    def test_are_approved_cost_and_the_uplift(self) -> None:
        (found,) = forecasts(open_view(), {"IT": ELEVEN}).to_dict("records")
        assert [found["p80"], found["p80_low"], found["p80_high"]] == pytest.approx([186, 150, 200])
        own = uplift(ELEVEN, 0.5, 0.9)
        expected = [100 * (1 + x) for x in (own.value, own.low, own.high)]
        assert [found["p50"], found["p50_low"], found["p50_high"]] == pytest.approx(expected)
        assert (found["approved_cost"], found["current_estimate"]) == (100, 120)
        assert (found["reference_class"], found["n"], found["own_weight"]) == ("IT", 11, 1)

    @pytest.mark.parametrize(
        ("estimate", "said"),
        [
            (105.0, "is below what half of such projects cost"),
            (149.0, "may be below what half of such projects cost"),
            (160.0, "between what half and what 4 in 5 of such projects cost"),
            (190.0, "may be above what 4 in 5 of such projects cost"),
            (201.0, "is above what 4 in 5 of such projects cost"),
            (None, "no current estimate"),
        ],
    )
    def test_set_the_estimate_beside_the_class(self, estimate: float | None, said: str) -> None:
        found = forecasts(open_view(estimate=estimate), {"IT": ELEVEN})
        assert found["said"].tolist() == [said]

    def test_pool_a_small_class_for_both_quantiles(self) -> None:
        own = np.array([2.0, 2.1, 2.2, 2.3, 2.4, 2.5])  # enough for a P50, not for a P80
        (found,) = forecasts(open_view(), {"IT": own, "Roads": ELEVEN}).to_dict("records")
        assert found["reference_class"] == "IT, with all"
        assert found["own_weight"] == pytest.approx(6 / 26)
        assert found["p50"] < found["p80"]
        assert "6 projects of this class" in found["note"]

    def test_of_an_unknown_class_are_of_all(self) -> None:
        found = forecasts(open_view(category=None), {"IT": ELEVEN})
        assert found["category"].tolist() == ["not stated"]
        assert found["reference_class"].tolist() == ["all"]
        assert found["p80"].notna().all()

    @pytest.mark.parametrize(
        ("seen", "classes", "note"),
        [
            (open_view(cost=0.0), {"IT": ELEVEN}, "no approved cost is known"),
            (open_view(), {"IT": ELEVEN[:3]}, "3 completed projects of this class and 3 in all"),
            (open_view(), {}, "0 completed projects of this class and 0 in all"),
        ],
    )
    def test_without_a_number_say_why(self, seen: View, classes: Any, note: str) -> None:
        (found,) = forecasts(seen, classes).to_dict("records")
        assert np.isnan([found["p50"], found["p80"], found["p80_high"]]).all()
        assert note in found["note"]
        assert found["said"] == ""

    def test_of_no_open_project_are_a_table_with_the_same_columns(self) -> None:
        none = forecasts(done(), by_class(history(done())))
        assert none.empty
        some = forecasts(open_view(), {"IT": ELEVEN})
        assert none.dtypes.to_dict() == some.dtypes.to_dict()


def test_by_class_gives_each_category_its_values() -> None:
    rows = pd.DataFrame({"category": ["B", "A", "B"], "overrun": [0.1, 0.2, 0.3]})
    found = by_class(rows)
    assert {name: values.tolist() for name, values in found.items()} == {
        "A": [0.2],
        "B": [0.1, 0.3],
    }

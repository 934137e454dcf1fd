"""V5 and V6 on tables small enough to work out by hand."""

import pytest

from builders.tables import open_project, project, report
from builders.value import with_value
from builders.views import view
from pmo_lib.engine.observe import observe, results
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE


class TestAgainstPlainPandas:
    def test_alignment(self) -> None:
        tables = with_value()
        going = tables["projects"].query("status == 'active'")
        (found,) = results(View(tables, "2026-09"), kpis=["V5"])
        assert found.value == pytest.approx(going["strategic_goal"].notna().mean())
        assert found.n == len(going)

    def test_grow_spend(self) -> None:
        tables = with_value()
        cost = tables["status_reports"].pivot_table("actual_cost", "project_id", "period", "last")
        cost = cost.ffill(axis=1).fillna(0)
        year = cost["2026-09"] - cost["2025-09"]
        kind = tables["projects"].set_index("project_id")["investment_class"]
        units = observe(CATALOGUE["V6"], View(tables, "2026-09"))
        found = units["numerator"].sum() / units["denominator"].sum()
        assert found == pytest.approx(year[kind.reindex(year.index) == "grow"].sum() / year.sum())
        assert set(year[year > 0].index) <= set(units["case_id"])


def test_on_hold_is_in_flight_and_completed_is_not() -> None:
    seen = view(projects=[open_project(status="on_hold", strategic_goal="g"), project("p2")])
    (found,) = results(seen, kpis=["V5"])
    assert (found.value, found.n) == (1.0, 1)


def test_project_that_spent_before_and_nothing_since_counts_with_nothing() -> None:
    seen = view(
        projects=[open_project(started_on="2025-01-01", investment_class="grow")],
        status_reports=[report(period=p, actual_cost=70.0) for p in ("2025-09", "2026-09")],
    )
    units = observe(CATALOGUE["V6"], seen)
    assert units[["numerator", "denominator"]].to_numpy().tolist() == [[0.0, 0.0]]


def test_what_each_wants() -> None:
    assert (CATALOGUE["V5"].better, CATALOGUE["V6"].better) == ("higher", "context")

"""P9 to P11 on tables small enough to work out by hand."""

import pytest

from builders.value import ROLES, with_value
from builders.views import view
from pmo_lib.engine.observe import observe, results
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE


@pytest.mark.parametrize(("kpi_id", "hours"), [("P9", "booked_hours"), ("P10", "demand_hours")])
def test_load_of_each_role_against_plain_pandas(kpi_id: str, hours: str) -> None:
    tables = with_value()
    year = tables["capacity"].query("period >= '2025-10'").groupby("role")
    expected = year[hours].sum() / year["capacity_hours"].sum()
    whole, *roles = results(View(tables, "2026-09"), kpis=[kpi_id])
    assert [role.segment for role in roles] == list(ROLES)
    assert [role.value for role in roles] == pytest.approx(list(expected))
    assert whole.n == 36


def test_most_loaded_role_is_named() -> None:
    tables = with_value()
    found = results(View(tables, "2026-09"), kpis=["P10"])[0]
    assert found.value == max(part.value for part in results(View(tables, "2026-09"), kpis=["P10"]))
    assert "Analyst" in found.reason


def test_role_that_nobody_has_does_not_break_the_others() -> None:
    month = {"period": "2026-09", "demand_hours": 50.0, "booked_hours": 50.0}
    seen = view(
        capacity=[
            month | {"role": "Architect", "capacity_hours": 0.0},
            month | {"role": "Tester", "capacity_hours": 100.0},
        ]
    )
    assert {r.segment: r.value for r in results(seen, kpis=["P9"])}["Tester"] == 0.5


@pytest.mark.parametrize("kpi_id", ["P9", "P10", "P11"])
def test_department_is_told_that_it_is_the_organisations(kpi_id: str) -> None:
    (found,) = results(View(with_value(), "2026-09"), ["Finance"], [kpi_id])
    assert found.state == "not measured"
    assert "organisation" in found.reason


class TestReportingEffort:
    def test_months_before_the_first_do_not_count(self) -> None:
        seen = view(pmo_costs=[{"period": "2026-09", "category": "staff", "reporting_hours": 8.0}])
        assert observe(CATALOGUE["P11"], seen)["period"].tolist() == ["2026-09"]

    def test_nothing_is_written_down_since_is_told(self) -> None:
        costs = [{"period": "2026-01", "category": "staff", "amount": 1.0, "reporting_hours": 8.0}]
        (found,) = results(view(pmo_costs=costs), kpis=["P11"])
        assert (found.value, found.n, found.missing) == (8.0, 1, 8)


def test_what_each_wants() -> None:
    assert (CATALOGUE["P9"].better, CATALOGUE["P9"].near) == ("near", (0.8, 0.85))
    assert (CATALOGUE["P10"].better, CATALOGUE["P11"].better) == ("lower", "lower")
    assert {CATALOGUE[name].window for name in ("P9", "P10", "P11")} == {"year"}

"""G4 to G8 on tables small enough to work out by hand."""

from dataclasses import replace
from typing import Any

import pytest

from builders.portfolio import portfolio
from builders.tables import (
    Row,
    Tables,
    baseline,
    frame,
    numbered,
    open_project,
    report,
    with_money,
)
from builders.views import view
from builders.workbooks import facts, table_facts
from pmo_lib.contract.settings import Disclosure, Settings
from pmo_lib.contract.verdict import Verdict
from pmo_lib.engine.observe import observe, results
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE


def verdict(**tables: Any) -> Verdict:
    """A verdict in which each table has so many expectations, and so many of them met."""
    found = {
        name: table_facts(name, 9, expectations=evaluated, expectations_met=met)
        for name, (evaluated, met) in tables.items()
    }
    return Verdict.from_mapping(facts({}) | {"tables": found})


class TestDataQuality:
    def test_without_a_verdict_it_is_not_measured(self) -> None:
        (found,) = results(view(), kpis=["G6"])
        assert (found.state, found.reason) == ("not measured", "needs the verdict of validation")

    def test_is_of_the_organisation_only(self) -> None:
        seen = replace(view(), verdict=verdict(projects=(9, 9)))
        whole, own = results(seen, ["All departments", "Finance"], ["G6"])
        assert (whole.value, whole.n) == (1.0, 1)
        assert own.state == "not measured"

    def test_nothing_evaluated_is_undefined(self) -> None:
        for empty in (verdict(), verdict(projects=(0, 0))):
            (found,) = results(replace(view(), verdict=empty), kpis=["G6"])
            assert found.state == "undefined"


class TestBusinessCaseCurrency:
    def test_leap_day_and_the_end_of_february(self) -> None:
        rows = numbered(2, baseline, approved_on=["2023-02-28", "2023-03-01"])
        seen = view("2024-02", projects=numbered(2, open_project, started_on="2022-01-01"),
                    baselines=rows)  # fmt: skip
        assert list(observe(CATALOGUE["G4"], seen)["numerator"]) == [0, 1]

    def test_finished_later_was_in_flight(self) -> None:
        rows = {"projects": [open_project(status="completed", finished_on="2026-10-01")],
                "baselines": [baseline(approved_on="2026-01-01")]}  # fmt: skip
        assert results(view(**rows), kpis=["G4"])[0].value == 1.0


def risk(project_id: str = "p1", **cells: Any) -> Row:
    return {
        "risk_id": f"r {project_id}",
        "project_id": project_id,
        "raised_on": "2026-02-01",
        "probability": 0.5,
        "impact": 40.0,
    } | cells


def exposed() -> Tables:
    tables = portfolio()
    names = tables["projects"]["project_id"]
    rows = [risk(name, probability=0.1 * (i % 9), impact=i * 10.0 or None, risk_id=f"r{i}")
            for i, name in enumerate(names) if i % 3]  # fmt: skip
    return tables | {"risks": frame("risks", rows)}


class TestRiskExposure:
    def exposure(self, **rows: Any) -> list[tuple[float, float]]:
        known = {
            "projects": [open_project()],
            "baselines": [baseline()],
            "status_reports": [report(actual_cost=60.0)],
            "risks": [risk()],
        }
        found = observe(CATALOGUE["G7"], view(**(known | rows)))
        columns = found[["numerator", "denominator"]].fillna(-1)
        return list(columns.itertuples(index=False, name=None))

    def test_open_risk_against_what_is_left(self) -> None:
        assert self.exposure() == [(20.0, 40.0)]

    def test_table_without_rows_is_no_risk_and_without_the_table_not_measured(self) -> None:
        assert self.exposure(risks=[]) == [(0.0, 40.0)]
        seen = view(projects=[open_project()], baselines=[baseline()], status_reports=[report()])
        assert results(seen, kpis=["G7"])[0].reason == "needs risks.csv"

    @pytest.mark.parametrize("gap", [{"probability": None}, {"impact": None}])
    def test_one_unknown_risk_makes_the_exposure_unknown(self, gap: Row) -> None:
        assert self.exposure(risks=[risk(), risk(risk_id="2", **gap)]) == [(-1, 40.0)]
        closed = risk(risk_id="2", closed_on="2026-03-01", **gap)
        assert self.exposure(risks=[risk(), closed]) == [(20.0, 40.0)]

    def test_remaining_budget_is_never_below_nothing(self) -> None:
        assert self.exposure(status_reports=[report(actual_cost=130.0)]) == [(20.0, 0.0)]

    def test_other_prices_are_left_out(self) -> None:
        rows = {
            "projects": numbered(3, open_project),
            "baselines": numbered(3, baseline, price_base=[2020, None, 2026]),
            "status_reports": numbered(3, report, actual_cost=60.0),
            "risks": [risk()],
        }
        seen = view(given={"price_base": 2026, "disclosure": {"too_few": 1}}, **rows)
        (found,) = results(seen, kpis=["G7"])
        assert (found.value, found.n, found.missing) == (0.0, 2, 1)

    def test_without_a_baseline_or_a_cost_to_date_it_is_left_out(self) -> None:
        assert self.exposure(baselines=[baseline("p2")]) == [(20.0, -1)]
        assert self.exposure(status_reports=[report("p2", actual_cost=1.0)]) == [(20.0, -1)]

    def test_pounds_or_pence(self) -> None:
        pence = with_money(exposed(), lambda column: (column * 100).round())
        pounds, in_pence = (
            results(View(tables, "2026-09"), kpis=["G7"])[0] for tables in (exposed(), pence)
        )
        assert pounds.value == pytest.approx(in_pence.value, rel=1e-12)

    def test_equals_plain_pandas_on_the_portfolio(self) -> None:
        tables = exposed()
        going = tables["projects"].query("status == 'active'")["project_id"]
        last = tables["status_reports"].query("period == '2026-09'").set_index("project_id")
        left = tables["baselines"].set_index("project_id")["cost"] - last["actual_cost"]
        risks = tables["risks"].set_index("project_id")
        exposure = (risks["probability"] * risks["impact"]).reindex(going).fillna(0)
        expected = exposure.sum() / left.reindex(going).clip(lower=0).sum()
        (found,) = results(View(tables, "2026-09"), kpis=["G7"])
        assert (found.value, found.n) == (pytest.approx(expected), len(going))


class TestBaselineCoverage:
    BENEFITS = [{"benefit_id": "b1", "project_id": "p1", "target_value": 1.0}]  # noqa: RUF012

    @pytest.mark.parametrize("gap", ["start", "finish", "cost"])
    def test_baseline_with_a_gap_does_not_cover(self, gap: str) -> None:
        rows = {"projects": numbered(2, open_project), "benefits": self.BENEFITS}
        whole = baseline("p2", benefit=2.0)
        found = [
            results(view(baselines=[baseline("p1", **cells), whole], **rows), kpis=["G5"])[0].value
            for cells in ({}, {gap: None})
        ]
        assert found == [1.0, 0.5]

    def test_project_without_a_baseline_is_uncovered_not_missing(self) -> None:
        seen = view(
            projects=numbered(2, open_project), baselines=[baseline()], benefits=self.BENEFITS
        )
        (found,) = results(seen, kpis=["G5"])
        assert (found.value, found.n, found.missing) == (0.5, 2, 0)


class TestReportPunctuality:
    def test_equals_plain_pandas_on_the_portfolio(self) -> None:
        tables = portfolio()
        due = tables["status_reports"].query("'2025-10-01' <= due_on <= '2026-09-30'")
        expected = (due["submitted_on"] <= due["due_on"]).mean()
        (found,) = results(View(tables, "2026-09"), kpis=["G8"])
        assert (found.value, found.n) == (pytest.approx(expected), len(due))

    def test_both_raters_of_a_month_count(self) -> None:
        dates = {"due_on": "2026-09-05", "submitted_on": "2026-09-04"}
        rows = [report(**dates), report(rated_by="independent", **dates)]
        (found,) = results(view(projects=[open_project()], status_reports=rows), kpis=["G8"])
        assert found.n == 2

    def test_report_of_a_later_month_says_nothing_yet(self) -> None:
        rows = [report(due_on="2026-09-05", submitted_on="2026-09-04"), report(period="2026-12")]
        (found,) = results(view(projects=[open_project()], status_reports=rows), kpis=["G8"])
        assert (found.n, found.missing) == (1, 0)

    def test_is_indicative_by_projects_however_many_reports_they_sent(self) -> None:
        dates = {"due_on": "2026-09-05", "submitted_on": "2026-09-04"}
        names = [f"p{number}" for number in range(1, 7)]
        rows = [
            report(project_id=name, period=f"2026-0{month}", **dates)
            for name in names
            for month in range(1, 7)
        ]
        projects = [open_project(project_id=name) for name in names]
        few = Settings(disclosure=Disclosure(too_few=5, indicative=10))
        seen = View(view(projects=projects, status_reports=rows).tables, "2026-09", few)
        (found,) = results(seen, kpis=["G8"])
        assert (found.n, found.state) == (36, "measured")
        assert found.reason.startswith("indicative: fewer than 10 cases")

"""What holds of every KPI of benefits, strategy, flow, decisions, capacity and the office."""

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from builders.tables import DEPARTMENTS, PERIOD, Tables, frame, of_department, report, tables
from builders.value import with_value
from builders.views import settings
from pmo_lib.contract.tables import STATUSES
from pmo_lib.engine.observe import observe, observe_all
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE

LOCAL = ("V1", "V2", "V3", "V4", "V5", "V6", "V8", "P4", "P5", "P6", "P8")
WHOLE = ("P9", "P10", "P11", "R11")
KPIS = (*LOCAL, *WHOLE)
AMOUNTS = {
    "benefits": ["baseline_value", "target_value"],
    "benefit_reports": ["planned", "forecast", "realised"],
    "status_reports": ["actual_cost"],
    "pmo_costs": ["amount"],
}
FEW = examples(max_examples=25, phases=[Phase.generate])
DAYS = st.none() | st.dates(date(2024, 6, 1), date(2026, 12, 31))
MONTHS = st.sets(
    st.sampled_from(["2025-08", "2025-09", "2025-12", "2026-08", "2026-09", "2026-10"])
)
HOURS = st.none() | st.sampled_from([0.0, 80.0, 140.0])


def amounts(low: int = 0) -> st.SearchStrategy[float | None]:
    """A whole amount, zero and missing among them."""
    return st.none() | st.integers(low, 1000).map(float)


@st.composite
def anything(draw: st.DrawFn) -> Tables:
    """A few projects in any state, with gaps wherever validation lets them be."""
    rows: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("projects", "baselines", "benefits", "benefit_reports",
                              "status_reports", "gates", "demands", "capacity", "pmo_costs")
    }  # fmt: skip
    some = st.sampled_from
    for i in range(draw(st.integers(0, 8))):
        name = f"p{i}"
        department = draw(some(DEPARTMENTS))
        started, finished = sorted([draw(DAYS), draw(DAYS)], key=lambda day: day or date.max)
        rows["projects"].append(
            {
                "project_id": name, "department": department, "approved_on": draw(DAYS),
                "started_on": started, "finished_on": finished,
                "status": draw(some([*STATUSES, None])),
                "investment_class": draw(some(["run", "grow", None])),
                "strategic_goal": draw(some(["g", None])),
            }
        )  # fmt: skip
        if draw(st.booleans()):
            rows["baselines"].append({"project_id": name, "version": 0, "approved_on": draw(DAYS)})
        for benefit_id in [f"{name} b", f"{name} c"][: draw(st.integers(0, 2))]:
            rows["benefits"].append(
                {
                    "benefit_id": benefit_id, "project_id": name, "due_on": draw(DAYS),
                    "class": draw(some(["cashable", "non_financial", None])),
                    "unit": draw(some(["currency", "complaints avoided", None])),
                    "target_value": draw(amounts(-50)), "owner": draw(some(["o", None])),
                    "measure": draw(some(["m", None])), "baseline_value": draw(amounts()),
                }
            )  # fmt: skip
            rows["benefit_reports"] += [
                {
                    "benefit_id": benefit_id, "period": month, "planned": draw(amounts()),
                    "forecast": draw(amounts(-50)), "realised": draw(amounts(-50)),
                }
                for month in sorted(draw(MONTHS))
            ]  # fmt: skip
        rows["status_reports"] += [
            report(name, month, actual_cost=draw(amounts())) for month in sorted(draw(MONTHS))
        ]
        submitted, decided = sorted([draw(DAYS), draw(DAYS)], key=lambda day: day or date.max)
        gate = {"project_id": name, "gate": "g", "attempt": 1}
        rows["gates"].append(gate | {"submitted_on": submitted, "decided_on": decided})
        rows["demands"].append(
            {
                "demand_id": f"d{i}", "department": department, "decided_on": draw(DAYS),
                "created_on": draw(st.dates(date(2024, 8, 1), date(2026, 10, 31))),
                "project_id": draw(some([name, None])),
            }
        )  # fmt: skip
    for month in sorted(draw(MONTHS)):
        hours = {key: draw(HOURS) for key in ("demand_hours", "booked_hours")}
        role = {"role": draw(some(["a", "b"])), "period": month}
        rows["capacity"].append(role | hours | {"capacity_hours": draw(some([0.0, 140.0]))})
        cost = {"period": month, "category": "staff", "reporting_hours": draw(HOURS)}
        rows["pmo_costs"].append(cost | {"amount": draw(some([0.0, 9.5]))})
    return tables(**rows)


def observed(given_tables: Tables, kpi_id: str, period: str = PERIOD) -> pd.DataFrame:
    """The observations within the window, in an order of their own."""
    return _sorted(observe(CATALOGUE[kpi_id], View(given_tables, period, settings())))


def _sorted(units: pd.DataFrame) -> pd.DataFrame:
    return units.sort_values(list(units.columns)).reset_index(drop=True)


class TestOfAnything:
    @FEW
    @given(given_tables=anything())
    def test_is_observed_without_complaint_and_nothing_is_changed(
        self, given_tables: Tables
    ) -> None:
        before = {name: table.copy(deep=True) for name, table in given_tables.items()}
        for kpi_id in KPIS:
            units = observe_all(CATALOGUE[kpi_id], View(given_tables, PERIOD, settings()))
            assert not (units["period"] > PERIOD).any(), kpi_id
        for name, table in before.items():
            assert_frame_equal(given_tables[name], table)

    @FEW
    @given(given_tables=anything(), seed=st.integers(0, 2**16))
    def test_order_and_index_of_rows_do_not_matter(self, given_tables: Tables, seed: int) -> None:
        shuffled = {
            name: table.sample(frac=1, random_state=seed).set_axis(range(7, 7 + len(table)))
            for name, table in given_tables.items()
        }
        for kpi_id in KPIS:
            assert_frame_equal(
                observed(given_tables, kpi_id), observed(shuffled, kpi_id), obj=kpi_id
            )

    @FEW
    @given(given_tables=anything())
    def test_pounds_or_pence(self, given_tables: Tables) -> None:
        pence = {
            name: table.assign(**{column: table[column] * 100 for column in AMOUNTS.get(name, [])})
            for name, table in given_tables.items()
        }
        for kpi_id in KPIS:
            one, other = observed(given_tables, kpi_id), observed(pence, kpi_id)
            assert _shares(one) == pytest.approx(_shares(other)), kpi_id

    @FEW
    @given(given_tables=anything())
    def test_department_by_department_equals_all_at_once(self, given_tables: Tables) -> None:
        for kpi_id in LOCAL:
            whole = observed(given_tables, kpi_id)
            for name in DEPARTMENTS:
                part = observed(of_department(given_tables, name), kpi_id)
                own = whole[whole["department"] == name].reset_index(drop=True)
                assert_frame_equal(own, part, check_dtype=False, obj=kpi_id)


def _shares(units: pd.DataFrame) -> list[float]:
    """Each unit's share; a unit of nothing has none."""
    base = units["denominator"].where(units["denominator"] != 0)
    return sorted((units["numerator"] / base).fillna(-1e9))


@pytest.mark.parametrize("kpi_id", LOCAL)
def test_departments_of_a_portfolio_add_up(kpi_id: str) -> None:
    whole = observed(with_value(), kpi_id)
    parts = [observed(of_department(with_value(), name), kpi_id) for name in DEPARTMENTS]
    assert all(len(part) for part in parts)
    assert_frame_equal(whole, _sorted(pd.concat(parts)), check_dtype=False)


@pytest.mark.parametrize("kpi_id", WHOLE)
def test_kept_for_the_organisation_only(kpi_id: str) -> None:
    units = observed(with_value(), kpi_id)
    assert units["department"].isna().all()
    assert CATALOGUE[kpi_id].level == "organisation"


@pytest.mark.parametrize("kpi_id", KPIS)
def test_without_rows_nothing_is_observed(kpi_id: str) -> None:
    empty = {name: frame(name, []) for name in with_value()}
    assert observed(empty, kpi_id).empty


@pytest.mark.parametrize("kpi_id", KPIS)
def test_what_came_later_changes_nothing(kpi_id: str) -> None:
    period, end = "2026-02", pd.Timestamp("2026-02-28")
    then = with_value()
    projects = then["projects"]
    later = projects["finished_on"] > end
    projects.loc[later, "finished_on"] = pd.NaT
    projects.loc[later, "status"] = "active"
    then["projects"] = projects[~(projects["started_on"] > end)]
    gates = then["gates"][~(then["gates"]["submitted_on"] > end)]
    then["gates"] = gates.assign(decided_on=gates["decided_on"].where(gates["decided_on"] <= end))
    then["demands"] = then["demands"][~(then["demands"]["created_on"] > end)]
    then["benefits"] = then["benefits"].query("project_id in @then['projects'].project_id")
    for name in ("status_reports", "benefit_reports", "capacity", "pmo_costs"):
        then[name] = then[name][then[name]["period"] <= period]
    now = observed(with_value(), kpi_id, period)
    assert len(now)
    assert_frame_equal(observed(then, kpi_id, period), now, check_dtype=False)

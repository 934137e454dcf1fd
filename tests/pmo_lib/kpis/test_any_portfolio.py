"""What is promised of every KPI on whatever validation lets through."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from builders.any_tables import any_portfolios
from builders.results import (
    ALL,
    Measured,
    differing,
    in_hundredths,
    in_order,
    result_table,
    unequal,
)
from builders.tables import (
    DEPARTMENTS,
    PERIOD,
    Tables,
    answer,
    baseline,
    numbered,
    of_department,
    project,
    report,
    request,
    tables,
    with_money,
)
from builders.whole import whole_view
from pmo_lib.engine.observe import observe_all
from pmo_lib.engine.summary import pooled, usable
from pmo_lib.engine.view import View, availability
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.statistics import STATISTICS

FACTS = {name for name, each in STATISTICS.items() if each.is_fact}
KEPT_BY_DEPARTMENT = [item.id for item in CATALOGUE.values() if item.level == "department"]


def view_of(given: Tables, too_few: int = 1) -> View:
    return whole_view(given, disclosure={"too_few": too_few, "indicative": too_few})


@cache
def measured() -> list[Measured]:
    """Each portfolio, measured once; no test may change it."""
    return [Measured.of(view_of(given)) for given in any_portfolios()]


def units_that_differ(one: Measured, other: Measured) -> dict[str, str]:
    found = {
        kpi_id: unequal(in_order(units), in_order(other.units[kpi_id]))
        for kpi_id, units in one.units.items()
    }
    return {kpi_id: why for kpi_id, why in found.items() if why}


def shares(units: pd.DataFrame) -> list[float]:
    """Each unit's share; a unit of nothing has none."""
    base = units["denominator"].where(units["denominator"] != 0)
    return sorted((units["numerator"] / base).fillna(-1e9))


def test_each_kpi_is_measured_and_lacks_something_in_some() -> None:
    """No test below may hold because there is nothing to see."""
    most = {
        kpi.id: max(len(usable(kpi, pooled(found.units[kpi.id]))) for found in measured())
        for kpi in CATALOGUE.values()
    }
    # a P85 of what is mostly open is hardly ever reached by chance
    assert {kpi_id for kpi_id, units in most.items() if units < 3} <= {"P4"}
    lacking = {
        kpi_id
        for found in measured()
        for kpi_id, units in found.units.items()
        if len(usable(CATALOGUE[kpi_id], units)) < len(units)
    }
    assert len(lacking) > len(CATALOGUE) // 2


def test_inputs_are_not_changed() -> None:
    for found, untouched in zip(measured(), any_portfolios(), strict=True):
        for name, table in untouched.items():
            assert_frame_equal(found.view.tables[name], table, obj=name)


def test_order_and_index_of_rows_do_not_matter(subtests: pytest.Subtests) -> None:
    for seed, found in enumerate(measured()):
        shuffled = {
            name: table.sample(frac=1, random_state=seed).set_axis(range(7, 7 + len(table)))
            for name, table in found.view.tables.items()
        }
        other = Measured.of(view_of(shuffled))
        with subtests.test(portfolio=seed):
            assert not units_that_differ(found, other)
            assert not differing(found.results, other.results)


def test_pounds_or_pence(subtests: pytest.Subtests) -> None:
    for seed, pence in enumerate(measured()):
        given = with_money(pence.view.tables, lambda column: column / 100)
        pounds = Measured.of(view_of(given))
        with subtests.test(portfolio=seed):
            assert not differing(pence.results, in_hundredths(pounds.results))
            for kpi_id, units in pence.units.items():
                if CATALOGUE[kpi_id].unit == "money":  # whose units are amounts and no shares
                    units = units.assign(numerator=units["numerator"] / 100)
                assert shares(units) == pytest.approx(shares(pounds.units[kpi_id])), kpi_id


def test_units_of_a_department_are_its_part_of_all(subtests: pytest.Subtests) -> None:
    for seed, found in enumerate(measured()):
        name = DEPARTMENTS[seed % len(DEPARTMENTS)]
        alone = Measured.of(
            view_of(of_department(found.view.tables, name)), [name], KEPT_BY_DEPARTMENT
        )
        for kpi_id, units in alone.units.items():
            if availability(CATALOGUE[kpi_id], alone.view)[0] == "measured":
                whole = found.units[kpi_id]
                own = whole[whole["department"] == name]
                with subtests.test(kpi_id, portfolio=seed):
                    assert not unequal(in_order(own), in_order(units), check_dtype=False)


def test_another_department_changes_nothing(subtests: pytest.Subtests) -> None:
    another = tables(
        projects=numbered(9, project, department="Another", actual_cost=700.0),
        baselines=numbered(9, baseline, cost=1.0),
        status_reports=numbered(9, report, earned_value=3.0, actual_cost=1.0),
        benefits=[{"benefit_id": f"other {i}", "project_id": f"p{i + 1}"} for i in range(9)],
        demands=[{"demand_id": f"other {i}", "department": "Another", "created_on": "2025-01-01"}
                 for i in range(9)],
        service_requests=[request(f"other {i}", department="Another") for i in range(9)],
        survey_responses=[
            answer(f"other {i}", department="Another", expected=1, perceived=7, recommend=i,
                   importance=2, contribution="essential") for i in range(9)
        ],
    )  # fmt: skip
    for name in ("projects", "baselines", "status_reports", "benefits"):
        another[name]["project_id"] = "other " + another[name]["project_id"]
    for seed, found in enumerate(measured()):
        both = {
            name: pd.concat([table, another[name]], ignore_index=True) if name in another else table
            for name, table in found.view.tables.items()
        }
        can_be = [k.id for k in CATALOGUE.values() if availability(k, found.view)[0] == "measured"]
        own = found.results[found.results["department"].isin(DEPARTMENTS)]
        own = own[own["kpi_id"].isin(can_be)]
        with subtests.test(portfolio=seed):
            assert not differing(own, result_table(view_of(both), DEPARTMENTS, can_be))


@pytest.mark.parametrize("too_few", [1, 4])
def test_has_a_value_only_where_it_is_measured_and_a_reason_where_not(too_few: int) -> None:
    for each in measured() if too_few == 1 else measured()[-1:]:
        found = (
            each.results
            if too_few == 1
            else result_table(view_of(dict(each.view.tables), too_few), ALL)
        )
        is_measured = found["state"] == "measured"
        assert found.loc[is_measured, "value"].notna().all()
        assert found.loc[~is_measured, "value"].isna().all()
        # of an undefined quantile an end may be known: half take longer than 300 days
        hidden = ~found["state"].isin(["measured", "undefined"])
        assert found.loc[hidden, ["low", "high"]].isna().all(axis=None)
        assert (found.loc[~is_measured, "reason"] != "").all()
        estimated = is_measured & ~found["statistic"].isin(FACTS) & ~found["kpi_id"].eq("G6")
        assert (found.loc[estimated, "cases"] >= too_few).all()
        assert not np.isinf(found[["value", "low", "high"]]).any(axis=None)


def test_interval_holds_the_value() -> None:
    for each in measured():
        found = each.results
        assert not (found["low"] > found["value"] + 1e-9).any()
        assert not (found["high"] < found["value"] - 1e-9).any()
        rates = found[found["statistic"].isin(["rate", "clustered_rate"])]
        ends = rates.loc[rates["state"] == "measured", ["value", "low", "high"]].stack()
        assert ends.between(0, 1).all()


def test_n_and_missing_are_the_observations() -> None:
    for each in measured():
        heads = each.results.drop_duplicates("kpi_id").set_index("kpi_id")
        for kpi_id, units in each.units.items():
            head = heads.loc[kpi_id]
            if head["state"] == "measured" and not CATALOGUE[kpi_id].statistic.by_month:
                assert head["n"] + head["missing"] == len(pooled(units)), kpi_id
                assert head["cases"] <= head["n"], kpi_id


@pytest.mark.parametrize("period", [PERIOD, "2026-02", "2019-12"])
def test_nothing_is_observed_of_months_to_come(period: str) -> None:
    for each in measured()[::2]:
        seen = replace(each.view, period=period)
        for item in CATALOGUE.values():
            if availability(item, seen)[0] == "measured":
                as_measured = period == PERIOD and not item.scale  # whose latest waves those are
                units = each.units[item.id] if as_measured else observe_all(item, seen)
                assert not (units["period"] > period).any(), item.id

"""Amounts far from those beside them: one is told, several of one unit are not used."""

import numpy as np
import pandas as pd
import pytest

from builders.asking import changed, delivery, findings, mended, questions
from builders.tables import frame

CLEAN = delivery()
DONE = CLEAN["projects"]["status"] == "completed"


def thousandfold(chosen: pd.Series) -> pd.Series:
    costs = CLEAN["projects"]["actual_cost"]
    return costs.where(~chosen, costs * 1000)


@pytest.mark.parametrize("status", ["completed", "active"])
def test_one_is_told_and_used(status: str) -> None:
    first = CLEAN["projects"].index[CLEAN["projects"]["status"] == status][0]
    given = changed(CLEAN, projects__actual_cost=thousandfold(CLEAN["projects"].index == first))
    (asked,) = questions(given).values()
    assert asked.id == "far_amount projects.actual_cost"
    assert asked.withholds == ()
    assert asked.examples[0].startswith(CLEAN["projects"]["project_id"][first])


def test_several_are_not_used_with_what_they_are_set_against() -> None:
    some = DONE & (np.arange(len(DONE)) % 5 == 0)
    given = changed(CLEAN, projects__actual_cost=thousandfold(some))
    (found,) = findings(given).values()
    assert f"of {some.sum()} projects" in found.question.asks
    left = mended(given, found)
    assert left["projects"]["actual_cost"].isna().sum() == some.sum()
    assert left["baselines"]["cost"].isna().sum() == some.sum()


def test_baselines_of_one_department_in_thousands() -> None:
    own = CLEAN["projects"].query("department == 'Finance'")["project_id"]
    plans = CLEAN["baselines"]
    costs = plans["cost"].where(~plans["project_id"].isin(own), plans["cost"] / 1000)
    given = changed(CLEAN, baselines__cost=costs)
    (found,) = findings(given).values()
    assert found.question.id == "money_unit_of_some projects.actual_cost"
    reports = CLEAN["status_reports"]
    spent = reports.groupby("project_id")["actual_cost"].max()
    plain = plans.set_index("project_id")["cost"]
    under_way = set(own) & set(spent[spent > plain.reindex(spent.index) / 4].index)
    left = mended(given, found)["baselines"].set_index("project_id")["cost"]
    assert left[list(under_way)].isna().all()
    assert left[~left.index.isin(own)].notna().all()


def test_large_project_with_a_large_baseline_is_not_asked_about() -> None:
    large = CLEAN["projects"]["project_id"][DONE].iloc[0]
    given = dict(CLEAN)
    for table, column in (("projects", "actual_cost"), ("baselines", "cost")):
        rows = CLEAN[table]
        costs = rows[column].where(rows["project_id"] != large, rows[column] * 1000)
        given[table] = rows.assign(**{column: costs})
    own = CLEAN["status_reports"]
    given["status_reports"] = own[own["project_id"] != large].reset_index(drop=True)
    assert questions(given) == {}


def test_a_month_of_the_office() -> None:
    months = pd.period_range("2025-04", "2026-03", freq="M").astype(str)
    rows = [{"period": m, "category": "staff", "amount": 30_000.0} for m in months]
    rows[4]["amount"] = 30_000_000.0
    (asked,) = questions(CLEAN | {"pmo_costs": frame("pmo_costs", rows)}).values()
    assert asked.examples == ("2025-08 (30,000,000)",)

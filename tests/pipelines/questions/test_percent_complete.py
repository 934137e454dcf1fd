"""Percent complete is no earned value: asked about, not used, turned into money where declared."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from builders.asking import changed, delivery, questions, withheld
from builders.tables import Tables
from pipelines.questions import answered
from pmo_lib.contract.settings import Settings

EARNED, PLANNED = "status_reports.earned_value", "status_reports.planned_value"
CLEAN = delivery()
BUDGET = CLEAN["status_reports"]["project_id"].map(
    CLEAN["baselines"].set_index("project_id")["cost"]
)


def in_per_cent(*columns: str, of: float = 100.0, given: Tables = CLEAN) -> Tables:
    reports = CLEAN["status_reports"]
    made: dict[str, Any] = {f"status_reports__{c}": reports[c] / BUDGET * of for c in columns}
    return changed(given, **made)


MONEY = ["projects__actual_cost", "baselines__cost", "status_reports__actual_cost",
         "status_reports__planned_value"]  # fmt: skip


@pytest.mark.parametrize("of", [1.0, 100.0])
@pytest.mark.parametrize("columns", [("earned_value",), ("planned_value", "earned_value")])
def test_is_asked_and_not_used(of: float, columns: tuple[str, ...]) -> None:
    assert withheld(in_per_cent(*columns, of=of)) == {f"status_reports.{c}" for c in columns}


def test_beside_money_in_thousands() -> None:
    thousands = changed(CLEAN, **dict.fromkeys(MONEY, lambda amounts: amounts / 1000))
    assert withheld(in_per_cent("earned_value", given=thousands)) == {EARNED}


def test_without_any_cost_reported() -> None:
    nothing = {"status_reports__actual_cost": np.nan, "status_reports__planned_value": np.nan}
    assert withheld(in_per_cent("earned_value", given=changed(CLEAN, **nothing))) == {EARNED}


def test_small_amounts_of_money_are_none() -> None:
    names = [*MONEY, "status_reports__earned_value"]
    small = changed(CLEAN, **dict.fromkeys(names, lambda amounts: amounts / 1e5))
    assert small["status_reports"]["earned_value"].max() < 10
    assert questions(small) == {}


class TestDeclared:
    def test_is_that_share_of_the_budget(self) -> None:
        given = in_per_cent("earned_value", "planned_value")
        (asked,) = questions(given).values()
        assert f"percent_complete: [{PLANNED}, {EARNED}]" in asked.remedy
        declared = {"percent_complete": [EARNED, PLANNED]}
        assert questions(given, **declared) == {}
        found = answered(given, Settings(**declared))["status_reports"]
        for column in ("earned_value", "planned_value"):
            np.testing.assert_allclose(found[column], CLEAN["status_reports"][column])

    def test_budget_is_that_in_force_in_the_month(self) -> None:
        project = CLEAN["status_reports"]["project_id"].iloc[0]
        first = CLEAN["baselines"][CLEAN["baselines"]["project_id"] == project]
        again = first.assign(version=1, cost=5e6, approved_on=pd.Timestamp("2030-01-01"))
        later = first.assign(version=2, cost=9e6, approved_on=pd.Timestamp("1999-01-01"))
        base = pd.concat([CLEAN["baselines"], again, later], ignore_index=True)
        given = in_per_cent("earned_value") | {"baselines": base}
        found = answered(given, Settings(percent_complete=[EARNED]))["status_reports"]
        own = found["project_id"] == project
        share = given["status_reports"]["earned_value"][own] / 100
        np.testing.assert_allclose(found["earned_value"][own], share * 9e6)

    def test_without_baselines_nothing_is_said(self) -> None:
        given = {k: v for k, v in in_per_cent("earned_value").items() if k != "baselines"}
        assert answered(given, Settings(percent_complete=[EARNED])) == given

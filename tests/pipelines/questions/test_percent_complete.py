"""Percent complete is no earned value: asked about, not used, turned into money where declared."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from builders.asking import changed, delivery, questions, withheld
from builders.tables import Tables
from pipelines.questions import answered
from pipelines.reading.ingest import ingest
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


@pytest.mark.parametrize("unit", [1e3, 1e6])
def test_amounts_in_another_unit_are_none(unit: float) -> None:
    few = {name: rows[rows["project_id"] < "p050"] for name, rows in CLEAN.items()}
    few = {name: rows.reset_index(drop=True) for name, rows in few.items()}
    given = changed(few, status_reports__earned_value=lambda amounts: amounts / unit)
    (asked,) = questions(given).values()
    assert asked.id == "money_unit status_reports.earned_value"


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

    def test_sign_may_stand_beside_it(self, tmp_path: Path, write: Callable[..., Path]) -> None:
        rows = "P1,2026-01,owner,45%\nP1,2026-02,owner,60\n"
        files = {
            "projects.csv": "project_id,department\nP1,IT\n",
            "status_reports.csv": f"project_id,period,rated_by,earned_value\n{rows}",
        }
        raw = write(tmp_path / "raw", files)
        read = ingest(raw, Settings(percent_complete=["status_reports"])).tables["status_reports"]
        assert read.typed["earned_value"].tolist() == [45.0, 60.0]
        (refused,) = ingest(raw, Settings()).tables["status_reports"].unread["rule"]
        assert "percent_complete in settings.yml" in refused

"""Amounts in unlike units are asked about and not used; a declared unit mends them."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from builders.asking import changed, delivery, questions, withheld
from builders.tables import Tables, frame
from pipelines.questions.money_units import answer
from pmo_lib.contract.settings import Settings

REPORTED = ("planned_value", "earned_value", "actual_cost")


def times(factor: float) -> Any:
    return lambda amounts: amounts * factor


UNLIKE: dict[str, tuple[dict[str, float], set[str]]] = {
    "baselines in thousands": ({"baselines__cost": 1e-3}, {"baselines.cost"}),
    "baselines in millions": ({"baselines__cost": 1e-6}, {"baselines.cost"}),
    "costs of projects in thousands": ({"projects__actual_cost": 1e-3}, {"projects.actual_cost"}),
    "reported costs alone": ({"status_reports__actual_cost": 1e-3}, {"status_reports.actual_cost"}),
    "all that is reported": (
        {f"status_reports__{name}": 1e-3 for name in REPORTED},
        {f"status_reports.{name}" for name in REPORTED},
    ),
    "in another currency": ({"baselines__cost": 1 / 85}, {"baselines.cost"}),
}


@pytest.mark.parametrize("named", UNLIKE)
def test_the_odd_ones_are_withheld(named: str) -> None:
    factors, odd = UNLIKE[named]
    given = changed(delivery(), **{name: times(f) for name, f in factors.items()})
    assert withheld(given) == odd


@pytest.mark.parametrize("factor", [1e-6, 1e-3, 1.0])
def test_one_unit_for_all_is_not_asked_about(factor: float) -> None:
    names = ["projects__actual_cost", "baselines__cost"]
    names += [f"status_reports__{name}" for name in REPORTED]
    assert questions(changed(delivery(), **dict.fromkeys(names, times(factor)))) == {}


def of_projects(n: int) -> Tables:
    """The first completed projects and their baselines, of which nothing else is known."""
    given = delivery()
    done = given["projects"][given["projects"]["status"] == "completed"].head(n)
    plans = given["baselines"]
    plans = plans[plans["project_id"].isin(done["project_id"])]
    return {"projects": done.reset_index(drop=True), "baselines": plans.reset_index(drop=True)}


@pytest.mark.parametrize(("n", "of"), [(2, 0), (3, 2)])
def test_of_two_alone_both_are_withheld(n: int, of: int) -> None:
    found = withheld(changed(of_projects(n), baselines__cost=times(1e-3)))
    assert found == set(["baselines.cost", "projects.actual_cost"][:of])


class TestDeclared:
    THOUSANDS = changed(delivery(), baselines__cost=times(1e-3))

    def test_remedy_is_the_unit(self) -> None:
        (asked,) = questions(self.THOUSANDS).values()
        assert asked.id == "money_unit baselines.cost"
        assert "money_unit: {baselines.cost: 1000}" in asked.remedy
        assert "1,0" in asked.asks  # about a thousand times

    @pytest.mark.parametrize(
        "unit", [{"baselines": 1000.0}, {"baselines.cost": 1000.0},
                 {"baselines": 7.0, "baselines.cost": 1000.0}],
    )  # fmt: skip
    def test_unit_is_applied_of_a_column_before_that_of_its_table(
        self, unit: dict[str, float]
    ) -> None:
        assert questions(self.THOUSANDS, money_unit=unit) == {}

    def test_waived_it_is_not_asked(self) -> None:
        assert withheld(self.THOUSANDS, waived=["money_unit baselines.cost"]) == set()

    def test_benefits_not_counted_in_money_keep_their_numbers(self) -> None:
        kinds = {"b1": ("cashable", "GBP"), "b2": ("non_financial", "GBP"), "b3": ("cashable", "h")}
        given = delivery() | {
            "benefits": frame("benefits", [
                {"benefit_id": name, "project_id": "p000", "class": kind, "unit": unit,
                 "target_value": 5.0} for name, (kind, unit) in kinds.items()]),
            "benefit_reports": frame("benefit_reports", [
                {"benefit_id": name, "period": "2026-01", "planned": 1.0} for name in kinds]),
        }  # fmt: skip
        unit = {"benefits": 1000.0, "benefit_reports": 1000.0}
        found = answer(given, Settings(money_unit=unit))
        assert found["benefits"]["target_value"].tolist() == [5000.0, 5.0, 5.0]
        assert found["benefit_reports"]["planned"].tolist() == [1000.0, 1.0, 1.0]
        assert given["benefits"]["target_value"].tolist() == [5.0] * 3


class TestOfTheOffice:
    @staticmethod
    def costs(factor: float) -> Tables:
        months = pd.period_range("2025-04", "2026-03", freq="M").astype(str)
        rows = [{"period": m, "category": "staff", "amount": 30_000.0 * factor} for m in months]
        return {**delivery(), "pmo_costs": frame("pmo_costs", rows)}

    @pytest.mark.parametrize(("factor", "unit"), [(1e-3, "1000"), (1e3, "0.001")])
    def test_out_of_all_proportion(self, factor: float, unit: str) -> None:
        (asked,) = questions(self.costs(factor)).values()
        assert asked.withholds == ("pmo_costs.amount",)
        assert f"{{pmo_costs: {unit}}}" in asked.remedy

    def test_in_proportion(self) -> None:
        assert questions(self.costs(1.0)) == {}


def test_risks_in_thousands_beside_budgets_in_units() -> None:
    chance = np.random.default_rng(7)
    rows = [
        {"risk_id": f"r{n}", "project_id": f"p{n % 30:03}", "raised_on": "2026-01-01",
         "probability": 0.3, "impact": float(chance.lognormal(9, 1))} for n in range(90)
    ]  # fmt: skip
    given = delivery() | {"risks": frame("risks", rows)}
    assert withheld(given) == set()
    assert withheld(changed(given, risks__impact=times(1e-3))) == {"risks.impact"}

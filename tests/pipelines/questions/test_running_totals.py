"""Values of the month are no values to date, nor the reverse; what is declared is converted."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from builders.asking import changed, delivery, findings, mended, questions, withheld
from builders.tables import Tables, frame
from pipelines.questions import answered
from pmo_lib.contract.settings import Settings

CLEAN = delivery()
REPORTS = CLEAN["status_reports"]
REPORTED = ("planned_value", "earned_value", "actual_cost")
MONTH = REPORTS.groupby("project_id").cumcount() + 1
OF_MONTHS = REPORTS.groupby("project_id")["period"].transform("size")
SPENT = REPORTS["project_id"].map(CLEAN["projects"].set_index("project_id")["actual_cost"])


def of_the_month(column: str) -> pd.Series:
    steps = REPORTS.groupby("project_id")[column].diff()
    return steps.fillna(REPORTS[column])


def reporting(**columns: Any) -> Tables:
    return changed(CLEAN, **{f"status_reports__{name}": v for name, v in columns.items()})


def noisy(values: pd.Series) -> pd.Series:
    return values * np.random.default_rng(5).lognormal(0, 0.4, len(values))


COST = of_the_month("actual_cost")
RISING = SPENT * 2 * MONTH / (OF_MONTHS * (OF_MONTHS + 1))
PERIODIC: dict[str, dict[str, Any]] = {
    "all three": {name: of_the_month(name) for name in REPORTED},
    "the cost alone": {"actual_cost": COST},
    "that go up and down": {"actual_cost": noisy(COST)},
    "that always rise": {"actual_cost": RISING},
}
S_CURVE = SPENT / (1 + np.exp(-8 * (MONTH / OF_MONTHS - 0.5)))
TO_DATE: dict[str, dict[str, Any]] = {
    "S-curve": {"actual_cost": S_CURVE},
    "with corrections": {"actual_cost": S_CURVE.where(MONTH % 9 > 0, S_CURVE * 0.97)},
}


@pytest.mark.parametrize("named", PERIODIC)
def test_values_of_the_month_are_withheld(named: str) -> None:
    columns = PERIODIC[named]
    assert withheld(reporting(**columns)) == {f"status_reports.{name}" for name in columns}


@pytest.mark.parametrize(("of", "asks"), [(10, False), (2, True)])
def test_values_of_the_month_in_some_projects_are_not_used(of: int, asks: bool) -> None:
    some = REPORTS["project_id"].str[-3:].astype(int) % of == 0
    given = reporting(earned_value=REPORTS["earned_value"].mask(some, of_the_month("earned_value")))
    found = findings(given).get("periodic_of_some status_reports")
    assert (found is not None) == asks
    if found:
        left = mended(given, found)["status_reports"]["earned_value"]
        assert left[~some].equals(REPORTS["earned_value"][~some])
        assert left[some].notna().mean() < 0.1


@pytest.mark.parametrize("named", TO_DATE)
def test_values_to_date_are_not_asked_about(named: str) -> None:
    assert questions(reporting(**TO_DATE[named])) == {}


def test_declared_they_are_added_up() -> None:
    given = reporting(**PERIODIC["all three"])
    (asked,) = questions(given).values()
    assert "periodic: [status_reports]" in asked.remedy
    assert questions(given, periodic=["status_reports"]) == {}
    shuffled = {n: rows.sample(frac=1, random_state=2) for n, rows in given.items()}
    found = answered(shuffled, Settings(periodic=["status_reports"]))["status_reports"]
    for name in REPORTED:
        np.testing.assert_allclose(found[name].sort_index(), REPORTS[name])


MONTHS = [str(month) for month in pd.period_range("2025-04", "2026-03", freq="M")]


def benefits(
    planned: Callable[[Any], Any], realised: Callable[[Any], Any], target: float | None = 12_000.0
) -> Tables:
    """Eight benefits of a thousand a month, of which the half to all is realised."""
    chance = np.random.default_rng(3)
    rows = []
    for n in range(8):
        plan = np.full(12, 1000.0)
        came = plan * chance.uniform(0.5, 1, 12)
        columns = {"planned": planned(plan), "realised": realised(came)}
        rows += [
            {"benefit_id": f"b{n}", "period": month} | {k: v[at] for k, v in columns.items()}
            for at, month in enumerate(MONTHS)
        ]
    promised = [
        {"benefit_id": f"b{n}", "project_id": f"p{n:03}", "class": "cashable", "unit": "GBP",
         "target_value": target} for n in range(8)
    ]  # fmt: skip
    return CLEAN | {
        "benefits": frame("benefits", promised), "benefit_reports": frame("benefit_reports", rows)
    }  # fmt: skip


def as_it_is(values: Any) -> Any:
    return values


class TestOfTheMonthWanted:
    @pytest.mark.parametrize("target", [12_000.0, None])
    def test_sums_are_withheld(self, target: float | None) -> None:
        found = withheld(benefits(np.cumsum, np.cumsum, target))
        assert found == {"benefit_reports.planned", "benefit_reports.realised"}
        assert withheld(benefits(as_it_is, np.cumsum, target)) == {"benefit_reports.realised"}

    def test_what_rises_seldom_is_as_the_column_beside_it(self) -> None:
        def twice_a_year(values: Any) -> Any:
            return np.cumsum(np.where(np.arange(len(values)) % 6 == 5, values, 0))

        both = {"benefit_reports.planned", "benefit_reports.realised"}
        assert withheld(benefits(np.cumsum, twice_a_year)) == both
        assert withheld(benefits(as_it_is, twice_a_year)) == set()

    def test_values_of_the_month_are_not_asked_about(self) -> None:
        assert questions(benefits(as_it_is, as_it_is)) == {}

    def test_benefits_that_grow_to_their_target_are_not_asked_about(self) -> None:
        def grow(values: Any) -> Any:
            return 2 * 12_000 * np.arange(1, 13) / (12 * 13) + values * 0

        assert questions(benefits(grow, grow)) == {}

    def test_declared_they_are_taken_apart(self) -> None:
        given = benefits(np.cumsum, np.cumsum)
        assert questions(given, cumulative=["benefit_reports"]) == {}
        found = answered(given, Settings(cumulative=["benefit_reports"]))["benefit_reports"]
        known = benefits(as_it_is, as_it_is)["benefit_reports"]
        for name in ("planned", "realised"):
            np.testing.assert_allclose(found[name], known[name])

    @pytest.mark.parametrize("of_a_year", [True, False])
    def test_costs_of_the_office_by_year_or_from_the_first_month(self, of_a_year: bool) -> None:
        chance = np.random.default_rng(4)
        months = pd.period_range("2024-07", periods=24, freq="M")
        amounts = chance.uniform(20_000, 40_000, 24)
        year = months.year if of_a_year else np.zeros(24)
        rows = [{"period": f"{m}", "category": "staff", "amount": a}
                for m, a in zip(months, amounts, strict=True)]  # fmt: skip
        monthly = CLEAN | {"pmo_costs": frame("pmo_costs", rows)}
        to_date = pd.Series(amounts).groupby(year).cumsum()
        given = changed(monthly, pmo_costs__amount=to_date)
        assert questions(monthly) == {}
        assert withheld(given) == {"pmo_costs.amount"}
        found = answered(given, Settings(cumulative=["pmo_costs.amount"]))["pmo_costs"]["amount"]
        np.testing.assert_allclose(found, amounts)

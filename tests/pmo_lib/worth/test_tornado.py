"""The tornado: one input at a time, the rest at the median; alternatives; order."""

from dataclasses import replace
from math import exp, nan
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pmo_lib.worth.assumptions import Assumptions, ThreePoint
from pmo_lib.worth.draws import value_draws
from pmo_lib.worth.exposure import Exposure
from pmo_lib.worth.joint_effects import JointEffects
from pmo_lib.worth.tornado import INPUTS, tornado

BASE = pd.Timestamp("2020-12-31")
T90 = 1.3277  # t at 0.9 with 19 degrees of freedom
HALF = ThreePoint(0.5, 0.5, 0.5)
PLAIN = Assumptions(
    imposed_hours=ThreePoint(2, 4, 6), hourly_rate=ThreePoint(0.01, 0.01, 0.01), delay_lost=HALF,
    discount_rate=0.0,
)  # fmt: skip
EFFECTS = JointEffects(
    ("cost", "benefits"), np.array([-0.06, 0.1]), np.diag([0.027, 0.05]) ** 2, 19,
    {"cost": "likely", "benefits": "not shown"},
)  # fmt: skip
OFFICE = pd.DataFrame({"period": ["2021-12"], "amount": [2.0]})
PROJECTS = pd.DataFrame(
    {
        "project_id": ["a", "b"],
        "department": ["x", "y"],
        "finished_on": [BASE + pd.Timedelta(days=365.25 * k) for k in (1, 2)],
        "actual_cost": [30.0, 20.0],
        "actual_days": [365.25, 365.25],
        "benefit_a_year": [5.0, 5.0],
        "planned_benefit": [6.0, 4.0],
        "cashable_benefit_share": [0.5, 0.5],
        "unverified_share": [0.0, 0.0],
        "supported": [True, True],
    }
)


def npv(cost: float = -0.06, benefits: float = 0.1, office: float = 1.0, hours: float = 4) -> float:
    """Undiscounted: 50 of cost, 10 of benefits, 24 project months, 2 for the office."""
    return 50 * (exp(-cost) - 1) + 10 * benefits - 2 * office - 24 * hours * 0.01


def bars(**more: Any) -> pd.DataFrame:
    given: dict[str, Any] = {
        "projects": PROJECTS, "pmo_costs": OFFICE, "assumptions": PLAIN, "base_date": BASE,
    }  # fmt: skip
    given |= {name: more.pop(name) for name in given if name in more}
    return tornado(Exposure(**given), more.pop("effects", EFFECTS), **more)


def bar(table: pd.DataFrame, name: str) -> list[float]:
    found = table.set_index("input").loc[name]
    return [float(found[item]) for item in ("low_at", "high_at", "npv_low", "npv_high")]


class TestInputs:
    def test_each_effect_goes_to_its_own_p10_and_p90(self) -> None:
        low, high = -0.06 - T90 * 0.027, -0.06 + T90 * 0.027
        expected = [low, high, npv(cost=low), npv(cost=high)]
        assert bar(bars(), INPUTS["cost"]) == pytest.approx(expected, abs=1e-3)
        low, high = 0.1 - T90 * 0.05, 0.1 + T90 * 0.05
        expected = [low, high, npv(benefits=low), npv(benefits=high)]
        assert bar(bars(), INPUTS["benefits"]) == pytest.approx(expected, abs=1e-3)

    def test_office_goes_to_the_p10_and_p90_of_its_triangle(self) -> None:
        away = 0.05 * (1 - 0.2**0.5)
        expected = [1 - away, 1 + away, npv(office=1 - away), npv(office=1 + away)]
        assert bar(bars(), INPUTS["office_factor"]) == pytest.approx(expected)

    def test_three_point_assumption_goes_to_its_quantiles(self) -> None:
        draws = PLAIN.imposed_hours.draws(200_000, np.random.default_rng(1))
        low, high = np.quantile(draws, [0.1, 0.9])
        expected = [low, high, npv(hours=low), npv(hours=high)]
        assert bar(bars(), INPUTS["imposed_hours"]) == pytest.approx(expected, abs=0.02)

    def test_constant_has_no_swing(self) -> None:
        table = bars().set_index("input")
        assert table.loc[INPUTS["hourly_rate"], "swing"] == 0

    def test_every_input_has_a_bar_and_the_widest_is_first(self) -> None:
        table = bars(assumptions=replace(PLAIN, budget_returned=HALF))
        assert set(table["input"]) == set(INPUTS.values()) - {INPUTS["schedule"]}
        assert table["swing"].is_monotonic_decreasing
        assert table["swing"].to_numpy() == pytest.approx(
            (table["npv_high"] - table["npv_low"]).abs().to_numpy()
        )

    def test_middle_of_the_bars_is_the_median_of_the_draws(self) -> None:
        draws = value_draws(Exposure(PROJECTS, OFFICE, PLAIN, BASE), EFFECTS).table["npv"]
        assert draws.median() == pytest.approx(npv(), abs=0.05)


class TestOfTheHeadline:
    def test_counts_what_the_case_counts(self) -> None:
        """Benefits are not shown: the conservative headline has none of them, nor has its bar."""
        table = bars(case="conservative")
        low, high = -0.06 - T90 * 0.027, -0.06 + T90 * 0.027
        ends = [npv(cost=each, benefits=0.0) for each in (low, high)]
        assert bar(table, INPUTS["cost"])[2:] == pytest.approx(ends, abs=1e-3)
        assert table.set_index("input").loc[INPUTS["benefits"], "swing"] == 0

    def test_its_middle_is_the_headline(self) -> None:
        table = bars(case="conservative", headline=1.25)
        moved = 1.25 - npv(benefits=0.0)
        low, high = -0.06 - T90 * 0.027, -0.06 + T90 * 0.027
        ends = [npv(cost=each, benefits=0.0) + moved for each in (low, high)]
        assert bar(table, INPUTS["cost"])[2:] == pytest.approx(ends, abs=1e-3)
        assert bar(table, INPUTS["hourly_rate"])[2:] == pytest.approx([1.25, 1.25])


class TestAlternatives:
    def test_alternative_effects_take_the_place_of_the_effects(self) -> None:
        weighted = replace(EFFECTS, values=np.array([-0.2, 0.1]))
        table = bars(alternatives={"weighted by cost": weighted})
        assert bar(table, "weighted by cost") == pytest.approx(
            [nan, nan, npv(), npv(cost=-0.2)], nan_ok=True
        )
        assert table["input"].iloc[0] == "weighted by cost"

    def test_alternative_discount_rate_takes_the_place_of_the_rate(self) -> None:
        terms = replace(PLAIN, discount_rate=0.07)
        table = bars(alternatives={"discount 7 %": Exposure(PROJECTS, OFFICE, terms, BASE)})
        costs = 30 / 1.07 + 20 / 1.07**2
        benefits = 6 / 1.07 + 4 / 1.07**2
        months = 12 * 1.07**-0.5 + 12 * 1.07**-1.5
        office = 2 * 1.07 ** -(365 / 365.25)
        expected = costs * (exp(0.06) - 1) + 0.1 * benefits - office - 0.04 * months
        assert bar(table, "discount 7 %")[2:] == pytest.approx([npv(), expected])


class TestWhatIsMissing:
    @pytest.mark.parametrize(
        "more",
        [
            {"pmo_costs": None},
            {"projects": PROJECTS.iloc[:0]},
            {"projects": PROJECTS.iloc[:1]},
        ],
    )
    def test_no_bars_where_the_npv_is_missing(self, more: dict[str, Any]) -> None:
        table = bars(**more)
        assert table.empty
        assert list(table.columns) == [
            "input", "low_at", "high_at", "npv_low", "npv_high", "swing",
        ]  # fmt: skip

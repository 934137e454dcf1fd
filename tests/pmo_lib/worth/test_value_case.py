"""The value case: when effects may become money, and what a view withholds."""

from dataclasses import replace
from math import isnan, log
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import pmo_lib.worth.value_case
from builders.rollouts import (
    PERIOD,
    all_at_once,
    case,
    chosen,
    few_departments,
    permuted,
    rolled_out,
    without,
)
from builders.views import settings
from pmo_lib.causal.effect import Effect
from pmo_lib.effect.finding import STRADDLERS, Finding
from pmo_lib.effect.outcomes import OUTCOMES
from pmo_lib.effect.rules import Rules
from pmo_lib.engine.view import View
from pmo_lib.worth.assumptions import Terms
from pmo_lib.worth.costs import Costs
from pmo_lib.worth.value_case import (
    COLUMNS,
    ValueCase,
    _above_break_even,
    evidence,
    value_case,
)


def withholding(**reasons: str) -> ValueCase:
    return value_case(View(rolled_out(), PERIOD, settings(), withheld=reasons))


@pytest.fixture(scope="module")
def shown() -> ValueCase:
    """The roll-out, and a month in which the PMO is said to have begun, which it does not need."""
    return case(rolled_out(), began="2023-01")


class TestNoMoney:
    def test_a_staggered_roll_out_may_become_money(self, shown: ValueCase) -> None:
        assert shown.money.refusal == ""
        assert set(shown.money.effects.names) == {"cost", "schedule", "benefits"}

    @pytest.mark.parametrize(
        ("given", "began"), [(all_at_once, ""), (chosen, ""), (few_departments, "2023-01")]
    )
    def test_other_designs_may_not(self, given: object, began: str) -> None:
        seen = case(given(), began=began)  # type: ignore[operator]
        assert seen.money.refusal == (
            "only a difference to departments that had not adopted yet may become money"
        )
        assert seen.money.effects.names == ()
        assert seen.money.draws == {}
        assert seen.money.tornado.empty
        assert seen.for_kpi is None

    def test_nor_may_a_single_service(self) -> None:
        given = rolled_out()
        both = pd.concat([given["rollouts"], given["rollouts"].assign(service_id="S2")])
        seen = case(given | {"rollouts": both}, service="S1")
        assert seen.money.refusal.startswith("what a single service costs is not known")
        assert seen.money.effects.names == ()
        assert seen.for_kpi is None

    def test_nor_what_is_no_case_at_all(self) -> None:
        seen = case(without("projects"))
        assert seen.money.refusal == seen.reason == "needs projects.csv"
        assert seen.findings == ()
        assert seen.for_kpi is None
        assert list(seen.table()) == list(COLUMNS)


class TestWithheld:
    @pytest.mark.parametrize("name", ["projects", "baselines", "rollouts"])
    def test_there_is_no_case_without_what_it_needs(self, name: str) -> None:
        seen = withholding(**{name: f"{name} rejected"})
        assert seen.reason == f"{name} rejected"
        assert seen.findings == ()

    def test_benefits_that_are_withheld_are_not_used(self) -> None:
        given = evidence(View(rolled_out(), PERIOD, settings(), {"benefit_reports": "rejected"}))
        assert given.projects["benefits"].isna().all()
        assert given.projects["cost"].notna().any()

    def test_nothing_begun_is_no_case(self) -> None:
        given = rolled_out()
        given["projects"] = given["projects"].assign(started_on=pd.NaT)
        assert case(given).reason == "no project has a date of its start by now"


class TestFallback:
    def test_an_untestable_roll_out_leaves_the_month_that_was_given(self) -> None:
        seen = case(few_departments(), began="2023-01")
        assert seen.design == "staggered roll-out"
        assert {each.design for each in seen.findings} == {"interrupted time series"}
        assert seen.finding("cost") is not None

    def test_without_a_month_it_stays_untestable(self) -> None:
        seen = case(few_departments())
        assert {each.design for each in seen.findings} == {"staggered roll-out"}
        assert {each.claim.word for each in seen.findings} == {"not testable"}

    def test_a_testable_one_needs_none(self, shown: ValueCase) -> None:
        assert {each.design for each in shown.findings} == {"staggered roll-out"}


class TestForKpi:
    def test_conservative_draws_where_an_effect_is_likely(self, shown: ValueCase) -> None:
        assert shown.any_shown
        found, expected = shown.for_kpi, shown.money.draws["conservative"].for_kpi()
        assert found is not None
        pd.testing.assert_frame_equal(found.drop(columns="projects"), expected)
        most = max(each.tested.n for each in shown.primary)
        assert set(found["projects"]) == {most}  # what R12 rests on, not its 20,000 draws
        assert (found["uplift"] == 0).all()  # benefits are not shown

    def test_none_where_the_cost_is_not_known(self) -> None:
        seen = withholding(pmo_costs="rejected")
        assert seen.any_shown
        assert seen.for_kpi is None

    def test_none_where_no_effect_is_likely(self, shown: ValueCase) -> None:
        weak = [replace(each, claim=replace(each.claim, word="not shown"))
                for each in shown.findings]  # fmt: skip
        seen = replace(shown, findings=tuple(weak))
        assert not seen.any_shown
        assert seen.for_kpi is None


class TestToASceptic:
    """The probability that the effect on cost is beyond the break-even, before much is believed."""

    @staticmethod
    def by_grid(value: float, error: float, sceptical: float, needed: float) -> float:
        """Prior × likelihood on a grid of effects, below what is needed."""
        effects = np.linspace(-5, 5, 2_000_001)
        spread = log(1 + sceptical) / stats.norm.ppf(0.975)  # one in twenty beyond either side
        weight = stats.norm.pdf(effects, 0, spread) * stats.norm.pdf(value, effects, error)
        return float(weight[effects < needed].sum() / weight.sum())

    @pytest.mark.parametrize(
        ("value", "error", "sceptical", "needed"),
        [
            (-0.2, 0.05, 0.2, -0.1), (-0.2, 0.2, 0.2, -0.1), (-0.2, 0.05, 0.05, -0.1),
            (0.1, 0.1, 0.5, -0.02), (-0.1, 0.01, 0.9, -0.1),
        ],
    )  # fmt: skip
    def test_by_hand(self, value: float, error: float, sceptical: float, needed: float) -> None:
        own = Effect(value=value, without=pd.Series([value - error, value + error]))
        found = _above_break_even(
            [Finding(OUTCOMES["cost"], "staggered roll-out", own, own)],
            Terms(sceptical=sceptical), Costs(pd.Timestamp("2024-01-01"), break_even=needed),
        )  # fmt: skip
        expected = self.by_grid(value, error, sceptical, needed)
        assert found == pytest.approx(expected, abs=1e-4)

    def test_of_the_case_is_that_of_its_effect_on_actual_cost(self, shown: ValueCase) -> None:
        own = shown.findings[0].tested
        expected = self.by_grid(own.value, own.jackknife_error, 0.2, shown.costs.break_even)
        assert shown.p_above_break_even == pytest.approx(expected, abs=1e-4)
        rows = shown.money_table()
        told = rows[rows["item"] == "p_above_break_even_to_a_sceptic"]
        assert told[["case", "p50"]].values.tolist() == [["conservative", shown.p_above_break_even]]

    def test_missing_without_an_estimate_or_a_break_even(self) -> None:
        own = Effect(value=-0.1, without=pd.Series([-0.2, 0.0]))
        cost = Finding(OUTCOMES["cost"], "staggered roll-out", own, own)
        day = pd.Timestamp("2024-01-01")
        for found, spent in (
            ([], Costs(day, break_even=-0.1)), ([cost], Costs(day)),
            ([replace(cost, tested=Effect(refusal="too few"))], Costs(day, break_even=-0.1)),
        ):  # fmt: skip
            assert isnan(_above_break_even(found, Terms(), spent))


class TestMoney:
    def test_of_three_effects_on_cost_the_least_favourable_enters(self, shown: ValueCase) -> None:
        cost, ratio = (shown.finding(name) for name in ("cost", "cost_overrun"))
        assert cost is not None
        assert ratio is not None
        names = [
            "effect on actual cost", "effect on cost against approved",
            "effect on cost against approved, weighted by cost",
        ]  # fmt: skip
        on_cost = shown.money.on_cost
        assert list(on_cost) == names
        assert [on_cost[name].value for name in names[:2]] == [
            cost.priced.value,
            ratio.priced.value,
        ]
        assert self.of_money(shown) == max(each.value for each in on_cost.values())

    @staticmethod
    def of_money(case: ValueCase) -> float:
        """The effect on cost that the money uses."""
        return float(case.money.effects.values[case.money.effects.names.index("cost")])

    def test_the_two_others_are_in_the_tornado(self, shown: ValueCase) -> None:
        used = self.of_money(shown)
        others = {name for name, each in shown.money.on_cost.items() if each.value != used}
        assert len(others) == 2
        assert others <= set(shown.money.tornado["input"])

    def test_closer_to_a_padded_plan_is_no_money(self) -> None:
        given = rolled_out(0.0)
        plans, projects = given["baselines"], given["projects"]
        day = projects["department"].map(given["rollouts"].set_index("department")["adopted_on"])
        under = set(projects["project_id"][projects["started_on"] >= day])
        more = plans["cost"] * (1 + 0.3 * plans["project_id"].isin(under))
        with permuted(99):
            seen = case(given | {"baselines": plans.assign(cost=more)})
        ratio, actual = (
            seen.money.on_cost[name].value
            for name in ("effect on cost against approved", "effect on actual cost")
        )
        assert ratio < log(1 / 1.2) < actual
        assert self.of_money(seen) == actual
        assert (seen.money.draws["conservative"].table["avoided"] <= 0).all()

    def test_without_an_estimate_of_actual_cost_there_is_none(self) -> None:
        """Recorded of less than half under the PMO, though what is recorded is closer to plan."""
        given = rolled_out()
        with permuted(19):
            seen = case(given | {"projects": given["projects"].assign(actual_cost=None)})
        assert seen.money.on_cost == {}
        assert "cost" not in seen.money.effects.names

    def test_smallest_effect_of_interest_on_cost_is_that_which_pays(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told: dict[str, float] = {}
        whole = pmo_lib.worth.value_case.findings

        def noted(*given: Any, rules: Rules, **more: Any) -> Any:
            told.update(rules.smallest)
            return whole(*given, rules=rules, **more)

        monkeypatch.setattr(pmo_lib.worth.value_case, "findings", noted)
        seen = case(few_departments())
        assert told["cost"] == -seen.costs.break_even > 0
        assert told["schedule"] == pytest.approx(-log(0.95))
        assert told["benefits"] == 0.05

    def test_table_has_a_row_an_outcome(self, shown: ValueCase) -> None:
        table = shown.table()
        assert list(table) == list(COLUMNS)
        assert table["outcome"].tolist() == [each.outcome.id for each in shown.findings]
        cost = table.set_index("outcome").loc["cost"]
        own = shown.findings[0]
        assert (cost["in_flight_left_out"], cost["by"]) == (own.n_straddling, "quarter")
        assert table["p_adjusted"].tolist() == [each.p_adjusted for each in shown.findings]

    def test_straddlers_are_as_the_terms_have_them(self) -> None:
        given = View(rolled_out(), PERIOD, settings())
        found = {how: evidence(given, Terms(straddlers=how)).lead(4) for how in STRADDLERS}
        assert found == {"left out": 2, "untreated": 0}

    def test_discounts_at_the_rate_of_the_settings(self) -> None:
        seen = value_case(View(few_departments(), PERIOD, settings(discount_rate=0.02)))
        assert seen.terms.assumptions.discount_rate == 0.02

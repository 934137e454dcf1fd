"""The value case: when effects may become money, and what a view withholds."""

from collections.abc import Mapping
from dataclasses import replace
from math import log
from typing import Any

import pandas as pd
import pytest

import pmo_lib.worth.value_case
from builders.rollouts import (
    PERIOD,
    all_at_once,
    case,
    chosen,
    few_departments,
    rolled_out,
    without,
)
from builders.views import settings
from pmo_lib.engine.view import View
from pmo_lib.worth.value_case import COLUMNS, ValueCase, evidence, value_case


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


class TestMoney:
    def test_of_cost_the_less_favourable_estimate_enters(self, shown: ValueCase) -> None:
        cost = shown.finding("cost")
        assert cost is not None
        at = shown.money.effects.names.index("cost")
        assert shown.money.effects.values[at] == max(cost.priced.value, shown.money.by_cost.value)

    def test_smallest_effect_of_interest_on_cost_is_that_which_pays(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told: dict[str, float] = {}
        whole = pmo_lib.worth.value_case.findings

        def noted(*given: Any, smallest: Mapping[str, float], **more: Any) -> Any:
            told.update(smallest)
            return whole(*given, smallest=smallest, **more)

        monkeypatch.setattr(pmo_lib.worth.value_case, "findings", noted)
        seen = case(few_departments())
        assert told["cost"] == -seen.costs.break_even > 0
        assert told["schedule"] == pytest.approx(-log(0.95))
        assert told["benefits"] == 0.05

    def test_table_has_a_row_an_outcome(self, shown: ValueCase) -> None:
        table = shown.table()
        assert list(table) == list(COLUMNS)
        assert table["outcome"].tolist() == ["cost", "schedule", "benefits", "on_time", "on_budget"]
        assert table["p_adjusted"].tolist() == [each.p_adjusted for each in shown.findings]

    def test_discounts_at_the_rate_of_the_settings(self) -> None:
        seen = value_case(View(few_departments(), PERIOD, settings(discount_rate=0.02)))
        assert seen.terms.assumptions.discount_rate == 0.02

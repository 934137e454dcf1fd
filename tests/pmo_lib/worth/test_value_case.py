"""The value case: when effects may become money, and what a view withholds."""

from dataclasses import replace
from math import exp, isnan, log

import numpy as np
import pandas as pd
import pytest

from builders.rollouts import (
    OFFICE_A_MONTH,
    PERIOD,
    all_at_once,
    case,
    chosen,
    few_departments,
    rolled_out,
    without,
)
from builders.tables import Tables, tables
from builders.views import settings
from pmo_lib.engine.view import View
from pmo_lib.worth.value_case import COLUMNS, ValueCase, evidence, value_case


def costs(given: pd.DataFrame) -> Tables:
    return rolled_out() | {"pmo_costs": given}


def withholding(**reasons: str) -> ValueCase:
    return value_case(View(rolled_out(), PERIOD, settings(), withheld=reasons))


@pytest.fixture(scope="module")
def shown() -> ValueCase:
    """The roll-out, and a month in which the PMO is said to have begun, which it does not need."""
    return case(rolled_out(), began="2023-01")


class TestNoCost:
    PAID = rolled_out()["pmo_costs"]

    def test_known_of_every_month(self) -> None:
        seen = case(rolled_out())
        assert seen.costs.unknown == ""
        assert seen.costs.table is not None
        assert len(seen.costs.table) == len(self.PAID) == 57  # January 2022 to September 2026

    def test_no_table(self) -> None:
        seen = case(without("pmo_costs"))
        assert seen.costs.unknown == "needs pmo_costs.csv"
        assert seen.costs.table is None

    def test_a_table_that_is_withheld(self) -> None:
        seen = withholding(pmo_costs="too many rows rejected")
        assert seen.costs.unknown == "too many rows rejected"
        assert seen.costs.table is None

    @pytest.mark.parametrize("amount", [0.0, np.nan])
    def test_nothing_paid_is_nothing_known(self, amount: float) -> None:
        seen = case(costs(self.PAID.assign(amount=amount)))
        assert seen.costs.unknown == "pmo_costs.csv has no cost up to the data date"

    def test_what_comes_after_the_data_date_is_none(self) -> None:
        seen = case(costs(self.PAID.assign(period="2027-01")))
        assert seen.costs.unknown == "pmo_costs.csv has no cost up to the data date"

    def test_a_month_without_a_row_is_not_one_without_cost(self) -> None:
        seen = case(costs(self.PAID.drop(index=[3, 7]).reset_index(drop=True)))
        assert seen.costs.unknown == "pmo_costs.csv lacks 2 of the 57 months since 2022-01"
        assert seen.costs.table is None
        assert isnan(seen.costs.break_even)

    def test_nor_is_one_without_an_amount(self) -> None:
        amount = self.PAID["amount"].mask(self.PAID["period"] == "2023-05")
        seen = case(costs(self.PAID.assign(amount=amount)))
        assert seen.costs.unknown == "pmo_costs.csv lacks 1 of the 57 months since 2022-01"

    def test_months_since_the_first_adoption_are_asked_for(self) -> None:
        late = self.PAID[self.PAID["period"] >= "2022-07"].reset_index(drop=True)
        assert case(costs(late)).costs.unknown == (
            "pmo_costs.csv lacks 6 of the 57 months since 2022-01"
        )

    def test_and_those_since_the_first_cost(self) -> None:
        early = pd.concat([self.PAID, self.PAID.head(1).assign(period="2021-10")])
        assert (
            case(costs(early)).costs.unknown
            == "pmo_costs.csv lacks 2 of the 60 months since 2021-10"
        )

    def test_departments_without_projects_ask_for_none(self) -> None:
        given = rolled_out()
        more = tables(
            rollouts=[{"department": "Z", "service_id": "S1", "adopted_on": "2015-01-01"}]
        )["rollouts"]
        given["rollouts"] = pd.concat([given["rollouts"], more], ignore_index=True)
        seen = case(given)
        assert seen.costs.unknown == ""
        assert seen.costs.base_date == pd.Timestamp("2022-01-01")


class TestBaseDate:
    def test_is_the_first_adoption_of_a_department_with_projects(self) -> None:
        assert case(without("pmo_costs")).costs.base_date == pd.Timestamp("2022-01-01")

    def test_or_the_first_cost(self) -> None:
        paid = rolled_out()["pmo_costs"]
        earlier = [
            paid.head(1).assign(period=str(month))
            for month in pd.period_range("2021-09", "2021-12", freq="M")
        ]
        assert case(costs(pd.concat([*earlier, paid]))).costs.base_date == pd.Timestamp(
            "2021-09-01"
        )

    def test_or_the_data_date(self) -> None:
        assert case(without("pmo_costs", "rollouts")).costs.base_date == pd.Timestamp("2026-09-30")


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
        pd.testing.assert_frame_equal(found, expected)
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

    def test_smallest_effect_of_cost_is_that_which_pays(self, shown: ValueCase) -> None:
        # statistics.md 4.2: τ* = -log(1 + PV(cost) ÷ PV(spend))
        spend = paid = 0.0
        base = pd.Timestamp("2022-01-01")
        adopted = rolled_out()["rollouts"].set_index("department")["adopted_on"].to_dict()
        rate = shown.question.assumptions.discount_rate
        for each in rolled_out()["projects"].itertuples():
            if each.started_on >= adopted.get(each.department, pd.Timestamp.max):
                years = (each.finished_on - base).days / 365.25
                spend += each.actual_cost / (1 + rate) ** years
        for month in pd.period_range("2022-01", PERIOD, freq="M"):
            years = (month.end_time.normalize() - base).days / 365.25
            paid += OFFICE_A_MONTH / (1 + rate) ** years
        assert shown.costs.break_even == pytest.approx(-log(1 + paid / spend))
        assert exp(shown.costs.break_even) < 1

    def test_cancelled_projects_bring_nothing_to_break_even(self, shown: ValueCase) -> None:
        given = rolled_out()
        adopted = given["rollouts"].set_index("department")["adopted_on"]
        projects = given["projects"]
        under = projects["started_on"] >= projects["department"].map(adopted)
        lost = projects.index.isin(projects.index[under][:40])
        fewer = given | {"projects": projects[~lost]}
        status = projects["status"].mask(pd.Series(lost), "cancelled")
        cancelled = case(given | {"projects": projects.assign(status=status)})
        assert cancelled.costs.break_even == pytest.approx(case(fewer).costs.break_even)
        assert cancelled.costs.break_even < shown.costs.break_even

    def test_table_has_a_row_an_outcome(self, shown: ValueCase) -> None:
        table = shown.table()
        assert list(table) == list(COLUMNS)
        assert table["outcome"].tolist() == ["cost", "schedule", "benefits", "on_time", "on_budget"]
        assert table["p_adjusted"].tolist() == [each.p_adjusted for each in shown.findings]

    def test_discounts_at_the_rate_of_the_settings(self) -> None:
        seen = value_case(View(rolled_out(), PERIOD, settings(discount_rate=0.02)))
        assert seen.question.assumptions.discount_rate == 0.02

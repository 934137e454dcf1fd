"""What the PMO cost, of which months that is known, and the effect at which it pays for itself."""

from math import exp, isnan, log

import numpy as np
import pandas as pd
import pytest

from builders.rollouts import OFFICE_A_MONTH, PERIOD, rolled_out, without
from builders.tables import Tables, tables
from builders.views import settings
from pmo_lib.engine.view import View
from pmo_lib.worth.costs import Costs, break_even, costs
from pmo_lib.worth.value_case import evidence


def spent(given: Tables, **withheld: str) -> Costs:
    seen = View(given, PERIOD, settings(), withheld)
    return costs(seen, evidence(seen), 0.035)


def paid(given: pd.DataFrame) -> Tables:
    return rolled_out() | {"pmo_costs": given}


class TestNoCost:
    PAID = rolled_out()["pmo_costs"]

    def test_known_of_every_month(self) -> None:
        seen = spent(rolled_out())
        assert seen.unknown == ""
        assert seen.table is not None
        assert len(seen.table) == len(self.PAID) == 57  # January 2022 to September 2026

    def test_no_table(self) -> None:
        seen = spent(without("pmo_costs"))
        assert seen.unknown == "needs pmo_costs.csv"
        assert seen.table is None

    def test_a_table_that_is_withheld(self) -> None:
        seen = spent(rolled_out(), pmo_costs="too many rows rejected")
        assert seen.unknown == "too many rows rejected"
        assert seen.table is None

    @pytest.mark.parametrize("amount", [0.0, np.nan])
    def test_nothing_paid_is_nothing_known(self, amount: float) -> None:
        seen = spent(paid(self.PAID.assign(amount=amount)))
        assert seen.unknown == "pmo_costs.csv has no cost up to the data date"

    def test_what_comes_after_the_data_date_is_none(self) -> None:
        seen = spent(paid(self.PAID.assign(period="2027-01")))
        assert seen.unknown == "pmo_costs.csv has no cost up to the data date"

    def test_a_month_without_a_row_is_not_one_without_cost(self) -> None:
        seen = spent(paid(self.PAID.drop(index=[3, 7]).reset_index(drop=True)))
        assert seen.unknown == "pmo_costs.csv lacks 2 of the 57 months since 2022-01"
        assert seen.table is None
        assert isnan(seen.break_even)

    def test_nor_is_one_without_an_amount(self) -> None:
        amount = self.PAID["amount"].mask(self.PAID["period"] == "2023-05")
        seen = spent(paid(self.PAID.assign(amount=amount)))
        assert seen.unknown == "pmo_costs.csv lacks 1 of the 57 months since 2022-01"

    def test_months_since_the_first_adoption_are_asked_for(self) -> None:
        late = self.PAID[self.PAID["period"] >= "2022-07"].reset_index(drop=True)
        assert spent(paid(late)).unknown == ("pmo_costs.csv lacks 6 of the 57 months since 2022-01")

    def test_and_those_since_the_first_cost(self) -> None:
        early = pd.concat([self.PAID, self.PAID.head(1).assign(period="2021-10")])
        assert spent(paid(early)).unknown == "pmo_costs.csv lacks 2 of the 60 months since 2021-10"

    def test_departments_without_projects_ask_for_none(self) -> None:
        given = rolled_out()
        more = tables(
            rollouts=[{"department": "Z", "service_id": "S1", "adopted_on": "2015-01-01"}]
        )["rollouts"]
        given["rollouts"] = pd.concat([given["rollouts"], more], ignore_index=True)
        seen = spent(given)
        assert seen.unknown == ""
        assert seen.base_date == pd.Timestamp("2022-01-01")


class TestBaseDate:
    def test_is_the_first_adoption_of_a_department_with_projects(self) -> None:
        assert spent(without("pmo_costs")).base_date == pd.Timestamp("2022-01-01")

    def test_or_the_first_cost(self) -> None:
        own = rolled_out()["pmo_costs"]
        earlier = [
            own.head(1).assign(period=str(month))
            for month in pd.period_range("2021-09", "2021-12", freq="M")
        ]
        assert spent(paid(pd.concat([*earlier, own]))).base_date == pd.Timestamp("2021-09-01")

    def test_or_the_data_date(self) -> None:
        assert spent(without("pmo_costs", "rollouts")).base_date == pd.Timestamp("2026-09-30")


class TestBreakEven:
    BASE = pd.Timestamp("2023-12-31")
    PAID = pd.DataFrame({"period": ["2023-12", "2024-12"], "amount": [10.0, 11.0]})
    UNDER = pd.DataFrame(
        {
            "ended_on": pd.to_datetime(["2023-12-31", "2024-12-31", None]),
            "actual_cost": [100.0, 110.0, 500.0],
        }
    )

    def test_by_hand(self) -> None:
        # without discounting 21 of 210 spent; what has not ended counts nothing
        found = break_even(self.UNDER, self.PAID, self.BASE, 0.0)
        assert found == pytest.approx(-log(1 + 21 / 210))

    def test_discounted_by_days(self) -> None:
        d = 1.1 ** (-366 / 365.25)  # 2024 was a leap year
        found = break_even(self.UNDER, self.PAID, self.BASE, 0.1)
        assert found == pytest.approx(-log(1 + (10 + 11 * d) / (100 + 110 * d)))

    def test_missing_without_spend(self) -> None:
        assert isnan(break_even(self.UNDER.iloc[2:], self.PAID, self.BASE, 0.0))

    def test_is_the_effect_at_which_the_pmo_pays(self) -> None:
        # statistics.md 4.2: τ* = -log(1 + PV(cost) ÷ PV(spend))
        spend = paid = 0.0
        base = pd.Timestamp("2022-01-01")
        adopted = rolled_out()["rollouts"].set_index("department")["adopted_on"].to_dict()
        shown, rate = spent(rolled_out()), 0.035
        for each in rolled_out()["projects"].itertuples():
            if each.started_on >= adopted.get(each.department, pd.Timestamp.max):
                years = (each.finished_on - base).days / 365.25
                spend += each.actual_cost / (1 + rate) ** years
        for month in pd.period_range("2022-01", PERIOD, freq="M"):
            years = (month.end_time.normalize() - base).days / 365.25
            paid += OFFICE_A_MONTH / (1 + rate) ** years
        assert shown.break_even == pytest.approx(-log(1 + paid / spend))
        assert exp(shown.break_even) < 1

    def test_cancelled_projects_bring_nothing_to_break_even(self) -> None:
        given = rolled_out()
        adopted = given["rollouts"].set_index("department")["adopted_on"]
        projects = given["projects"]
        under = projects["started_on"] >= projects["department"].map(adopted)
        lost = projects.index.isin(projects.index[under][:40])
        fewer = given | {"projects": projects[~lost]}
        status = projects["status"].mask(pd.Series(lost), "cancelled")
        cancelled = spent(given | {"projects": projects.assign(status=status)})
        assert cancelled.break_even == pytest.approx(spent(fewer).break_even)
        assert cancelled.break_even < spent(rolled_out()).break_even

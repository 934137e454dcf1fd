"""The money of the value case in words: every figure is the summaries' or the draws'."""

import re
from copy import copy
from dataclasses import replace
from math import expm1, isnan

import numpy as np
import pandas as pd
import pytest

from builders.pages import amount, plain, rows_of, text_of
from builders.rollouts import OFFICE_A_MONTH, PERIOD, few_departments, rolled_out
from builders.situations import of, page_one, report
from builders.workbooks import workbook
from pmo_lib.reports.value.value_money import ITEMS
from pmo_lib.reports.value.value_report import ValueReport
from pmo_lib.worth.joint_effects import Case
from pmo_lib.worth.value_case import ValueCase


def in_words(made: ValueReport) -> str:
    """What the one page says of money, and of all else."""
    return plain(text_of(page_one(made)))


def without_a_month() -> ValueCase:
    """The roll-out of a few departments, of which one month of PMO costs is not there."""
    given = few_departments()
    return of(workbook(given | {"pmo_costs": given["pmo_costs"].drop(index=7)})).case


class TestBothAnswers:
    """In all and in cash: what is paid back in value may not be in any budget."""

    def test_cash_stands_beside_the_net_value_on_page_one_and_below(self) -> None:
        made = report("shown")
        draws = made.case.money.draws["conservative"].table
        paid = (draws["cashable"] > draws["cost"]).mean()
        assert f"{100 * paid:.0f} % chance to exceed the cost" in in_words(made)
        assert f"in cash is {100 * paid:.0f} %)" in plain(text_of(made.pays()))


class TestTable:
    @pytest.mark.parametrize("case", ["conservative", "as estimated"])
    def test_is_that_of_the_draws(self, case: Case) -> None:
        made = report("shown")
        draws = made.case.money.draws[case].table
        tables = rows_of(made.money())
        size = len(tables) // 2  # the conservative one comes first
        own = tables[:size] if case == "conservative" else tables[size:]
        rows = {row[0]: row[1:] for row in own}
        assert set(rows) >= set(ITEMS.values())
        for name, words in ITEMS.items():
            each = draws["gross"] - draws["cashable"] if name == "non_cashable" else draws[name]
            for text, q in zip(rows[words], (5, 50, 95), strict=True):
                assert amount(text) == pytest.approx(np.percentile(each, q), rel=0.04, abs=1)

    def test_both_cases_are_on_the_page_with_the_notes(self) -> None:
        made = report("no PMO costs")
        said = text_of(made.money())
        assert "Conservative: gains that are not at least likely count nothing" in said
        assert "As estimated: every effect at its estimate" in said
        notes = made.case.money.draws["conservative"].notes
        assert notes
        for note in notes:
            assert plain(note) in said

    def test_without_cost_there_is_value_and_no_net(self) -> None:
        names = {row[0] for row in rows_of(report("no PMO costs").money())}
        assert ITEMS["gross"] in names
        assert not names & {ITEMS["npv"], ITEMS["cost"], ITEMS["office"]}

    def test_office_is_the_discounted_sum_of_its_months(self) -> None:
        made = report("shown")
        months = pd.period_range(rolled_out()["pmo_costs"]["period"].min(), PERIOD, freq="M")
        years = [(month.end_time - made.case.costs.base_date).days / 365.25 for month in months]
        paid = sum(OFFICE_A_MONTH * 1.035**-each for each in years)
        assert made.quantile("conservative", "office", "p50") == pytest.approx(paid, rel=0.005)

    def test_item_that_there_is_not_has_no_quantile(self) -> None:
        assert isnan(report("shown").quantile("conservative", "nothing", "p50"))


class TestInWords:
    def test_median_ends_and_cost_are_those_of_the_draws(self) -> None:
        made = report("shown")
        said = in_words(made)
        table = made.case.money.draws["conservative"].table
        for q in (0.05, 0.5, 0.95):
            assert re.search(rf"GBP {table['npv'].quantile(q) / 1e6:.1f}\d? m", said)
        assert f"GBP {table['cost'].median() / 1e6:.2f} m " in said

    def test_returned_budget_that_is_stated_is_no_reproach(self) -> None:
        theirs = of(report("shown").workbook, budget_returned="0.5")
        ours = report("shown")
        none = "nobody has recorded that a saving went back to a budget"
        assert none in in_words(ours)
        assert none not in in_words(theirs)
        cash, avoided = (
            theirs.quantile("conservative", name, "p50")
            - ours.quantile("conservative", name, "p50")
            for name in ("cashable", "avoided")
        )
        assert avoided == pytest.approx(0, abs=1)
        whole = ours.quantile("conservative", "avoided", "p50")
        assert cash == pytest.approx(0.5 * whole, rel=0.02)

    @pytest.mark.parametrize("situation", ["shown", "no effect"])
    def test_conservative_is_at_the_median_not_the_better_case(self, situation: str) -> None:
        made = report(situation)
        conservative, estimated = (
            made.quantile(case, "npv", "p50") for case in ("conservative", "as estimated")
        )
        assert conservative <= estimated


class TestPays:
    def test_is_of_the_summaries(self) -> None:
        made = report("shown")
        cost, found = made.case.finding("cost"), made.case.money.draws["conservative"]
        said = text_of(made.pays())
        assert cost is not None
        assert f"{found.p_npv_positive:.0%} (as estimated".replace("%", " %") in said
        assert f"cost {-expm1(made.case.costs.break_even):.0%} less.".replace("%", " %") in said
        assert f"Paid back, at the median, in {found.payback_year}." in said
        least = max(each.value for each in made.case.money.on_cost.values())
        assert f"The money uses {-expm1(least):.0%} less, the least".replace("%", " %") in said
        sceptic = f"pays for the office is {made.case.p_above_break_even:.0%}."
        assert sceptic.replace("%", " %") in said
        assert "who takes an effect beyond 20 % for possible" in said

    def test_without_effect_it_has_not_paid_back(self) -> None:
        made = report("no effect")
        chance = made.case.money.draws["conservative"].table["npv"].gt(0).mean()
        said = text_of(made.pays())
        assert f"has paid for itself: {chance:.0%}".replace("%", " %") in said
        assert "Not paid back yet, at the median." in said

    def test_payback_is_not_said_where_the_net_is_lost_again(self) -> None:
        made, case = copy(report("shown")), report("shown").case
        lost = pd.DataFrame({"year": [2023, 2024, 2025], "npv": [-1.0, 1.0, -2.0]})
        draws = {name: replace(each, by_year=lost) for name, each in case.money.draws.items()}
        vars(made)["case"] = replace(case, money=replace(case.money, draws=draws))
        assert "Not paid back yet" in text_of(made.pays())

    def test_ledger_is_the_plain_sum(self) -> None:
        paid = rolled_out()["pmo_costs"]["amount"].sum() / 1e6
        assert f"the office cost GBP {paid:.2f} million" in text_of(report("shown").pays())


class TestRefusals:
    @pytest.mark.parametrize("situation", ["all at once", "chosen"])
    def test_what_is_no_money_has_none_anywhere(self, situation: str) -> None:
        made = report(situation)
        why = plain(made.case.money.refusal)
        assert f"Whether it pays cannot be told: {why}." in in_words(made)
        for section in (made.net_value(), made.sensitivity()):
            assert text_of(section).endswith(f"{why}.")
        assert "GBP" not in text_of(made.pays()) + text_of(made.money())

    def test_month_that_is_missing_is_named(self) -> None:
        case = without_a_month()
        assert case.costs.unknown.startswith("pmo_costs.csv lacks 1 of the ")


def test_value_cash_and_cost_are_added_up_by_year() -> None:
    draws = report("shown").case.money.draws["conservative"]
    last = draws.by_year.iloc[-1]
    totals = draws.quantiles["p50"]
    assert last[["gross", "cost"]].tolist() == pytest.approx(totals[["gross", "cost"]].tolist())
    assert f"By {last['year']:.0f} the value added up comes to" in report("shown").cumulative().alt

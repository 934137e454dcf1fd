"""The money of the value case: sentences, tables and figures."""

from dataclasses import dataclass
from functools import cached_property
from math import isnan, nan

import pandas as pd
from IPython.display import HTML

from pmo_lib.effect.words import effect
from pmo_lib.parameters import ValueCaseParameters
from pmo_lib.reports import page
from pmo_lib.reports.picture import Picture
from pmo_lib.reports.report import Report
from pmo_lib.reports.value import money_charts
from pmo_lib.wording import money, number
from pmo_lib.worth.joint_effects import Case
from pmo_lib.worth.value_case import ValueCase

ITEMS = {
    "avoided": "Overruns avoided",
    "time": "Time saved",
    "uplift": "Benefits uplift",
    "gross": "Total value",
    "cashable": "of which cashable",
    "non_cashable": "of which non-cashable",
    "office": "PMO: office",
    "imposed": "PMO: time it takes of projects",
    "cost": "Total cost of the PMO",
    "npv": "Net present value",
    "extrapolated": "Not included: projects that were not compared, at the same effect",
}
RATIOS = {
    "roi": "Return on investment: net value ÷ cost",
    "bcr": "Benefit–cost ratio: value ÷ cost",
    "roi_cashable": "Return on investment, cashable value alone",
}
SURE = 0.95  # from this probability on it has paid, from the other end it has not
HEADS: dict[Case, str] = {
    "conservative": "Conservative: gains that are not at least likely count nothing",
    "as estimated": "As estimated: every effect at its estimate, shown or not",
}


@dataclass(frozen=True)
class MoneySections(Report):
    """What the PMO is worth, in words and figures."""

    parameters: ValueCaseParameters

    @cached_property
    def case(self) -> ValueCase:
        """The estimates and their worth under the parameters' assumptions."""
        terms = self.parameters.terms(self.workbook.settings)
        return self.measured.value_case_of(terms)

    @property
    def why_no_net(self) -> str:
        """Why there is no net value; empty where there is."""
        return self.case.money.refusal or self.case.costs.unknown

    def pays(self) -> HTML:
        """The probability that it pays, the break-even effect and the payback, as sentences."""
        if self.why_no_net:
            return page.paragraph(f"Whether the PMO pays cannot be determined: {self.why_no_net}.")
        draws, paid = self.case.money.draws, self.case.costs.table
        assert paid is not None
        found, never = draws["conservative"], "Not paid back yet, at the median"
        year, avoided = found.payback_year, found.p_avoided_above_cost
        said = [
            "Probability that the PMO has paid for itself: "
            f"{number(found.p_npv_positive, 'share')} "
            f"(as estimated, {number(draws['as estimated'].p_npv_positive, 'share')}).",
            self._in_cash(),
            "Probability that avoided overruns alone are worth more than it costs: "
            f"{number(avoided, 'share')}." * (not isnan(avoided)),
            self._break_even(),
            self._to_a_sceptic(),
            f"{f'Paid back, at the median, in {year}' if year else never}.",
            f"In the books the office cost {self._money(float(paid['amount'].sum()))} so far, "
            "before discounting and without the time that it takes of projects.",
            "Effects that pass a test are on average somewhat larger than the truth, and so is "
            "what they are worth: read the lower end along with the median.",
        ]
        return page.bullets([each for each in said if each])

    def _in_cash(self) -> str:
        """Whether what went back to budgets alone is more than the cost, with its probability."""
        paid = self.case.money.draws["conservative"].p_paid_in_cash
        cash, cost = (
            self._money(self.quantile("conservative", item, "p50")) for item in ("cashable", "cost")
        )
        if isnan(paid):
            return ""
        how = "has" if paid >= SURE else "has not" if paid <= 1 - SURE else "may or may not have"
        return (
            f"In cash alone it {how} paid: cashable value is {cash}, against a cost of {cost} (the "
            f"probability that it has paid in cash is {number(paid, 'share')})."
        )

    def money(self) -> HTML:
        """Value, cost and net at P5, P50 and P95, conservative and as estimated."""
        if self.case.money.refusal:
            return page.paragraph(f"No value in money can be given: {self.case.money.refusal}.")
        return page.joined(
            self._table("conservative"),
            page.folded("As estimated, shown or not", self._table("as estimated")),
            page.bullets(self.case.money.draws["conservative"].notes),
        )

    def net_value(self) -> Picture | HTML:
        """The distribution of the net value, conservative."""
        draws = self.case.money.draws
        return self.or_cannot(
            self.why_no_net or money_charts.net_value(draws["conservative"], self._currency),
            "The net value",
        )

    def cumulative(self) -> Picture | HTML:
        """Value, cash and cost added up by year, conservative."""
        draws = self.case.money.draws
        return self.or_cannot(
            self.why_no_net or money_charts.cumulative(draws["conservative"], self._currency),
            "Value against cost by year",
        )

    def sensitivity(self) -> Picture | HTML:
        """The tornado: each input on its own at its P10 and P90, and other choices of method."""
        net = self.quantile("conservative", "npv", "p50")
        return self.or_cannot(
            self.why_no_net or money_charts.tornado(self.case.money.tornado, net, self._currency),
            "The sensitivity of the net value",
        )

    def quantile(self, case: Case, item: str, p: str) -> float:
        """One quantile of one item; missing where there is none."""
        draws = self.case.money.draws.get(case)
        return nan if draws is None else float(draws.quantiles[p].get(item, nan))

    def _table(self, case: Case) -> HTML:
        rows, quantiles = [], ("p5", "p50", "p95")
        for name, words in (ITEMS | RATIOS).items():
            values = [self.quantile(case, name, p) for p in quantiles]
            if not any(isnan(value) for value in values):
                said = [
                    self._money(value) if name in ITEMS else number(value, "ratio")
                    for value in values
                ]
                cells = zip(quantiles, said, strict=True)
                rows.append({"": words} | {p.upper(): text for p, text in cells})
        return page.table(pd.DataFrame(rows), HEADS[case])

    def _break_even(self) -> str:
        """The effect on cost at which the office breaks even, beside the one the money uses."""
        cost, even = self.case.finding("cost"), self.case.costs.break_even
        if cost is None or isnan(even) or "cost" not in self.case.money.effects.names:
            return ""
        used = self.case.money.effects.quantile(0.5)["cost"]
        choices = [
            f"{name.removeprefix('effect on ')} {effect(cost.outcome, each.value)}"
            for name, each in self.case.money.on_cost.items()
        ]
        return (
            "On cost alone the office breaks even where projects under it cost "
            f"{effect(cost.outcome, even)}. The money uses {effect(cost.outcome, used)}, the least "
            f"favourable of these: {'; '.join(choices)}."
        )

    def _to_a_sceptic(self) -> str:
        """The probability that the effect on cost is beyond the break-even, under doubt."""
        chance, sceptical = self.case.p_above_break_even, self.case.terms.sceptical
        if isnan(chance):
            return ""
        return (
            f"To a sceptic, who takes an effect beyond {number(sceptical, 'share')} for possible "
            "in one PMO of twenty, the probability that the effect on cost pays for the office is "
            f"{number(chance, 'share')}."
        )

    @property
    def _currency(self) -> str:
        return self.workbook.settings.currency

    def _money(self, amount: float) -> str:
        return money(amount, self._currency)

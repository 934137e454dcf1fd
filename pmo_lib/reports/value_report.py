"""The value case: what difference the PMO made, how sure that is, and whether it pays."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from math import isnan, nan

import pandas as pd
from IPython.display import HTML

from pmo_lib.adoption import quarters_named
from pmo_lib.finding import Finding
from pmo_lib.parameters import ValueCaseParameters
from pmo_lib.reports import effects, page, value_charts
from pmo_lib.reports.effects import effect, in_words
from pmo_lib.reports.picture import Picture
from pmo_lib.reports.report import Report
from pmo_lib.second_opinion import second_opinion
from pmo_lib.tornado import tornado
from pmo_lib.value import Summary, ValueDraws
from pmo_lib.value_case import ValueCase
from pmo_lib.wording import counted, listed, money, number

ITEMS = {
    "avoided": "Overruns avoided",
    "time": "Time saved",
    "uplift": "More of the benefits",
    "gross": "Value in all",
    "cashable": "of which cash",
    "non_cashable": "of which not cash",
    "office": "PMO: office",
    "imposed": "PMO: time it takes of projects",
    "cost": "Cost of the PMO in all",
    "npv": "Net value",
    "extrapolated": "Beside it: the projects that could not be compared, at the same effect",
}
RATIOS = {"roi": "Return: net value ÷ cost", "bcr": "Value ÷ cost",
          "roi_cashable": "Return on cash alone"}  # fmt: skip


METHODS: dict[str, list[str]] = {
    "interrupted time series": [
        "The PMO began for all departments at once. Projects are compared by the quarter of their "
        "start with the line of those before, carried on.",
        "It holds if nothing else changed at the time: no department without the PMO tells.",
        "The outcomes are tested each on its own, and none becomes money.",
    ],
    "matched projects": [
        "Each project that used the PMO is set beside the most similar ones that did not, of the "
        "same department, category and year of start.",
        "It holds if projects that are alike on paper differ in nothing else that matters.",
        "The outcomes are tested each on its own, and none becomes money.",
    ],
    "none": ["Nothing is compared: it takes the days on which departments adopted the PMO."],
}


@dataclass(frozen=True)
class ValueReport(Report):
    """The value case of the organisation."""

    parameters: ValueCaseParameters

    @cached_property
    def case(self) -> ValueCase:
        """The estimates and their worth under the parameters' assumptions."""
        question = self.parameters.question(self.workbook.settings)
        own = self.workbook.value_case(self.parameters.period)
        return own if question == own.question else replace(own, question=question)

    @cached_property
    def draws(self) -> dict[str, ValueDraws]:
        """The draws as estimated, and conservative: what is not at least likely counts nothing."""
        return {case: self.case.draws(case) for case in ("conservative", "as estimated")}

    @cached_property
    def summaries(self) -> dict[str, Summary]:
        return {case: drawn.summary() for case, drawn in self.draws.items()}

    @property
    def currency(self) -> str:
        return self.workbook.settings.currency

    @property
    def primary(self) -> list[Finding]:
        return [each for each in self.case.findings if each.outcome.role == "primary"]

    def title(self) -> HTML:
        """The title."""
        return page.title(f"The value of the PMO: {self.subject}", self.beneath)

    def answer(self) -> HTML:
        """The paragraph for the CFO: what changed, how sure that is, what it is worth."""
        if self.case.reason:
            return page.answer(
                [f"Whether the PMO made a difference cannot be told: {self.case.reason}."]
            )
        said, reasons = [], {found.tested.refusal for found in self.primary}
        if len(reasons) == 1 and "" not in reasons:
            said.append(f"It cannot be tested: {reasons.pop()}. {self.primary[0].claim.remedy}")
        else:
            said += [in_words(found, self.level) for found in self.primary]
        counts = [found for found in self.primary if found.claim.counts]
        if not counts:
            said.insert(0, "That the PMO made a difference is not shown by these data.")
        else:
            sure = "has" if all(f.claim.word == "demonstrated" for f in counts) else "has likely"
            said.insert(0, f"The PMO {sure} {listed([effects.moved(f) for f in counts])}.")
        return page.answer([*said, *self._money_in_words])

    @property
    def _money_in_words(self) -> list[str]:
        if self._no_money:
            return [f"What it is worth cannot be told: {self._no_money}."]
        found = self.summaries["conservative"]
        if isnan(found.p_npv_positive):
            return ["Whether it pays cannot be told: needs pmo_costs.csv."]
        if not any(each.claim.counts for each in self.primary):
            cost = self._quantile(found, "cost", "p50")
            return [f"The PMO cost {money(cost, self.currency)} so far; no value is counted "
                    "against it, as no effect is at least likely."]  # fmt: skip
        low, middle, high = (self._quantile(found, "npv", p) for p in ("p5", "p50", "p95"))
        said = [
            f"Counting only effects that are at least likely, what is left after the PMO's cost of "
            f"{money(self._quantile(found, 'cost', 'p50'), self.currency)} is "
            f"{money(middle, self.currency)} (90 % of the draws between "
            f"{money(low, self.currency)} and {money(high, self.currency)}): the chance that the "
            f"PMO has paid for itself is {number(found.p_npv_positive, 'share')}."
        ]
        if self.case.question.assumptions.budget_returned is None:
            said.append(
                "How much of it was returned to budgets nobody has stated, so of the overruns "
                "avoided nothing counts as cash."
            )
        return said

    @cached_property
    def _no_money(self) -> str:
        """Why no effect becomes money; empty where one does."""
        if self.case.reason:
            return self.case.reason
        if self.case.design != "staggered roll-out":
            return "only a difference to departments that had not adopted yet may become money"
        return self.draws["conservative"].reason

    def what_would_have_been(self) -> Picture | HTML:
        """Cost as it was, and as it is expected to have been without the PMO."""
        return self._picture("cost", value_charts.observed_and_expected, "What would have been")

    def findings(self) -> HTML:
        """Every outcome: effect, interval, p, verdict, why and what would change it."""
        if not self.case.findings:
            return page.paragraph(f"Nothing can be estimated: {self.case.reason}.")
        return effects.table(self.case.findings, self.level)

    def before_and_after_cost(self) -> Picture | HTML:
        """The event study of cost."""
        return self._picture("cost", value_charts.event_study, "The quarters of cost")

    def before_and_after_schedule(self) -> Picture | HTML:
        """The event study of duration."""
        return self._picture("schedule", value_charts.event_study, "The quarters of duration")

    def checks(self) -> HTML:
        """Each check with its outcome in plain words."""
        return effects.checks(self.primary)

    def by_chance(self) -> Picture | HTML:
        """Where the estimate lies among those that other dates of adoption would give."""
        found = self.case.finding("cost")
        picture = value_charts.chance(found) if found else self.case.reason
        return self.or_cannot(picture, "What chance alone would make")

    def another_method(self) -> HTML:
        """What a package of others says of cost, by another estimator, where it is installed."""
        found = self.case.finding("cost")
        if found is None or found.sample is None or found.tested.refusal:
            return page.paragraph("There is no estimate to set beside.")
        rows = found.sample.rows[["department", "quarter", "value"]]
        said = second_opinion(
            rows, self.case.adopted.quarters, self.workbook.settings.confidence_level
        )
        if said.refusal:
            return page.paragraph(f"Callaway and Sant'Anna's estimator: {said.refusal}.")
        ours = effect(found.outcome, found.priced.value)
        told = page.paragraph(
            f"Callaway and Sant'Anna's estimator (diff-diff {said.version}), by half-years and "
            f"without covariates, says {effect(found.outcome, said.value)} "
            f"({self.level} {effects.ends(found.outcome, said.low, said.high)}); ours, on the same "
            f"values as they are, {ours}. The two weigh departments differently: look for the same "
            "direction, not for the same figure."
        )
        notes = page.folded("What the package notes", page.paragraph(said.note))
        return page.joined(told, notes) if said.note else told

    def money(self) -> HTML:
        """Value, cost and net at P5, P50 and P95, conservative and as estimated."""
        if self._no_money:
            return page.paragraph(f"No value in money can be given: {self._no_money}.")
        return page.joined(
            self._money_table("conservative"),
            page.folded("As estimated, shown or not", self._money_table("as estimated")),
            page.bullets(self.summaries["conservative"].notes),
        )

    def pays(self) -> HTML:
        """The chances, the break-even effect and the payback, as sentences."""
        if self._no_money:
            return page.paragraph(f"Whether the PMO pays cannot be told: {self._no_money}.")
        found = self.summaries["conservative"]
        if isnan(found.p_npv_positive):
            return page.paragraph("Whether the PMO pays cannot be told: needs pmo_costs.csv.")
        cost = self.case.finding("cost")
        assert cost is not None
        even = found.break_even_effect
        said = [
            f"Chance that the PMO has paid for itself: {number(found.p_npv_positive, 'share')} "
            f"(as estimated, {number(self.summaries['as estimated'].p_npv_positive, 'share')}).",
            "Chance that avoided overruns alone are worth more than it costs: "
            f"{number(found.p_avoided_above_cost, 'share')}."
            if not isnan(found.p_avoided_above_cost)
            else "",
            f"It breaks even on cost alone where projects cost {effect(cost.outcome, even)}; they "
            f"are estimated to cost {effect(cost.outcome, cost.priced.value)}."
            if not isnan(even)
            else "",
            f"Paid back, at the median, in {found.payback_year}."
            if found.payback_year
            else "Not paid back yet, at the median.",
        ]
        return page.bullets([each for each in said if each])

    def worth(self) -> Picture | HTML:
        """The distribution of the net value, conservative."""
        picture = self._no_money or value_charts.worth(self.draws["conservative"], self.currency)
        return self.or_cannot(picture, "The net value")

    def hangs_on(self) -> Picture | HTML:
        """The tornado: each input on its own at its P10 and P90, and other choices of method."""
        if self._no_money:
            return page.paragraph("There is no net value that could hang on anything.")
        case, net = self.case, self._quantile(self.summaries["as estimated"], "npv", "p50")
        bars = tornado(
            case.treated, case.pmo_costs, case.effects, case.question.assumptions, case.base_date,
            alternatives=case.alternatives,
        )  # fmt: skip
        picture = value_charts.tornado(bars, net, self.currency)
        return self.or_cannot(picture, "What the net value hangs on")

    def assumptions(self) -> HTML:
        """Every number that no data give, by the name of its parameter."""
        words = self.case.question.assumptions.table()
        words.columns = pd.Index(["Parameter", "Value", "Meaning"])
        return page.table(words, "Assumptions, all parameters of this notebook", "cards")

    def roll_out(self) -> HTML:
        """When each department adopted, and its projects before and since."""
        found = next((each for each in self.case.findings if each.sample), None)
        if found is None or found.sample is None:
            return page.paragraph("There is no estimate that rests on dates of adoption.")
        cells, first = found.sample.tested, found.sample.first
        named, without = quarters_named(first, cells), found.tested.without
        heading = f"The roll-out, with projects of known {found.outcome.name.lower()}"
        rows = [
            {
                "Department": name,
                "Adopted in": named.get(name, "not within the data"),
                "Projects before": int(cells.cases[d, : first[d]].sum()),
                "Projects since": int(cells.cases[d, first[d] :].sum()),
                "Effect without it": effect(found.outcome, float(without.get(name, nan))),
            }
            for d, name in enumerate(cells.departments)
        ]
        return page.joined(
            page.table(pd.DataFrame(rows), heading),
            page.bullets(self.case.notes, "Every department with a date can be used."),
        )

    def not_claimed(self) -> HTML:
        """What the figures do not say, and why."""
        said = [
            f"{found.outcome.name}: {found.claim.word}. {found.claim.why} {found.claim.remedy}"
            for found in self.primary
            if not found.claim.counts
        ]
        said += [
            "That better projects were chosen: no rule of selection is recorded, and on the same "
            "projects it would be counted twice with their benefits.",
            "That projects were rescued: those that were red would have recovered in part anyway.",
            "What cancelled projects would have cost: they are not among the projects compared.",
            "What a delayed team costs: that is in the cost of its project already.",
            "What each service did: the effect is of all services of a department together."
            if not self.parameters.service
            else "What other services did: their start is held fixed, no more.",
        ]
        left = [
            f"{each.outcome.name.lower()} {each.n_left_out}"
            for each in self.primary
            if each.n_left_out
        ]
        if left:
            said.append(f"Projects that ended without a recorded outcome: {listed(left)}.")
        return page.bullets(said)

    def method(self) -> HTML:
        """What must hold for the effect to be the PMO's, for the reader who wants to object."""
        if self.case.reason:
            return page.paragraph(f"Nothing is compared: {self.case.reason}.")
        if self.case.design != "staggered roll-out":
            return page.bullets(METHODS[self.case.design])
        said = [
            "Projects are compared by the quarter of their start: what each department's projects "
            "would have done without the PMO is imputed from its own earlier projects and from "
            "departments that had not adopted yet, at the same category, approved cost and "
            "approved duration.",
            "It holds if without the PMO all departments would have moved alike, if nobody acted "
            "on the adoption before it came, and if no department's PMO moved another's projects.",
            "The interval and p come from dealing the dates of adoption anew "
            "(999 times); with few departments the usual formulas promise too much.",
            "The test draws in the outer 5 % of the values on either side; money is reckoned with "
            "the values as they are. Both were decided before any figure was seen.",
            f"The three outcomes declared beforehand share one error rate (Holm); the "
            f"{counted(len(self.case.findings) - len(self.primary), 'other')} are under "
            "false-discovery control.",
        ]
        return page.bullets(said)

    def _picture(
        self, outcome: str, draw: Callable[[Finding, float], Picture | str], what: str
    ) -> Picture | HTML:
        found = self.case.finding(outcome)
        level = self.workbook.settings.confidence_level
        picture = draw(found, level) if found else self.case.reason
        return self.or_cannot(picture, what)

    def _money_table(self, case: str) -> HTML:
        found, quantiles = self.summaries[case], ("p5", "p50", "p95")
        rows = []
        for name, words in (ITEMS | RATIOS).items():
            values = [self._quantile(found, name, p) for p in quantiles]
            if not any(isnan(value) for value in values):
                said = [
                    money(value, self.currency) if name in ITEMS else number(value, "ratio")
                    for value in values
                ]
                cells = zip(quantiles, said, strict=True)
                rows.append({"": words} | {p.upper(): text for p, text in cells})
        heads = {
            "conservative": "Conservative: effects that are not at least likely count nothing",
            "as estimated": "As estimated: every effect at its estimate, shown or not",
        }
        return page.table(pd.DataFrame(rows), heads[case])

    def _quantile(self, found: Summary, item: str, p: str) -> float:
        own = found.table.loc[found.table["item"] == item, p].to_numpy("float64")
        return float(own[0]) if len(own) else nan

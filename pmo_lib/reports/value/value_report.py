"""The value case: what difference the PMO made, how sure that is, and whether it pays."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import nan

import pandas as pd
from IPython.display import HTML

from pmo_lib.causal.second_opinion import second_opinion
from pmo_lib.effect.adoption import quarters_named
from pmo_lib.effect.finding import Finding
from pmo_lib.effect.population import population
from pmo_lib.parameters import ValueCaseParameters
from pmo_lib.reports import page
from pmo_lib.reports.picture import Picture
from pmo_lib.reports.report import Report
from pmo_lib.reports.value import effect_words as effects
from pmo_lib.reports.value import value_charts, value_method
from pmo_lib.reports.value.effect_words import effect, in_words
from pmo_lib.reports.value.value_money import Money
from pmo_lib.wording import listed
from pmo_lib.worth.value_case import ValueCase


@dataclass(frozen=True)
class ValueReport(Report):
    """The value case of the organisation."""

    parameters: ValueCaseParameters

    @cached_property
    def case(self) -> ValueCase:
        """The estimates and their worth under the parameters' assumptions."""
        question = self.parameters.question(self.workbook.settings)
        return self.measured.value_case_of(question)

    @cached_property
    def _money(self) -> Money:
        return Money(self.case, self.workbook.settings.currency)

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
            who = (
                f"The PMO's service {self.parameters.service}"
                if self.parameters.service
                else "The PMO"
            )
            said.insert(0, f"{who} {sure} {listed([effects.moved(f) for f in counts])}.")
        return page.answer([*said, *self._money.in_words()])

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
        return self._money.table()

    def pays(self) -> HTML:
        """The chances, the break-even effect and the payback, as sentences."""
        return self._money.pays()

    def worth(self) -> Picture | HTML:
        """The distribution of the net value, conservative."""
        return self.or_cannot(self._money.distribution(), "The net value")

    def hangs_on(self) -> Picture | HTML:
        """The tornado: each input on its own at its P10 and P90, and other choices of method."""
        return self.or_cannot(self._money.hangs_on(), "What the net value hangs on")

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

    def who_is_compared(self) -> HTML:
        """Every project of the portfolio, and at which step those left out leave."""
        found = self.case.finding("cost")
        if found is None or found.design != "staggered roll-out":
            return page.paragraph("Nobody is compared with departments that had not adopted yet.")
        rows = population(
            self.view.tables["projects"], self.case.projects, found.outcome, found.sample,
            self.case.adopted, self.view.data_date,
        )  # fmt: skip
        rows.columns = pd.Index(["Cost: projects that are", "Under the PMO", "Others"])
        return page.table(rows, "From the whole portfolio to the projects compared")

    def not_claimed(self) -> HTML:
        """What the figures do not say, and why."""
        return page.bullets(value_method.not_claimed(self.primary, self.parameters.service))

    def method(self) -> HTML:
        """What must hold for the effect to be the PMO's, for the reader who wants to object."""
        if self.case.reason:
            return page.paragraph(f"Nothing is compared: {self.case.reason}.")
        return page.bullets(value_method.method(self.case.findings, len(self.primary)))

    def _picture(
        self, outcome: str, draw: Callable[[Finding, float], Picture | str], what: str
    ) -> Picture | HTML:
        found = self.case.finding(outcome)
        level = self.workbook.settings.confidence_level
        picture = draw(found, level) if found else self.case.reason
        return self.or_cannot(picture, what)

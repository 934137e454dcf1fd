"""The value case: what difference the PMO made, how sure that is, and whether it pays."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
from IPython.display import HTML

from pmo_lib.effect.finding import Finding
from pmo_lib.effect.words import effect
from pmo_lib.reports import one_page, page
from pmo_lib.reports.picture import Picture
from pmo_lib.reports.value import effect_words, value_charts, value_method
from pmo_lib.reports.value.value_money import MoneySections


@dataclass(frozen=True)
class ValueReport(MoneySections):
    """The value case of the organisation."""

    def title(self) -> HTML:
        """The title."""
        return page.title(f"The value of the PMO: {self.subject}", self.beneath)

    def one_page(self) -> HTML:
        """The one page: what changed, whether it pays in all and in cash, what we ask."""
        brief = self.measured.value_brief(self.case.terms)
        # amounts of money are quantiles of draws, whatever level the intervals have
        level = self.level if self.why_no_net else "middle 90 % of the draws"
        cost = self.case.finding("cost")
        is_tested = cost is not None and len(cost.quarters) > 0
        headings = ("What changed", "Does it last?" if is_tested else "What would change this")
        return one_page.one_page(brief, {}, level, "", headings)

    def counterfactual(self) -> Picture | HTML:
        """Cost against what was approved, observed and counterfactual."""
        return self._picture(
            "cost_overrun", value_charts.observed_and_expected, "The counterfactual"
        )

    def effects_by_outcome(self) -> HTML:
        """Every outcome: effect, interval, p, verdict, why and what would change it."""
        if not self.case.findings:
            return page.paragraph(f"Nothing can be estimated: {self.case.reason}.")
        return page.joined(
            page.paragraph(value_method.pledge(self.case)),
            effect_words.table(self.case.findings, self.level),
        )

    def before_and_after_cost(self) -> Picture | HTML:
        """The event study of cost."""
        return self._picture("cost", value_charts.event_study, "The event study of cost")

    def before_and_after_schedule(self) -> Picture | HTML:
        """The event study of duration."""
        return self._picture("schedule", value_charts.event_study, "The event study of duration")

    def checks(self) -> HTML:
        """Each check with its outcome in plain words."""
        return effect_words.checks(self.case.primary)

    def permutation_test(self) -> Picture | HTML:
        """The permutation test: the estimate among those under permuted dates of adoption."""
        found = self.case.finding("cost")
        picture = value_charts.permutation_test(found) if found else self.case.reason
        return self.or_cannot(picture, "The permutation test")

    def assumptions(self) -> HTML:
        """Every number that comes from no data, by the name of its parameter."""
        words = self.case.terms.assumptions.table()
        words.columns = pd.Index(["Parameter", "Value", "Meaning"])
        return page.table(words, "Assumptions, all parameters of this notebook", "cards")

    def roll_out(self) -> HTML:
        """When each department adopted, and its projects before and since."""
        found = next((each for each in self.case.findings if len(each.departments)), None)
        if found is None:
            return page.paragraph("There is no estimate that rests on dates of adoption.")
        heading = f"The roll-out, with projects of known {found.outcome.name.lower()}"
        own = found.departments
        rows = own.assign(
            adopted=own["adopted"].where(own["adopted"] != "", "not within the data"),
            effect_without=[effect(found.outcome, each) for each in own["effect_without"]],
        )
        without = "Effect of the whole roll-out without this department"
        rows.columns = pd.Index(
            ["Department", "Adopted in", "Projects before", "Projects since", without]
        )
        return page.joined(
            page.table(rows, heading),
            page.bullets(self.case.notes, "Every department with a date can be used."),
        )

    def who_is_compared(self) -> HTML:
        """The flow from all projects of the portfolio to those compared, exclusions by step."""
        if self.case.population.empty:
            return page.paragraph("Nobody is compared with departments that had not adopted yet.")
        rows = self.case.population.copy()
        rows.columns = pd.Index(["Cost: projects that are", "Under the PMO", "Others"])
        return page.table(rows, "From the whole portfolio to the projects compared")

    def not_claimed(self) -> HTML:
        """What the figures do not say, and why."""
        return page.bullets(value_method.not_claimed(self.case.primary, self.parameters.service))

    def method(self) -> HTML:
        """The identifying assumptions: what must hold for the effect to be the PMO's."""
        if self.case.reason:
            return page.paragraph(f"Nothing is compared: {self.case.reason}.")
        return page.bullets(value_method.method(self.case.findings, len(self.case.primary)))

    def _picture(
        self, outcome: str, draw: Callable[[Finding, float], Picture | str], what: str
    ) -> Picture | HTML:
        found = self.case.finding(outcome)
        level = self.workbook.settings.confidence_level
        picture = draw(found, level) if found else self.case.reason
        return self.or_cannot(picture, what)

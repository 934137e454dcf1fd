"""What both reports say of customers: promises, services, and the steps of the value lifecycle."""

from dataclasses import dataclass
from functools import cached_property, partial

import pandas as pd
from IPython.display import HTML

from pmo_lib.contract.tables import empty
from pmo_lib.engine.customer_groups import gaps, importance_performance
from pmo_lib.engine.observe import shown_by
from pmo_lib.facts.lifecycle import audit, headline
from pmo_lib.reports import page, services
from pmo_lib.reports.picture import Picture
from pmo_lib.reports.report import Report

AUDITED = ("survey_responses", "services", "service_requests", "rollouts", "communications")


@dataclass(frozen=True)
class CustomerReport(Report):
    """A report that speaks of customers as well as of projects."""

    @cached_property
    def statements(self) -> pd.DataFrame:
        """The promises to the report's subject."""
        name = self.parameters.department
        rows = self.workbook.tables.get("value_statements", empty("value_statements"))
        return rows[rows["department"] == name] if name else rows

    @cached_property
    def steps(self) -> pd.DataFrame:
        """The value-lifecycle audit of the promises, as they stand at the report's period."""
        today = self.workbook.view(self.parameters.period, self.baseline)
        tables = {
            name: today.tables[name]
            for name in AUDITED
            if name in today.tables and name not in today.withheld
        }
        return audit(self.statements, today.data_date, partial(shown_by, today), **tables)

    def lifecycle_headline(self) -> HTML:
        """How many promises took all five steps, and which step is missing most often."""
        if "value_statements" not in self.workbook.tables:
            return page.paragraph(
                "Whether promises are kept cannot be told: needs value_statements.csv."
            )
        return page.paragraph(headline(self.steps).said)

    def lifecycle(self) -> HTML:
        """Every promise's five steps, present or missing, with the reason."""
        rows = [
            {"Promise": page.lines(str(statement_id), own[0]["department"])}
            | {str(row["step"]): _step(row["is_present"], row["reason"]) for row in own}
            for statement_id, group in self.steps.groupby("statement_id", sort=False)
            if (own := group.to_dict("records"))
        ]
        if not rows:
            return page.paragraph(f"Nothing was promised to {self.subject} that is written down.")
        return page.table(pd.DataFrame(rows), "The five steps of each promise", "cards")

    def service_map(self) -> Picture | HTML:
        """Services by how much they matter and how well they go."""
        if (why := self._why_not("survey_responses")) != "":
            return self.or_cannot(why, "The map of services")
        settings = self.workbook.settings
        found = importance_performance(
            *self._answers(), settings.confidence_level, settings.disclosure.too_few
        )
        picture = services.service_map(found, settings.confidence_level)
        return self.or_cannot(picture, "The map of services")

    def service_gaps(self) -> HTML:
        """What customers got less what they expected, by service and by group."""
        if (why := self._why_not("survey_responses")) != "":
            return page.paragraph(f"What customers miss cannot be told: {why}.")
        settings = self.workbook.settings
        found = gaps(*self._answers(), settings.confidence_level, settings.disclosure.too_few)
        return services.gaps(found, settings.confidence_level, self.parameters.department)

    def quadrants(self) -> HTML:
        """What the four corners of the map mean."""
        return services.quadrants()

    def _why_not(self, table: str) -> str:
        """Why a table cannot be used; empty where it can."""
        if table not in self.workbook.tables:
            return f"needs {table}.csv"
        return self.workbook.withheld.get(table, "")

    def _answers(self) -> tuple[pd.DataFrame, pd.DataFrame | None, str]:
        """All answers, the services they are on, and the month."""
        tables = self.workbook.tables
        named = tables.get("services")
        return tables["survey_responses"], named, self.view.period


def _step(is_present: bool, reason: str) -> HTML:
    """A step with its mark and, beneath, why it is missing."""
    return page.lines("✓ there" if is_present else "✗ missing", reason)

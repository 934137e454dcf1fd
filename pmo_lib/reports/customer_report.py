"""What both reports say of customers: promises, services, and the steps of the value lifecycle."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from IPython.display import HTML

from pmo_lib.contract.tables import empty
from pmo_lib.engine.result import of_subject
from pmo_lib.facts.lifecycle import headline
from pmo_lib.measurement import Measurement
from pmo_lib.reports import page, services
from pmo_lib.reports.picture import Picture
from pmo_lib.reports.report import Report


@dataclass(frozen=True)
class CustomerReport(Report):
    """A report that speaks of customers as well as of projects."""

    @cached_property
    def statements(self) -> pd.DataFrame:
        """The promises to the report's subject."""
        rows = self.workbook.tables.get("value_statements", empty("value_statements"))
        return of_subject(rows, self.parameters.department)

    @property
    def today(self) -> Measurement:
        """The measurement of the report's period."""
        return self.measured

    @cached_property
    def steps(self) -> pd.DataFrame:
        """The value-lifecycle audit of the promises, as they stand at the report's period."""
        return of_subject(self.today.customers.steps, self.parameters.department)

    def lifecycle_headline(self) -> HTML:
        """How many promises took all five steps, and which step is missing most often."""
        if "value_statements" not in self.workbook.tables:
            return page.paragraph(
                "Whether promises are kept cannot be determined: needs value_statements.csv."
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
        """Services by how much they matter and how well they go; of a department its own."""
        if (why := self._why_not("survey_responses")) != "":
            return self.or_cannot(why, "The map of services")
        if self.parameters.department:
            return services.importance(self.results, self.department, self.level)
        found = self.measured.customers.services
        assert found is not None
        picture = services.service_map(found, self.workbook.settings.confidence_level)
        return self.or_cannot(picture, "The map of services")

    def service_gaps(self) -> HTML:
        """What customers got less what they expected, by service and by group."""
        if (why := self._why_not("survey_responses")) != "":
            return page.paragraph(f"What customers miss cannot be determined: {why}.")
        found = self.measured.customers.gaps
        assert found is not None
        level = self.workbook.settings.confidence_level
        return services.gaps(found, level, self.parameters.department)

    def quadrants(self) -> HTML:
        """What the four corners of the map mean."""
        return page.joined() if self.parameters.department else services.quadrants()

    def _why_not(self, table: str) -> str:
        """Why a table cannot be used; empty where it can."""
        if table not in self.workbook.tables:
            return f"needs {table}.csv"
        return self.workbook.withheld.get(table, "")


def _step(is_present: bool, reason: str) -> HTML:
    """A step with its mark and, beneath, why it is missing."""
    return page.lines("✓ there" if is_present else "✗ missing", reason)

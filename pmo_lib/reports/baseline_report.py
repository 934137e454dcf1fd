"""The baseline report: what is measured at all, and how delivery stood before the PMO."""

from dataclasses import dataclass
from functools import cached_property
from math import isnan

import pandas as pd
from IPython.display import HTML

from pmo_lib.catalogue import CATALOGUE
from pmo_lib.parameters import BaselineParameters
from pmo_lib.reports import charts, page
from pmo_lib.reports.picture import Picture
from pmo_lib.reports.report import Report
from pmo_lib.result import STATES
from pmo_lib.size import tier_bounds
from pmo_lib.tables import TABLES
from pmo_lib.view import View
from pmo_lib.wording import compared, counted, listed, month


@dataclass(frozen=True)
class BaselineReport(Report):
    """Where the organisation, or one department, stood at the end of the baseline."""

    parameters: BaselineParameters

    @cached_property
    def view(self) -> View:
        return self.workbook.view(self.parameters.until)

    def title(self) -> HTML:
        """The title."""
        return page.title(f"Baseline: {self.subject}", f"Up to {month(self.parameters.until)}")

    def answer(self) -> HTML:
        """The answer in one paragraph: how delivery stood, and how much of it is measured."""
        measured = {r.kpi_id for r in self.results if r.is_measured}
        said = [f"Up to {month(self.parameters.until)}"]
        if self.result("D1").is_measured and self.result("D3").is_measured:
            cost = compared(self.result("D3").value)
            said.append(
                f"{self.said('D1')} of {self.result('D1').n} completed projects finished on time, "
                f"and the median of {self.result('D3').n} {cost} ({self.ends('D3')})."
            )
        else:
            unmeasured = next(r for r in map(self.result, ("D1", "D3")) if not r.is_measured)
            said.append(f"it cannot be told how projects ended: {unmeasured.reason}.")
        missing = [name for name in TABLES if name not in self.workbook.tables]
        return page.answer(
            [
                ", ".join(said),
                f"{len(measured)} of {len(CATALOGUE)} KPIs can be measured.",
                f"{len(TABLES) - len(missing)} of {len(TABLES)} tables are there"
                + (f"; missing: {listed(missing)}." if missing else "."),
            ]
        )

    def what_until_means(self) -> HTML:
        """Why the baseline ends where it does."""
        until = month(self.parameters.until)
        if "rollouts" in self.workbook.tables and len(self.workbook.tables["rollouts"]):
            first = self.workbook.tables["rollouts"]["adopted_on"].min()
            why = f"The first department began to use a PMO service on {first:%Y-%m-%d}."
        else:
            why = "No roll-out of a PMO service is recorded, so this is not a time before the PMO."
        return page.paragraph(f"The baseline ends with {until}.", why)

    def coverage(self) -> HTML:
        """Per KPI: whether it can be measured, and what that needs."""
        rows = []
        for kpi in CATALOGUE.values():
            result = self.result(kpi.id)
            rows.append(
                {
                    "KPI": f"{kpi.id} {kpi.name}",
                    "State": result.state,
                    "Means": STATES[result.state],
                    "Tables": ", ".join(kpi.tables),
                }
            )
        return page.table(pd.DataFrame(rows), "What is measured at all")

    def size_of_projects(self) -> HTML:
        """The bounds of the size tiers, in money."""
        currency = self.workbook.settings.currency
        if "baselines" not in self.workbook.tables:
            return page.paragraph("Projects cannot be told by size: needs baselines.csv.")
        lower, upper = tier_bounds(self.workbook.tables["baselines"])
        if isnan(lower):
            return page.paragraph("Projects cannot be told by size: no original cost is known.")
        return page.paragraph(
            f"Small projects were approved at up to {lower:,.0f} {currency}, large ones above "
            f"{upper:,.0f} {currency}: a third of all projects each."
        )

    def cost_overruns(self) -> Picture | HTML:
        """Cost overruns by size of project."""
        picture = charts.overruns("D3", self.view, self.parameters.department)
        return self.or_cannot(picture, "The distribution of cost overruns")

    def schedule_overruns(self) -> Picture | HTML:
        """Schedule overruns by size of project."""
        picture = charts.overruns("D5", self.view, self.parameters.department)
        return self.or_cannot(picture, "The distribution of schedule overruns")

    def projects_known(self) -> HTML:
        """How many projects the baseline rests on."""
        if "projects" not in self.workbook.tables:
            return page.paragraph("No project is known: needs projects.csv.")
        projects = self.workbook.tables["projects"]
        if self.parameters.department:
            projects = projects[projects["department"] == self.parameters.department]
        started = int((projects["started_on"] <= self.view.data_date).sum())
        return page.paragraph(
            f"{counted(len(projects), 'project')} of {self.subject} are known; "
            f"{started} had started by then."
        )

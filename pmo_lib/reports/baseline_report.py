"""The baseline report: what is measured at all, and how delivery stood before the PMO."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import isnan, sqrt

import pandas as pd
from IPython.display import HTML

from pmo_lib.contract.tables import TABLES
from pmo_lib.engine.baseline import Baseline
from pmo_lib.engine.result import STATES, of_subject
from pmo_lib.errors import DataError
from pmo_lib.facts.portfolio import tier_bounds
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.measurement import Measurement
from pmo_lib.months import month
from pmo_lib.parameters import BaselineParameters
from pmo_lib.reports import charts, page
from pmo_lib.reports.customer_report import CustomerReport
from pmo_lib.reports.picture import Picture
from pmo_lib.stats.significance import detectable
from pmo_lib.wording import change, compared, counted, listed, number

CAPABILITY = {"value", "role", "governance"}


@dataclass(frozen=True)
class BaselineReport(CustomerReport):
    """Where the organisation, or one department, stood at the end of the baseline."""

    parameters: BaselineParameters

    @cached_property
    def measured(self) -> Measurement:
        """Every figure at the end of the baseline, which is compared with nothing."""
        return self.workbook.measured(self.parameters.until, None)

    @cached_property
    def today(self) -> Measurement:
        """Every figure of the report's period, for what is not of the baseline's time."""
        return self.workbook.measured(self.parameters.period, self.parameters.baseline)

    @cached_property
    def baseline(self) -> Baseline | None:
        """What other reports are compared with."""
        return self.workbook.baseline(self.parameters.baseline)

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
            said.append(f"it cannot be determined how projects ended: {unmeasured.reason}.")
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
            why = (
                "No roll-out of a PMO service is recorded, so this is not a time before the PMO: "
                "it shows what has changed since, not what the PMO has changed."
            )
        return page.paragraph(f"The baseline ends with {until}.", why)

    def frozen(self) -> HTML:
        """Freeze the baseline where a name is given, and say which one is frozen."""
        name, until = self.parameters.freeze, self.parameters.until
        try:
            latest = self.workbook.baseline()
            baseline = self.workbook.freeze(name, until, f"{date.today()}") if name else latest
        except DataError as error:
            return page.paragraph(str(error))
        if baseline is None:
            return page.paragraph(
                "No baseline is frozen, so no report can say what has changed since. To freeze "
                "this one, give it a name in the parameter freeze, or run pmo freeze NAME."
            )
        return page.paragraph(*self._told(baseline))

    def _told(self, baseline: Baseline) -> Iterator[str]:
        """What a frozen baseline holds, what was added, and whether today's data agree."""
        held = len(baseline.observations) - len(baseline.added)
        yield (
            f"The baseline {baseline.label}, up to {month(baseline.until)}, was frozen on "
            f"{baseline.frozen_on} and is what reports are compared with. It holds the cases of "
            f"{counted(held, 'KPI')} and is never changed (SHA-256 {baseline.hash()})."
        )
        for day in sorted(set(baseline.added.values())):
            own = [kpi_id for kpi_id, added in baseline.added.items() if added == day]
            yield f"{listed(own)} could be observed only later, and were added on {day}."
        until = self.parameters.until
        if baseline.until == until and not baseline.comes_out_in(
            self.workbook.as_baseline(baseline.name, until, "", 0)
        ):
            yield (
                "Today's data give other figures for that time than were frozen: if they are "
                f"right, pmo freeze {baseline.name} adds a version, and keeps the old one."
            )

    def smallest_change(self) -> HTML:
        """Per KPI the minimum detectable change of a report with as many cases as the baseline."""
        level = self.workbook.settings.confidence_level
        rows = [
            {
                "KPI": f"{kpi.id} {kpi.name}",
                "Baseline": number(result.value, kpi.unit),
                "n": result.n,
                "Minimum detectable change": change(size, kpi.unit).lstrip("+"),
            }
            for kpi in CATALOGUE.values()
            if (result := self.result(kpi.id)).is_measured
            and not isnan(size := sqrt(2) * detectable(result.low, result.high, level))
        ]
        if not rows:
            return page.paragraph("No KPI has an interval, so none can be computed.")
        return page.table(pd.DataFrame(rows), "Minimum detectable change by KPI")

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
            return page.paragraph("Projects cannot be grouped by size: needs baselines.csv.")
        lower, upper = tier_bounds(self.workbook.tables["baselines"])
        if isnan(lower):
            return page.paragraph("Projects cannot be grouped by size: no original cost is known.")
        return page.paragraph(
            f"Small projects were approved at up to {lower:,.0f} {currency}, large ones above "
            f"{upper:,.0f} {currency}: a third of all projects each."
        )

    def cost_overruns(self) -> Picture | HTML:
        """Cost overruns by size of project."""
        picture = charts.overruns("D3", self.measured, self.parameters.department)
        return self.or_cannot(picture, "The distribution of cost overruns")

    def schedule_overruns(self) -> Picture | HTML:
        """Schedule overruns by size of project."""
        picture = charts.overruns("D5", self.measured, self.parameters.department)
        return self.or_cannot(picture, "The distribution of schedule overruns")

    def capability(self) -> Picture | HTML:
        """The shares among the KPIs on how value, services and projects are governed."""
        found = [r for r in self.results if CATALOGUE[r.kpi_id].family in CAPABILITY]
        level = self.workbook.settings.confidence_level
        return self.or_cannot(charts.rates(found, level), "The profile")

    def projects_known(self) -> HTML:
        """How many projects the baseline rests on."""
        projects = of_subject(self.workbook.tables["projects"], self.parameters.department)
        started = int((projects["started_on"] <= self.view.data_date).sum())
        return page.paragraph(
            f"{counted(len(projects), 'project')} of {self.subject} are known; "
            f"{started} had started by then."
        )

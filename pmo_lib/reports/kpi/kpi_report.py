"""The KPI report: the answer in words, and the pictures behind it."""

from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd
from IPython.display import HTML

from pmo_lib.assessment.behaviour import Behaviour
from pmo_lib.assessment.promises import Promise
from pmo_lib.assessment.series import BY_YEAR, spark
from pmo_lib.brief.brief import Brief
from pmo_lib.engine.result import is_headline
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.reports import charts, one_page, page, services
from pmo_lib.reports.customer_report import CustomerReport
from pmo_lib.reports.kpi import dearest, promises, ratings
from pmo_lib.reports.kpi.behaviour_chart import behaviour_chart, sparkline_svg
from pmo_lib.reports.picture import Picture
from pmo_lib.reports.scorecard import legend, to_set
from pmo_lib.wording import number

MOST_CHARTS = 2  # a screen of them: more and none is looked at


@dataclass(frozen=True)
class KpiReport(CustomerReport):
    """How the organisation, or one department, is doing at the end of a period."""

    def title(self) -> HTML:
        """The title."""
        return page.title(f"KPI report: {self.subject}", self.beneath)

    @cached_property
    def brief(self) -> Brief:
        """What the one page says."""
        return self.measured.briefs[self.department]

    def one_page(self) -> HTML:
        """The one page: verdict, five numbers, what is asked, what is new, what cannot be told."""
        until = self.baseline.until if self.baseline else ""
        return one_page.one_page(self.brief, self.trends, self.level, until)

    def what_else(self) -> HTML:
        """The asks that are not on the one page, and how to record an answer."""
        return one_page.further_asks(self.brief)

    def dearest(self) -> HTML:
        """The projects that cost most above what was approved, by name."""
        units, projects = (
            self.measured.observations("D3", self.department),
            self.view.table("projects"),
        )
        if projects is None or units.empty:
            return page.joined()
        return dearest.table(units, projects, self.workbook.settings.currency)

    @cached_property
    def kpis_to_watch(self) -> list[str]:
        """The at most two KPIs whose chart has a signal, the latest first."""
        found = {kpi: told.signalled_in for kpi, told in self.behaviours.items()}
        latest = sorted(filter(found.get, found), key=lambda kpi: found[kpi], reverse=True)
        return latest[:MOST_CHARTS]

    @cached_property
    def promised_kpis(self) -> list[str]:
        """The KPIs that the promises name, the most often named first."""
        return promises.promised_kpis(self.made)

    @cached_property
    def made(self) -> list[Promise]:
        """The promises made to the report's subject, judged."""
        whole = not self.parameters.department
        return [p for p in self.measured.promises if whole or p.department == self.department]

    def promises(self) -> HTML:
        """How many promises are kept, and each with the number that shows it; broken ones first."""
        if "value_statements" not in self.workbook.tables:
            return page.paragraph("What was promised to customers: needs value_statements.csv.")
        if not self.made:
            return page.paragraph(f"Nothing was promised to {self.subject} that is written down.")
        return promises.section(self.made)

    def answers_meaning(self) -> HTML:
        """What the two answers mean, which targets to set, how a change differs from an effect."""
        share = f"{number(self.workbook.settings.false_discovery_share, 'share')}"
        lacking = to_set(self.results, self.promised_kpis)
        return page.joined(
            page.paragraph(
                "Two questions are asked of every KPI: is it better than before, in the baseline, "
                "and is its target kept? Better than before is not yet good. Of the sure answers "
                f"to each question at most about {share} are expected to be false discoveries. A "
                "change says that two periods differ, not why: it is not an effect of the PMO."
            ),
            legend(),
            *([page.paragraph(lacking)] if lacking else []),
        )

    def trend(self, place: int) -> Picture | HTML:
        """The process-behaviour chart of the KPI in this place of those with a signal."""
        if place >= len(self.kpis_to_watch):
            none = "No chart has a signal: the figures differ by no more than chance."
            return page.joined() if place else page.paragraph(none)
        kpi_id = self.kpis_to_watch[place]
        found = self.behaviours[kpi_id]
        picture = behaviour_chart(kpi_id, found, self.department)
        name = CATALOGUE[kpi_id].name
        if isinstance(picture, Picture):
            said = found.signal[:1].upper() + found.signal[1:]
            return replace(picture, caption=f"{name}, by {found.grain}. {said}.")
        return self.or_cannot(picture, f"{name} over time")

    def signals(self) -> HTML:
        """What every chart says: those with a signal first, then those that cannot tell."""
        told = [(CATALOGUE[kpi_id], found) for kpi_id, found in self.behaviours.items()]
        rows = [
            {"KPI": f"{kpi.id} {kpi.name}", "Charted": f"by {found.grain}", "Says": found.signal}
            for kpi, found in sorted(told, key=lambda item: _order(item[1]))
        ]
        return page.folded(
            "What the charts of all KPIs say",
            page.table(pd.DataFrame(rows), "Signals on the process-behaviour charts"),
        )

    @cached_property
    def behaviours(self) -> dict[str, Behaviour]:
        """What the series of each KPI that happens by the month says, and of each promised one."""
        wanted = [k.id for k in CATALOGUE.values() if k.window != "data date"]
        told = self.measured.charts(self.department).behaviours
        return {kpi_id: told[kpi_id] for kpi_id in dict.fromkeys([*self.promised_kpis, *wanted])}

    @cached_property
    def signalling(self) -> set[str] | None:
        """The KPIs whose chart has a signal."""
        return {kpi_id for kpi_id, found in self.behaviours.items() if _order(found) == 0}

    @cached_property
    def trends(self) -> dict[str, HTML]:
        """A sparkline of the last quarters for each KPI with a value."""
        trends = self.measured.charts(self.department).trends
        drawn = {
            result.kpi_id: sparkline_svg(
                spark(trends[result.kpi_id]), CATALOGUE[result.kpi_id].unit
            )
            for result in self.results
            if result.is_measured and is_headline(result)
        }
        return {kpi_id: HTML(line) for kpi_id, line in drawn.items() if line}

    def on_time_by_year(self) -> Picture | HTML:
        """On-time completion by year."""
        by_year = self.measured.charts(self.department).by_year
        picture = charts.yearly(BY_YEAR, by_year, self.view)
        return self.or_cannot(picture, "On-time completion by year")

    def cost_overruns(self) -> Picture | HTML:
        """Cost overruns by size of project."""
        picture = charts.overruns("D3", self.measured, self.parameters.department)
        return self.or_cannot(picture, "The distribution of cost overruns")

    def trust(self) -> HTML:
        """Whether status ratings can be trusted, in three sentences."""
        return ratings.trust(self.results, self.level)

    def ratings_and_outcomes(self) -> HTML:
        """What became of projects rated in each colour."""
        return ratings.by_colour(self.results, self.level)

    def watermelons(self) -> Picture | HTML:
        """The share of green reports that hide a red project, by department."""
        return self._by_department("G2")

    def services(self) -> HTML:
        """Satisfaction, promises kept in time and uptake of each service."""
        return services.by_service(self.results, self._no_requests())

    def uptake(self) -> HTML:
        """Which services were rolled out, and used."""
        found = self.measured.customers.uptake
        if found is None:
            why = self._why_not("service_requests") or self._why_not("rollouts")
            return page.paragraph(f"Which services are taken up cannot be determined: {why}.")
        return services.uptake(found, self.parameters.department)

    def leakage(self) -> HTML:
        """Where customers go instead."""
        return services.channels(self.results, self.level, self._no_requests())

    def _no_requests(self) -> str:
        """Why nothing is known of requests: the table is not there, or nothing was needed."""
        why = self._why_not("service_requests")
        return why or f"{self.subject} needed no service in the last 12 months"

    def leakage_by_department(self) -> Picture | HTML:
        """The share of occasions that others than the PMO served, by department."""
        return self._by_department("R8")

    def schedule_overruns(self) -> Picture | HTML:
        """Schedule overruns by size of project."""
        picture = charts.overruns("D5", self.measured, self.parameters.department)
        return self.or_cannot(picture, "The distribution of schedule overruns")

    def departments(self) -> Picture | HTML:
        """On-time completion of every department; a department's report shows it among them."""
        return self._by_department("D1")

    def _by_department(self, kpi_id: str) -> Picture | HTML:
        picture = charts.by_department(
            kpi_id, self.everything, self.workbook.settings, self.parameters.department
        )
        return self.or_cannot(picture, f"{CATALOGUE[kpi_id].name} by department")


def _order(found: Behaviour) -> int:
    """Signals first, charts that cannot tell last."""
    if not found.can_tell:
        return 2
    return 1 if found.signal.startswith("no signal") else 0

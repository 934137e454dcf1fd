"""What every report has: title, scorecard, what could not be shown, data quality, provenance."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import pandas as pd
from IPython.display import HTML

from pmo_lib.assessment.collecting import Step, in_words, steps
from pmo_lib.display import facts_table
from pmo_lib.engine.baseline import Baseline
from pmo_lib.engine.result import ORGANISATION, KpiResult
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE, definitions
from pmo_lib.measurement import Measurement
from pmo_lib.months import month
from pmo_lib.parameters import ReportParameters
from pmo_lib.reports import page, quality
from pmo_lib.reports.picture import Picture
from pmo_lib.reports.scorecard import scorecard
from pmo_lib.wording import DASH, counted, interval, listed, number
from pmo_lib.workbook import Workbook


@dataclass(frozen=True)
class Report:
    """A report on the organisation or one department, at the end of a period."""

    parameters: ReportParameters
    workbook: Workbook = field(repr=False)

    def _repr_html_(self) -> str:
        """What it is of, and the parts that it can show, for JupyterLab."""
        parts = {
            name: inspect.cleandoc(part.__doc__ or "")
            for name, part in inspect.getmembers(type(self), inspect.isfunction)
            if not name.startswith("_") and list(inspect.signature(part).parameters) == ["self"]
        }
        title = f"{type(self).__name__} of {self.subject}, {month(self.parameters.period)}"
        return facts_table(title, {f"{name}()": said for name, said in parts.items()})

    @classmethod
    def open(cls, parameters: ReportParameters) -> Self:
        """The report on the tables that the parameters name; raises as they do."""
        return cls(*parameters.open())

    @property
    def department(self) -> str:
        return self.parameters.department or ORGANISATION

    @property
    def subject(self) -> str:
        """The organisation's or the department's name."""
        return self.parameters.department or self.workbook.settings.organisation

    @cached_property
    def measured(self) -> Measurement:
        """Every figure of the month, against the baseline that is asked for."""
        return self.workbook.measured(self.parameters.period, self.parameters.baseline)

    @property
    def view(self) -> View:
        return self.measured.view

    @property
    def baseline(self) -> Baseline | None:
        """What the results are compared with."""
        return self.view.baseline

    @property
    def everything(self) -> Sequence[KpiResult]:
        """Every result of the organisation and of each department, compared and judged."""
        return self.measured.results

    @cached_property
    def results(self) -> list[KpiResult]:
        """Every statistic of every KPI for the report's subject."""
        return [result for result in self.everything if result.department == self.department]

    @property
    def level(self) -> str:
        return f"{number(self.workbook.settings.confidence_level, 'share')} interval"

    def result(self, kpi_id: str, statistic: str = "") -> KpiResult:
        """One KPI's headline, or one of its further statistics where it has them."""
        own = [result for result in self.results if result.kpi_id == kpi_id]
        return next((result for result in own if result.statistic.id == statistic), own[0])

    def said(self, kpi_id: str, statistic: str = "") -> str:
        """A measured result as 48 % (90 % interval 42 % to 55 %)."""
        value = number(self.result(kpi_id, statistic).value, CATALOGUE[kpi_id].unit)
        return f"{value} ({self.ends(kpi_id, statistic)})"

    def ends(self, kpi_id: str, statistic: str = "") -> str:
        """A measured result's interval in words, or that none can be given."""
        found = self.result(kpi_id, statistic)
        ends = interval(found.low, found.high, CATALOGUE[kpi_id].unit)
        return "no interval can be given" if ends == DASH else f"{self.level} {ends}"

    def scorecard(self) -> HTML:
        """Every KPI with a value: interval, n, baseline, change, target, both answers and trend."""
        return scorecard(self.results, self.trends, self.level, self.signalling)

    @cached_property
    def signalling(self) -> set[str] | None:
        """The KPIs whose chart has a signal; None where there are no charts."""
        return None

    @cached_property
    def trends(self) -> dict[str, HTML]:
        """A sparkline for each KPI that has values over time."""
        return {}

    def how_to_read(self) -> HTML:
        """What n and the confidence intervals mean, for a reader who is not a statistician."""
        in_hundred = round(self.workbook.settings.confidence_level * 100)
        return page.paragraph(
            f"n is the number of cases a figure rests on. The {self.level} says how far the "
            f"figure may be off by chance: {in_hundred} in 100 such intervals contain the true "
            "value. Where two intervals overlap widely, do not read a difference into the figures. "
            "Several figures of one project or one person resemble one another: together they are "
            "one independent case, and the intervals allow for that."
        )

    def kpi_definitions(self) -> HTML:
        """What each KPI means, folded away."""
        words = definitions().drop(columns=["unit", "family", "tables"])
        return page.folded("What each KPI means", page.table(words, "Definitions of the KPIs"))

    def unshown(self) -> HTML:
        """The KPIs without a value, why, and what to collect; the tables that are not there."""
        rows = [
            {
                "KPI": _label(result),
                "State": result.state,
                "Why, and what to collect": result.reason,
            }
            for result in self.results
            if not result.is_measured and not result.segment
        ]
        if not rows:
            return page.paragraph("Every KPI of this report could be shown.")
        return page.table(pd.DataFrame(rows), "KPIs that could not be shown")

    def collect_next(self) -> HTML:
        """What to collect next: what switches on most KPIs for the least work, with an example."""
        if not self.to_collect:
            return page.paragraph("No table and no column is missing for the KPIs of this report.")
        first = self.to_collect[0]
        return page.joined(
            page.paragraph("To collect next, what switches on most KPIs for the least work first:"),
            page.bullets(in_words(self.to_collect)),
            page.folded(f"An example of {listed([*first.columns])}", page.code(first.example)),
        )

    @cached_property
    def to_collect(self) -> list[Step]:
        return steps(self.view)

    def data_quality(self) -> HTML:
        """Per table: rows read, accepted and rejected, rules met."""
        return quality.per_table(self.workbook)

    def violations(self) -> HTML:
        """What validation found, the critical first, with the first places; folded away."""
        return quality.violations(self.workbook)

    def provenance(self) -> HTML:
        """What the report came from: data hash, settings, version."""
        settings = self.workbook.settings
        facts = {
            "Data (SHA-256 over the files' hashes)": self.workbook.verdict.data_hash,
            "Files": f"{sum(len(t.files) for t in self.workbook.verdict.tables.values())}",
            "Data date": f"{self.view.data_date:%Y-%m-%d}, {self.workbook.why(self.view.period)}",
            "Currency": settings.currency,
            "Prices of": str(settings.price_base or "not stated"),
            "Interval level": f"{number(settings.confidence_level, 'share')}",
            "Completed projects count for": counted(settings.outcome_window_months, "month"),
            "On time": f"up to {counted(settings.tolerances.schedule_days, 'day')} late",
            "On budget": f"up to {number(settings.tolerances.cost_share, 'share')} over",
            "Not shown below": counted(settings.disclosure.too_few, "case"),
            "PMO Value Workbook": self.workbook.version,
            "Figures": self.measured.origin,
        } | self._baseline_facts()
        frame = pd.DataFrame({"What": list(facts), "Value": list(facts.values())})
        return page.table(frame, "Where this report comes from")

    def _baseline_facts(self) -> dict[str, str]:
        """Which baseline the report is compared with, for its provenance."""
        baseline = self.baseline
        if baseline is None:
            return {"Baseline": "none is frozen (pmo freeze NAME)"}
        others = baseline.differing_settings(self.workbook.settings.to_mapping())
        facts = {
            "Baseline": f"{baseline.label}, up to {baseline.until}",
            "Baseline frozen on": baseline.frozen_on,
            "Baseline (SHA-256)": baseline.hash(),
        }
        return facts | ({"Settings then and now": "; ".join(others)} if others else {})

    def or_cannot(self, picture: Picture | str, what: str) -> Picture | HTML:
        """The picture, or the sentence that it cannot be drawn and why."""
        if isinstance(picture, Picture):
            return picture
        return page.paragraph(f"{what} cannot be drawn for {self.subject}: {picture}.")

    @property
    def beneath(self) -> str:
        return f"{month(self.parameters.period)}, figures up to {self.view.data_date:%Y-%m-%d}"


def _label(result: KpiResult) -> str:
    """A KPI with its statistic, where that needs saying: D3 Cost overrun, median."""
    words = result.statistic.words
    name = f"{result.kpi_id} {CATALOGUE[result.kpi_id].name}"
    return f"{name}, {words}" if words else name

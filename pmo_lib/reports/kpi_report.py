"""The KPI report: the answer in words, and the pictures behind it."""

from dataclasses import dataclass

from IPython.display import HTML

from pmo_lib.reports import charts, page
from pmo_lib.reports.picture import Picture
from pmo_lib.reports.report import Report
from pmo_lib.result import KpiResult
from pmo_lib.wording import compared, counted, month, number


@dataclass(frozen=True)
class KpiReport(Report):
    """How the organisation, or one department, is doing at the end of a period."""

    def title(self) -> HTML:
        """The title."""
        return page.title(f"KPI report: {self.subject}", self.beneath)

    def answer(self) -> HTML:
        """The answer in one paragraph: time, cost, work in flight; or that it cannot be told."""
        return page.answer([*self._outcomes(), *self._in_flight()])

    def _outcomes(self) -> list[str]:
        on_time, on_budget, overrun = (self.result(kpi) for kpi in ("D1", "D2", "D3"))
        if not (on_time.is_measured or on_budget.is_measured):
            return [
                "Cannot tell how projects end, on time or on budget: "
                f"{on_time.reason or on_budget.reason}."
            ]
        months = self.workbook.settings.outcome_window_months
        said = []
        if on_time.is_measured:
            said.append(
                f"Of {counted(on_time.n + on_time.missing, 'project')} completed in the {months} "
                f"months to {month(self.parameters.period)}, {on_time.n} can be judged on time: "
                f"{self.said('D1')} met their original date."
            )
        if on_budget.is_measured:
            said.append(
                f"Of the {on_budget.n} whose costs are known, {self.said('D2')} kept to budget."
            )
        if overrun.is_measured:
            said.append(f"The median project {compared(overrun.value)} ({self.ends('D3')}).")
        p80 = self.result("D3", "p80")
        if p80.is_measured and p80.value > 0:
            said.append(
                f"One in five cost {number(p80.value, 'share')} or more above what was approved "
                f"({self.ends('D3', 'p80')})."
            )
        return said

    def _in_flight(self) -> list[str]:
        wip, cpi, spi = (self.result(kpi) for kpi in ("P2", "D6", "D7"))
        if not wip.is_measured:
            return [f"Cannot tell how much work is in flight: {wip.reason}."]
        said = [f"{counted(wip.n, 'project')} {'is' if wip.n == 1 else 'are'} in flight."]
        if wip.missing:
            said.append(f"Of {wip.missing:,} more nobody says whether they are.")
        if cpi.is_measured:
            currency = self.workbook.settings.currency
            said.append(
                f"{cpi.n} of them earn {self.said('D6')} of planned work for each {currency} spent."
            )
        if spi.is_measured:
            said.append(f"Measured in time, {spi.n} are {_pace(spi)}: SPI(t) {self.said('D7')}.")
        return said

    def rates(self) -> Picture | HTML:
        """The shares among the KPIs with their intervals."""
        level = self.workbook.settings.confidence_level
        return self.or_cannot(charts.rates(self.results, level), "The picture of the shares")

    def on_time_by_year(self) -> Picture | HTML:
        """On-time completion by year."""
        picture = charts.yearly("D1", self.view, self.parameters.department)
        return self.or_cannot(picture, "On-time completion by year")

    def cost_overruns(self) -> Picture | HTML:
        """Cost overruns by size of project."""
        picture = charts.overruns("D3", self.view, self.parameters.department)
        return self.or_cannot(picture, "The distribution of cost overruns")

    def departments(self) -> Picture | HTML:
        """On-time completion of every department; a department's report shows it among them."""
        picture = charts.by_department(
            "D1", self.view, self.workbook.departments, self.parameters.department
        )
        return self.or_cannot(picture, "On-time completion by department")


def _pace(spi: KpiResult) -> str:
    """Ahead or behind only where the interval says so."""
    if spi.low > 1:
        return "ahead of plan"
    return "behind plan" if spi.high < 1 else "not clearly ahead of plan or behind it"

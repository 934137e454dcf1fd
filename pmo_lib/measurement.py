"""The measurement of a month against a baseline: every figure that pages, CSV and API show.

A figure is computed here, once, and copied from here. What was measured before is handed in as
`kept`; the rest is computed when it is first asked for.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from hashlib import sha256
from typing import Any, TypeVar

import pandas as pd

from pmo_lib.archive import Declared
from pmo_lib.assessment.assessed import assessed
from pmo_lib.assessment.promises import Promise, promises
from pmo_lib.assessment.series import Charts, charts
from pmo_lib.benchmark.benchmarks import compared
from pmo_lib.benchmark.comparison import Comparison, disclosable, table
from pmo_lib.benchmark.reference_class import ReferenceClass, reference_class
from pmo_lib.brief.brief import Brief, briefs
from pmo_lib.brief.evidence import Evidence
from pmo_lib.brief.last_pack import LastPack
from pmo_lib.brief.value_brief import value_brief
from pmo_lib.display import facts_table
from pmo_lib.engine.customers import Customers, customers
from pmo_lib.engine.observe import Look, attempt
from pmo_lib.engine.result import ORGANISATION, KpiResult, is_headline, of_subject, tidy
from pmo_lib.engine.view import View
from pmo_lib.errors import ParameterError, allowed_values
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.statistics import STATISTICS, Statistic
from pmo_lib.worth.assumptions import Terms
from pmo_lib.worth.value_case import ValueCase, default_terms, value_case

T = TypeVar("T")


@dataclass(frozen=True)
class Measurement:
    """Every figure of a month, for the organisation and each department.

    ``view`` are the tables at the month's end with the baseline; ``peers`` other portfolios, each
    at the end of its own data. ``kept`` holds what was measured before by the names of `parts`;
    ``origin`` says where that was, empty where nothing was kept. ``last`` is what the pack of an
    earlier month said.

    >>> measured = pmo.open().measured("2026-09")
    >>> kpis = measured.kpis("Finance")
    >>> path = measured.series("D1", "Finance")
    """

    view: View
    departments: tuple[str, ...]
    peers: Mapping[str, View] = field(default_factory=dict)
    kept: Mapping[str, Any] = field(default_factory=dict)
    origin: str = ""
    last: LastPack | None = None

    def __repr__(self) -> str:
        return f"<Measurement of {self.period}: {len(self.departments)} departments, {self._held}>"

    def _repr_html_(self) -> str:
        baseline = self.view.baseline
        facts = {
            "Departments": ", ".join(self.departments),
            "Baseline": baseline.label if baseline else "none",
            "Peers": ", ".join(self.peers) or "none",
            "Figures": self._held,
            "kpis(department)": "every result, as in kpis.csv",
            "observations(kpi_id, department)": "the cases behind a KPI",
            "series(kpi_id, department, grain)": "a KPI over time",
            "benchmarks(department)": "every comparison, as in benchmarks.csv",
            "value_case": "what difference the PMO made",
        }
        return facts_table(f"Measurement of {self.period}", facts)

    @property
    def _held(self) -> str:
        return self.origin or "computed when asked for"

    @property
    def period(self) -> str:
        return self.view.period

    @property
    def subjects(self) -> tuple[str, ...]:
        """The organisation, then each department."""
        return (ORGANISATION, *self.departments)

    @property
    def default_terms(self) -> Terms:
        """The default terms of the value case, as for KPI R12."""
        return default_terms(self.view.settings)

    # what an analyst asks for

    def kpis(self, department: str | None = None) -> pd.DataFrame:
        """One row a result, as kpis.csv has them: of everybody, or of one department."""
        return _of(self.published, department)

    def observations(self, kpi_id: str, department: str | None = None) -> pd.DataFrame:
        """The cases behind a KPI, one row each: of everybody, or of one department's own.

        Empty where the KPI cannot be measured.
        """
        return of_subject(self.observed[_known(kpi_id)], department or "").reset_index(drop=True)

    def series(
        self, kpi_id: str, department: str = ORGANISATION, grain: str = "month"
    ) -> pd.DataFrame:
        """The KPI over time, as its chart has it by month, or by quarter as its sparkline has."""
        if grain == "quarter":
            return self.charts(department).trends[_known(kpi_id)]
        return self.charts(department).behaviours[_known(kpi_id)].points

    def benchmarks(self, department: str | None = None) -> pd.DataFrame:
        """One row a comparison, as benchmarks.csv has them: of everybody, or of one department."""
        return _of(table(self.comparisons), department)

    @cached_property
    def value_case(self) -> ValueCase:
        """What difference the PMO made, under the assumptions of the settings."""
        return self._kept("value_case", lambda: value_case(self.view))

    def value_case_of(self, terms: Terms) -> ValueCase:
        """The value case under other assumptions, or of one service."""
        if terms == self.default_terms:
            return self.value_case
        return self._kept(terms_part(terms), lambda: value_case(self.view, terms))

    # what is measured, part by part

    @cached_property
    def seen(self) -> View:
        """The view with the draws of the value case, which KPI R12 is made of."""
        return replace(self.view, value_case=self.value_case.for_kpi)

    @cached_property
    def results(self) -> tuple[KpiResult, ...]:
        """Every result of every subject, compared with the baseline, protected and judged."""
        return self._kept(
            "results", lambda: tuple(assessed(self.seen, self.departments, look=self._look))
        )

    @property
    def failed(self) -> dict[str, str]:
        """The KPIs whose function raises an error, with the reason."""
        return {each.kpi_id: each.reason for each in self.results if each.state == "failed"}

    @cached_property
    def observed(self) -> Mapping[str, pd.DataFrame]:
        """The observations of each KPI within its window."""
        return self._kept(
            "observations",
            lambda: {
                kpi.id: self._look(kpi)[0].reset_index(drop=True) for kpi in CATALOGUE.values()
            },
        )

    @cached_property
    def _look(self) -> Look:
        """A KPI's observations within its window, made once."""
        return cache(partial(attempt, view=self.seen))

    def charts(self, subject: str) -> Charts:
        """The charts of the organisation, also by the empty name, or of one department."""
        subject = subject or ORGANISATION
        if subject not in self.subjects:
            raise ParameterError(
                f"there is no department {subject!r}",
                remedy=allowed_values(subject, self.departments),
            )
        if subject not in self._charts:
            name = chart_part(self.subjects, subject)
            self._charts[subject] = self._kept(name, lambda: charts(self.seen, [subject])[subject])
        return self._charts[subject]

    @cached_property
    def _charts(self) -> dict[str, Charts]:
        return {}

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Every benchmark beside the organisation and each department whose figure is shown."""
        few = [r for r in self.results if r.state == "too few" and not r.segment]
        hidden = {(r.kpi_id, r.department, str(r.statistic)) for r in few}
        hidden |= {(r.kpi_id, r.department, "") for r in few if is_headline(r)}
        return tuple(disclosable(self.compared, hidden))

    @cached_property
    def compared(self) -> tuple[Comparison, ...]:
        """Every benchmark beside every subject, before it is known which figures are shown."""
        return self._kept("compared", lambda: tuple(compared(self.view, self.peers, self.subjects)))

    @cached_property
    def reference_class(self) -> ReferenceClass:
        """How far projects of each class overrun, ours and the peers'."""
        return self._kept("reference_class", lambda: reference_class(self.view, self.peers))

    @cached_property
    def customers(self) -> Customers:
        """What customers were promised and get."""
        return self._kept("customers", lambda: customers(self.seen).without(self._hidden_gaps))

    @property
    def _hidden_gaps(self) -> set[tuple[str, str]]:
        """The departments and services of which no perception gap (R1) is shown."""
        return {(r.department, r.segment) for r in self.results
                if r.kpi_id == "R1" and r.state == "too few"}  # fmt: skip

    @cached_property
    def promises(self) -> tuple[Promise, ...]:
        """Every promise to a customer, and whether it is kept."""
        return self._kept("promises", lambda: tuple(promises(self.seen, self.results)))

    @cached_property
    def briefs(self) -> Mapping[str, Brief]:
        """What the page of each subject says: verdict, numbers, asks, news."""
        return self._kept("briefs", lambda: briefs(self._evidence))

    def value_brief(self, terms: Terms | None = None) -> Brief:
        """What the page of the value case says, by default under the settings' assumptions."""
        case = self.value_case_of(terms or self.default_terms)
        return value_brief(replace(self._evidence, value_case=case))

    @property
    def _evidence(self) -> Evidence:
        return Evidence(
            self.seen, self.subjects, self.results, self.observed, self.charts, self.customers,
            self.value_case, self.promises, self.last,
        )  # fmt: skip

    @cached_property
    def published(self) -> pd.DataFrame:
        """The results with what their charts signal, as every pack publishes them.

        Only KPIs that happen by the month have a signal there; the reports chart further ones.
        """
        if chart_part(self.subjects, ORGANISATION) not in self.kept:  # all at once, not one by one
            self._charts.update(charts(self.seen, self.subjects))
        return tidy(
            replace(result, signal=self.charts(result.department).behaviours[result.kpi_id].signal)
            if result.is_measured
            and is_headline(result)
            and CATALOGUE[result.kpi_id].window != "data date"
            else result
            for result in self.results
        )

    def _kept(self, name: str, compute: Callable[[], T]) -> T:
        found: T = self.kept[name] if name in self.kept else compute()
        return found


KINDS: Mapping[str, Any] = {
    "value_case": ValueCase,
    "results": tuple[KpiResult, ...],
    "observations": Mapping[str, pd.DataFrame],
    "charts": Charts,
    "compared": tuple[Comparison, ...],
    "reference_class": ReferenceClass,
    "customers": Customers,
    "briefs": Mapping[str, Brief],
    "promises": tuple[Promise, ...],
}


DECLARED: Declared = {Statistic: STATISTICS}  # written by their ids


def kind_of(part: str) -> Any:
    """The type of a part of a measurement."""
    return KINDS[part.partition("/")[0]]


def terms_part(terms: Terms) -> str:
    """The name of the part with the value case under these assumptions."""
    return f"value_case/{sha256(repr(terms).encode()).hexdigest()[:12]}"


def chart_part(subjects: Iterable[str], subject: str) -> str:
    """The name of the part with a subject's charts; a department's name may be no file's name."""
    return f"charts/{list(subjects).index(subject)}"


def _of(rows: pd.DataFrame, department: str | None) -> pd.DataFrame:
    if department is None:
        return rows
    return rows[rows["department"] == (department or ORGANISATION)].reset_index(drop=True)


def _known(kpi_id: str) -> str:
    if kpi_id not in CATALOGUE:
        raise ParameterError(
            f"there is no KPI {kpi_id!r}", remedy=allowed_values(kpi_id, CATALOGUE)
        )
    return kpi_id

"""From tables to KPI results: filters, aggregation, intervals, n, states, withholding."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from pmo_lib.catalogue import CATALOGUE
from pmo_lib.estimators import CLUSTERED, ESTIMATORS
from pmo_lib.intervals import Estimate
from pmo_lib.kpi import Kpi, Statistic
from pmo_lib.periods import month_end, shifted
from pmo_lib.result import ORGANISATION, KpiResult, State, tidy
from pmo_lib.settings import Settings
from pmo_lib.verdict import Verdict

FACTS = {"count", "quotient", "max_ratio", "draws", "quadrant_share"}  # as true of few as of many


@dataclass(frozen=True)
class View:
    """The tables as a report sees them: at the end of a period, under the settings.

    ``withheld`` names the tables that may not be used, with the reason; ``verdict`` is what
    validation found, ``value_case`` the draws of the value case, each where there is one.
    """

    tables: Mapping[str, pd.DataFrame]
    period: str
    settings: Settings = field(default_factory=Settings)
    withheld: Mapping[str, str] = field(default_factory=dict)
    verdict: Verdict | None = None
    value_case: pd.DataFrame | None = None

    @property
    def data_date(self) -> pd.Timestamp:
        return month_end(self.period)

    def shown_by(self, kpi_id: str, department: str) -> str:
        """Why the KPI cannot show a promise to the department kept; empty where it can."""
        if kpi_id not in CATALOGUE:
            return f"{kpi_id} is no KPI of the catalogue"
        result = results(self, [department], [kpi_id])[0]
        return "" if result.is_measured else f"{kpi_id} is {result.state}: {result.reason}"


def results(
    view: View, departments: Iterable[str] = (ORGANISATION,), kpis: Iterable[str] = tuple(CATALOGUE)
) -> list[KpiResult]:
    """Every statistic of every KPI for every department in that order, each before its parts."""
    names = list(departments)
    found: list[KpiResult] = []
    for kpi in (CATALOGUE[name] for name in kpis):
        state, reason = availability(kpi, view)
        if state != "measured":
            found += [_of(kpi, view, name, state, reason) for name in names]
            continue
        units = observe(kpi, view)
        for name in names:
            found += of_department(kpi, view, name, units)
    return found


def result_table(
    view: View, departments: Iterable[str] = (ORGANISATION,), kpis: Iterable[str] = tuple(CATALOGUE)
) -> pd.DataFrame:
    """`results` as a tidy frame, one row per KPI, department and statistic."""
    return tidy(results(view, departments, kpis))


def availability(kpi: Kpi, view: View) -> tuple[State, str]:
    """Whether the data allow the KPI at all, and if not why and what to collect."""
    missing = [name for name in kpi.tables if name not in view.tables]
    if missing:
        return "not measured", f"needs {' and '.join(f'{name}.csv' for name in missing)}"
    if "value_case" in kpi.given and view.value_case is None:
        return "not measured", "needs a value case"
    if "verdict" in kpi.given and view.verdict is None:
        return "not measured", "needs the verdict of validation"
    withheld = [view.withheld[name] for name in kpi.tables if name in view.withheld]
    if withheld:
        return "withheld", "; ".join(withheld)
    empty = [need for need in kpi.needs if not _has_values(view.tables, need)]
    if empty and not _nothing_completed_yet(view, empty):
        columns = " and ".join(
            f"{column} in {table}.csv" for table, _, column in (e.partition(".") for e in empty)
        )
        return "not measured", f"needs the column {columns}, which is empty or not there"
    return "measured", ""


def observe(kpi: Kpi, view: View) -> pd.DataFrame:
    """The KPI's observations within its window; units of unknown period stay in."""
    units = observe_all(kpi, view)
    months = {"outcome": view.settings.outcome_window_months, "year": 12}.get(kpi.window)
    if months is None:
        return units
    inside = units[~(units["period"] <= shifted(view.period, -months))]
    # a unit of unknown month may lie outside the window: it is left out, and told
    return inside.assign(numerator=inside["numerator"].where(inside["period"].notna()))


def observe_all(kpi: Kpi, view: View) -> pd.DataFrame:
    """The KPI's observations up to the data date."""
    tables = {name: view.tables[name] for name in kpi.tables}
    for name in kpi.optional_tables:
        usable = name in view.tables and name not in view.withheld
        tables |= {name: view.tables[name]} if usable else {}
    given = {
        "data_date": view.data_date,
        "settings": view.settings,
        "verdict": view.verdict,
        "value_case": view.value_case,
        "shown_by": view.shown_by,
    }
    return kpi(**tables, **{name: given[name] for name in kpi.given})


def of_department(
    kpi: Kpi, view: View, department: str, units: pd.DataFrame, within: str | None = None
) -> list[KpiResult]:
    """Every statistic of the KPI on these observations for one department, then its parts.

    `within` says of what time they are; by default of the KPI's window.
    """
    if department != ORGANISATION:
        if kpi.level == "organisation":
            reason = "is kept for the organisation only, not by department"
            return [_of(kpi, view, department, "not measured", reason)]
        units = units[units["department"] == department]
    within = _within(kpi, view) if within is None else within
    whole = units[units["pooled"].astype(bool)] if "pooled" in units else units
    found = _summarised(kpi, view, department, whole, within, (kpi.statistic, *kpi.also))
    if kpi.segment and "segment" in units:
        statistics = (kpi.segment_statistic, *(s for s in kpi.also if s in SEGMENT_ALSO))
        for segment, own in units.groupby("segment", sort=True):
            parts = _summarised(kpi, view, department, own, within, statistics)
            found += [replace(part, segment=str(segment)) for part in parts]
    return found


SEGMENT_ALSO = {"importance_mean", "quadrant_share"}  # what the parts show beside their headline


def yearly_results(kpi_id: str, view: View, department: str, years: int) -> list[KpiResult]:
    """The KPI's headline for each of the last calendar years of its observations.

    The results' period is the year; the last may be a part of one.
    """
    kpi = CATALOGUE[kpi_id]
    if availability(kpi, view)[0] != "measured":
        return []
    units = observe_all(kpi, view)
    last = int(view.period[:4])
    found = []
    for year in range(last - years + 1, last + 1):
        own = units[units["period"].str.slice(0, 4) == str(year)]
        result = of_department(kpi, view, department, own, f"in {year}")[0]
        found.append(replace(result, period=str(year)))
    return found


def known(kpi: Kpi, units: pd.DataFrame) -> pd.Series:
    """Which observations the KPI can be computed on."""
    usable = units["numerator"].notna() & units["denominator"].notna()
    if kpi.statistic in {"rate", "clustered_rate", "ratio", "bounded_ratio", "quotient",
                         "max_ratio", "event_rate"}:  # fmt: skip
        return usable
    return usable & (units["denominator"] != 0)


def _summarised(
    kpi: Kpi,
    view: View,
    department: str,
    units: pd.DataFrame,
    within: str,
    statistics: tuple[Statistic, ...],
) -> list[KpiResult]:
    """The statistics on these observations; `within` says of what time they are."""
    usable = units[known(kpi, units)]
    missing = len(units) - len(usable)
    few = view.settings.disclosure.too_few
    left_out = _left_out(kpi, missing, len(units))
    headline = statistics[0]
    if usable.empty and headline not in {"count"}:
        what = f"none of the {len(units)}" if len(units) else "there are no"
        said = " has what it needs" if len(units) else f" {within}".rstrip()
        reason = f"{what} {kpi.population}{said}"
        return [_of(kpi, view, department, "undefined", reason, headline, missing=missing)]
    if _cases(headline, usable) < few and headline not in FACTS:
        reason = f"fewer than {few} {kpi.population} {within}".rstrip()
        return [_of(kpi, view, department, "too few", reason, headline, len(usable), missing)]
    found = []
    for statistic in statistics:
        estimate = ESTIMATORS[statistic](usable, view.settings.confidence_level)
        found.append(_judged(kpi, view, department, statistic, estimate, missing, left_out))
    return found


def _left_out(kpi: Kpi, missing: int, units: int) -> str:
    """How many units were left out because the data do not say."""
    if not missing:
        return ""
    # the units of a monthly mean are months, but what is left out are projects
    whole = "" if kpi.statistic == "monthly_mean" else f" of {units:,}"
    return f"{missing:,}{whole} left out, the data do not say"


def _cases(statistic: Statistic, usable: pd.DataFrame) -> int:
    """How many independent cases there are: projects, where a project has several units."""
    return int(usable["case_id"].nunique()) if statistic in CLUSTERED else len(usable)


def _judged(
    kpi: Kpi,
    view: View,
    department: str,
    statistic: Statistic,
    estimate: Estimate,
    missing: int,
    left_out: str,
) -> KpiResult:
    state: State = "measured"
    note = estimate.note
    limits = view.settings.disclosure
    if np.isnan(estimate.value):
        state, note = "undefined", note or "what it is divided by is zero"
    elif estimate.cases < limits.too_few and statistic not in FACTS:
        state, note = "too few", f"fewer than {limits.too_few} cases"
        estimate = Estimate(np.nan, np.nan, np.nan, estimate.n)
    elif estimate.cases < limits.indicative and statistic not in FACTS:
        few = f"indicative: fewer than {limits.indicative} cases"
        note = f"{few}; {note}" if note else few
    return KpiResult(
        kpi.id, department, view.period, statistic, value=estimate.value, low=estimate.low,
        high=estimate.high, n=estimate.n, missing=missing, state=state,
        reason="; ".join(filter(None, [note, left_out])),
    )  # fmt: skip


def _of(
    kpi: Kpi,
    view: View,
    department: str,
    state: State,
    reason: str,
    statistic: Statistic | None = None,
    n: int = 0,
    missing: int = 0,
) -> KpiResult:
    return KpiResult(
        kpi.id, department, view.period, statistic or kpi.statistic, n=n, missing=missing,
        state=state, reason=reason,
    )  # fmt: skip


def _within(kpi: Kpi, view: View) -> str:
    if kpi.window == "data date":
        return ""
    months = view.settings.outcome_window_months if kpi.window == "outcome" else 12
    return f"in the {months} months to {view.period}"


def _has_values(tables: Mapping[str, pd.DataFrame], need: str) -> bool:
    table, _, column = need.partition(".")
    return column in tables[table] and bool(tables[table][column].notna().any())


def _nothing_completed_yet(view: View, empty: list[str]) -> bool:
    """Whether outcomes are empty for the good reason that every project is still to end."""
    if not set(empty) <= {"projects.finished_on", "projects.actual_cost"}:
        return False
    statuses = view.tables["projects"]["status"]
    return bool((statuses.notna() & (statuses != "completed")).all())

"""From tables to KPI results: what each KPI is observed on, within which window, up to when."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

import pandas as pd

from pmo_lib.engine.result import ORGANISATION, KpiResult, units_of
from pmo_lib.engine.summary import of_department, unmeasured
from pmo_lib.engine.survey import latest_waves
from pmo_lib.engine.view import View, availability
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import Kpi
from pmo_lib.months import shifted


def results(
    view: View, departments: Iterable[str] = (ORGANISATION,), kpis: Iterable[str] = tuple(CATALOGUE)
) -> list[KpiResult]:
    """Every statistic of every KPI for every department in that order, each before its parts."""
    return [result for _, _, found in observed(view, departments, kpis) for result in found]


def observed(
    view: View, departments: Iterable[str], kpis: Iterable[str]
) -> Iterator[tuple[Kpi, pd.DataFrame, list[KpiResult]]]:
    """Per KPI and department the observations and what they come to."""
    names = list(departments)
    for kpi in (CATALOGUE[name] for name in kpis):
        state, reason = availability(kpi, view)
        if state != "measured":
            for name in names:
                yield kpi, pd.DataFrame(), [unmeasured(kpi, view, name, state, reason)]
            continue
        units = observe(kpi, view)
        for name in names:
            own = units_of(name, units)
            yield kpi, own, of_department(kpi, view, name, own)


def observe(kpi: Kpi, view: View) -> pd.DataFrame:
    """The KPI's observations within its window; units of unknown period stay in."""
    units = observe_all(kpi, view)
    months = {"outcome": view.settings.outcome_window_months, "year": 12}.get(kpi.window)
    if months is None:
        return units
    inside = units[~(units["period"] <= shifted(view.period, -months))]
    if kpi.scale:
        inside = latest_waves(inside, "period", view.period)
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
        "shown_by": partial(shown_by, view),
    }
    return kpi(**tables, **{name: given[name] for name in kpi.given})


def observe_each(kpi: Kpi, view: View, months: list[str]) -> pd.DataFrame:
    """The KPI's observations up to the end of each month, `period` that month."""
    found = [observe_all(kpi, replace(view, period=end)).assign(period=end) for end in months]
    return pd.concat(found, ignore_index=True)


def shown_by(view: View, kpi_id: str, department: str) -> str:
    """Why the KPI cannot show a promise to the department kept; empty where it can.

    It can where it has a value now and in the frozen baseline.
    """
    if kpi_id not in CATALOGUE:
        return f"{kpi_id} is no KPI of the catalogue"
    kpi = CATALOGUE[kpi_id]
    now = results(view, [department], [kpi_id])[0]
    if not now.is_measured:
        return f"{kpi_id} is {now.state}: {now.reason}"
    if view.baseline is None:
        return f"{kpi_id} has no frozen baseline"
    units = view.baseline.units(kpi_id, department)
    if units is None:
        return f"{kpi_id} is not in the baseline: {view.baseline.unmeasured.get(kpi_id, 'unknown')}"
    before = of_department(kpi, view, department, units, "in the baseline")[0]
    return "" if before.is_measured else f"{kpi_id} has no value in the baseline: {before.reason}"


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
        own = units_of(department, own)
        result = of_department(kpi, view, department, own, f"in {year}")[0]
        found.append(replace(result, period=str(year)))
    return found

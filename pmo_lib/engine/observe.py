"""From tables to KPI results: what each KPI is observed on, within which window, up to when."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache, partial
from math import nan

import pandas as pd

from pmo_lib.engine.call import called
from pmo_lib.engine.released import in_lots
from pmo_lib.engine.result import ORGANISATION, KpiResult, ResultState, by_subject, of_subject
from pmo_lib.engine.summary import known, of_department, unmeasured
from pmo_lib.engine.survey import latest_waves
from pmo_lib.engine.view import View, availability
from pmo_lib.errors import KpiError
from pmo_lib.facts.as_of import Dates
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import Kpi, observations
from pmo_lib.months import month_end, months_of, shifted

Attempt = tuple[pd.DataFrame, ResultState, str]
Look = Callable[[Kpi], Attempt]

NONE = observations(
    pd.DataFrame({"case_id": pd.Series(dtype="str")}), period="", numerator=nan, case="case_id"
)


def results(
    view: View, departments: Iterable[str] = (ORGANISATION,), kpis: Iterable[str] = CATALOGUE
) -> list[KpiResult]:
    """Every statistic of every KPI for every department in that order, each before its parts."""
    return [
        result
        for _, _, found in observed(view, departments, kpis)
        for own in found.values()
        for result in own
    ]


def observed(
    view: View, departments: Iterable[str], kpis: Iterable[str], look: Look | None = None
) -> Iterator[tuple[Kpi, dict[str, pd.DataFrame], dict[str, list[KpiResult]]]]:
    """Per KPI the observations of each department, and what they come to.

    `look` is `attempt` on the view, for who has other uses of what it finds.
    """
    names, look = list(departments), look or partial(attempt, view=view)
    for kpi in (CATALOGUE[name] for name in kpis):
        units, state, reason = look(kpi)
        parts = by_subject(units, names)
        yield (
            kpi,
            parts,
            {
                name: of_department(kpi, view, name, own)
                if state == "measured"
                else [unmeasured(kpi, view, name, state, reason)]
                for name, own in parts.items()
            },
        )


def attempt(kpi: Kpi, view: View, *, windowed: bool = True) -> Attempt:
    """The KPI's observations, within its window or all; none, with state and reason, else."""
    state, reason = availability(kpi, view)
    if state == "measured":
        try:
            return (observe if windowed else observe_all)(kpi, view), state, ""
        except KpiError as error:
            state, reason = "failed", error.what
    return NONE, state, reason


def observe(kpi: Kpi, view: View) -> pd.DataFrame:
    """The KPI's observations within its window; units of unknown period stay in.

    KpiError where its function raises an error.
    """
    units = observe_all(kpi, view)
    months = {"outcome": view.settings.outcome_window_months, "year": 12}.get(kpi.window)
    if months is None:
        return units
    if kpi.in_lots:
        few = view.settings.disclosure.too_few
        inside = in_lots(units, known(kpi, units), view.period, months, few)
    else:
        inside = units[~(units["period"] <= shifted(view.period, -months))]
    if kpi.scale:
        inside = latest_waves(inside, "period", view.period)
    # a unit of unknown month may lie outside the window: it is left out, and counted as missing
    return inside.assign(numerator=inside["numerator"].where(inside["period"].notna()))


def observe_all(kpi: Kpi, view: View) -> pd.DataFrame:
    """The KPI's observations up to the data date; KpiError where its function raises an error."""
    return _observed(kpi, view, view.data_date).drop(columns="data_date", errors="ignore")


def observe_each(kpi: Kpi, view: View, months: list[str]) -> pd.DataFrame:
    """The KPI's observations up to the end of each month, `period` that month."""
    if kpi.takes_dates:
        units = _observed(kpi, view, pd.DatetimeIndex([month_end(each) for each in months]))
        return units.assign(period=months_of(units["data_date"]))
    found = [observe_all(kpi, replace(view, period=end)).assign(period=end) for end in months]
    return pd.concat(found, ignore_index=True)


def _observed(kpi: Kpi, view: View, data_date: Dates) -> pd.DataFrame:
    tables = {name: view.tables[name] for name in kpi.tables}
    for name in kpi.optional_tables:
        table = view.table(name)
        tables |= {} if table is None else {name: table}
    given = {
        "data_date": data_date,
        "settings": view.settings,
        "verdict": view.verdict,
        "value_case": view.value_case,
        "shown_by": shown_by(view),
    }
    return called(kpi, **tables, **{name: given[name] for name in kpi.given})


def shown_by(view: View) -> Callable[[str, str], str]:
    """A function that says why a KPI, by its id, cannot show a promise to a department kept.

    It says nothing where the KPI can: it has a value now. Whether it had one in the baseline is
    past and cannot be mended. Each KPI is observed once, however often it is asked for.
    """
    return partial(_shown_by, view, cache(partial(attempt, view=view)))


def _shown_by(view: View, look: Look, kpi_id: str, department: str) -> str:
    if kpi_id not in CATALOGUE:
        return f"{kpi_id} is no KPI of the catalogue"
    kpi = CATALOGUE[kpi_id]
    seen, state, reason = look(kpi)
    if state != "measured":
        return f"{kpi_id} is {state}: {reason}"
    kpi = replace(kpi, also=(), segment="")  # its headline alone
    now = of_department(kpi, view, department, of_subject(seen, department))[0]
    return "" if now.is_measured else f"{kpi_id} is {now.state}: {now.reason}"


def yearly_results(kpi_id: str, view: View, department: str, years: int) -> list[KpiResult]:
    """The KPI's headline for each of the last calendar years of its observations.

    The results' period is the year; the last may be a part of one.
    """
    kpi = CATALOGUE[kpi_id]
    units, state, _ = attempt(kpi, view, windowed=False)
    if state != "measured":
        return []
    last = int(view.period[:4])
    found = []
    for year in range(last - years + 1, last + 1):
        own = of_subject(units[units["period"].str.slice(0, 4) == str(year)], department)
        result = of_department(kpi, view, department, own, f"in {year}")[0]
        found.append(replace(result, period=str(year)))
    return found

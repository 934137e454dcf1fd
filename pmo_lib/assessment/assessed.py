"""Results judged: compared with the frozen baseline, safe to be shown, and with both answers."""

from collections.abc import Iterable
from dataclasses import replace
from math import isnan

import pandas as pd

from pmo_lib.assessment.change import moved_by
from pmo_lib.assessment.disclosure import protected
from pmo_lib.assessment.judgement import judged
from pmo_lib.engine.baseline import Baseline
from pmo_lib.engine.observe import Look, observed
from pmo_lib.engine.released import in_cell
from pmo_lib.engine.result import ORGANISATION, KpiResult, by_subject
from pmo_lib.engine.summary import pooled, summarised, usable
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import Kpi
from pmo_lib.months import month_end
from pmo_lib.wording import counted

OF_ENDED = ("completed", "ended")
FEWEST_TOOK, LONG = 10, 0.8  # ended projects, and the share of them, to say how long they take
MONTH_DAYS = 365.25 / 12


def assessed(
    view: View,
    departments: Iterable[str],
    kpis: Iterable[str] = CATALOGUE,
    look: Look | None = None,
) -> list[KpiResult]:
    """Every KPI of the organisation and of all `departments`, compared, protected and judged.

    All departments are needed even for a report on one: false discoveries and disclosure are
    judged over all of them.
    """
    found: list[KpiResult] = []
    names = [ORGANISATION, *departments]
    since = view.reorganisation
    short = _short_record(view, since.baseline) if since else ""
    for kpi, units, results in observed(view, names, kpis, look):
        why = _incomparable(kpi, view, since.baseline) if since else ""
        frozen = since.units(kpi) if since else None
        before = {} if why or frozen is None else by_subject(frozen, names)
        for name in names:
            own = results[name]
            reason = why or (since.why_not(kpi, name) if since else "")
            if since and name in before and own[0].is_measured and not reason:
                compared = _compared(kpi, view, own, units[name], before[name])
                notes = (
                    since.note(kpi, name), _added(kpi, since.baseline),
                    short if kpi.population.stage in OF_ENDED else "",
                )  # fmt: skip
                found += _noting(compared, "; ".join(filter(None, notes)))
            else:
                found += _saying(own, reason) if own[0].is_measured else own
    return judged(protected(found, view.settings.disclosure.too_few), view.settings)


def _compared(
    kpi: Kpi, view: View, results: list[KpiResult], now: pd.DataFrame, before: pd.DataFrame
) -> list[KpiResult]:
    """The results of a department with the baseline's value and the change from it."""
    own = results[0].department
    now, before = pooled(in_cell(now, own)), pooled(in_cell(before, own))
    then = summarised(kpi, view, results[0].department, before, "in the baseline")
    if not then[0].is_measured:
        return _saying(results, f"no baseline: {then[0].reason}")
    now, before = usable(kpi, now), usable(kpi, before)
    known = {result.statistic: result.estimate for result in then if result.is_measured}
    level, found = view.settings.confidence_level, []
    for result in results:
        statistic = result.statistic
        is_comparable = not (result.segment or statistic.is_of_window) and statistic in known
        if not (is_comparable and result.is_measured):
            found.append(result)
            continue
        # the own interval of answers to a survey is narrowed to those asked, the change's is not
        mine = statistic(now, level) if kpi.scale else result.estimate
        moved = moved_by(statistic, now, before, mine, known[statistic], level)
        base = result.value - moved.value
        found.append(replace(result, baseline=base, change=moved))
    return found


def _saying(results: list[KpiResult], why: str) -> list[KpiResult]:
    """The results, those of the whole with why they are not compared."""
    return [result if result.segment else replace(result, compared=why) for result in results]


def _noting(results: list[KpiResult], note: str) -> list[KpiResult]:
    """The results, those that are compared with a note on what they are compared with."""
    return [replace(r, compared=note) if note and not isnan(r.change.value) else r for r in results]


def _added(kpi: Kpi, baseline: Baseline) -> str:
    day = baseline.added.get(kpi.id)
    return f"added to the baseline on {day}, from the data of that day" if day else ""


def _short_record(view: View, baseline: Baseline) -> str:
    """Why projects that had ended by the baseline's end were shorter than others (left truncation).

    Where the record until then is shorter than four in five projects that have ended took.
    """
    projects = view.table("projects")
    if projects is None or not {"started_on", "finished_on"} <= set(projects):
        return ""
    ended = projects[projects["finished_on"] <= view.data_date]
    took_days = (ended["finished_on"] - ended["started_on"]).dt.days.dropna()
    first = projects["started_on"].min()
    record_days = (month_end(baseline.until) - first).days if first == first else 0
    if len(took_days) < FEWEST_TOOK or not 0 < record_days < took_days.quantile(LONG):
        return ""
    months = round(record_days / MONTH_DAYS)
    return (
        f"the record begins {counted(months, 'month')} before the baseline ends: only projects "
        f"shorter than that had ended, half of all took {took_days.median() / MONTH_DAYS:.0f}"
    )


def _incomparable(kpi: Kpi, view: View, baseline: Baseline) -> str:
    if view.period <= baseline.until:
        return f"the baseline ends with {baseline.until}, so there is nothing later to compare"
    if kpi.id not in baseline.observations:
        why = baseline.unmeasured.get(kpi.id, "the workbook did not know it")
        return f"no baseline; when it was frozen, the KPI was not measured: {why}"
    return ""

"""Results judged: compared with the frozen baseline, flagged, and safe to be shown."""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from pmo_lib.assessment.change import change
from pmo_lib.assessment.disclosure import protected
from pmo_lib.assessment.flags import flagged
from pmo_lib.engine.baseline import Baseline
from pmo_lib.engine.observe import observed
from pmo_lib.engine.result import ORGANISATION, KpiResult
from pmo_lib.engine.summary import pooled, summarised, usable
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import Kpi


def assessed(
    view: View, departments: Iterable[str], kpis: Iterable[str] = tuple(CATALOGUE)
) -> list[KpiResult]:
    """Every KPI of the organisation and of all `departments`, compared, flagged and protected.

    All departments are needed even for a report on one: how many flags are chance, and whether a
    figure gives another's away, depends on all of them.
    """
    found: list[KpiResult] = []
    for kpi, units, results in observed(view, [ORGANISATION, *departments], kpis):
        found += _compared(kpi, view, results, units)
    return protected(flagged(found, view.settings))


def _compared(
    kpi: Kpi, view: View, results: list[KpiResult], units: pd.DataFrame
) -> list[KpiResult]:
    """The results of a department with the baseline's value and the change from it."""
    baseline, headline = view.baseline, results[0]
    if baseline is None or not headline.is_measured:
        return results
    own = baseline.units(kpi.id, headline.department)
    why = _incomparable(kpi, view, baseline)
    if why or own is None:
        return [result if result.segment else replace(result, compared=why) for result in results]
    before = pooled(own)
    then = summarised(kpi, view, headline.department, before, "in the baseline")
    if not then[0].is_measured:
        why = f"no baseline: {then[0].reason}"
        return [result if result.segment else replace(result, compared=why) for result in results]
    now, before = usable(kpi, pooled(units)), usable(kpi, before)
    known = {result.statistic for result in then if result.is_measured}
    return [
        result
        if result.segment or not result.is_measured or result.statistic not in known
        else _with_change(result, now, before, view.settings.confidence_level)
        for result in results
    ]


def _with_change(
    result: KpiResult, now: pd.DataFrame, before: pd.DataFrame, level: float
) -> KpiResult:
    moved = change(result.statistic, now, before, level)
    before_it = result.value - moved.value
    return replace(result, baseline=before_it, change=moved, p_value=moved.p_value)


def _incomparable(kpi: Kpi, view: View, baseline: Baseline) -> str:
    if view.period <= baseline.until:
        return f"the baseline ends with {baseline.until}, so there is nothing later to compare"
    if kpi.id not in baseline.observations:
        why = baseline.unmeasured.get(kpi.id, "was not known to the workbook")
        return f"no baseline: when it was frozen, the KPI {why}"
    return ""

"""Results judged: compared with the frozen baseline, flagged, and safe to be shown."""

from collections.abc import Iterable
from dataclasses import replace
from math import isnan

import pandas as pd

from pmo_lib.baseline import Baseline
from pmo_lib.catalogue import CATALOGUE
from pmo_lib.change import change
from pmo_lib.disclosure import protected
from pmo_lib.engine import known, observed, of_department, pooled
from pmo_lib.flags import flagged
from pmo_lib.kpi import Kpi
from pmo_lib.result import ORGANISATION, KpiResult
from pmo_lib.view import View


def assessed(
    view: View, departments: Iterable[str], kpis: Iterable[str] = tuple(CATALOGUE)
) -> list[KpiResult]:
    """Every KPI of the organisation and of all `departments`, compared, flagged and protected.

    All departments are needed even for a report on one: how many flags are chance, and whether a
    figure gives another's away, depends on all of them.
    """
    found: list[KpiResult] = []
    for kpi, units, results in observed(view, [ORGANISATION, *departments], kpis):
        found += [_compared(kpi, view, result, units) for result in results]
    return protected(flagged(found, view.settings))


def _compared(kpi: Kpi, view: View, result: KpiResult, units: pd.DataFrame) -> KpiResult:
    """The result with the baseline's value, the change from it, and what to know of it."""
    baseline = view.baseline
    if baseline is None or not result.is_measured or result.segment:
        return result
    if why := _incomparable(kpi, view, baseline):
        return replace(result, compared=why)
    own = baseline.units(kpi.id, result.department)
    before = pd.DataFrame() if own is None else pooled(own)
    in_baseline = next(
        r for r in of_department(kpi, view, result.department, before, f"in {baseline.label}")
    )
    if not in_baseline.is_measured:
        return replace(result, compared=f"no baseline: {in_baseline.reason}")
    whole = pooled(units)
    moved = change(
        result.statistic, whole[known(kpi, whole)], before[known(kpi, before)],
        view.settings.confidence_level,
    )  # fmt: skip
    if isnan(result.value - moved.value):
        return replace(result, compared="no baseline: it has no value there")
    return replace(
        result, baseline=result.value - moved.value, change=moved.value, change_low=moved.low,
        change_high=moved.high, detectable=moved.detectable, p_value=moved.p_value,
    )  # fmt: skip


def _incomparable(kpi: Kpi, view: View, baseline: Baseline) -> str:
    if view.period <= baseline.until:
        return f"the baseline ends with {baseline.until}, so there is nothing later to compare"
    if kpi.id not in baseline.observations:
        why = baseline.unmeasured.get(kpi.id, "was not known to the workbook")
        return f"no baseline: when it was frozen, the KPI {why}"
    return ""

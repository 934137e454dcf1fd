"""One subject over time: the process-behaviour charts and trends of its KPIs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from pmo_lib.assessment.behaviour import Behaviour
from pmo_lib.assessment.series import TREND_MONTHS, history
from pmo_lib.engine.observe import yearly_results
from pmo_lib.engine.result import KpiResult
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE

YEARS = 5
BY_YEAR = "D1"


@dataclass(frozen=True)
class Charts:
    """One subject over time: behaviours and trends by KPI, and on-time completion by year."""

    behaviours: Mapping[str, Behaviour]
    trends: Mapping[str, pd.DataFrame]
    by_year: tuple[KpiResult, ...]


def charts(
    view: View, subjects: Iterable[str], kpis: Iterable[str] = CATALOGUE
) -> dict[str, Charts]:
    """The charts of each subject; the tables are gone through once a KPI."""
    names, until = list(subjects), view.baseline.until if view.baseline else ""
    chosen = list(kpis)
    past = {kpi_id: history(kpi_id, view) for kpi_id in chosen}
    return {
        name: Charts(
            {kpi_id: past[kpi_id].behaviour(name, until) for kpi_id in chosen},
            {kpi_id: past[kpi_id].series(name, TREND_MONTHS, "quarter") for kpi_id in chosen},
            tuple(yearly_results(BY_YEAR, view, name, YEARS)) if BY_YEAR in chosen else (),
        )
        for name in names
    }


def joined(some: Iterable[Charts]) -> Charts:
    """The charts of one subject, of KPIs that were measured apart."""
    parts = list(some)
    return Charts(
        {kpi_id: each.behaviours[kpi_id] for each in parts for kpi_id in each.behaviours},
        {kpi_id: each.trends[kpi_id] for each in parts for kpi_id in each.trends},
        tuple(result for each in parts for result in each.by_year),
    )

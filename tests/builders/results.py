"""Results made by hand, and the table of those that the engine finds."""

from collections.abc import Iterable
from math import nan
from typing import Any

import pandas as pd

from pmo_lib.assessment.change import moved_by
from pmo_lib.engine.observe import results
from pmo_lib.engine.result import ORGANISATION, Change, KpiResult, tidy
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.statistics import STATISTICS, Statistic
from pmo_lib.stats.estimate import Estimate

CHANGES = {
    "change": "value",
    "change_low": "low",
    "change_high": "high",
    "detectable": "detectable",
}


def result(
    kpi_id: str = "D1", department: str = "Finance", *, statistic: str = "", **flat: Any
) -> KpiResult:
    """A measured result of September 2026, from the columns that kpis.csv would have of it."""
    ends = (flat.pop(name, nan) for name in ("value", "low", "high"))
    estimate = Estimate(*ends, n=flat.pop("n", 0), clusters=flat.pop("cases", 0))
    change = {own: flat.pop(name) for name, own in CHANGES.items() if name in flat}
    kind = STATISTICS[statistic] if statistic else CATALOGUE[kpi_id].statistic
    return KpiResult(
        kpi_id, department, "2026-09", kind,
        estimate=estimate, change=Change(**change), **({"state": "measured"} | flat),
    )  # fmt: skip


def result_table(
    view: View, departments: Iterable[str] = (ORGANISATION,), kpis: Iterable[str] = CATALOGUE
) -> pd.DataFrame:
    """The engine's results as kpis.csv has them, before they are compared."""
    return tidy(results(view, departments, kpis))


def change_of(
    statistic: Statistic, now: pd.DataFrame, before: pd.DataFrame, level: float
) -> Change:
    """The change of a statistic between two sets of usable observations."""
    first, second = (statistic(units, level) for units in (now, before))
    return moved_by(statistic, now, before, first, second, level)

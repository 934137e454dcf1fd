"""Results made by hand, and the table of those that the engine finds."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import nan
from typing import Any

import pandas as pd
from pandas.testing import assert_frame_equal

from builders.tables import DEPARTMENTS
from pmo_lib.assessment.change import moved_by
from pmo_lib.engine.observe import observed, results
from pmo_lib.engine.result import ORGANISATION, Change, KpiResult, Target, tidy
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.statistics import STATISTICS, Statistic
from pmo_lib.stats.estimate import Estimate

ALL = (ORGANISATION, *DEPARTMENTS)
CHANGES = {
    "change": "value",
    "change_low": "low",
    "change_high": "high",
    "detectable": "detectable",
    "p_value": "p_value",
    "change_cases": "cases",
}
TARGETS = {"target_low": "low", "target_high": "high", "target_p_value": "p_value"}


def result(
    kpi_id: str = "D1", department: str = "Finance", *, statistic: str = "", **flat: Any
) -> KpiResult:
    """A measured result of September 2026, from the columns that kpis.csv would have of it."""
    ends = (flat.pop(name, nan) for name in ("value", "low", "high"))
    estimate = Estimate(*ends, n=flat.pop("n", 0), clusters=flat.pop("cases", 0))
    change = {own: flat.pop(name) for name, own in CHANGES.items() if name in flat}
    target = {own: flat.pop(name) for name, own in TARGETS.items() if name in flat}
    kind = STATISTICS[statistic] if statistic else CATALOGUE[kpi_id].statistic
    return KpiResult(
        kpi_id, department, "2026-09", kind,
        estimate=estimate, change=Change(**change), target=Target(**target),
        **({"state": "measured"} | flat),
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


@dataclass(frozen=True)
class Measured:
    """A view with all that the engine finds in it: each KPI's observations, and the results."""

    view: View
    units: dict[str, pd.DataFrame]
    results: pd.DataFrame

    @classmethod
    def of(
        cls, view: View, departments: Iterable[str] = ALL, kpis: Iterable[str] = CATALOGUE
    ) -> "Measured":
        units, found = {}, []
        names = list(departments)
        for item, parts, own in observed(view, [ORGANISATION, *names], kpis):
            units[item.id] = parts[ORGANISATION]
            found += [result for name in names for result in own[name]]
        return cls(view, units, tidy(found))


def differing(one: pd.DataFrame, other: pd.DataFrame) -> dict[str, str]:
    """Of each KPI of which two tables of results differ, how they do."""
    found = {}
    for kpi_id in {*one["kpi_id"], *other["kpi_id"]}:
        own = (_ordered(table[table["kpi_id"] == kpi_id]) for table in (one, other))
        if why := unequal(*own):
            found[kpi_id] = why
    return found


def in_hundredths(found: pd.DataFrame) -> pd.DataFrame:
    """Results with their amounts of money, which alone hang on the currency, times a hundred."""
    units = {name for name, each in STATISTICS.items() if each.unit == "money"}
    is_money = found["statistic"].isin(units)
    return found.assign(value=found["value"].where(~is_money, found["value"] * 100))


def unequal(one: pd.DataFrame, other: pd.DataFrame, **how: Any) -> str:
    """How two tables differ by more than rounding; nothing where they do not."""
    try:
        assert_frame_equal(one, other, rtol=1e-9, **how)
    except AssertionError as error:
        return str(error)
    return ""


def in_order(units: pd.DataFrame) -> pd.DataFrame:
    """Observations in an order of their own."""
    return units.sort_values(list(units.columns)).reset_index(drop=True)


def _ordered(found: pd.DataFrame) -> pd.DataFrame:
    keys = ["department", "segment", "statistic"]
    return found.sort_values(keys, kind="stable").reset_index(drop=True)

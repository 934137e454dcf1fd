"""How a KPI is declared: one small function on tables, and what the engine must know of it.

The function's parameter names are the tables it needs, as pytest's fixtures are; a parameter with
a default of None is a table it can do without. Two more names are known: `data_date`, the last
day of the report's period, and `settings`. It returns observations, one row per unit of analysis:

==============  ==========================================================================
department      whose unit it is
period          the month it belongs to, YYYY-MM; missing where unknown
numerator       what is counted or summed; missing where the data do not say
denominator     what it is divided by; 1 for counts and rates
project_id      whose project it is; needed where a project has several cases (clustered_rate)
ended           (survival only) whether the duration in `numerator` has ended
magnitude       (tail_mean only) how large the counted case is
==============  ==========================================================================

A unit whose numerator or denominator is missing is not dropped: the engine counts it and says so.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from pmo_lib.tables import TABLES

Family = Literal["value", "delivery", "productivity", "role", "governance"]
Better = Literal["higher", "lower", "near", "context"]
Unit = Literal["share", "ratio", "days", "count"]
Window = Literal["data date", "outcome", "year"]
Statistic = Literal[
    "rate", "clustered_rate", "ratio", "mean", "monthly_mean", "count", "geometric_mean",
    "median", "p80", "p95", "survival_median", "survival_p85", "tail_mean",
]  # fmt: skip

FAMILIES: dict[Family, str] = {
    "value": "Value to business",
    "delivery": "Delivery",
    "productivity": "Productivity and flow",
    "role": "PMO role: services and customers",
    "governance": "Governance and risk",
}
OBSERVATION_COLUMNS = ("department", "period", "numerator", "denominator")
GIVEN = ("data_date", "settings")


@dataclass(frozen=True)
class Kpi:
    """A declared KPI; call it as the function it was declared on.

    ``population`` names the units in the plural ("completed projects"), ``needs`` the columns
    without which nothing can be said, as "table.column".
    """

    id: str
    name: str
    family: Family
    unit: Unit
    better: Better
    statistic: Statistic
    also: tuple[Statistic, ...]
    population: str
    needs: tuple[str, ...]
    window: Window
    definition: str
    tables: tuple[str, ...]
    optional_tables: tuple[str, ...]
    given: tuple[str, ...]
    function: Callable[..., pd.DataFrame]

    def __call__(self, **arguments: object) -> pd.DataFrame:
        return self.function(**arguments)


def kpi(
    *,
    id: str,  # noqa: A002 the catalogue's own word
    name: str,
    family: Family,
    unit: Unit,
    better: Better,
    statistic: Statistic,
    population: str,
    also: tuple[Statistic, ...] = (),
    needs: tuple[str, ...] = (),
    window: Window = "data date",
) -> Callable[[Callable[..., pd.DataFrame]], Kpi]:
    """Declare a KPI on a function of tables; ValueError where its names are not known."""

    def declare(function: Callable[..., pd.DataFrame]) -> Kpi:
        parameters = inspect.signature(function).parameters.values()
        tables = [p for p in parameters if p.name not in GIVEN]
        unknown = [p.name for p in tables if p.name not in TABLES]
        unknown += [need for need in needs if not _is_column(need)]
        if unknown:
            raise ValueError(f"KPI {id} names {unknown}, which pmo_lib.tables does not declare")
        return Kpi(
            id=id,
            name=name,
            family=family,
            unit=unit,
            better=better,
            statistic=statistic,
            also=also,
            population=population,
            needs=needs,
            window=window,
            definition=inspect.cleandoc(function.__doc__ or ""),
            tables=tuple(p.name for p in tables if p.default is p.empty),
            optional_tables=tuple(p.name for p in tables if p.default is not p.empty),
            given=tuple(p.name for p in parameters if p.name in GIVEN),
            function=function,
        )

    return declare


def observations(
    units: pd.DataFrame,
    *,
    period: pd.Series | str,
    numerator: pd.Series | float,
    denominator: pd.Series | float = 1.0,
    **more: pd.Series,
) -> pd.DataFrame:
    """One observation per row of `units`, which has a column department, maybe a project_id."""
    parts: dict[str, object] = {"department": units["department"], "period": period}
    if "project_id" in units:
        parts["project_id"] = units["project_id"]
    rows = pd.DataFrame({**parts, "numerator": numerator, "denominator": denominator, **more})
    return rows.astype({"period": "str", "numerator": "float64", "denominator": "float64"})


def flag(condition: pd.Series, known: pd.Series) -> pd.Series:
    """1 where true, 0 where false, missing where not `known`."""
    return condition.astype("float64").where(known)


def _is_column(need: str) -> bool:
    table, _, column = need.partition(".")
    return table in TABLES and column in TABLES[table].column_names

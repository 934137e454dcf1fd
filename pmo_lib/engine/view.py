"""The tables as a report sees them, and whether they allow a KPI at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import Verdict
from pmo_lib.engine.baseline import Baseline
from pmo_lib.engine.reorganisation import Reorganisation
from pmo_lib.engine.result import ResultState
from pmo_lib.kpis.kpi import Kpi
from pmo_lib.months import month_end


@dataclass(frozen=True)
class View:
    """The tables as a report sees them: at the end of a period, under the settings.

    ``withheld`` names the tables and columns that may not be used, with the reason; ``verdict`` is
    what validation found, ``baseline`` what the results are compared with, ``value_case`` the draws
    of the value case, each where there is one.
    """

    tables: Mapping[str, pd.DataFrame]
    period: str
    settings: Settings = field(default_factory=Settings)
    withheld: Mapping[str, str] = field(default_factory=dict)
    verdict: Verdict | None = None
    baseline: Baseline | None = None
    value_case: pd.DataFrame | None = None

    @property
    def data_date(self) -> pd.Timestamp:
        return month_end(self.period)

    @cached_property
    def reorganisation(self) -> Reorganisation | None:
        """The baseline as of today's departments; None without one."""
        if self.baseline is None:
            return None
        return Reorganisation(self.baseline, self.tables["projects"])

    @property
    def usable(self) -> dict[str, pd.DataFrame]:
        """The tables that are there and not withheld, by name."""
        return {name: rows for name, rows in self.tables.items() if name not in self.withheld}

    def why_not(self, name: str) -> str:
        """Why a table cannot be used: it is not there, or is withheld; empty where it can."""
        missing = "" if name in self.tables else f"needs {name}.csv"
        return self.withheld.get(name, missing)

    def table(self, name: str) -> pd.DataFrame | None:
        """A table; None where it is not there, or is withheld."""
        return None if self.why_not(name) else self.tables[name]


def availability(kpi: Kpi, view: View) -> tuple[ResultState, str]:
    """Whether the data allow the KPI at all, and if not why and what to collect."""
    missing = [name for name in kpi.tables if name not in {*view.tables, *view.withheld}]
    if missing:
        return "not measured", f"needs {' and '.join(f'{name}.csv' for name in missing)}"
    if "value_case" in kpi.given and view.value_case is None:
        return "not measured", "needs a value case in which an effect of the PMO is at least likely"
    if "verdict" in kpi.given and view.verdict is None:
        return "not measured", "needs the verdict of validation"
    used = (*kpi.tables, *kpi.needs, *kpi.uses)
    withheld = dict.fromkeys(view.withheld[name] for name in used if name in view.withheld)
    if withheld:
        return "withheld", "; ".join(withheld)
    empty = [need for need in kpi.needs if not _says_something(view, need)]
    if empty and not _nothing_completed_yet(view, empty):
        columns = " and ".join(
            f"{column} in {table}.csv" for table, _, column in (e.partition(".") for e in empty)
        )
        return "not measured", f"needs the column {columns}, which is empty or not there"
    return "measured", ""


def lacking(kpi: Kpi, view: View) -> list[str]:
    """The tables ("baselines") and columns ("baselines.cost") that the KPI needs and has not.

    A table that is not there lacks its needed columns, too; what is withheld is there.
    """
    missing = [name for name in kpi.tables if name not in view.tables]
    absent = [need for need in kpi.needs if need.partition(".")[0] in missing]
    there = [need for need in kpi.needs if need not in absent and need not in view.withheld]
    empty = [need for need in there if not _says_something(view, need)]
    if empty and _nothing_completed_yet(view, empty):
        empty = []
    return [*missing, *absent, *empty]


def _says_something(view: View, need: str) -> bool:
    """Whether a column has a value, or says by having none that nothing has happened yet."""
    table, _, column = need.partition(".")
    if view.tables[table].get(column, pd.Series()).notna().any():
        return True
    verdict = view.verdict.tables.get(table) if view.verdict else None
    is_there = verdict is not None and column not in verdict.absent_columns
    return is_there and TABLES[table][column].awaited


def _nothing_completed_yet(view: View, empty: list[str]) -> bool:
    """Whether outcomes are empty because no project has ended yet."""
    if not set(empty) <= {"projects.finished_on", "projects.actual_cost"}:
        return False
    statuses = view.tables["projects"]["status"]
    return bool((statuses.notna() & (statuses != "completed")).all())

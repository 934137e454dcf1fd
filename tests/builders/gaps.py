"""A small portfolio with every table there is, and the same with one table or column missing."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from builders.rollouts import rolled_out
from builders.tables import DEPARTMENTS, Tables, frame
from builders.whole import whole
from pmo_lib.contract.schema import Column
from pmo_lib.contract.tables import TABLES, empty

SINCE = "2025-07"
EVERY_KPI = {"too_few": 1, "indicative": 1}  # that so few projects are shown
FIGURE: dict[str, Any] = {
    "source": "A survey", "year": 2025, "kpi_id": "D1", "segment": "all", "statistic": "share",
    "value": 50.0, "unit": "%", "n": 200, "unit_of_analysis": "project", "sd": 10.0,
    "population": "completed", "baseline_definition": "approval", "metric": "on time",
    "prices": "constant", "price_base": 2025, "rating_scale": 3, "sector": "public",
    "evidence": "high", "url": "https://example.org/survey", "note": "All of 2024",
}  # fmt: skip


@cache
def _small() -> Tables:
    given = whole()
    projects = given["projects"][given["projects"]["department"] != DEPARTMENTS[1]]
    projects = projects[projects["started_on"] >= SINCE]
    made = _of_projects(given, projects)
    for name, column in (("service_requests", "opened_on"), ("survey_responses", "wave")):
        made[name] = made[name][made[name][column] >= SINCE].reset_index(drop=True)
    figures = [FIGURE, FIGURE | {"kpi_id": "D3", "statistic": "median", "value": 8.0}]
    return made | {"benchmarks": frame("benchmarks", figures)}


@cache
def _small_roll_out() -> Tables:
    given = rolled_out()
    return _of_projects(given, given["projects"].iloc[::3])


def _of_projects(given: Tables, projects: pd.DataFrame) -> Tables:
    """The tables cut down to these projects, and those by the month to the last ones."""
    benefits = given["benefits"][given["benefits"]["project_id"].isin(projects["project_id"])]

    def own(table: pd.DataFrame) -> pd.DataFrame:
        if "project_id" in table:
            whose = table["project_id"]
            return table[whose.isin(projects["project_id"]) | whose.isna()]
        if "benefit_id" in table:
            return table[table["benefit_id"].isin(benefits["benefit_id"])]
        return table

    return {name: own(table).reset_index(drop=True) for name, table in given.items()}


def small() -> Tables:
    """A copy of a year's projects of two departments, with something in every table and column."""
    return {name: table.copy() for name, table in _small().items()}


def small_roll_out() -> Tables:
    """A copy of the roll-out with a third of its projects: enough for an effect."""
    return {name: table.copy() for name, table in _small_roll_out().items()}


@dataclass(frozen=True)
class Gap:
    """What is missing, of which table and column, and the tables without it."""

    name: str
    table: str
    tables: Tables
    column: str = ""


def without_rows(given: Tables) -> Iterator[Gap]:
    """Each table in turn is empty."""
    for name in given:
        yield Gap(f"{name} empty", name, given | {name: empty(name)})


def without_tables(given: Tables) -> Iterator[Gap]:
    """Each table in turn is not there; but the projects always are, validation sees to it."""
    for name in given:
        if name != "projects":
            yield Gap(f"no {name}", name, {n: t for n, t in given.items() if n != name})


def without_columns(given: Tables) -> Iterator[Gap]:
    """Each column that may be, and is not, is blank; one that is in no file arrives so too."""
    for name, table in given.items():
        for column in TABLES[name]:
            if column.need != "required" and table[column.name].notna().any():
                blank = table.assign(**{column.name: _blank(column, len(table))})
                at = f"{name}.{column.name}"
                yield Gap(f"{at} blank", name, given | {name: blank}, at)


def _blank(column: Column, rows: int) -> pd.Series:
    return pd.Series([None] * rows, dtype="object").astype(column.pandas_type)

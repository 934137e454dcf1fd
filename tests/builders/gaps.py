"""A small portfolio with every table there is, and the same with one table or column missing."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pandas as pd

from builders.rollouts import rolled_out
from builders.tables import Tables, frame
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
SCORE: dict[str, Any] = {
    "department": "Finance", "wave": "2026-03", "measure": "Engagement", "score": 0.5,
    "kind": "organisation", "respondents": 40,
}  # fmt: skip


@cache
def _small() -> Tables:
    given = whole()
    projects = given["projects"][given["projects"]["started_on"] >= SINCE]
    made = _of_projects(given, projects)
    for name, column in (("service_requests", "opened_on"), ("survey_responses", "wave")):
        made[name] = made[name][made[name][column] >= SINCE].reset_index(drop=True)
    figures = [FIGURE, FIGURE | {"kpi_id": "D3", "statistic": "median", "value": 8.0}]
    return made | {
        "benchmarks": frame("benchmarks", figures),
        "survey_scores": frame("survey_scores", [SCORE]),
    }


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
    """A copy of 42 projects and all that belongs to them, every table and column filled."""
    return {name: table.copy() for name, table in _small().items()}


def small_roll_out() -> Tables:
    """A copy of the roll-out with a third of its projects: enough for an effect."""
    return {name: table.copy() for name, table in _small_roll_out().items()}


def of_tables(given: Tables) -> Iterator[tuple[str, str, Tables]]:
    """What is missing, its table, and the tables: each table in turn without rows, and not there.

    The projects are always there, if without rows: validation sees to it.
    """
    for name in given:
        yield f"{name} empty", name, given | {name: empty(name)}
        if name != "projects":
            yield f"no {name}", name, {n: table for n, table in given.items() if n != name}


def of_columns(given: Tables) -> Iterator[tuple[str, str, Tables]]:
    """The same of each column that may be blank; one that is not in a file arrives so too."""
    for name, table in given.items():
        for column in TABLES[name]:
            if column.need != "required":
                blank = table.assign(**{column.name: _blank(column, len(table))})
                yield f"{name}.{column.name} blank", name, given | {name: blank}


def _blank(column: Column, rows: int) -> pd.Series:
    return pd.Series([None] * rows, dtype="object").astype(column.pandas_type)


def failures(
    gaps: Iterator[tuple[str, str, Tables]], work: Callable[[str, Tables], None]
) -> list[str]:
    """What went wrong where: the names of the gaps under which the work raises, and its error."""
    found = []
    for name, table, given in gaps:
        try:
            work(table, given)
        except Exception as error:  # noqa: BLE001 whatever it is, it is told with the gap's name
            at = error.__traceback__
            while at and at.tb_next:
                at = at.tb_next
            where = f"{at.tb_frame.f_code.co_filename}:{at.tb_lineno}" if at else ""
            found.append(f"{name}: {type(error).__name__}: {error} ({where})")
    return found

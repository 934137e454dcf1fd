"""Tables made by hand: a row names only the cells that matter, the rest is as declared.

`frame` gives a table its declared columns and types. `project`, `baseline` and `report` give rows
of a plain project: started on 1 January 2026, planned and finished on 1 July, 100 planned, 100
spent.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from pmo_lib.contract.tables import TABLES, empty

Row = dict[str, Any]
Tables = dict[str, pd.DataFrame]

PERIOD = "2026-09"
DEPARTMENTS = ("Finance", "Legal & Compliance", "<b>Sales</b>")
MONEY = {
    "projects": ["actual_cost"],
    "baselines": ["cost", "benefit"],
    "status_reports": ["planned_value", "earned_value", "actual_cost", "estimate_at_completion"],
    "risks": ["impact"],
    "pmo_costs": ["amount"],
}
BENEFITS = {  # money too, where they are counted in it
    "benefits": ["baseline_value", "target_value"],
    "benefit_reports": ["planned", "forecast", "realised"],
}


def frame(name: str, rows: Iterable[Row]) -> pd.DataFrame:
    """The rows as the declared table; a cell that no row names is missing."""
    rows = list(rows)
    unknown = {column for row in rows for column in row} - set(TABLES[name].column_names)
    assert not unknown, f"{name} has no columns {unknown}"
    columns = {}
    for column in TABLES[name]:
        cells = pd.Series([row.get(column.name) for row in rows], dtype="object")
        if column.kind == "date":
            cells = pd.to_datetime(cells)
        columns[column.name] = cells.astype(column.pandas_type)
    return pd.DataFrame(columns) if rows else empty(name)


def project(project_id: str = "p1", **cells: Any) -> Row:
    return {
        "project_id": project_id,
        "department": "Finance",
        "status": "completed",
        "started_on": "2026-01-01",
        "finished_on": "2026-07-01",
        "actual_cost": 100.0,
    } | cells


def open_project(project_id: str = "p1", **cells: Any) -> Row:
    return project(project_id, **({"status": "active", "finished_on": None} | cells))


def baseline(project_id: str = "p1", **cells: Any) -> Row:
    return {
        "project_id": project_id,
        "version": 0,
        "start": "2026-01-01",
        "finish": "2026-07-01",
        "cost": 100.0,
    } | cells


def report(project_id: str = "p1", period: str = PERIOD, **cells: Any) -> Row:
    return {"project_id": project_id, "period": period, "rated_by": "owner"} | cells


def answer(respondent_id: str = "r1", **cells: Any) -> Row:
    return {
        "respondent_id": respondent_id,
        "wave": PERIOD,
        "department": "Finance",
        "role": "Sponsor",
        "service_id": "S1",
    } | cells


def request(request_id: str = "q1", **cells: Any) -> Row:
    return {
        "request_id": request_id,
        "department": "Finance",
        "service_id": "S1",
        "opened_on": "2026-06-01",
        "channel": "pmo",
    } | cells


def tables(**rows: Iterable[Row]) -> Tables:
    return {name: frame(name, given) for name, given in rows.items()}


def numbered(n: int, row: Any, **cells: Any) -> list[Row]:
    """`n` rows of projects p1, p2, …; a cell that is a list gives each row its own value."""
    own = [{k: v[i] if isinstance(v, list) else v for k, v in cells.items()} for i in range(n)]
    return [row(f"p{i + 1}", **own[i]) for i in range(n)]


def with_money(given: Mapping[str, pd.DataFrame], change: Any) -> Tables:
    """The tables with `change` applied to every money column, and to benefits in whatever unit."""
    columns = MONEY | BENEFITS
    return {
        name: table.assign(**{column: change(table[column]) for column in columns.get(name, [])})
        for name, table in given.items()
    }


def of_department(given: Mapping[str, pd.DataFrame], department: str) -> Tables:
    """The tables cut down to one department, or to its projects; what is of no department stays."""
    projects = given["projects"]
    projects = projects[projects["department"] == department]

    def own(table: pd.DataFrame) -> pd.DataFrame:
        if "benefit_id" in table and "project_id" not in table:
            benefits = given["benefits"]
            benefits = benefits[benefits["project_id"].isin(projects["project_id"])]
            return table[table["benefit_id"].isin(benefits["benefit_id"])]
        if "department" in table:
            return table[table["department"] == department]
        if "project_id" in table:
            return table[table["project_id"].isin(projects["project_id"])]
        return table

    return {name: own(table) for name, table in given.items()}

"""How the columns and rules of `tables` are written: short words for what they have in common."""

from pmo_lib.contract.schema import (
    Accrual,
    Column,
    ColumnKind,
    EmptyWhen,
    InOrder,
    Need,
    NeededWhen,
    Severity,
)


def column(
    name: str,
    kind: ColumnKind,
    meaning: str,
    need: Need = "optional",
    *allowed: str,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    to: str = "",
    awaited: bool = False,
    accrues: Accrual = "",
) -> Column:
    if kind == "money":
        unit = unit or "currency"
    if kind == "share":
        low, high = 0.0 if low is None else low, 1.0 if high is None else high
    return Column(name, kind, meaning, need, unit, allowed, low, high, to, awaited, accrues)


def of_project(need: Need = "required") -> Column:
    return column("project_id", "id", "the project", need, to="projects.project_id")


def of_service(need: Need = "required") -> Column:
    return column("service_id", "id", "the PMO service", need, to="services.service_id")


def department(need: Need = "required") -> Column:
    return column("department", "text", "the department", need)


def money(name: str, meaning: str, need: Need = "optional", accrues: Accrual = "") -> Column:
    return column(name, "money", meaning, need, low=0, accrues=accrues)


def hours(name: str, meaning: str, need: Need = "optional") -> Column:
    return column(name, "number", meaning, need, unit="hours", low=0, accrues="in the month")


def in_order(first: str, second: str, severity: Severity = "critical") -> InOrder:
    return InOrder(first, second, f"{first} must not be after {second}", severity)


def needed_when(column: str, when: str, *values: str) -> NeededWhen:
    meaning = f"{column} must be given where {when} is {' or '.join(values)}"
    return NeededWhen(column, when, values, meaning)


def empty_when(column: str, when: str, *values: str) -> EmptyWhen:
    meaning = f"{column} must be empty where {when} is {' or '.join(values)}"
    return EmptyWhen(column, when, values, meaning)

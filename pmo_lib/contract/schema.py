"""The words in which a table is declared: columns, cross-column rules, tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

ColumnKind = Literal["id", "text", "date", "period", "money", "number", "integer", "share"]
Need = Literal["required", "expected", "optional"]
Severity = Literal["critical", "warning", "info"]
Accrual = Literal["", "to date", "in the month"]
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")

PANDAS_TYPES: dict[ColumnKind, str] = {
    "id": "str",
    "text": "str",
    "date": "datetime64[us]",
    "period": "str",  # a month as 2026-09: sorts as text, reads as it is written
    "money": "float64",
    "number": "float64",
    "integer": "Int64",
    "share": "float64",
}

KIND_MEANINGS: dict[ColumnKind, str] = {
    "id": "text, kept to the letter (007 stays 007)",
    "text": "text",
    "date": "date, YYYY-MM-DD",
    "period": "month, YYYY-MM",
    "money": "amount of money",
    "number": "number",
    "integer": "whole number",
    "share": "share between 0 and 1, or per cent with its sign",
}


@dataclass(frozen=True)
class Column:
    """One column: its type, unit, what it may hold, and what it means.

    ``need`` says what a gap costs: without a *required* value the row is rejected (and without
    the column the file), without an *expected* one the row is kept with a warning, an *optional*
    one may be missing. An ``awaited`` one is empty while it has not happened: a column that is
    there without a single value says that nothing has.
    """

    name: str
    kind: ColumnKind
    meaning: str
    need: Need = "optional"
    unit: str = ""
    allowed: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    references: str = ""  # "table.column" whose accepted values this one must be among
    awaited: bool = False
    accrues: Accrual = ""  # of a quantity reported month by month

    @property
    def pandas_type(self) -> str:
        return PANDAS_TYPES[self.kind]


@dataclass(frozen=True)
class InOrder:
    """The date, month or number in `first` is not after the one in `second`."""

    first: str
    second: str
    meaning: str
    severity: Severity = "critical"


@dataclass(frozen=True)
class _When:
    column: str
    when: str
    values: tuple[str, ...]
    meaning: str
    severity: Severity = "warning"


class NeededWhen(_When):
    """`column` has a value wherever `when` has one of `values`."""


class EmptyWhen(_When):
    """`column` is empty wherever `when` has one of `values`."""


Rule = InOrder | NeededWhen | EmptyWhen


@dataclass(frozen=True)
class Table:
    """One table: what a row is, its columns, its key, its cross-column rules."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        names = self.column_names
        if len(set(names)) != len(names):
            raise ValueError(f"Table {self.name} declares a column twice: {names}")
        for column in [*self.key, *(name for rule in self.rules for name in _columns_of(rule))]:
            if column not in names:
                raise ValueError(f"Table {self.name} has a key or rule on {column}, not a column")

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def required_columns(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.need == "required")

    @property
    def references(self) -> tuple[str, ...]:
        """Names of the tables this one refers to, itself left out."""
        tables = (column.references.partition(".")[0] for column in self.columns)
        return tuple(dict.fromkeys(name for name in tables if name and name != self.name))

    @property
    def is_to_date(self) -> bool:
        """Whether a row says how things stand, so that the latest of a month stands for it."""
        return "period" in self.key and any(column.accrues == "to date" for column in self.columns)

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name!r}")

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)


def _columns_of(rule: Rule) -> tuple[str, str]:
    return (rule.first, rule.second) if isinstance(rule, InOrder) else (rule.column, rule.when)

"""What settings may declare of which columns: of a whole table, or of one as "table.column"."""

from collections.abc import Iterable, Mapping

from pmo_lib.contract.schema import Column
from pmo_lib.contract.tables import TABLES

Columns = tuple[str, ...]


def _named(columns: Iterable[str]) -> dict[str, Columns]:
    """The columns by their own names, and all of a table's by the table's."""
    names = list(columns)
    tables = dict.fromkeys(name.partition(".")[0] for name in names)
    whole = {t: tuple(name for name in names if name.startswith(f"{t}.")) for t in tables}
    return whole | {name: (name,) for name in names}


def _is_of_money(table: str, column: Column) -> bool:
    """Money by its kind, or where the benefit that it belongs to is counted in money."""
    numbers = ("benefits", "benefit_reports")
    return column.kind == "money" or (table in numbers and column.kind == "number")


_ALL = [(f"{table.name}.{column.name}", table.name, column) for table in TABLES.values()
        for column in table]  # fmt: skip

DECLARABLE: Mapping[str, Mapping[str, Columns]] = {
    "money_unit": _named(name for name, table, column in _ALL if _is_of_money(table, column)),
    "percent": _named(name for name, _, column in _ALL if column.kind == "share"),
    "percent_complete": _named(["status_reports.planned_value", "status_reports.earned_value"]),
    "periodic": _named(name for name, _, column in _ALL if column.accrues == "to date"),
    "cumulative": _named(name for name, _, column in _ALL if column.accrues == "in the month"),
    "scores": {name: (name,) for name, _, column in _ALL if column.kind in {"money", "share"}},
    "survey_points": {name: (name,) for name, _, column in _ALL if "–" in column.unit},
}


def declared_of(key: str, names: Iterable[str]) -> Columns:
    """The columns that a setting's tables and columns stand for, each once."""
    return tuple(dict.fromkeys(c for name in names for c in DECLARABLE[key][name]))

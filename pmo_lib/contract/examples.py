"""What a value of a column looks like, for who has to fill one in."""

from pmo_lib.contract.schema import Column
from pmo_lib.contract.tables import TABLES

EXAMPLE = "example"  # how the ids of an example row begin: it is never read
_OF_KIND: dict[str, object] = {
    "date": "2026-01-31", "period": "2026-01", "money": 1000, "number": 1, "integer": 1,
    "share": 0.5,
}  # fmt: skip


def example(column: Column) -> object:
    """A value that the column may hold; where it refers to another, the example of that."""
    if column.allowed:
        return column.allowed[0]
    if column.kind in ("id", "text"):
        return f"{EXAMPLE} {column.references.partition('.')[2] or column.name}"
    return 0 if column.low == 0 and column.kind == "integer" else _OF_KIND[column.kind]


def example_lines(table: str, columns: tuple[str, ...]) -> tuple[str, str]:
    """A header and a row of a CSV file with some columns of a table."""
    values = (f"{example(TABLES[table][name])}" for name in columns)
    return ",".join(columns), ",".join(values)

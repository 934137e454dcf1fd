"""The data dictionary, derived from the declaration of the tables."""

import pandas as pd

from pmo_lib.contract.schema import KIND_MEANINGS, Column
from pmo_lib.contract.tables import TABLES


def dictionary() -> pd.DataFrame:
    """The data dictionary: one row per column of every table, in words."""
    return pd.DataFrame(
        [
            {
                "table": table.name,
                "column": column.name,
                "type": KIND_MEANINGS[column.kind],
                "unit": column.unit,
                "need": "key" if column.name in table.key else column.need,
                "allowed": _allowed(column),
                "meaning": column.meaning,
            }
            for table in TABLES.values()
            for column in table
        ]
    )


def _allowed(column: Column) -> str:
    if column.allowed:
        return ", ".join(column.allowed)
    if column.references:
        return f"one of {column.references}"
    if column.low is not None and column.high is not None:
        return f"{column.low:g} to {column.high:g}"
    return f"{column.low:g} or more" if column.low is not None else ""

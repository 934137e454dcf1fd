"""Rows that are no rows of a table: totals, headings, notes; and reports that others replace."""

import re

import pandas as pd

from pipelines.reading.totals import rows_with, totals
from pmo_lib.contract.schema import Table

TOTAL = "is a total of other rows"
HEADING = "repeats the header"
NOTE = "is a note below the table"
REPLACED = "a later report of the same month stands for it"
ROWS_OF_NOTES = 10  # at a file's end

_TABLES_OF_TOTALS = frozenset({"benchmarks"})  # figures of others, whose segments have such names


def not_rows(table: Table, typed: pd.DataFrame) -> pd.Series:
    """Why rows are none of the table's own, by position."""
    if table.name in _TABLES_OF_TOTALS:
        return pd.Series(dtype="str")
    key = typed[table.key[0]]
    reasons: dict[int, str] = dict.fromkeys(totals(table, typed), TOTAL)
    heading = re.compile(table.key[0].replace("_", "[_ ]"), re.IGNORECASE)
    reasons |= dict.fromkeys(rows_with(key, heading), HEADING)
    return pd.Series(reasons, dtype="str")


def notes(cells: pd.DataFrame) -> pd.Series:
    """Rows at a file's end of which only the first cell is filled, by position."""
    last = cells.tail(ROWS_OF_NOTES)
    if last.empty or cells.shape[1] < 3:
        return pd.Series(dtype="str")
    is_filled = last.apply(lambda column: column.str.strip() != "")
    alone = is_filled.iloc[:, 0] & (is_filled.sum(axis=1) == 1)
    ends = alone[::-1].cummin()[::-1].astype("bool")
    return pd.Series(NOTE, index=last.index[ends])


def replaced(table: Table, typed: pd.DataFrame, days: pd.Series) -> pd.Series:
    """Rows of a month with a later report of the same, by position; `days` are the reports' own."""
    rows = typed.loc[days.notna(), list(table.key)].assign(day=days)
    latest = rows.groupby(list(table.key), dropna=False, observed=True)["day"].transform("max")
    earlier = rows.index[rows["day"] < latest]
    return pd.Series(REPLACED, index=earlier)

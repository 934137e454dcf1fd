"""Rows that are no rows of a table: totals, headings, notes; and reports that others replace."""

import re

import pandas as pd

from pmo_lib.contract.schema import Column, Table

TOTAL = "is a total of other rows"
HEADING = "repeats the header"
NOTE = "is a note below the table"
REPLACED = "a later report of the same month stands for it"
ROWS_OF_NOTES = 10  # at a file's end

_WORDS = (
    "total|totals|subtotal|sub-total|sub total|grand total|overall total|total general|"
    "total général|sous-total|total geral|sum|summe|gesamt|gesamtsumme|zwischensumme|insgesamt|"
    "somme|totale|subtotale|totaal|subtotaal|suma|razem|summa|totalt|yhteensä|celkem|összesen"
)
_EXACT = re.compile(rf"[\W_]*(?:{_WORDS})[\W_]*(?:\(\d+\))?", re.IGNORECASE)
# "Total Archives", "Archives total", "Total: 24 projects": so only in place of an identifier
_PART = re.compile(
    rf"\W*(?:{_WORDS})(?:\s*[:(].*|\s+.*)?|.*\s(?:{_WORDS})\W*", re.IGNORECASE | re.DOTALL
)
_TABLES_OF_TOTALS = frozenset({"benchmarks"})  # figures of others, whose segments have such names


def not_rows(table: Table, typed: pd.DataFrame) -> pd.Series:
    """Why rows are none of the table's own, by position."""
    if table.name in _TABLES_OF_TOTALS:
        return pd.Series(dtype="str")
    key = typed[table.key[0]]
    reasons: dict[int, str] = {}
    named = [column.name for column in table if _is_name(table, column)]
    for name in named:
        reasons |= dict.fromkeys(_rows_with(typed[name], _EXACT), TOTAL)
    if table[table.key[0]].kind == "id":
        reasons |= dict.fromkeys(_rows_with(key, _PART), TOTAL)
        without = typed.loc[key.isna(), named]
        for name in named:
            reasons |= dict.fromkeys(_rows_with(without[name], _PART), TOTAL)
    heading = re.compile(table.key[0].replace("_", "[_ ]"), re.IGNORECASE)
    reasons |= dict.fromkeys(_rows_with(key, heading), HEADING)
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


def _is_name(table: Table, column: Column) -> bool:
    """Whether a column says what a row is of."""
    if column.kind not in ("id", "text") or column.allowed:
        return False
    return column.name in table.key or column.name in ("name", "department")


def _rows_with(text: pd.Series, pattern: re.Pattern[str]) -> pd.Index:
    """The rows whose text is wholly of a pattern; each distinct text is looked at once."""
    texts = [each for each in text.dropna().unique().tolist() if pattern.fullmatch(each)]
    return text.index[text.isin(texts)] if texts else text.index[:0]

"""The example row of a template: no row of the table as long as nobody has written over it."""

from collections.abc import Collection
from functools import cache
from typing import Any

import pandas as pd

from pipelines.reading.conventions import Conventions
from pipelines.reading.parse import parse
from pmo_lib.contract.examples import EXAMPLE, example
from pmo_lib.contract.schema import Column, Table

UNTOUCHED = "is the example of the template, as it came"


def example_rows(table: Table, typed: pd.DataFrame, absent: Collection[str]) -> pd.Series:
    """Rows that are the example in every column that is there, by position."""
    there = [column for column in table if column.name not in absent]
    if not any(f"{example(column)}".startswith(EXAMPLE) for column in there):
        return pd.Series(dtype="str")  # without a word of ours it could be somebody's own row
    same = pd.Series(data=True, index=typed.index)
    for column in there:
        same &= (typed[column.name] == _read(column)).fillna(False)
    return pd.Series(UNTOUCHED, index=typed.index[same.astype("bool")], dtype="str")


@cache
def _read(column: Column) -> Any:
    """The example of the column as it is read."""
    shown = pd.Series([f"{example(column)}"], dtype="str")
    return parse(column, shown, Conventions()).typed[0]


def only_examples(set_aside: pd.DataFrame, rows: int) -> bool:
    """Whether all of so many rows are examples: the sheet was not filled in."""
    return bool(rows) and int((set_aside["rule"] == UNTOUCHED).sum()) == rows

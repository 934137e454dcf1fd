"""Tables as CSV that a spreadsheet shows and never runs, and their texts read back.

A spreadsheet takes a text that begins like a formula for one. Such a text gets an apostrophe in
front, as spreadsheets themselves write it; numbers stay numbers.
"""

import re
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# what spreadsheets skip before they look, and the apostrophes that we or others have put there
_BEFORE = "[\\s\u0000-\u0020\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\ufeff']*"
_RUNS = re.compile(rf"{_BEFORE}[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]|'*[\t\r\n]")
_NUMBER = re.compile(
    r"(?=.*[0-9])[+-]\s?(?:[0-9]*|[0-9]{1,3}(?:[.,' \u00a0\u202f][0-9]{3})*)(?:[.,][0-9]*)?"
    r"(?:[eE][+-]?[0-9]+)?\s?%?"
)


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV: UTF-8, commas, LF, no cell or heading that a spreadsheet runs."""
    guarded_table = table.apply(_guarded_column).rename(columns=lambda name: guarded(str(name)))
    guarded_table.to_csv(path, index=False, lineterminator="\n")


def guarded(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would run it."""
    return f"'{text}" if _is_run(text) else text


def unguarded(texts: pa.Array) -> pa.Array:
    """Texts read from CSV without the apostrophes that `guarded` has put in front."""
    if not pc.any(pc.starts_with(texts, "'")).as_py():
        return texts
    plain = [t[1:] if t and t[0] == "'" and _is_run(t[1:]) else t for t in texts.to_pylist()]
    return pa.array(plain, texts.type)


def _is_run(text: str) -> bool:
    return _RUNS.match(text) is not None and _NUMBER.fullmatch(text) is None


def _guarded_column(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.rename_categories(_guarded_cell)
    if pd.api.types.is_string_dtype(column.dtype) or column.dtype == object:
        return column.map(_guarded_cell, na_action="ignore")
    return column


def _guarded_cell(cell: object) -> object:
    return guarded(cell) if isinstance(cell, str) else cell

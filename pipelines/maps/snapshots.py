"""One list that comes again and again: what of all its copies becomes a table."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from pipelines.maps.declared import SheetMap
from pipelines.reading.readers import Lines, RawTable
from pmo_lib.contract.tables import TABLES
from pmo_lib.wording import counted

Parts = Sequence[tuple[str, dict[str, RawTable]]]  # the tables of each date
OPEN = ("proposed", "active", "on_hold")
_GONE = "that are gone from the newest list: whether they ended it does not tell, so no status"
_PART, _LINE = "\0part", "\0line"  # no heading holds NUL


def of_all(sheet: SheetMap, parts: Parts) -> Iterator[tuple[str, list[RawTable]]]:
    """Each table of all dates, a file once.

    Of snapshots the newest row of a key stands, and of a table with a month in its key the newest
    of each month; a baseline is what was stated first, column by column.
    """
    ordered = sorted(parts, key=lambda part: part[0])
    for table in sheet.tables:
        dated = [(as_at[:7], tables[table]) for as_at, tables in ordered if table in tables]
        if sheet.snapshots and dated:
            yield table, _once(table, dated)
        else:
            yield table, [raw for _, raw in dated]


def keeping(raw: RawTable, **changed: Any) -> RawTable:
    """The table with some of it changed; its cells are kept to be read again."""
    own = replace(raw, **changed)
    # what reads it takes its columns away
    return replace(own, cells=own.cells.copy(), again=partial(_some, replace(own, again=None)))


def _some(raw: RawTable, only: Lines) -> RawTable:
    keep = np.isin(raw.lines, sorted(only))
    return replace(raw, cells=raw.cells[keep].reset_index(drop=True), lines=raw.lines[keep])


def _once(table: str, dated: Sequence[tuple[str, RawTable]]) -> list[RawTable]:
    """Every key once, with the file and line of its row; `dated` are from the oldest."""
    ours, raws = TABLES[table], [raw for _, raw in dated]
    parts = [raw.cells.copy() for raw in raws]
    for at, (part, raw) in enumerate(zip(parts, raws, strict=True)):
        part[_PART], part[_LINE] = at, raw.lines
    rows = pd.concat(parts, ignore_index=True).fillna("")
    months = rows[_PART].map(dict(enumerate(month for month, _ in dated)))
    has_month = any(ours[name].kind == "period" for name in ours.key)
    keys = [rows[name] for name in ours.key if name in rows and ours[name].kind != "period"]
    by_key = [*keys, *([months] if has_month else [])]
    if table == "baselines":
        rows = _first_stated(rows, by_key, ours.key)
    else:
        rows = rows.groupby(by_key, sort=False).tail(1)
    if table == "projects" and "status" in rows:
        is_gone = _gone_while_open(rows, months)
        rows = rows.assign(status=rows["status"].mask(is_gone, ""))
        if is_gone.any():
            said = f"holds {counted(int(is_gone.sum()), 'project')} {_GONE}"
            raws[0] = keeping(raws[0], told=(*raws[0].told, ("gone", said)))
    return list(_by_file(rows, raws))


def _first_stated(rows: pd.DataFrame, by_key: list[pd.Series], key: Sequence[str]) -> pd.DataFrame:
    """The first row of each key that states anything, its empty cells filled from later ones."""
    said = [name for name in rows if name not in (*key, _PART, _LINE)]
    stated = rows[said].mask(rows[said] == "")
    first = stated.groupby(by_key, sort=False).transform("first").fillna("")
    of_any = stated.notna().any(axis=1)
    rows = rows.assign(**{str(name): first[name] for name in said})[of_any]
    return rows.groupby([each[of_any] for each in by_key], sort=False).head(1)


def _gone_while_open(rows: pd.DataFrame, months: pd.Series) -> pd.Series:
    """Which projects were open when last listed, and are not in the newest list."""
    words = rows["status"].str.lower().str.replace(r"\s+", "_", regex=True)
    is_gone: pd.Series = (months[rows.index] < months.max()) & words.isin(OPEN)
    return is_gone


def _by_file(rows: pd.DataFrame, raws: Sequence[RawTable]) -> Iterator[RawTable]:
    """The rows of each file as one table, with what is told of it once."""
    where = rows[_PART].map(dict(enumerate(raw.where for raw in raws)))
    for raw in {raw.where: raw for raw in reversed(raws)}.values():
        own = rows[where == raw.where].sort_values(_LINE)
        lines = own[_LINE].to_numpy(dtype=np.int64)
        cells = own.drop(columns=[_PART, _LINE]).reset_index(drop=True)
        yield keeping(raw, cells=cells.astype("str"), lines=lines)

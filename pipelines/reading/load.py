"""The files of one table become typed rows; which cost their row and which are none is decided."""

from collections.abc import Mapping
from itertools import accumulate

import numpy as np
import pandas as pd

from pipelines.reading.columns import left_aside, refused
from pipelines.reading.conventions import Assumed, Conventions
from pipelines.reading.example_rows import example_rows
from pipelines.reading.loaded import REJECTION_COLUMNS, Loaded, without
from pipelines.reading.parse import Problems, parse_files
from pipelines.reading.readers import RawTable
from pipelines.reading.rows import NOTE, not_rows, notes, replaced
from pipelines.reading.snapshots import refuse_keys_in_two_files
from pipelines.reading.told import questions_on
from pmo_lib.contract.schema import Table
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.verdict import SourceFile
from pmo_lib.errors import raise_all


def load(table: Table, raws: list[RawTable], settings: Settings) -> Loaded:
    """The typed rows of all files of a table; DataError where their columns cannot be used."""
    raise_all([error for raw in raws for error in refused(table, raw, settings.waived)])
    absent = {name for raw in raws for name in table.column_names if name not in raw.cells}
    ends = list(accumulate((len(raw.cells) for raw in raws), initial=0))
    aside = [_notes(raw, start) for raw, start in zip(raws, ends, strict=False)]
    cells = _joined([raw.cells for raw in raws])
    origin = _origin(raws)
    conventions = Conventions.of(table.name, settings)
    typed: dict[str, pd.Series] = {}
    assumed: dict[str, Assumed] = {}
    bad = [_ragged(raw) for raw in raws]
    for column in table:
        if column.name not in cells.columns:
            typed[column.name] = pd.Series(index=cells.index, dtype=column.pandas_type)
            continue
        text = cells.pop(column.name)  # given up as soon as it is typed
        parsed = parse_files(column, text, conventions, ends)
        typed[column.name], assumed[column.name] = parsed.typed, parsed.assumed
        if parsed.problems:
            bad.append(_unreadable(column.name, text, parsed.problems, origin))
    rows, unfit = pd.DataFrame(typed), pd.concat(bad)
    aside.append(example_rows(table, rows, absent))
    set_aside = _set_aside(table, rows, aside, assumed, origin)
    own = without(rows, set_aside.index)
    if len(raws) > 1:
        refuse_keys_in_two_files(table, own, origin)
    is_note = unfit["rule"] == NOTE
    set_aside = pd.concat([set_aside, unfit[is_note]])
    unfit = unfit[~is_note & ~(unfit.index.isin(set_aside.index) & (unfit.index >= 0))]
    costs_row = _costs_row(table, unfit, strict=settings.strict)
    return Loaded(
        table,
        rows,
        cells,
        origin,
        unfit[costs_row],
        set_aside,
        unfit[~costs_row],
        tuple(_source_file(raw) for raw in raws),
        sum(len(raw.lines) + len(raw.ragged) for raw in raws),
        tuple(name for name in table.column_names if name in absent),
        {raw.where: raw.again for raw in raws if raw.again is not None},
        (*questions_on(table, raws, assumed, set_aside), *left_aside(table, cells, absent)),
    )


def _notes(raw: RawTable, start: int) -> pd.Series:
    found = notes(raw.cells)
    return found.set_axis(found.index + start)


def _ragged(raw: RawTable) -> pd.DataFrame:
    """The rows that do not fit the header; those at the end with a single cell are notes."""
    last = int(raw.lines[-1]) if len(raw.lines) else raw.header_line
    rows = []
    for line, row in raw.ragged:
        is_alone = raw.width > 2 and sum(bool(cell.strip()) for cell in row) == 1
        what = f"has {len(row)} cells, the header {raw.width}"
        why = NOTE if is_alone and line > last else f"{what}; is a separator or a quote missing?"
        rows.append((raw.where, line, "", " | ".join(row), why))
    return pd.DataFrame(rows, index=[-1] * len(rows), columns=list(REJECTION_COLUMNS))


def _unreadable(
    column: str, text: pd.Series, problems: Problems, origin: pd.DataFrame
) -> pd.DataFrame:
    rows = list(problems)
    places = origin.loc[rows].astype({"file": "str"})
    return places.assign(column=column, value=text.iloc[rows], rule=pd.Series(problems))


def _set_aside(
    table: Table,
    typed: pd.DataFrame,
    known: list[pd.Series],
    assumed: Mapping[str, Assumed],
    origin: pd.DataFrame,
) -> pd.DataFrame:
    """The rows that are none of the table's own, or that a later one replaces, with the reason."""
    found = [not_rows(table, typed), *known]
    days = assumed["period"].days if table.is_to_date and "period" in assumed else None
    if days is not None:
        found.append(replaced(table, typed, days))
    reasons: pd.Series = pd.concat(found)
    reasons = reasons[~reasons.index.duplicated()]
    places: pd.DataFrame = origin.loc[reasons.index].astype({"file": "str"})
    return places.assign(column="", value="", rule=reasons)


def _costs_row(table: Table, bad: pd.DataFrame, *, strict: bool) -> pd.Series:
    """Which unreadable cells cost their row.

    Those of required columns do, and those whose emptiness would say that something has not
    happened.
    """
    costly = {column.name for column in table if column.need == "required" or column.awaited}
    rows = bad.index[strict | bad["column"].isin({"", *costly})]
    return pd.Series(bad.index.isin(rows), bad.index)


def _origin(raws: list[RawTable]) -> pd.DataFrame:
    """File and line of every row."""
    files = pd.CategoricalDtype([raw.where for raw in raws])
    codes = np.repeat(np.arange(len(raws)), [len(raw.lines) for raw in raws])
    lines = np.concatenate([raw.lines for raw in raws])
    return pd.DataFrame({"file": pd.Categorical.from_codes(codes, dtype=files), "line": lines})


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """All rows in one frame; one frame alone is not copied."""
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _source_file(raw: RawTable) -> SourceFile:
    rows = len(raw.lines) + len(raw.ragged)
    return SourceFile(raw.where, raw.sha256, raw.encoding, rows, raw.blank_rows)

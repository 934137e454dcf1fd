"""A map applied: the lists of files become our tables as text, each row with its file and line."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path

import pandas as pd

from pipelines.maps.changed import refuse_changed
from pipelines.maps.declared import AS_AT, Map, SheetMap, Taken, either
from pipelines.maps.headings import list_in
from pipelines.maps.listed import Listed
from pipelines.maps.snapshots import keeping, of_all
from pipelines.maps.taken import Cells, read, table_of
from pipelines.reading.headers import normalised
from pipelines.reading.readers import RawTable
from pmo_lib.contract.schema import Column
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import DataError, PmoError, raise_all

_DATED = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_. ]?(0[1-9]|1[0-2])(?:[-_. ]?([0-3]\d))?(?!\d)")


@dataclass(frozen=True)
class Mapped:
    """Our tables, file by file, and which files they are of."""

    found: Mapping[str, list[RawTable]] = field(default_factory=dict)
    used: tuple[Path, ...] = ()


def mapped(declared: Map, paths: Iterable[Path], where: str) -> Mapped:
    """The tables that a map makes of the files; `where` is what the map is called in messages.

    Raises DataError, all mistakes together, where a heading is missing that must be there, or no
    file holds the list.
    """
    given = list(paths)
    found: dict[str, list[RawTable]] = defaultdict(list)
    used: list[Path] = []
    errors: list[PmoError] = []
    for sheet in declared.sheets:
        own = [path for path in given if fnmatch(path.name.lower(), sheet.files.lower())]
        parts: list[tuple[str, dict[str, RawTable]]] = []
        for path in own:
            try:
                one = list_in(path, sheet, where)
                refuse_changed(one, sheet, where)
                for as_at, part in _dated(one, sheet, where):
                    parts.append((as_at, _tables(part, sheet, as_at)))
            except PmoError as error:
                errors.append(error)
                continue
            used.append(path)
        if not own:
            errors.append(
                DataError(
                    f"no file is called {sheet.files}",
                    where=where,
                    remedy="Name the files, or mend files: in the map",
                )
            )
        for table, raws in of_all(sheet, parts):
            if raws:
                found[table] += raws
    raise_all(errors)
    return Mapped(found, tuple(dict.fromkeys(used)))


def _dated(one: Listed, sheet: SheetMap, where: str) -> Iterator[tuple[str, Listed]]:
    """The list with its date; where a column of dates tells it, the rows of each date."""
    heading = Cells(one.cells).heading([sheet.as_at]) if sheet.as_at else ""
    if heading:
        text = read(one.cells[heading], Column("as_at", "date", ""), Taken(), sheet)
        for day in sorted(text.unique()):
            if not _DATED.fullmatch(day):
                raise DataError(
                    f"{day!r} in {heading!r} is no date",
                    where=one.grid.where,
                    remedy=f"Write dates: in {where}, such as dates: '%d/%m/%Y'",
                )
            rows = (text == day).to_numpy()
            cells = one.cells[rows].reset_index(drop=True)
            yield day, replace(one, cells=cells, lines=one.lines[rows])
        return
    if sheet.as_at and not _DATED.fullmatch(sheet.as_at):
        raise DataError(
            f"as_at: {sheet.as_at!r} is neither a date nor a heading",
            where=one.grid.where,
            remedy=f"Write as_at: YYYY-MM-DD in {where}",
        )
    yield sheet.as_at or _date_in_name(one, sheet, where), one


def _date_in_name(one: Listed, sheet: SheetMap, where: str) -> str:
    """The date in a file's name; DataError where something needs it and there is none."""
    if match := _DATED.search(Path(one.grid.file).stem):
        year, month, day = match.groups()
        return f"{year}-{month}-{day}" if day else f"{year}-{month}"
    taken = [each for table in sheet.tables for _, each in sheet.taken(table)]
    if sheet.snapshots or any(AS_AT in (each.constant, each.until) for each in taken):
        raise DataError(
            "the date of the list is not known",
            where=one.grid.file,
            remedy=f"Write as_at: YYYY-MM-DD in {where}, or put the month into the file's name",
        )
    return ""


def _tables(one: Listed, sheet: SheetMap, as_at: str) -> dict[str, RawTable]:
    """Each table that the list holds; DataError where no row is of any.

    The first keeps the columns that have no place, and what is to be told of the list.
    """
    cells = Cells(one.cells.mask(one.cells.isin(sheet.empty), ""), as_at)
    said: set[str] = set()
    frames: dict[str, pd.DataFrame] = {}
    notes: list[str] = []
    for table in sheet.tables:
        frame = table_of(cells, sheet, table, said)
        lacking = [name for name in TABLES[table].required_columns if name not in frame]
        if lacking:
            notes.append(f"no {table}, as nothing is found for {lacking[0]}")
        elif frame.empty:
            notes.append(f"no {table}{_why_none(one, sheet, table)}")
        else:
            frames[table] = frame
    if not frames:
        raise DataError(
            "no row is of any of our tables",
            where=one.grid.where,
            remedy=". ".join(notes),
        )
    first = next(iter(frames))
    aside = {str(name): normalised(str(name)) for name in one.cells if name not in said}
    kept = {name: aside[name] for name in aside if aside[name] not in TABLES[first].column_names}
    extra = one.cells[list(kept)].set_axis(list(kept.values()), axis=1)
    frames[first] = frames[first].join(extra.loc[:, ~extra.columns.duplicated()])
    raws = {table: _raw(one, frame) for table, frame in frames.items()}
    # what stands in the list but once is told with its first table
    told = [*one.grid.told, *(("no_table", note) for note in notes)]
    if one.left_out:
        told.append(("left_out", f"left out: {'; '.join(one.left_out)}"))
    raws[first] = keeping(raws[first], ragged=list(one.ragged), told=tuple(told))
    return raws


def _why_none(one: Listed, sheet: SheetMap, table: str) -> str:
    """Which words the columns hold by which rows are chosen, with how often."""
    said = ""
    for name, wanted in sheet.rows.get(table, {}).items():
        heading = Cells(one.cells).heading(either(name))
        counts = one.cells[heading].value_counts().head(6)
        held = ", ".join(f"{word} {count}" for word, count in counts.items())
        said += f": no row has {name} {' or '.join(wanted[:3])}; it holds {held}"
    return said


def _raw(one: Listed, frame: pd.DataFrame) -> RawTable:
    lines = one.lines[frame.index.to_numpy()]
    cells = frame.reset_index(drop=True)
    grid, width = one.grid, int(one.grid.widths[one.grid.position(one.header_line)])
    raw = RawTable(grid.where, grid.sha256, grid.encoding, cells, lines, width, one.header_line)
    return keeping(raw)

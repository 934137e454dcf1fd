"""A file becomes text cells: CSV of any common make, or a sheet of an Excel workbook.

Nothing is interpreted here. Each row keeps the line it came from, so that whatever is wrong with
it later can be shown where it stands.
"""

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import openpyxl
import pandas as pd
import pyarrow as pa

from pipelines.reading.encoding import hash_and_encoding
from pipelines.spreadsheet import unguarded
from pmo_lib.errors import DataError

if TYPE_CHECKING:
    import _csv

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
CHUNK_ROWS = 10_000
csv.field_size_limit(1 << 24)  # long narratives are real; the default refuses 128 KiB

_SAID_SEPARATOR = re.compile(r"sep=([,;\t])\s*")  # Excel's own first line
Cells = Sequence[str]
Lines = frozenset[int]


@dataclass(frozen=True)
class RawTable:
    """The text of one file or sheet: a frame of cells, one row a record, and where each stands.

    ``ragged`` holds the line and the cells of rows that do not fit the header. ``again`` reads
    the cells of some lines a second time: to keep them all would double the memory.
    """

    where: str
    sha256: str
    encoding: str
    cells: pd.DataFrame
    lines: npt.NDArray[np.int64]
    ragged: list[tuple[int, list[str]]] = field(default_factory=list)
    blank_rows: int = 0
    again: Callable[[Lines], "RawTable"] | None = None


def read_csv(path: Path, known: frozenset[str], only: Lines | None = None) -> RawTable:
    """The cells of a CSV file, or `only` of some lines.

    `known` column names decide between separators.

    Raises DataError for a file that is empty, in another encoding, without a known column in its
    first line, or with a quote that is never closed.
    """
    sha256, encoding = hash_and_encoding(path)
    with path.open(encoding=encoding, newline="") as stream:
        said = _SAID_SEPARATOR.fullmatch(stream.readline())
        skipped = 1 if said else 0
        stream.seek(0)
        separator = said[1] if said else _separator(stream, path.name, known)
        stream.seek(0)
        for _ in range(skipped):
            stream.readline()
        reader = csv.reader(stream, delimiter=separator, strict=True)
        kind = f"{encoding}, {SEPARATORS[separator]}"
        table = _collect(path.name, sha256, kind, _numbered(reader, path.name, skipped), only)
    return replace(table, again=partial(read_csv, path, known))


def read_workbook(path: Path, only: Lines | None = None) -> dict[str, RawTable]:
    """The cells of every sheet that has any, or `only` of some lines, by sheet name.

    Dates come as ISO text.
    """
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            sheets = [_sheet(path.name, sha256, sheet, only) for sheet in book.worksheets]
        finally:
            book.close()
    except DataError:
        raise
    except Exception as error:
        raise DataError(
            f"cannot be read as an Excel workbook ({error})",
            where=path.name,
            remedy="Open it in Excel and save it as .xlsx without a password",
        ) from error
    return {
        title: replace(cells, again=partial(_read_sheet, path, title))
        for title, cells in sheets
        if cells is not None
    }


def _read_sheet(path: Path, title: str, only: Lines) -> RawTable:
    return read_workbook(path, only)[title]


def _sheet(file: str, sha256: str, sheet: Any, only: Lines | None) -> tuple[str, RawTable | None]:
    """A sheet's title and cells; nothing where it has none."""
    sheet.reset_dimensions()  # what a sheet says of its size is often wrong
    rows = (
        (line, [cell_text(value) for value in row])
        for line, row in enumerate(sheet.iter_rows(values_only=True), start=1)
    )
    first = next(((line, row) for line, row in rows if any(row)), None)
    if first is None:
        return sheet.title, None
    where = f"{file} sheet {sheet.title}"
    return sheet.title, _collect(where, sha256, "xlsx", _padded(first, rows), only)


def normalised(header: str) -> str:
    """A header's name: small letters, spaces as underscores; nothing else is forgiven."""
    return "_".join(header.lower().split())


def _collect(
    where: str,
    sha256: str,
    encoding: str,
    rows: Iterable[tuple[int, Cells]],
    only: Lines | None,
) -> RawTable:
    """The rows as a frame, column by column in Arrow chunks: text takes little more than itself."""
    iterator = iter(rows)
    header_line, first = next(iterator, (1, []))
    header = _header(first, f"{where} line {header_line}")
    chunks: list[list[pa.Array]] = []
    lines: list[npt.NDArray[np.int64]] = []
    ragged: list[tuple[int, list[str]]] = []
    blank_rows = 0
    for chunk in iter(lambda: list(islice(iterator, CHUNK_ROWS)), []):
        kept: list[tuple[int, Cells]] = []
        for line, row in chunk:
            if only is not None and line not in only:
                continue
            width = next((i for i in range(len(row), 0, -1) if row[i - 1].strip()), 0)
            if width == 0:
                blank_rows += 1
            elif width > len(header) or len(row) < len(header):
                ragged.append((line, list(row)))
            else:
                kept.append((line, row[: len(header)]))
        lines.append(np.array([line for line, _ in kept], dtype=np.int64))
        columns = zip(*(row for _, row in kept), strict=True) if kept else ()
        chunks.append([unguarded(pa.array(column, pa.large_string())) for column in columns])
    cells = _frame(header, [chunk for chunk in chunks if chunk])
    if ragged and cells.empty and all(len(row) > len(header) for _, row in ragged):
        _refuse_unnamed(str(len(header) + 1), f"{where} line {header_line}")
    unnamed = [name for name in header if name.startswith(_UNNAMED)]
    _refuse_values_without_header(cells[unnamed], f"{where} line {header_line}")
    all_lines = np.concatenate(lines) if lines else np.array([], dtype=np.int64)
    return RawTable(
        where, sha256, encoding, cells.drop(columns=unnamed), all_lines, ragged, blank_rows
    )


_UNNAMED = "\0column "  # cannot clash with a header: cells never hold NUL


def _frame(header: list[str], chunks: list[list[pa.Array]]) -> pd.DataFrame:
    columns = {
        name: pa.chunked_array([chunk[at] for chunk in chunks], pa.large_string())
        for at, name in enumerate(header)
    }
    return pd.DataFrame({name: pd.Series(cells, dtype="str") for name, cells in columns.items()})


def _refuse_values_without_header(unnamed: pd.DataFrame, where: str) -> None:
    for name in map(str, unnamed):
        if (unnamed[name].str.strip() != "").any():
            _refuse_unnamed(name.removeprefix(_UNNAMED), where)


def _refuse_unnamed(column: str, where: str) -> None:
    raise DataError(
        f"column {column} has values but no header",
        where=where,
        remedy="Unmerge the header cells and give each column one name in the first row",
    )


def _header(cells: Cells, where: str) -> list[str]:
    names = [normalised(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    for position, name in enumerate(names):
        if name and name in names[:position]:
            raise DataError(
                f"column {name!r} appears twice (columns {names.index(name) + 1} and "
                f"{position + 1})",
                where=where,
                remedy="Keep one of them, or rename the other",
            )
    return [name or f"{_UNNAMED}{position}" for position, name in enumerate(names, start=1)]


def _numbered(reader: "_csv.Reader", file: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV reader from the first that is not blank, each with its first line."""
    line, started = skipped + 1, False
    try:
        for row in reader:
            started = started or any(cell.strip() for cell in row)
            if started:
                yield line, row
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"the quotes do not match ({error})",
            where=f"{file} line {line}",
            remedy='Close the quote, or double each " inside a quoted cell',
        ) from error


def _padded(
    first: tuple[int, Cells], rest: Iterable[tuple[int, Cells]]
) -> Iterator[tuple[int, Cells]]:
    """The header and the rows of a sheet, which leaves out the empty cells at a row's end."""
    yield first
    width = len(first[1])
    for line, row in rest:
        yield line, [*row, *[""] * (width - len(row))]


def _separator(stream: io.TextIOBase, name: str, known: frozenset[str]) -> str:
    """The separator that finds most known columns in the first line that is not blank."""
    line = next((line for line in stream if line.strip(" \t\r\n,;")), "")
    found = {
        separator: len(
            known & {normalised(cell) for cell in next(csv.reader([line], delimiter=separator), [])}
        )
        for separator in SEPARATORS
    }
    best = max(found, key=lambda separator: found[separator])
    if found[best] == 0:
        shown = line.strip()[:80]
        raise DataError(
            f"no known column in the first line ({shown!r})",
            where=f"{name} line 1",
            remedy=f"The first line must name the columns, such as {', '.join(sorted(known)[:6])}",
        )
    return best


def cell_text(value: object) -> str:
    """An Excel cell as the text a person sees: whole numbers without .0, dates as ISO."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)

"""A CSV file of any common make becomes text cells.

Nothing is interpreted here. Each row keeps the line it came from, so that whatever is wrong with
it later can be shown where it stands.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from pipelines.reading.encoding import (
    BLOCK_BYTES,
    LONGEST_LINE,
    WESTERN,
    doubtful,
    hash_and_encoding,
)
from pipelines.reading.headers import LOOKED_AT, UNNAMED, header_row, names_of
from pipelines.spreadsheet import unguarded
from pmo_lib.errors import DataError
from pmo_lib.printable import spelled_out

if TYPE_CHECKING:
    import _csv

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
CHUNK_ROWS = 10_000
csv.field_size_limit(LONGEST_LINE)

_SAID_SEPARATOR = re.compile(r"sep=([,;\t])\s*")  # Excel's own first line
_LINE_END = re.compile(r"\r\n|\r|\n")
Cells = Sequence[str]
Lines = frozenset[int]
NumberedRows = Iterable[tuple[int, Cells]]


@dataclass(frozen=True)
class RawTable:
    """The text of one file or sheet: a frame of cells, one row a record, and where each stands.

    ``ragged`` holds the line and the cells of rows that do not fit the header, ``repeated`` the
    headers that stand twice, ``told`` what a reader of the file would not expect: a check's name,
    and what it says. ``again`` reads the cells of some lines a second time: to keep them all would
    double the memory.
    """

    where: str
    sha256: str
    encoding: str
    cells: pd.DataFrame
    lines: npt.NDArray[np.int64]
    width: int = 0  # of the header
    header_line: int = 1
    ragged: list[tuple[int, list[str]]] = field(default_factory=list)
    repeated: dict[str, tuple[int, int]] = field(default_factory=dict)
    blank_rows: int = 0
    told: tuple[tuple[str, str], ...] = ()
    again: Callable[[Lines], "RawTable"] | None = None


def read_csv(
    path: Path, known: frozenset[str], encoding: str = "", only: Lines | None = None
) -> RawTable:
    """The cells of a CSV file, or `only` of some lines.

    `known` column names decide between separators, and which line is the header; `encoding` is
    what a file that is not UTF-8 is in.

    Raises DataError for a file that is empty, in another encoding, without a known column in its
    first lines, or with a quote that is never closed.
    """
    name = spelled_out(path.name)
    sha256, found = hash_and_encoding(path, encoding)
    with path.open(encoding=found, newline="") as stream:
        said = _SAID_SEPARATOR.fullmatch(stream.readline())
        stream.seek(0)
        separator, skipped = _layout(stream, name, known, said[1] if said else "")
        stream.seek(0)
        above = [line for line in islice(stream, skipped) if line.strip(" \t\r\n,;")]
        reader = csv.reader(stream, delimiter=separator, strict=True)
        rows = numbered_rows(reader, name, skipped, separator)
        table = collect(name, sha256, f"{found}, {SEPARATORS[separator]}", rows, only)
    told = [*title_told(above[1 if said else 0 :], table.header_line)]
    if found == WESTERN and not encoding:
        told.append(("encoding", _doubt(table.cells)))
    return replace(table, told=tuple(told), again=partial(read_csv, path, known, encoding))


def title_told(above: Sequence[str], header_line: int) -> Iterator[tuple[str, str]]:
    """That lines stand above the header."""
    if above:
        first = spelled_out(" ".join(above[0].split())[:60].strip(" ,;\t\"'"))
        what = f"names the columns in line {header_line}; what stands above, such as {first!r}, "
        yield "title", f"{what}is not read"


def _doubt(cells: pd.DataFrame) -> str:
    """That a file is not UTF-8, and whether its letters speak against what it was read as."""
    assumed = "is not UTF-8 and was read as Windows-1252 (Western European)"
    texts = (text for name in cells for text in (name, *cells[name].unique().tolist()))
    wrong = doubtful(texts)
    return f"{assumed}, but no Western language has such letters: {wrong!r}" if wrong else assumed


def collect(
    where: str, sha256: str, encoding: str, rows: NumberedRows, only: Lines | None
) -> RawTable:
    """The rows as a frame, column by column in Arrow chunks: text takes little more than itself.

    The first row names the columns.
    """
    iterator = iter(rows)
    header_line, first = next(iterator, (1, []))
    header, repeated = names_of(first)
    size = len(header)
    chunks: list[list[pa.Array]] = []
    lines: list[npt.NDArray[np.int64]] = []
    ragged: list[tuple[int, list[str]]] = []
    blank_rows = 0
    for chunk in iter(lambda: list(islice(iterator, CHUNK_ROWS)), []):
        kept: list[tuple[int, Cells]] = []
        for line, row in chunk:
            if only is not None and line not in only:
                continue
            if not (row and row[0].strip()) and not any(cell.strip() for cell in row):
                blank_rows += 1
            elif len(row) == size:
                kept.append((line, row))
            elif len(row) < size or any(cell.strip() for cell in row[size:]):
                ragged.append((line, list(row)))
            else:
                kept.append((line, row[:size]))
        lines.append(np.array([line for line, _ in kept], dtype=np.int64))
        columns = zip(*(row for _, row in kept), strict=True) if kept else ()
        chunks.append([unguarded(pa.array(column, pa.large_string())) for column in columns])
    cells = _frame(header, [chunk for chunk in chunks if chunk])
    if ragged and cells.empty and all(len(row) > size for _, row in ragged):
        _refuse_unnamed(str(size + 1), f"{where} line {header_line}")
    unnamed = [name for name in header if name.startswith(UNNAMED)]
    for name in unnamed:
        if (cells[name].str.strip() != "").any():
            _refuse_unnamed(name.removeprefix(UNNAMED), f"{where} line {header_line}")
    all_lines = np.concatenate(lines) if lines else np.array([], dtype=np.int64)
    return RawTable(
        where,
        sha256,
        encoding,
        cells.drop(columns=unnamed),
        all_lines,
        size,
        header_line,
        ragged,
        repeated,
        blank_rows,
    )


def _frame(header: list[str], chunks: list[list[pa.Array]]) -> pd.DataFrame:
    columns = {
        name: pa.chunked_array([chunk[at] for chunk in chunks], pa.large_string())
        for at, name in enumerate(header)
    }
    return pd.DataFrame({name: pd.Series(cells, dtype="str") for name, cells in columns.items()})


def _refuse_unnamed(column: str, where: str) -> None:
    raise DataError(
        f"column {column} has values but no header",
        where=where,
        remedy="Unmerge the header cells and give each column one name in the first row",
    )


def _layout(stream: io.TextIOBase, name: str, known: frozenset[str], said: str) -> tuple[str, int]:
    """The separator that finds most known columns in a line, and how many lines stand above it."""
    first = _first_lines(stream)
    best, separator, skipped = 0, "", 0
    for candidate in [said] if said else SEPARATORS:
        rows = list(islice(_loosely(first, candidate), LOOKED_AT))
        at, found = header_row([row for _, row in rows], known)
        if found > best:
            best, separator, skipped = found, candidate, rows[at][0]
    if not best:
        line = next((line for line in first if line.strip(" \t\r\n,;")), "").strip()[:80]
        raise DataError(
            f"no known column in the first line ({line!r})",
            where=f"{name} line 1",
            remedy=f"The first line must name the columns, such as {', '.join(sorted(known)[:6])}",
        )
    return separator, skipped


def _first_lines(stream: io.TextIOBase) -> list[str]:
    """Lines in which the header is looked for: some, and no more than a megabyte."""
    lines: list[str] = []
    for line in islice(stream, 5 * LOOKED_AT):
        lines.append(line)
        if sum(map(len, lines)) > BLOCK_BYTES:
            break
    return lines


def _loosely(lines: list[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    """The rows in a file's first lines that are not blank, with how many lines stand above each."""
    reader = csv.reader(lines, delimiter=separator)
    above = 0
    for row in reader:
        if any(cell.strip() for cell in row):
            yield above, row
        above = reader.line_num


def numbered_rows(
    reader: "_csv.Reader", file: str, skipped: int, separator: str
) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV reader from the first that is not blank, each with its first line."""
    line, started, size = skipped + 1, False, 0
    try:
        for row in reader:
            if not started and any(cell.strip() for cell in row):
                started, size = True, len(row)
            if started:
                after = skipped + reader.line_num + 1
                if after - line > 1:
                    _refuse_swallowed(row, size, separator, f"{file} line {line}")
                yield line, row
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        raise _unmatched(f"{file} line {line}", str(error)) from error


def _refuse_swallowed(row: Cells, size: int, separator: str, where: str) -> None:
    """Raise DataError where a cell holds whole lines, with as many separators as a row has.

    A quote that stands for inches opens such a cell, the next one closes it.
    """
    for cell in row:
        parts = _LINE_END.split(cell)
        if len(parts) < 2 or size < 3:
            continue
        marks = [part.count(separator) for part in parts]
        begun = all(part.split(separator)[0].strip() for part in parts[1:])
        whole = begun and all(mark == size - 1 for mark in marks[1:-1])
        is_prose = size < 6 and f"{separator} " in cell and len(parts) < 3
        if whole and marks[0] + marks[-1] == size - 1 and not is_prose:
            raise _unmatched(where, "a cell holds whole lines")


def _unmatched(where: str, why: str) -> DataError:
    if "limit" in why:
        why = f"a cell is larger than {LONGEST_LINE >> 20} MB"
    return DataError(
        f"the quotes do not match ({why})",
        where=where,
        remedy='Close the quote, or double each " inside a quoted cell',
    )

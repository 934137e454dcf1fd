"""The rows of a file or sheet as they stand, before it is known which line names the columns."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from pipelines.reading.encoding import hash_and_encoding
from pipelines.reading.excel import opened, rows_of, unseen
from pipelines.reading.readers import CHUNK_ROWS, SEPARATORS, NumberedRows, numbered_rows
from pipelines.spreadsheet import unguarded
from pmo_lib.errors import DataError
from pmo_lib.printable import spelled_out

WORKBOOKS = (".xlsx", ".xlsm")
LOOKED_AT = 200  # lines, to choose the separator
_OLD = (".xls", ".xlsb", ".ods", ".numbers")
_SAID_SEPARATOR = re.compile(r"sep=(.)\s*")


@dataclass(frozen=True)
class Grid:
    """The cells of one list: ``cells`` has columns 0, 1, … of text, ``lines`` where each stands.

    ``widths`` tells how many cells each row has; ``told`` what a reader would not expect.
    """

    where: str
    file: str
    sheet: str
    sha256: str
    encoding: str
    cells: pd.DataFrame
    lines: npt.NDArray[np.int64]
    widths: npt.NDArray[np.int64]
    told: tuple[tuple[str, str], ...] = ()

    def row(self, position: int) -> list[str]:
        return [str(cell).strip() for cell in self.cells.iloc[position]]

    def position(self, line: int) -> int:
        """Which row stands in a line of the file."""
        return int(np.flatnonzero(self.lines == line)[0])


def grids(path: Path) -> list[Grid]:
    """Every list in a file: a CSV file's, or one a sheet; DataError where it cannot be read."""
    suffix = path.suffix.lower()
    if suffix in _OLD:
        what, remedy = f"is no file that we read ({suffix})", "Save it as .xlsx, or as CSV UTF-8"
        raise DataError(what, where=spelled_out(path.name), remedy=remedy)
    return list(_sheets(path)) if suffix in WORKBOOKS else [_csv(path)]


def _csv(path: Path) -> Grid:
    name = spelled_out(path.name)
    sha256, encoding = hash_and_encoding(path)
    with path.open(encoding=encoding, newline="") as stream:
        said = _SAID_SEPARATOR.fullmatch(stream.readline())
        skipped = 1 if said else 0
        if not said:
            stream.seek(0)
        separator = said[1] if said else _separator(list(islice(stream, LOOKED_AT)))
        stream.seek(0)
        for _ in range(skipped):
            stream.readline()
        reader = csv.reader(stream, delimiter=separator, strict=True)
        rows = numbered_rows(reader, name, skipped, separator)
        cells, lines, widths = _collected(rows)
    kind = f"{encoding}, {SEPARATORS.get(separator, separator)}"
    return Grid(name, name, "", sha256, kind, cells, lines, widths)


def _sheets(path: Path) -> Iterator[Grid]:
    name = spelled_out(path.name)
    with opened(path) as (sha256, book):
        for sheet in book.worksheets:
            title = spelled_out(sheet.title)
            where = f"{name} sheet {title}"
            with rows_of(sheet, where) as (parser, rows):
                cells, lines, _ = _collected(rows)
                told = tuple(unseen(parser, sheet, lines.tolist()))
            if len(lines):
                # a sheet says nothing of the cells that it does not hold: all rows are as wide
                widths = np.full(len(lines), cells.shape[1])
                yield Grid(where, name, sheet.title, sha256, "xlsx", cells, lines, widths, told)


def _collected(
    rows: NumberedRows,
) -> tuple[pd.DataFrame, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """All rows that hold anything as a frame of text, in Arrow chunks, as wide as the widest."""
    chunks: list[list[pa.Array]] = []
    lines: list[int] = []
    widths: list[int] = []
    iterator = ((line, row) for line, row in rows if any(cell.strip() for cell in row))
    for held in iter(lambda: list(islice(iterator, CHUNK_ROWS)), []):
        lines += [line for line, _ in held]
        widths += [len(row) for _, row in held]
        width = max(len(row) for _, row in held)
        columns = zip(*([*row, *[""] * (width - len(row))] for _, row in held), strict=True)
        chunks.append([unguarded(pa.array(column, pa.large_string())) for column in columns])
    width = max((len(chunk) for chunk in chunks), default=0)
    cells = {at: pd.Series(_joined(chunks, at), dtype="str") for at in range(width)}
    return pd.DataFrame(cells), np.array(lines, dtype=np.int64), np.array(widths, dtype=np.int64)


def _joined(chunks: Iterable[list[pa.Array]], at: int) -> pa.ChunkedArray:
    """One column of all chunks; those that are too narrow have empty cells."""
    parts = [
        chunk[at] if at < len(chunk) else pa.array([""] * len(chunk[0]), pa.large_string())
        for chunk in chunks
    ]
    return pa.chunked_array(parts, pa.large_string())


def _separator(first: list[str]) -> str:
    """The separator by which most of the first rows have as many cells, and more than one."""

    def evenness(separator: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(first, delimiter=separator) if row]
        common = max(set(widths), key=lambda w: (widths.count(w), w), default=1)
        return (widths.count(common) if common > 1 else 0, common)

    return max([*SEPARATORS, "|"], key=evenness)

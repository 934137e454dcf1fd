"""The rows of a file or sheet as they stand; where the headings are, and which rows are data."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import openpyxl
import pandas as pd
import pyarrow as pa

from pipelines.reading.encoding import hash_and_encoding
from pipelines.reading.excel import cell_text
from pipelines.reading.readers import CHUNK_ROWS, SEPARATORS
from pmo_lib.errors import DataError

HEADER_WITHIN = 40  # lines: a header further down is none
TOTALS = frozenset(
    [
        "total",
        "totals",
        "subtotal",
        "sub-total",
        "sum",
        "grand_total",
        "overall_total",
        "total_general",
        "gesamt",
        "gesamtsumme",
        "summe",
        "totale",
        "total_général",
        "total_geral",
        "totaal",
        "suma",
        "razem",
        "summa",
    ]
)
_SAID_SEPARATOR = re.compile(r"sep=(.)\s*")


@dataclass(frozen=True)
class Grid:
    """The cells of one list: ``cells`` has columns 0, 1, … of text, ``lines`` where each stands."""

    where: str
    file: str
    sheet: str
    sha256: str
    encoding: str
    cells: pd.DataFrame
    lines: npt.NDArray[np.int64]

    def row(self, position: int) -> list[str]:
        return [str(cell).strip() for cell in self.cells.iloc[position]]


@dataclass(frozen=True)
class Listed:
    """A grid with its headings known: ``cells`` by heading, and what was left out with its line."""

    grid: Grid
    header_line: int
    cells: pd.DataFrame
    lines: npt.NDArray[np.int64]
    left_out: tuple[str, ...] = ()


def grids(path: Path) -> list[Grid]:
    """Every list in a file: a CSV file's, or one a sheet; DataError where it cannot be read."""
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return list(_sheets(path))
    digest, encoding = hash_and_encoding(path)
    with path.open(encoding=encoding, newline="") as stream:
        said = _SAID_SEPARATOR.fullmatch(stream.readline())
        stream.seek(0)
        separator = said[1] if said else _separator(stream)
        stream.seek(0)
        skipped = 1 if said else 0
        for _ in range(skipped):
            stream.readline()
        cells, lines = _collected(_numbered(csv.reader(stream, delimiter=separator), skipped))
    kind = f"{encoding}, {SEPARATORS.get(separator, separator)}"
    return [Grid(path.name, path.name, "", digest, kind, cells, lines)]


def listed(grid: Grid, header: int) -> Listed:
    """The list beneath the headings in line `header`, without empty rows, totals and doubles."""
    position = int(np.flatnonzero(grid.lines == header)[0])
    names = numbered(grid.row(position))
    rows = grid.cells.iloc[position + 1 :, : len(names)].set_axis(names, axis=1)
    rows = rows.reset_index(drop=True).apply(lambda column: column.str.strip())
    lines = grid.lines[position + 1 :]
    named = [name for name in names if name]
    is_empty = (rows == "").all(axis=1)
    is_total = _totals(rows[named]) & ~is_empty
    is_double = rows.duplicated() & ~is_empty & ~is_total
    left_out = [
        *_said("a total", lines[is_total]),
        *_said("the same as a row above", lines[is_double]),
    ]
    above = [int(line) for line, row in zip(grid.lines[:position], range(position), strict=True)
             if any(grid.row(row))]  # fmt: skip
    left_out = [*_said("above the headings", np.array(above)), *left_out]
    keep = ~(is_empty | is_total | is_double)
    return Listed(
        grid, header, rows.loc[keep, named].reset_index(drop=True), lines[keep], tuple(left_out)
    )


def header_line(grid: Grid) -> int:
    """The line that holds the headings: the first row of many distinct words above the data."""
    filled = (grid.cells != "").sum(axis=1).to_numpy()
    if not len(filled):
        raise DataError("has no rows", where=grid.where, remedy="Export it again")
    usual = np.median(filled[filled > 1]) if (filled > 1).any() else 1
    best, most = 0, -1.0
    for position in range(min(len(filled), HEADER_WITHIN)):
        cells = [cell for cell in grid.row(position) if cell]
        words = {plain(cell) for cell in cells if is_heading(cell)}
        if len(words) < max(1, 0.5 * usual) or len(words) < 0.8 * len(cells):
            continue
        score = len(words) - 0.01 * position
        if score > most:
            best, most = position, score
    return int(grid.lines[best])


def is_heading(cell: str) -> bool:
    """Whether a cell can be a heading: it has letters, and is neither a date nor a long text."""
    is_date = re.match(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", cell)
    return len(cell) <= 400 and not is_date and any(letter.isalpha() for letter in cell)


def plain(text: str) -> str:
    """A heading or word as it is compared: no case, accents, marks, spaces or invisible letters."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(c for c in folded if unicodedata.category(c) not in ("Mn", "Cf"))
    return " ".join(re.sub(r"[^\w%£$€#+]+|_", " ", kept).split())


def numbered(headings: Sequence[str]) -> list[str]:
    """The headings, of which one that comes again is numbered: Sprint, Sprint (2)."""
    seen: dict[str, int] = {}
    names = []
    for heading in (" ".join(each.split()) for each in headings):
        key = plain(heading)
        seen[key] = seen.get(key, 0) + 1
        again = bool(heading) and seen[key] > 1
        names.append(f"{heading} ({seen[key]})" if again else heading)
    return names


def _totals(rows: pd.DataFrame) -> "pd.Series[bool]":
    """Rows whose first filled cell is a word for a total, such as Total: or Gesamt."""
    first = rows.iloc[:, 0]
    for name in rows:
        empty = first == ""
        if not empty.any():
            break
        first = first.mask(empty, rows[name])
    words = first.str.casefold().str.strip(" :.").str.replace(r"\s+", "_", regex=True)
    return words.isin(TOTALS) | words.str.match(r"(?:grand|sub)[_-]?totals?\b|totals?_(?:for|of)_")


def _said(why: str, lines: npt.NDArray[np.int64]) -> list[str]:
    if not len(lines):
        return []
    shown = ", ".join(str(line) for line in lines[:8]) + (", …" if len(lines) > 8 else "")
    return [f"line{'s' if len(lines) > 1 else ''} {shown}: {why}"]


def _sheets(path: Path) -> Iterator[Grid]:
    digest = sha256(path.read_bytes()).hexdigest()
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:
        raise DataError(
            f"cannot be read as an Excel workbook ({error})",
            where=path.name,
            remedy="Open it in Excel and save it as .xlsx without a password",
        ) from error
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        rows = ([cell_text(value) for value in row] for row in sheet.iter_rows(values_only=True))
        cells, lines = _collected(enumerate(rows, start=1))
        if len(lines):
            where = f"{path.name} sheet {sheet.title}"
            yield Grid(where, path.name, sheet.title, digest, "xlsx", cells, lines)
    book.close()


def _numbered(reader: Iterable[list[str]], skipped: int) -> Iterator[tuple[int, list[str]]]:
    line = skipped + 1
    for row in reader:
        yield line, row
        line = skipped + reader.line_num + 1  # type: ignore[attr-defined]


def _collected(
    rows: Iterable[tuple[int, Sequence[str]]],
) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """All rows that hold anything as a frame of text, in Arrow chunks, as wide as the widest."""
    iterator, chunks, lines = iter(rows), list[list[pa.Array]](), list[int]()
    for chunk in iter(lambda: list(islice(iterator, CHUNK_ROWS)), []):
        held = [(line, row) for line, row in chunk if any(cell.strip() for cell in row)]
        width = max((len(row) for _, row in held), default=0)
        padded = [[*row, *[""] * (width - len(row))] for _, row in held]
        lines += [line for line, _ in held]
        columns = zip(*padded, strict=True) if padded else ()
        chunks.append([pa.array(column, pa.large_string()) for column in columns])
    width = max((len(chunk) for chunk in chunks), default=0)
    sizes = [len(chunk[0]) if chunk else 0 for chunk in chunks]
    cells = {
        at: pd.Series(
            pa.chunked_array(
                [
                    chunk[at] if at < len(chunk) else pa.array([""] * size, pa.large_string())
                    for chunk, size in zip(chunks, sizes, strict=True)
                ],
                pa.large_string(),
            ),
            dtype="str",
        )
        for at in range(width)
    }
    return pd.DataFrame(cells), np.array(lines, dtype=np.int64)


def _separator(stream: Iterable[str]) -> str:
    """The separator by which most of the first rows have as many cells, and more than one."""
    first = list(islice(stream, 2000))

    def evenness(separator: str) -> tuple[int, int]:
        widths = [len(row) for row in islice(csv.reader(first, delimiter=separator), 200) if row]
        common = max(set(widths), key=lambda w: (widths.count(w), w), default=1)
        return (widths.count(common) if common > 1 else 0, common)

    return max([*SEPARATORS, "|"], key=evenness)

"""The sheets of an Excel workbook become text cells; what a person would not see is told."""

import hashlib
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles.numbers import BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from pipelines.reading.currencies import is_currency
from pipelines.reading.headers import LOOKED_AT, header_row
from pipelines.reading.readers import Cells, Lines, RawTable, collect, title_told
from pmo_lib.errors import DataError
from pmo_lib.printable import spelled_out
from pmo_lib.wording import counted

# Beyond these a workbook is a bomb, or nothing that a person keeps a list in.
MOST_BYTES = 1 << 30  # of all its parts
MOST_BYTES_OF_PART = {"xl/worksheets/": 1 << 30, "xl/sharedStrings.xml": 1 << 28}
MOST_BYTES_OF_OTHERS = 1 << 26
MOST_RATIO, ALWAYS_FINE = 250, 1 << 24  # how much smaller a part may be packed, if it is large
LONGEST_TEXT = 1 << 20  # Excel's own limit is 32,767 letters a cell
MOST_CELLS = 50_000_000
_BLOCK = 1 << 18
_LOCALE = re.compile(r"\[\$-[^\]]*\]")
_CURRENCY = re.compile(
    r"\[\$([^\]-]+)(?:-[^\]]*)?\]|\"([^\"]+)\"|([£$€¥₹])"
)  # of a number's format
_CALCULATE = re.compile(rb"""fullCalcOnLoad=["'](?:1|true)""")

Sheets = dict[str, RawTable | DataError]


def read_workbook(path: Path, known: frozenset[str], only: Lines | None = None) -> Sheets:
    """The cells of every sheet that has any, or `only` of some lines, by sheet name.

    A sheet that cannot be read has the error in its place. Dates come as ISO text, a formula
    without a value as itself.
    """
    name, sheets = spelled_out(path.name), Sheets()
    with opened(path) as (sha256, book):
        for sheet in book.worksheets:
            read = partial(_read_sheet, path, sheet.title, known)
            try:
                table = _sheet(name, sha256, sheet, known, only)
            except DataError as error:
                sheets[sheet.title] = error
            else:
                if table is not None:
                    sheets[sheet.title] = replace(table, again=read)
    return sheets


@contextmanager
def opened(path: Path) -> Iterator[tuple[str, Any]]:
    """The hash of a workbook, and itself, open; DataError where it is none, or a bomb."""
    name = spelled_out(path.name)
    _refuse_bombs(path, name)
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl does not keep when it saves
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            try:
                yield sha256, book
            finally:
                book.close()
    except DataError:
        raise
    except Exception as error:
        raise DataError(
            f"cannot be read as an Excel workbook ({error})",
            where=name,
            remedy="Open it in Excel and save it as .xlsx without a password",
        ) from error


def _read_sheet(path: Path, title: str, known: frozenset[str], only: Lines) -> RawTable:
    found = read_workbook(path, known, only)[title]
    if isinstance(found, DataError):
        raise found
    return found


def _sheet(
    file: str, sha256: str, sheet: Any, known: frozenset[str], only: Lines | None
) -> RawTable | None:
    """A sheet's cells; nothing where it has none."""
    title = spelled_out(sheet.title)
    where = f"{file} sheet {title}"
    with rows_of(sheet, where) as (parser, rows):
        first = list(islice(rows, LOOKED_AT))
        if not first:
            return None
        at, _ = header_row([row for _, row in first], known)
        table = collect(where, sha256, "xlsx", _padded(chain(first[at:], rows)), only)
    above = ["".join(row) for _, row in first[:at]]
    told = [*title_told(above, table.header_line), *unseen(parser, sheet, table.lines.tolist())]
    lines = [*table.lines.tolist(), *(line for line, _ in table.ragged)]
    last = max(lines, default=table.header_line)
    return replace(table, told=tuple(told), blank_rows=last - table.header_line - len(lines))


@contextmanager
def rows_of(sheet: Any, where: str) -> Iterator[tuple["_Parser", Iterator[tuple[int, Cells]]]]:
    """The rows of a sheet that have a value, each with its line, and what parses them."""
    with sheet.parent._archive.open(sheet._worksheet_path) as source:
        parser = _Parser(source, sheet)
        yield parser, _filled(parser, where)


class _Parser(WorkSheetParser):
    """openpyxl's own parser of a sheet; formulas that were never calculated come as themselves."""

    def __init__(self, source: Any, sheet: Any) -> None:
        book = sheet.parent
        super().__init__(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        self._currencies = [_shown_currency(book._number_formats, s) for s in book._cell_styles]
        self.filled = set[int]()  # the columns in which a value has been seen
        # libraries write 0 for a value and ask Excel to calculate when it opens the workbook
        self._waits = _CALCULATE.search(book._archive.read("xl/workbook.xml")) is not None

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        value = cell["value"]
        is_open = value is None and element.get("t") != "str"  # a formula may well give ""
        if is_open or (value == 0 and self._waits):
            formula = element.find(FORMULA_TAG)
            cell["value"] = value if formula is None else f"={formula.text or ''}"
        shown = self._currencies[cell["style_id"]]
        if shown and cell["data_type"] == "n" and value is not None:
            cell["value"] = f"{shown} {cell_text(value)}"
        return cell


def _shown_currency(formats: Sequence[str], style: Any) -> str:
    """The currency's sign or code that cells of a style show; none of most.

    Excel's own formats show that of whoever looks.
    """
    custom = style.numFmtId - BUILTIN_FORMATS_MAX_SIZE
    shown = _LOCALE.sub("", formats[custom]) if 0 <= custom < len(formats) else ""
    signs = (next(filter(None, found.groups())).strip() for found in _CURRENCY.finditer(shown))
    return next(filter(is_currency, signs), "")


def _filled(parser: _Parser, where: str) -> Iterator[tuple[int, Cells]]:
    """The rows that have a value, each with its line, up to their last value."""
    cells = 0
    for line, row in parser.parse():
        values = {cell["column"]: text for cell in row if (text := cell_text(cell["value"]))}
        if not values:
            continue
        width = max(values)
        parser.filled |= values.keys()
        cells += width
        if cells > MOST_CELLS:
            raise _refused(where, f"holds more than {MOST_CELLS:,} cells")
        yield line, [values.get(column, "") for column in range(1, width + 1)]


def _padded(rows: Iterator[tuple[int, Cells]]) -> Iterator[tuple[int, Cells]]:
    """The header and the rows, made as long as it."""
    first = next(rows)
    yield first
    width = len(first[1])
    for line, row in rows:
        yield line, [*row, *[""] * (width - len(row))]


def unseen(parser: _Parser, sheet: Any, read: Iterable[int]) -> Iterator[tuple[str, str]]:
    """What somebody who opens the workbook does not see, though it is read: `read` are lines."""
    title, lines = spelled_out(sheet.title), set(read)
    rows = sum(
        _has_no_size(attributes, "ht") and int(line) in lines
        for line, attributes in parser.row_dimensions.items()
    )
    columns = [get_column_letter(at) for at in sorted(parser.filled) if _is_hidden(at, parser)]
    found = [
        "the sheet is hidden" if sheet.sheet_state != "visible" else "",
        _too(rows, "hidden row", title) if rows else "",
        f"{_too(len(columns), 'hidden column', title)} ({', '.join(columns)})" if columns else "",
    ]
    if any(found):
        yield "hidden", f"holds what nobody sees: {', and '.join(filter(None, found))}"


def _is_hidden(column: int, parser: _Parser) -> bool:
    return any(
        int(span["min"]) <= column <= int(span["max"]) and _has_no_size(span, "width")
        for span in parser.column_dimensions.values()
    )


def _has_no_size(attributes: Mapping[str, str], size: str) -> bool:
    return attributes.get("hidden") in {"1", "true"} or float(attributes.get(size, 1)) == 0


def _too(count: int, what: str, title: str) -> str:
    return f"{counted(count, what)} of sheet {title} {'were' if count > 1 else 'was'} read too"


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


def _refuse_bombs(path: Path, name: str) -> None:
    """Raise DataError for a workbook that would take up the memory when it is opened.

    A text without a tag in it for a megabyte is a cell, or something worse.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = [
                part for part in archive.infolist() if part.filename.endswith((".xml", ".rels"))
            ]
            if sum(part.file_size for part in parts) > MOST_BYTES:
                raise _refused(name, f"is more than {MOST_BYTES >> 20:,} MB when it is unpacked")
            for part in parts:
                _refuse_large(part, name)
            for part in parts:
                if part.file_size > LONGEST_TEXT:
                    _refuse_long_texts(archive, part, name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        return  # whoever opens it as a workbook says why not


def _refuse_large(part: zipfile.ZipInfo, name: str) -> None:
    most = next(
        (size for start, size in MOST_BYTES_OF_PART.items() if part.filename.startswith(start)),
        MOST_BYTES_OF_OTHERS,
    )
    if part.file_size > most:
        raise _refused(name, f"holds a part of more than {most >> 20:,} MB ({part.filename})")
    if part.file_size > max(ALWAYS_FINE, MOST_RATIO * part.compress_size):
        what = (
            f"holds a part that unpacks to {part.file_size / part.compress_size:.0f} times its size"
        )
        raise _refused(name, f"{what} ({part.filename})")


def _refuse_long_texts(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> None:
    run = 0
    with archive.open(part) as source:
        for block in iter(lambda: source.read(_BLOCK), b""):
            run = 0 if b"<" in block else run + len(block)
            if run > LONGEST_TEXT:
                raise _refused(
                    name, f"holds a cell of more than a million letters ({part.filename})"
                )


def _refused(where: str, what: str) -> DataError:
    remedy = "Open it in Excel, keep only the table, and save it again; or export it as CSV"
    return DataError(what, where=where, remedy=remedy)

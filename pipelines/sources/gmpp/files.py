"""A GMPP file as sheets of text: CSV of any encoding and separator, or an Excel workbook."""

import csv
from collections.abc import Iterator, Sequence
from io import BytesIO, StringIO
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import openpyxl

from pipelines.reading.excel import cell_text
from pmo_lib.errors import DataError

MOST_BYTES = 1 << 28  # of a workbook's parts; more is a bomb
SEPARATORS = ",;\t|"


class Sheet(NamedTuple):
    """Rows, the line on which each starts, the title of a workbook's sheet, and what is wrong."""

    rows: Sequence[Sequence[str]]
    lines: Sequence[int | None]
    title: str = ""
    problem: str = ""


def sheets(path: Path) -> Iterator[Sheet]:
    """The sheets of a workbook, hidden ones without rows; or a text, split at each separator."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(
            f"The file cannot be read: {error.strerror}",
            where=str(path),
            remedy="Give the path of a GMPP file in CSV or XLSX",
        ) from error
    if data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):  # as files of Excel begin, new and old
        yield from _workbook(data, path)
        return
    text = _text(data)
    if not text.strip():
        raise DataError("The file is empty", where=str(path), remedy="Fetch the file again")
    for separator in SEPARATORS:
        reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
        rows, lines = [], [1]
        try:
            for row in reader:
                rows.append(row)
                lines.append(reader.line_num + 1)
        except csv.Error as error:
            yield Sheet([], [], problem=f"; its quotes do not match ({error})")
        else:
            yield Sheet(rows, lines[:-1])


def _text(data: bytes) -> str:
    if b"\0" in data[:200]:
        first = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}.get(data[:2])
        encoding = first or ("utf-16-le" if data[1:2] == b"\0" else "utf-16-be")
        return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # The rest are Windows files; the few bytes that cp1252 does not define are scars of an
        # earlier conversion, and become the replacement character.
        return data.decode("cp1252", errors="replace")


def _workbook(data: bytes, path: Path) -> Iterator[Sheet]:
    try:
        with ZipFile(BytesIO(data)) as parts:
            size = sum(part.file_size for part in parts.infolist())
        if size > MOST_BYTES:
            raise DataError(
                f"The workbook holds {size:,} bytes, more than a release can have",
                where=str(path),
                remedy="Fetch the file again",
            )
        book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                yield Sheet([], [], sheet.title, f"; its hidden sheet {sheet.title} was not read")
                continue
            sheet.reset_dimensions()
            rows = [[*map(cell_text, row)] for row in sheet.iter_rows(values_only=True)]
            yield Sheet(rows, [*range(1, len(rows) + 1)], sheet.title)
    except DataError:
        raise
    except Exception as error:
        raise DataError(
            f"The file cannot be read as an Excel workbook ({error})",
            where=str(path),
            remedy="Open it in Excel and save it as .xlsx, or as CSV UTF-8",
        ) from error

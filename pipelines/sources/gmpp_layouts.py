"""The files of the Government Major Projects Portfolio, whatever their layout, as records.

A file has a project a row or (2014–2017, 2022) a project a column, comma or semicolon, one of
several encodings, and headings that change from year to year. Which of them it has is told from
its content; its name serves only where nothing in it tells the year.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from pmo_lib.errors import DataError

# How each heading that we read begins, in any year; narratives begin otherwise.
FIELDS = {
    "year": r"year$",
    "number": r"project_number$|gmpp id",
    "name": r"project[ _]name$",
    "department": r"department$",
    "category": r"(annual )?report[ _]category$",
    "rating": r"colour_rating$|(mpa|ipa|sro) (rag|delivery confidence)",
    "start": r"start_date$|project - start date",
    "finish": r"end_date$|project - end date",
    "cost": r"wlc_baseline|total (budgeted|baseline) whole life cost|whole life cost total",
    "benefit": r"total baseline benefits",
}
RATERS = ("independent", "owner")  # the order of the two rating columns since 2022
RECOGNISED_BY = {"name", "department", "independent"}

NO_HEADING = "no heading over the cell"
NO_NAME = "no project name in the record"
NOTE = "a note or heading with nothing beside it"


class Unread(NamedTuple):
    """One cell that was left empty: a row of `Imported.unread`."""

    file: str
    line: int | None
    record: str
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Record:
    """What a file says of one project: text by field, and the line on which it starts."""

    line: int | None
    cells: dict[str, str]

    @property
    def name(self) -> str:
        return squeeze(self.cells["name"])


@dataclass(frozen=True)
class Report:
    """One year's file: its records, what could not be placed, and the columns left aside."""

    file: str
    year: int
    headings: dict[str, str]  # by field
    records: list[Record]
    strays: list[Unread]
    left_aside: tuple[str, ...]

    def unread(self, record: Record, field: str, reason: str) -> Unread:
        """The entry for a cell of `record` that was left empty."""
        column, value = self.headings[field], shorten(record.cells[field])
        return Unread(self.file, record.line, record.name, column, value, reason)


class _Table(NamedTuple):
    """Headings in the first row, a project in each of the others, and where each row starts."""

    rows: list[Sequence[str]]
    lines: list[int | None]
    fields: list[str]  # by column, "" where the heading is none of ours


def squeeze(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())


def fold(text: str) -> str:
    """The text without its case and spaces, for comparing."""
    return "".join(text.casefold().split())


def shorten(text: str, most: int = 300) -> str:
    """The text without white space around it, cut where it is longer than `most`."""
    text = text.strip()
    return text if len(text) <= most else f"{text[:most]}…"


def read_report(path: Path) -> Report:
    """One file as records; raises DataError where it is no such file or its year is untold."""
    rows, lines, fields = _table(_text(path), path)
    columns = [squeeze(next(iter(heading.strip().splitlines()), "")) for heading in rows[0]]
    filled = {i for row in rows[1:] for i, text in enumerate(row) if text.strip()}
    strays = [
        Unread(path.name, lines[0], "", "", shorten(heading), NOTE)
        for i, heading in enumerate(rows[0])
        if heading.strip() and not fields[i] and i not in filled
    ]
    records = []
    for row, line in zip(rows[1:], lines[1:], strict=True):
        cells = {field: row[i] for i, field in enumerate(fields) if field and i < len(row)}
        name = squeeze(cells.get("name", ""))
        texts = {i: text for i, text in enumerate(row) if text.strip()}
        is_project = name and len(texts) > 1
        for i, text in texts.items():
            column = columns[i] if i < len(columns) else ""
            if not (is_project and column):
                reason = NO_HEADING if is_project else NOTE if name else NO_NAME
                strays.append(Unread(path.name, line, name, column, shorten(text), reason))
        if is_project:
            records.append(Record(line, cells))
    if not records:
        raise DataError("The file has headings but no project", where=str(path))
    return Report(
        path.name,
        _year(path, rows[0], records),
        {field: columns[i] for i, field in enumerate(fields) if field},
        records,
        strays,
        tuple(text for i, text in enumerate(columns) if text and i in filled and not fields[i]),
    )


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(
            f"The file cannot be read: {error.strerror}",
            where=str(path),
            remedy="Give the path of a GMPP file in CSV",
        ) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # The rest are Windows files; the few bytes that cp1252 does not define are scars of an
        # earlier conversion, and become the replacement character.
        text = data.decode("cp1252", errors="replace")
    if not text.strip():
        raise DataError("The file is empty", where=str(path), remedy="Fetch the file again")
    return text


def _table(text: str, path: Path) -> _Table:
    """The content as it is or turned, split at the mark that makes the headings ours."""
    problems = []
    for delimiter in ",;":
        try:
            rows, lines = _rows(text, delimiter)
        except csv.Error as error:
            problems.append(f"; its quotes do not match ({error})")
            continue
        turned = list(zip_longest(*rows, fillvalue=""))
        for table, starts in ((rows, lines), (turned, [None] * len(turned))):
            fields = _fields(table[0]) if table else []
            if set(fields) >= RECOGNISED_BY:
                return _Table([*table], [*starts], fields)
    raise DataError(
        "The file is not an annual file of the Government Major Projects Portfolio"
        + "".join(problems[:1]),
        where=str(path),
        remedy="Give the CSV as published: a project name, a department and a rating for each"
        " project, in rows or in columns",
    )


def _rows(text: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """The rows, and the line of the file on which each starts."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, lines = [], [1]
    for row in reader:
        rows.append(row)
        lines.append(reader.line_num + 1)
    return rows, lines[:-1]


def _fields(headings: Sequence[str]) -> list[str]:
    """Our field for each heading; "" where it is none of ours or the field is taken."""
    fields: list[str] = []
    for heading in headings:
        text = squeeze(heading).casefold()
        found = next((field for field, begin in FIELDS.items() if re.match(begin, text)), "")
        if found == "rating":
            found = next((rater for rater in RATERS if rater not in fields), "")
        fields.append("" if found in fields else found)
    return fields


def _year(path: Path, headings: Sequence[str], records: list[Record]) -> int:
    """The year from the year column, else from a financial year in the headings, else the name."""
    stated = {text.strip() for record in records if (text := record.cells.get("year"))} - {""}
    if stated:
        years = {int(text) if re.fullmatch(r"20\d\d", text) else None for text in stated}
        problem = f"The year column says {', '.join(sorted(stated))}"
    else:
        spans = re.findall(r"\b20\d\d/(?:20)?(\d\d)\b", " ".join(headings))
        years = {2000 + int(last) for last in spans}
        if len(years) != 1:
            years = {int(text) for text in re.findall(r"(?<!\d)20\d\d(?!\d)", path.stem)}
        problem = "Nothing in the file or its name tells its year, or several years are told"
    year = years.pop() if len(years) == 1 else None
    if year is None:
        raise DataError(
            problem,
            where=str(path),
            remedy="Put the report's one year into its year column or its name, as in uk_2022.csv",
        )
    return year

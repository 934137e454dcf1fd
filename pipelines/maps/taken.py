"""The columns of one list that become those of one table, as our tables write them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from pipelines.maps.columns import Habits, fit, order_of_dates
from pipelines.maps.declared import AS_AT, AUTO, SheetMap, Taken, either
from pipelines.maps.file_column import FileColumn
from pipelines.maps.listed import by_heading, plain
from pipelines.reading.conventions import Conventions
from pipelines.reading.numbers import bare
from pipelines.reading.parse import parse
from pmo_lib.contract.schema import Column
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import DataError

NOT_READ = " (not read: "  # after a cell that the map cannot read, and why
NUMBERS = {"money", "number", "integer", "share"}
_IN_SETTINGS = "declare the table's decimal_marks in settings.yml"
_IN_MAP = "write decimal_mark: '.' or ',' into the map"


@dataclass(frozen=True)
class Cells:
    """The rows of a list by heading, with empty words made empty, and the date of the list."""

    rows: pd.DataFrame
    as_at: str = ""

    def heading(self, wanted: Iterable[str]) -> str:
        """The first of the headings that is there, as the file writes it; else nothing."""
        there = by_heading(map(str, self.rows))
        return next((there[plain(each)] for each in wanted if plain(each) in there), "")

    def only(self, wanted: Mapping[str, Sequence[str]]) -> "Cells":
        """The rows that hold one of the words in each column that is named."""
        rows = self.rows
        for name, words in wanted.items():
            heading = self.heading(either(name))
            wanted_words = {plain(word) for word in words}
            barred = {plain(word[1:]) for word in words if word.startswith("-")}
            column = rows[heading]
            is_in = {
                word: plain(word) not in barred and ("*" in words or plain(word) in wanted_words)
                for word in column.unique()
            }
            rows = rows[column.map(is_in)]
        return replace(self, rows=rows)

    @cached_property
    def columns(self) -> dict[str, FileColumn]:
        return {str(name): FileColumn(str(name), self.rows[name]) for name in self.rows}

    @cached_property
    def habits(self) -> Habits:
        return Habits(order_of_dates(self.columns.values()))

    def format_of(self, heading: str) -> str:
        """How the dates of a column are written, as its values tell; else DataError."""
        way = fit(self.columns[heading], TABLES["projects"]["approved_on"], self.habits)
        if way.is_doubtful:
            raise DataError(
                f"the dates of {heading!r} may have day or month first",
                remedy="Say it in the map, for the sheet or the column: dates: '%d/%m/%Y', or "
                "dates: '%m/%d/%Y'; of a map that comes with the workbook take a copy of your own",
            )
        return way.dates


def table_of(cells: Cells, sheet: SheetMap, table: str, said: set[str]) -> pd.DataFrame:
    """The rows of a table; a row that says nothing beyond the headings `said` before is none.

    The headings that are taken are added to `said`.
    """
    own = cells.only(sheet.rows.get(table, {}))
    columns: dict[str, pd.Series] = {}
    new: list[str] = []
    used: set[str] = set()
    for name, taken in sheet.taken(table):
        heading = own.heading(taken.headings)
        if heading:
            column, way = TABLES[table][name], taken
            if AUTO in (taken.dates, sheet.dates) and column.kind in ("date", "period"):
                way = replace(taken, dates=cells.format_of(heading))
            columns[name] = read(own.rows[heading], column, way, sheet)
            if taken.until:
                columns[name] = _until(columns[name], own.as_at)
            new += [name] if heading not in said else []
            used.add(heading)
        elif taken.constant:
            constant = own.as_at if taken.constant == AS_AT else taken.constant
            columns[name] = pd.Series(constant, index=own.rows.index, dtype="str")
    frame = pd.DataFrame(columns, index=own.rows.index)
    if said and new:
        frame = frame[(frame[new] != "").any(axis=1)]
    said |= used
    return frame


def _until(text: pd.Series, as_at: str) -> pd.Series:
    """The days up to that of the list, or to the end of its month."""
    days = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
    return text.mask(days > pd.Period(as_at).end_time, "")


def read(text: pd.Series, column: Column, taken: Taken, sheet: SheetMap) -> pd.Series:
    """The cells as our tables write them; what cannot be read stays as it is, to be told so."""
    if taken.pattern:
        has_group = "(" in taken.pattern
        part = text.str.extract(taken.pattern if has_group else f"({taken.pattern})")
        text = part.iloc[:, 0].fillna(text)
    if taken.words:
        ways = {plain(word): ours for word, ours in taken.words.items()}
        is_word = text.isin([word for word in text.unique() if plain(word) in ways])
        rest = read(text.mask(is_word, ""), column, replace(taken, words={}), sheet)
        return rest.mask(is_word, text.map(lambda word: ways.get(plain(word), "")))
    dates = (taken.dates or sheet.dates).removeprefix(AUTO)
    conventions = Conventions(date_format=dates, decimal_mark=sheet.decimal_mark)
    cells = text.reset_index(drop=True)
    if column.kind in ("date", "period") and dates:
        typed = parse(replace(column, kind="date"), cells, conventions).typed
        written = typed.dt.strftime("%Y-%m-%d").astype("str")
    elif column.kind in NUMBERS and (taken.scale != 1 or sheet.decimal_mark):
        return _numbers(column, cells, taken.scale, conventions).set_axis(text.index)
    else:
        return text
    found: pd.Series = written.set_axis(text.index).fillna(text)
    return found


def _numbers(column: Column, cells: pd.Series, scale: float, conventions: Conventions) -> pd.Series:
    """Numbers times `scale`, with the currency that they name.

    A cell that cannot be read so must not be read another way later: it says that it is not.
    """
    distinct = pd.Series(cells.unique(), dtype="str")
    is_share = distinct.str.strip().str.endswith("%") & (column.kind == "share")
    shares = parse(column, distinct.where(is_share, ""), conventions)
    others = parse(replace(column, kind="number"), distinct.mask(is_share, ""), conventions)
    values = (others.typed * scale).fillna(shares.typed).tolist()
    problems = others.problems | shares.problems
    ways = {}
    for at, (cell, value) in enumerate(zip(distinct, values, strict=True)):
        if not np.isnan(value):
            ways[cell] = bare(cell).currency + _written(value)
        elif at in problems and any(letter.isdigit() for letter in cell):
            ways[cell] = f"{cell}{NOT_READ}{problems[at].replace(_IN_SETTINGS, _IN_MAP)})"
    return cells.map(lambda cell: ways.get(cell, cell))


def as_given(text: str) -> tuple[str, str]:
    """A cell as the file has it, and why it could not be read by the map; else nothing."""
    given, _, why = text.partition(NOT_READ)
    return given, why.removesuffix(")")


def _written(number: float) -> str:
    rounded = round(number, 6)
    return str(int(rounded)) if rounded.is_integer() else repr(rounded)

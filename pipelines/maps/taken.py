"""The columns of one list that become those of one table, as our tables write them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from pipelines.maps.columns import FileColumn, Habits, fit, order_of_dates
from pipelines.maps.declared import AS_AT, SheetMap, Taken, either
from pipelines.maps.grid import plain
from pipelines.reading.conventions import Conventions
from pipelines.reading.parse import parse
from pmo_lib.contract.schema import Column
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import DataError

AUTO = "auto"
_NUMBERS = {"money", "number", "integer", "share"}


@dataclass(frozen=True)
class Cells:
    """The rows of a list by heading, with empty words made empty, and the date of the list."""

    rows: pd.DataFrame
    as_at: str = ""

    def heading(self, wanted: Iterable[str]) -> str:
        """The first of the headings that is there, as the file writes it; else nothing."""
        there = {plain(str(name)): str(name) for name in self.rows}
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
                remedy="Say it by --dates '%d/%m/%Y' or --dates '%m/%d/%Y', or by dates: in a map",
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


def read(text: pd.Series, column: Column, taken: Taken, sheet: SheetMap) -> pd.Series:
    """The cells as our tables write them; what cannot be read stays as it is, to be told so."""
    if taken.pattern:
        has_group = "(" in taken.pattern
        part = text.str.extract(taken.pattern if has_group else f"({taken.pattern})")
        text = part.iloc[:, 0].fillna(text)
    if taken.words:
        ways = {plain(word): ours for word, ours in taken.words.items()}
        return text.replace(
            {word: ways[plain(word)] for word in text.unique() if plain(word) in ways}
        )
    dates = (taken.dates or sheet.dates).removeprefix(AUTO)
    conventions = Conventions(date_format=dates, decimal_mark=sheet.decimal_mark)
    cells = text.reset_index(drop=True)
    if column.kind in ("date", "period") and dates:
        typed = parse(replace(column, kind="date"), cells, conventions).typed
        written = typed.dt.strftime("%Y-%m-%d")
    elif column.kind in _NUMBERS and (taken.scale != 1 or sheet.decimal_mark):
        typed = parse(replace(column, kind="number"), cells, conventions).typed
        written = (typed * taken.scale).map(_written, na_action="ignore")
    else:
        return text
    found: pd.Series = written.astype("str").set_axis(text.index).fillna(text)
    return found


def _written(number: float) -> str:
    rounded = round(number, 6)
    return str(int(rounded)) if rounded.is_integer() else repr(rounded)

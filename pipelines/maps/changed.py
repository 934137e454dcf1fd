"""What a list says against its map: headings that stand twice, the month first, another mark."""

from collections import Counter, defaultdict
from collections.abc import Iterator

import pandas as pd

from pipelines.maps.declared import AUTO, SheetMap, Taken
from pipelines.maps.file_column import FileColumn
from pipelines.maps.listed import Listed, plain
from pipelines.maps.taken import NUMBERS, Cells
from pipelines.reading.conventions import Conventions
from pipelines.reading.parse import parse
from pmo_lib.contract.schema import Column
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import DataError, raise_all

_DAY = Column("day", "date", "")


def refuse_changed(one: Listed, sheet: SheetMap, where: str) -> None:
    """Raise DataError where the list would be read otherwise than it is written.

    A single cell may be a slip and is listed as unread; what more cells deny than confirm is not.
    """
    cells = Cells(one.cells)
    taken = [
        (TABLES[table][name], each, heading)
        for table in sheet.tables
        for name, each in sheet.taken(table)
        if (heading := cells.heading(each.headings))
    ]
    said = [
        *_twice(cells, sheet, taken),
        *_turned(cells, sheet, taken),
        *_marks(cells, sheet, taken),
    ]
    errors = [DataError(what, one.grid.where, remedy.format(where=where)) for what, remedy in said]
    raise_all(list({str(error): error for error in errors}.values()))


_Taken = list[tuple[Column, Taken, str]]
_Said = Iterator[tuple[str, str]]


def _twice(cells: Cells, sheet: SheetMap, taken: _Taken) -> _Said:
    """Headings that must be there and stand twice with unlike cells, unless the map says which."""
    named = {plain(each) for names in sheet.needed for each in names}
    for _, each, heading in taken:
        again = cells.heading([f"{heading} (2)"])
        is_said = {plain(f"{heading} (1)"), plain(f"{heading} (2)")} & named
        if not again or each.need == "may" or is_said:
            continue
        if (cells.rows[heading] != cells.rows[again]).any():
            yield (
                f"the heading {heading!r} stands twice, and the columns differ",
                f"Write which is meant into {{where}}: '{heading} (1)' or '{again}'",
            )


def _turned(cells: Cells, sheet: SheetMap, taken: _Taken) -> _Said:
    """Dates of which more can only be read with day and month turned round than as declared.

    So of one column; and of the whole list, for a column may leave it open.
    """
    of_list: dict[str, Counter[str]] = defaultdict(Counter)
    for column, each, heading in taken:
        form = each.dates or sheet.dates
        is_day = column.kind in ("date", "period") and AUTO not in form
        if not (is_day and "%d" in form and "%m" in form):
            continue
        text = pd.Series(cells.rows[heading].unique(), dtype="str")
        as_said, turned = (
            parse(_DAY, text, Conventions(date_format=way)).typed.notna()
            for way in (form, _turn(form))
        )
        against = text[turned & ~as_said]
        found = Counter(against=len(against), confirming=int((as_said & ~turned).sum()))
        of_list[form] += found
        if len(against) and any(n["against"] > n["confirming"] for n in (found, of_list[form])):
            yield (
                f"dates are not written {form}, as the map says, but {_turn(form)}, such as "
                f"{against.iloc[0]!r} in {heading!r}",
                "Mend dates: in {where}, or the export",
            )


def _turn(form: str) -> str:
    return form.replace("%d", "%?").replace("%m", "%d").replace("%?", "%m")


def _marks(cells: Cells, sheet: SheetMap, taken: _Taken) -> _Said:
    """Numbers with another decimal mark than the map says, where none has that."""
    if not sheet.decimal_mark:
        return
    headings = dict.fromkeys(heading for column, _, heading in taken if column.kind in NUMBERS)
    marks = {each: FileColumn(each, cells.rows[each]).decimal_mark for each in headings}
    other = [heading for heading, mark in marks.items() if mark not in ("", sheet.decimal_mark)]
    if other and sheet.decimal_mark not in marks.values():
        yield (
            f"the decimal mark of {other[0]!r} is not {sheet.decimal_mark!r}, as the map says",
            "Mend decimal_mark: in {where}, or the export",
        )

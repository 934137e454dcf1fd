"""The files of the Government Major Projects Portfolio, whatever their layout, as text cells.

A file has a project a row or (2014-2017, 2022) a project a column, perhaps with titles over its
headings. Which of them it has is told from its content.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from pathlib import Path
from statistics import median
from typing import NamedTuple

import pandas as pd

from pipelines.sources import UNREAD_COLUMNS
from pipelines.sources.extracts import MOST_LETTERS, Cells
from pipelines.sources.gmpp.cells import silence
from pipelines.sources.gmpp.dates import last_joined, reported_on
from pipelines.sources.gmpp.files import Sheet, sheets
from pipelines.sources.gmpp.headings import (
    ESSENTIAL,
    FIELDS,
    WHOLE_LIFE,
    brief,
    is_narrative,
    meaning,
    plain,
    recognised,
)
from pmo_lib.errors import DataError
from pmo_lib.wording import listed, shortened

MOST_LETTERS_OF_HEADING = 400
MOST_ROWS_OVER_HEADINGS = 20
NARRATIVE_LETTERS = 60
TOTALS = {"total", "totals", "grand total", "sub total", "subtotal", "portfolio total"}

NO_HEADING = "no heading over the cell"
NO_NAME = "no project name in the record"
NO_PROJECT = "a heading or a total, no project"
NOTE = "a note or heading with nothing beside it"
Stray = tuple[str, int | None, str, str, str, str]  # a row of `Imported.unread`


@dataclass(frozen=True)
class Report:
    """One file: the day it shows, its cells by field, and what has no place.

    ``headings`` are by field, in full; ``notes`` what a user must know of how it was read.
    """

    file: str
    day: date
    headings: dict[str, str]
    cells: Cells
    strays: pd.DataFrame
    left_aside: tuple[str, ...]
    narratives: tuple[str, ...]
    notes: tuple[str, ...]


class _Table(NamedTuple):
    """Headings, the rows under them and the line on which each starts, and the texts over them."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    lines: Sequence[int | None]
    over: Sequence[str]
    essential: frozenset[str]  # fields that the headings name

    @property
    def is_whole(self) -> bool:
        return len(self.essential) == len(ESSENTIAL)


def read_report(path: Path) -> Report:
    """One file as text cells; DataError where it misses a heading, or nothing tells its year."""
    table = _table(path)
    headings = table.headings
    texts = [
        [row[at].strip() if at < len(row) else "" for row in table.rows]
        for at in range(len(headings))
    ]
    places, refused = recognised(headings, texts, str(path))
    rows, strays = _records(table, places, path.name)
    if rows.empty:
        raise DataError("The file has headings but no project", where=str(path))
    read = {at for field, at in places.items() if field not in WHOLE_LIFE}
    tell = [text for at, text in enumerate(headings) if at in read or not meaning(text)]
    joined = last_joined(rows["number"])
    day, note = reported_on(path, filter(None, rows["year"]), table.over, tell, joined)
    aside: dict[bool, list[str]] = {True: [], False: []}
    for at, heading in enumerate(headings):
        filled = [text for text in texts[at] if text]
        if not heading.strip() or at in places.values():
            continue
        if filled:
            is_told = is_narrative(heading) or median(map(len, filled)) > NARRATIVE_LETTERS
            aside[is_told].append(brief(heading))
        elif not meaning(heading):
            text = shortened(heading.strip(), MOST_LETTERS)
            strays.append((path.name, None, "", "", text, NOTE))
    return Report(
        path.name,
        day,
        {field: headings[at] for field, at in places.items()},
        Cells(rows, "name", headings={f: brief(headings[at]) for f, at in places.items()}),
        pd.DataFrame(strays, columns=list(UNREAD_COLUMNS)),
        tuple(aside[False]),
        tuple(aside[True]),
        (*filter(None, [note]), *(f"{path.name}: {why}." for why in refused)),
    )


def _records(table: _Table, places: dict[str, int], file: str) -> tuple[pd.DataFrame, list[Stray]]:
    """One row a project with its texts by field, and the cells that belong to none."""
    columns = [brief(text) for text in table.headings]
    no_projects = {plain(table.headings[places["name"]]), *TOTALS}
    records: list[dict[str, object]] = []
    strays: list[Stray] = []
    for row, line in zip(table.rows, table.lines, strict=True):
        told = {at: text.strip() for at, text in enumerate(row) if text.strip()}
        cells = dict.fromkeys(FIELDS, "") | {f: told.get(at, "") for f, at in places.items()}
        name = " ".join(cells["name"].split())
        why = ""
        if not name or (silence(name) and not cells["number"]):
            why = NO_NAME
        elif len(told) == 1:
            why = NOTE
        elif plain(name) in no_projects:
            why = NO_PROJECT
        else:
            records.append({**cells, "name": name, "file": file, "line": line})
        for at, text in told.items():
            column = columns[at] if at < len(columns) else ""
            if why or not column:
                text = shortened(text, MOST_LETTERS)
                strays.append((file, line, name, column, text, why or NO_HEADING))
    return pd.DataFrame(records, columns=[*FIELDS, "file", "line"]), strays


def _table(path: Path) -> _Table:
    """The sheet, and the way round, of which most essential headings are there."""
    found, problem = [], ""
    for sheet in sheets(path):
        problem = problem or sheet.problem
        best = max(_ways(sheet), key=_likeness, default=None)
        if best and best.is_whole and not sheet.title:
            return best
        found += [best] if best else []
    if len(whole := [table.over[0] for table in found if table.is_whole]) > 1:
        raise DataError(
            f"Several sheets hold projects ({listed(whole)})",
            where=str(path),
            remedy="Save the one of the year to be read as a file of its own",
        )
    best = max(found, key=_likeness, default=None)
    if best is None or len(best.essential) < 3:
        raise DataError(
            "The file is not an annual file of the Government Major Projects Portfolio" + problem,
            where=str(path),
            remedy="Give the file as published: a project name, a department and a rating for each"
            " project, in rows or in columns",
        )
    return best


def _likeness(table: _Table) -> tuple[int, int]:
    """The more essential fields, then the shorter headings: a row of narratives can name many."""
    return len(table.essential), -sum(map(len, table.headings))


def _ways(sheet: Sheet) -> Iterator[_Table]:
    """The sheet as it is and turned, with each of its first rows as the headings."""
    for is_turned in (False, True):
        rows = list(zip_longest(*sheet.rows, fillvalue="")) if is_turned else sheet.rows
        lines = [None] * len(rows) if is_turned else sheet.lines
        for at, headings in enumerate(rows[:MOST_ROWS_OVER_HEADINGS]):
            meant = [meaning(text) for text in headings if len(text) <= MOST_LETTERS_OF_HEADING]
            fields = frozenset(one.fields[0] for one in meant if one and one.is_essential)
            over = [sheet.title, *(text for row in rows[:at] for text in row)]
            yield (table := _Table(headings, rows[at + 1 :], lines[at + 1 :], over, fields))
            if table.is_whole:
                return

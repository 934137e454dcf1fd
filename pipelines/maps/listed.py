"""A list with its headings known: which rows are data, and which are left out and why."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.maps.grid import Grid
from pipelines.reading.headers import normalised
from pipelines.reading.rows import notes
from pipelines.reading.totals import TOTAL, rows_with
from pmo_lib.errors import DataError

HEADER_WITHIN = 40  # lines: a header further down is none
LONGEST_HEADING = 400
EMPTY, RAGGED = "empty", "more or fewer cells than headings"
SHOWN = 8  # lines that are named


@dataclass(frozen=True)
class Listed:
    """A grid with its headings known: ``cells`` by heading, and what was left out with its line.

    ``ragged`` are rows with more or fewer cells than the headings: no cell of them is sure.
    """

    grid: Grid
    header_line: int
    cells: pd.DataFrame
    lines: npt.NDArray[np.int64]
    left_out: tuple[str, ...] = ()
    ragged: tuple[tuple[int, list[str]], ...] = ()


def listed(grid: Grid, header: int) -> Listed:
    """The list beneath the headings in line `header`, without empty rows, totals and doubles."""
    position = grid.position(header)
    width, headings = int(grid.widths[position]), grid.row(position)
    names = numbered(headings)
    rows = grid.cells.iloc[position + 1 :].reset_index(drop=True)
    rows = rows.apply(lambda column: column.str.strip()).set_axis(names, axis=1)
    lines, widths = grid.lines[position + 1 :], grid.widths[position + 1 :]
    named = [at for at, name in enumerate(names) if name]
    own = rows.iloc[:, named]
    found = {
        EMPTY: (own == "").all(axis=1),
        "a total": _totals(own),
        "the headings again": (own == [headings[at] for at in named]).all(axis=1),
        "a note below the list": rows.index.to_series().isin(notes(own).index),
        RAGGED: _ragged(rows, widths, width),
        "the same as a row above": own.duplicated(),
    }
    reasons = pd.Series("", rows.index)  # the first that holds
    for why, holds in found.items():
        reasons = reasons.mask(holds & (reasons == ""), why)
    told = {"above the headings": grid.lines[:position]}
    told |= {why: lines[reasons == why] for why in found if why != EMPTY}
    left_out = [said for why, places in told.items() for said in _said(why, "line", places)]
    is_filled = (rows != "").any().tolist()
    nameless = [at + 1 for at in range(width) if not names[at] and is_filled[at]]
    keep = (reasons == "").to_numpy()
    return Listed(
        grid,
        header,
        own[keep].reset_index(drop=True),
        lines[keep],
        (*left_out, *_said("no heading", "column", nameless)),
        tuple(
            (int(lines[at]), list(map(str, rows.iloc[at, : widths[at]])))
            for at in np.flatnonzero(reasons == RAGGED)
        ),
    )


def _ragged(rows: pd.DataFrame, widths: npt.NDArray[np.int64], width: int) -> pd.Series:
    """Rows with too few cells, or with more than the headings have of which one is filled."""
    beyond = (rows.iloc[:, width:] != "").any(axis=1)
    return pd.Series(widths < width, rows.index) | beyond


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
    return len(cell) <= LONGEST_HEADING and not is_date and any(map(str.isalpha, cell))


def plain(text: str) -> str:
    """A heading or word as it is compared: as headers are, and without accents and marks."""
    folded = unicodedata.normalize("NFKD", normalised(text)).casefold()
    kept = "".join(c for c in folded if unicodedata.category(c) != "Mn")
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


def by_heading(names: Iterable[str]) -> dict[str, str]:
    """The columns by their heading as it is compared; Sprint (1) is the first of several."""
    there = {plain(name): name for name in names}
    firsts = {f"{heading} 1": name for heading, name in there.items() if f"{heading} 2" in there}
    return firsts | there


def _totals(rows: pd.DataFrame) -> pd.Series:
    """Rows whose first filled cell is a word for a total and that hold no other word."""
    first = rows.iloc[:, 0]
    for at in range(1, rows.shape[1]):
        empty = first == ""
        if not empty.any():
            break
        first = first.mask(empty, rows.iloc[:, at])
    bearing = rows.loc[rows_with(first, TOTAL)]
    words = bearing.apply(lambda column: column.str.contains(r"[^\W\d_]{4}", regex=True))
    alone = bearing.index[words.sum(axis=1) <= 1]
    return rows.index.to_series().isin(alone)


def _said(why: str, what: str, places: Sequence[int] | npt.NDArray[np.int64]) -> list[str]:
    if not len(places):
        return []
    shown = ", ".join([*map(str, places[:SHOWN]), *(["…"] if len(places) > SHOWN else [])])
    return [f"{what}{'s' if len(places) > 1 else ''} {shown}: {why}"]

"""The list of a file that a map is of: the one with its headings, or what is called so today."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rapidfuzz import process

from pipelines.maps.columns import NEAR, alike
from pipelines.maps.declared import SheetMap
from pipelines.maps.file_column import FileColumn, known
from pipelines.maps.grid import Grid, grids
from pipelines.maps.listed import HEADER_WITHIN, Listed, by_heading, listed, numbered, plain
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import DataError


def list_in(path: Path, sheet: SheetMap, where: str) -> Listed:
    """The list that the map is of; DataError names the headings that are missing."""
    every = [grid for grid in grids(path) if not sheet.sheet or _same(grid.sheet, sheet.sheet)]
    if not every:
        names = ", ".join(grid.sheet for grid in grids(path) if grid.sheet)
        raise DataError(
            f"there is no sheet {sheet.sheet!r}",
            where=path.name,
            remedy=f"Mend sheet: in {where}. The file has: {names or 'one list without a name'}",
        )
    best: tuple[int, Grid, int] | None = None
    for grid in every:
        line, missing = _best_header(grid, sheet)
        if best is None or len(missing) < best[0]:
            best = (len(missing), grid, line)
        if not missing:
            return listed(grid, line)
    assert best is not None
    _, grid, line = best
    headings = [heading for heading in numbered(grid.row(grid.position(line))) if heading]
    missing = _missing(headings, sheet)
    raise DataError(
        "headings of the map are missing: "
        + "; ".join(f"{w[0]!r} (nearest today: {_nearest(w, headings, sheet)})" for w in missing),
        where=f"{grid.where} line {line}",
        remedy=f"Mend the headings in {where}, or the export; pmo map makes a map of your own",
    )


def fits(sheet: SheetMap, grid: Grid) -> bool:
    """Whether a list has all headings that must be there."""
    return not _best_header(grid, sheet)[1]


def _best_header(grid: Grid, sheet: SheetMap) -> tuple[int, list[tuple[str, ...]]]:
    """The line with most of the map's headings, and those that it lacks."""
    positions = (
        [grid.position(sheet.header)]
        if sheet.header in grid.lines
        else range(min(len(grid.lines), HEADER_WITHIN))
    )
    lacking = [(len(missing := _missing(grid.row(at), sheet)), at, missing) for at in positions]
    _, at, missing = min(lacking, key=lambda item: item[:2])
    return int(grid.lines[at]), missing


def _missing(headings: Sequence[str], sheet: SheetMap) -> list[tuple[str, ...]]:
    there = by_heading(numbered(headings))
    return [wanted for wanted in sheet.needed if not any(plain(each) in there for each in wanted)]


def _nearest(wanted: Sequence[str], headings: Sequence[str], sheet: SheetMap) -> str:
    """The headings that are known for the same column of ours, or are spelt nearly so."""
    ours = [(table, name) for table in sheet.tables for name, taken in sheet.taken(table)
            if taken.headings == tuple(wanted)]  # fmt: skip
    same = [
        heading
        for heading in headings
        for table, name in ours
        if alike(FileColumn(heading, pd.Series(dtype="str")), TABLES[table][name],
                 known()["headings"].get(table, {}).get(name, []))[0] >= NEAR
    ]  # fmt: skip
    spelt = process.extract(
        plain(wanted[0]), {h: plain(h) for h in headings}, limit=3, score_cutoff=65
    )
    near = dict.fromkeys([*same, *(heading for *_, heading in spelt)])
    return " or ".join(repr(heading) for heading in [*near][:3]) or f"none of {_some(headings)}"


def _some(headings: Sequence[str]) -> str:
    return ", ".join(map(repr, headings[:12])) + (" …" if len(headings) > 12 else "")


def _same(one: str, other: str) -> bool:
    return plain(one) == plain(other)

"""pmo map: what a file seems to hold, as a map to correct and keep."""

from collections.abc import Sequence
from pathlib import Path

from pipelines.maps.declared import read_map
from pipelines.maps.grid import grids
from pipelines.maps.headings import fits
from pipelines.maps.proposed import ProposedSheet, proposed
from pipelines.maps.source import shipped
from pipelines.maps.written import as_yaml
from pmo_lib.errors import DataError
from pmo_lib.wording import shortened


def propose(file: Path) -> list[ProposedSheet]:
    """A proposal for each list in the file that holds something of ours.

    Raises DataError where the file cannot be read, or nothing of it is ours.
    """
    if not file.is_file():
        what = "is no file" if file.exists() else "there is no such file"
        raise DataError(what, where=str(file), remedy="Name an export, as CSV or Excel workbook")
    lists = [proposed(grid) for grid in grids(file) if len(grid.lines) > 1]
    found = [each for each in lists if each.proposals]
    if not found:
        seen = [shortened(name, 40) for each in lists for name in each.left]
        is_turned = any(len(each.listed.cells.columns) > len(each.listed.lines) for each in lists)
        turn = "Where each project is a column, turn the list round (in Excel: paste, transpose). "
        raise DataError(
            f"none of its columns is known ({', '.join(seen[:12]) or 'it has no rows'})",
            where=file.name,
            remedy=f"{turn if is_turned else ''}Write a map by hand; docs/maps.md has one",
        )
    return found


def made_for(sheets: Sequence[ProposedSheet]) -> list[str]:
    """The maps that come with the workbook that fit, where the file holds no list of projects."""
    if any("projects" in each.tables for each in sheets):
        return []
    lists = [each.listed.grid for each in sheets]
    maps = {name: read_map(path) for name, path in shipped().items()}
    fitting = [
        name
        for name, known in maps.items()
        if any(fits(one, grid) for one in known.sheets for grid in lists)
    ]
    # what chooses rows by their words is made for one tool alone
    sure = [name for name in fitting if any(one.rows for one in maps[name].sheets)]
    return sure or fitting


def write_map(sheets: Sequence[ProposedSheet], to: Path, *, force: bool) -> None:
    """Write the map; DataError where there is one already and `force` does not allow it."""
    if to.exists() and not force:
        raise DataError(
            "is there already, perhaps corrected by hand",
            where=str(to),
            remedy="Name another file, or add --force",
        )
    to.write_text(as_yaml(sheets), encoding="utf-8")

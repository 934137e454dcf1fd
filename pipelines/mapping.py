"""pmo map: what a file seems to hold, as a map to correct and keep."""

from collections.abc import Sequence
from pathlib import Path

from pipelines.maps.grid import grids
from pipelines.maps.proposed import ProposedSheet, proposed
from pipelines.maps.written import as_yaml
from pmo_lib.errors import DataError


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
        seen = [name for each in lists for name in each.left]
        raise DataError(
            f"none of its columns is known ({', '.join(seen[:12]) or 'it has no rows'})",
            where=file.name,
            remedy="Write a map by hand; docs/maps.md has one to begin with",
        )
    return found


def write_map(sheets: Sequence[ProposedSheet], to: Path, *, force: bool) -> None:
    """Write the map; DataError where there is one already and `force` does not allow it."""
    if to.exists() and not force:
        raise DataError(
            "is there already, perhaps corrected by hand",
            where=str(to),
            remedy="Name another file, or add --force",
        )
    to.write_text(as_yaml(sheets), encoding="utf-8")

"""One table as read: typed rows, every one with its file and line, and what could not be read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from pipelines.reading.readers import Lines, RawTable
from pmo_lib.contract.schema import Table
from pmo_lib.contract.verdict import Question, SourceFile
from pmo_lib.errors import DataError

REJECTION_COLUMNS = ("file", "line", "column", "value", "rule")


@dataclass(frozen=True)
class Loaded:
    """One table as read: typed rows, their origin, and what could not be read.

    ``typed``, ``extra`` (the text of columns that are not declared) and ``origin`` (file, line)
    share one index 0..n-1. ``rejections``, ``set_aside`` and ``unread`` have REJECTION_COLUMNS and
    are indexed by the rows' position, -1 for rows that have no cells: why rows are rejected, which
    are none of the table's own, and which cells are empty because they could not be read.
    """

    table: Table
    typed: pd.DataFrame
    extra: pd.DataFrame
    origin: pd.DataFrame
    rejections: pd.DataFrame
    set_aside: pd.DataFrame
    unread: pd.DataFrame
    files: tuple[SourceFile, ...]
    rows_read: int
    absent_columns: tuple[str, ...]
    again: Mapping[str, Callable[[Lines], RawTable]]
    questions: tuple[Question, ...] = ()

    @property
    def extra_columns(self) -> tuple[str, ...]:
        return tuple(sorted(self.extra.columns))

    @property
    def own(self) -> pd.DataFrame:
        """The table's own rows: all but those set aside."""
        return without(self.typed, self.set_aside.index)

    @property
    def kept(self) -> pd.DataFrame:
        """The rows that are neither rejected nor set aside."""
        return without(self.own, self.rejections.index)

    def text(self, positions: Iterable[int]) -> pd.DataFrame:
        """The cells of some rows as they stand in the files, which are read once more for it.

        Raises DataError where a file has changed since.
        """
        places = self.origin.loc[sorted({each for each in positions if each >= 0})]
        parts = [pd.DataFrame(index=pd.Index([], dtype="int64"))]
        hashes = {file.name: file.sha256 for file in self.files}
        for file, own in places.groupby("file", observed=True):
            raw = self.again[str(file)](frozenset(own["line"].tolist()))
            if raw.sha256 != hashes[str(file)]:
                raise DataError("changed while it was read", where=str(file), remedy="Run again")
            parts.append(raw.cells.set_axis(own.index))
        return pd.concat(parts)


def without(rows: pd.DataFrame, positions: pd.Index) -> pd.DataFrame:
    """The rows but those at `positions`; a large table is not copied for nothing."""
    return rows.drop(index=positions.unique(), errors="ignore") if len(positions) else rows

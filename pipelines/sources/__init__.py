"""Readers of other people's files: one module each, one function `read`, one result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Protocol

import pandas as pd

from pmo_lib.errors import PmoError, allowed_values

UNREAD_COLUMNS = ("file", "line", "record", "column", "value", "reason")
SOURCES = ("gmpp", "nyc", "mspdi", "xer", "pmxml")


@dataclass(frozen=True)
class Imported:
    """What a source gave: our tables, and every cell that could not be read.

    ``tables`` holds frames named and typed as in `contract.tables` (columns of the declaration, in
    its order); ``unread`` one row a cell with the columns of UNREAD_COLUMNS: the cell's file name,
    line (empty where the file has no line a record), record (the project's name), column, text,
    and the reason it was left empty; ``notes`` sentences a user must know; ``settings`` what the
    source says of settings.yml, such as whose projects these are.
    """

    tables: dict[str, pd.DataFrame]
    unread: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(UNREAD_COLUMNS)))
    notes: tuple[str, ...] = ()
    settings: Mapping[str, str | int] = field(default_factory=dict)


class Source(Protocol):
    """A module that reads one kind of export."""

    def read(self, files: Sequence[Path]) -> Imported: ...


def source(name: str) -> Source:
    """The reader called `name`; raises PmoError naming those there are."""
    if name not in SOURCES:
        raise PmoError(f"There is no source {name!r}", remedy=allowed_values(name, SOURCES))
    reader: Source = import_module(f"pipelines.sources.{name}")
    return reader

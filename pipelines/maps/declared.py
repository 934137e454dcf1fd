"""What a map is: which columns of which sheet hold what we want, and how they are written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from pipelines.declared import declared
from pipelines.yaml_file import read_yaml
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import SettingsError, allowed_values, raise_all

AUTO = "auto"  # dates whose format the values tell
AS_AT = "as_at"  # a constant that stands for the date of the sheet


@dataclass(frozen=True)
class Taken:
    """One column of ours: the file's column it is taken from, or a constant, and how to read it.

    ``column`` may name several headings, of which the first that is there is taken.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    column: str | list[str] = ""
    constant: str = ""
    scale: float = 1.0  # the file's figure times this is ours: 1000 for thousands
    dates: str = ""  # as Python writes them: %d/%m/%Y
    words: dict[str, str] = field(default_factory=dict)  # the file's words, and ours
    pattern: str = ""  # the part of the cell that is taken, such as the middle figure of a range
    until: Literal["", "as_at"] = ""  # days after that of the list are still to come, and no facts
    need: Literal["must", "may"] = "must"  # a heading that must be there, or may be missing

    @property
    def headings(self) -> tuple[str, ...]:
        given = [self.column] if isinstance(self.column, str) else self.column
        return tuple(heading for heading in given if heading)


def either(heading: str) -> tuple[str, ...]:
    """The headings of which one chooses rows, as written: Issue Type | Vorgangstyp."""
    return tuple(each.strip() for each in heading.split("|"))


@dataclass(frozen=True)
class SheetMap:
    """One list of a file, and what becomes of its columns.

    ``tables`` gives, per table of ours, each column of ours; ``rows`` which rows are of a table
    where not all are, by the words in a column of the file: [Epic], or ["*", -Epic] for all others.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    tables: dict[str, dict[str, str | Taken]]
    files: str = "*"  # whose files' names match
    sheet: str = ""  # empty for the first sheet that has the headings
    header: int = 0  # the line of the headings; 0 where it is to be found
    as_at: str = ""  # a date, or the heading of one; empty where it is in the file's name
    dates: str = ""  # of all columns that do not say otherwise; auto where the values are to tell
    decimal_mark: Literal["", ".", ","] = ""
    empty: list[str] = field(default_factory=list)  # words for nothing
    rows: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    snapshots: bool = False  # one list again each month: the newest stands, plans are the first

    def taken(self, table: str) -> Iterator[tuple[str, Taken]]:
        """Each column of a table, by its name."""
        for name, given in self.tables[table].items():
            yield name, Taken(given) if isinstance(given, str) else given

    @property
    def needed(self) -> tuple[tuple[str, ...], ...]:
        """The headings that must be there, each with those that will do in its place."""
        all_taken = [taken for table in self.tables for _, taken in self.taken(table)]
        wanted = [taken.headings for taken in all_taken if taken.need == "must" and taken.headings]
        chosen = [either(name) for rows in self.rows.values() for name in rows]
        return tuple(dict.fromkeys([*wanted, *chosen]))


@dataclass(frozen=True)
class Map:
    """How the files of one kind of export become our tables."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    sheets: list[SheetMap]
    about: str = ""
    settings: dict[str, Any] = field(default_factory=dict)  # what the source says of settings.yml


def read_map(path: Path) -> Map:
    """The map in a YAML file; SettingsError tells every mistake with its place and remedy."""
    where = path.name
    written = read_yaml(path)
    found = declared(Map, written.values, where, written.mistakes)
    raise_all([*_unknown(found, where)])
    declared(Settings, found.settings, f"{where}: settings")
    return found


def _unknown(found: Map, where: str) -> Iterator[SettingsError]:
    """Tables and columns that we do not have, and required ones that nothing is taken for."""
    if not found.sheets:
        yield SettingsError("a map needs at least one sheet", where=where)
    for number, sheet in enumerate(found.sheets, start=1):
        place = f"{where}: sheets: entry {number}"
        for name in (*sheet.rows, *sheet.tables):
            if name not in TABLES:
                yield SettingsError(
                    f"unknown table {name!r}", where=place, remedy=allowed_values(name, TABLES)
                )
        known: Mapping[str, Mapping[str, object]] = {
            name: columns for name, columns in sheet.tables.items() if name in TABLES
        }
        for name, columns in known.items():
            table = TABLES[name]
            for column in columns:
                if column not in table.column_names:
                    yield SettingsError(
                        f"unknown column {column!r}", where=f"{place}: tables: {name}",
                        remedy=allowed_values(column, table.column_names),
                    )  # fmt: skip
            for column in table.required_columns:
                if column not in columns:
                    yield SettingsError(
                        f"nothing is taken for the required column {column}",
                        where=f"{place}: tables: {name}",
                        remedy=f"Name a heading of the file, or write {column}: {{constant: ...}}",
                    )

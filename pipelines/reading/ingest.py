"""A folder of exports becomes typed tables, as far as they can be used."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import pandas as pd

from pipelines.reading.example_rows import only_examples
from pipelines.reading.exports import Exports, Given, read_benchmarks, read_exports, table_meant
from pipelines.reading.load import load
from pipelines.reading.loaded import Loaded
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import Question, SourceFile
from pmo_lib.errors import DataError, PmoError, raise_all

NOT_FILLED_IN = "(not filled in)"  # a sheet of the template
_PUT_THERE = "Put projects.csv there, or a workbook with a sheet called projects"


@dataclass(frozen=True)
class Ingested:
    """All tables that were found, the files that are none, and the hash of all that was read.

    ``unusable`` are the tables that cannot be read, with the reason, ``on_files`` the questions on
    files that are none.
    """

    tables: Mapping[str, Loaded]
    ignored: tuple[str, ...]
    unusable: Mapping[str, str] = field(default_factory=dict)
    on_files: tuple[Question, ...] = ()
    answered: tuple[str, ...] = ()  # ids of questions on tables that a map has answered

    @property
    def typed(self) -> dict[str, pd.DataFrame]:
        """The typed rows of each table."""
        return {name: table.typed for name, table in self.tables.items()}

    @property
    def own(self) -> dict[str, pd.DataFrame]:
        """The typed rows of each table without those that are none of its own, such as totals."""
        return {name: table.own for name, table in self.tables.items()}

    def meaning(self, typed: Mapping[str, pd.DataFrame]) -> "Ingested":
        """The same with other typed rows, of the same index."""
        tables = {name: replace(table, typed=typed[name]) for name, table in self.tables.items()}
        return replace(self, tables=tables)

    @property
    def without_rows(self) -> "Ingested":
        """The same without typed rows: once they are judged, a large table is not kept twice."""
        return self.meaning(dict.fromkeys(self.tables, pd.DataFrame()))

    @property
    def data_hash(self) -> str:
        return data_hash(file for table in self.tables.values() for file in table.files)

    @property
    def questions(self) -> tuple[Question, ...]:
        of_tables = (each for table in self.tables.values() for each in table.questions)
        return (*self.on_files, *(each for each in of_tables if each.id not in self.answered))


def ingest(
    raw: Path, settings: Settings, *, peer: str = "", given: Given | None = None
) -> Ingested:
    """The tables in a folder, or in that of a peer, whose files are told as those of its folder.

    `given` are those that maps have made of some of its files.

    Benchmarks are also those in the folder's own folder `benchmarks` and those that come with the
    workbook; a peer has none but its own.

    Raises DataError, all mistakes together, where the folder is missing or holds no table, or
    `projects` cannot be read; another table that cannot is left out, with the reason.
    """
    given = given or Given()
    if not raw.is_dir():
        what = "is a file, not a folder" if raw.exists() else "there is no such folder"
        raise DataError(what, where=str(raw), remedy="Name the folder that holds the exports")
    exports = read_exports(raw, settings.encodings, f"benchmarks/{peer}/" if peer else "", given)
    if not exports.found and not exports.errors:
        raise DataError(
            "the folder holds no table",
            where=str(raw),
            remedy=f"{_PUT_THERE}. {_table_names(exports)}",
        )
    if not peer:
        read_benchmarks(raw, exports, settings.encodings.get("benchmarks", ""))
    tables: dict[str, Loaded] = {}
    reading = replace(settings, waived=[*settings.waived, *given.answered])
    for name in [name for name in TABLES if name in exports.found]:
        try:
            table = load(TABLES[name], exports.found[name], reading)
        except PmoError as error:
            exports.errors[name].append(error)
            continue
        if only_examples(table.set_aside, table.rows_read):
            exports.ignored.extend(f"{file.name} {NOT_FILLED_IN}" for file in table.files)
            del exports.found[name]
        else:
            tables[name] = table
    _refuse_without_projects(raw, exports)
    unusable = {
        name: " ".join(str(error) for error in errors).replace("\n", " ").rstrip(".")
        for name, errors in exports.errors.items()
    }
    usable = {name: table for name, table in tables.items() if name not in unusable}
    on_files = tuple(_on_files(exports))
    return Ingested(usable, exports.passed_over, unusable, on_files, given.answered)


def _on_files(exports: Exports) -> Iterator[Question]:
    """A question for each file that is not read and may be a table that is not there."""
    absent = [name for name in TABLES if not (exports.found.get(name) or exports.errors.get(name))]
    seen = [name for name in exports.ignored if not name.endswith(NOT_FILLED_IN)]
    meant = {name: table_meant(name, absent) for name in seen}
    for table in dict.fromkeys(filter(None, meant.values())):
        files = [name for name in meant if meant[name] == table]
        yield Question(
            "not_read", table, "",
            f"is {files[0]} the table {table}, which is not there; it is not read",
            f"Save it as {table}.csv beside projects, or as a sheet {table} of a workbook (.xlsx)",
            examples=tuple(files[1:4]),
        )  # fmt: skip


def data_hash(files: Iterable[SourceFile]) -> str:
    """SHA-256 over 'hash  name' lines of the files, as sha256sum prints them, sorted."""
    lines = sorted(f"{file.sha256}  {file.name}" for file in files)
    return sha256("\n".join(lines).encode()).hexdigest()


def _refuse_without_projects(raw: Path, exports: Exports) -> None:
    """Raise DataError, with all other mistakes, where the one required table cannot be used."""
    fatal = any(exports.errors.get(name) for name in ("", "projects"))
    errors = [error for errors in exports.errors.values() for error in errors]
    if not fatal and "projects" not in exports.found:
        errors.append(_no_projects(raw, exports))
        fatal = True
    if fatal:
        raise_all(errors)


def _no_projects(raw: Path, exports: Exports) -> DataError:
    return DataError(
        "there is no table projects, which is required",
        where=str(raw),
        remedy=f"{_PUT_THERE}. {_table_names(exports)}",
    )


def _table_names(exports: Exports) -> str:
    seen = f"Files not recognised: {', '.join(exports.passed_over)}. " if exports.ignored else ""
    return f"{seen}Tables: {', '.join(TABLES)}"

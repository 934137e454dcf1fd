"""A folder of exports becomes typed tables; every row keeps its file and line."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Literal, cast

import pandas as pd

from pipelines.reading.exports import read_benchmarks, read_exports
from pipelines.reading.parse import Conventions, parse
from pipelines.reading.readers import Lines, RawTable
from pmo_lib.contract.declarations import declared_of
from pmo_lib.contract.schema import Table
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import SourceFile
from pmo_lib.errors import DataError, PmoError, allowed_values, raise_all

REJECTION_COLUMNS = ("file", "line", "column", "value", "rule")
_PUT_THERE = "Put projects.csv there"
_ONE_FILE = {
    "benchmarks": "Remove it from your own file; one that you do not find in the folder comes with "
    "the workbook"
}


@dataclass(frozen=True)
class Loaded:
    """One table as read: typed rows, their origin, and what could not be read.

    ``typed``, ``extra`` (the text of columns that are not declared) and ``origin`` (file, line)
    share one index 0..n-1. ``rejections`` has REJECTION_COLUMNS and is indexed by the rows'
    position, -1 for rows that have no cells.
    """

    table: Table
    typed: pd.DataFrame
    extra: pd.DataFrame
    origin: pd.DataFrame
    rejections: pd.DataFrame
    files: tuple[SourceFile, ...]
    rows_read: int
    absent_columns: tuple[str, ...]
    again: Mapping[str, Callable[[Lines], RawTable]]

    @property
    def extra_columns(self) -> tuple[str, ...]:
        return tuple(sorted(self.extra.columns))

    def text(self, positions: Iterable[int]) -> pd.DataFrame:
        """The cells of some rows as they stand in the files, which are read once more for it.

        Raises DataError where a file has changed since.
        """
        places = self.origin.loc[sorted(set(positions))]
        parts = [pd.DataFrame(index=pd.Index([], dtype="int64"))]
        hashes = {file.name: file.sha256 for file in self.files}
        for file, own in places.groupby("file", observed=True):
            raw = self.again[str(file)](frozenset(own["line"].tolist()))
            if raw.sha256 != hashes[str(file)]:
                raise DataError("changed while it was read", where=str(file), remedy="Run again")
            parts.append(raw.cells.set_axis(own.index))
        return pd.concat(parts)


@dataclass(frozen=True)
class Ingested:
    """All tables that were found, the files that are none, and the hash of all that was read."""

    tables: Mapping[str, Loaded]
    ignored: tuple[str, ...]

    @property
    def typed(self) -> dict[str, pd.DataFrame]:
        """The typed rows of each table."""
        return {name: table.typed for name, table in self.tables.items()}

    def meaning(self, typed: Mapping[str, pd.DataFrame]) -> "Ingested":
        """The same with other typed rows, of the same index."""
        tables = {name: replace(table, typed=typed[name]) for name, table in self.tables.items()}
        return replace(self, tables=tables)

    @property
    def data_hash(self) -> str:
        return data_hash(file for table in self.tables.values() for file in table.files)


def ingest(raw: Path, settings: Settings, *, peer: str = "") -> Ingested:
    """The tables in a folder, or in that of a peer, whose files are told as those of its folder.

    Benchmarks are also those in the folder's own folder `benchmarks` and those that come with the
    workbook; a peer has none but its own.

    Raises DataError, all mistakes together, where the folder is missing or holds no table, a file
    cannot be read, or a required column or the table `projects` is missing.
    """
    if not raw.is_dir():
        what = "is a file, not a folder" if raw.exists() else "there is no such folder"
        raise DataError(what, where=str(raw), remedy="Name the folder that holds the exports")
    exports = read_exports(raw, f"benchmarks/{peer}/" if peer else "")
    found, ignored, errors = exports.found, exports.ignored, exports.errors
    if not found and not errors:
        raise DataError(
            "the folder holds no table",
            where=str(raw),
            remedy=f"{_PUT_THERE}. {_table_names(ignored)}",
        )
    if not peer:
        read_benchmarks(raw, exports)
    tables: dict[str, Loaded] = {}
    for name in [name for name in TABLES if name in found]:
        try:
            tables[name] = _load(TABLES[name], found[name], settings)
        except PmoError as error:
            errors.append(error)
    if not errors and "projects" not in found:
        errors.append(
            DataError(
                "there is no table projects, which is required",
                where=str(raw),
                remedy=f"{_PUT_THERE}. {_table_names(ignored)}",
            )
        )
    raise_all(errors)
    return Ingested(tables, tuple(ignored))


def data_hash(files: Iterable[SourceFile]) -> str:
    """SHA-256 over 'hash  name' lines of the files, as sha256sum prints them, sorted."""
    lines = sorted(f"{file.sha256}  {file.name}" for file in files)
    return sha256("\n".join(lines).encode()).hexdigest()


def _load(table: Table, raws: list[RawTable], settings: Settings) -> Loaded:
    missing = [error for raw in raws if (error := _missing_columns(table, raw))]
    raise_all(missing)
    conventions = Conventions(
        settings.date_formats.get(table.name, ""),
        cast('Literal["", ".", ","]', settings.decimal_marks.get(table.name, "")),
        {
            c.name: settings.scores[f"{table.name}.{c.name}"]
            for c in table
            if f"{table.name}.{c.name}" in settings.scores
        },
        frozenset(
            name.partition(".")[2]
            for name in declared_of("percent_complete", settings.percent_complete)
            if name.startswith(f"{table.name}.")
        ),
    )
    absent = {name for raw in raws for name in table.column_names if name not in raw.cells}
    parts = [_typed(table, raw, conventions) for raw in raws]
    sizes = pd.Series([0] + [len(raw.cells) for raw in raws]).cumsum().tolist()
    rejections = [
        part[1].set_axis(part[1].index.where(part[1].index < 0, part[1].index + start))
        for part, start in zip(parts, sizes, strict=False)
    ]
    rows = _joined([part[0] for part in parts])
    origin = _joined([_origin(raw) for raw in raws]).astype({"file": "category"})
    if len(raws) > 1:
        _refuse_keys_in_two_files(table, rows, origin)
    return Loaded(
        table,
        rows,
        _joined([part[2] for part in parts]),
        origin,
        pd.concat(rejections),
        tuple(_source_file(raw) for raw in raws),
        sum(len(raw.cells) + len(raw.ragged) for raw in raws),
        tuple(name for name in table.column_names if name in absent),
        {raw.where: raw.again for raw in raws if raw.again is not None},
    )


def _origin(raw: RawTable) -> pd.DataFrame:
    name = pd.CategoricalDtype([raw.where])
    return pd.DataFrame({"file": pd.Series(raw.where, raw.cells.index, name), "line": raw.lines})


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """All rows in one frame; one frame alone is not copied."""
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _refuse_keys_in_two_files(table: Table, rows: pd.DataFrame, origin: pd.DataFrame) -> None:
    key = list(table.key)
    needed = [name for name in key if table[name].need == "required"]
    whole = rows[needed].notna().all(axis=1)  # a part that may be missing is the same where it is
    repeated = rows[whole & rows.duplicated(key, keep=False)]
    for _, group in repeated.groupby(key, sort=False, dropna=False):
        places = origin.loc[group.index]
        if len(set(places["file"])) > 1:
            shown = " and ".join(
                f"{file} line {line}" for file, line in places.itertuples(index=False)
            )
            parts = group[key].iloc[0].dropna().items()
            raise DataError(
                f"{', '.join(f'{name} {value}' for name, value in parts)} stands in more than one "
                f"file of {table.name}",
                where=shown,
                remedy=_ONE_FILE.get(table.name, "Remove it from all files but one"),
            )


def _missing_columns(table: Table, raw: RawTable) -> PmoError | None:
    have = list(raw.cells.columns)
    missing = [name for name in table.required_columns if name not in have]
    if not missing:
        return None
    hints = [allowed_values(name, have) for name in missing[:1]]
    return DataError(
        f"required column{'s' if len(missing) > 1 else ''} missing: {', '.join(missing)}",
        where=f"{raw.where} line 1",
        remedy=f"Add or rename the column. The file has: {hints[0].partition('Allowed: ')[2]}",
    )


def _typed(
    table: Table, raw: RawTable, conventions: Conventions
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The typed rows of one file, its rejections by position, and the columns of no use to us.

    The text of each column is given up as soon as it is typed.
    """
    cells, width = raw.cells, raw.cells.shape[1]
    typed: dict[str, pd.Series] = {}
    rejected: list[dict[str, object]] = [
        {
            "position": -1,
            "file": raw.where,
            "line": line,
            "column": "",
            "value": " | ".join(row),
            "rule": f"has {len(row)} cells, the header {width}; is a separator or a quote missing?",
        }
        for line, row in raw.ragged
    ]
    for column in table:
        if column.name not in cells.columns:
            typed[column.name] = pd.Series(index=cells.index, dtype=column.pandas_type)
            continue
        text = cells.pop(column.name)
        parsed = parse(column, text, conventions)
        typed[column.name] = parsed.typed
        rejected += [
            {
                "position": position,
                "file": raw.where,
                "line": int(raw.lines[position]),
                "column": column.name,
                "value": text.iloc[position],
                "rule": reason,
            }
            for position, reason in parsed.problems.items()
        ]
    rejections = pd.DataFrame(rejected, columns=["position", *REJECTION_COLUMNS])
    return pd.DataFrame(typed), rejections.set_index("position"), cells


def _source_file(raw: RawTable) -> SourceFile:
    rows = len(raw.cells) + len(raw.ragged)
    return SourceFile(raw.where, raw.sha256, raw.encoding, rows, raw.blank_rows)


def _table_names(ignored: list[str]) -> str:
    seen = f"Files not recognised: {', '.join(ignored)}. " if ignored else ""
    return f"{seen}Tables: {', '.join(TABLES)}"

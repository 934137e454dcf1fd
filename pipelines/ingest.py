"""A folder of exports becomes typed tables; every row keeps its file and line."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal, cast

import pandas as pd

from pipelines.parse import Conventions, parse
from pipelines.readers import Lines, RawTable, normalised, read_csv, read_workbook
from pmo_lib.errors import DataError, PmoError, allowed_values, raise_all
from pmo_lib.schema import Table
from pmo_lib.settings import Settings
from pmo_lib.tables import TABLES
from pmo_lib.verdict import SourceFile

REJECTION_COLUMNS = ("file", "line", "column", "value", "rule")
_PUT_THERE = "Put projects.csv there, or survey_scores.csv"
NOT_DATA = {".yml", ".yaml", ".md"}  # settings and notes


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
    data_hash: str


def ingest(raw: Path, settings: Settings) -> Ingested:
    """The tables in a folder.

    Raises DataError, all mistakes together, where the folder is missing or holds no table, a file
    cannot be read, a required column is missing, or `projects` and `survey_scores` both are.
    """
    if not raw.is_dir():
        what = "is a file, not a folder" if raw.exists() else "there is no such folder"
        raise DataError(what, where=str(raw), remedy="Name the folder that holds the exports")
    errors: list[PmoError] = []
    found, ignored = _read_all(raw, errors)
    if not found and not errors:
        raise DataError(
            "the folder holds no table",
            where=str(raw),
            remedy=f"{_PUT_THERE}. {_table_names(ignored)}",
        )
    tables: dict[str, Loaded] = {}
    for name in [name for name in TABLES if name in found]:
        try:
            tables[name] = _load(TABLES[name], found[name], settings)
        except PmoError as error:
            errors.append(error)
    if not errors and not {"projects", "survey_scores"} & set(found):
        errors.append(
            DataError(
                "there is neither a table projects nor a table survey_scores, one of which is "
                "required",
                where=str(raw),
                remedy=f"{_PUT_THERE}. {_table_names(ignored)}",
            )
        )
    raise_all(errors)
    return Ingested(tables, tuple(ignored), _data_hash(tables.values()))


def table_named(name: str) -> str:
    """The table that a file or sheet called `name` holds, such as projects_2025; or nothing."""
    plain = normalised(name)
    matches = [table for table in TABLES if re.fullmatch(rf"{table}(?:[_.-].*)?", plain)]
    return max(matches, key=len, default="")


def _read_all(raw: Path, errors: list[PmoError]) -> tuple[dict[str, list[RawTable]], list[str]]:
    found: dict[str, list[RawTable]] = defaultdict(list)
    ignored: list[str] = []
    for path in sorted(raw.iterdir()):
        suffix = path.suffix.lower()
        if path.name.startswith((".", "~$")) or path.is_dir() or suffix in NOT_DATA:
            continue
        table = table_named(path.stem)
        try:
            if suffix == ".csv" and table:
                cells = read_csv(path, frozenset(TABLES[table].column_names))
                found[table].append(cells)
            elif suffix == ".xlsx":
                _read_sheets(path, table, found, ignored)
            else:
                ignored.append(path.name)
        except PmoError as error:
            errors.append(error)
    return dict(found), ignored


def _read_sheets(
    path: Path, table: str, found: dict[str, list[RawTable]], ignored: list[str]
) -> None:
    sheets = read_workbook(path)
    for title, cells in sheets.items():
        # a workbook named after a table may leave its only sheet as Excel called it
        name = table_named(title) or (table if len(sheets) == 1 else "")
        if name:
            found[name].append(cells)
        else:
            ignored.append(cells.where)
    if not sheets:
        raise DataError("is empty", where=path.name, remedy="Export it again, or remove the file")


def _load(table: Table, raws: list[RawTable], settings: Settings) -> Loaded:
    missing = [error for raw in raws if (error := _missing_columns(table, raw))]
    raise_all(missing)
    conventions = Conventions(
        settings.date_formats.get(table.name, ""),
        cast('Literal["", ".", ","]', settings.decimal_marks.get(table.name, "")),
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
    whole = rows[key].notna().all(axis=1)
    repeated = rows[whole & rows.duplicated(key, keep=False)]
    for values, group in repeated.groupby(key, sort=False):
        places = origin.loc[group.index]
        if len(set(places["file"])) > 1:
            shown = " and ".join(
                f"{file} line {line}" for file, line in places.itertuples(index=False)
            )
            named = ", ".join(f"{name} {value}" for name, value in zip(key, values, strict=True))
            raise DataError(
                f"{named} stands in more than one file of {table.name}",
                where=shown,
                remedy="Remove it from all files but one",
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


def _data_hash(tables: Iterable[Loaded]) -> str:
    """SHA-256 over 'hash  name' lines of the files, as sha256sum prints them, sorted."""
    lines = sorted(f"{file.sha256}  {file.name}" for table in tables for file in table.files)
    return sha256("\n".join(lines).encode()).hexdigest()


def _table_names(ignored: list[str]) -> str:
    seen = f"Files not recognised: {', '.join(ignored)}. " if ignored else ""
    return f"{seen}Tables: {', '.join(TABLES)}"

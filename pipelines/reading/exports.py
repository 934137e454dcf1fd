"""Which table each file of a folder of exports holds, and its cells."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipelines.reading.readers import RawTable, normalised, read_csv, read_workbook
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import DataError, PmoError

BENCHMARKS = "benchmarks"  # the table, and the folder with more of it and with peers
SHIPPED = Path(__file__).resolve().parents[2] / "data" / "raw" / BENCHMARKS
NOT_DATA = {".yml", ".yaml", ".md"}  # settings and notes


@dataclass(frozen=True)
class Exports:
    """The cells of each table, file by file; the files that are none; what could not be read."""

    found: dict[str, list[RawTable]] = field(default_factory=lambda: defaultdict(list))
    ignored: list[str] = field(default_factory=list)
    errors: list[PmoError] = field(default_factory=list)


def read_exports(raw: Path, prefix: str = "") -> Exports:
    """The tables among the files of a folder; `prefix` is put before the files' names."""
    exports = Exports()
    for path in _files(raw):
        _read(path, table_named(path.stem), TABLES, prefix, exports)
    return exports


def read_benchmarks(raw: Path, exports: Exports) -> None:
    """Add the benchmarks in `raw`/benchmarks, and those that come with the workbook.

    A file of the user takes the place of ours of the same name: who copied it has it once.
    """
    files = {path.name: path for place in (SHIPPED, raw / BENCHMARKS) for path in _files(place)}
    for name in sorted(files):
        _read(files[name], BENCHMARKS, {BENCHMARKS}, f"{BENCHMARKS}/", exports)


def peer_folders(raw: Path) -> list[Path]:
    """The folders of raw peers, each of which is a folder of exports itself."""
    folders = (raw / BENCHMARKS).iterdir() if (raw / BENCHMARKS).is_dir() else ()
    return sorted(path for path in folders if path.is_dir() and not path.name.startswith("."))


def inputs(raw: Path) -> list[tuple[str, Path]]:
    """Every file that what is made from `raw` may depend on, with its name."""
    own = [*raw.iterdir(), *(raw / BENCHMARKS).rglob("*")]
    named = [(path.relative_to(raw).as_posix(), path) for path in own if path.is_file()]
    return sorted(named) + [(f"shipped {path.name}", path) for path in _files(SHIPPED)]


def table_named(name: str) -> str:
    """The table that a file or sheet called `name` holds, such as projects_2025; or nothing."""
    plain = normalised(name)
    matches = [table for table in TABLES if re.fullmatch(rf"{table}(?:[_.-].*)?", plain)]
    return max(matches, key=len, default="")


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        is_hidden = path.name.startswith((".", "~$"))
        if not (is_hidden or path.is_dir() or path.suffix.lower() in NOT_DATA):
            yield path


def _read(path: Path, table: str, wanted: Collection[str], prefix: str, exports: Exports) -> None:
    suffix = path.suffix.lower()
    try:
        if suffix == ".csv" and table:
            sheets = [(table, read_csv(path, frozenset(TABLES[table].column_names)))]
        elif suffix == ".xlsx":
            sheets = _sheets(path, table)
        else:
            exports.ignored.append(f"{prefix}{path.name}")
            return
    except DataError as error:
        where = f"{prefix}{error.where}"
        exports.errors.append(DataError(error.what, where=where, remedy=error.remedy))
        return
    for name, cells in sheets:
        told = replace(cells, where=f"{prefix}{cells.where}")
        if name in wanted:
            exports.found[name].append(told)
        else:
            exports.ignored.append(told.where)


def _sheets(path: Path, table: str) -> list[tuple[str, RawTable]]:
    """Each sheet with the table it holds, or with nothing."""
    sheets = read_workbook(path)
    if not sheets:
        raise DataError("is empty", where=path.name, remedy="Export it again, or remove the file")
    # a workbook named after a table may leave its only sheet as Excel called it
    otherwise = table if len(sheets) == 1 else ""
    return [(table_named(title) or otherwise, cells) for title, cells in sheets.items()]

"""Which table each file of a folder of exports holds, and its cells."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path, PurePath

from pipelines.files import not_a_file
from pipelines.reading.excel import read_workbook
from pipelines.reading.headers import normalised, slip_of
from pipelines.reading.readers import RawTable, read_csv
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import DataError, PmoError
from pmo_lib.printable import spelled_out

BENCHMARKS = "benchmarks"  # the table, and the folder with more of it and with peers
SHIPPED = Path(__file__).resolve().parents[2] / "data" / "raw" / BENCHMARKS
NOT_DATA = {".yml", ".yaml", ".md"}  # settings and notes
READ = {".csv", ".xlsx"}
MAY_HOLD = {  # a table, by the file's name
    *READ, "", ".tsv", ".txt", ".tab", ".xls", ".xlsm", ".xlsb", ".ods", ".json", ".parquet",
    ".bak", ".gz", ".zip",
}  # fmt: skip
NAMED = 5  # of many files that are no table
LOOKED_THROUGH = 1_000  # files of a subfolder
ALL_COLUMNS = frozenset(name for table in TABLES.values() for name in table.column_names)


@dataclass(frozen=True)
class Exports:
    """The cells of each table, file by file; the files that are none; what could not be read.

    Errors are by table; those of a workbook that may hold any stand under "".
    """

    found: dict[str, list[RawTable]] = field(default_factory=lambda: defaultdict(list))
    ignored: list[str] = field(default_factory=list)
    errors: dict[str, list[PmoError]] = field(default_factory=lambda: defaultdict(list))

    @property
    def passed_over(self) -> tuple[str, ...]:
        """The files that are no table; of many only the first by name."""
        if len(self.ignored) <= 2 * NAMED:
            return tuple(self.ignored)
        rest = len(self.ignored) - NAMED
        return (f"{', '.join(self.ignored[:NAMED])} and {rest:,} more files",)


@dataclass(frozen=True)
class Given:
    """Tables that maps have made of some of a folder's files, which are not read otherwise.

    ``answered`` are the ids of what need not be asked of them.
    """

    found: Mapping[str, list[RawTable]] = field(default_factory=dict)
    files: frozenset[str] = frozenset()
    answered: tuple[str, ...] = ()


def read_exports(
    raw: Path, encodings: Mapping[str, str], prefix: str = "", given: Given | None = None
) -> Exports:
    """The tables among the files of a folder; `prefix` is put before the files' names."""
    given = given or Given()
    exports = Exports()
    for name, tables in given.found.items():
        exports.found[name] += tables
    for path in (path for path in _files(raw) if path.name not in given.files):
        table = table_named(path.stem)
        _read(path, table, TABLES, prefix, encodings.get(table, ""), exports)
    for name in _in_subfolders(raw):
        exports.ignored.append(f"{prefix}{name} (exports are not looked for in subfolders)")
    return exports


def read_benchmarks(raw: Path, exports: Exports, encoding: str) -> None:
    """Add the benchmarks in `raw`/benchmarks, and those that come with the workbook.

    A file of the user takes the place of ours of the same name: who copied it has it once.
    """
    files = {path.name: path for place in (SHIPPED, raw / BENCHMARKS) for path in _files(place)}
    for name in sorted(files):
        _read(files[name], BENCHMARKS, {BENCHMARKS}, f"{BENCHMARKS}/", encoding, exports)


def peer_folders(raw: Path) -> list[Path]:
    """The folders of raw peers, each of which is a folder of exports itself."""
    folders = (raw / BENCHMARKS).iterdir() if (raw / BENCHMARKS).is_dir() else ()
    return sorted(path for path in folders if path.is_dir() and not path.name.startswith("."))


def inputs(raw: Path, mapped: Collection[Path] = ()) -> list[tuple[str, str]]:
    """Every file that what is made from `raw` may depend on: its name, and its hash if it is read.

    Of a file that is no table the name alone counts, for it is told, as are exports in subfolders;
    `mapped` are read by a map.
    """
    own = sorted([*raw.iterdir(), *(raw / BENCHMARKS).rglob("*")])
    named = [(spelled_out(path.relative_to(raw).as_posix()), path) for path in own]
    named += [(name, raw) for name in _in_subfolders(raw)]
    named += [(f"shipped {path.name}", path) for path in _files(SHIPPED)]
    return [(name, _hash(path, is_read=path in mapped)) for name, path in named]


def _hash(path: Path, *, is_read: bool) -> str:
    """SHA-256 of a file that is or may be read, nothing of any other."""
    suffix = path.suffix.lower()
    in_benchmarks = BENCHMARKS in path.parts[-3:-1]
    is_table = suffix == ".xlsx" or bool(table_named(path.stem)) or in_benchmarks
    try:
        may_be = suffix in NOT_DATA or (suffix in READ and is_table)
        if not_a_file(path) or not (is_read or may_be):
            return ""
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""  # whoever reads it says why it cannot be


def table_named(name: str) -> str:
    """The table that a file or sheet called `name` holds, such as projects_2025; or nothing."""
    plain = normalised(name)
    matches = [table for table in TABLES if re.fullmatch(rf"{table}(?:[_.-].*)?", plain)]
    return max(matches, key=len, default="")


def table_meant(ignored: str, absent: Iterable[str]) -> str:
    """The table, of those that are not there, that a file or sheet left aside may be; or none.

    So may baseline.csv, basleines.csv, baselines.txt and "2026-03 baselines.csv".
    """
    name = ignored.partition(" (")[0]
    file, _, sheet = name.partition(" sheet ")
    path = PurePath(file.lower())
    if path.suffix not in MAY_HOLD:
        return ""
    words = re.split(r"[\W\d]+", normalised(sheet or path.name.partition(".")[0]))
    own = [word.strip("_") for word in words]
    return next((table for table in absent if any(_names(word, table) for word in own)), "")


def _names(word: str, table: str) -> bool:
    return f"_{table}_" in f"_{word}_" or bool(slip_of(word, [table]))


def _files(folder: Path) -> Iterator[Path]:
    """What stands in a folder, but settings, notes and what is hidden; folders only as exports."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        suffix = path.suffix.lower()
        is_aside = path.name.startswith((".", "~$")) or suffix in NOT_DATA
        if not (is_aside or (path.is_dir() and not (suffix in READ and table_named(path.stem)))):
            yield path


def _in_subfolders(raw: Path) -> Iterator[str]:
    """Exports that stand a folder too deep; what we wrote ourselves is none."""
    for folder in sorted(path for path in raw.iterdir() if path.is_dir()):
        is_ours = folder.name == BENCHMARKS or (folder.parent / "verdict.json").exists()
        if folder.name.startswith(".") or is_ours or (folder / "verdict.json").exists():
            continue
        for path in sorted(islice(folder.rglob("*"), LOOKED_THROUGH)):
            if path.suffix.lower() in READ and table_named(path.stem):
                yield spelled_out(path.relative_to(raw).as_posix())


def _read(
    path: Path,
    table: str,
    wanted: Collection[str],
    prefix: str,
    encoding: str,
    exports: Exports,
) -> None:
    suffix, name = path.suffix.lower(), f"{prefix}{spelled_out(path.name)}"
    if not (suffix == ".xlsx" or (suffix == ".csv" and table)):
        exports.ignored.append(name)
        return
    sheets: Sequence[tuple[str, RawTable | DataError]]
    try:
        if what := not_a_file(path):
            remedy = "Put the export there as a file, or rename it"
            raise DataError(f"is {what}, not a file", where=spelled_out(path.name), remedy=remedy)
        if suffix == ".csv":
            columns = frozenset(TABLES[table].column_names)
            sheets = [(table, read_csv(path, columns, encoding))]
        else:
            sheets = _sheets(path, table)
    except (DataError, OSError) as error:
        exports.errors[table].append(_told(error, path, prefix))
        return
    for sheet, cells in sheets:
        if isinstance(cells, DataError):
            exports.errors[sheet].append(_told(cells, path, prefix))
        elif sheet in wanted:
            exports.found[sheet].append(replace(cells, where=f"{prefix}{cells.where}"))
        else:
            exports.ignored.append(f"{prefix}{cells.where}")


def _told(error: DataError | OSError, path: Path, prefix: str) -> DataError:
    if isinstance(error, DataError):
        return DataError(error.what, where=f"{prefix}{error.where}", remedy=error.remedy)
    remedy = "Give whoever runs this the right to read it, or put another copy there"
    what = f"cannot be read ({error.strerror or error})"
    return DataError(what, where=f"{prefix}{spelled_out(path.name)}", remedy=remedy)


def _sheets(path: Path, table: str) -> list[tuple[str, RawTable | DataError]]:
    """Each sheet with the table it holds, or with nothing; errors only of sheets that hold one."""
    sheets = read_workbook(path, ALL_COLUMNS)
    if not sheets:
        where = spelled_out(path.name)
        raise DataError("is empty", where=where, remedy="Export it again, or remove the file")
    # a workbook named after a table may leave its only sheet as Excel called it
    otherwise = table if len(sheets) == 1 else ""
    named = [(table_named(title) or otherwise, cells) for title, cells in sheets.items()]
    return [(name, cells) for name, cells in named if name or isinstance(cells, RawTable)]

"""The maps that settings name, applied to a folder of raw exports: no second command is needed."""

import io
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipelines.maps.mapped import mapped
from pipelines.maps.snapshots import keeping
from pipelines.maps.source import MapSource, names, reader_named
from pipelines.reading.exports import Given, table_named
from pipelines.reading.headers import normalised
from pipelines.reading.readers import RawTable
from pipelines.sources import Imported
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import DataError, SettingsError, allowed_values
from pmo_lib.wording import counted

ALL = "*"  # every list that is not named after a table of ours
LISTS = {".csv", ".xlsx", ".xlsm"}
READ = LISTS | {".tsv", ".txt", ".xml", ".xer", ".pmxml"}


def reader_of(raw: Path, name: str) -> Any:
    """The reader that settings name: a map beside the exports, or one of those that we have.

    Raises SettingsError where there is none, or for what is wrong with the map.
    """
    if (raw / name).is_file():
        return MapSource.at(raw / name)
    if name in names():
        return reader_named(name)
    maps = sorted(path.name for path in raw.glob("*.yml") if path.name != "settings.yml")
    raise SettingsError(
        f"there is no map {name!r}",
        where=f"{raw / 'settings.yml'}: map",
        remedy=f"Make one by pmo map FILE --to {raw / 'map.yml'}. "
        + allowed_values(name, [*maps, *names()]),
    )


def map_files(raw: Path, maps: Mapping[str, str]) -> list[Path]:
    """The files of the maps of one's own."""
    return [raw / name for name in dict.fromkeys(maps.values()) if (raw / name).is_file()]


def claimed(raw: Path, maps: Mapping[str, str]) -> dict[str, list[Path]]:
    """The files that each map is for; a file belongs to the first pattern that fits its name."""
    found: dict[str, list[Path]] = {name: [] for name in maps.values()}
    for path in sorted(raw.iterdir()) if maps and raw.is_dir() else ():
        if path.suffix.lower() in READ and not path.name.startswith((".", "~$")):
            for pattern, name in maps.items():
                is_list = path.suffix.lower() in LISTS and not table_named(path.stem)
                if fnmatch(path.name.lower(), pattern.lower()) and (pattern != ALL or is_list):
                    found[name].append(path)
                    break
    return found


def given(raw: Path, maps: Mapping[str, str], prefix: str = "") -> Given:
    """The tables that the maps make of the folder's files; `prefix` is put before their names.

    Raises DataError where no file is there for a map, or a file lacks a heading that must be there.
    """
    tables: dict[str, list[RawTable]] = {}
    files: list[str] = []
    for name, paths in claimed(raw, maps).items():
        if not paths:
            patterns = [pattern for pattern, of in maps.items() if of == name]
            raise DataError(
                f"no file is there for the map {name}, that is none called {' or '.join(patterns)}",
                where=str(raw),
                remedy="Put the export there, or mend map: in settings.yml. A file that is named "
                "after a table of ours needs a pattern of its own, such as map: "
                f"{{projects.xlsx: {name}}}",
            )
        reader = reader_of(raw, name)
        if isinstance(reader, MapSource):
            made = mapped(reader.declared, paths, name)
            found, used = made.found, made.used
        else:
            found, used = _as_raw(reader.read(paths), paths), tuple(paths)
        for table, raws in found.items():
            tables.setdefault(table, []).extend(
                keeping(r, where=f"{prefix}{r.where}") for r in raws
            )
        files += [path.name for path in used]
    return Given(tables, frozenset(files), tuple(_answered(tables)))


def _answered(tables: Mapping[str, list[RawTable]]) -> Iterator[str]:
    """What need not be asked of columns that a map has left aside."""
    for name, raws in tables.items():
        for column in dict.fromkeys(str(each) for raw in raws for each in raw.cells):
            if column not in TABLES[name].column_names:
                yield f"header {name}.{normalised(column)}"
                yield f"left_aside {name}.{normalised(column)}"


def _as_raw(imported: Imported, paths: list[Path]) -> dict[str, list[RawTable]]:
    """The tables of a source as text; their lines are the rows of the tables.

    Amounts name the currency that the files say: another than ours is refused where it is read.
    """
    digest = sha256(b"".join(sha256(path.read_bytes()).digest() for path in paths)).hexdigest()
    where = ", ".join(path.name for path in paths[:3]) + (" …" if len(paths) > 3 else "")
    told = [("source", f"says: {note}") for note in imported.notes]
    if count := len(imported.unread):
        reasons = "; ".join(imported.unread["reason"].unique()[:3])
        told.append(("unread", f"holds {counted(count, 'cell')} that cannot be read: {reasons}"))
    found: dict[str, list[RawTable]] = {}
    for name, rows in imported.tables.items():
        text = io.StringIO(rows.to_csv(index=False, date_format="%Y-%m-%d"))
        cells = pd.read_csv(text, dtype="str", keep_default_na=False)
        if currency := imported.settings.get("currency"):
            for column in (c.name for c in TABLES[name] if c.kind == "money" and c.name in cells):
                cells[column] = cells[column].where(
                    cells[column] == "", f"{currency} " + cells[column]
                )
        lines = np.arange(1, len(cells) + 1, dtype=np.int64)
        raw = RawTable(f"{where} as {name}", digest, "", cells, lines, cells.shape[1])
        found[name] = [keeping(raw, told=() if found else tuple(told))]
    return found

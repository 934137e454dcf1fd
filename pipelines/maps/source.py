"""A map as a source of `pmo import`: files become our tables, and a list of what was unreadable."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipelines.maps.declared import Map, read_map
from pipelines.maps.mapped import mapped
from pipelines.maps.money import named
from pipelines.maps.taken import as_given
from pipelines.reading.conventions import Conventions
from pipelines.reading.loaded import without
from pipelines.reading.parse import parse
from pipelines.reading.readers import RawTable
from pipelines.reading.rows import not_rows
from pipelines.sources import SOURCES, UNREAD_COLUMNS, Imported, Source, source
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import DataError, PmoError, allowed_values
from pmo_lib.wording import counted

SHIPPED = Path(__file__).with_name("shipped")


@dataclass(frozen=True)
class MapSource:
    """A map, and what it is called in messages."""

    declared: Map
    where: str

    @classmethod
    def at(cls, path: Path) -> "MapSource":
        """The map in a file; raises SettingsError for what is wrong with it."""
        return cls(read_map(path), path.name)

    def read(self, files: Sequence[Path]) -> Imported:
        """The tables of the files; raises DataError as `mapped` does."""
        found = mapped(self.declared, files, self.where)
        unread: list[dict[str, object]] = []
        tables = {}
        notes: list[str] = []
        seen: set[str] = set()
        settings = dict(self.declared.settings)
        currency = str(settings.get("currency", ""))
        for name, raws in found.found.items():
            parts = []
            for raw in raws:
                seen |= _currencies(name, raw)
                rows = _typed(name, raw, unread, currency)
                none = not_rows(TABLES[name], rows)
                notes += _told(name, raw, none)
                parts.append(without(rows, none.index))
            tables[name] = pd.concat(parts, ignore_index=True)
        aside = {
            str(column): None
            for name, raws in found.found.items()
            for raw in raws
            for column in raw.cells
            if column not in TABLES[name].column_names
        }
        if aside:
            notes.append(f"{counted(len(aside), 'column')} without a place: {', '.join(aside)}")
        if not currency and len(seen) == 1:
            settings |= {"currency": seen.pop()}
        elif not currency and seen:
            raise DataError(
                f"amounts are in {' and '.join(sorted(seen))}, which are never added",
                where=", ".join(path.name for path in files),
                remedy=f"Write one into {self.where}, such as settings: {{currency: EUR}}: those "
                "in another are then listed as unread",
            )
        listed = pd.DataFrame(unread, columns=list(UNREAD_COLUMNS))
        return Imported(tables, listed, tuple(notes), settings)


def shipped() -> dict[str, Path]:
    """The maps that come with the workbook, by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.yml"))}


def names() -> list[str]:
    """The names of all sources: modules of ours, and maps that come with the workbook."""
    return [*SOURCES, *shipped()]


def reader_named(name: str) -> Source:
    """The source called `name`; PmoError names those there are."""
    if name in shipped():
        return MapSource.at(shipped()[name])
    if name in SOURCES:
        return source(name)
    raise PmoError(f"there is no source {name!r}", remedy=allowed_values(name, names()))


def _told(name: str, raw: RawTable, no_rows: pd.Series) -> Iterator[str]:
    """What a reader of the file would not expect, and which rows are none of the table's."""
    yield from (f"{raw.where} {told}" for _, told in raw.told)
    for line, why in zip(raw.lines[no_rows.index], no_rows, strict=True):
        yield f"{raw.where} line {line}, no row of {name}: it {why}"


def _currencies(name: str, raw: RawTable) -> set[str]:
    money = [c.name for c in TABLES[name] if c.kind == "money" and c.name in raw.cells]
    return {code for column in money for code in named("", raw.cells[column].unique().tolist())}


def _typed(
    name: str, raw: RawTable, unread: list[dict[str, object]], currency: str
) -> pd.DataFrame:
    """The typed rows of one file; each cell that cannot be read is added to `unread`."""
    table = TABLES[name]
    records = raw.cells[table.key[0]]
    unread += [
        {
            "file": raw.where, "line": line, "record": "", "column": "",
            "value": " | ".join(row), "reason": f"has {len(row)} cells, the headings {raw.width}; "
            "is a separator or a quote missing?",
        }
        for line, row in raw.ragged
    ]  # fmt: skip
    columns: dict[str, pd.Series] = {}
    for column in table:
        if column.name not in raw.cells:
            columns[column.name] = pd.Series(index=raw.cells.index, dtype=column.pandas_type)
            continue
        text = raw.cells[column.name]
        parsed = parse(column, text, Conventions(currency=currency))
        problems = dict(parsed.problems) | dict(_not_allowed(parsed.typed, column.allowed))
        columns[column.name] = parsed.typed.mask(parsed.typed.index.isin(list(problems)))
        for at, reason in problems.items():
            value, why = as_given(text.iloc[at])
            unread.append({
                "file": raw.where, "line": int(raw.lines[at]), "record": records.iloc[at],
                "column": f"{name}.{column.name}", "value": value, "reason": why or reason,
            })  # fmt: skip
    return pd.DataFrame(columns)


def _not_allowed(typed: pd.Series, allowed: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The cells with a word that our column does not know, each with what to do."""
    if allowed:
        reason = f"is none of {', '.join(allowed)}; add it to words: in the map"
        for at in typed.index[typed.notna() & ~typed.isin(allowed)]:
            yield int(at), reason

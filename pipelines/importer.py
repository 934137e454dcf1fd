"""pmo import: another tool's files become our tables as CSV, with a list of what was unreadable."""

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import yaml

from pipelines.configuration import configured
from pipelines.files import not_a_file, replaced_folder
from pipelines.reading.currencies import may_be
from pipelines.sources import Imported, Source
from pipelines.spreadsheet import write_csv
from pmo_lib.errors import DataError, raise_all

UNREAD = "unread"
SUMS = "SHA256SUMS"  # of the tables as they were written


def import_files(
    reader: Source, name: str, files: Sequence[Path], to: Path, *, force: bool = False
) -> Imported:
    """Write the tables of `files` to the folder `to`, and unread cells to `to`/unread.

    Raises PmoError for unreadable files, a folder that holds other files, or tables of an earlier
    import that were changed since, unless `force` gives them up.
    """
    wrong = [(f"is {what}", path) for path in files if (what := not_a_file(path))]
    raise_all([DataError(w, where=f"{p}", remedy="Name the files themselves") for w, p in wrong])
    imported = reader.read(files)
    to = to.resolve()
    ours = [*(f"{table}.csv" for table in imported.tables), UNREAD]
    refuse_foreign_files(to, ours, to / UNREAD / f"{name}.csv")
    if not force:
        _refuse_changed(to)
    _refuse_other_currency(imported.settings, to)
    own = to / "settings.yml"
    settings = own.read_bytes() if own.is_file() else _as_yaml(imported.settings)
    with replaced_folder(to) as folder:
        for table, rows in imported.tables.items():
            write_csv(rows, folder / f"{table}.csv")
        unread = folder / UNREAD
        unread.mkdir()
        write_csv(imported.unread, unread / f"{name}.csv")
        sums = [f"{_hash(path)}  {path.name}\n" for path in sorted(folder.glob("*.csv"))]
        (unread / SUMS).write_text("".join(sums), encoding="utf-8")
        if settings:
            (folder / own.name).write_bytes(settings)
    return imported


def _refuse_other_currency(settings: Mapping[str, str | int], to: Path) -> None:
    """Raise DataError where the folder's own settings say another currency than the files."""
    said, ours = str(settings.get("currency", "")), ""
    if said and (to / "settings.yml").is_file():
        ours = configured(to).currency
    if ours and not may_be(said, ours):
        raise DataError(
            f"the files' amounts are in {said}, and currency in settings.yml is {ours}",
            where=str(to),
            remedy=f"Write currency: {said} there, import into another folder, or convert them",
        )


def _refuse_changed(to: Path) -> None:
    """Raise DataError where a table of the last import is not as it was written."""
    sums = to / UNREAD / SUMS
    lines = sums.read_text(encoding="utf-8").splitlines() if sums.is_file() else []
    written = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    changed = [name for name, digest in written.items()
               if (to / name).is_file() and _hash(to / name) != digest]  # fmt: skip
    if changed:
        raise DataError(
            f"{', '.join(changed)} changed since the last import, perhaps by hand",
            where=str(to),
            remedy="Name another folder, or add --force to give the changes up",
        )


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _as_yaml(settings: Mapping[str, str | int]) -> bytes:
    return yaml.safe_dump(dict(settings), allow_unicode=True).encode() if settings else b""


def refuse_foreign_files(folder: Path, ours: Collection[str], mark: Path) -> None:
    """Raise DataError unless `folder` is empty, or holds only `ours` and our `mark`.

    What a user has put there is neither mixed with ours nor replaced.
    """
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    foreign = sorted(there if not mark.exists() else there - {*ours, "settings.yml"})
    if foreign:
        raise DataError(
            f"the folder holds other files ({', '.join(foreign[:5])})",
            where=str(folder),
            remedy="Name an empty folder",
        )

"""A CSV file that a source gives, plain or compressed by gzip, as text cells; or a clear error."""

import gzip
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from pipelines.reading.readers import RawTable, read_csv
from pipelines.sources import UNREAD_COLUMNS
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import DataError, PmoError, raise_all
from pmo_lib.wording import shortened

MOST_BYTES = 1 << 30  # of what is packed; more is a bomb
MOST_LETTERS = 300  # of a cell that is listed as unread
_GZIP = b"\x1f\x8b"  # how such files begin


@dataclass(frozen=True)
class ExtractKind:
    """A kind of file: what it is called, its columns in small letters, and how to know it."""

    what: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    hint: str

    @property
    def remedy(self) -> str:
        return f"Give {self.what}, {self.hint}"

    @property
    def columns(self) -> tuple[str, ...]:
        return self.required + self.optional


def _said(words: pd.Series) -> str:
    return ", ".join(" ".join(text.split()) for text in words)


class Cells:
    """Text cells that are read column by column; whatever cannot be read is set aside.

    ``rows`` has the columns of the kind, and file and line; ``record`` are the columns that say
    which row it is, ``headings`` what the file calls them.
    """

    def __init__(
        self, rows: pd.DataFrame, *record: str, headings: Mapping[str, str] | None = None
    ) -> None:
        self.rows = rows
        self.headings = headings or {}
        self._record = list(record)
        self._unread: list[pd.DataFrame] = []

    def read(
        self,
        column: str,
        reader: Callable[[str], object],
        reason: str,
        silence: Callable[[str], str] = lambda _: "",
    ) -> pd.Series:
        """What `reader` makes of each text, None where it cannot read it.

        Listed with what the text itself says of its `silence`, else with the `reason`.
        """
        texts = self.rows[column]
        read = {text: reader(text) for text in texts.unique() if text}
        values = texts.map(read).astype("object")  # also where none could be read
        empty = values.isna() & (texts != "")
        self.set_aside(empty, column, texts[empty].map(lambda text: silence(text) or reason))
        return values

    def set_aside(self, where: pd.Series, column: str, reason: "str | pd.Series") -> None:
        """List the cells of a column that stay empty, or whose rows are left aside."""
        if not where.any():
            return
        cells = self.rows[where]
        self._unread.append(
            pd.DataFrame(
                {
                    "file": cells["file"],
                    "line": cells["line"],
                    "record": cells[self._record].agg(_said, axis=1),
                    "column": self.headings.get(column, column),
                    "value": [shortened(text, MOST_LETTERS) for text in cells[column]],
                    "reason": reason,
                }
            )
        )

    def unread(self, ragged: pd.DataFrame) -> pd.DataFrame:
        """All that was set aside and the rows of another width, in the order of the files."""
        unread = pd.concat([ragged, *self._unread], ignore_index=True)
        types = {name: "Int64" if name == "line" else "str" for name in UNREAD_COLUMNS}
        return unread.astype(types).sort_values(["file", "line"], kind="stable", ignore_index=True)


def read_extracts(
    paths: Sequence[Path], kind: ExtractKind
) -> tuple[list[pd.DataFrame], pd.DataFrame, list[str]]:
    """Each file's text cells with file and line; the rows of another width; what a user must know.

    A column that the kind names and the file has not is empty text, which is told where the kind
    can do without. Raises DataError, all mistakes together, for files that cannot be read or are
    of another kind.
    """
    if not paths:
        raise DataError("There is no file to read", remedy=kind.remedy)
    read, ragged, notes, errors = [], [], [], []
    for path in paths:
        try:
            raw = _of_the_kind(path, kind)
        except PmoError as error:
            errors.append(error)
            continue
        absent = {name: "" for name in kind.columns if name not in raw.cells}
        if absent:
            notes.append(f"{path.name} has no column {_absent(absent, raw, kind)}: left empty.")
        cells = raw.cells.apply(lambda texts: texts.str.strip()).assign(**absent)
        read.append(cells.assign(file=path.name, line=raw.lines))
        width = len(raw.cells.columns)
        ragged += [
            (path.name, line, "", "", " | ".join(row), f"{len(row)} cells under {width} headings")
            for line, row in raw.ragged
        ]
    raise_all(errors)
    return read, pd.DataFrame(ragged, columns=list(UNREAD_COLUMNS)), notes


def _of_the_kind(path: Path, kind: ExtractKind) -> RawTable:
    raw = _read(path, kind)
    missing = [name for name in kind.required if name not in raw.cells]
    if missing:
        raise DataError(
            f"the file is not {kind.what}: it has no column {_absent(missing, raw, kind)}",
            where=str(path),
            remedy=kind.remedy,
        )
    if raw.cells.empty:
        raise DataError("the file has headings but no rows", where=str(path), remedy=kind.remedy)
    return raw


def _absent(names: Iterable[str], raw: RawTable, kind: ExtractKind) -> str:
    """The columns that a file lacks, each with the heading of the file that is nearest to it."""
    free = {_words(name): name for name in map(str, raw.cells.columns) if name not in kind.columns}
    near = {name: get_close_matches(_words(name), free, n=1) for name in names}
    return ", ".join(
        f"{name} (is it {free[like[0]]}?)" if like else name for name, like in near.items()
    )


def _words(name: str) -> str:
    """The words of a heading in one order, for comparing."""
    return " ".join(sorted(name.split("_")))


def typed(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as the declared table: its columns in its order, in its types."""
    table = TABLES[name]
    frame = rows.reindex(columns=list(table.column_names))
    return frame.astype({column.name: column.pandas_type for column in table})


def _read(path: Path, kind: ExtractKind) -> RawTable:
    try:
        with TemporaryDirectory(prefix="pmo-import-") as folder:
            plain = path
            with path.open("rb") as stream:
                is_packed = stream.read(2) == _GZIP
            if is_packed:
                plain = Path(folder) / path.name
                _unpack(path, plain)
            return replace(read_csv(plain, frozenset(kind.required)), again=None)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(
            f"the compressed file is broken or cut short ({error})",
            where=str(path),
            remedy="Fetch the file again",
        ) from error
    except OSError as error:
        raise DataError(
            f"the file cannot be read: {error.strerror or error}",
            where=str(path),
            remedy=kind.remedy,
        ) from error
    except DataError as error:
        raise DataError(
            error.what, where=error.where, remedy=f"{error.remedy}. {kind.remedy}"
        ) from error


def _unpack(path: Path, plain: Path) -> None:
    with gzip.open(path) as packed, plain.open("wb") as unpacked:
        for block in iter(partial(packed.read, 1 << 20), b""):
            unpacked.write(block)
            if unpacked.tell() > MOST_BYTES:
                raise DataError(
                    f"the compressed file holds more than {MOST_BYTES:,} bytes",
                    where=str(path),
                    remedy="Unpack it and look",
                )

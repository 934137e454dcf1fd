"""Tables among the exports that commands add to, and that nothing ever changes: draws, pledges."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from pipelines.reading.readers import read_csv
from pipelines.spreadsheet import write_csv
from pmo_lib.errors import DataError, ParameterError, shown
from pmo_lib.wording import listed_names


def rows_so_far(file: Path, columns: Sequence[str], verb: str) -> pd.DataFrame:
    """The rows so far, every cell as it is written; none where there is no file yet.

    ParameterError without the folder, DataError where the file is not as `pmo <verb>` wrote it.
    """
    if not file.parent.is_dir():
        raise ParameterError(
            f"there is no folder {shown(str(file.parent))}",
            remedy="Name the exports' folder by --raw",
        )
    if not file.exists():
        return pd.DataFrame(columns=list(columns), dtype="str")
    found = read_csv(file, frozenset(columns))
    missing = [name for name in columns if name not in found.cells]
    if missing or found.ragged:
        lines = [f"line {line}" for line, _ in found.ragged]
        what = (
            f"lacks the columns {listed_names(missing)}" if missing else "has rows that do not fit"
        )
        raise DataError(
            f"it {what}", where=" ".join([str(file), *lines[:1]]),
            remedy=f"Put it back as pmo {verb} wrote it: its rows are added to and never changed",
        )  # fmt: skip
    return found.cells


def add(file: Path, before: pd.DataFrame, rows: pd.DataFrame) -> None:
    """The file with further rows: whole, or as it was before."""
    whole = file.with_name(f".{file.name}.new")
    write_csv(pd.concat([before, rows], ignore_index=True), whole)
    whole.replace(file)

"""What was assumed when a table was read, told as questions that settings may waive."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from pipelines.reading.conventions import Assumed
from pipelines.reading.readers import RawTable
from pipelines.reading.rows import REPLACED
from pmo_lib.contract.schema import Table
from pmo_lib.contract.verdict import Question, words_found
from pmo_lib.wording import counted

SHOWN = 5  # files, places or words that are named
EMPTY_LINES = 2  # or more: what stands beneath may be another list
OLD = re.compile(
    r"(?:^|[\W_])(?:old|backup|bak|copy|draft|template|archive|kopie|alt|entwurf|vorlage|copie|copia)"
    r"(?:[\W_]|$)",
    re.IGNORECASE,
)
MANY = 5  # amounts that have lost their digits
_REMEDIES = {
    "encoding": "Save it as 'CSV UTF-8', or name its encoding in settings.yml, such as "
    "encodings: {{{table}: cp1250}}",
    "hidden": "Delete what is not meant, or show it",
}


def questions_on(
    table: Table,
    raws: Sequence[RawTable],
    assumed: Mapping[str, Assumed],
    set_aside: pd.DataFrame,
) -> Iterator[Question]:
    """What was told by each file, assumed of its cells, and set aside of its rows."""
    yield from _of_files(table, raws)
    yield from _of_some_files(table, raws)
    yield from _of_old_files(table, raws)
    yield from _beneath(table, raws)
    yield from _of_cells(table, assumed)
    yield from _of_rows(table, set_aside)
    for name, column in assumed.items():
        if column.rounded:
            yield Question(
                "rounded",
                table.name,
                name,
                f"{counted(column.rounded, 'amount')} of {table.name}.{name} "
                f"{'are' if column.rounded > 1 else 'is'} written as a spreadsheet shows large "
                "numbers, such as 1.8E+05, and the digits that it does not show are lost",
                "Format the column as a number, and export it again",
                withholds=(f"{table.name}.{name}",) if column.rounded >= MANY else (),
            )
        if column.swapped:
            yield Question(
                "swapped",
                table.name,
                name,
                f"has a spreadsheet turned day and month round in {table.name}.{name}? Its true "
                "dates are all up to the 12th of a month, its texts all of later days",
                "Export it again as CSV and do not open it in a spreadsheet",
                withholds=(f"{table.name}.{name}",),
            )


def _of_files(table: Table, raws: Sequence[RawTable]) -> Iterator[Question]:
    checks = dict.fromkeys(check for raw in raws for check, _ in raw.told)
    for check in checks:
        said = [f"{raw.where} {text}" for raw in raws for name, text in raw.told if name == check]
        more = [f"and {len(said) - SHOWN:,} more"] if len(said) > SHOWN else []
        remedy = _REMEDIES.get(check, "").format(table=table.name)
        yield Question(check, table.name, "", "; ".join([*said[:SHOWN], *more]), remedy)


def _of_some_files(table: Table, raws: Sequence[RawTable]) -> Iterator[Question]:
    """Columns that some files of a table have and others lack: there they are empty."""
    lacking = {
        name: [raw.where for raw in raws if name not in raw.cells] for name in table.column_names
    }
    some = {name: files for name, files in lacking.items() if 0 < len(files) < len(raws)}
    if some:
        said = [f"{name} not in {', '.join(files[:2])}" for name, files in some.items()]
        more = f" and {len(said) - SHOWN:,} more" if len(said) > SHOWN else ""
        asks = (
            f"some files of {table.name} lack columns that others have: {'; '.join(said[:SHOWN])}"
        )
        yield Question("of_some_files", table.name, "", f"{asks}{more}", "Export all with the same")


def _of_old_files(table: Table, raws: Sequence[RawTable]) -> Iterator[Question]:
    """Files beside others of a table whose name says that they are no longer meant."""
    old = [raw.where for raw in raws if OLD.search(raw.where)]
    if 0 < len(old) < len(raws):
        are = "is a file" if len(old) == 1 else f"are {len(old):,} files"
        yield Question(
            "old_copy", table.name, "",
            f"{are} of {table.name} meant beside the others, whose name is that of an old copy or "
            f"a draft: {', '.join(old[:SHOWN])}",
            "Put it into another folder",
        )  # fmt: skip


def _beneath(table: Table, raws: Sequence[RawTable]) -> Iterator[Question]:
    """Rows at a file's end beneath several empty lines: they may be another list."""
    for raw in raws:
        gaps = np.flatnonzero(np.diff(raw.lines) > EMPTY_LINES)
        rows = len(raw.lines) - int(gaps[-1]) - 1 if raw.blank_rows and len(gaps) else 0
        if 0 < rows <= len(raw.lines) / 2:
            line = int(raw.lines[-rows])
            yield Question(
                "beneath", table.name, "",
                f"is what stands beneath empty lines another list; {raw.where} has "
                f"{counted(rows, 'row')} from line {line}, read as {table.name}",
                "Put each list on a sheet or into a file of its own",
            )  # fmt: skip
            return


def _of_cells(table: Table, assumed: Mapping[str, Assumed]) -> Iterator[Question]:
    nothing = {name: Counter(column.nothing) for name, column in assumed.items() if column.nothing}
    said = [f"{name} {words_found(dict(words.most_common(3)))}" for name, words in nothing.items()]
    if said:
        cells = sum(words.total() for words in nothing.values())
        yield Question(
            "nothing",
            table.name,
            "",
            f"{counted(cells, 'cell')} of {table.name} with a word for nothing "
            f"{'are' if cells > 1 else 'is'} read as empty: {', '.join(said)}",
            "Name the words under missing in settings.yml",
        )
    cut = {name: column.cut for name, column in assumed.items() if column.cut}
    if cut:
        yield Question(
            "offset",
            table.name,
            "",
            f"times with an offset are cut to the day that they are written in: {_counts(cut)}",
            "Name the zone whose days count in settings.yml, such as timezone: Europe/Berlin",
        )
    quoted = {name: column.quoted for name, column in assumed.items() if column.quoted}
    if quoted:
        what = "apostrophes that a spreadsheet puts before a text are taken off"
        yield Question("apostrophe", table.name, "", f"{what}: {_counts(quoted)}")


def _of_rows(table: Table, set_aside: pd.DataFrame) -> Iterator[Question]:
    is_replaced = set_aside["rule"] == REPLACED
    if is_replaced.any():
        yield Question(
            "several_a_month",
            table.name,
            "",
            f"{table.name} has several reports in a month: the last of the month stands for it, "
            f"{counted(int(is_replaced.sum()), 'earlier row')} left aside",
        )
    none = set_aside[~is_replaced]
    if len(none):
        places = [
            f"{file} line {line}" for file, line in zip(none["file"], none["line"], strict=True)
        ]
        reasons = ", ".join(none["rule"].unique())
        yield Question(
            "no_row",
            table.name,
            "",
            f"{counted(len(none), 'row')} of {table.name} left aside, because it {reasons}"
            if len(none) == 1
            else f"{len(none):,} rows of {table.name} left aside, because each {reasons}",
            examples=tuple(places),
        )


def _counts(cells: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {counted(count, 'time')}" for name, count in cells.items())

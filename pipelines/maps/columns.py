"""How well a column of a file can be read as one of ours, and how."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd
from rapidfuzz import fuzz

from pipelines.maps.file_column import ENOUGH, FileColumn, known, readable
from pipelines.maps.listed import plain
from pipelines.reading.conventions import Conventions
from pmo_lib.contract.schema import Column

MOST_SCORE = 10
NEAR = 0.82  # as alike a heading must be to one that we know
_PLAN = re.compile(
    r"\b(?:plan\w*|baseline\w*|approved|target|forecast\w*|scheduled|original\w*|expected|estimate\w*|"
    r"projected|budget\w*|revised|geplant\w*|soll|prevu\w*)\b"
)
_FACT = re.compile(r"\b(?:actual\w*|ist|spent|reel\w*)\b")
_FACTS = {"started_on", "finished_on", "actual_cost", "actual_date"}
_PLANS = {"start", "finish", "cost", "forecast_finish", "estimate_at_completion", "baseline_date"}


@dataclass(frozen=True)
class Fit:
    """How a column of the file would be read as one of ours, and how much of it can be."""

    share: float  # of its cells that can be read
    said: str
    dates: str = ""
    scale: float = 1.0
    words: tuple[tuple[str, str], ...] = ()
    pattern: str = ""  # the part of the cell that counts
    until: str = ""  # days after the list's are no facts
    is_doubtful: bool = False  # day or month first


def alike(column: FileColumn, ours: Column, headings: Sequence[str]) -> tuple[float, str]:
    """How much a heading is one of those known for our column, from 0 to 1, and in words."""
    full = plain(column.heading)
    if (_PLAN.search(full) and ours.name in _FACTS) or (_FACT.search(full) and ours.name in _PLANS):
        return 0.0, ""  # a plan is no fact, whatever else it is called
    for position, each in enumerate(dict.fromkeys([ours.name, *headings])):
        if plain(each) in (column.bare, full):
            return 1.0 - 0.002 * position, f"called {column.heading!r}"
    best = max(
        (fuzz.token_sort_ratio(column.bare, plain(each)) / 100 for each in [ours.name, *headings]),
        default=0.0,
    )
    return (best * 0.95, f"called nearly so: {column.heading!r}") if best >= 0.9 else (0.0, "")


@dataclass(frozen=True)
class Habits:
    """How a list writes: whether day or month is first, and its decimal mark, where told."""

    date_order: str = ""
    decimal_mark: Literal["", ".", ","] = ""


def habits(columns: Sequence[FileColumn]) -> Habits:
    """What some column of a list leaves no doubt of holds for all."""
    return Habits(order_of_dates(columns), _decimal_mark(columns))


def _decimal_mark(columns: Sequence[FileColumn]) -> Literal["", ".", ","]:
    """The mark by which more columns can be read, where that is only one."""
    seen = {mark for column in columns if (mark := column.decimal_mark)}
    return seen.pop() if len(seen) == 1 else ""


def fit(column: FileColumn, ours: Column, known_habits: Habits) -> Fit:
    """How the cells can be read as our column: words, dates, numbers or text."""
    if column.stated.empty:
        return Fit(1.0, "it is empty")
    if ours.kind in ("id", "text") and not ours.allowed:
        return _text(column, ours)
    if ours.allowed:
        found = _words(column, ours)
    elif ours.kind in ("date", "period"):
        found = _dated(column, ours, known_habits.date_order)
    else:
        found = _numeric(column, ours, known_habits.decimal_mark)
    said = [found.said, *(["of ranges the middle"] if column.pattern else [])]
    if column.sentences:
        said.append(f"{column.sentences} texts left unread")
    return replace(found, said=", ".join(said), pattern=column.pattern)


def _words(column: FileColumn, ours: Column) -> Fit:
    ways = {plain(word): word for word in ours.allowed}
    for word, others in known()["words"].get(ours.name, {}).items():
        ways |= {plain(other): word for other in others if plain(other) not in ours.allowed}
    ways |= {plain(word): word for word in ours.allowed}
    found = {cell: ways.get(plain(cell), "") for cell in column.stated.index}
    share = float(sum(n for cell, n in column.stated.items() if found[cell]) / column.stated.sum())
    own = {normal(word) for word in ours.allowed}
    values = tuple((cell, word) for cell, word in found.items() if word and normal(cell) not in own)
    return Fit(share, f"{share:.0%} are words for {', '.join(ours.allowed[:3])} …", words=values)


def is_fact(heading: str) -> bool:
    """Whether a heading says that it tells what happened, such as Actual Finish."""
    return _FACT.search(plain(heading)) is not None


def normal(word: str) -> str:
    return "_".join(word.lower().split())


def _dated(column: FileColumn, ours: Column, date_order: str) -> Fit:
    formats = column.date_formats
    if not formats:
        if ours.kind == "period":
            share = readable(column.stated, ours, Conventions())
            return Fit(share, f"{share:.0%} are months")
        return Fit(0.0, "its cells are no dates")
    if "" in formats:
        return Fit(1.0, "its cells are dates")
    sure = _some(formats, "certain")
    day, month = _some(formats, "day"), _some(formats, "month")
    if not sure and day and month:
        chosen = {"day": day, "month": month}.get(date_order)
        if chosen is None:
            return Fit(
                1.0,
                "dates, but day or month may be first: say dates: '%d/%m/%Y' or '%m/%d/%Y'",
                is_doubtful=True,
            )
        return Fit(1.0, f"dates, {date_order} first as in other columns", dates=chosen[0])
    best = (sure or day or month)[0]
    return Fit(1.0, f"dates written {best}", dates=best)


def _numeric(column: FileColumn, ours: Column, mark: Literal["", ".", ","]) -> Fit:
    share, scale = column.number_share(mark), column.scale if ours.kind == "money" else 1.0
    if share < ENOUGH <= min(column.number_share("."), column.number_share(",")):
        return Fit(1.0, "numbers, but 1,300 may be a decimal: say decimal_mark", is_doubtful=True)
    if ours.kind == "share":
        share = readable(column.stated, ours, Conventions())
        values = pd.to_numeric(column.stated.index.to_series().str.rstrip("% "), errors="coerce")
        is_percent = bool((values > 1).any()) and not column.stated.index.str.contains("%").any()
        if is_percent and values.max() <= 100 and values.max() > 5:
            scale = 0.01
    if ours.kind in ("share", "money") and _are_scores(column, scale):
        return Fit(0.0, "its cells are scores")
    said = f"{share:.0%} are numbers" + (f", taken times {scale:g}" if scale != 1 else "")
    return Fit(share, said, scale=scale)


def _are_scores(column: FileColumn, scale: float) -> bool:
    """Whether all cells are small whole numbers, some above 1, such as 1 to 5."""
    values = pd.to_numeric(column.stated.index.to_series(), errors="coerce")
    whole = (values % 1 == 0) & values.between(0, MOST_SCORE)
    return bool(scale == 1 and whole.all() and values.max() > 1)


def _text(column: FileColumn, ours: Column) -> Fit:
    count, kinds = int(column.counts.sum()), len(column.counts)
    if ours.kind == "id":
        share = 1.0 if column.counts.index.str.len().max() <= 60 else 0.0
        return Fit(share, f"{kinds} different values")
    if column.letters_share < ENOUGH or column.date_formats:
        return Fit(0.0, "its cells are no words")
    if ours.name in ("department", "category") and count >= 10 and kinds > 0.7 * count:
        return Fit(0.0, "nearly every row has another value")
    return Fit(1.0, f"{kinds} different values")


def order_of_dates(columns: Iterable[FileColumn]) -> str:
    """Whether day or month stands first, where some column leaves no doubt: day, month or ""."""
    seen = set()
    for column in columns:
        formats = column.date_formats
        day, month = bool(_some(formats, "day")), bool(_some(formats, "month"))
        if day != month and not _some(formats, "certain"):
            seen.add("day" if day else "month")
    return seen.pop() if len(seen) == 1 else ""


def _some(formats: Sequence[str], order: str) -> list[str]:
    return [each for each in formats if each in known()["dates"][order]]

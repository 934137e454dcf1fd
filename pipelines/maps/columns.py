"""What a column of a file holds: how well it can be read as each of ours, and how."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import yaml
from rapidfuzz import fuzz

from pipelines.maps.listed import plain
from pipelines.reading.conventions import Conventions
from pipelines.reading.parse import parse
from pmo_lib.contract.schema import Column

ENOUGH = 0.95  # of a column's cells must be readable as ours
NEAR = 0.82  # as alike a heading must be to one that we know
_SAMPLE = 2_000  # distinct cells looked at
_CERTAIN = r"\d[{0}](?:\d{{1,2}}|\d{{4,}})\D*$|\d[{1}]\d{{3}}[{0}]\d"
_NUMBER = Column("number", "number", "")
_LONGEST = 30  # letters of a word for nothing
_FIRST = 30  # of them, to choose what to try on all
_MONEY = "gbp|eur|usd|chf|aud|cad"
_UNITS = tuple(
    (re.compile(pattern, re.I), size)
    for pattern, size in (
        (rf"[£€$¥]\s?k\b|\bk\s?[£€$¥]|\b(?:{_MONEY})\s?k\b|\bk(?:{_MONEY})\b", 1e3),
        (r"(?<![\d.,])['’]?000s?\b|\bthousands?\b|\btsd\b|\bt€", 1e3),
        (rf"[£€$¥]\s?mn?\b|\bmn?\s?[£€$¥]|\b(?:{_MONEY})\s?mn?\b|\bm(?:{_MONEY})\b", 1e6),
        (r"\bmillions?\b|\bmn\b|\bmio\b", 1e6),
        (r"[£€$¥]\s?bn\b|\bbillions?\b|\bmrd\b", 1e9),
    )
)
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
    is_doubtful: bool = False  # day or month first


@dataclass(frozen=True)
class FileColumn:
    """A column of a file: its heading, and its cells without the words for nothing."""

    heading: str
    text: pd.Series

    @cached_property
    def filled(self) -> pd.Series:
        cells = self.text.str.strip()
        empty = {cell: is_nothing(cell) for cell in cells.unique()}
        return cells[~cells.map(empty)]

    @cached_property
    def counts(self) -> pd.Series:
        most = self.text.str.strip().value_counts().head(_SAMPLE)
        return most[[not is_nothing(cell) for cell in most.index]]

    @cached_property
    def bare(self) -> str:
        """The heading as it is compared, without what stands in brackets."""
        outside = re.sub(r"[(\[{].*?[)\]}]", " ", self.heading)
        for pattern, _ in _UNITS:
            outside = pattern.sub(" ", outside)
        return re.sub(r"[%£€$]", " ", plain(outside)).strip() or plain(self.heading)

    @property
    def scale(self) -> float:
        return next((size for pattern, size in _UNITS if pattern.search(self.heading)), 1.0)

    @cached_property
    def date_formats(self) -> tuple[str, ...]:
        """The formats that read nearly all cells; empty text where all are ISO dates."""
        few = self.counts.head(_FIRST)
        digits = few.index.str.contains(r"\d.*\d", regex=True)
        if few.empty or few[digits].sum() < 0.8 * few.sum() or few.index.str.len().min() < 6:
            return ()
        if _dates(self.counts, "") >= ENOUGH:
            return ("",)
        every = chain.from_iterable(known()["dates"].values())
        likely = [each for each in every if _dates(few, each) >= 0.8]
        return tuple(each for each in likely if _dates(self.counts, each) >= ENOUGH)

    def number_share(self, mark: Literal["", ".", ","] = "") -> float:
        return _read(self.counts, _NUMBER, Conventions(decimal_mark=mark))

    @cached_property
    def decimal_mark(self) -> Literal["", ".", ","]:
        """The mark that some cell leaves no doubt of, such as 90.5 or 1,300.25, and none denies."""
        if self.date_formats or self.letters_share > 1 - ENOUGH:
            return ""
        point, comma = (
            bool(self.counts.index.str.contains(pattern, regex=True).any())
            for pattern in (_CERTAIN.format(".", ","), _CERTAIN.format(",", "."))
        )
        return "" if point == comma else "." if point else ","

    @cached_property
    def letters_share(self) -> float:
        has = self.counts.index.str.contains(r"[^\W\d_]{2}", regex=True)
        return float(self.counts[has].sum() / max(self.counts.sum(), 1))


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
    if column.counts.empty:
        return Fit(1.0, "it is empty")
    if ours.allowed:
        return _words(column, ours)
    if ours.kind in ("date", "period"):
        return _dated(column, ours, known_habits.date_order)
    if ours.kind in ("money", "number", "integer", "share"):
        return _numeric(column, ours, known_habits.decimal_mark)
    return _text(column, ours)


def _words(column: FileColumn, ours: Column) -> Fit:
    ways = {plain(word): word for word in ours.allowed}
    for word, others in known()["words"].get(ours.name, {}).items():
        ways |= {plain(other): word for other in others if plain(other) not in ours.allowed}
    ways |= {plain(word): word for word in ours.allowed}
    found = {cell: ways.get(plain(cell), "") for cell in column.counts.index}
    share = float(sum(n for cell, n in column.counts.items() if found[cell]) / column.counts.sum())
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
            share = _read(column.counts, ours, Conventions())
            return Fit(share, f"{share:.0%} are months")
        return Fit(0.0, "its cells are no dates")
    if "" in formats:
        return Fit(1.0, "its cells are dates")
    sure = _some(formats, "certain")
    day, month = _some(formats, "day"), _some(formats, "month")
    if not sure and day and month:
        chosen = {"day": day, "month": month}.get(date_order)
        if chosen is None:
            return Fit(1.0, "dates, but day or month may be first", is_doubtful=True)
        return Fit(1.0, f"dates, {date_order} first as in other columns", dates=chosen[0])
    best = (sure or day or month)[0]
    return Fit(1.0, f"dates written {best}", dates=best)


def _numeric(column: FileColumn, ours: Column, mark: Literal["", ".", ","]) -> Fit:
    share, scale = column.number_share(mark), column.scale if ours.kind == "money" else 1.0
    if share < ENOUGH <= min(column.number_share("."), column.number_share(",")):
        return Fit(1.0, "numbers, but 1,300 may be a decimal: say decimal_mark", is_doubtful=True)
    if ours.kind == "share":
        share = _read(column.counts, ours, Conventions())
        values = pd.to_numeric(column.counts.index.to_series().str.rstrip("% "), errors="coerce")
        is_percent = bool((values > 1).any()) and not column.counts.index.str.contains("%").any()
        if is_percent and values.max() <= 100 and values.max() > 5:
            scale = 0.01
    said = f"{share:.0%} are numbers" + (f", taken times {scale:g}" if scale != 1 else "")
    return Fit(share, said, scale=scale)


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


def is_nothing(cell: str) -> bool:
    """Whether a cell is empty, or holds a word for nothing, such as TBC."""
    if not cell or len(cell) > _LONGEST:
        return not cell
    return plain(cell) in _nothing() or cell.casefold() in _nothing()


@cache
def _nothing() -> frozenset[str]:
    words = known()["nothing"]
    return frozenset([*(plain(w) for w in words), *(w.casefold() for w in words)]) - {""}


def _some(formats: Sequence[str], order: str) -> list[str]:
    return [each for each in formats if each in known()["dates"][order]]


@cache
def known() -> Mapping[str, Any]:
    """The headings and words of `synonyms.yml`."""
    path = Path(__file__).with_name("synonyms.yml")
    found: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def _dates(counts: pd.Series, date_format: str) -> float:
    return _read(counts, Column("date", "date", ""), Conventions(date_format=date_format))


def _read(counts: pd.Series, ours: Column, conventions: Conventions) -> float:
    """The share of cells that can be read; `counts` is how often each stands there."""
    text = pd.Series(counts.index.astype("str"), dtype="str")
    typed = parse(replace(ours, low=None, high=None), text, conventions).typed
    return float(counts[typed.notna().to_numpy()].sum() / max(counts.sum(), 1))

"""A column of a file: its heading, what its cells state, and how they are written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import yaml

from pipelines.maps.listed import plain
from pipelines.reading.conventions import Conventions
from pipelines.reading.parse import parse
from pmo_lib.contract.schema import Column

ENOUGH = 0.95  # of a column's cells must be readable as ours
_SAMPLE = 2_000  # distinct cells looked at
_CERTAIN = r"\d[{0}](?:\d{{1,2}}|\d{{4,}})\D*$|\d[{1}]\d{{3}}[{0}]\d"
_NUMBER = Column("number", "number", "")
# of the low, middle and high figure of a range: Low: 304.6, Mid: 331.5, High: 340
MIDDLE = r"(?i)\b(?:Mid|P50):\s*([-\d/.]+(?:,\d{3})*(?:\.\d+)?)"
_SENTENCE = r"(?:[^\W\d_]{3,}\W.*?){2}[^\W\d_]{3,}"  # such as why nothing is stated
MOST_SENTENCES = 1 / 3
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
    def pattern(self) -> str:
        """The part of a cell that counts, where some are ranges: the middle one."""
        middle = self.counts.index.to_series().str.extract(MIDDLE, expand=False)
        return MIDDLE if middle.notna().any() else ""

    @cached_property
    def stated(self) -> pd.Series:
        """The counts without sentences, where these are few, and of ranges the middle figure."""
        is_sentence = self.counts.index.str.contains(_SENTENCE, regex=True)
        is_sentence &= self.counts.index.str.len() > _LONGEST - 5
        cells = self.counts.index.to_series()
        if self.pattern:
            part = cells.str.extract(self.pattern, expand=False)
            is_sentence &= part.isna().to_numpy()
            cells = part.fillna(cells)
        few = self.counts[is_sentence].sum() <= MOST_SENTENCES * self.counts.sum()
        kept = self.counts.set_axis(cells)[~is_sentence if few else slice(None)]
        return kept.groupby(level=0, sort=False).sum() if self.pattern else kept

    @property
    def sentences(self) -> int:
        return int(self.counts.sum() - self.stated.sum())

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
        few = self.stated.head(_FIRST)
        digits = few.index.str.contains(r"\d.*\d", regex=True)
        if few.empty or few[digits].sum() < 0.8 * few.sum() or few.index.str.len().min() < 6:
            return ()
        if _dates(self.stated, "") >= ENOUGH:
            return ("",)
        every = chain.from_iterable(known()["dates"].values())
        likely = [each for each in every if _dates(few, each) >= 0.8]
        return tuple(each for each in likely if _dates(self.stated, each) >= ENOUGH)

    def number_share(self, mark: Literal["", ".", ","] = "") -> float:
        return readable(self.stated, _NUMBER, Conventions(decimal_mark=mark))

    @cached_property
    def decimal_mark(self) -> Literal["", ".", ","]:
        """The mark that some cell leaves no doubt of, such as 90.5 or 1,300.25, and none denies."""
        if self.date_formats or self.letters_share > 1 - ENOUGH:
            return ""
        point, comma = (
            bool(self.stated.index.str.contains(pattern, regex=True).any())
            for pattern in (_CERTAIN.format(".", ","), _CERTAIN.format(",", "."))
        )
        return "" if point == comma else "." if point else ","

    @cached_property
    def letters_share(self) -> float:
        has = self.stated.index.str.contains(r"[^\W\d_]{2}", regex=True)
        return float(self.stated[has].sum() / max(self.stated.sum(), 1))


def is_nothing(cell: str) -> bool:
    """Whether a cell is empty, or holds a word for nothing, such as TBC."""
    if not cell or len(cell) > _LONGEST:
        return not cell
    return plain(cell) in _nothing() or cell.casefold() in _nothing()


@cache
def _nothing() -> frozenset[str]:
    words = known()["nothing"]
    return frozenset([*(plain(w) for w in words), *(w.casefold() for w in words)]) - {""}


@cache
def known() -> Mapping[str, Any]:
    """The headings and words of `synonyms.yml`."""
    path = Path(__file__).with_name("synonyms.yml")
    found: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def _dates(counts: pd.Series, date_format: str) -> float:
    return readable(counts, Column("date", "date", ""), Conventions(date_format=date_format))


def readable(counts: pd.Series, ours: Column, conventions: Conventions) -> float:
    """The share of cells that can be read; `counts` is how often each stands there."""
    text = pd.Series(counts.index.astype("str"), dtype="str")
    typed = parse(replace(ours, low=None, high=None), text, conventions).typed
    return float(counts[typed.notna().to_numpy()].sum() / max(counts.sum(), 1))

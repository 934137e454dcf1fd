"""Text cells become typed values; what cannot be read is named, never guessed.

`parse` returns the values and, for every cell it could not read, the reason. Each distinct text is
read once.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from pipelines.reading import dates, numbers
from pipelines.reading.cells import in_ascii, is_nothing, no_value, plain
from pipelines.reading.conventions import Assumed, Conventions
from pipelines.reading.dates import BEYOND, FIRST_YEAR, LAST_YEAR
from pipelines.reading.numbers import MOST, Convention, Declared, UnreadableError
from pmo_lib.contract.schema import Column

Problems = dict[int, str]
UNKNOWN = "says that it is not known"
LEVELS = {
    "negligible", "minor", "very low", "low", "moderate", "medium", "major", "high", "very high",
    "severe", "critical", "rare", "unlikely", "possible", "likely", "almost certain",
}  # fmt: skip


@dataclass(frozen=True)
class Parsed:
    """Typed values, missing where empty or unreadable, and the reason for each unreadable one."""

    typed: pd.Series
    problems: Problems
    assumed: Assumed = field(default_factory=Assumed)


def parse(column: Column, text: pd.Series, conventions: Conventions) -> Parsed:
    """The text of a column as its declared type; `text` has a plain 0..n-1 index."""
    codes, distinct = _distinct(text)
    found = _read(column, distinct, conventions, np.bincount(codes, minlength=len(distinct)))
    typed, assumed = found.typed.take(codes).reset_index(drop=True), found.assumed
    if assumed.days is not None:
        assumed = replace(assumed, days=assumed.days.take(codes).reset_index(drop=True))
    if not found.problems:
        return Parsed(typed, {}, assumed)
    at = np.flatnonzero(np.isin(codes, list(found.problems)))
    return Parsed(typed, {int(row): found.problems[int(codes[row])] for row in at}, assumed)


def parse_files(
    column: Column, text: pd.Series, conventions: Conventions, ends: Sequence[int]
) -> Parsed:
    """The text of a column of several files, whose rows end at `ends`, the first being 0.

    Numbers whose decimal mark the others of a file must tell are read file by file.
    """
    is_number = column.kind not in ("id", "text", "date", "period")
    if len(ends) == 2 or not is_number or not numbers.have_marks(text):
        return parse(column, text, conventions)
    parts = [
        parse(column, text.iloc[start:end].reset_index(drop=True), conventions)
        for start, end in pairwise(ends)
    ]
    problems = {
        start + row: reason
        for part, start in zip(parts, ends, strict=False)
        for row, reason in part.problems.items()
    }
    nothing = sum((Counter(part.assumed.nothing) for part in parts), Counter[str]())
    quoted = sum(part.assumed.quoted for part in parts)
    rounded = sum(part.assumed.rounded for part in parts)
    typed = pd.concat([part.typed for part in parts], ignore_index=True)
    return Parsed(typed, problems, Assumed(nothing, quoted=quoted, rounded=rounded))


def _distinct(text: pd.Series) -> tuple[npt.NDArray[np.int64], pd.Series]:
    """Each row's number among the distinct texts, and these."""
    cells = pa.chunked_array(pa.array(text, pa.large_string(), from_pandas=True))
    encoded = cells.dictionary_encode(null_encoding="encode").combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):  # of no rows
        return np.array([], dtype=np.int64), text
    return encoded.indices.to_numpy(), pd.Series(encoded.dictionary, dtype="str")


def _read(
    column: Column, text: pd.Series, conventions: Conventions, counts: npt.NDArray[np.int64]
) -> Parsed:
    """Distinct texts as values; `counts` says how often each stands."""
    text = text.str.strip()
    if column.kind not in ("id", "text"):
        text = in_ascii(text)
    text, quoted = plain(text.where(text != ""))
    no_values = no_value(text, may_be_words=column.kind in ("id", "text"))
    nothing = is_nothing(text, conventions.missing, column.allowed)
    if column.need == "required":
        no_values = pd.concat([no_values, text[nothing].map(lambda _: UNKNOWN)])
    left = text.where(~nothing)
    if len(no_values):
        left = left.where(~left.index.isin(no_values.index))
    parsed = _typed(column, left, conventions, counts)
    told = text[nothing] if column.need != "required" else text[:0]
    words: Counter[str] = Counter()
    for word, count in zip(told, counts[told.index], strict=True):
        if word.lower() not in conventions.missing:
            words[word] += int(count)
    reasons = dict(zip(no_values.index.tolist(), no_values.tolist(), strict=True))
    assumed = replace(parsed.assumed, nothing=words, quoted=int(counts[quoted].sum()))
    return Parsed(parsed.typed, parsed.problems | reasons, assumed)


def _typed(
    column: Column, text: pd.Series, conventions: Conventions, counts: npt.NDArray[np.int64]
) -> Parsed:
    if column.name in conventions.scores:
        return _scored(text, conventions.scores[column.name])
    match column.kind:
        case "id" | "text":
            return Parsed(_words(column, text), {})
        case "date":
            return _dates(text, conventions, counts)
        case "period":
            return _periods(text, conventions, counts)
        case _:
            return _numbers(column, text, conventions, counts)


def _scored(text: pd.Series, meanings: Mapping[str, float]) -> Parsed:
    """What each score stands for; 2 and 2.0 are one score, and so are High and high."""
    by_score = {_score(score): value for score, value in meanings.items()}

    def read(cell: str) -> float:
        if _score(cell) not in by_score:
            raise UnreadableError(f"is none of the scores in settings.yml: {', '.join(meanings)}")
        return by_score[_score(cell)]

    none = pd.Series(index=text.index, dtype="float64")
    return _one_by_one(none, text.dropna(), read)


def _score(cell: str) -> str:
    try:
        return f"{float(cell):g}"
    except ValueError:
        return " ".join(cell.casefold().split())


def _words(column: Column, text: pd.Series) -> pd.Series:
    if not column.allowed:
        return text.astype("str")
    # A list of allowed words is forgiving in case and spaces, as headers are.
    plain = text.str.lower().str.replace(r"\s+", "_", regex=True).astype("str")
    spaced = {word.replace(" ", "_"): word for word in column.allowed if " " in word}
    return plain.replace(spaced) if spaced else plain


def _dates(text: pd.Series, conventions: Conventions, counts: npt.NDArray[np.int64]) -> Parsed:
    values, cut = dates.iso_days(text, conventions.timezone)
    unread = text[text.notna() & values.isna()]
    date_format, timezone = conventions.date_format, conventions.timezone
    by_format = unread.map(lambda cell: dates.written(cell, date_format, timezone)).dropna()
    others = unread.drop(index=by_format.index)
    reasons = dates.why_no_day(others.tolist(), date_format)
    texts = by_format.tolist() or dates.read_either_way(others.tolist())
    swapped = dates.swapped(values, texts)
    if len(by_format):
        read = pd.to_datetime(by_format).astype("datetime64[us]").reindex(values.index)
        values = values.where(read.isna(), read)
    beyond = (values.dt.year < FIRST_YEAR) | (values.dt.year > LAST_YEAR)
    problems = others.map(reasons).to_dict() | dict.fromkeys(text.index[beyond].to_list(), BEYOND)
    assumed = Assumed(cut=int(counts[cut].sum()), swapped=swapped)
    return Parsed(values.mask(beyond), problems, assumed)


def _periods(text: pd.Series, conventions: Conventions, counts: npt.NDArray[np.int64]) -> Parsed:
    months = dates.is_month(text)
    of_days = _dates(text.where(~months), conventions, counts)
    values = text.where(months).fillna(of_days.typed.dt.strftime("%Y-%m").astype("str"))
    years = pd.to_numeric(values.str.slice(0, 4))
    beyond = (years < FIRST_YEAR) | (years > LAST_YEAR)
    problems = {
        row: BEYOND if reason == BEYOND else dates.why_no_month(text[row])
        for row, reason in of_days.problems.items()
    } | dict.fromkeys(values.index[beyond].to_list(), BEYOND)
    several = of_days.typed.nunique() > values[of_days.typed.notna()].nunique()
    days = of_days.typed if several else None
    assumed = replace(of_days.assumed, days=days, swapped=False)
    return Parsed(values.mask(beyond).astype("str"), problems, assumed)


def _numbers(
    column: Column, text: pd.Series, conventions: Conventions, counts: npt.NDArray[np.int64]
) -> Parsed:
    plain = text.str.fullmatch(numbers.PLAIN).fillna(value=False)
    # a share of 1.000 is no thousand
    declared: Declared = conventions.decimal_mark or ("." if column.kind == "share" else "")
    others = text[~plain].dropna()
    convention = Convention.of(text[plain], others, declared, conventions.currency)
    if convention.comma:
        plain &= ~text.str.contains(".", regex=False).fillna(value=False)
    elif not convention.point:
        plain &= ~text.str.fullmatch(numbers.THOUSAND_OR_DECIMAL).fillna(value=False)
    values = pd.to_numeric(text.where(plain), errors="coerce").astype("float64")
    values = values.where(values.abs() <= MOST)

    def read(cell: str) -> float:
        if cell.endswith("%") and (column.kind == "share" or column.name in conventions.per_cent):
            share = convention.number(cell[:-1].strip())
            return share / 100 if column.kind == "share" else share
        if cell.endswith("%"):
            raise UnreadableError(
                "is not a number but a share; where it is one of the budget, say so under "
                "percent_complete in settings.yml"
            )
        if _score(cell) in LEVELS:
            raise UnreadableError(
                "is not a number; say what it stands for under scores in settings.yml"
            )
        return convention.number(cell)

    parsed = _one_by_one(values, text[text.notna() & values.isna()], read)
    if column.kind != "integer":
        with_e = text[text.str.contains("e", case=False).fillna(value=False)]
        rounded = with_e.index[[numbers.is_rounded(cell) for cell in with_e.tolist()]]
        return replace(parsed, assumed=Assumed(rounded=int(counts[rounded].sum())))
    fraction = parsed.typed[parsed.typed.notna() & (parsed.typed % 1 != 0)].index
    whole = parsed.typed.drop(index=fraction).reindex(parsed.typed.index)
    problems = parsed.problems | dict.fromkeys(fraction.to_list(), "is not a whole number")
    return Parsed(whole.astype("Int64"), problems)


def _one_by_one(values: pd.Series, unread: pd.Series, read: Callable[[str], float]) -> Parsed:
    """`values` completed by reading each text of `unread`."""
    found: dict[int, float] = {}
    problems: Problems = {}
    for row, cell in zip(unread.index.tolist(), unread.tolist(), strict=True):
        try:
            found[row] = read(cell)
        except UnreadableError as error:
            problems[row] = str(error)
    if found:
        values = values.copy()
        values.loc[list(found)] = list(found.values())
    return Parsed(values, problems)

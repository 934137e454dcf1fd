"""Text cells become typed values; what cannot be read is named, never guessed.

`parse` returns the values and, for every cell it could not read, the reason.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import pandas as pd

from pmo_lib.contract.schema import Column

DecimalMark = Literal[".", ","]
Problems = dict[int, str]

FIRST_YEAR, LAST_YEAR = 1950, 2100
BEYOND = f"is not from {FIRST_YEAR} to {LAST_YEAR}; leave the cell empty where there is no date"

LEVELS = {
    "negligible", "minor", "very low", "low", "moderate", "medium", "major", "high", "very high",
    "severe", "critical", "rare", "unlikely", "possible", "likely", "almost certain",
}  # fmt: skip
MOST = 2.0**53  # beyond it a floating-point number is no longer exact to one

_PLAIN = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_THOUSAND_OR_DECIMAL = r"[+-]?[1-9]\d{0,2}\.\d{3}"
_ISO_DATE = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_MONTH = r"\d{4}-(?:0[1-9]|1[0-2])"
_CODES = (
    "AED|AUD|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HKD|HUF|INR|JPY|KRW|MXN|NOK|NZD|PLN|RON|SAR|SEK|SGD|"
    "TRY|USD|ZAR"
)
_CURRENCY = re.compile(
    rf"^(?:[£$€¥]|(?:{_CODES})(?=[\s\d(+-]))|(?:[£$€¥]|(?<=[\s\d)])(?:{_CODES}))$"
)
_DIGITS = re.compile(r"\d[\d., ]*")
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009'’", " "))
_NUMERIC_DATE = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})")


@dataclass(frozen=True)
class Conventions:
    """How a table's files write dates and decimals, where their owner has said so.

    ``scores`` says by column what each score stands for.
    """

    date_format: str = ""
    decimal_mark: Literal["", ".", ","] = ""
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    per_cent: frozenset[str] = frozenset()  # amounts that may bear its sign


@dataclass(frozen=True)
class Parsed:
    """Typed values, missing where empty or unreadable, and the reason for each unreadable one."""

    typed: pd.Series
    problems: Problems


class _UnreadableError(ValueError):
    """A cell cannot be read; the message says why."""


def parse(column: Column, text: pd.Series, conventions: Conventions) -> Parsed:
    """The text of a column as its declared type; `text` has a plain 0..n-1 index."""
    text = text.str.strip()
    text = text.where(text != "")
    if column.name in conventions.scores:
        return _scored(text, conventions.scores[column.name])
    match column.kind:
        case "id" | "text":
            return Parsed(_words(column, text), {})
        case "date":
            return _dates(text, conventions.date_format)
        case "period":
            return _periods(text)
        case _:
            return _numbers(column, text, conventions)


def _scored(text: pd.Series, meanings: Mapping[str, float]) -> Parsed:
    """What each score stands for; 2 and 2.0 are one score, and so are High and high."""
    by_score = {_score(score): value for score, value in meanings.items()}

    def read(cell: str) -> float:
        if _score(cell) not in by_score:
            raise _UnreadableError(f"is none of the scores in settings.yml: {', '.join(meanings)}")
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


def _dates(text: pd.Series, date_format: str) -> Parsed:
    iso = text.str.fullmatch(_ISO_DATE).fillna(value=False)
    day = text.where(iso).str.slice(0, 10)
    values = pd.to_datetime(day, format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")
    unread = text.notna() & values.isna()

    def read(cell: str) -> datetime:
        if date_format:
            try:
                read = datetime.strptime(cell, date_format)
                return datetime(read.year, read.month, read.day)  # the day, as from ISO dates
            except ValueError:
                raise _UnreadableError(
                    f"is not a date written YYYY-MM-DD or {date_format}"
                ) from None
        raise _UnreadableError(_why_no_date(cell))

    parsed = _one_by_one(values, text[unread], read)
    beyond = (parsed.typed.dt.year < FIRST_YEAR) | (parsed.typed.dt.year > LAST_YEAR)
    problems = parsed.problems | dict.fromkeys(text.index[beyond].to_list(), BEYOND)
    return Parsed(parsed.typed.mask(beyond), problems)


def _why_no_date(cell: str) -> str:
    if re.fullmatch(_ISO_DATE, cell):
        return "is no day of the calendar"
    match = _NUMERIC_DATE.fullmatch(cell)
    if match is None:
        return "is not a date; write YYYY-MM-DD"
    first, second = int(match[1]), int(match[2])
    remedy = "write YYYY-MM-DD, or declare the table's format under date_formats in settings.yml"
    if 1 <= first <= 12 and 1 <= second <= 12 and first != second:
        return f"could be day or month first; {remedy}"
    return f"is not a date written YYYY-MM-DD; {remedy}"


def _periods(text: pd.Series) -> Parsed:
    day = text.where(text.str.fullmatch(_ISO_DATE).fillna(value=False)).str.slice(0, 10)
    is_day = pd.to_datetime(day, format="%Y-%m-%d", errors="coerce").notna()
    month = text.str.fullmatch(_MONTH).fillna(value=False) | is_day
    values = text.where(month).str.slice(0, 7).astype("str")
    years = pd.to_numeric(values.str.slice(0, 4))
    beyond = (years < FIRST_YEAR) | (years > LAST_YEAR)
    bad = text[text.notna() & ~month]
    problems = dict.fromkeys(bad.index.to_list(), "is not a month written YYYY-MM")
    problems |= dict.fromkeys(values.index[beyond].to_list(), BEYOND)
    return Parsed(values.mask(beyond), problems)


def _numbers(column: Column, text: pd.Series, conventions: Conventions) -> Parsed:
    plain = text.str.fullmatch(_PLAIN).fillna(value=False)
    # a share of 1.000 is no thousand
    declared = conventions.decimal_mark or ("." if column.kind == "share" else "")
    convention = _Convention.of(text[plain], text[~plain].dropna(), declared)
    if convention.comma:
        plain &= ~text.str.contains(".", regex=False).fillna(value=False)
    elif not convention.point:
        plain &= ~text.str.fullmatch(_THOUSAND_OR_DECIMAL).fillna(value=False)
    values = pd.to_numeric(text.where(plain), errors="coerce").astype("float64")
    values = values.where(values.abs() <= MOST)
    unread = text[text.notna() & values.isna()]

    def read(cell: str) -> float:
        if cell.endswith("%") and (column.kind == "share" or column.name in conventions.per_cent):
            share = convention.number(cell[:-1].strip())
            return share / 100 if column.kind == "share" else share
        if cell.endswith("%"):
            raise _UnreadableError(
                "is not a number but a share; where it is one of the budget, say so under "
                "percent_complete in settings.yml"
            )
        if _score(cell) in LEVELS:
            raise _UnreadableError(
                "is not a number; say what it stands for under scores in settings.yml"
            )
        return convention.number(cell)

    parsed = _one_by_one(values, unread, read)
    if column.kind != "integer":
        return parsed
    fraction = parsed.typed[parsed.typed.notna() & (parsed.typed % 1 != 0)].index
    whole = parsed.typed.drop(index=fraction).reindex(parsed.typed.index)
    problems = parsed.problems | dict.fromkeys(fraction.to_list(), "is not a whole number")
    return Parsed(whole.astype("Int64"), problems)


@dataclass(frozen=True)
class _Convention:
    """Which decimal marks a column has been seen, or declared, to use."""

    point: bool
    comma: bool

    @classmethod
    def of(
        cls, plain: pd.Series, others: pd.Series, declared: Literal["", ".", ","]
    ) -> "_Convention":
        """What `plain` numbers (digits and at most a point) and all `others` leave no doubt of."""
        if declared:
            return cls(point=declared == ".", comma=declared == ",")
        digits = {_bare(cell)[0] for cell in others.unique().tolist()}
        marks = {_certain_mark(text) for text in digits if _DIGITS.fullmatch(text)}
        if "." in marks:
            return cls(point=True, comma="," in marks)
        doubtful = plain.str.fullmatch(_THOUSAND_OR_DECIMAL)
        certain = plain.str.contains(".", regex=False) & ~doubtful
        return cls(point=bool(certain.any()), comma="," in marks)

    def number(self, cell: str) -> float:
        """The number in `cell`; raises _UnreadableError where it has none or two readings."""
        digits, sign = _bare(cell)
        mark = _certain_mark(digits) or self._mark_of(digits)
        thousands = "," if mark == "." else "."
        whole, _, fraction = digits.partition(mark) if mark in digits else (digits, "", "")
        for separator in (thousands, " "):
            whole = _without_groups(whole, separator)
        if not re.fullmatch(r"\d+", whole) or not re.fullmatch(r"\d*", fraction):
            raise _UnreadableError("is not a number; leave the cell empty where there is none")
        value = sign * float(f"{whole}.{fraction or 0}")
        if abs(value) > MOST:
            raise _UnreadableError("is too large to be a number of anything")
        return value

    def _mark_of(self, digits: str) -> DecimalMark:
        if "," not in digits and "." not in digits:
            return "."
        if self.point == self.comma:  # both seen, or neither
            raise _UnreadableError(
                "could be a thousand or a decimal; declare the table's decimal_marks in "
                "settings.yml"
            )
        return "," if self.comma else "."


def _bare(cell: str) -> tuple[str, int]:
    """Digits and separators of a number without currency, and its sign."""
    text = cell.translate(_SPACES).strip()
    negative = signed = False
    for _ in range(3):  # sign, brackets and currency stand in any order
        text = _CURRENCY.sub("", text).strip()
        if signed:
            continue
        brackets = text.startswith("(") and text.endswith(")")
        leading, trailing = text.startswith(("-", "−", "+")), text.endswith("-")
        if brackets + leading + trailing > 1:
            break  # two signs: what is left is no number
        signed = brackets or leading or trailing
        negative = signed and not text.startswith("+")
        text = text[int(brackets or leading) : len(text) - int(brackets or trailing)].strip()
    return text, -1 if negative else 1


def _certain_mark(digits: str) -> DecimalMark | Literal[""]:
    """The decimal mark where `digits` leave no doubt, else nothing."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return "." if digits.rfind(".") > digits.rfind(",") else ","
    if points + commas > 1:
        return "," if points else "."
    if points + commas == 1:
        whole, fraction = re.split(r"[.,]", digits)
        if len(fraction) != 3 or len(whole) > 3 or whole in {"", "0"}:
            return "." if points else ","
    return ""


def _without_groups(whole: str, separator: str) -> str:
    if separator not in whole:
        return whole
    grouped = re.fullmatch(rf"\d{{1,3}}(?:{re.escape(separator)}\d{{3}})+", whole)
    return whole.replace(separator, "") if grouped else ""


def _one_by_one(values: pd.Series, unread: pd.Series, read: Callable[[str], object]) -> Parsed:
    """`values` completed by reading each distinct text of `unread` once."""
    found: dict[str, object] = {}
    reasons: dict[str, str] = {}
    for cell in unread.unique().tolist():
        try:
            found[cell] = read(cell)
        except _UnreadableError as error:
            reasons[cell] = str(error)
    if found:
        known = unread[unread.isin(list(found))]
        values = values.copy()
        values.loc[known.index] = known.map(found).astype(values.dtype)
    bad = unread[unread.isin(list(reasons))] if reasons else unread.iloc[:0]
    return Parsed(values, dict(zip(bad.index.to_list(), bad.map(reasons), strict=True)))

"""Text as numbers: in every common style, of one currency, and never guessed."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from pipelines.reading.currencies import CODES, is_currency, may_be

DecimalMark = Literal[".", ","]
Declared = Literal["", ".", ","]

MOST = 2.0**53  # beyond it a floating-point number is no longer exact to one
NO_NUMBER = "is not a number; leave the cell empty where there is none"

LAKH = {"₹", "Rs", "Rs.", "INR", "PKR", "BDT", "NPR", "LKR"}  # are also written as 12,34,567

PLAIN = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
THOUSAND_OR_DECIMAL = r"[+-]?[1-9]\d{0,2}\.\d{3}"
_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,](\d*))?[eE]\+?(\d+)")
_DIGITS = re.compile(r"\d[\d., ]*")
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009'’", " "))
_SHORT_TEXT = """
    k m mn mio mio. mln mrd mrd. bn b t tsd tsd. thousand million billion millions lakh crore cr
"""
_SHORT = frozenset(_SHORT_TEXT.split())
_TOKEN = r"[^\W\d_]{1,5}\.?|(?:[^\W\d_]{1,2})?[£$€¥₹₩₺₽₪₫฿₦₴₱]"
_BEFORE = re.compile(rf"({_TOKEN})\s*(?=[\d.,(+−-])")
_AFTER = re.compile(rf"(?<=[\d.,)−-])\s*({_TOKEN})$")


class UnreadableError(ValueError):
    """A cell cannot be read; the message says why."""


@dataclass(frozen=True)
class Bare:
    """Digits and separators of a number, its sign, and the currency that it names."""

    digits: str
    sign: int
    currency: str = ""


@dataclass(frozen=True)
class Convention:
    """Which decimal marks a column has been seen, or declared, to use; whose currency is ours."""

    point: bool
    comma: bool
    currency: str = ""

    @classmethod
    def of(
        cls, plain: pd.Series, others: pd.Series, declared: Declared, currency: str = ""
    ) -> "Convention":
        """What `plain` numbers (digits and at most a point) and all `others` leave no doubt of."""
        if declared:
            return cls(declared == ".", declared == ",", currency)
        digits = {bare(cell).digits for cell in others.tolist()}
        marks = {_certain_mark(text) for text in digits if _DIGITS.fullmatch(text)}
        if "." in marks:
            return cls(True, "," in marks, currency)
        doubtful = plain.str.fullmatch(THOUSAND_OR_DECIMAL)
        certain = plain.str.contains(".", regex=False) & ~doubtful
        return cls(bool(certain.any()), "," in marks, currency)

    def number(self, cell: str) -> float:
        """The number in `cell`; raises UnreadableError where it has none or two readings."""
        found = bare(cell)
        digits = found.digits
        mark = _certain_mark(digits) or self._mark_of(digits)
        thousands = "," if mark == "." else "."
        whole, _, fraction = digits.partition(mark) if mark in digits else (digits, "", "")
        for separator in (thousands, " "):
            whole = _without_groups(whole, separator, LAKH & {found.currency, self.currency})
        if not re.fullmatch(r"\d+", whole) or not re.fullmatch(r"\d*", fraction):
            raise UnreadableError(_why_no_number(cell))
        value = found.sign * float(f"{whole}.{fraction or 0}")
        if abs(value) > MOST:
            raise UnreadableError("is too large to be a number of anything")
        if found.currency and self.currency and not may_be(found.currency, self.currency):
            raise UnreadableError(
                f"is in {found.currency}, and the settings' currency is {self.currency}: amounts "
                "of unlike currencies are never compared; convert it, or set currency right"
            )
        return value

    def _mark_of(self, digits: str) -> DecimalMark:
        if "," not in digits and "." not in digits:
            return "."
        if self.point == self.comma:  # both seen, or neither
            raise UnreadableError(
                "could be a thousand or a decimal; declare the table's decimal_marks in "
                "settings.yml"
            )
        return "," if self.comma else "."


def have_marks(text: pd.Series) -> bool:
    """Whether texts are numbers in a style that others must tell."""
    seen = text.dropna().str.strip()
    seen = seen[seen != ""]
    plain = seen.str.fullmatch(PLAIN) & ~seen.str.fullmatch(THOUSAND_OR_DECIMAL)
    return not bool(plain.all())


def is_rounded(cell: str) -> bool:
    """Whether a number such as 1.8E+05 has fewer digits than its whole part: the rest is lost."""
    found = _SCIENTIFIC.fullmatch(cell)
    return bool(found and len(found[1] or "") < int(found[2]))


def bare(cell: str) -> Bare:
    """A number without its currency and sign, which stand in any order."""
    text = cell.translate(_SPACES).strip()
    negative = signed = False
    currency = ""
    for _ in range(3):
        text, currency = _without_currency(text, currency)
        if signed:
            continue
        brackets = text.startswith("(") and text.endswith(")")
        leading, trailing = text.startswith(("-", "−", "+")), text.endswith("-")
        if brackets + leading + trailing > 1:
            break  # two signs: what is left is no number
        signed = brackets or leading or trailing
        negative = signed and not text.startswith("+")
        text = text[int(brackets or leading) : len(text) - int(brackets or trailing)].strip()
    return Bare(text, -1 if negative else 1, currency)


def _without_currency(text: str, known: str) -> tuple[str, str]:
    before, after = _BEFORE.match(text), _AFTER.search(text)
    if before and is_currency(before[1]):
        return text[before.end() :].strip(), known or before[1]
    if after and is_currency(after[1]):
        return text[: after.start()].strip(), known or after[1]
    return text, known


def _why_no_number(cell: str) -> str:
    rest = re.sub(r"[\d.,\s()+−£$€¥₹'’-]", "", cell)
    rest = re.sub("[A-Z]{3}", lambda code: "" if code[0] in CODES else code[0], rest)
    if rest.lower() in _SHORT and re.search(r"\d", cell):
        return f"is not a number: {rest} is short for thousands or millions; write all the digits"
    return NO_NUMBER


def _certain_mark(digits: str) -> Declared:
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


def _without_groups(whole: str, separator: str, lakh: Collection[str] = ()) -> str:
    if separator not in whole:
        return whole
    grouped = re.fullmatch(rf"\d{{1,3}}(?:{re.escape(separator)}\d{{3}})+", whole)
    if lakh and separator == ",":
        grouped = grouped or re.fullmatch(r"\d{1,2}(?:,\d{2})+,\d{3}", whole)
    return whole.replace(separator, "") if grouped else ""

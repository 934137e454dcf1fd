"""What cells hold that is no value: words for nothing, errors and formulas of a spreadsheet."""

import re
import unicodedata
from collections.abc import Collection

import pandas as pd

_WORDS = """
    na|n/a|n.a.|n.a|n/d|nan|-|--|---|–|—|tbc|tbd|tba|null|none|nil|(none)|(null)|(blank)|not set|
    not applicable|not available|not known|unknown|to be confirmed|to be decided|
    to be determined|to be announced|k.a.
"""
NOTHING = frozenset(word.strip() for word in _WORDS.split("|"))
NOT_CALCULATED = (
    "is a formula that was never calculated; open the file in Excel, calculate (F9) and save it"
)
_ERROR = re.compile(
    r"#(?:REF|BEZUG|NAME|NOM|VALUE|WERT|VALEUR|NUM|ZAHL|NOMBRE|NULL|NUL|DIV/0|SPILL|CALC|FIELD"
    r"|BLOCKED|CONNECT|BUSY|UNKNOWN|GETTING_DATA|EXTERNAL)[!?]?|#N/A|#N/V|#NV|#N/D|#ERROR!|#{3,}"
    r"|Err:\d{3}",
)
# what follows the sign of a formula that gives a text: a function, a cell, another sheet's cell
_FORMULA_OF_TEXT = re.compile(
    r"\s*[-+(]*(?:[A-Z][A-Z0-9._]*\(|\$?[A-Z]{1,3}\$?\d|'[^']+'!|\w+!|\w*\[|$)"
)
_FORMULA = re.compile("")
_TEXT_AS_FORMULA = r'="([^"]*)"'  # how exports keep the zeros of ="007"
# what Excel puts before a text; not that of 's-Hertogenbosch, nor a quotation
_APOSTROPHE = r"'(?!\w{1,2}[\s-])([^']*)"


def no_value(text: pd.Series, *, may_be_words: bool) -> pd.Series:
    """Why texts are no values, where they are an error or a formula of a spreadsheet."""
    suspects = text[text.str.startswith(("#", "=", "Err:")).fillna(value=False)]
    formula = _FORMULA_OF_TEXT if may_be_words else _FORMULA
    return suspects.map(lambda cell: _why_no_value(cell, formula)).replace("", None).dropna()


def is_nothing(
    text: pd.Series, missing: Collection[str], allowed: Collection[str] = ()
) -> pd.Series:
    """Whether texts are words for nothing, in any case; what a column allows is none."""
    return text.str.lower().isin((NOTHING | set(missing)) - set(allowed))


def in_ascii(text: pd.Series) -> pd.Series:
    """Texts with the digits 0 to 9 for those of any script, and the Arabic marks as ours."""
    is_other = text.str.contains(r"[^\x00-\x7f]").fillna(value=False)
    if not is_other.any():
        return text
    return text.where(~is_other, text[is_other].map(_in_ascii))


def _in_ascii(cell: str) -> str:
    marks = {"\u066b": ".", "\u066c": " "}
    return "".join(marks.get(c) or str(unicodedata.decimal(c, c)) for c in cell)


def plain(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Texts without what a spreadsheet puts before them, and whether that was an apostrophe."""
    as_formula = text.str.startswith('="').fillna(value=False)
    if as_formula.any():
        inner = text.str.replace(_TEXT_AS_FORMULA, r"\1", regex=True)
        text = text.where(~as_formula, inner)
    quoted = text.str.startswith("'").fillna(value=False)
    if quoted.any():
        quoted &= text.str.fullmatch(_APOSTROPHE).fillna(value=False)
        text = text.where(~quoted, text.str.slice(1))
    return text, quoted


def _why_no_value(cell: str, formula: re.Pattern[str]) -> str:
    if cell.startswith("=") and formula.match(cell, 1):
        return NOT_CALCULATED
    return f"is an error of the spreadsheet ({cell})" if _ERROR.fullmatch(cell) else ""

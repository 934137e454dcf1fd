"""What a cell of a GMPP file says: a day, a colour, a range, or why it says none."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from pmo_lib.contract.tables import RAG

EXEMPT = "exempt from publication"
TOO_EARLY = "too early for a figure, as the publisher says"
NOT_GIVEN = "not given, as the publisher says"
_SILENCE = {
    r"\bexempt|\bsections? \d": EXEMPT,
    r"\bnot (yet )?in a position|\bplanning stage|\bearly planning": TOO_EARLY,
    r"\bnot (applicable|available|provided)\b|^\W*(n/?a|tbc|tbd|nil)?\W*$": NOT_GIVEN,
}
_RANGE = re.compile(r"\b(low|mid|high)\w*\s*[:=–]\s*", re.IGNORECASE)
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?Z?$", re.ASCII)
_TWO_PARTS = re.compile(r"\s*(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}\b", re.ASCII)
_DATES = {
    re.compile(r"\d{1,2}-\d{1,2}-\d{4}", re.ASCII): "%d-%m-%Y",
    re.compile(r"\d{1,2}-\d{1,2}-\d{2}", re.ASCII): "%d-%m-%y",
    re.compile(r"\d{4}-\d{1,2}-\d{1,2}", re.ASCII): "%Y-%m-%d",
    re.compile(r"\d{1,2}-[a-z]{3}-\d{4}", re.ASCII | re.IGNORECASE): "%d-%b-%Y",
    re.compile(r"\d{1,2}-[a-z]{3}-\d{2}", re.ASCII | re.IGNORECASE): "%d-%b-%y",
    re.compile(r"\d{1,2}-[a-z]{3,9}-\d{4}", re.ASCII | re.IGNORECASE): "%d-%B-%Y",
}


def silence(text: str) -> str:
    """Why the publisher says nothing in this cell; "" where he gives no reason."""
    found = (why for words, why in _SILENCE.items() if re.search(words, text, re.IGNORECASE))
    return next(found, "")


def middle(text: str) -> str:
    """The middle of a range such as 'Low: 1, Mid: 2, High: 3'; any other text as it is."""
    before, *parts = _RANGE.split(text)
    said = dict(zip(map(str.casefold, parts[::2]), parts[1::2], strict=True))
    return text if before.strip() else said.get("mid", text).strip(" ,;/\r\n")


def read_date(text: str) -> date | None:
    """A day as 31/05/2010, 30.06.08, 2013-03-29 00:00:00 or 1 May 2030, day before month."""
    text = re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", _TIME.sub("", middle(text).strip()))
    text = re.sub(r"[./\s-]+", "-", text)
    for shape, written in _DATES.items():
        if shape.fullmatch(text):
            try:
                return datetime.strptime(text, written).date()
            except ValueError:  # no such day, or no such month
                continue
    return None


def is_month_first(texts: Iterable[str]) -> bool:
    """Whether more dates can be read only month first, as 05/31/2015, than only day first."""
    found = [match for text in texts if (match := _TWO_PARTS.match(text))]
    first, second = (sum(int(match[part]) > 12 for match in found) for part in (1, 2))
    return second > first


def read_rating(text: str, colours: Sequence[str] = RAG) -> str | None:
    """One of `colours`, whatever its case, spaces and footnotes: 'Amber/ Red*' is amber_red."""
    text = re.sub(r"(\s*(\*|\([^)]*\)|\[[^]]*\]))+\s*$", "", text)
    colour = re.sub(r"\s*[/-]\s*", "_", text.strip().casefold())
    return colour if colour in colours else None


def read_text(text: str) -> str | None:
    """The text with every run of white space as one space; None where it is kept back."""
    return None if silence(text) else " ".join(text.split())


def read_year(text: str) -> int | None:
    """The first year that is named, such as 2025 of '2025/26 prices'."""
    match = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", text)
    return int(match[0]) if match else None

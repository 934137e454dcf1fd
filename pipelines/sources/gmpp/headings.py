"""What a heading of a GMPP file means: told by its words, for no two years have the same.

Of several columns that mean the same, one is read: what is approved before what is forecast, this
year's before an earlier one's, then the first. A column is refused, whatever its heading, where
fewer than one in five of its cells can be read as what the heading names: so are narratives.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from pipelines.sources.gmpp.cells import (
    is_month_first,
    read_date,
    read_rating,
    read_text,
    read_year,
    silence,
)
from pipelines.sources.gmpp.money import read_money
from pmo_lib.errors import DataError
from pmo_lib.wording import listed, shortened

READERS: Mapping[str, Callable[[str], object]] = {  # what is read by none before is text
    "amounts": read_money,
    "dates": read_date,
    "ratings": read_rating,
    "years": read_year,
    "texts": read_text,
}
RATERS = ("independent", "owner")  # the order of two rating columns that name no rater
_FEW = 3  # told cells are too few to tell a narrative from values


class Meaning(NamedTuple):
    """A column that we read: its words, those it never has, and its heading in a late report."""

    fields: tuple[str, ...]  # ours for its columns; of two see `_field`
    what: str
    cells: str
    heading: str
    words: str
    never: str = "$^"

    @property
    def is_essential(self) -> bool:
        return self.fields[0] in ESSENTIAL


_PROJECT = r"(project|programme)s?"
_NOT_NOW = r"%|\b(previous|prior|last|variance|chang\w+|movement|difference|percent\w*|ratio)\b"
_IN_PART = (
    r"\b(in year|annual|to date|spent|resource|capital|rdel|cdel|of which|financial year(?! \d)"
    r"|(price base|base year|price year)(?! \d))\b"
)
_ELSEWHERE = r"\b(sro|owner|role|review|gate|stage|business case|financial year|year end)\b"
MEANINGS = (
    Meaning(("name",), "project's name", "texts", "Project Name",
            rf"\b{_PROJECT}( \w+){{0,2}} (name|title)\b|\b(name|title) of( \w+)? {_PROJECT}\b"
            rf"|^((gmpp|major) )?{_PROJECT}( ((and|or) )?{_PROJECT})?$",
            r"\b(sro|owner|officer|director|department)\b"),
    Meaning(("number", "other_number"), "project's number", "texts", "GMPP ID",
            r"\b(gmpp|projects?|portfolio|nista|unique)( \w+){0,2} (id|identifier|number|no|ref|"
            r"reference|code)\b|^(id|identifier|reference)$"),
    Meaning(("department",), "department", "texts", "Department",
            r"\b(department|ministry|organisation)\b", r"\b(agreed|baseline|sro|confidence)\b"),
    Meaning(("category",), "category", "texts", "Annual Report Category",
            r"\bcategory\b|\bproject type\b"),
    Meaning(("year",), "year", "texts", "Year",
            r"^(report(ing)? |financial )?year$|^(report(ing)? )?(period|quarter)$"),
    Meaning(RATERS, "delivery confidence", "ratings", "IPA Delivery Confidence Assessment",
            r"\b(rag|dca|delivery confidence|colou?r rating|confidence (rating|assessment))\b"
            r"|\b(mpa|ipa|nista|sro) (\w+ )?(rating|assessment|confidence)\b",
            rf"{_NOT_NOW}|\b(costs?|schedule|financ\w+|benefits?|dates?|trend|source|type)\b"),
    Meaning(("rated_by",), "rater", "texts", "Rated By",
            r"\b(rated|assessed|given) by\b|\b(dca|rating|assessment) (source|type)\b"),
    Meaning(("start",), "start date", "dates", "Start Date",
            r"\b(start\w*|commenc\w+|beg[iu]n\w*)\b", rf"{_NOT_NOW}|{_ELSEWHERE}"),
    Meaning(("finish", "forecast_finish"), "end date", "dates", "End Date",
            r"\b(end|finish|complet\w+|clos\w+)\b", rf"{_NOT_NOW}|{_ELSEWHERE}"),
    Meaning(("cost", "forecast_cost"), "whole-life cost", "amounts", "Whole Life Cost (£m)",
            r"\bwlc\b|\b(whole( of)? ?life|life ?time|life ?cycle)( \w+){0,4} costs?\b"
            r"|\btotal( \w+){0,2} costs?\b(?! \d)|\bcosts?( \w+){0,2} whole ?life\b",
            rf"{_NOT_NOW}|{_IN_PART}"),
    Meaning(("benefit",), "benefits", "amounts", "Benefits (£m)", r"\bbenefits?\b",
            rf"{_NOT_NOW}|{_IN_PART}|\b(non moneti[sz]ed|owner|reali[sz]\w+|dates?)\b"),
    Meaning(("price_base",), "price base", "years", "Price Base",
            r"\b(price base|base year|price year)\b"),
)  # fmt: skip
ESSENTIAL = ("name", "department", "independent", "start", "finish", "cost")
WHOLE_LIFE = ("cost", "forecast_cost", "benefit")
FIELDS = tuple(field for one in MEANINGS for field in one.fields)

_NARRATIVE = r"\b(narrative|commentary|comments?|description|aims|rationale|explanation)\b"
_FORECAST = r"\b(forecasts?|estimated?|expected)\b"
_AGREED = r"\b(total|baseline|approved|agreed)\b"
_FORMER = r"\b(previous|former|old)\b"
_RATED_BY = {
    "independent": r"\b(ipa|nista|mpa|independent|assur\w+)\b",
    "owner": r"\b(sro|senior responsible|owner|self|department\w*)\b",
}
_LOW_OR_HIGH = re.compile(r"\b(low|lower|high|upper|minimum|maximum)\b", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


def plain(heading: str) -> str:
    """The heading as small words without what stands in brackets, and | between clauses."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", heading)).casefold().replace("_", " ")
    bare = re.sub(r"\([^()]*(?:\)|$)", " ", text)
    bare = re.sub(r"[.:;](?=\s)", " | ", bare if bare.strip() else text)
    return " ".join(re.findall(r"[\w%|]+", bare)).strip(" |")


def brief(heading: str) -> str:
    """The heading's first line, or the beginning of it: for messages."""
    return shortened(" ".join(next(iter(heading.strip().splitlines()), "").split()), 80)


def is_narrative(heading: str) -> bool:
    """Whether the heading calls its column a narrative, a commentary or the like."""
    return re.search(_NARRATIVE, plain(heading).split("|")[0]) is not None


def meaning(heading: str) -> Meaning | None:
    """What the heading names first; figures before texts, as in 'Department agreed start date'."""
    text = plain(heading)
    is_end = _LOW_OR_HIGH.search(heading) and not re.search(r"\bmid", heading, re.IGNORECASE)
    found = [
        (one.cells == "texts", match.start(), place)
        for place, one in enumerate(MEANINGS)
        if (match := re.search(one.words, text))
        and not re.search(one.never, _clause(text, match.end()))
        and not (is_end and one.cells in ("dates", "amounts"))
    ]
    return MEANINGS[min(found)[2]] if found else None


def _clause(text: str, end: int) -> str:
    """The text to the end of the clause, or a few words after `end`: what can still deny it."""
    return text[:end] + text[end : end + 30].split("|")[0]


def recognised(
    headings: Sequence[str], texts: Sequence[Sequence[str]], where: str
) -> tuple[dict[str, int], list[str]]:
    """Which column is read as which field, told by its heading and by the `texts` under it.

    And what was refused, in words. Raises DataError where what every release has is missing.
    """
    meant: dict[Meaning, dict[int, str]] = defaultdict(dict)  # and why a column is refused
    for at in sorted(range(len(headings)), key=lambda at: _rank(headings[at])):
        if one := meaning(headings[at]):
            meant[one][at] = _refusal(one, headings[at], texts[at])
    places: dict[str, int] = {}
    for one, found in meant.items():
        for at in (at for at, why in found.items() if not why):
            taken = {field: headings[place] for field, place in places.items()}
            places.setdefault(_field(one, headings[at], taken), at)
    absent = [one for one in MEANINGS if one.is_essential and not places.keys() & one.fields]
    if absent:
        free = {text: texts[at] for at, text in enumerate(headings) if at not in places.values()}
        told = [
            _missing(one, free, {headings[at]: why for at, why in meant[one].items()})
            for one in absent
        ]
        raise DataError(
            f"No column was recognised as the {'; nor as the '.join(told)}",
            where=where,
            remedy=f"Call those that hold them {listed([repr(one.heading) for one in absent])}",
        )
    refused = [
        f"{brief(headings[at])!r} was not read, for {why}"
        for found in meant.values()
        for at, why in found.items()
        if why and not is_narrative(headings[at])
    ]
    return places, refused


def rater(heading: str) -> str:
    """Who gave the ratings, as the heading names first; "" where it names nobody."""
    found = {
        match.start(): one
        for one, words in _RATED_BY.items()
        if (match := re.search(words, plain(heading)))
    }
    return found[min(found)] if found else ""


def _is(words: str, heading: str) -> bool:
    return re.search(words, plain(heading)) is not None


def _rank(heading: str) -> tuple[bool | int, ...]:
    """The lower, the sooner a column is read of those that mean the same."""
    years = [int(year) for year in re.findall(r"20\d\d", heading)]
    return (
        is_narrative(heading),
        _is(_FORMER, heading),
        _is(_FORECAST, heading),
        -max(years, default=9999),
        not _is(_AGREED, heading),
        not rater(heading),
    )


def _refusal(one: Meaning, heading: str, texts: Sequence[str]) -> str:
    """Why a column cannot be what its heading names; "" where it can."""
    told = [text for text in texts if text and not silence(text)]
    if one.cells == "texts":
        is_shared = one.fields[0] == "number" and len(told) > 1.1 * len(set(told))
        is_no_text = "it is a narrative" if is_narrative(heading) else ""
        return "several projects share a number" if is_shared else is_no_text
    if len(texts) >= _FEW and not any(texts):
        return "its cells are empty"
    if not _are(one.cells, told) and (len(told) >= _FEW or is_narrative(heading)):
        return f"its cells are no {one.cells}, as {shortened(next(iter(told), ''), 40)!r}"
    is_swapped = one.cells == "dates" and is_month_first(told)
    return "its dates have the month first" if is_swapped else ""


def _are(cells: str, told: Sequence[str]) -> bool:
    """Whether half of them or more can be read as such cells."""
    return 2 * sum(READERS[cells](text) is not None for text in told) >= len(told) > 0


def _missing(one: Meaning, free: Mapping[str, Sequence[str]], refused: Mapping[str, str]) -> str:
    """The meaning, and the column that it cannot be; or those of such cells, the nearest first."""
    for heading, why in refused.items():
        if not is_narrative(heading):
            return f"{one.what} ({brief(heading)!r} is there, but {why})"
    like = {
        plain(heading): repr(brief(heading))
        for heading, texts in free.items()
        if heading.strip() and not is_narrative(heading) and _kind(texts) == one.cells
    }
    near = get_close_matches(plain(one.heading), like, n=4, cutoff=0)
    return f"{one.what} (columns of {one.cells}: {', '.join(like[w] for w in near) or 'none'})"


def _kind(texts: Sequence[str]) -> str:
    told = [text for text in texts if text]
    return next((cells for cells in READERS if _are(cells, told)), "")


def _field(one: Meaning, heading: str, taken: Mapping[str, str]) -> str:
    """The field of a column: of two, that of its rater, of what is forecast, or the next free."""
    main, *second = one.fields
    free = next((field for field in one.fields if field not in taken), main)
    if one.cells == "ratings":
        return rater(heading) or free
    if second and one.cells != "texts":
        is_beside = _is(_FORECAST, heading) and not _is(_FORECAST, taken.get(main, heading))
        return second[0] if is_beside else main
    return free

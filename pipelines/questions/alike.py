"""Names that look alike: what is left of a text without case, spaces, make of letters."""

import re
import unicodedata
from functools import lru_cache
from html import unescape
from itertools import takewhile

from pipelines.letters import as_latin, is_seen

_JOINERS = "\u200c\u200d"  # which some scripts are written with
_OF_EMOJI = {"\ufe0e", "\ufe0f", *map(chr, range(0xE0020, 0xE0080))}  # how they are drawn
_OF_DEPARTMENTS = {"dept", "dep", "department", "div", "division", "the", "of", "for", "and"}


def tidy(text: str) -> str:
    """The text without what nobody sees: invisible characters, and more than one space."""
    if text.isascii() and "  " not in text and text.isprintable():
        return text
    words = " ".join(text.split())
    pairs = zip(f" {words}", words, strict=False)
    seen = (c for before, c in pairs if c in _JOINERS or is_seen(c) or _is_drawn(before, c))
    return " ".join(unicodedata.normalize("NFC", "".join(seen)).split())


def _is_drawn(before: str, letter: str) -> bool:
    """Whether a letter without ink makes the sign before it an emoji, or a flag."""
    is_after = before in _OF_EMOJI or unicodedata.category(before)[0] in "NPS"
    return letter in _OF_EMOJI and is_after


@lru_cache(maxsize=100_000)
def same(text: str) -> str:
    """What two texts share that differ in case, spaces, Unicode form: they look one."""
    return as_latin(_plain(text))


def is_of_other_letters(first: str, second: str) -> bool:
    """Whether two texts look one though their letters are of unlike scripts."""
    return _plain(first) != _plain(second) and same(first) == same(second)


def _plain(text: str) -> str:
    tidied = tidy(unescape(text) if "&" in text else text)  # &amp; of a web page is &
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", tidied).casefold())
    plain = "".join(c for c in plain if c not in _JOINERS and c not in _OF_EMOJI)
    seen = ("-" if unicodedata.category(c) == "Pd" else c for c in plain)
    return " ".join("".join(seen).split())


def similar(department: str) -> str:
    """What two departments share that may be one: no accents, no marks, no word department.

    Nor is a number another with zeros before it or after its point: 0101, 101.0.
    """
    parted = re.sub(r"(?<=\d)[.,]0+$", "", unicodedata.normalize("NFD", same(department)))
    letters = "".join(c for c in parted if not unicodedata.combining(c))
    words = re.findall(r"\w+", letters.replace(".", ""))
    words = [re.sub(r"^0+(?=\d+$)", "", word) for word in words]
    return " ".join([word for word in words if word not in _OF_DEPARTMENTS] or words)


def is_slip(first: str, second: str) -> bool:
    """Whether two texts differ in one letter of a word: left out, put in, another, or swapped."""
    start = _shared(first, second)
    rests = first[start:], second[start:]
    end = _shared(rests[0][::-1], rests[1][::-1])
    one, other = (rest[: len(rest) - end] for rest in rests)
    is_one = one != other and max(len(one), len(other)) == 1
    is_swap = one != other and len(one) == 2 and one == other[::-1]
    words = {_word_at(first, start), _word_at(second, start)}
    is_name = any(len(word) < 6 for word in words)  # Team B, Phase II, DfE
    return (is_one or is_swap) and (one + other).isalpha() and not is_name


def _word_at(text: str, at: int) -> str:
    begin, rest = re.search(r"\w*$", text[:at]), re.match(r"\w*", text[at:])
    return f"{begin[0] if begin else ''}{rest[0] if rest else ''}"


def _shared(first: str, second: str) -> int:
    """How many letters two texts begin with alike."""
    pairs = zip(first, second, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

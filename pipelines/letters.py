"""Letters by their script: what looks like Latin and is not, and words that mix scripts."""

import unicodedata
from collections import Counter
from functools import lru_cache

_LOOKS = str.maketrans(  # letters that look like plain Latin ones, small or capital
    "авеѕіјкмнорстухԁԛԝһӏαβεζηικμνορτυχօոսհցɑɡᎪᏴᏟᎬᎻᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳ’‘ʼ`´“”",
    "abesijkmhopctyxdqwhlabezhikmnoptyxonuhgagabcehjklmprstvw'''''\"\"",
)
# scripts that are written together, also with Latin letters between them
_EAST_ASIAN = {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC", "HALFWIDTH"}


def as_latin(text: str) -> str:
    """The small text with plain Latin letters for those of any script that look like them."""
    return text if text.isascii() else text.translate(_LOOKS)


def script(letter: str) -> str:
    """The script of a letter, such as LATIN or CYRILLIC; nothing where it mixes with any."""
    if unicodedata.category(letter)[0] != "L" or unicodedata.category(letter) == "Lm":
        return ""
    plain = unicodedata.normalize("NFKC", letter)[0]
    name = unicodedata.name(plain, "").partition(" ")[0]
    return "" if name in _EAST_ASIAN else name


@lru_cache(maxsize=100_000)
def foreign_letter(text: str) -> str:
    """The first letter that is of another script than most of its word; nothing in most texts.

    A word of one script is a word, whatever the others of the text are of.
    """
    if text.isascii():
        return ""
    for word in "".join(
        c if c.isalnum() or unicodedata.combining(c) else " " for c in text
    ).split():
        scripts = Counter(filter(None, map(script, word)))
        if len(scripts) > 1:
            most = max(scripts, key=lambda each: (scripts[each], each == "LATIN"))
            return next(c for c in word if script(c) not in {"", most})
    return ""


def described(letter: str) -> str:
    """'е' (Cyrillic)."""
    return f"{letter!r} ({script(letter).capitalize()})"

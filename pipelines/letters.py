"""Letters: those that nobody sees, those that look like Latin and are not, and their scripts."""

import re
import unicodedata
from collections import Counter
from functools import lru_cache

_LOOKS = str.maketrans(  # letters that look like plain Latin ones, small or capital
    "авеѕіјкмнорстухԁԛԝһӏαβεζηικμνορτυχօոսհցɑɡᎪᏴᏟᎬᎻᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳ’‘ʼ`´“”",
    "abesijkmhopctyxdqwhlabezhikmnoptyxonuhgagabcehjklmprstvw'''''\"\"",
)
# letters without ink that are neither format characters nor controls
_BLANK = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
    chr(0xFE00 + n) for n in range(16)
}
# scripts that are written together, also with Latin letters between them
_EAST_ASIAN = {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC", "HALFWIDTH"}


def is_seen(letter: str) -> bool:
    """Whether somebody who reads the text can see that the letter is there."""
    return letter not in _BLANK and unicodedata.category(letter) not in {"Cf", "Cc"}


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


def is_misread(text: str) -> bool:
    """Whether letters were lost, or UTF-8 was taken for Windows-1252: M?ller, MÃ¼ller."""
    if text.isascii() and "?" not in text:
        return False
    if "\ufffd" in text or re.search(r"[^\W\d_]\?[^\W\d_]", text):
        return True
    try:
        return not text.isascii() and text.encode("cp1252").decode("utf-8") != text
    except UnicodeError:
        return False

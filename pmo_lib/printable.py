"""Text of others, safe to print: nothing in it moves a cursor or turns a line round."""

import re
import unicodedata

LONG_WORD = 1000  # letters; longer ones are cut where a person reads them in a terminal
_SHOWN = {c: f"\\x{c:02x}" for c in (*range(32), *range(127, 160)) if c not in b"\t\n"}
_BYTES = {0xDC00 + byte: f"\\x{byte:02x}" for byte in range(128, 256)}  # of a name that is no text
_HALVES = {c: f"\\u{c:04x}" for c in range(0xD800, 0xE000)}  # of a letter, which nothing can write
_TURNS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))  # the direction of reading
_TABLE = _SHOWN | _HALVES | _BYTES | _TURNS


def printable(text: str) -> str:
    r"""The text, control characters as \x1b, without marks that turn the direction of reading."""
    return text.translate(_TABLE)


def cut(text: str) -> str:
    """The text, very long words with their beginning and their length."""
    return re.sub(
        rf"\S{{{LONG_WORD},}}", lambda found: f"{found[0][:80]}… ({len(found[0]):,} letters)", text
    )


def spelled_out(name: str) -> str:
    """A name with every letter that nobody sees as an escape, as of a file that has to be found."""
    return "".join(letter if _is_seen(letter) else _escaped(letter) for letter in name)


def _is_seen(letter: str) -> bool:
    return letter.isprintable() and unicodedata.category(letter) not in {"Cf", "Cs"}


def _escaped(letter: str) -> str:
    return _BYTES.get(ord(letter), repr(letter)[1:-1])

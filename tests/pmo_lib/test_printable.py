"""Text of others printed: nothing a terminal obeys, nothing that turns a line round, no flood."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from pmo_lib.printable import cut, printable, spelled_out

TEXTS = {
    "plain ä 部門 €": "plain ä 部門 €",
    "two\nlines\tand a tab": "two\nlines\tand a tab",
    "\x1b[31mred\x1b[0m": r"\x1b[31mred\x1b[0m",
    "bell\a back\b\r": r"bell\x07 back\x08\x0d",
    "\x9b31m": r"\x9b31m",
    "caf\udce9.csv": r"caf\xe9.csv",
    "half \ud800": r"half \ud800",
    "80 %\u202e turned": "80 % turned",
    "\u2066a\u2069\u2067b\u2068c\u202ad\u202be\u202cf\u202dg": "abcdefg",
    "\u200eleft \u200fright": "\u200eleft \u200fright",
}


def test_each_kind_is_shown_or_left_out() -> None:
    assert {text: printable(text) for text in TEXTS} == TEXTS


@given(st.text(st.characters()))
def test_nothing_that_acts_is_left(text: str) -> None:
    shown = printable(text)
    kinds = {unicodedata.category(letter) for letter in shown if letter not in "\n\t"}
    assert not kinds & {"Cc", "Cs"}
    overriding = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
    assert not {unicodedata.bidirectional(letter) for letter in shown} & overriding
    shown.encode()  # without an exception
    assert printable(shown) == shown


def test_endless_words_are_cut_and_counted() -> None:
    said = cut(f"unknown {'x' * 100_000} in {'y' * 999}")
    assert said == f"unknown {'x' * 80}… (100,000 letters) in {'y' * 999}"


NAMES = {
    "a.csv": "a.csv", "é部.csv": "é部.csv", "a\x1b[1m.csv": r"a\x1b[1m.csv",
    "caf\udce9": r"caf\xe9",
    "a\u200bb": r"a\u200bb", "a\u202eb": r"a\u202eb", "a\ufeff": r"a\ufeff", "a\nb": r"a\nb",
    "half \ud800": r"half \ud800",
}  # fmt: skip


def test_names_of_files_are_spelled_out() -> None:
    assert {name: spelled_out(name) for name in NAMES} == NAMES

"""A YAML file as plain values, whatever stands in its place: nothing waits, grows or is guessed."""

import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.yaml_file import MOST_ALIASES, MOST_BYTES, read_yaml
from pmo_lib.errors import SettingsError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.yml"


def refusal(path: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        read_yaml(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def link_to(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


PLACES: dict[str, tuple[Callable[[Path], None], str]] = {
    "folder": (Path.mkdir, "is a folder, not a file"),
    "pipe": (os.mkfifo, "is a pipe, not a file"),
    "link to a device without end": (link_to("/dev/zero"), "is a device, not a file"),
    "link to nowhere": (link_to("nowhere"), "is a link to nothing, not a file"),
    "link to itself": (link_to("settings.yml"), "cannot be read (Too many levels of"),
    "large file": (
        lambda path: path.write_bytes(b"#" * (MOST_BYTES + 1)), "has more than 1,000,000 bytes",
    ),
}  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="has no pipes and devices in folders")
@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_regular_file_is_refused_without_waiting(path: Path, place: str) -> None:
    make, words = PLACES[place]
    make(path)
    assert words in refusal(path)


ENCODINGS = {
    "UTF-16": ("a: é\n".encode("utf-16"), "is UTF-16. Save it as UTF-8"),
    "Windows-1252": ("x: 1\na: é\n".encode("cp1252"), "line 2: is not UTF-8. Save it as UTF-8"),
    "zero bytes": (b"a: \0\n", "is not YAML"),
    "an escape sequence": (b"a: \x1b[31m\n", "is not YAML"),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_other_encoding_is_refused_with_its_line(path: Path, encoding: str) -> None:
    content, words = ENCODINGS[encoding]
    path.write_bytes(content)
    said = refusal(path)
    assert words in said
    assert "\x1b" not in said


def test_mark_at_the_beginning_is_no_part_of_the_first_key(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbfa: \xc3\xa9\r\n")
    assert read_yaml(path).values == {"a": "é"}


@pytest.mark.parametrize("text", ["", "# words\n", "~\n", "---\n", "null\n"])
def test_empty_file_is_no_keys(path: Path, text: str) -> None:
    path.write_text(text)
    assert read_yaml(path).values == {}


VALUES = {
    "true": True, "False": False, "3": 3, "-0.5": -0.5, "+7": 7, ".5": 0.5, "2.": 2.0,
    "1.5e3": 1500.0, "~": None, "": None, "null": None,
    "No": "No", "yes": "yes", "on": "on", "off": "off", "y": "y", "2026-09-30": "2026-09-30",
    "12:30": "12:30", "007": "007", "0x1F": "0x1F", "1_000": "1_000", ".inf": ".inf",
    "-.INF": "-.INF", ".nan": ".nan", "1e5": "1e5", "1.0e+999": "1.0e+999", "9" * 400: "9" * 400,
    "9" * 5000: "9" * 5000, "'3'": "3", "=": "=", "<<": "<<",
}  # fmt: skip


def test_each_value_is_what_it_looks_like(path: Path) -> None:
    found = {}
    for text in VALUES:
        path.write_text(f"key: {text}\n")
        found[text] = read_yaml(path).values["key"]
    assert found == VALUES
    assert {text: type(value) for text, value in found.items()} == {
        text: type(value) for text, value in VALUES.items()
    }


@pytest.mark.parametrize("tag", ["!!set {a}", "!!binary aGk=", "!!timestamp x", "!!python/name:a"])
def test_other_kinds_are_refused(path: Path, tag: str) -> None:
    path.write_text(f"key: {tag}\n")
    assert "could not determine a constructor for the tag" in refusal(path)


def test_few_references_are_read(path: Path) -> None:
    path.write_text("a: &x [1, 2]\n" + "".join(f"b{n}: *x\n" for n in range(MOST_ALIASES)))
    assert read_yaml(path).values["b9"] == [1, 2]


GROWING = {
    "nine of nine": "a: &a [x, x]\n"
    + "".join(f"b{n}: &b{n} [{f'*b{n - 1}, ' * 9}]\n".replace("*b-1", "*a") for n in range(9)),
    "itself": "a: &a [*a]\n",
    "itself, deeper": "a: &a {b: {c: [*a]}}\n",
    "merged": "a: &a {x: 1}\n" + "".join(f"b{n}: {{<<: *a}}\n" for n in range(50)),
}


@pytest.mark.parametrize("kind", GROWING)
def test_references_that_grow_are_refused_at_once(path: Path, kind: str) -> None:
    path.write_text(GROWING[kind])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "repeats too much. Write out what it stands for" in refusal(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


@pytest.mark.parametrize("level", ["[", "{a: ", "- "])
def test_very_many_levels_are_refused(path: Path, level: str) -> None:
    path.write_text(f"a:\n  {level * 5000}\n")
    assert "has too many levels within one another" in refusal(path)


@pytest.mark.parametrize("text", ["? [a]\n: 3\n", "{a: 1}: 3\n"])
def test_key_that_is_no_word_is_refused(path: Path, text: str) -> None:
    path.write_text(text)
    assert "the key in line 1 is no word" in refusal(path)


def test_keys_that_stand_twice_are_told_all_with_the_last_value(path: Path) -> None:
    path.write_text("a: 1\nb: {c: 1, c: 2}\na: 3\n'a': 4\n")
    read = read_yaml(path)
    assert read.values == {"a": 4, "b": {"c": 2}}
    assert sorted(mistake.what for mistake in read.mistakes) == [
        "the key 'a' is in line 1 and again in line 3",
        "the key 'a' is in line 1 and again in line 4",
        "the key 'c' is in line 2 and again in line 2",
    ]

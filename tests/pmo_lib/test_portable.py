"""Names that every system has, and why the others are none."""

import pytest

from pmo_lib.engine.baseline import check_name
from pmo_lib.errors import ParameterError
from pmo_lib.portable import name_problems

PROBLEMS = {
    "": ["is no name"], ".": ["is no name"], "..": ["is no name"], "  ": ["is no name"],
    "CON": ["is a device of Windows"], "con.txt": ["is a device of Windows"],
    "com¹": ["is a device of Windows"], "LPT0": ["is a device of Windows"],
    "conin$": ["is a device of Windows"], "a.": ["ends with a dot or a space, which Windows drops"],
    "a<b>c": ["holds < >"], "a/b": ["holds /"], "a\\b|": ["holds \\ |"], "a\tb": ["holds \\t"],
    "a\u202eb": ["holds \\u202e"], "a\udce9": ["holds \\udce9"],
    "x" * 256: ["has 256 bytes, more than 255"],
    "NUL.?.": [
        "is a device of Windows", "ends with a dot or a space, which Windows drops", "holds ?",
    ],
}  # fmt: skip
FINE = [
    "a",
    "console",
    "com",
    "com10",
    "null",
    "2026-09",
    ".hidden",
    "a b",
    "Straße",
    "部門",
    "x" * 255,
]


def test_each_problem_is_named() -> None:
    assert {name: list(name_problems(name)) for name in PROBLEMS} == PROBLEMS


def test_other_names_have_none() -> None:
    assert {name: list(name_problems(name)) for name in FINE} == {name: [] for name in FINE}


@pytest.mark.parametrize("name", ["CON", "nul", "Com1", "", "a.b", "a b", "../x", "é", "x" * 61])
def test_baseline_has_a_name_that_every_system_has(name: str) -> None:
    with pytest.raises(ParameterError, match="cannot be the name of a baseline"):
        check_name(name)


def test_very_long_name_of_a_baseline_is_refused_in_words() -> None:
    with pytest.raises(ParameterError) as caught:
        check_name("x" * 100_000)
    assert "(100,000 letters) cannot be the name of a baseline" in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("name", ["original", "before-2026", "Q3_26", "console"])
def test_plain_name_is_taken(name: str) -> None:
    check_name(name)

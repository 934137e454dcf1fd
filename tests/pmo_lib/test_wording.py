"""Numbers as people read them."""

from math import nan
from typing import Any, get_args

import pytest
import yaml

from pmo_lib.months import month
from pmo_lib.wording import (
    Unit,
    beside,
    change,
    change_interval,
    compared,
    counted,
    growth,
    in_yaml,
    interval,
    listed,
    number,
    shortened,
    wanted,
)


def plain(text: str) -> str:
    """With breakable spaces, which are easier to read in a test."""
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.4819, "share", "48 %"),
        (1.0, "share", "100 %"),
        (0.0, "share", "0 %"),
        (-0.001, "share", "0 %"),
        (-0.0428, "share", "−4 %"),
        (4.47, "share", "447 %"),
        (0.9871, "ratio", "0.99"),
        (-0.12, "ratio", "−0.12"),
        (-1.5, "count", "−1.5"),
        (274.6, "days", "275 days"),
        (1234.0, "days", "1,234 days"),
        (109.2, "hours", "109 hours"),
        (0.605, "share", "61 %"),  # a half is rounded up, as by hand
        (0.585, "share", "59 %"),
        (-0.605, "share", "−61 %"),
        (0.285, "share", "29 %"),
        (2.675, "ratio", "2.68"),
        (1.4, "days", "1 day"),
        (0.6, "hours", "1 hour"),
        (-1.0, "days", "−1 day"),
        (1.5, "days", "2 days"),
        (-6.67, "points", "−6.7"),
        (-3.2787, "points", "−3.3"),
        (33.4, "points", "+33.4"),
        (0.0, "points", "0"),
        (-0.04, "points", "0"),
        (0.1634, "score", "0.16"),
        (-0.002, "score", "0"),
        (37.0, "count", "37"),
        (5.1667, "count", "5.2"),
        (0.0, "count", "0"),
        (nan, "share", "–"),
        (nan, "count", "–"),
    ],
)
def test_number(value: float, unit: Any, text: str) -> None:
    assert plain(number(value, unit)) == text


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        (0.42, 0.55, "share", "42 % to 55 %"),
        (262.0, nan, "days", "262 days or more"),
        (nan, 300.0, "days", "300 days or less"),
        (nan, nan, "days", "–"),
        (-0.07, 0.02, "share", "−7 % to 2 %"),
        (-18.6, 5.55, "points", "−18.6 to +5.6"),
        (0.6, 3.2, "days", "1 day to 3 days"),
        (105.4, 112.9, "hours", "105 hours to 113 hours"),
    ],
)
def test_interval(low: float, high: float, unit: Any, text: str) -> None:
    assert plain(interval(low, high, unit)) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.049, "share", "+5 points"),
        (-0.031, "share", "−3 points"),
        (0.001, "share", "+0.1 points"),  # the sign is seen
        (-0.003, "share", "−0.3 points"),
        (0.0001, "share", "0 points"),
        (0.009, "share", "+1 point"),
        (-0.01, "share", "−1 point"),
        (0.4, "days", "+0.4 days"),
        (-12.4, "days", "−12 days"),
        (1500.0, "hours", "+1,500 hours"),
        (0.04, "ratio", "+0.04"),
        (-0.001, "ratio", "−0.001"),
        (-0.0001, "ratio", "0"),
        (3.0, "count", "+3"),
        (-0.25, "count", "−0.3"),
        (-8.5, "points", "−8.5"),
        (-0.03, "points", "−0.03"),
        (0.12, "score", "+0.12"),
        (nan, "share", "–"),
    ],
)
def test_change(value: float, unit: Any, text: str) -> None:
    assert plain(change(value, unit)) == text


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        (-0.03, 0.19, "share", "−3 points to +19 points"),
        (0.0019, 0.24, "share", "+0.2 points to +24 points"),
        (-0.03, nan, "share", "–"),
        (nan, nan, "days", "–"),
    ],
)
def test_interval_of_a_change(low: float, high: float, unit: Any, text: str) -> None:
    assert plain(change_interval(low, high, unit)) == text


def test_an_interval_beside_its_value_does_not_repeat_the_unit() -> None:
    told = {
        (0.48, 0.42, 0.55, "share"): "48 % (42 to 55)",
        (9.0, 6.0, 13.0, "days"): "9 days (6 to 13)",
        (0.95, 0.9, 1.0, "ratio"): "0.95 (0.90 to 1.00)", (300.0, 262.0, nan, "days"):
        "300 days (262 or more)", (0.5, nan, nan, "share"): "50 %",
    }  # fmt: skip
    found = {
        (value, low, high, unit): plain(beside(number(value, unit), interval(low, high, unit)))
        for value, low, high, unit in told
    }
    assert found == told
    moved = beside(change(0.27, "share"), change_interval(-0.01, 0.39, "share"))
    assert plain(moved) == "+27 points (−1 to +39)"


def test_growth_keeps_its_sign() -> None:
    told = {-0.18: "−18 %", 0.026: "+3 %", -0.003: "−0.3 %", 0.0: "0 %", nan: "–"}
    assert [plain(growth(each)) for each in told] == list(told.values())


def test_what_is_wanted_is_told_with_its_direction() -> None:
    told = {
        (0.8, nan, "share"): "at least 80 %", (nan, 14.0, "days"): "at most 14 days",
        (0.8, 1.25, "ratio"): "0.80 to 1.25", (0.0, 0.0, "share"): "0 %",
        (1.0, nan, "share"): "100 %", (nan, 0.0, "share"): "0 %", (nan, nan, "share"): "–",
    }  # fmt: skip
    found = {each: plain(wanted(*each)) for each in told}
    assert found == told


@pytest.mark.parametrize("unit", get_args(Unit))
def test_every_unit_reads_well(unit: Any) -> None:
    for value in (-1234.5678, -0.3, -1e-9, 0.0, 1e-9, 0.3, 12.0, 2.0**53):
        for text in (number(value, unit), change(value, unit)):
            assert "-" not in text  # but the minus sign, −
            assert "e+" not in text
            nothing = all(digit in "0" for digit in text if digit.isdigit())
            assert not (nothing and text.startswith(("−", "+")))


@pytest.mark.parametrize(
    ("overrun", "text"),
    [
        (0.123, "cost 12 % more than first approved"),
        (-0.05, "cost 5 % less than first approved"),
        (0.0, "cost what was first approved"),
        (-0.004, "cost what was first approved"),
    ],
)
def test_compared(overrun: float, text: str) -> None:
    assert plain(compared(overrun)) == text


@pytest.mark.parametrize(
    ("period", "text"), [("2026-09", "September 2026"), ("2025-01", "January 2025")]
)
def test_month(period: str, text: str) -> None:
    assert month(period) == text


@pytest.mark.parametrize(
    ("words", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_listed(words: list[str], text: str) -> None:
    assert listed(words) == text


@pytest.mark.parametrize(
    ("n", "text"),
    [(0, "0 projects"), (1, "1 project"), (2, "2 projects"), (1200, "1,200 projects")],
)
def test_counted(n: int, text: str) -> None:
    assert counted(n, "project") == text


@pytest.mark.parametrize(
    ("text", "letters", "short"),
    [("Finance", 7, "Finance"), ("Finance", 6, "Finan…"), ("Legal and Tax", 7, "Legal…")],
)
def test_shortened(text: str, letters: int, short: str) -> None:
    assert shortened(text, letters) == short
    assert len(shortened(text, letters)) <= letters


def test_in_yaml_is_read_as_it_was_written() -> None:
    texts = [
        "money_unit baselines.cost", "left_aside baselines.cost_[eur_thousand]", "R&D, Ops", "#1",
        "left_aside projects.a:_b", "O'Brien", "- dash", "Cost ]", "{x}", "No", "101", "Stores: x",
        "Café (Süd)", " edge ", "left_aside projects.%", "@home", "tail ", "a: b", "*star", "!bang",
    ]  # fmt: skip
    wrong = {text: in_yaml(text) for text in texts if _read(in_yaml(text)) != [text, {text: text}]}
    assert wrong == {}
    assert in_yaml(texts[0]) == texts[0]


def _read(text: str) -> Any:
    return yaml.safe_load(f"[{text}, {{{text}: {text}}}]")

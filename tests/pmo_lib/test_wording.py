"""Numbers as people read them."""

from math import nan
from typing import Any, get_args

import pytest

from pmo_lib.kpi import Statistic
from pmo_lib.wording import (
    STATISTICS,
    compared,
    counted,
    interval,
    listed,
    month,
    number,
    shortened,
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
        (274.6, "days", "275 days"),
        (1234.0, "days", "1,234 days"),
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
    ],
)
def test_interval(low: float, high: float, unit: Any, text: str) -> None:
    assert plain(interval(low, high, unit)) == text


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


def test_every_statistic_has_its_words() -> None:
    assert set(STATISTICS) == set(get_args(Statistic))


@pytest.mark.parametrize(
    ("text", "letters", "short"),
    [("Finance", 7, "Finance"), ("Finance", 6, "Finan…"), ("Legal and Tax", 7, "Legal…")],
)
def test_shortened(text: str, letters: int, short: str) -> None:
    assert shortened(text, letters) == short
    assert len(shortened(text, letters)) <= letters

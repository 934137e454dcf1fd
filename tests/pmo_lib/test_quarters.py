"""Quarters of the calendar year beside months."""

import pandas as pd
import pytest

from pmo_lib.quarters import months_in, quarter_range, quarters_of, spoken


def test_every_month_is_in_its_quarter() -> None:
    for month in range(1, 13):
        name = f"2026-{month:02}"
        quarter = quarters_of(pd.Series([name])).iloc[0]
        assert name in months_in(quarter)
        assert months_in(name) == [name]


def test_missing_month_has_no_quarter() -> None:
    found = quarters_of(pd.Series(["2026-09", None], dtype="str"))
    assert found.iloc[0] == "2026-Q3"
    assert found.isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("first", "last", "quarters"),
    [
        ("2025-11", "2026-08", ["2025-Q4", "2026-Q1", "2026-Q2"]),  # the third is not over
        ("2026-07", "2026-09", ["2026-Q3"]),
        ("2026-07", "2026-08", []),
    ],
)
def test_range_ends_with_the_last_that_is_over(first: str, last: str, quarters: list[str]) -> None:
    assert quarter_range(first, last) == quarters


@pytest.mark.parametrize(
    ("period", "words"),
    [("2026-09", "September 2026"), ("2026-Q3", "July to September 2026")],
)
def test_is_spoken(period: str, words: str) -> None:
    assert spoken(period) == words

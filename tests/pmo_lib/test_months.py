"""Months as text: their ends, distances and sequences."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmo_lib.months import (
    MONTH,
    month_end,
    month_number,
    month_range,
    months_of,
    shifted,
    working_days,
)

PERIODS = st.builds("{:04d}-{:02d}".format, st.integers(1990, 2100), st.integers(1, 12))


@pytest.mark.parametrize(
    ("period", "day"),
    [("2026-09", "2026-09-30"), ("2024-02", "2024-02-29"), ("2100-02", "2100-02-28"),
     ("2026-12", "2026-12-31")],
)  # fmt: skip
def test_month_end(period: str, day: str) -> None:
    assert month_end(period) == pd.Timestamp(day)


@pytest.mark.parametrize(
    ("period", "months", "expected"),
    [("2026-09", 4, "2027-01"), ("2026-01", -1, "2025-12"), ("2026-09", -36, "2023-09"),
     ("2026-09", 0, "2026-09")],
)  # fmt: skip
def test_shifted(period: str, months: int, expected: str) -> None:
    assert shifted(period, months) == expected


@given(period=PERIODS, months=st.integers(-500, 500))
def test_shifting_back_returns(period: str, months: int) -> None:
    assert shifted(shifted(period, months), -months) == period


@given(period=PERIODS, months=st.integers(0, 100))
def test_month_number_counts_the_months_between(period: str, months: int) -> None:
    first, last = month_number(pd.Series([period, shifted(period, months)]))
    assert last - first == months


def test_month_range_holds_both_ends() -> None:
    assert month_range("2025-11", "2026-02") == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert month_range("2026-02", "2026-02") == ["2026-02"]
    assert month_range("2026-03", "2026-02") == []


def test_months_of_dates_and_gaps() -> None:
    found = months_of(pd.Series(pd.to_datetime(["2026-01-31", None])))
    assert found[0] == "2026-01"
    assert found.isna().tolist() == [False, True]


def test_months_of_gaps_only() -> None:
    assert months_of(pd.Series(pd.to_datetime([None, None]))).isna().all()


def test_month_number_of_a_gap_is_missing() -> None:
    numbers = month_number(pd.Series(["2026-01", None], dtype="str"))
    assert numbers.isna().tolist() == [False, True]


@pytest.mark.parametrize("text", ["2026-00", "2026-13", "2026-1", "26-01", "2026/01", "2026-01-01"])
def test_month_pattern_refuses(text: str) -> None:
    assert not MONTH.fullmatch(text)


@given(period=PERIODS)
def test_month_pattern_takes_every_month(period: str) -> None:
    assert MONTH.fullmatch(period)


def test_working_days_are_those_from_monday_to_friday() -> None:
    first = pd.Series(pd.to_datetime(["2026-09-04", "2026-09-07", None, "2026-09-05"]))
    last = pd.Series(pd.to_datetime(["2026-09-07", "2026-09-18", "2026-09-18", "2026-09-06"]))
    found = working_days(first, last)  # a Friday to a Monday, two weeks less a Friday, a week-end
    assert found.tolist()[:2] == [1, 9]
    assert np.isnan(found[2])
    assert found[3] == 0

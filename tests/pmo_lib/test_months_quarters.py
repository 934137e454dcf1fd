"""Quarters of the calendar year beside months."""

import pandas as pd
import pytest

from pmo_lib.months import (
    half_year_name,
    months_in,
    quarter_name,
    quarter_number,
    quarter_of,
    quarter_range,
    spoken,
)


def test_every_month_is_in_its_quarter() -> None:
    for month in range(1, 13):
        name = f"2026-{month:02}"
        quarter = quarter_name(quarter_of(pd.Timestamp(name)))
        assert name in months_in(quarter)
        assert len(months_in(quarter)) == 3
        assert months_in(name) == [name]


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


class TestNumbers:
    def test_are_counted_on_from_the_year_0(self) -> None:
        days = pd.Series(pd.to_datetime(["2026-01-01", "2026-03-31", "2026-04-01", "2027-12-31"]))
        assert quarter_number(days).tolist() == [8104, 8104, 8105, 8111]

    def test_missing_stays_missing(self) -> None:
        assert quarter_number(pd.Series([pd.NaT, pd.Timestamp("2026-01-01")])).isna().tolist() == [
            True, False,
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("number", "name"), [(8104, "2026-Q1"), (8105, "2026-Q2"), (8107, "2026-Q4")]
    )
    def test_in_words(self, number: int, name: str) -> None:
        assert quarter_name(number) == name

    @pytest.mark.parametrize(
        ("number", "name"), [(8104, "2026 H1"), (8105, "2026 H1"), (8106, "2026 H2")]
    )
    def test_half_years_in_words(self, number: int, name: str) -> None:
        assert half_year_name(number) == name

    def test_of_one_day_is_that_of_a_column(self) -> None:
        days = pd.Series(pd.date_range("2025-12-30", "2026-04-03"))
        assert [quarter_of(day) for day in days] == quarter_number(days).tolist()

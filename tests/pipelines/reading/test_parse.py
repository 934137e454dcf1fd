"""Text becomes values, or a reason why not; nothing is guessed."""

from decimal import Decimal
from itertools import product
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.reading.parse import Conventions, Parsed, parse
from pmo_lib.contract.schema import Column, ColumnKind

NO_CONVENTIONS = Conventions()


def read(kind: ColumnKind, *cells: str, **conventions: Any) -> Parsed:
    return parse(
        Column("column", kind, ""), pd.Series(cells, dtype="str"), Conventions(**conventions)
    )


def value(kind: ColumnKind, cell: str, **conventions: Any) -> object:
    """What the cell alone is read as; fails where it is unreadable."""
    parsed = read(kind, cell, **conventions)
    assert parsed.problems == {}
    return parsed.typed.item()


def problem(kind: ColumnKind, cell: str, **conventions: Any) -> str:
    """Why the cell alone is unreadable; fails where it has a value."""
    parsed = read(kind, cell, **conventions)
    assert parsed.typed.isna().all()
    return parsed.problems[0]


class TestMoney:
    @pytest.mark.parametrize(
        ("cell", "amount"),
        [
            ("1996.40", 1996.4),
            ("£1,996.40", 1996.4),
            ("1 996,40", 1996.4),
            ("1\u00a0996,40", 1996.4),
            ("1\u202f996,40", 1996.4),
            ("1\u2009996,40", 1996.4),
            ("1.996,40 €", 1996.4),
            ("1'234'567", 1234567),
            ("1’234’567.50", 1234567.5),
            ("1,234,567", 1234567),
            ("1.234.567", 1234567),
            ("1 234 567", 1234567),
            ("12,5", 12.5),
            ("0,500", 0.5),
            ("1234,567", 1234.567),
            (".5", 0.5),
            ("5.", 5),
            ("1e3", 1000),
            ("-1.5E-2", -0.015),
            ("+12", 12),
            ("  12  ", 12),
            ("GBP 3", 3),
            ("3 EUR", 3),
            ("$3", 3),
            ("¥ 3", 3),
            ("0", 0),
        ],
    )
    def test_is_read_in_every_common_style(self, cell: str, amount: float) -> None:
        assert value("money", cell) == amount

    @pytest.mark.parametrize(
        "cell",
        ["(12.5)", "-12.5", "12.5-", "−12.5", "-£12.5", "£-12.5", "£(12.5)", "(£12.5)", "(12.5) £",
         "GBP -12.5", "- 12.5", "12.5 -"],
    )  # fmt: skip
    def test_is_negative_in_every_common_style(self, cell: str) -> None:
        assert value("money", cell) == -12.5

    @pytest.mark.parametrize(
        "cell",
        ["nan", "NaN", "inf", "-inf", "Infinity", "1e999", "-1e999", "tbc", "n/a", "-", "£", "()",
         ".", ",", "12 or 13", "12k", "1,23,456", "1,2345,678", "12 50", "1_000", "0x10", "1.2.3",
         "1,234.567.8", "--12", "(12", "12)", "(-12)", "1/2", "²", "#N/A", "5 %"],
    )  # fmt: skip
    def test_is_refused_where_it_is_no_number(self, cell: str) -> None:
        assert problem("money", cell).startswith("is not a number")

    @pytest.mark.parametrize("cell", ["9" * 400, "£" + "9" * 400])
    def test_is_refused_where_it_is_beyond_all_numbers(self, cell: str) -> None:
        assert problem("money", cell)

    @pytest.mark.parametrize("cell", ["+12-", "-12-"])
    def test_is_refused_with_two_signs(self, cell: str) -> None:
        assert problem("money", cell)

    @pytest.mark.parametrize("cell", ["MAY 2026", "TBC 3", "12 FTE"])
    def test_is_refused_with_capitals_that_are_no_currency(self, cell: str) -> None:
        assert problem("money", cell)

    def test_is_empty_where_the_cell_is(self) -> None:
        parsed = read("money", "", "  ", "\u00a0", "1")
        assert parsed.problems == {}
        assert parsed.typed.isna().tolist() == [True, True, True, False]


class TestAmbiguousThousands:
    def test_alone_is_refused_with_the_remedy(self) -> None:
        assert problem("money", "1,996") == (
            "could be a thousand or a decimal; declare the table's decimal_marks in settings.yml"
        )

    @pytest.mark.parametrize("cell", ["£1,996", "(1,996)", "-1,996", "12,345", "999,000"])
    def test_is_refused_in_every_dress(self, cell: str) -> None:
        assert "could be a thousand" in problem("money", cell)

    @pytest.mark.parametrize("kind", ["money", "number", "integer"])
    def test_is_refused_in_every_kind_of_number(self, kind: ColumnKind) -> None:
        assert "could be a thousand" in problem(kind, "1,996")

    @pytest.mark.parametrize(
        ("cell", "amount"),
        [("2.5", 1996), ("1,234.5", 1996), ("1,234,567", 1996), ("2,5", 1.996), ("0,125", 1.996),
         ("1.234,5", 1.996), ("1.234.567", 1.996)],
    )  # fmt: skip
    def test_is_resolved_by_another_cell_that_leaves_no_doubt(
        self, cell: str, amount: float
    ) -> None:
        parsed = read("money", "1,996", cell)
        assert parsed.problems == {}
        assert parsed.typed.iloc[0] == amount

    def test_with_a_point_is_refused_too_where_no_cell_tells(self) -> None:
        assert set(read("money", "1.996", "12.345", "7").problems) == {0, 1}

    @pytest.mark.parametrize("cell", ["2.5", "0.125", "1,234.5"])
    def test_with_a_point_is_a_decimal_where_a_cell_tells(self, cell: str) -> None:
        assert read("money", "1.996", cell).typed.iloc[0] == 1.996

    def test_is_not_resolved_by_another_that_is_as_ambiguous(self) -> None:
        assert set(read("money", "1,996", "2,500").problems) == {0, 1}

    def test_is_refused_where_the_others_contradict_each_other(self) -> None:
        parsed = read("money", "1,996", "2,5", "3.5", "1.996")
        assert set(parsed.problems) == {0, 3}
        assert parsed.typed.tolist()[1:3] == [2.5, 3.5]

    @pytest.mark.parametrize(("mark", "comma", "point"), [(".", 1996, 1.996), (",", 1.996, 1996)])
    def test_is_resolved_by_the_declared_mark(self, mark: str, comma: float, point: float) -> None:
        assert value("money", "1,996", decimal_mark=mark) == comma
        assert value("money", "1.996", decimal_mark=mark) == point

    def test_point_becomes_a_thousand_where_another_cell_has_a_decimal_comma(self) -> None:
        assert read("money", "1.996", "2,5").typed.tolist() == [1996, 2.5]

    @pytest.mark.parametrize("cell", ["tbc, see mail", "see p. 5", "n.a."])
    def test_is_not_resolved_by_a_cell_that_is_no_number(self, cell: str) -> None:
        assert set(read("money", "1,996", cell).problems) == {0, 1}


class TestShares:
    @pytest.mark.parametrize(
        ("cell", "share"),
        [("45%", 0.45), ("45 %", 0.45), ("0.45", 0.45), ("0,45", 0.45), ("12,5%", 0.125),
         ("100%", 1), ("0%", 0), ("-5%", -0.05), ("120%", 1.2)],
    )  # fmt: skip
    def test_is_read_with_or_without_its_sign(self, cell: str, share: float) -> None:
        assert value("share", cell) == pytest.approx(share, rel=1e-15)

    def test_sign_alone_is_no_share(self) -> None:
        assert problem("share", "%").startswith("is not a number")

    @pytest.mark.parametrize(("cell", "share"), [("1,234", 1234), ("1,234%", 12.34)])
    def test_with_a_doubtful_comma_is_beyond_all_shares(self, cell: str, share: float) -> None:
        assert value("share", cell) == pytest.approx(share)  # and so rejected by its range

    def test_with_three_decimals_is_no_thousand(self) -> None:
        assert value("share", "1.000") == 1


class TestIntegers:
    @pytest.mark.parametrize(
        ("cell", "number"), [("3", 3), ("3.0", 3), ("3,0", 3), ("1,234,567", 1234567), ("-2", -2)]
    )
    def test_is_read(self, cell: str, number: int) -> None:
        assert value("integer", cell) == number
        assert read("integer", cell).typed.dtype == "Int64"

    def test_fraction_is_refused(self) -> None:
        assert problem("integer", "3.5") == "is not a whole number"

    def test_one_fraction_leaves_the_others(self) -> None:
        parsed = read("integer", "1", "3.5", "x", "2")
        assert parsed.typed.astype("object").where(parsed.typed.notna(), None).tolist() == [
            1, None, None, 2,
        ]  # fmt: skip
        assert set(parsed.problems) == {1, 2}

    @pytest.mark.parametrize("cell", ["1e300", "99999999999999999999"])
    def test_one_too_large_is_refused(self, cell: str) -> None:
        assert problem("integer", cell)


class TestDates:
    @pytest.mark.parametrize(
        "cell",
        ["2026-03-04", " 2026-03-04 ", "2026-03-04 09:30", "2026-03-04T09:30:15",
         "2026-03-04T09:30:15.123456", "2026-03-04T23:30:00Z", "2026-03-04T23:30:00+01:00"],
    )  # fmt: skip
    def test_is_the_day_as_written(self, cell: str) -> None:
        assert value("date", cell) == pd.Timestamp("2026-03-04")

    @pytest.mark.parametrize("cell", ["2026-02-30", "2025-02-29", "2026-13-01", "2026-00-10"])
    def test_impossible_day_is_refused(self, cell: str) -> None:
        assert problem("date", cell) == "is no day of the calendar"

    @pytest.mark.parametrize("cell", ["03/04/2026", "3.4.2026", "3-4-26"])
    def test_day_or_month_first_is_refused_as_ambiguous_with_the_remedy(self, cell: str) -> None:
        said = problem("date", cell)
        assert said.startswith("could be day or month first")
        assert "date_formats in settings.yml" in said

    @pytest.mark.parametrize("cell", ["25/12/2026", "12/25/2026", "03/03/2026", "2026/3/4"])
    def test_another_order_is_refused_with_the_remedy(self, cell: str) -> None:
        assert "date_formats in settings.yml" in problem("date", cell)

    @pytest.mark.parametrize("cell", ["soon", "46085", "2026-03", "4 March 2026", "20260304", "-"])
    def test_what_is_no_date_is_refused(self, cell: str) -> None:
        assert problem("date", cell) == "is not a date; write YYYY-MM-DD"

    def test_declared_format_is_read_and_iso_beside_it(self) -> None:
        parsed = read("date", "03/04/2026", "2026-04-03", date_format="%d/%m/%Y")
        assert parsed.problems == {}
        assert set(parsed.typed) == {pd.Timestamp("2026-04-03")}

    def test_against_the_declared_format_is_refused_with_the_format(self) -> None:
        said = problem("date", "12/25/2026", date_format="%d/%m/%Y")
        assert said == "is not a date written YYYY-MM-DD or %d/%m/%Y"

    def test_declared_format_with_a_time_gives_the_day(self) -> None:
        found = value("date", "04/03/2026 09:30", date_format="%d/%m/%Y %H:%M")
        assert found == pd.Timestamp("2026-03-04")

    def test_declared_format_with_a_zone_gives_the_day(self) -> None:
        found = value("date", "04/03/2026 +0100", date_format="%d/%m/%Y %z")
        assert found == pd.Timestamp("2026-03-04")


class TestMonths:
    @pytest.mark.parametrize("cell", ["2026-09", " 2026-09 ", "2026-09-30", "2026-09-01 00:00:00"])
    def test_is_read(self, cell: str) -> None:
        assert value("period", cell) == "2026-09"

    @pytest.mark.parametrize(
        "cell", ["2026-13", "2026-00", "2026-9", "09/2026", "Sep 2026", "2026", "202609", "soon"]
    )
    def test_what_is_no_month_is_refused(self, cell: str) -> None:
        assert problem("period", cell) == "is not a month written YYYY-MM"

    @pytest.mark.parametrize("cell", ["2026-09-99", "2026-09-31", "2026-09-30 or later"])
    def test_impossible_day_of_a_month_is_refused(self, cell: str) -> None:
        assert problem("period", cell)


class TestWords:
    @pytest.mark.parametrize("cell", ["007", "1.10", "1e5", "1,996", "2026-03-04", "TRUE", "N/A"])
    @pytest.mark.parametrize("kind", ["id", "text"])
    def test_are_kept_to_the_letter(self, kind: ColumnKind, cell: str) -> None:
        assert value(kind, cell) == cell

    def test_lose_the_spaces_around_them(self) -> None:
        assert value("id", "  007 ") == "007"

    def test_are_missing_where_the_cell_is_empty(self) -> None:
        assert read("text", "", "  ").typed.isna().all()

    @pytest.mark.parametrize("cell", ["on_hold", "On Hold", " ON  HOLD ", "on\u00a0hold"])
    def test_of_a_list_are_forgiven_case_and_spaces(self, cell: str) -> None:
        column = Column("status", "text", "", allowed=("active", "on_hold"))
        assert parse(column, pd.Series([cell], dtype="str"), NO_CONVENTIONS).typed.item() == (
            "on_hold"
        )

    @pytest.mark.parametrize("cell", ["in flight", "In Flight", "in_flight", " IN  flight "])
    def test_of_a_list_are_as_declared_with_their_spaces(self, cell: str) -> None:
        column = Column("population", "text", "", allowed=("completed", "in flight"))
        assert parse(column, pd.Series([cell], dtype="str"), NO_CONVENTIONS).typed.item() == (
            "in flight"
        )


amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=2)
GROUPS = [",", ".", " ", "\u00a0", "\u202f", "'", "’", ""]
SIGNS = ["-{}", "−{}", "{}-", "({})", "- {}"]
CURRENCIES = ["{}", "£{}", "£ {}", "{} €", "{}€", "GBP {}", "{} EUR"]
STYLES = [
    (group, mark, sign, currency)
    for group, mark, sign, currency in product(GROUPS, ".,", SIGNS, CURRENCIES)
    if group != mark
]


@given(amount=amounts, style=st.sampled_from(STYLES), sign_outside=st.booleans())
@settings(max_examples=200)
def test_any_amount_in_any_style_comes_back(
    amount: Decimal, style: tuple[str, str, str, str], sign_outside: bool
) -> None:
    group, mark, sign, currency = style
    whole, _, cents = f"{abs(amount):,.2f}".partition(".")
    text = whole.replace(",", group) + mark + cents
    if amount >= 0:
        text = currency.format(text)
    else:
        outer, inner = (sign, currency) if sign_outside else (currency, sign)
        text = outer.format(inner.format(text))
    assert value("money", text) == float(amount)


@given(
    whole=st.integers(1, 999),
    thousandth=st.integers(0, 999),
    mark=st.sampled_from(["", ".", ","]),
    dress=st.sampled_from(CURRENCIES),
)
def test_two_readings_are_never_a_value_unless_resolved(
    whole: int, thousandth: int, mark: str, dress: str
) -> None:
    text = dress.format(f"{whole},{thousandth:03}")
    if mark == "":
        assert "could be a thousand" in problem("money", text)
    else:
        expected = Decimal(f"{whole}{'' if mark == '.' else '.'}{thousandth:03}")
        assert value("money", text, decimal_mark=mark) == float(expected)


cell_texts = (
    st.text(max_size=12)
    | st.text(st.sampled_from("0123456789.,eE+-−()£€% '’\u00a0GBP"), max_size=12)
    | st.from_regex(r"\A\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ]\d{1,2}:\d\d)?\Z")
)
KINDS: list[ColumnKind] = ["id", "text", "date", "period", "money", "number", "integer", "share"]


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_ever_raises_and_each_cell_is_a_value_or_has_a_reason(kind: ColumnKind) -> None:
    @given(
        cells=st.lists(cell_texts, min_size=1, max_size=4),
        mark=st.sampled_from(["", ".", ","]),
        date_format=st.sampled_from(["", "%d/%m/%Y", "%m/%d/%y"]),
    )
    @example(cells=["1e300"], mark="", date_format="")
    @settings(max_examples=60, deadline=None)
    def read_anything(cells: list[str], mark: str, date_format: str) -> None:
        parsed = read(kind, *cells, decimal_mark=mark, date_format=date_format)
        assert parsed.typed.dtype == Column("column", kind, "").pandas_type
        for position, cell in enumerate(cells):
            is_value = not pd.isna(parsed.typed.iloc[position])
            has_reason = position in parsed.problems
            is_empty = not cell.strip()
            assert [is_value, has_reason, is_empty].count(True) == 1, (cell, parsed)

    read_anything()

"""Text becomes values, or a reason why not; nothing is guessed."""

import re
from decimal import Decimal
from itertools import product
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.reading.conventions import Conventions
from pipelines.reading.parse import Parsed, parse
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
    def test_is_read_in_every_common_style(self, subtests: pytest.Subtests) -> None:
        for cell, amount in [
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
            ("₹12,34,567.50", 1234567.5),  # lakh and crore
            ("INR 1,00,00,000", 10000000),
            ("٩٤٦٦٩٦٫٣٠", 946696.3),
            ("۱٬۲۳۴٬۵۶۷", 1234567),
            ("१२३४", 1234),
            ("１２３４", 1234),
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
        ]:
            with subtests.test(cell=cell, amount=amount):
                assert value("money", cell) == amount

    def test_is_negative_in_every_common_style(self, subtests: pytest.Subtests) -> None:
        for cell in [
            "(12.5)",
            "-12.5",
            "12.5-",
            "−12.5",
            "-£12.5",
            "£-12.5",
            "£(12.5)",
            "(£12.5)",
            "(12.5) £",
            "GBP -12.5",
            "- 12.5",
            "12.5 -",
        ]:
            with subtests.test(cell=cell):
                assert value("money", cell) == -12.5

    def test_is_refused_where_it_is_no_number(self, subtests: pytest.Subtests) -> None:
        for cell in [
            "inf",
            "-inf",
            "Infinity",
            "1e999",
            "-1e999",
            "soon",
            "£",
            "()",
            ".",
            ",",
            "12 or 13",
            "12k",
            "1,23,456",
            "1,2345,678",
            "12 50",
            "1_000",
            "0x10",
            "1.2.3",
            "1,234.567.8",
            "--12",
            "(12",
            "12)",
            "(-12)",
            "1/2",
            "²",
            "#5",
            "5 %",
        ]:
            with subtests.test(cell=cell):
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

    def test_in_another_currency_is_refused_by_its_name(self, subtests: pytest.Subtests) -> None:
        for cell in [
            "$3",
            "3 USD",
            "USD 3",
            "€3",
            "3 €",
            "₹ 3",
            "(3) $",
            "-€3",
            "kr 3",
            "3 zł",
            "CHF 3",
            "Rs. 3",
            "US$3",
            "1,996.40 EUR",
        ]:
            with subtests.test(cell=cell):
                said = problem("money", cell, currency="GBP")
                assert re.match(r"is in \S+, and the settings' currency is GBP", said)

    def test_in_the_currency_of_the_settings_is_read(self, subtests: pytest.Subtests) -> None:
        for cell, currency in [
            ("£3", "GBP"),
            ("3 gbp", "GBP"),
            ("$3", "USD"),
            ("$3", "CAD"),
            ("A$3", "AUD"),
            ("3 kr", "SEK"),
            ("kr. 3", "DKK"),
            ("3 €", "EUR"),
            ("EUR 3", "€"),
            ("¥3", "JPY"),
            ("₹3", "INR"),
            ("$3", ""),
        ]:
            with subtests.test(cell=cell, currency=currency):
                assert value("money", cell, currency=currency) == 3

    def test_in_thousands_or_millions_is_refused_with_the_remedy(
        self, subtests: pytest.Subtests
    ) -> None:
        for cell in [
            "120k",
            "120 K",
            "£1.2m",
            "1.2 m€",
            "3bn",
            "1,5 Mio",
            "1.5 Mio.",
            "2 million",
            "T€ 120",
            "120 kEUR",
            "3 crore",
        ]:
            with subtests.test(cell=cell):
                assert "is short for thousands or millions; write all the digits" in problem(
                    "money", cell
                )


class TestAmbiguousThousands:
    def test_alone_is_refused_with_the_remedy(self) -> None:
        assert problem("money", "1,996") == (
            "could be a thousand or a decimal; declare the table's decimal_marks in settings.yml"
        )

    def test_is_refused_in_every_dress(self, subtests: pytest.Subtests) -> None:
        for cell in ["£1,996", "(1,996)", "-1,996", "12,345", "999,000"]:
            with subtests.test(cell=cell):
                assert "could be a thousand" in problem("money", cell)

    @pytest.mark.parametrize("kind", ["money", "number", "integer"])
    def test_is_refused_in_every_kind_of_number(self, kind: ColumnKind) -> None:
        assert "could be a thousand" in problem(kind, "1,996")

    def test_is_resolved_by_another_cell_that_leaves_no_doubt(
        self, subtests: pytest.Subtests
    ) -> None:
        for cell, amount in [
            ("2.5", 1996),
            ("1,234.5", 1996),
            ("1,234,567", 1996),
            ("2,5", 1.996),
            ("0,125", 1.996),
            ("1.234,5", 1.996),
            ("1.234.567", 1.996),
        ]:
            with subtests.test(cell=cell, amount=amount):
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

    @pytest.mark.parametrize("cell", ["tbc, see mail", "see p. 5", "q.e."])
    def test_is_not_resolved_by_a_cell_that_is_no_number(self, cell: str) -> None:
        assert set(read("money", "1,996", cell).problems) == {0, 1}


class TestShares:
    def test_is_read_with_or_without_its_sign(self, subtests: pytest.Subtests) -> None:
        for cell, share in [
            ("45%", 0.45),
            ("45 %", 0.45),
            ("0.45", 0.45),
            ("0,45", 0.45),
            ("12,5%", 0.125),
            ("100%", 1),
            ("0%", 0),
            ("-5%", -0.05),
            ("120%", 1.2),
        ]:
            with subtests.test(cell=cell, share=share):
                assert value("share", cell) == pytest.approx(share, rel=1e-15)

    def test_sign_alone_is_no_share(self) -> None:
        assert problem("share", "%").startswith("is not a number")

    @pytest.mark.parametrize(("cell", "share"), [("1,234", 1234), ("1,234%", 12.34)])
    def test_with_a_doubtful_comma_is_beyond_all_shares(self, cell: str, share: float) -> None:
        assert value("share", cell) == pytest.approx(share)  # and so rejected by its range

    def test_with_three_decimals_is_no_thousand(self) -> None:
        assert value("share", "1.000") == 1


class TestIntegers:
    def test_is_read(self, subtests: pytest.Subtests) -> None:
        for cell, number in [("3", 3), ("3.0", 3), ("3,0", 3), ("1,234,567", 1234567), ("-2", -2)]:
            with subtests.test(cell=cell, number=number):
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
    def test_is_the_day_as_written(self, subtests: pytest.Subtests) -> None:
        for cell in [
            "2026-03-04",
            " 2026-03-04 ",
            "2026-03-04 09:30",
            "2026-03-04T09:30:15",
            "2026-03-04T09:30:15.123456",
            "2026-03-04T23:30:00Z",
            "2026-03-04T23:30:00+01:00",
        ]:
            with subtests.test(cell=cell):
                assert value("date", cell) == pd.Timestamp("2026-03-04")

    def test_impossible_day_is_refused(self, subtests: pytest.Subtests) -> None:
        for cell in ["2026-02-30", "2025-02-29", "2026-13-01", "2026-00-10"]:
            with subtests.test(cell=cell):
                assert problem("date", cell) == "is no day of the calendar"

    @pytest.mark.parametrize("cell", ["03/04/2026", "3.4.2026", "3-4-26"])
    def test_day_or_month_first_is_refused_as_ambiguous_with_the_remedy(self, cell: str) -> None:
        said = problem("date", cell)
        assert said.startswith("could be day or month first")
        assert "date_formats in settings.yml" in said

    def test_another_order_is_refused_with_the_remedy(self, subtests: pytest.Subtests) -> None:
        for cell in ["25/12/2026", "12/25/2026", "03/03/2026", "2026/3/4"]:
            with subtests.test(cell=cell):
                assert "date_formats in settings.yml" in problem("date", cell)

    def test_what_is_no_date_is_refused(self, subtests: pytest.Subtests) -> None:
        for cell in ["soon", "46085", "2026-03", "20260304", "in May"]:
            with subtests.test(cell=cell):
                assert problem("date", cell) == "is not a date; write YYYY-MM-DD"

    def test_another_way_of_writing_is_refused_and_its_format_is_named(
        self, subtests: pytest.Subtests
    ) -> None:
        for cell, pattern in [
            ("13-Feb-24", "%d-%b-%y"),
            ("02/13/2024 12:00:00 AM", "%m/%d/%Y %I:%M:%S %p"),
            ("2026 January 02 8:00 AM", "%Y %B %d %I:%M %p"),
            ("13.02.2024 09:30", "%d.%m.%Y %H:%M"),
            ("4 March 2026", "%d %B %Y"),
            ("Mon 25/12/23", "%a %d/%m/%y"),
            ("Feb 13, 2024", "%b %d, %Y"),
        ]:
            with subtests.test(cell=cell, pattern=pattern):
                said = problem("date", cell)
                assert f'date_formats in settings.yml, such as "{pattern}"' in said
                assert value("date", cell, date_format=pattern) is not None

    def test_others_of_the_column_tell_which_format_it_is(self) -> None:
        said = read("date", "02/03/2024", "02/13/2024", "12/31/2024").problems
        assert set(said) == {0, 1, 2}
        assert all('such as "%m/%d/%Y"' in reason for reason in said.values())

    def test_year_of_two_digits_is_refused_in_words(self, subtests: pytest.Subtests) -> None:
        for cell in ["13/02/24", "13.02.24", "13-Feb-24", "1/2/24"]:
            with subtests.test(cell=cell):
                assert "has a year of two digits" in problem("date", cell)

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


class TestOffsets:
    CELLS = ("2024-03-31T23:00:00Z", "2024-06-30T22:30:00.000+00:00", "2024-12-31T22:59:59+0000")

    def test_become_days_of_the_declared_zone(self) -> None:
        parsed = read("date", *self.CELLS, timezone="Europe/Berlin")  # UTC+2, UTC+2, UTC+1
        days = [f"{day:%Y-%m-%d}" for day in parsed.typed]
        assert days == ["2024-04-01", "2024-07-01", "2024-12-31"]
        assert parsed.assumed.cut == 0

    def test_become_months_of_the_declared_zone(self) -> None:
        parsed = read("period", *self.CELLS, timezone="Europe/Berlin")
        assert parsed.typed.tolist() == ["2024-04", "2024-07", "2024-12"]

    def test_keep_their_own_day_without_a_zone_and_are_counted(self) -> None:
        parsed = read("date", *self.CELLS, self.CELLS[0], "2024-03-31", "2024-03-31 23:00")
        assert f"{parsed.typed[0]:%Y-%m-%d}" == "2024-03-31"
        assert parsed.assumed.cut == 4

    def test_at_midnight_lose_nothing(self) -> None:
        parsed = read("date", "2024-03-31T00:00:00Z", "2024-03-31T00:00+02:00")
        assert parsed.assumed.cut == 0

    def test_in_a_declared_format_become_days_of_the_zone_too(self) -> None:
        found = value(
            "date", "31/03/2024 23:00 +0000", date_format="%d/%m/%Y %H:%M %z",
            timezone="Europe/Berlin",
        )  # fmt: skip
        assert found == pd.Timestamp("2024-04-01")


class TestSwapped:
    TEXTS = ("03/25/2024", "11/13/2024", "07/31/2024")
    DATES = ("2024-07-03", "2024-01-12", "2024-02-02")

    @pytest.mark.parametrize("date_format", ["", "%m/%d/%Y"])
    def test_are_true_dates_up_to_the_12th_beside_texts_of_later_days(
        self, date_format: str
    ) -> None:
        assert read("date", *self.TEXTS, *self.DATES, date_format=date_format).assumed.swapped

    def test_are_not_assumed_where_one_speaks_against_it(self, subtests: pytest.Subtests) -> None:
        for cells in [
            self.DATES,
            self.TEXTS,
            (*self.TEXTS, *self.DATES, "2024-07-13"),
            (*self.TEXTS, *self.DATES, "11/02/2024"),
            (*self.TEXTS, *self.DATES[:2]),
        ]:
            with subtests.test(cells=cells):
                assert not read("date", *cells, date_format="%m/%d/%Y").assumed.swapped


WORDS_FOR_NOTHING = ["NA", "n/a", "N/A", "-", "--", "—", "TBC", "tbd", "null", "None", "nil",
                     "Not set", " n/a ", "unknown"]  # fmt: skip


class TestNothing:
    def test_is_meant_by_the_usual_words_which_are_counted(self, subtests: pytest.Subtests) -> None:
        for kind in ["date", "period", "money", "integer", "share", "id", "text"]:
            with subtests.test(kind=kind):
                parsed = read(kind, *WORDS_FOR_NOTHING, "NA")
                assert parsed.typed.isna().all()
                assert parsed.problems == {}
                assert parsed.assumed.nothing["NA"] == 2
                assert sum(parsed.assumed.nothing.values()) == len(WORDS_FOR_NOTHING) + 1

    @pytest.mark.parametrize("kind", ["id", "text", "date"])
    def test_is_no_value_of_a_required_column(self, kind: ColumnKind) -> None:
        column = Column("column", kind, "", "required")
        parsed = parse(column, pd.Series(["TBC", "x"], dtype="str"), NO_CONVENTIONS)
        assert parsed.problems[0] == "says that it is not known"
        assert parsed.assumed.nothing == {}

    def test_is_not_meant_by_a_word_that_the_column_allows(self) -> None:
        column = Column("column", "text", "", allowed=("none", "some"))
        parsed = parse(column, pd.Series(["None", "n/a"], dtype="str"), NO_CONVENTIONS)
        assert parsed.typed.isna().tolist() == [False, True]

    def test_is_meant_by_declared_words_which_nobody_need_be_told(self) -> None:
        parsed = read("money", "Gap", "offen", "3", missing=frozenset({"gap", "offen"}))
        assert parsed.typed.isna().tolist() == [True, True, False]
        assert parsed.problems == parsed.assumed.nothing == {}


class TestSpreadsheets:
    @pytest.mark.parametrize(
        "cell",
        ["#REF!", "#N/A", "#DIV/0!", "#NAME?", "#VALUE!", "#NULL!", "#NUM!", "#SPILL!", "#BEZUG!",
         "#NV", "#WERT!", "########", "Err:502"],
    )  # fmt: skip
    @pytest.mark.parametrize("kind", ["id", "text", "date", "period", "money"])
    def test_errors_are_no_values(self, kind: ColumnKind, cell: str) -> None:
        assert problem(kind, cell) == f"is an error of the spreadsheet ({cell})"

    @pytest.mark.parametrize("cell", ["=B2*C2", "=SUM(A1:A9)", "=1+1", "="])
    @pytest.mark.parametrize("kind", ["date", "period", "money", "integer"])
    def test_formulas_are_no_values(self, kind: ColumnKind, cell: str) -> None:
        assert "was never calculated; open the file in Excel" in problem(kind, cell)

    @pytest.mark.parametrize(
        "cell", ["=VLOOKUP(A2,x!A:B,2)", "=B2", "='Old list'!B2", "=-(B$2)", "="]
    )
    @pytest.mark.parametrize("kind", ["id", "text"])
    def test_formulas_are_no_words(self, kind: ColumnKind, cell: str) -> None:
        assert "was never calculated" in problem(kind, cell)

    def test_words_may_begin_like_them(self, subtests: pytest.Subtests) -> None:
        for cell in ["=> new way", "== old ==", "=1+1", "#1 of 3", "#hashtag"]:
            with subtests.test(cell=cell):
                assert value("text", cell) == cell

    def test_what_they_put_before_a_text_is_taken_off(self, subtests: pytest.Subtests) -> None:
        for kind, cell, plain in [
            ("id", "'007", "007"),
            ("id", '="007"', "007"),
            ("text", "'Finance", "Finance"),
            ("text", "'s-Hertogenbosch", "'s-Hertogenbosch"),
            ("text", "'A' again", "'A' again"),
            ("money", "'12.5", 12.5),
            ("date", "'2026-03-04", pd.Timestamp("2026-03-04")),
            ("period", '="2026-03"', "2026-03"),
        ]:
            with subtests.test(kind=kind, cell=cell):
                assert value(kind, cell) == plain

    def test_apostrophes_taken_off_are_counted(self) -> None:
        assert read("id", "'007", "'007", "'008", "9", '="7"').assumed.quoted == 3


class TestMonths:
    def test_is_read(self, subtests: pytest.Subtests) -> None:
        for cell in ["2026-09", " 2026-09 ", "2026-09-30", "2026-09-01 00:00:00"]:
            with subtests.test(cell=cell):
                assert value("period", cell) == "2026-09"

    def test_what_is_no_month_is_refused(self, subtests: pytest.Subtests) -> None:
        for cell in [
            "2026-13",
            "2026-00",
            "2026-9",
            "09/2026",
            "Sep 2026",
            "2026",
            "202609",
            "soon",
        ]:
            with subtests.test(cell=cell):
                assert problem("period", cell) == "is not a month written YYYY-MM"

    def test_day_in_another_format_is_refused_with_the_remedy(
        self, subtests: pytest.Subtests
    ) -> None:
        for cell in ["30/09/2026", "09/30/26", "30-Sep-26", "30 September 2026"]:
            with subtests.test(cell=cell):
                said = problem("period", cell)
                assert said.startswith("is not a month written YYYY-MM; declare the table's format")

    def test_day_in_the_declared_format_is_read(self) -> None:
        assert value("period", "30/09/2026", date_format="%d/%m/%Y") == "2026-09"

    def test_days_are_told_where_there_are_several_in_a_month(self) -> None:
        parsed = read("period", "2026-09-07", "2026-09-14", "2026-10", "2026-09-07")
        assert parsed.assumed.days is not None
        days = parsed.assumed.days.dt.day.astype("Int64")
        assert days.tolist() == [7, 14, pd.NA, 7]
        assert read("period", "2026-09-07", "2026-10-07", "2026-09-07").assumed.days is None

    @pytest.mark.parametrize("cell", ["2026-09-99", "2026-09-31", "2026-09-30 or later"])
    def test_impossible_day_of_a_month_is_refused(self, cell: str) -> None:
        assert problem("period", cell)


class TestWords:
    @pytest.mark.parametrize("cell", ["007", "1.10", "1e5", "1,996", "2026-03-04", "TRUE", "#12"])
    @pytest.mark.parametrize("kind", ["id", "text"])
    def test_are_kept_to_the_letter(self, kind: ColumnKind, cell: str) -> None:
        assert value(kind, cell) == cell

    def test_lose_the_spaces_around_them(self) -> None:
        assert value("id", "  007 ") == "007"

    def test_are_missing_where_the_cell_is_empty(self) -> None:
        assert read("text", "", "  ").typed.isna().all()

    def test_of_a_list_are_forgiven_case_and_spaces(self, subtests: pytest.Subtests) -> None:
        for cell in ["on_hold", "On Hold", " ON  HOLD ", "on\u00a0hold"]:
            with subtests.test(cell=cell):
                column = Column("status", "text", "", allowed=("active", "on_hold"))
                assert parse(
                    column, pd.Series([cell], dtype="str"), NO_CONVENTIONS
                ).typed.item() == ("on_hold")

    def test_of_a_list_are_as_declared_with_their_spaces(self, subtests: pytest.Subtests) -> None:
        for cell in ["in flight", "In Flight", "in_flight", " IN  flight "]:
            with subtests.test(cell=cell):
                column = Column("population", "text", "", allowed=("completed", "in flight"))
                assert parse(
                    column, pd.Series([cell], dtype="str"), NO_CONVENTIONS
                ).typed.item() == ("in flight")


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
@settings(max_examples=100)
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


@given(
    kind=st.sampled_from(KINDS),
    cells=st.lists(cell_texts, min_size=1, max_size=4),
    mark=st.sampled_from(["", ".", ","]),
    date_format=st.sampled_from(["", "%d/%m/%Y", "%m/%d/%y"]),
)
@example(kind="money", cells=["1e300"], mark="", date_format="")
@example(kind="id", cells=["NIL"], mark="", date_format="")
@settings(max_examples=150)
def test_no_text_ever_raises_and_each_cell_is_a_value_or_has_a_reason(
    kind: ColumnKind, cells: list[str], mark: str, date_format: str
) -> None:
    parsed = read(kind, *cells, decimal_mark=mark, date_format=date_format)
    assert parsed.typed.dtype == Column("column", kind, "").pandas_type
    for position, cell in enumerate(cells):
        is_value = not pd.isna(parsed.typed.iloc[position])
        has_reason = position in parsed.problems
        is_empty = not cell.strip() or cell in parsed.assumed.nothing  # NIL, n/a, …
        assert [is_value, has_reason, is_empty].count(True) == 1, (cell, parsed)

"""Cells of the GMPP: amounts, days and colours in every spelling that was published."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.gmpp import EXEMPT
from pipelines.sources.gmpp.cells import read_date, read_rating, silence
from pipelines.sources.gmpp.money import exponent, price_base, read_money
from pmo_lib.errors import DataError


class TestCells:
    @pytest.mark.parametrize(
        ("text", "millions"),
        [
            ("£1,996", "1996"),
            ("450.37", "450.37"),
            ("£32.24", "32.24"),
            ("£26.19m", "26.19"),
            ("\xa0£9941.96 ", "9941.96"),
            ("-£7,169.20", "-7169.20"),
            ("0", "0"),
            ("£1.2bn", "1.2E+3"),
            ("500k", "0.500"),
            ("−31", "-31"),
            ("331.47000000000003", "331.470000000000"),
            ("Low: 304.64, Mid: 331.47, High: 331.47", "331.47"),
            ("Mid: 20,300.00, High: 53,300.00", "20300.00"),
            ("low = £1m; mid = £2m", "2"),
        ],
    )
    def test_money_is_read(self, text: str, millions: str) -> None:
        assert str(read_money(text)) == millions

    @pytest.mark.parametrize(
        "text",
        [
            "9.40%",
            "Reset",
            "Low: 1, High: 3",
            "Range, Mid: 2",
            EXEMPT,
            "1,5",
            "12,34",
            "1.5.2",
            "",
            "£",
            "--3",
            "-£-3",
            "٣",
            "1e6",
        ],
    )
    def test_what_is_no_amount_is_not_guessed(self, text: str) -> None:
        assert read_money(text) is None

    @given(
        st.decimals(min_value=-999_999, max_value=999_999, places=2),
        st.sampled_from(["{:,}", "{}", "£{:,}", "£{}m", " £{:,} "]),
    )
    def test_money_survives_its_formats(self, millions: Decimal, style: str) -> None:
        assert read_money(style.format(millions)) == millions

    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("31/05/2010", date(2010, 5, 31)),
            ("30.06.08", date(2008, 6, 30)),
            ("2013-03-29", date(2013, 3, 29)),
            ("20.05.2020", date(2020, 5, 20)),
            ("02/03/2015\n", date(2015, 3, 2)),
            ("17.03.97", date(1997, 3, 17)),
            ("2025-02-28 00:00:00", date(2025, 2, 28)),
            ("2025-02-28T00:00:00.000Z", date(2025, 2, 28)),
            ("05-04-2030", date(2030, 4, 5)),
            ("31-Mar-30", date(2030, 3, 31)),
            ("1st April 2030", date(2030, 4, 1)),
            ("Low: 31/03/2025, Mid: 30/04/2025, High: 31/05/2025", date(2025, 4, 30)),
        ],
    )
    def test_dates_are_read_day_first(self, text: str, day: date) -> None:
        assert read_date(text) == day

    @pytest.mark.parametrize(
        "text",
        [
            "1/012/2014",
            "31.02.2020",
            "2020-13-01",
            "#N/A",
            "TBD",
            "2014",
            "45716",
            "Low: 01/02/2025",
        ],
    )
    def test_what_is_no_date_is_not_guessed(self, text: str) -> None:
        assert read_date(text) is None

    @given(
        st.dates(min_value=date(1969, 1, 1), max_value=date(2068, 12, 31)),
        st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d"]),
    )
    def test_dates_survive_their_formats(self, day: date, style: str) -> None:
        assert read_date(day.strftime(style)) == day

    @given(st.text() | st.from_regex(r"-?£?[\d,./-]+m?", fullmatch=True))
    def test_no_text_stops_the_reading(self, text: str) -> None:
        assert isinstance(read_money(text), Decimal | None)
        assert isinstance(read_date(text), date | None)

    @pytest.mark.parametrize(
        ("text", "rag"),
        [
            ("Amber ", "amber"),
            ("Amber/ Red", "amber_red"),
            ("Amber/red", "amber_red"),
            ("Amber-Green", "amber_green"),
            ("AMBER*", "amber"),
            ("Red (see the narrative) [3]", "red"),
            ("No DCA", None),
            ("", None),
        ],
    )
    def test_ratings_are_read_whatever_their_spelling(self, text: str, rag: str | None) -> None:
        assert read_rating(text) == rag


class TestSilence:
    def test_a_reason_for_saying_nothing_is_told_from_a_slip(self) -> None:
        expected = {
            EXEMPT: "exempt from publication",
            "Section 43 - Commercial interests": "exempt from publication",
            "Project not yet in a position to give cost/schedule": "too early for a figure, as the "
            "publisher says",
            "Not Applicable ": "not given, as the publisher says",
            "#N/A": "not given, as the publisher says",
            "-": "not given, as the publisher says",
            "Amber": "",
            "No DCA": "",
            "1/012/2014": "",
        }
        assert {text: silence(text) for text in expected} == expected


class TestHeadingsOfMoney:
    def test_the_unit_is_the_headings(self) -> None:
        expected = {
            "Whole Life Cost (£m)": 0,
            "wlc_baseline_incl_NCG": 0,
            "Whole Life Cost (£ million, 2025/26 prices)": 0,
            "Whole Life Cost (£bn)": 3,
            "Whole Life Cost in billions of pounds": 3,
            "Whole Life Cost (£'000)": -3,
            "Whole Life Cost (£k)": -3,
            "Whole Life Cost (£)": -6,
        }
        assert {heading: exponent(heading, "") for heading in expected} == expected
        assert read_money("1.5", exponent("Benefits (£bn)", "")) == 1500
        assert read_money("£2m", exponent("Benefits (£bn)", "")) == 2

    @pytest.mark.parametrize("heading", ["Whole Life Cost (US$m)", "Benefits (€ million)"])
    def test_another_currency_is_refused(self, heading: str) -> None:
        with pytest.raises(DataError, match="not in pounds"):
            exponent(heading, "gmpp_2026.csv")

    def test_the_price_base_is_a_year_of_prices_and_no_other(self) -> None:
        expected = {
            "Whole Life Cost (£m, 2025/26 prices)": 2025,
            "Whole Life Cost (£m) (2019 constant prices)": 2019,
            "Whole Life Cost (£m, price base 2020-21)": 2020,
            "Whole Life Cost (£m, in prices of 2022)": 2022,
            "Benefits (£m, real terms, 2024/25)": 2024,
            "Whole Life Cost 2024/25 (£m)": None,
            "Baseline 2024-25 (£m)": None,
            "Whole Life Cost (£m)": None,
        }
        assert {heading: price_base(heading) for heading in expected} == expected

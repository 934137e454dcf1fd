"""Three-point assumptions: what may be written, their distribution, and what each means."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmo_lib.errors import ParameterError, PmoError
from pmo_lib.worth.assumptions import MEANINGS, Assumptions, ThreePoint

FOUR = ThreePoint(4, 4, 4)
SHARE = ThreePoint(0.1, 0.3, 0.5)
PLAIN = Assumptions(imposed_hours=FOUR, hourly_rate=FOUR, delay_lost=SHARE)


class TestParse:
    def test_three_numbers_are_low_likely_and_high(self) -> None:
        assert ThreePoint.parse(" 2;4 ; 8.5", "hours") == ThreePoint(2, 4, 8.5)

    def test_one_number_is_without_doubt(self) -> None:
        assert ThreePoint.parse("4", "hours") == FOUR

    def test_what_is_written_is_read_back(self) -> None:
        for points in (ThreePoint(2, 4, 8), FOUR, ThreePoint(0, 0, 1)):
            assert ThreePoint.parse(str(points), "hours") == points

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("", "is not made of numbers"),
            ("2; many; 8", "is not made of numbers"),
            ("2; 4; inf", "is not made of numbers"),
            ("nan", "is not made of numbers"),
            ("2; 4", "has 2 numbers"),
            ("1; 2; 3; 4", "has 4 numbers"),
            ("4; 2; 8", "is not in order"),
            ("2; 8; 4", "is not in order"),
            ("-1; 2; 3", "is negative"),
        ],
    )
    def test_anything_else_is_refused_by_name_and_with_the_remedy(
        self, text: str, why: str
    ) -> None:
        with pytest.raises(ParameterError) as error:
            ThreePoint.parse(text, "imposed_hours")
        assert str(error.value).startswith(f"imposed_hours {why}: {text!r}. Write the lowest")

    @given(st.text(max_size=12))
    def test_free_text_is_either_three_points_in_order_or_refused(self, text: str) -> None:
        try:
            points = ThreePoint.parse(text, "hours")
        except ParameterError:
            return
        assert 0 <= points.low <= points.likely <= points.high < float("inf")


class TestPert:
    def test_mean_is_low_and_four_times_likely_and_high_by_six(self) -> None:
        draws = ThreePoint(2, 4, 12).draws(200_000, np.random.default_rng(1))
        assert draws.mean() == pytest.approx((2 + 4 * 4 + 12) / 6, abs=0.02)
        assert draws.min() >= 2
        assert draws.max() <= 12

    def test_quantiles_are_those_of_the_draws(self) -> None:
        points = ThreePoint(2, 4, 12)
        draws = points.draws(200_000, np.random.default_rng(2))
        for p in (0.1, 0.5, 0.9):
            assert points.quantile(p) == pytest.approx(np.quantile(draws, p), abs=0.03)

    def test_symmetric_points_have_the_likely_one_as_their_median(self) -> None:
        assert SHARE.quantile(0.5) == pytest.approx(0.3)

    def test_ends_are_the_lowest_and_the_highest(self) -> None:
        assert (SHARE.quantile(0), SHARE.quantile(1)) == (0.1, 0.5)

    def test_three_equal_points_are_a_constant(self) -> None:
        assert FOUR.draws(3, np.random.default_rng(3)).tolist() == [4, 4, 4]
        assert FOUR.quantile(0.9) == 4

    @pytest.mark.parametrize("points", [ThreePoint(0, 0, 1), ThreePoint(0, 1, 1)])
    def test_likely_may_be_at_an_end(self, points: ThreePoint) -> None:
        draws = points.draws(100_000, np.random.default_rng(4))
        assert draws.mean() == pytest.approx((4 * points.likely + 1) / 6, abs=0.01)


class TestAssumptions:
    def test_each_has_a_meaning(self) -> None:
        assert list(MEANINGS) == [item.name for item in fields(Assumptions)]

    def test_table_lists_name_value_and_meaning(self) -> None:
        table = PLAIN.table().set_index("name")
        assert list(table.columns) == ["value", "meaning"]
        assert table["value"].to_dict() == {
            "imposed_hours": "4",
            "hourly_rate": "4",
            "delay_lost": "0.1; 0.3; 0.5",
            "budget_returned": "not stated",
            "discount_rate": "0.035",
            "pmo_cost_spread": "0.05",
            "change_cost": "0",
            "former_cost_a_year": "0",
        }
        assert table["meaning"].to_dict() == dict(MEANINGS)

    def test_ranges_are_the_three_points_that_are_stated(self) -> None:
        assert list(PLAIN.ranges) == ["imposed_hours", "hourly_rate", "delay_lost"]
        assert list(replace(PLAIN, budget_returned=SHARE).ranges)[-1] == "budget_returned"

    def test_every_mistake_is_told_at_once(self) -> None:
        with pytest.raises(PmoError) as error:
            replace(
                PLAIN, delay_lost=FOUR, discount_rate=float("nan"), change_cost=-1.0,
                pmo_cost_spread=5.0,
            )  # fmt: skip
        assert str(error.value).splitlines() == [
            "discount_rate must be a number of 0 or more; not nan. It is: real discount rate a "
            "year; 0.035 is the Green Book's for years 0 to 30.",
            "change_cost must be a number of 0 or more; not -1.0. It is: one-off cost of setting "
            "up the PMO, at the base date.",
            "delay_lost is a share and must be at most 1; not 4. Write 30 % as 0.3.",
            "pmo_cost_spread is a share and must be at most 1; not 5. Write 30 % as 0.3.",
        ]

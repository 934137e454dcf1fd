"""The tail gate on samples made to pass or fail one of its rules."""

from math import exp, inf, isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.worked_cases import floats
from pmo_lib.stats import tails


def units(n: int) -> tuple[list[float], list[float]]:
    """Numerators and denominators of similar size, without a tail."""
    return [100.0 + i * 37 % 41 for i in range(n)], [100.0 + i * 17 % 43 for i in range(n)]


class TestTailGate:
    def test_opens_for_30_similar_units(self) -> None:
        above, below = units(30)
        assert tails.tail_gate(floats(above), floats(below)) == ""

    def test_refuses_29(self) -> None:
        above, below = units(29)
        assert "29 are fewer than the 30" in tails.tail_gate(floats(above), floats(below))

    @pytest.mark.parametrize("side", [0, 1])
    def test_refuses_a_fifth_in_one_unit(self, side: int) -> None:
        both = [floats(x) for x in units(40)]
        both[side][7] = both[side].sum()
        assert "of the sum" in tails.tail_gate(*both)

    def test_refuses_something_over_nothing(self) -> None:
        above, below = (floats(x) for x in units(40))
        below[7] = 0
        assert "something above the line and nothing below" in tails.tail_gate(above, below)

    def test_nothing_above_the_line_is_no_tail(self) -> None:
        above, below = (floats(x) for x in units(40))
        above[7] = 0
        assert tails.tail_gate(above, below) == ""

    def test_refuses_a_heavy_tail(self) -> None:
        # a Pareto tail of index 1.5, its quantiles at (i + 0.5) / n; no unit is a fifth of the sum
        ratios = floats([(1 - (i + 0.5) / 400) ** (-1 / 1.5) for i in range(400)])
        assert "tail is too heavy" in tails.tail_gate(ratios, np.ones(400))

    @pytest.mark.parametrize("side", [0, 1])
    def test_refuses_what_is_negative(self, side: int) -> None:
        both = [floats(x) for x in units(40)]
        both[side][7] = -1
        assert tails.tail_gate(*both) == "some are negative"

    def test_neither_above_nor_below_the_line_is_no_matter(self) -> None:
        above, below = (floats(x) for x in units(40))
        above[7] = below[7] = 0
        assert tails.tail_gate(above, below) == ""

    @given(zeros=st.integers(0, 29))
    def test_zeros_do_not_make_a_tail_where_there_is_none(self, zeros: int) -> None:
        above, below = (floats(x) for x in units(40))
        above[:zeros] = 0
        assert "tail" not in tails.tail_gate(above, below)


class TestHillIndex:
    @given(index=st.floats(0.5, 10), scale=st.sampled_from([0.01, 1.0, 1e6]))
    def test_finds_the_index_of_a_pareto_tail(self, index: float, scale: float) -> None:
        ordered = floats([(1 - (i + 0.5) / 20000) ** (-1 / index) for i in range(20000)])
        assert tails.tail_index(scale * ordered).value == pytest.approx(index, rel=0.02)

    def test_of_ten_values_above_an_eleventh(self) -> None:
        # ten values e times the eleventh: mean log excess 1, index 1
        assert tails.tail_index(floats([exp(1)] * 10 + [1.0])).value == pytest.approx(1)
        # values exp(1/2) times: index 2
        assert tails.tail_index(floats([exp(0.5)] * 10 + [1.0] * 30)).value == pytest.approx(2)

    def test_equal_values_and_zeros_have_no_tail(self) -> None:
        assert tails.tail_index(floats([2.0] * 30)).value == inf
        assert tails.tail_index(np.zeros(30)).value == inf
        assert tails.tail_index(floats([2.0] + [0.0] * 29)).value == inf


class TestTailIndex:
    def test_error_is_the_index_over_the_root_of_k(self) -> None:
        found = tails.tail_index(floats([exp(0.5)] * 10 + [1.0] * 30))
        assert (found.value, found.k) == (pytest.approx(2), 10)
        assert found.error == pytest.approx(2 / 10**0.5)

    def test_no_tail_has_no_error(self) -> None:
        found = tails.tail_index(floats([2.0] * 30))
        assert (found.value, found.k) == (inf, 0)
        assert isnan(found.error)

"""The tail gate on samples made to pass or fail one of its rules."""

from functools import partial
from math import exp, inf, isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from builders.worked_cases import floats
from pmo_lib.stats import tails
from pmo_lib.stats.numbers import Floats


def units(n: int) -> tuple[list[float], list[float]]:
    """Numerators and denominators of similar size, without a tail."""
    return [100.0 + i * 37 % 41 for i in range(n)], [100.0 + i * 17 % 43 for i in range(n)]


class TestTailGate:
    def test_opens_for_100_similar_units(self) -> None:
        above, below = units(100)
        assert tails.tail_gate(floats(above), floats(below)) == ""

    def test_refuses_99(self) -> None:
        above, below = units(99)
        assert "99 are fewer than the 100" in tails.tail_gate(floats(above), floats(below))

    @pytest.mark.parametrize("side", [0, 1])
    def test_refuses_a_fifth_in_one_unit(self, side: int) -> None:
        both = [floats(x) for x in units(120)]
        both[side][7] = both[side].sum()
        assert "of the sum" in tails.tail_gate(*both)

    def test_refuses_something_over_nothing(self) -> None:
        above, below = (floats(x) for x in units(120))
        below[7] = 0
        assert "something above the line and nothing below" in tails.tail_gate(above, below)

    def test_nothing_above_the_line_is_no_tail(self) -> None:
        above, below = (floats(x) for x in units(120))
        above[7] = 0
        assert tails.tail_gate(above, below) == ""

    def test_refuses_a_heavy_tail(self) -> None:
        # a Pareto tail of index 1.5, its quantiles at (i + 0.5) / n; no unit is a fifth of the sum
        ratios = floats([(1 - (i + 0.5) / 400) ** (-1 / 1.5) for i in range(400)])
        assert "tail is too heavy" in tails.tail_gate(ratios, np.ones(400))

    @pytest.mark.parametrize("side", [0, 1])
    def test_refuses_what_is_negative(self, side: int) -> None:
        both = [floats(x) for x in units(120)]
        both[side][7] = -1
        assert tails.tail_gate(*both) == "some are negative"

    def test_neither_above_nor_below_the_line_is_no_matter(self) -> None:
        above, below = (floats(x) for x in units(120))
        above[7] = below[7] = 0
        assert tails.tail_gate(above, below) == ""

    @given(zeros=st.integers(0, 60))
    def test_zeros_do_not_make_a_tail_where_there_is_none(self, zeros: int) -> None:
        above, below = (floats(x) for x in units(120))
        above[:zeros] = 0
        assert "tail" not in tails.tail_gate(above, below)


class TestFarOut:
    def test_is_what_lies_farther_above_the_median_than_the_lower_half_lets_expect(self) -> None:
        body = np.exp(0.2 * norm.ppf((np.arange(120) + 0.5) / 120))
        spread = np.sqrt(np.square(np.log(body[:60])).mean())
        reach = norm.ppf(1 - 0.2 / 120) * spread
        assert tails.far_out(body) == ""
        assert tails.far_out(np.append(body[:-1], exp(reach * 0.99))) == ""
        assert "× the median" in tails.far_out(np.append(body[:-1], exp(reach * 1.01)))

    def test_of_a_whole_and_its_parts_there_is_none(self) -> None:
        assert tails.far_out(np.append(np.ones(80), np.linspace(0.01, 1, 40))) == ""

    def test_shuts_on_every_tail_of_which_something_can_be_seen(self) -> None:
        """Of 120 or 300 ratios with a tail, or far apart, next to none is let through."""
        chance, passed = np.random.default_rng(5), {}
        for n in (120, 300):
            for name, drawn in TAILED.items():
                given = [drawn(chance, n) for _ in range(150)]
                share = np.mean([not tails.tail_gate(x, np.ones(n)) for x in given])
                if share > (0.06 if n == 120 else 0.03):
                    passed[n, name] = share
        assert passed == {}


def _tailed(chance: np.random.Generator, n: int, index: float) -> Floats:
    """Thin ratios, 15 % of which a Pareto tail multiplies."""
    tail = np.where(chance.random(n) < 0.15, chance.exponential(1 / index, n), 0.0)
    return np.exp(chance.normal(0, 0.18, n) + tail)


TAILED = {
    "tail of index 1.67": partial(_tailed, index=1.67),
    "tail of index 3.3": partial(_tailed, index=3.3),
    "Pareto of index 1.5": lambda chance, n: (1 - chance.random(n)) ** (-1 / 1.5),
    **{f"log-normal {s}": partial(lambda chance, n, s: np.exp(chance.normal(0, s, n)), s=s)
       for s in (0.8, 1.0, 1.5, 2.5)},
}  # fmt: skip


class TestHillIndex:
    @given(index=st.floats(0.5, 10), scale=st.sampled_from([0.01, 1.0, 1e6]))
    def test_finds_the_index_of_a_pareto_tail(self, index: float, scale: float) -> None:
        ordered = floats([(1 - (i + 0.5) / 20000) ** (-1 / index) for i in range(20000)])
        assert tails.tail_index(scale * ordered)[0] == pytest.approx(index, rel=0.02)

    def test_of_ten_values_above_an_eleventh(self) -> None:
        # ten values e times the eleventh: mean log excess 1, index 1
        assert tails.tail_index(floats([exp(1)] * 10 + [1.0]))[0] == pytest.approx(1)
        # values exp(1/2) times: index 2
        assert tails.tail_index(floats([exp(0.5)] * 10 + [1.0] * 30))[0] == pytest.approx(2)

    def test_equal_values_and_zeros_have_no_tail(self) -> None:
        assert tails.tail_index(floats([2.0] * 30))[0] == inf
        assert tails.tail_index(np.zeros(30))[0] == inf
        assert tails.tail_index(floats([2.0] + [0.0] * 29))[0] == inf


class TestTailIndex:
    def test_error_is_the_index_over_the_root_of_k(self) -> None:
        found = tails.tail_index(floats([exp(0.5)] * 10 + [1.0] * 30))
        assert found == pytest.approx((2, 2 / 10**0.5))

    def test_no_tail_has_no_error(self) -> None:
        found = tails.tail_index(floats([2.0] * 30))
        assert found[0] == inf
        assert isnan(found[1])

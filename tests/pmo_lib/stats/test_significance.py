"""Tests from intervals: p-values, and the change that would be seen."""

from math import isnan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, t

from pmo_lib.stats.significance import detectable, p_above, p_value


def test_detectable_is_what_80_in_100_such_samples_would_show() -> None:
    # half width 0.1 at 90 %: se = 0.1 / 1.644854; (1.644854 + 0.841621) x se
    assert detectable(-0.1, 0.1, 0.9) == pytest.approx(0.1511668, abs=1e-6)


class TestPValue:
    def test_is_one_less_the_level_where_the_interval_touches(self) -> None:
        assert p_value(0.5, 0.4, 0.6, 0.4, 30, 0.9) == pytest.approx(0.1)
        assert p_value(0.5, 0.4, 0.6, 0.6, 30, 0.95) == pytest.approx(0.05)

    def test_is_students_of_a_mean(self) -> None:
        values = np.array([5.0, 7.0, 6.5, 8.0, 6.0, 5.5, 7.5])
        half = t.ppf(0.95, 6) * values.std(ddof=1) / sqrt(7)
        mean = values.mean()
        expected = 2 * t.sf(abs(mean - 5.0) / (values.std(ddof=1) / sqrt(7)), 6)
        assert p_value(mean, mean - half, mean + half, 5.0, 7, 0.9) == pytest.approx(expected)

    def test_is_nearly_the_normal_one_of_many(self) -> None:
        expected = 2 * norm.sf(2.5)
        found = p_value(2.5, 2.5 - 1.6448536, 2.5 + 1.6448536, 0, 100_000, 0.9)
        assert found == pytest.approx(expected, rel=1e-3)

    def test_missing_ends_have_none(self) -> None:
        assert isnan(p_value(0.5, float("nan"), float("nan"), 0.4, 30, 0.9))

    def test_of_ties_is_never_0(self) -> None:
        """An interval of order statistics may end at the value; no more is known than that."""
        tied = {
            (2.0, 2.0, 2.0, 1.9): 0.1,  # both ends are the value
            (10.0, 10.0, 11.0, 9.9): 0.1,  # the reference is outside, if just so
            (10.0, 9.0, 10.0, 10.1): 0.1,
            (10.0, 10.0, 11.0, 10.0): 1.0,
        }
        found = {each: p_value(*each, cases=300, level=0.9) for each in tied}
        assert found == pytest.approx(tied)
        far = p_value(10.0, 10.0, 11.0, 5.0, 300, 0.9)
        assert 0 < far == pytest.approx(p_value(10.0, 9.0, 11.0, 5.0, 300, 0.9))

    def test_one_sided_ones_of_both_sides_are_all(self) -> None:
        above = p_above(0.5, 0.4, 0.6, 0.4, 30, 0.9)
        assert above == pytest.approx(0.05)
        assert above + p_above(-0.5, -0.6, -0.4, -0.4, 30, 0.9) == pytest.approx(1.0)

    @given(st.floats(-5, 5), st.floats(0.01, 5), st.floats(0.01, 5), st.integers(2, 500))
    def test_is_a_probability_small_only_outside(
        self, value: float, below: float, above: float, cases: int
    ) -> None:
        found = p_value(value, value - below, value + above, 0.0, cases, 0.9)
        assert 0 <= found <= 1
        if value - below > 1e-9 or value + above < -1e-9:
            assert found < 0.1 + 1e-9
        if value - below < -1e-9 and value + above > 1e-9:
            assert found > 0.1 - 1e-9

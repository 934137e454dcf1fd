"""Sums: those that cancel are 0, and those of cells add up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmo_lib.stats.numbers import total
from pmo_lib.stats.ratios import bounded_ratio, ratio_of_sums

CENTS = st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=20)


class TestTotal:
    def test_of_what_cancels_is_zero(self) -> None:
        values = np.array([0.1, 0.2, -0.3])
        assert values.sum() != 0
        assert total(values) == 0

    def test_of_little_beside_much_is_not(self) -> None:
        assert total(np.array([1e9, -1e9, 0.01])) == pytest.approx(0.01)

    def test_of_nothing_is_zero(self) -> None:
        assert total(np.array([])) == 0

    @given(cents=CENTS)
    def test_cancels_in_pounds_where_it_does_in_pence(self, cents: list[int]) -> None:
        both = np.array([*cents, *(-c for c in cents)], dtype=float)
        assert total(both) == total(both / 100) == 0
        assert total(both / 100 / 7) == 0


@pytest.mark.parametrize("ratio", [ratio_of_sums, bounded_ratio])
def test_nothing_is_divided_by_what_cancels(ratio: type) -> None:
    found = ratio(np.ones(3), np.array([0.1, 0.2, -0.3]), 0.9)
    assert np.isnan(found.value)

"""Limits of chance: worked cases, gaps, runs, and what scale and order may not change."""

from math import isnan, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.worked_cases import parameters
from pmo_lib.stats.limits import (
    autocorrelation,
    later_limits,
    natural_limits,
    run_lengths,
    skewness,
)

VALUES = st.lists(st.integers(-1000, 1000).map(float), min_size=3, max_size=40)


def array(values: Any) -> Any:
    return np.array([nan if value is None else value for value in values], dtype="float64")


class TestNaturalLimits:
    @pytest.mark.parametrize("case", parameters("behaviour", function="natural_limits"))
    def test_worked_case(self, case: Any) -> None:
        centre, half = natural_limits(array(case["inputs"]["values"]))
        found = {"centre": centre, "lower": centre - half, "upper": centre + half}
        assert found == pytest.approx(case["expected"], abs=case["tolerance"])

    def test_without_neighbours_there_are_none(self) -> None:
        centre, half = natural_limits(array([1, None, 3]))
        assert centre == 2
        assert isnan(half)

    @given(VALUES, st.floats(0.01, 100), st.integers(-1000, 1000))
    def test_follow_unit_and_origin(self, values: list[float], scale: float, shift: int) -> None:
        y = np.array(values)
        centre, half = natural_limits(y)
        assert natural_limits(scale * y + shift) == pytest.approx(
            (scale * centre + shift, scale * half), abs=1e-6
        )


class TestLaterLimits:
    @pytest.mark.parametrize("case", parameters("behaviour", function="later_limits"))
    def test_worked_case(self, case: Any) -> None:
        y = array(case["inputs"]["values"])
        centre, natural = natural_limits(y)
        half, known_to = later_limits(y, np.array([1 / len(y)]), centre, natural)
        found = {"half": half[0], "known_to": known_to[0]}
        assert found == pytest.approx(case["expected"], abs=case["tolerance"])

    @given(VALUES)
    def test_are_never_narrower_than_the_natural_ones(self, values: list[float]) -> None:
        y = np.array(values)
        centre, natural = natural_limits(y)
        half, _ = later_limits(y, np.full(len(y), 1 / len(y)), centre, natural)
        assert (half >= natural).all()


class TestRunLengths:
    @pytest.mark.parametrize(
        ("side", "lengths"),
        [
            ([1, 1, -1, -1, -1, 1], [2, 2, 3, 3, 3, 1]),
            ([1, 1, 0, 1], [2, 2, 0, 1]),  # on the centre is on no side
            ([1, None, 1, None, -1], [2, 0, 2, 0, 1]),  # a gap neither counts nor breaks
            ([], []),
            ([None, None], [0, 0]),
        ],
    )
    def test_count_the_whole_run(self, side: list[float | None], lengths: list[int]) -> None:
        assert list(run_lengths(array(side))) == lengths


class TestAutocorrelation:
    @pytest.mark.parametrize("case", parameters("behaviour", function="autocorrelation"))
    def test_worked_case(self, case: Any) -> None:
        found = autocorrelation(array(case["inputs"]["values"]))
        assert found == pytest.approx(case["expected"]["r"], abs=case["tolerance"])

    def test_alternation_is_negative(self) -> None:
        assert autocorrelation(array([1, -1] * 20)) < -0.9

    def test_is_of_neighbours_only(self) -> None:
        apart = array([value for pair in zip([1, 2, 3, 4], [None] * 4, strict=True)
                       for value in pair])  # fmt: skip
        assert autocorrelation(apart) == pytest.approx(1 / 4)  # no pair: the bias alone

    def test_is_without_bias_for_independent_values(self) -> None:
        chance = np.random.default_rng(7)
        found = [autocorrelation(chance.normal(size=24)) for _ in range(2000)]
        assert np.mean(found) == pytest.approx(0, abs=0.02)


class TestSkewness:
    def test_of_equal_values_is_none(self) -> None:
        assert skewness(np.ones(5)) == 0

    def test_is_the_third_moment(self) -> None:
        # deviations -1 -1 -1 3: third moment 24 / 4, second 12 / 4
        assert skewness(array([0, 0, 0, 4])) == pytest.approx(6 / 3**1.5)

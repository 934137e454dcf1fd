"""Brier's skill score against loops over units, and what it must say of perfect and of no use."""

from math import isnan, sqrt
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.worked_cases import floats
from pmo_lib.stats.estimate import t_quantile
from pmo_lib.stats.skill import ENOUGH, skill

CASES = st.lists(
    # a case's units: the colour of each, and whether the case went ill
    st.tuples(st.lists(st.integers(0, 2), min_size=1, max_size=4), st.booleans()),
    min_size=4,
    max_size=12,
)
Cases = list[tuple[list[int], bool]]


def cells(units: Cases) -> tuple[np.ndarray, np.ndarray]:
    """By case and colour the number of units, and of those that went ill."""
    shown = floats([[colours.count(k) for k in range(3)] for colours, _ in units])
    return shown, shown * floats([[ill] for _, ill in units])


def by_loops(units: Cases) -> float:
    """The score unit by unit, each case weighing 1; NaN where all went alike."""
    of_colour, of_base = 0.0, 0.0
    for i, (colours, ill) in enumerate(units):
        others = [unit for j, unit in enumerate(units) if j != i]
        base = fmean(went for _, went in others)
        for colour in colours:
            weights = [c.count(colour) / len(c) for c, _ in others]
            went = sum(w for w, (_, bad) in zip(weights, others, strict=True) if bad)
            rate = went / sum(weights) if sum(weights) else base
            of_colour += (rate - ill) ** 2 / len(colours)
            of_base += (base - ill) ** 2 / len(colours)
    return 1 - of_colour / of_base if of_base else float("nan")


@given(units=CASES)
def test_equals_loops_over_units(units: Cases) -> None:
    found = skill(*cells(units), 0.9)
    assert found.n == sum(len(colours) for colours, _ in units)
    assert found.cases == len(units)
    assert found.value == pytest.approx(by_loops(units), abs=1e-9, nan_ok=True)


@given(units=CASES)
def test_interval_reaches_from_below_the_score_to_above_its_bias_correction(units: Cases) -> None:
    found = skill(*cells(units), 0.9)
    left_out = [by_loops(units[:i] + units[i + 1 :]) for i in range(len(units))]
    if isnan(found.low):
        assert isnan(found.value) or any(map(isnan, left_out)) or np.ptp(left_out) < 1e-9
        return
    n, mean = len(units), fmean(left_out)
    half = t_quantile(0.9, n) * sqrt((n - 1) / n * sum((x - mean) ** 2 for x in left_out))
    corrected = n * found.value - (n - 1) * mean
    assert found.low == pytest.approx(found.value - half, abs=1e-6)
    assert found.high == pytest.approx(min(1, max(found.value, corrected) + half), abs=1e-6)


@given(units=CASES, order=st.randoms())
def test_order_of_cases_and_repeated_reports_do_not_matter(units: Cases, order) -> None:
    shuffled = [(colours * 3, ill) for colours, ill in units]
    order.shuffle(shuffled)
    found, other = skill(*cells(units), 0.9), skill(*cells(shuffled), 0.9)
    expected = pytest.approx((found.value, found.low, found.high), abs=1e-6, nan_ok=True)
    assert (other.value, other.low, other.high) == expected


def test_colours_that_tell_all_have_the_skill_1() -> None:
    # each green is well and each red ill: by the others' rates nothing is missed
    found = skill(*cells([([0], False)] * 10 + [([2], True)] * 10), 0.9)
    assert found.value == 1
    assert isnan(found.low)  # no case moves the score: an interval of no width would promise much


def test_colours_that_say_the_contrary_are_worse_than_none() -> None:
    # of two greens one is ill: by the other it was to go the other way
    found = skill(*cells([([k], ill) for k in range(2) for ill in (False, True)]), 0.9)
    assert found.value == pytest.approx(1 - 4 / (4 * (2 / 3) ** 2))


def test_one_colour_for_all_tells_nothing() -> None:
    found = skill(*cells([([1], i < 7) for i in range(30)]), 0.9)
    assert found.value == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("ill", [False, True])
def test_where_all_went_alike_there_is_no_skill_to_tell(ill: bool) -> None:
    found = skill(*cells([([i % 3], ill) for i in range(30)]), 0.9)
    assert isnan(found.value)
    assert "nothing to foretell" in found.note


def test_few_cases_are_warned_of() -> None:
    units = [([i % 3], i % 3 == 2 or i % 7 == 0) for i in range(ENOUGH)]
    assert skill(*cells(units), 0.9).note == ""
    assert "may be too narrow" in skill(*cells(units[:-1]), 0.9).note


def test_two_cases_are_too_few() -> None:
    found = skill(*cells([([0], True), ([1], False)]), 0.9)
    assert isnan(found.value)
    assert found.note == "2 are too few to tell"

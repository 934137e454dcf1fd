"""Tests: p-values, minimum detectable change, and corrections for multiple testing."""

from collections.abc import Sequence
from math import nan
from statistics import NormalDist

import numpy as np

POWER = 0.8  # the probability that a change of the detectable size is significant


def detectable(low: float, high: float, level: float) -> float:
    """(z of the level + z of 80 % power) × standard error: the minimum detectable change."""
    normal = NormalDist()
    z = normal.inv_cdf((1 + level) / 2)
    return (z + normal.inv_cdf(POWER)) * (high - low) / (2 * z)


def p_value(
    value: float, low: float, high: float, reference: float, cases: int, level: float
) -> float:
    """Two-sided p of the interval's own test against a reference; missing without an interval.

    It is 1 - level where the interval just touches the reference. Between and beyond, the side of
    the interval towards the reference is scaled with Student's t for the number of cases.

    An interval of order statistics may end at the value itself, where values are tied. That side
    tells no more than that the reference is outside, so the other side is scaled: p is at most
    1 - level, and just that where neither side has a length.
    """
    from scipy.special import stdtr, stdtrit  # scipy.stats takes a second to import

    near, far = (value - low, high - value) if value > reference else (high - value, value - low)
    if near != near or cases < 2:
        return nan
    if value == reference:
        return 1.0
    if near <= 0 and not far > 0:
        return 1 - level
    side = near if near > 0 else far
    at = float(stdtrit(cases - 1, (1 + level) / 2)) * abs(value - reference) / side
    p = float(2 * stdtr(cases - 1, -at))
    return p if near > 0 else min(p, 1 - level)


def p_above(
    value: float, low: float, high: float, reference: float, cases: int, level: float
) -> float:
    """One-sided p of lying above the reference: half the two-sided one, or what is left to 1."""
    p = p_value(value, low, high, reference, cases, level)
    return p / 2 if value > reference else 1 - p / 2


def holm(p: Sequence[float]) -> list[float]:
    """p × (m - rank), never below a smaller one's (Holm 1979); missing ones are no tests."""
    given = np.array(p, dtype="float64")
    tested = np.flatnonzero(~np.isnan(given))
    order = tested[np.argsort(given[tested], kind="stable")]
    steps = given[order] * (len(order) - np.arange(len(order)))
    adjusted = given.copy()
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return [float(each) for each in adjusted]


def discovery(p: Sequence[float]) -> list[float]:
    """p adjusted for false discovery (Benjamini & Hochberg 1995); missing ones are no tests."""
    from scipy.stats import false_discovery_control

    given = np.array(p, dtype="float64")
    tested = ~np.isnan(given)
    if tested.any():
        given[tested] = false_discovery_control(given[tested])
    return [float(each) for each in given]

"""The Brier skill score of a forecast by category, such as a status colour."""

from math import nan, sqrt

import numpy as np

from pmo_lib.stats.estimate import Estimate, t_quantile
from pmo_lib.stats.numbers import ROUNDING, Floats, Integers

FEWEST = 3  # cases: leaving out one, and one more, must leave another
ENOUGH = 20  # cases from which the interval holds its promise (docs/calibration.md)


def skill(shown: Floats, ill: Floats, level: float) -> Estimate:
    """1 - Σ(rate of the colour - y)² ÷ Σ(base rate - y)², both rates without the unit's own case.

    `shown` holds by case (row) and colour (column) how many of the case's units show the colour,
    `ill` how many of those went ill. Every case counts once, whatever its number of units. A
    colour that no other case shows has no rate: it tells no more than the base rate.

    Rates learned from few cases forecast worse than the true ones would. So the interval, from
    the delete-one-case jackknife with t, reaches from below this skill to above the jackknife's
    estimate of what it would be with rates from very many. Brier 1950; Murphy 1988.
    """
    n, cases = int(shown.sum()), len(shown)
    value = skill_score(shown, ill)
    if value != value:
        few = f"{cases} are too few to tell"
        note = few if cases < FEWEST else "all went alike, so there was nothing to foretell"
        return Estimate(n=n, note=note, clusters=cases)
    units = shown.sum(axis=1, keepdims=True)
    weight, went = shown / units, ill / units
    all_but = ~np.eye(cases, dtype=bool)
    left_out = np.array([_score(weight[rest], went[rest]) for rest in all_but])
    if cases == FEWEST or np.isnan(left_out).any() or np.ptp(left_out) < ROUNDING:
        note = "no interval: too few cases to tell how far one of them moves the score"
        return Estimate(value, n=n, note=note, clusters=cases)
    spread = float(np.square(left_out - left_out.mean()).sum())
    half = t_quantile(level, cases) * sqrt((cases - 1) / cases * spread)
    with_many = cases * value - (cases - 1) * float(left_out.mean())
    note = "" if cases >= ENOUGH else f"of {cases} cases: the interval may be too narrow"
    high = min(max(value, with_many) + half, 1.0)
    return Estimate(value, value - half, high, n, note, cases)


def skill_score(shown: Floats, ill: Floats) -> float:
    """The skill of `skill` without its interval; missing of fewer than three cases."""
    units = shown.sum(axis=1, keepdims=True)
    return _score(shown / units, ill / units) if len(shown) >= FEWEST else nan


def by_case_and_colour(cases: Integers, colours: Integers, ill: Floats) -> tuple[Floats, Floats]:
    """How many units each case (row) has of each colour, and how many of them went ill."""
    shown = np.zeros((cases.max(initial=-1) + 1, colours.max(initial=-1) + 1))
    went = np.zeros_like(shown)
    np.add.at(shown, (cases, colours), 1.0)
    np.add.at(went, (cases, colours), ill)
    return shown, went


def _score(weight: Floats, went: Floats) -> float:
    """The leave-one-out skill score: rates without the case that they forecast."""
    shown, of_case = weight.sum(axis=0), weight.sum(axis=1, keepdims=True)
    base = (went.sum() - went.sum(axis=1, keepdims=True)) / (len(weight) - of_case)
    others, others_went = shown - weight, went.sum(axis=0) - went
    known = others > 1e-9
    rate = np.where(known, others_went / np.where(known, others, 1.0), base)
    by_colour, by_base = (
        float((p * p * weight - 2 * p * went + went).sum()) for p in (rate, base)
    )  # Σ(p - y)² over the units of a cell, where y is 0 or 1
    return 1 - by_colour / by_base if by_base > 1e-12 else nan

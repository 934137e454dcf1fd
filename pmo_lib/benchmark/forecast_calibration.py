"""Calibration: whether as many outcomes stay within the forecasts as their level says."""

from dataclasses import replace

import numpy as np
import pandas as pd

from pmo_lib.benchmark.uplift import fewest, uplift
from pmo_lib.stats.estimate import Estimate
from pmo_lib.stats.numbers import ROUNDING, Floats
from pmo_lib.stats.rates import rate
from pmo_lib.wording import counted, interval, number


def calibration(outcomes: Floats, forecasts: Floats, level: float) -> Estimate:
    """Outcomes at or below their forecast ÷ outcomes, with the Wilson interval.

    Of P80 forecasts it should be 80 %.
    """
    within = outcomes <= forecasts + ROUNDING * np.abs(forecasts)
    return rate(float(within.sum()), len(outcomes), level)


def back_test(history: pd.DataFrame, p: float, level: float) -> Estimate:
    """The calibration of the uplift that each project's class would have given at its approval.

    `history` is that of `class_forecasts.history`. The class is what had been completed of the
    category before the day of approval; where that is too little for an interval, or the day is
    not known, the project is left out, and the note says how many are.

    Forecasts that were learned from the same projects err together. Σ(within - p) is about
    Σ cₖ(yₖ - p) over all projects, c = 1 where tested less 1 ÷ m for every test whose class of m
    it is in; so Wilson's n is (tested)² ÷ Σ c².
    """
    needed = fewest(p, level)
    outcomes, forecasts, squares = [], [], 0.0
    for _, own in history.groupby("category", sort=True):
        overruns, weights = own["overrun"].to_numpy(), np.zeros(len(own))
        for at, approved in enumerate(own["approved_on"]):
            earlier = (own["finished_on"] < approved).to_numpy(dtype=bool)
            if earlier.sum() >= needed:
                outcomes.append(overruns[at])
                forecasts.append(uplift(overruns[earlier], p, level).value)
                weights[at] += 1
                weights[earlier] -= 1 / earlier.sum()
        squares += float(np.square(weights).sum())
    found = calibration(np.array(outcomes), np.array(forecasts), level)
    if outcomes:
        effective = min(found.n**2 / squares, found.n)
        found = replace(rate(found.value * effective, effective, level), n=found.n)
    gone = len(history) - len(outcomes)
    note = f"{counted(gone, 'project')} left out: fewer than {needed} of their category were "
    return replace(found, note=f"{note}known to be completed before their approval" * bool(gone))


def calibration_sentence(found: Estimate, p: float) -> str:
    """The calibration of forecasts at P in a sentence for a sponsor."""
    name = f"P{100 * p:.0f}"
    if not found.n:
        return f"The {name} forecasts cannot be checked yet: {found.note or 'there are none'}."
    if found.low > p:
        judged = f"more than the {number(p, 'share')} it promises: such forecasts are too high"
    elif found.high < p:
        judged = f"fewer than the {number(p, 'share')} it promises: such forecasts are too low"
    else:
        judged = f"in line with the {number(p, 'share')} it promises"
    return (
        f"{number(found.value, 'share')} of {counted(found.n, 'completed project')} cost no more "
        f"than their {name} forecast ({interval(found.low, found.high, 'share')}), {judged}."
    )

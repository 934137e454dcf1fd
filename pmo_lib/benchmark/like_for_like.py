"""Ours less the peers' three ways: as they are, standardised, and balanced, side by side.

If the way of comparing decides who is ahead, nobody is: the two are not comparable. The units are
those of `standardisation`; a column `size` (above 0, in the same money) is used where both have it.
"""

from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd

from pmo_lib.benchmark.comparability import Judgement
from pmo_lib.stats.balancing import balanced_gap
from pmo_lib.stats.estimate import Estimate
from pmo_lib.stats.numbers import ROUNDING
from pmo_lib.stats.standardisation import (
    ENOUGH,
    FEWEST,
    error_and_half,
    honest_variance,
    is_rate,
    standardised,
    standardised_gap,
)


@dataclass(frozen=True)
class LikeForLike:
    """The three gaps (ours less the peers'), missing where refused, and what they are good for."""

    raw: Estimate
    standardised: Estimate
    balanced: Estimate
    judgement: Judgement
    reason: str


def like_for_like(ours: pd.DataFrame, peers: pd.DataFrame, level: float) -> LikeForLike:
    """The gaps of ours to the peers, each with an interval that counts the peers' variance too."""
    raw = raw_gap(ours, peers, level)
    if min(len(ours), len(peers)) < FEWEST:
        side, n = ("peers", len(peers)) if len(peers) < FEWEST else ("of ours", len(ours))
        why = f"{n} {side} are too few to have a mix of projects; it takes {FEWEST}"
        none = Estimate(nan, nan, nan, 0, why)
        return LikeForLike(raw, none, none, "context only", why)
    fair = standardised_gap(ours, peers, level), balanced_gap(ours, peers, level)
    coverage = standardised(ours, peers, level).coverage
    return LikeForLike(raw, *fair, *_judged(raw, *fair, coverage))


def raw_gap(ours: pd.DataFrame, peers: pd.DataFrame, level: float) -> Estimate:
    """Mean of ours less mean of the peers', with Welch's interval."""
    sides = [side["value"].to_numpy("float64") for side in (ours, peers)]
    if not all(map(len, sides)):
        return Estimate(nan, nan, nan, 0, "one side has no values")
    n = np.array([len(values) for values in sides], dtype="float64")
    means = np.array([values.mean() for values in sides])
    spread = np.array([values.var(ddof=1) if len(values) > 1 else nan for values in sides])
    variances = honest_variance(n, means, spread, is_rate(ours) and is_rate(peers))
    _, half = error_and_half(variances / n, n - 1, level)
    value = float(means[0] - means[1])
    note = "no interval: all values are equal" if half != half else ""
    return Estimate(value, value - half, value + half, len(ours), note)


def _judged(
    raw: Estimate, strata: Estimate, weighted: Estimate, coverage: float
) -> tuple[Judgement, str]:
    known = [gap.value for gap in (raw, strata, weighted) if gap.value == gap.value]
    if len(known) < 2:
        return "context only", f"the mix of projects may explain the gap: {strata.note}, and " + (
            weighted.note
        )
    if min(known) < -ROUNDING and max(known) > ROUNDING:
        return "not comparable", (
            "who is ahead depends on how the mix of projects is allowed for: "
            "the gap changes its sign once like is compared with like"
        )
    if weighted.value != weighted.value and coverage < ENOUGH:
        return "context only", (
            f"the kinds of project that we have hold only {coverage:.0%} of the peers, "
            f"and {weighted.note}"
        )
    return "comparable", "the gap keeps its sign once the mix of projects is allowed for"

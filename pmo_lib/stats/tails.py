"""Tail heaviness, and whether sums may have an interval: with heavy tails none is valid."""

from dataclasses import dataclass
from math import inf, nan, sqrt

import numpy as np

from pmo_lib.stats.numbers import Floats

FEWEST = 30  # cases without which the tail of a ratio cannot be judged
HEAVY = 2.5  # a tail index below it: the variance is hardly finite
LARGEST_SHARE = 0.2  # of a sum in one case


def tail_gate(numerators: Floats, denominators: Floats) -> str:
    """Why a ratio of sums may have no interval; nothing where it may (statistics.md 1.1.3).

    It may where n >= 30, the Hill tail index of the ratios is above 2.5, no case is 20 % of a
    sum, none is negative, and none has something above the line and nothing below. A case with
    nothing above the line is no tail: it stays in the sums.
    """
    n = len(numerators)
    if n < FEWEST:
        return f"{n} are fewer than the {FEWEST} that a ratio of sums needs"
    if (numerators < 0).any() or (denominators < 0).any():
        return "some are negative"
    if ((numerators > 0) & (denominators == 0)).any():
        return "some have something above the line and nothing below"
    refusal = dominance(numerators, denominators)
    if refusal:
        return refusal
    whole = denominators > 0
    alpha = tail_index(numerators[whole] / denominators[whole]).value
    return "" if alpha > HEAVY else f"the tail is too heavy (index {alpha:.1f})"


def dominance(*sums: Floats) -> str:
    """Why no sum may rest on one case alone: the largest is 20 % or more of it."""
    shares = [float(values.max() / values.sum()) for values in sums if values.sum() > 0]
    largest = max(shares, default=0.0)
    return f"the largest is {largest:.0%} of the sum" if largest >= LARGEST_SHARE else ""


@dataclass(frozen=True)
class TailIndex:
    """Hill's index of a tail, its standard error α ÷ √k, and the k values that make the tail."""

    value: float
    error: float
    k: int


def tail_index(values: Floats) -> TailIndex:
    """α = 1 ÷ mean(log(x ÷ x₍k+1₎)) over the k = max(10, 10 % of n) largest values above 0.

    Infinite, without an error, where there is no tail (Hill 1975).
    """
    ordered = np.sort(values[values > 0])[::-1]
    k = min(max(10, len(values) // 10), len(ordered) - 1)
    excess = float(np.log(ordered[:k] / ordered[k]).mean()) if k > 0 else 0.0
    return TailIndex(1 / excess, 1 / excess / sqrt(k), k) if excess > 0 else TailIndex(inf, nan, 0)

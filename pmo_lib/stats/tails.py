"""Tail heaviness, and whether sums may have an interval: with heavy tails none is valid."""

from math import exp, inf, nan, sqrt
from statistics import NormalDist

import numpy as np

from pmo_lib.stats.numbers import Floats

FEWEST = 30  # cases without which the tail of a ratio cannot be judged
SUMMED = 100  # cases without which a sum may have a tail of which nothing is seen
HEAVY = 2.5  # a tail index below it: the variance is hardly finite
LARGEST_SHARE = 0.2  # of a sum in one case
FAR = 0.2  # the chance that the largest of a sample without a tail lies so far
WIDEST = 0.4  # a logarithm's spread with which a ratio of sums still holds


def tail_gate(numerators: Floats, denominators: Floats) -> str:
    """Why a ratio of sums may have no interval; nothing where it may (statistics.md 1.1.3).

    It may where n >= 100, the Hill tail index of the ratios is above 2.5, the largest lies no
    farther above the median than those below it let expect, no case is 20 % of a sum, none is
    negative, and none has something above the line and nothing below. A case with nothing above
    the line is no tail: it stays in the sums. What lets a heavy tail pass lets it pass where it
    is not seen, and then no interval holds: so it is rather shut too often.
    """
    n = len(numerators)
    if n < SUMMED:
        return f"{n} are fewer than the {SUMMED} that a ratio of sums needs"
    if (numerators < 0).any() or (denominators < 0).any():
        return "some are negative"
    if ((numerators > 0) & (denominators == 0)).any():
        return "some have something above the line and nothing below"
    refusal = dominance(numerators, denominators)
    if refusal:
        return refusal
    whole = denominators > 0
    values = numerators[whole] / denominators[whole]
    alpha = tail_index(values)[0]
    return far_out(values) if alpha > HEAVY else f"the tail is too heavy (index {alpha:.1f})"


def far_out(values: Floats) -> str:
    """Why the largest value is no chance: log(largest ÷ median) > z × spread; else nothing.

    The spread is the root mean square of the logarithms below their median, which no tail above
    moves, and at most 0.4; z that which the largest of n normal values passes once in five.
    """
    logs = np.log(values[values > 0])
    if not len(logs):
        return ""
    apart = logs - np.median(logs)
    below = apart[apart < 0]
    spread = min(sqrt(float(np.square(below).mean())), WIDEST) if len(below) else 0.0
    reach = NormalDist().inv_cdf(1 - FAR / len(logs)) * spread
    largest = float(apart.max())
    return "" if largest <= reach + 1e-9 else f"the largest is {exp(largest):.1f} × the median"


def dominance(*sums: Floats) -> str:
    """Why no sum may rest on one case alone: the largest is 20 % or more of it."""
    shares = [float(values.max() / values.sum()) for values in sums if values.sum() > 0]
    largest = max(shares, default=0.0)
    return f"the largest is {largest:.0%} of the sum" if largest >= LARGEST_SHARE else ""


def tail_index(values: Floats) -> tuple[float, float]:
    """Hill's index α (1975) of the k = max(10, 10 % of n) largest values, and its error α ÷ √k.

    α = 1 ÷ mean(log(x ÷ x₍k+1₎)); infinite, without an error, where there is no tail.
    """
    ordered = np.sort(values[values > 0])[::-1]
    k = min(max(10, len(values) // 10), len(ordered) - 1)
    excess = float(np.log(ordered[:k] / ordered[k]).mean()) if k > 0 else 0.0
    return (1 / excess, 1 / excess / sqrt(k)) if excess > 0 else (inf, nan)

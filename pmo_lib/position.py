"""Where a figure stands among peers: percentiles, gaps, and who does better; statistics.md 2.1.

Values come as plain arrays without gaps, rates and medians as an `Estimate`.
"""

from dataclasses import dataclass
from math import ceil, exp, hypot, isnan, log, nan, sqrt
from typing import Literal

import numpy as np

from pmo_lib.intervals import NOTHING, Estimate, rate, rate_difference
from pmo_lib.sums import ROUNDING, Floats

FEWEST_PEERS = 5
FEW = 10  # below so many values of either a place is rough
DRAWS, SEED = 1_999, 20_240
NOT_PUBLISHED = "peer uncertainty not published"


@dataclass(frozen=True)
class Position:
    """The share of the peers below ours (0 to 1) with its interval, among ``n`` peers.

    ``bound`` says on which side of all published quantiles ours lies, where no percentile can
    be told: "below P10", "above P90".
    """

    percentile: float
    low: float
    high: float
    n: int = 0
    bound: str = ""
    note: str = ""


@dataclass(frozen=True)
class Gap:
    """Ours less theirs, with its interval."""

    value: float
    low: float
    high: float
    note: str = ""


def percentile_of_value(value: float, peers: Floats, level: float) -> Position:
    """(#{peers < value} + ½ #{peers = value}) ÷ n, the mid-rank, with Wilson's interval."""
    if len(peers) < FEWEST_PEERS:
        return _too_few(len(peers))
    found = rate(_mid_rank(value, np.sort(peers)), len(peers), level)
    return Position(found.value, found.low, found.high, len(peers), note=_rough(len(peers)))


def percentile_of_statistic(ours: Floats, peers: Floats, p: float, level: float) -> Position:
    """The mid-rank of our own quantile p among the peers; both sides drawn anew (bootstrap)."""
    if len(peers) < FEWEST_PEERS or len(ours) < FEWEST_PEERS:
        return _too_few(min(len(ours), len(peers)))
    ours, peers = np.sort(ours), np.sort(peers)  # so that the order of rows does not matter
    random = np.random.default_rng(SEED)
    at = np.quantile(random.choice(ours, (DRAWS, len(ours))), p, axis=1)
    drawn = np.sort(random.choice(peers, (DRAWS, len(peers))), axis=1)
    below = (drawn < at[:, None]).sum(axis=1) + 0.5 * (drawn == at[:, None]).sum(axis=1)
    low, high = np.quantile(below / len(peers), [(1 - level) / 2, (1 + level) / 2])
    value = _mid_rank(float(np.quantile(ours, p)), peers) / len(peers)
    note = _rough(min(len(ours), len(peers)))
    return Position(value, min(low, value), max(high, value), len(peers), note=note)


def percentile_from_quantiles(ours: Estimate, probabilities: Floats, quantiles: Floats) -> Position:
    """Φ(f(y)), f a monotone cubic through the published quantiles on the probit scale.

    Never beyond the outermost: there it is a bound. The ends of the interval are the places of
    the ends of ours, and are missing where those lie beyond.
    """
    order = np.argsort(probabilities)
    p, y = probabilities[order], quantiles[order]
    place, low, high = (_interpolated(at, p, y) for at in (ours.value, ours.low, ours.high))
    bound = ""
    if ours.value < y[0]:
        bound = f"below P{100 * p[0]:.0f}"
    elif ours.value > y[-1]:
        bound = f"above P{100 * p[-1]:.0f}"
    note = "the whole interval of ours is not within the published quantiles"
    open_end = not bound and (isnan(low) or isnan(high))
    return Position(place, low, high, bound=bound, note=note if open_end else "")


def gap_to_mean(
    ours: Estimate, their_mean: float, their_sd: float, their_n: int, level: float
) -> Gap:
    """Ours less a published mean; Var = Var of ours + sd² ÷ n where both are published."""
    if isnan(their_sd) or not their_n:
        return gap_to_constant(ours, their_mean)
    from scipy.stats import norm

    half = float(norm.ppf((1 + level) / 2)) * their_sd / sqrt(their_n)
    return _square_and_add(
        ours, Estimate(their_mean, their_mean - half, their_mean + half, their_n)
    )


def gap_to_share(ours: Estimate, their_share: float, their_n: int, level: float) -> Gap:
    """Our rate less a published share, Newcombe's interval with its count, where n is known."""
    if not their_n:
        return gap_to_constant(ours, their_share)
    found = rate_difference(ours, rate(round(their_share * their_n), their_n, level))
    return Gap(ours.value - their_share, found.low, found.high)


def gap_to_constant(ours: Estimate, theirs: float) -> Gap:
    """Ours less a figure of which no uncertainty was published: the interval is ours alone."""
    return Gap(ours.value - theirs, ours.low - theirs, ours.high - theirs, NOT_PUBLISHED)


def gap_between(ours: Estimate, theirs: Estimate) -> Gap:
    """Ours less theirs, squares of the two intervals' facing sides added (Newcombe 1998)."""
    return _square_and_add(ours, theirs)


def superiority(
    ours: Floats, peers: Floats, level: float, better: Literal["higher", "lower"]
) -> Estimate:
    """P(one of ours is better than one of theirs), ties half: U ÷ (n × m), Brunner–Munzel.

    The interval is Brunner and Munzel's (2000) on the logit scale, as a probability stays within 0
    and 1. Where every one is better, or none, the placements have no spread: then Wilson's
    interval with the smaller number of cases, which no logit can give.
    """
    from scipy.stats import rankdata, t

    n, m = len(ours), len(peers)
    if min(n, m) < 2:
        return NOTHING
    sign = 1 if better == "higher" else -1
    together = rankdata(np.concatenate([sign * ours, sign * peers]))
    inner, outer = rankdata(sign * ours), rankdata(sign * peers)
    above, below = (together[:n] - inner) / m, (together[n:] - outer) / n  # the placements
    p = float(above.mean())
    variances = float(above.var(ddof=1)) / n, float(below.var(ddof=1)) / m
    error = sqrt(sum(variances))
    if error <= ROUNDING or not 0 < p < 1:
        found = rate(p * min(n, m), min(n, m), level)
        return Estimate(p, found.low, found.high, min(n, m))
    freedom = sum(variances) ** 2 / (variances[0] ** 2 / (n - 1) + variances[1] ** 2 / (m - 1))
    half = float(t.ppf((1 + level) / 2, freedom)) * error / (p * (1 - p))
    logit = log(p / (1 - p))
    low, high = (1 / (1 + exp(-(logit + side))) for side in (-half, half))
    return Estimate(p, low, high, min(n, m))


def successes_needed(n: int, successes: int, target: float) -> int:
    """How many more of the n would have had to succeed for the rate to reach the target."""
    return max(0, ceil(target * n - ROUNDING * n) - successes)


def _mid_rank(value: float, ordered: Floats) -> float:
    below, upto = (np.searchsorted(ordered, value, side=side) for side in ("left", "right"))
    return float(below + upto) / 2


def _interpolated(value: float, p: Floats, quantiles: Floats) -> float:
    """The probability at a value; of a flat part the middle; missing beyond the outermost."""
    from scipy.interpolate import PchipInterpolator
    from scipy.stats import norm

    if isnan(value) or not quantiles[0] <= value <= quantiles[-1]:
        return nan
    distinct = np.unique(quantiles)
    probit = norm.ppf(p)
    middle = np.array([probit[quantiles == each].mean() for each in distinct])
    if len(distinct) == 1:
        return float(norm.cdf(middle[0]))
    return float(norm.cdf(PchipInterpolator(distinct, middle)(value)))


def _square_and_add(ours: Estimate, theirs: Estimate) -> Gap:
    gap = ours.value - theirs.value
    below = hypot(ours.value - ours.low, theirs.high - theirs.value)
    above = hypot(ours.high - ours.value, theirs.value - theirs.low)
    return Gap(gap, gap - below, gap + above)


def _too_few(n: int) -> Position:
    return Position(nan, nan, nan, n, note=f"{n} are too few for a place ({FEWEST_PEERS} needed)")


def _rough(n: int) -> str:
    return f"rough, as it rests on {n}" if n < FEW else ""

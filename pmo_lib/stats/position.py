"""Position among peers: percentile rank, gap, probability of superiority; statistics.md 2.1.

Values come as plain arrays without gaps, rates and medians as an `Estimate`.
"""

from dataclasses import replace
from math import ceil, exp, floor, hypot, isnan, log, nan, sqrt
from typing import Literal

import numpy as np

from pmo_lib.stats.estimate import Estimate, around, t_quantile
from pmo_lib.stats.numbers import ROUNDING, Floats
from pmo_lib.stats.rates import rate

FEWEST_PEERS = 5
FEW = 10  # below so many values of either a place is rough
DRAWS, SEED = 1_999, 20_240
NOT_PUBLISHED = "peer uncertainty not published"


def percentile_of_value(value: float, peers: Floats, level: float) -> Estimate:
    """Percentile rank (#{peers < value} + ½ #{peers = value}) ÷ n, with Wilson's interval."""
    if len(peers) < FEWEST_PEERS:
        return _too_few(len(peers))
    below, upto = (np.searchsorted(np.sort(peers), value, side=side) for side in ("left", "right"))
    found = rate(float(below + upto) / 2, len(peers), level)
    return replace(found, n=len(peers), note=_rough(len(peers)))


def percentile_of_quantile(ours: Floats, peers: Floats, p: float, level: float) -> Estimate:
    """The percentile rank of our own quantile p among the peers; both sides are bootstrapped.

    The interval is nowhere shorter than Wilson's of a value that is known: where all peers are on
    one side every draw is alike, and the bootstrap alone would be certain.
    """
    if len(peers) < FEWEST_PEERS or len(ours) < FEWEST_PEERS:
        return _too_few(min(len(ours), len(peers)))
    known = percentile_of_value(float(np.quantile(ours, p)), peers, level)
    drawn = _resampled(np.sort(ours), np.sort(peers), p)
    low, high = (float(end) for end in np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2]))
    return replace(
        known, low=min(low, known.low), high=max(high, known.high),
        note=_rough(min(len(ours), len(peers))),
    )  # fmt: skip


def _resampled(ours: Floats, peers: Floats, p: float) -> Floats:
    """Mid-ranks of the quantile p of ours, both sides (in order) resampled with replacement.

    Only what counts of a resample is drawn: the k-th smallest of n is the value at rank ⌈n × U⌉,
    U ~ Beta(k, n + 1 - k), and how many peers are below and equal is multinomial.
    """
    n, m = len(ours), len(peers)
    random = np.random.default_rng([SEED, n, m])
    at = (n - 1) * p
    k = floor(at + ROUNDING)
    ranks = random.beta(k + 1, n - k, DRAWS)
    values = ours[(n * ranks).astype(int)]
    if at - k > ROUNDING:  # between the k-th and the next, as np.quantile
        ranks += (1 - ranks) * random.beta(1, n - k - 1, DRAWS)
        values = values + (at - k) * (ours[(n * ranks).astype(int)] - values)
    below, upto = (np.searchsorted(peers, values, side=side) for side in ("left", "right"))
    counts = random.multinomial(m, np.stack([below, upto - below, m - upto], axis=1) / m)
    return np.asarray((counts[:, 0] + counts[:, 1] / 2) / m)


def percentile_from_quantiles(
    ours: Estimate, probabilities: Floats, quantiles: Floats
) -> tuple[Estimate, str]:
    """Φ(f(y)), f a monotone cubic through the published quantiles on the probit scale.

    Never beyond the outermost, nor where several are equal: there is no percentile rank but a
    bound, "below P10", "above P90" or "between P50 and P75". The ends of the interval are the
    ranks of the ends of ours, and 0 or 1 where those lie beyond.
    """
    order = np.argsort(probabilities)
    p, y = probabilities[order], quantiles[order]
    falls = np.flatnonzero(np.diff(y) < 0)
    if not len(p) or isnan(ours.value) or falls.size:
        note = "none of ours or of theirs is known"
        if falls.size:
            at = int(falls[0])
            note = f"their quantiles contradict: {_named(p[at])} is above {_named(p[at + 1])}"
        return Estimate(note=note), ""
    first, last = _place(ours.value, p, y)
    bound = "" if first == last else f"between {_named(first)} and {_named(last)}"
    if ours.value < y[0]:
        bound = f"below {_named(last)}"
    elif ours.value > y[-1]:
        bound = f"above {_named(first)}"
    low, high = _place(ours.low, p, y)[0], _place(ours.high, p, y)[1]
    note = "the whole interval of ours is not within the published quantiles"
    beyond = not bound and (ours.low < y[0] or ours.high > y[-1])
    return Estimate(nan if bound else first, low, high, 0, note if beyond else ""), bound


def gap_to_published(
    ours: Estimate, statistic: str, value: float, sd: float, n: int, level: float
) -> Estimate:
    """Ours less a published figure, with its own interval where what was published allows one.

    Of a share of n it is Wilson's, of a mean with sd and n Student's.
    """
    if statistic == "share" and n:
        return gap_between(ours, rate(value * n, n, level))
    if statistic == "mean" and sd > 0 and n > 1:
        return gap_between(ours, around(value, t_quantile(level, n) * sd / sqrt(n), n))
    return gap_to_constant(ours, value)


def gap_to_constant(ours: Estimate, theirs: float) -> Estimate:
    """Ours less a figure of which no uncertainty was published: the interval is ours alone."""
    ends = ours.low - theirs, ours.high - theirs
    return Estimate(ours.value - theirs, *ends, ours.n, NOT_PUBLISHED)


def gap_between(ours: Estimate, theirs: Estimate) -> Estimate:
    """Ours less theirs, squares of the two intervals' facing sides added (Newcombe 1998).

    For means that adds the variances; of shares it never leaves -1 to 1. Without one of the
    intervals there is none.
    """
    gap = ours.value - theirs.value
    below = hypot(ours.value - ours.low, theirs.high - theirs.value)
    above = hypot(ours.high - ours.value, theirs.value - theirs.low)
    note = "; ".join(filter(None, [ours.note, theirs.note]))
    return Estimate(gap, gap - below, gap + above, ours.n, note)


def superiority(
    ours: Floats, peers: Floats, level: float, better: Literal["higher", "lower"]
) -> Estimate:
    """P(one of ours is better than one of theirs), ties half: U ÷ (n × m), Brunner–Munzel.

    The interval is Brunner and Munzel's (2000) on the logit scale, as a probability stays within 0
    and 1. Where every one is better, or none, or all tie, the placements have no spread. Then of
    k = min(n, m) pairs that share no case all came out alike, which has a chance of (1 - level)
    ÷ 2 or more only if at least its k-th root of all pairs do: that holds for any distributions.
    """
    from scipy.stats import rankdata

    n, m = len(ours), len(peers)
    k = min(n, m)
    if k < 2:
        return Estimate(n=k, note=f"{k} are too few for a chance (2 needed)")
    sign = 1 if better == "higher" else -1
    together = rankdata(np.concatenate([sign * ours, sign * peers]))
    inner, outer = rankdata(sign * ours), rankdata(sign * peers)
    above, below = (together[:n] - inner) / m, (together[n:] - outer) / n  # the placements
    p = float(above.mean())
    variances = float(above.var(ddof=1)) / n, float(below.var(ddof=1)) / m
    error = sqrt(sum(variances))
    if error <= ROUNDING:
        alike = ((1 - level) / 2) ** (1 / k)
        return Estimate(p, p * alike, 1 - (1 - p) * alike, k, "all pairs come out alike")
    freedom = sum(variances) ** 2 / (variances[0] ** 2 / (n - 1) + variances[1] ** 2 / (m - 1))
    half = t_quantile(level, freedom + 1) * error / (p * (1 - p))
    logit = log(p / (1 - p))
    low, high = (1 / (1 + exp(min(-logit - side, 700.0))) for side in (-half, half))
    return Estimate(p, low, high, k, _rough(k))


def successes_needed(n: int, successes: int, target: float) -> int:
    """How many more of the n would have had to succeed for the rate to reach the target."""
    return max(0, ceil(target * n - ROUNDING * n) - successes)


def _place(value: float, p: Floats, y: Floats) -> tuple[float, float]:
    """Between which probabilities a value lies; the same twice where it is interpolated."""
    from scipy.interpolate import PchipInterpolator
    from scipy.stats import norm

    if isnan(value):
        return nan, nan
    left, right = (int(np.searchsorted(y, value, side=side)) for side in ("left", "right"))
    if left < right:  # one of the quantiles, or several that are equal
        return float(p[left]), float(p[right - 1])
    if left in {0, len(p)}:
        return (0.0, float(p[0])) if left == 0 else (float(p[-1]), 1.0)
    # where quantiles are equal the curve jumps: one curve for each stretch between such places
    jumps = np.flatnonzero(np.diff(y) == 0)
    start = int(jumps[jumps < left].max(initial=-1)) + 1
    stop = int(jumps[jumps >= left].min(initial=len(p) - 1)) + 1
    curve = PchipInterpolator(y[start:stop], norm.ppf(p[start:stop]))
    found = float(norm.cdf(curve(value)))
    return found, found


def _named(probability: float) -> str:
    return f"P{100 * probability:.0f}"


def _too_few(n: int) -> Estimate:
    return Estimate(n=n, note=f"{n} are too few for a place ({FEWEST_PEERS} needed)")


def _rough(n: int) -> str:
    return f"rough, as it rests on {n}" if n < FEW else ""

"""Where we stand among peers: our percentile, our gap, how often one of ours does better.

Values come without gaps. A percentile is a share, 0.753 for the 75.3rd, and grows with the value:
whether that is good is the KPI's matter. What peers do not publish is said, never guessed.
"""

from dataclasses import dataclass
from math import ceil, exp, floor, log, nan, sqrt
from typing import Literal

import numpy as np

from pmo_lib import intervals
from pmo_lib.intervals import Estimate
from pmo_lib.sums import ROUNDING, Floats

FEWEST = 5  # peers, fewer have no percentile
FEW = 10  # values, fewer make a rough interval
DRAWS = 1_999
SEED = 20
UNPUBLISHED = "peer uncertainty not published"


@dataclass(frozen=True)
class Position:
    """The share of peers below a value, ties half; ``n`` counts peers, 0 where not known.

    Where only a range is known, `bound` says it ("<P10", "P50 to P60") and there is no percentile.
    """

    percentile: float = nan
    low: float = nan
    high: float = nan
    n: int = 0
    bound: str = ""
    note: str = ""


@dataclass(frozen=True)
class Gap:
    """Ours less theirs, in the KPI's own unit; missing ends where no interval is honest."""

    value: float
    low: float
    high: float
    note: str = ""


def percentile_of_value(value: float, peers: Floats, level: float) -> Position:
    """(peers below + ½ × peers equal) ÷ n with Wilson's interval; the value itself is taken as known."""
    n = len(peers)
    if n < FEWEST:
        return _too_few(n)
    found = intervals.rate(n * float(_mid_ranks(np.array([value]), peers)[0]), n, level)
    return Position(found.value, found.low, found.high, n)


def percentile_of_statistic(ours: Floats, peers: Floats, p: float, level: float) -> Position:
    """Our own p-quantile's percentile among the peers, the interval bootstrapped over both.

    It is nowhere shorter than Wilson's for a value taken as known: where all peers lie on one
    side no resample differs, and the bootstrap alone would be sure. None where our quantile has
    none of its own.
    """
    if not len(ours) or len(peers) < FEWEST:
        return _too_few(len(peers)) if len(ours) else Position(note="there is no value of ours")
    own = intervals.quantile(ours, p, level)
    known = percentile_of_value(own.value, peers, level)
    if own.low != own.low:
        return Position(known.percentile, n=known.n, note=own.note)
    draws = _resampled(np.sort(ours), np.sort(peers), p)
    low, high = (float(end) for end in np.quantile(draws, [(1 - level) / 2, (1 + level) / 2]))
    few = [
        f"{len(values)} of {whose} are few"
        for values, whose in ((ours, "ours"), (peers, "theirs"))
        if len(values) < FEW
    ]
    note = f"rough: {' and '.join(few)}" if few else ""
    return Position(
        known.percentile, min(low, known.low), max(high, known.high), known.n, note=note
    )


def _resampled(ours: Floats, peers: Floats, p: float) -> Floats:
    """Percentiles of the p-quantile of ours, both (ordered) resampled; the seed is of the sizes.

    Drawn without drawing all values: the k-th smallest of n resampled ones is the value at rank
    ⌈n × U⌉, U ~ Beta(k, n + 1 - k), and so many peers as are below and equal are multinomial.
    """
    n, m = len(ours), len(peers)
    chance = np.random.default_rng([SEED, n, m])
    at = (n - 1) * p
    k = floor(at + ROUNDING)
    ranks = chance.beta(k + 1, n - k, DRAWS)
    values = ours[(n * ranks).astype(int)]
    if at - k > ROUNDING:
        ranks += (1 - ranks) * chance.beta(1, n - k - 1, DRAWS)
        values = values + (at - k) * (ours[(n * ranks).astype(int)] - values)
    below, upto = (np.searchsorted(peers, values, side) for side in ("left", "right"))
    shares = np.stack([below, upto - below, m - upto], axis=1) / m
    counts = chance.multinomial(m, shares)
    return np.asarray((counts[:, 0] + counts[:, 1] / 2) / m)


def percentile_from_quantiles(
    ours: Estimate, probabilities: Floats, values: Floats, n: int = 0
) -> Position:
    """Our value between published quantiles, monotone interpolation of their normal scores.

    Beyond the outermost, and where several are equal, only a range is known: nothing is
    extrapolated. The ends are those of our own interval, open to 0 and 1 beyond the outermost.
    """
    order = np.argsort(probabilities)
    p, quantiles = probabilities[order], values[order]
    if not len(p) or ours.value != ours.value:
        return Position(n=n, note="there is no value of ours" if len(p) else "no quantile is known")
    falls = np.flatnonzero(np.diff(quantiles) < 0)
    if falls.size:
        above, below = (_named(p[falls[0] + step]) for step in (0, 1))
        return Position(n=n, note=f"the published quantiles contradict: {above} is above {below}")
    first, last = _range(ours.value, p, quantiles)
    bound = "" if first == last else f"{_named(first)} to {_named(last)}"
    if ours.value < quantiles[0]:
        bound = f"<{_named(last)}"
    elif ours.value > quantiles[-1]:
        bound = f">{_named(first)}"
    return Position(
        nan if bound else first,
        _range(ours.low, p, quantiles)[0] if ours.low == ours.low else nan,
        _range(ours.high, p, quantiles)[1] if ours.high == ours.high else nan,
        n, bound, UNPUBLISHED,
    )  # fmt: skip


def _range(value: float, p: Floats, quantiles: Floats) -> tuple[float, float]:
    """Between which probabilities the value lies; twice the same where it is interpolated."""
    from scipy.interpolate import PchipInterpolator
    from scipy.special import ndtr, ndtri

    left, right = (int(np.searchsorted(quantiles, value, side)) for side in ("left", "right"))
    if left < right:
        return float(p[left]), float(p[right - 1])
    if left in {0, len(p)}:
        return (0.0, float(p[0])) if left == 0 else (float(p[-1]), 1.0)
    # where quantiles are equal the curve jumps: it is drawn between such places only
    for run in np.split(np.arange(len(p)), np.flatnonzero(np.diff(quantiles) == 0) + 1):
        if run[0] < left <= run[-1]:
            curve = PchipInterpolator(quantiles[run], ndtri(p[run]))
            found = float(ndtr(curve(value)))
            return found, found
    raise AssertionError("a value between two quantiles is in a run that rises")


def _named(probability: float) -> str:
    return f"P{100 * probability:.3g}"


def gap(ours: Estimate, theirs: Estimate) -> Gap:
    """Ours less theirs, the sides of the two intervals squared and added.

    Newcombe's (1998, method 10) for rates, of which each may be clustered; Zou & Donner's (2008)
    for all else. For means it adds the variances.
    """
    value = ours.value - theirs.value
    low = value - sqrt((ours.value - ours.low) ** 2 + (theirs.high - theirs.value) ** 2)
    high = value + sqrt((ours.high - ours.value) ** 2 + (theirs.value - theirs.low) ** 2)
    notes = [f"{whose}: {e.note}" for whose, e in (("ours", ours), ("theirs", theirs)) if e.note]
    return Gap(value, low, high, "; ".join(notes))


def gap_to_constant(ours: Estimate, theirs: float) -> Gap:
    """As `gap`, to a figure published without its uncertainty: only our own is counted."""
    return gap(ours, Estimate(theirs, theirs, theirs, 0, UNPUBLISHED))


def gap_to_mean(
    ours: Estimate, their_mean: float, their_sd: float, their_n: float, level: float
) -> Gap:
    """As `gap`, to a published mean ± t × sd ÷ √n; without sd or n (0 or missing) to a constant."""
    if not (their_sd > 0 and their_n > 1):
        return gap_to_constant(ours, their_mean)
    half = intervals.t_quantile(level, their_n) * their_sd / sqrt(their_n)
    return gap(ours, Estimate(their_mean, their_mean - half, their_mean + half, int(their_n)))


def gap_to_share(ours: Estimate, their_share: float, their_n: float, level: float) -> Gap:
    """As `gap`, to a published share of n with Wilson's interval; without n to a constant."""
    if not their_n > 0:
        return gap_to_constant(ours, their_share)
    return gap(ours, intervals.rate(their_share * their_n, their_n, level))


def gap_between(ours: Floats, peers: Floats, statistic: str, level: float) -> Gap:
    """As `gap`, of a mean, a share (of zeros and ones), a median or a quantile ("p80")."""

    def estimate(values: Floats) -> Estimate:
        match statistic:
            case "mean":
                return intervals.mean(values, level)
            case "share":
                return intervals.rate(float(values.sum()), len(values), level)
            case "median":
                return intervals.quantile(values, 0.5, level)
            case _:
                return intervals.quantile(values, int(statistic.removeprefix("p")) / 100, level)

    return gap(estimate(ours), estimate(peers))


def superiority(
    ours: Floats, peers: Floats, level: float, better: Literal["lower", "higher"] = "lower"
) -> Estimate:
    """The chance that one of ours does better than one of theirs, ties half: U ÷ (n × m).

    The interval is Brunner & Munzel's (2000) on the logit scale. Where all pairs go one way (or
    all tie) nothing varies: of the k = min(n, m) pairs that share no case all came out alike,
    which is likely enough only if a share q >= ((1 - level) ÷ 2)^(1 ÷ k) of pairs does.
    """
    n, m = len(ours), len(peers)
    if min(n, m) == 0:
        return Estimate(nan, nan, nan, n + m, "one of the two groups has no case")
    sign = 1 if better == "higher" else -1
    own, their = _mid_ranks(sign * ours, sign * peers), _mid_ranks(sign * peers, sign * ours)
    value, k = float(own.mean()), min(n, m)
    if k == 1:
        return Estimate(value, nan, nan, n + m, "no interval: one value has no spread", k)
    parts = float(own.var(ddof=1)) / n, float(their.var(ddof=1)) / m
    if sum(parts) <= ROUNDING:
        q = ((1 - level) / 2) ** (1 / k)
        note = "all pairs are ties" if 0 < value < 1 else "all pairs go one way"
        return Estimate(value, value * q, value * q + 1 - q, n + m, note, k)
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (n - 1) + parts[1] ** 2 / (m - 1))
    half = intervals.t_quantile(level, freedom + 1) * sqrt(sum(parts)) / (value * (1 - value))
    odds = log(value / (1 - value))
    low, high = (1 / (1 + exp(-min(max(odds + s * half, -700), 700))) for s in (-1, 1))
    return Estimate(value, low, high, n + m, "", k)


def _mid_ranks(values: Floats, among: Floats) -> Floats:
    """(below + ½ × equal) ÷ n of each value."""
    ordered = np.sort(among)
    twice = sum(np.searchsorted(ordered, values, side) for side in ("left", "right"))
    return np.asarray(twice / (2 * len(ordered)))


def successes_needed(n: int, successes: int, target: float) -> int:
    """How many more of our n would have had to succeed for our rate to reach the target share."""
    return max(0, ceil(target * n * (1 - ROUNDING)) - successes)


def values_needed(
    values: Floats, p: float, target: float, better: Literal["lower", "higher"] = "lower"
) -> int:
    """How many more of our values would have had to reach the target for our p-quantile to.

    The quantile lies between two ranks; both must be on the good side.
    """
    if better == "higher":
        return values_needed(-values, 1 - p, -target)
    if not len(values) or float(np.quantile(values, p)) <= target:
        return 0
    return ceil((len(values) - 1) * p - ROUNDING) + 1 - int((values <= target).sum())


def _too_few(n: int) -> Position:
    verb = "peer is" if n == 1 else "peers are"
    return Position(n=n, note=f"{n} {verb} too few ({FEWEST} are needed)")

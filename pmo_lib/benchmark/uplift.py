"""The optimism bias uplift of a reference class, and how heavy the tail of its overruns is.

The reference class forecast (Kahneman & Tversky 1979; Flyvbjerg 2006): an approved cost × (1 + the
uplift), which is a quantile of the overruns of projects of its kind.
"""

from dataclasses import dataclass, replace
from itertools import count
from math import nan

import numpy as np

from pmo_lib.kpis.families.delivery import ROUNDING, TAIL_OVERRUN_SHARE
from pmo_lib.stats import quantiles, rates, tails
from pmo_lib.stats.estimate import Estimate
from pmo_lib.stats.numbers import Floats
from pmo_lib.wording import counted, number

PARENT_CASES = 20  # as how many projects of the class the parent class counts
NO_MEAN, NO_VARIANCE = 1.0, 2.0  # tail indices at or below which there is none


@dataclass(frozen=True)
class Uplift(Estimate):
    """By how much to raise an approved cost, as a share of it, with the interval.

    ``n`` counts the projects of the class itself and ``own_weight`` is how much they count for;
    the rest is the parent class. The note says so, or why there is no number.
    """

    own_weight: float = nan


def fewest(p: float, level: float) -> int:
    """The smallest n whose lowest and highest value hold the p-quantile with `level`.

    pⁿ + (1 - p)ⁿ <= 1 - level: 11 for P80 and 22 for P90 at 90 %.
    """
    return next(n for n in count(2) if p**n + (1 - p) ** n <= 1 - level + 1e-12)


def uplift(
    overruns: Floats,
    p: float,
    level: float,
    parent: Floats | None = None,
    decided_at: float = 0.0,
) -> Uplift:
    """The overrun that a share p of new projects of the class is expected to stay at or below.

    It is the value of rank p × (n + 1), with the order-statistic interval of the class's quantile.
    A class below `fewest` is pooled with its parent (which holds the class too): the quantile is
    of the mixture w × class + (1 - w) × parent, w = n ÷ (n + 20), its ranks those of n + 20
    projects, or of as many as the parent has. That is the shrinkage of classes whose variance
    among themselves is a 20th of that within. Since a class may differ by more, the interval also
    takes in what the class alone can say: up to its highest value, down to its own lower bound.

    `decided_at` is a further quantile that will be read beside this one: both are then of the
    class alone or both of the mixture, so that P50 stays below P80.
    """
    n, needed = len(overruns), max(fewest(p, level), fewest(decided_at or p, level))
    if n >= needed:
        value, low, high = _quantile(overruns, np.full(n, 1 / n), n, p, level)
        return _unless_all_equal(Uplift(value, low, high, n, own_weight=1.0), overruns)
    note = _too_few(n, 0 if parent is None else len(parent), needed, p, parent is None)
    if note or parent is None:
        return Uplift(n=n, note=note)
    weight, cases = n / (n + PARENT_CASES), min(n + PARENT_CASES, len(parent))
    shares = np.full(n, weight / max(n, 1)), np.full(len(parent), (1 - weight) / len(parent))
    values = np.concatenate([overruns, parent])
    value, low, high = _quantile(values, np.concatenate(shares), cases, p, level)
    own_low, own_high = _own_bounds(overruns, p, level)
    own = f"{counted(n, 'project')} of this class: {number(weight, 'share')} of what this rests on"
    stand_in = "no project of this class is completed, so all projects stand in for it"
    note = f"{own}, all projects are the rest" if n else stand_in
    ends = min(low, own_low), max(high, own_high)
    return _unless_all_equal(Uplift(value, *ends, n, note, own_weight=weight), values)


def tail(overruns: Floats, level: float, did: str = "overran") -> str:
    """In words: the share of projects that overrun by 50 % or more, and how heavy their tail is.

    The tail index is that of the cost ratios, 1 + overrun, from 30 projects up. `did` is what the
    sentence says they did: projects in flight "have grown" so far.
    """
    n = len(overruns)
    above = overruns >= TAIL_OVERRUN_SHARE - ROUNDING
    share = rates.rate(float(above.sum()), n, level)
    index = tails.tail_index(1 + overruns) if n >= tails.FEWEST else tails.TailIndex(nan, nan, 0)
    mean = float(overruns[above].mean()) if above.any() else nan
    mean = nan if index.value <= NO_VARIANCE else mean
    return _tail_sentence(share, mean, index, did)


def _quantile(
    values: Floats, shares: Floats, cases: int, p: float, level: float
) -> tuple[float, float, float]:
    """The value at rank p × (cases + 1) and those at the ranks of its interval.

    A value's rank is the mid-point of its weight; with equal shares ranks are the usual ones.
    """
    ends = quantiles.order_statistic_ranks(cases, p, level)
    assert ends is not None, "fewest has seen to it"
    order = np.argsort(values, kind="stable")
    middles = shares[order].cumsum() - shares[order] / 2
    at = (np.array([p * (cases + 1), *ends]) - 0.5) / cases
    value, low, high = np.interp(at, middles, values[order]).tolist()
    return value, low, high


def _own_bounds(overruns: Floats, p: float, level: float) -> tuple[float, float]:
    """The bounds that a class too small for an interval of its own still has, each by itself.

    Its highest value; and the highest rank r with P(Binomial(n, p) >= r) >= (1 + level) ÷ 2.
    """
    from scipy.special import bdtrc

    n = len(overruns)
    if not n:
        return np.inf, -np.inf
    ranks = np.arange(1, n + 1)
    holding = ranks[bdtrc(ranks - 1.0, n, p) >= (1 + level) / 2]
    ordered = np.sort(overruns)
    return float(ordered[holding.max() - 1]) if holding.size else np.inf, float(ordered[-1])


def _unless_all_equal(found: Uplift, values: Floats) -> Uplift:
    if np.ptp(values) > ROUNDING:
        return found
    note = (
        f"no interval: all {len(values)} overran by the same {number(found.value, 'share')}, as "
        "where the actual cost was not entered but copied"
    )
    return replace(found, low=nan, high=nan, note=note)


def _too_few(n: int, of_parent: int, needed: int, p: float, alone: bool) -> str:
    """Why neither the class nor its mixture with the parent has this quantile."""
    own = f"{counted(n, 'completed project')} of this class"
    if alone:
        return f"{own}: a P{100 * p:.0f} needs {needed}"
    if of_parent < needed:
        return f"{own} and {of_parent} in all: a P{100 * p:.0f} needs {needed}"
    if n + PARENT_CASES < needed:
        return f"{own}: even beside all others a P{100 * p:.0f} needs {needed - PARENT_CASES}"
    return ""


def _tail_sentence(share: Estimate, mean: float, index: tails.TailIndex, did: str) -> str:
    if not share.n:
        return "No project has both costs."
    high = number(TAIL_OVERRUN_SHARE, "share")
    said = (
        f"{number(share.value, 'share')} of {counted(share.n, 'project')} "
        f"({number(share.low, 'share')} to {number(share.high, 'share')}) "
        f"{did} by {high} or more"
    )
    if mean == mean:
        said += f", on average by {number(mean, 'share')}"
    if share.n < tails.FEWEST:
        return f"{said}; how heavy the tail is cannot be told from fewer than {tails.FEWEST}."
    if index.value > NO_VARIANCE:
        doubt = "; whether the spread has a limit is not sure" * _may_be_heavy(index)
        return f"{said}{doubt}."
    why = "there is no mean" if index.value <= NO_MEAN else "no sample tells the mean"
    heavy = f"The tail is so heavy (index {index.value:.1f}) that {why}"
    return f"{said}. {heavy}: only quantiles are shown."


def _may_be_heavy(index: tails.TailIndex) -> bool:
    return index.value - 2 * index.error <= NO_VARIANCE

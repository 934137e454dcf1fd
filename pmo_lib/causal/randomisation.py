"""Randomisation inference: a permutation test of the dates of adoption.

The dates are permuted among the departments; the statistic is studentised, so that it may be
inverted to an interval (MacKinnon & Webb 2020).
"""

from collections.abc import Iterator
from math import factorial, inf, nan, prod

import numpy as np

from pmo_lib.causal.effect import Effect
from pmo_lib.causal.imputation import Imputed, few_departments, impute
from pmo_lib.causal.panel import Panel, treated_cells, untreated_cells, with_cell_outcomes
from pmo_lib.stats.numbers import ROUNDING, Bools, Floats, Integers

PERMUTATIONS = 999
FEWEST_ASSIGNMENTS = 40
GRID = 161
POWER = 0.8
WIDEST = 40.0  # standard errors from the estimate within which the interval's ends are sought


def assignments(first: Integers) -> float:
    """G! ÷ Π n_k!: in how many distinct ways the dates could have fallen; p is 1 ÷ it or more."""
    counts = np.unique(first, return_counts=True)[1]
    if len(first) > 150:
        return inf if len(counts) > 1 else 1.0
    return float(factorial(len(first)) // prod(factorial(int(n)) for n in counts))


def randomised(
    cells: Panel,
    level: float,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = 1,
    usable: Bools | None = None,
    ends: bool = True,
    earlier: int = 0,
    alpha: float = 0.05,
) -> Effect:
    """p of no effect, the interval at `level`, and the estimates under other permutations.

    p is the share of permutations with a statistic at least as large, the true one counted in; the
    interval holds the effects that are not rejected. Of several outcomes it is the first.

    `usable` (D, T) are the cells that may serve at all. Without `ends` the interval, which takes
    longer, is left out. `alpha` is the level of the test whose minimum detectable effect is told.
    `earlier` makes a placebo test: adoption dated so many quarters before the true one, on what is
    untreated in truth, whichever dates are supposed.
    """
    both = with_cell_outcomes(cells, cells.treated[..., None].astype("float64"))
    permuted = np.concatenate([cells.first[None], _permuted(cells.first, permutations, seed)])
    untreated, treated = _sides(permuted, cells, earlier)
    allowed = np.ones_like(cells.treated) if usable is None else usable
    if earlier:  # else other dates see the effect itself, and the more of it the less of a placebo
        allowed = allowed & cells.untreated
    found = impute(both, untreated & allowed, treated & allowed)
    estimable: Bools = ~np.isnan(found.effect[:, 0])
    if not estimable[0]:
        return Effect()
    true, other = found.of(slice(1)), found.of(np.append(False, estimable[1:]))
    p = float(_p_values(np.array([0.0]), true, other)[0])
    low, high = _interval(true, other, 1 - level) if ends else (nan, nan)
    value = float(true.effect[0, 0])
    return Effect(
        value, low, high, p=p, permuted=other.effect[:, 0],
        detectable=_detectable(true, other, alpha),
    )  # fmt: skip


def _detectable(true: Imputed, other: Imputed, alpha: float) -> float:
    """(c + q) × error: the effect that exceeds c, beyond which p ≤ alpha, in four of five cases.

    c and q are quantiles of the statistic as it falls under other dates, at 1 - alpha of its size
    and at 80 % of it with either sign: with few departments its tails are wider than the normal's.
    """
    size = np.sort(_sizes(true.effect[:, 0], other)[:, 0])
    beyond = int(alpha * (1 + len(size)) + ROUNDING)  # statistics, the true one among them
    if beyond < 1:
        return nan
    return float((size[-beyond] + np.quantile(size, 2 * POWER - 1)) * true.error()[0, 0])


def _sides(first: Integers, cells: Panel, earlier: int) -> tuple[Bools, Bools]:
    """Untreated and treated cells; those of a placebo date are between it and the supposed one."""
    untreated = untreated_cells(first, cells.quarters, cells.lead)
    if not earlier:
        return untreated, treated_cells(first, cells.quarters)
    before = untreated_cells(first, cells.quarters, cells.lead + earlier)
    return before, untreated & ~before


def _permuted(first: Integers, permutations: int, seed: int) -> Integers:
    """Every other distinct assignment where there are few, else so many drawn at random."""
    if assignments(first) <= permutations:
        every = np.array(list(_distinct(sorted(first.tolist()))), dtype="int64")
        others: Integers = every[(every != first).any(axis=1)]
        return others.reshape(-1, len(first))
    draw = np.random.default_rng(seed)
    return draw.permuted(np.tile(first, (permutations, 1)), axis=1)


def _distinct(values: list[int]) -> Iterator[list[int]]:
    if not values:
        yield []
    for at, value in enumerate(values):
        if at == 0 or value != values[at - 1]:
            for rest in _distinct(values[:at] + values[at + 1 :]):
                yield [value, *rest]


def _p_values(effects: Floats, true: Imputed, other: Imputed) -> Floats:
    """The p of each supposed effect: outcome less effect × treatment is permuted."""
    own = np.abs(true.effect[0, 0] - effects) / max(float(true.error()[0, 0]), 1e-300)
    at_least = (_sizes(effects, other) >= own * (1 - 1e-9)).sum(axis=0)
    p: Floats = (1 + at_least) / (1 + len(other.effect))
    return p


def _sizes(effects: Floats, other: Imputed) -> Floats:
    """|t| under each other assignment, of the outcome less each supposed effect × treatment."""
    squares = np.einsum("bdq,bdr->bqr", other.scores, other.scores)
    variance = few_departments(other.scores)[:, None] * (
        squares[:, 0, 0, None]
        - 2 * squares[:, 0, 1, None] * effects
        + squares[:, 1, 1, None] * effects**2
    )
    away = np.abs(other.effect[:, 0, None] - other.effect[:, 1, None] * effects)
    sizes: Floats = away / np.sqrt(np.maximum(variance, 1e-300))
    return sizes


def _interval(true: Imputed, other: Imputed, alpha: float) -> tuple[float, float]:
    """The ends of the effects with p > alpha: sought on a coarse grid, then on a fine one."""
    centre, error = float(true.effect[0, 0]), float(true.error()[0, 0])
    alpha += ROUNDING  # 1 - 0.9 is a little less than a tenth, and p may be a tenth
    if error < 1e-12 or alpha * (1 + len(other.effect)) < 1:
        return nan, nan

    def kept_at(effects: Floats) -> Bools:
        kept: Bools = _p_values(effects, true, other) > alpha
        return kept

    ends = []
    for sign in (-1.0, 1.0):
        near, far = 0.0, 4.0
        while far < WIDEST and kept_at(np.array([centre + sign * far * error]))[0]:
            near, far = far, far * 2
        if far >= WIDEST:
            return nan, nan
        for _ in range(2):
            grid = np.linspace(near, far, GRID)
            kept = np.flatnonzero(kept_at(centre + sign * grid * error))
            last = int(kept[-1]) if len(kept) else 0
            near, far = grid[last], grid[min(last + 1, GRID - 1)]
        ends.append(float(centre + sign * near * error))
    return ends[0], ends[1]

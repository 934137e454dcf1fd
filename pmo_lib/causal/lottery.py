"""The effect of a draw by lot: a regression within strata, its test a permutation of the lots.

As chance alone decided who was treated, the permutation test is exact for no effect, whatever the
outcomes are like (Fisher 1935); studentised, it is inverted to an interval (Zhao & Ding 2021).
"""

from collections.abc import Callable
from dataclasses import replace
from math import nan

import numpy as np
import pandas as pd

from pmo_lib.causal.attribution import VARYING
from pmo_lib.causal.effect import Effect
from pmo_lib.causal.randomisation import PERMUTATIONS, POWER
from pmo_lib.stats.estimate import around, t_quantile
from pmo_lib.stats.numbers import ROUNDING, Bools, Floats, Integers
from pmo_lib.wording import counted

FEWEST_EACH = 8  # projects with the outcome on either side
MORE = "More draws, and outcomes of the projects drawn, would make it testable."
STEPS = 40  # halvings of the distance to an end of the interval
WIDEST = 40.0  # standard errors from the estimate within which the ends are sought


def by_lot(
    projects: pd.DataFrame,
    fixed: list[str],
    level: float,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = 1,
    alpha: float = 0.05,
) -> Effect:
    """The slope on treated of value ~ treated + strata + fixed, and its permutation test.

    Parameters
    ----------
    projects : value, treated (bool), stratum and department, a row a project, nothing missing.
        Strata with projects on one side alone tell nothing and are left out.
    fixed : columns that are held fixed, known before the draw.
    level : of the interval.
    permutations : of who is treated within each stratum.
    alpha : level of the test whose minimum detectable effect is told.
    """
    sides = projects.groupby("stratum")["treated"].transform("nunique")
    rows = projects[sides == 2]
    treated = rows["treated"].to_numpy("bool")
    support = float(treated.sum() / max(1, int(projects["treated"].sum())))
    n, departments = len(rows), int(rows["department"].nunique())
    found = Effect(n=n, clusters=departments, support=support)
    least = int(min(treated.sum(), (~treated).sum()))
    if least < FEWEST_EACH:
        what = f"only {counted(least, 'project')} on one side of the draw have this outcome; "
        return replace(found, refusal=f"{what}{FEWEST_EACH} are needed", remedy=MORE)
    x, y = _design(rows, fixed), rows["value"].to_numpy("float64")
    if np.ptp(y) <= ROUNDING * max(1.0, float(np.abs(y).max())):
        return replace(found, refusal="the outcome never varies", remedy=VARYING)
    stratum = rows["stratum"].factorize()[0].astype("int64")
    left, free = _residual(x, y[:, None])[:, 0], n - np.linalg.matrix_rank(x) - 1
    drawn = np.concatenate([treated[None], _permuted(treated, stratum, permutations, seed)])
    d = _residual(x, drawn.T.astype("float64")).T
    known = np.square(d).sum(axis=1) > ROUNDING
    d, own = d[known], d[0]
    value = float(own @ left / (own @ own))
    error = float(_errors(own[None], left, free)[0])
    sizes = _sizes(d[1:], left, own, value, free)

    def p_of(effect: float) -> float:
        size = abs(value - effect) / error
        others = _sizes(d[1:], left, own, effect, free)
        return float((1 + (others >= size * (1 - 1e-9)).sum()) / (1 + len(others)))

    without = {
        str(name): _slope(rows[rows["department"] != name], fixed)
        for name in sorted(rows["department"].unique())
    }
    low, high = (
        _end(p_of, value, error, sign, 1 - level) if permutations else nan for sign in (-1.0, 1.0)
    )
    half = t_quantile(level, max(2, free + 1)) * error
    return replace(
        found, value=value, low=low, high=high, error=error, p=p_of(0.0) if permutations else nan,
        permuted=(d[1:] @ left) / np.square(d[1:]).sum(axis=1), jackknife=around(value, half),
        without=pd.Series(without, dtype="float64"),
        detectable=_detectable(sizes, error, alpha),
    )  # fmt: skip


def _design(rows: pd.DataFrame, fixed: list[str]) -> Floats:
    strata = pd.get_dummies(rows["stratum"].astype("str"), dtype="float64")
    return np.column_stack([strata, rows[fixed]]).astype("float64")


def _residual(x: Floats, values: Floats) -> Floats:
    """What a regression on x leaves of each column."""
    left: Floats = values - x @ np.linalg.lstsq(x, values, rcond=None)[0]
    return left


def _slope(rows: pd.DataFrame, fixed: list[str]) -> float:
    sides = rows.groupby("stratum")["treated"].transform("nunique")
    both = rows[sides == 2]
    if both.empty:
        return nan
    columns = both[["value", "treated"]].to_numpy("float64")
    y, d = _residual(_design(both, fixed), columns).T
    return float(d @ y / (d @ d)) if d @ d > ROUNDING else nan


def _errors(d: Floats, left: Floats, free: int) -> Floats:
    """Heteroscedasticity-robust standard errors of the slopes on each row of d (HC1)."""
    squares = np.square(d).sum(axis=1)
    slopes = (d @ left) / squares
    off = left[None] - slopes[:, None] * d
    factor = d.shape[1] / max(1, free)
    errors: Floats = np.sqrt(factor * (np.square(d) * np.square(off)).sum(axis=1)) / squares
    return np.maximum(errors, 1e-300)


def _sizes(d: Floats, left: Floats, own: Floats, effect: float, free: int) -> Floats:
    """|t| under each other draw, of the outcome less the supposed effect on those treated."""
    supposed = left - effect * own
    sizes: Floats = np.abs(d @ supposed) / np.square(d).sum(axis=1) / _errors(d, supposed, free)
    return sizes


def _permuted(treated: Bools, stratum: Integers, permutations: int, seed: int) -> Bools:
    """Who is treated, permuted within each stratum."""
    chance = np.random.default_rng(seed)
    drawn = np.zeros((permutations, len(treated)), dtype="bool")
    for own in (np.flatnonzero(stratum == s) for s in np.unique(stratum)):
        drawn[:, own] = chance.permuted(np.tile(treated[own], (permutations, 1)), axis=1)
    return drawn


def _end(
    p_of: Callable[[float], float], value: float, error: float, sign: float, alpha: float
) -> float:
    """The farthest effect on one side that is not rejected, by halving."""
    near, far = 0.0, 2.0
    while far < WIDEST and p_of(value + sign * far * error) > alpha + ROUNDING:
        near, far = far, far * 2
    if far >= WIDEST:
        return nan
    for _ in range(STEPS):
        middle = (near + far) / 2
        kept = p_of(value + sign * middle * error) > alpha + ROUNDING
        near, far = (middle, far) if kept else (near, middle)
        if far - near < 1e-4:
            break
    return float(value + sign * near * error)


def _detectable(sizes: Floats, error: float, alpha: float) -> float:
    """(c + q) × error: quantiles of the statistic under other draws, as of dates of adoption."""
    beyond = int(alpha * (1 + len(sizes)) + ROUNDING)
    if beyond < 1:
        return nan
    ordered = np.sort(sizes)
    return float((ordered[-beyond] + np.quantile(ordered, 2 * POWER - 1)) * error)

"""Sensitivity to violations of parallel trends: how large before the effect is lost.

Trends of adopters and others may differ by a line, which is estimated, and deviate from it by a
curvature of at most M a quarter² (smoothness of Rambachan & Roth 2023). The detrended estimator is
unbiased under a linear difference; curvature adds a bias of at most M × Σ |its response to one|.
"""

from dataclasses import dataclass
from math import nan
from statistics import NormalDist

import numpy as np

from pmo_lib.causal.imputation import impute, jackknife_error, leaving_out_each
from pmo_lib.causal.panel import Panel, with_cell_covariates, with_cell_outcomes
from pmo_lib.stats.estimate import Estimate, around, t_quantile
from pmo_lib.stats.numbers import Bools, Floats, Integers


@dataclass(frozen=True)
class Trended(Estimate):
    """The effect net of a linear trend of the adopters, or the note why there is none.

    ``error`` is the jackknife's, ``max_bias`` the maximal bias from a curvature of 1 a quarter².
    """

    error: float = nan
    max_bias: float = nan


def trended(cells: Panel, level: float) -> Trended:
    """The effect net of a common linear trend of the adopters, with its jackknife interval."""
    adopts, untreated, treated = cells.adopts, cells.untreated, cells.treated
    if ((cells.cases > 0) & ~adopts[:, None]).any(axis=1).sum() < 2:
        return Trended(note="needs two departments that had not adopted by the end of the data")
    line = np.where(adopts[:, None], cells.times / cells.per_year, 0.0)[..., None]
    both = with_cell_covariates(with_cell_outcomes(cells, _bends(cells.times, adopts)), line)
    found = impute(both, untreated[None], treated[None]).effect[0]
    plain = with_cell_covariates(cells, line)
    without = impute(plain, *leaving_out_each(untreated, treated)).effect[:, 0]
    value, error = float(found[0]), jackknife_error(without, float(found[0]))
    half = t_quantile(level, max(2, int((~np.isnan(without)).sum()))) * error
    max_bias = float(np.abs(found[cells.y.shape[2] :]).sum())
    return Trended(**vars(around(value, half)), error=error, max_bias=max_bias)


def breakdown(found: Trended, level: float, departments: int) -> float:
    """The breakdown value: the largest M at which the interval still excludes 0; 0 where none.

    The interval is value ± error × the quantile of |N(M × max_bias ÷ error, 1)|, widened as t is.
    """
    from scipy.stats import foldnorm

    if not found.error > 0:
        return nan
    widened = t_quantile(level, departments) / NormalDist().inv_cdf((1 + level) / 2)

    def holds(m: float) -> bool:
        half = found.error * widened * float(foldnorm.ppf(level, m * found.max_bias / found.error))
        return abs(found.value) > half

    if not holds(0.0):
        return 0.0
    low, high = 0.0, abs(found.value) / max(found.max_bias, 1e-12)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _bends(times: Integers, adopts: Bools) -> Floats:
    """A unit-slope kink after each event time (D, T, J)."""
    own = times[adopts]
    paths = []
    for at in range(int(own.min()) + 1, int(own.max())):
        away = times - at if at >= 0 else at - times
        paths.append(np.where(adopts[:, None], np.maximum(away, 0), 0))
    return np.stack(paths, axis=-1).astype("float64") if paths else np.zeros((*times.shape, 0))

"""The event study: leads (pre-trend) and lags (effects) by quarters since adoption.

Leads are coefficients of dummies in the untreated cells, against all that lies before them; lags
are imputed effects. Both have intervals of the jackknife over departments.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd

from pmo_lib.causal.imputation import impute, jackknife_error, leaving_out_each, supported
from pmo_lib.causal.panel import Panel, with_cell_covariates
from pmo_lib.stats.estimate import t_quantile
from pmo_lib.stats.numbers import Bools, Floats

FEWEST_PROJECTS, FEWEST_DEPARTMENTS = 5, 3  # of a point
COLUMNS = {
    "quarter": "int64", "effect": "float64", "low": "float64", "high": "float64",
    "n_projects": "int64", "n_departments": "int64",
}  # fmt: skip
NO_QUARTERS = pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)


@dataclass(frozen=True)
class PreTrend:
    """The pre-trend: whether adopters already differed in the year before adoption.

    ``p`` is of the joint jackknife test of the four quarters; ``mean`` the year's mean difference
    with its jackknife ``error``; ``curvature`` the largest second difference by quarter² of the
    years before adoption. Missing where the data do not reach.
    """

    p: float = nan
    mean: float = nan
    error: float = nan
    curvature: float = nan


def year_before(cells: Panel) -> Bools:
    """The last year before adoption that shows how it is without the PMO (D, T)."""
    return (cells.times < -cells.lead) & (cells.times >= -cells.lead - cells.per_year)


def leads(cells: Panel, level: float) -> tuple[pd.DataFrame, PreTrend]:
    """The quarters before adoption as points of `COLUMNS`, and the test on the year before.

    Those left out before an adoption are points too, and their projects are in nothing else.
    """
    first = -cells.lead - cells.per_year
    every = {k: cells.times == k for k in range(first, 0) if _enough(cells, cells.times == k)}
    year = {k: here for k, here in every.items() if k < -cells.lead}
    rows, test = [], PreTrend()
    if year:
        value, without = _coefficients(cells, list(year.values()))
        rows = _rows(cells, year, value, without, level)
        mean, of_mean = float(value.mean()), without.mean(axis=1)
        error = jackknife_error(of_mean, mean)
        test = PreTrend(_joint_p(value, without), mean, error, _curvature(cells))
    if len(every) > len(year):
        rows += _rows(cells, every, *_coefficients(cells, list(every.values())), level)[len(year) :]
    return (_points(rows), test) if rows else (NO_QUARTERS, test)


def lags(cells: Panel, level: float) -> pd.DataFrame:
    """The effect in each quarter since adoption as points of `COLUMNS`, where enough bears it."""
    return _effects(cells, {k: cells.times == k for k in range(cells.quarters)}, level)


def by_half_year(cells: Panel, level: float) -> pd.DataFrame:
    """Observed and counterfactual outcomes of projects under the PMO, by half-year of their start.

    `COLUMNS` of the effect, with `quarter` the half-year's first quarter, counted on as in the
    panel; `observed`, `expected` and the ends of its interval.
    """
    number = cells.first_quarter + np.arange(cells.quarters)
    half = np.broadcast_to(number // (cells.per_year // 2), cells.n.shape)
    groups = {int(h): half == h for h in np.unique(half)}
    found = _effects(cells, groups, level)
    counted = supported(cells, cells.untreated[None], cells.treated[None])[0]
    observed = [
        float(cells.y[..., 0][counted & groups[h]].sum() / cells.n[counted & groups[h]].sum())
        for h in found["quarter"]
    ]
    return found.assign(
        quarter=found["quarter"] * 2,
        observed=np.array(observed, dtype="float64"),
        expected=observed - found["effect"],
        expected_low=observed - found["high"],
        expected_high=observed - found["low"],
    )


def _effects(cells: Panel, groups: Mapping[int, Bools], level: float) -> pd.DataFrame:
    """The effect on the treated cells of each group that has enough of them."""
    untreated = cells.untreated
    rows = []
    for name, group in groups.items():
        now = cells.treated & group
        found = impute(cells, untreated[None], now[None])
        if _enough(cells, found.cells[0]):
            without = impute(cells, *leaving_out_each(untreated, now)).effect[:, 0]
            value = float(found.effect[0, 0])
            rows.append(_point(name, value, without, level, cells, found.cells[0]))
    return _points(rows)


def _rows(
    cells: Panel, chosen: Mapping[int, Bools], value: Floats, without: Floats, level: float
) -> list[list[float]]:
    return [
        _point(k, value[i], without[:, i], level, cells, here)
        for i, (k, here) in enumerate(chosen.items())
    ]


def _points(rows: list[list[float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _coefficients(cells: Panel, chosen: list[Bools]) -> tuple[Floats, Floats]:
    """Coefficients (M,) of dummies of untreated cells, and without each department (D, M)."""
    wider = with_cell_covariates(cells, np.stack(chosen, axis=-1).astype("float64"))
    treated, m = cells.treated, len(chosen)
    untreated = cells.untreated | np.any(chosen, axis=0)
    value = impute(wider, untreated[None], treated[None]).coefficients[0, -m:, 0]
    without = impute(wider, *leaving_out_each(untreated, treated)).coefficients[:, -m:, 0]
    return value, without


def _joint_p(value: Floats, without: Floats) -> float:
    """p of all coefficients being 0: Hotelling's T² with the jackknife covariance.

    T² × (G - q) ÷ (q × (G - 1)) against F(q, G - q). Against F(q, G - 1) T² ÷ q would reject
    parallel trends in a quarter of cases with eight departments, at a nominal level of a tenth.
    """
    from scipy.stats import f

    g, q = without.shape
    away = without - value
    covariance = (g - 1) / g * away.T @ away
    if g <= q + 1 or not np.isfinite(covariance).all() or np.linalg.matrix_rank(covariance) < q:
        return nan
    t_squared = float(value @ np.linalg.solve(covariance, value))
    return float(f.sf(t_squared * (g - q) / (q * (g - 1)), q, g - q))


def _curvature(cells: Panel) -> float:
    """The largest |second difference| of yearly means before adoption, by quarter²."""
    times, year = cells.times + cells.lead, cells.per_year
    years = [(times >= year * k) & (times < year * (k + 1)) for k in (-3, -2, -1)]
    if not all(_enough(cells, each) for each in years):
        return nan
    earlier = (times < -3 * year) & (times > -5 * cells.quarters)
    value, _ = _coefficients(cells, years)
    path = [0.0, *value] if _enough(cells, earlier) else list(value)
    return float(np.abs(np.diff(path, 2)).max()) / year**2


def _enough(cells: Panel, chosen: Bools) -> bool:
    return bool(
        cells.cases[chosen].sum() >= FEWEST_PROJECTS
        and ((cells.cases > 0) & chosen).any(axis=1).sum() >= FEWEST_DEPARTMENTS
    )


def _point(
    quarter: int, value: float, without: Floats, level: float, cells: Panel, chosen: Bools
) -> list[float]:
    known = int((~np.isnan(without)).sum())
    half = t_quantile(level, known) * jackknife_error(without, value) if known > 1 else nan
    departments = int(((cells.cases > 0) & chosen).any(axis=1).sum())
    return [quarter, value, value - half, value + half, int(cells.cases[chosen].sum()), departments]

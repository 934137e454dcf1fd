"""Projects as department × start-quarter cells: their numbers, sums and sums of products.

Cells add up, so every estimate of an effect, under the true dates of adoption or under others,
needs the projects themselves only once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from pmo_lib.stats.numbers import Floats

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Panel:
    """D departments × T quarters: the sums over the projects of each cell.

    ``n`` (D, T) projects or their weights, ``y`` (D, T, Q) outcomes, ``x`` (D, T, P) covariates,
    ``xx`` (D, T, P, P) and ``xy`` (D, T, P, Q) products. ``cases`` (D, T) counts projects.
    """

    departments: tuple[str, ...]
    first_quarter: int
    cases: Ints
    n: Floats
    y: Floats
    x: Floats
    xx: Floats
    xy: Floats

    @property
    def quarters(self) -> int:
        return int(self.n.shape[1])

    @property
    def projects(self) -> int:
        return int(self.cases.sum())


def panel(
    projects: pd.DataFrame,
    covariates: Sequence[str] = (),
    outcomes: Sequence[str] = ("value",),
    weight: str = "",
) -> Panel:
    """The cells of projects with columns department, quarter (counted on), outcomes, covariates.

    Covariates are centred and scaled, which changes no estimate. ValueError where anything is
    missing: a project without a value must be left out, and told, before.
    """
    columns = ["department", "quarter", *outcomes, *covariates, *([weight] if weight else [])]
    if projects[columns].isna().any(axis=None) or projects.empty:
        raise ValueError("a panel needs projects, and nothing missing in their columns")
    departments, d = np.unique(projects["department"].to_numpy(dtype="str"), return_inverse=True)
    quarter = projects["quarter"].to_numpy("int64")
    first = int(quarter.min())
    count = int(quarter.max()) - first + 1
    cell, size = d * count + quarter - first, len(departments) * count
    w = projects[weight].to_numpy("float64") if weight else np.ones(len(projects))
    y = projects[list(outcomes)].to_numpy("float64")
    x = _standardised(projects[list(covariates)].to_numpy("float64"))

    def sums(values: Floats) -> Floats:
        flat = values.reshape(len(values), -1)
        columns = [np.bincount(cell, w * column, size).astype("float64") for column in flat.T]
        summed = np.stack(columns, axis=-1) if columns else np.zeros((size, 0))
        shaped: Floats = summed.reshape(len(departments), count, *values.shape[1:])
        return shaped

    return Panel(
        tuple(str(name) for name in departments),
        first,
        np.bincount(cell, minlength=size).reshape(len(departments), count),
        sums(np.ones(len(projects))),
        sums(y),
        sums(x),
        sums(x[:, :, None] * x[:, None, :]),
        sums(x[:, :, None] * y[:, None, :]),
    )


def with_cell_outcomes(cells: Panel, values: Floats) -> Panel:
    """The panel with further outcomes (D, T, Q') that are the same for all projects of a cell."""
    y, xy = _of_cells(cells, values)
    return replace(
        cells,
        y=np.concatenate([cells.y, y], axis=2),
        xy=np.concatenate([cells.xy, xy], axis=3),
    )


def with_cell_covariates(cells: Panel, values: Floats) -> Panel:
    """The panel with further covariates (D, T, M) that are the same for all projects of a cell."""
    x, cross = _of_cells(cells, values)
    own = cells.n[..., None, None] * values[..., :, None] * values[..., None, :]
    upper = np.concatenate([cells.xx, cross], axis=3)
    lower = np.concatenate([np.swapaxes(cross, 2, 3), own], axis=3)
    xy = values[..., :, None] * cells.y[..., None, :]
    return replace(
        cells,
        x=np.concatenate([cells.x, x], axis=2),
        xx=np.concatenate([upper, lower], axis=2),
        xy=np.concatenate([cells.xy, xy], axis=2),
    )


def first_quarters(cells: Panel, adopted: pd.Series) -> Ints:
    """Each department's quarter of adoption, counted from the panel's first; T is never.

    `adopted` holds quarters (counted on as in `panel`) by department. Dates after the last
    quarter are as never, those before the first are 0: nothing of before is known.
    """
    given = adopted.reindex(list(cells.departments)).to_numpy("float64") - cells.first_quarter
    found = np.where(np.isnan(given), cells.quarters, np.clip(given, 0, cells.quarters))
    return found.astype("int64")


def treated_cells(first: Ints, quarters: int) -> Bools:
    """Whether a cell is under the PMO: its quarter is that of the adoption or later (…, D, T)."""
    treated: Bools = np.arange(quarters) >= first[..., None]
    return treated


def _of_cells(cells: Panel, values: Floats) -> tuple[Floats, Floats]:
    """Sums of a constant of the cell, and of its products with the covariates."""
    return cells.n[..., None] * values, cells.x[..., :, None] * values[..., None, :]


def _standardised(values: Floats) -> Floats:
    if not values.size:
        return values
    scale = values.std(axis=0)
    centred = values - values.mean(axis=0)
    standardised: Floats = centred / np.where(scale > 0, scale, 1.0)
    return standardised

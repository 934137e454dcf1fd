"""Projects as department × start-quarter cells: their numbers, sums and sums of products.

Cells add up, so every estimate of an effect, under the true dates of adoption or under others,
needs the projects themselves only once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pmo_lib.stats.numbers import Bools, Floats, Integers, standardised

NOBODY = pd.Series(dtype="float64")


@dataclass(frozen=True)
class Panel:
    """D departments × T quarters: the sums over the projects of each cell.

    ``first`` (D,) is each department's quarter of adoption, counted from the panel's first; T is
    never, and 0 that nothing of before is known. Where quarters are too thin the cells are half
    years: ``per_year`` says how many make a year, and *quarter* stands for them everywhere. The
    ``lead`` quarters before an adoption are on neither side: most of what was started then was
    planned to be in flight at it. ``cases`` (D, T) counts projects, ``n`` (D, T)
    them or their weights, ``y`` (D, T, Q) outcomes, ``x`` (D, T, P) covariates, ``xx``
    (D, T, P, P) and ``xy`` (D, T, P, Q) products.
    """

    departments: tuple[str, ...]
    first_quarter: int
    first: Integers
    cases: Integers
    n: Floats
    y: Floats
    x: Floats
    xx: Floats
    xy: Floats
    per_year: int = 4
    lead: int = 0

    @property
    def unit(self) -> str:
        """What a cell spans, in words."""
        return "quarter" if self.per_year == 4 else "half-year"

    @property
    def quarters(self) -> int:
        return int(self.n.shape[1])

    @property
    def adopts(self) -> Bools:
        """Which departments adopt within the panel (D,)."""
        return self.first < self.quarters

    @property
    def treated(self) -> Bools:
        """Which cells are under the PMO (D, T)."""
        return treated_cells(self.first, self.quarters)

    @property
    def untreated(self) -> Bools:
        """Which cells show how it is without the PMO (D, T)."""
        return untreated_cells(self.first, self.quarters, self.lead)

    @property
    def times(self) -> Integers:
        """Quarters since adoption (D, T); of departments that never adopt far below any lead."""
        times = np.arange(self.quarters) - self.first[:, None]
        return np.where(self.adopts[:, None], times, -10 * self.quarters)


def panel(
    projects: pd.DataFrame,
    covariates: Sequence[str] = (),
    adopted: pd.Series = NOBODY,
    *,
    weight: str = "",
    per_year: int = 4,
    lead: int = 0,
) -> Panel:
    """The cells of projects with columns department, quarter (counted on), value, covariates.

    `adopted` holds quarters by department. Covariates are centred and scaled, which changes no
    estimate. ValueError where anything is missing: a project without a value must be left out,
    and told, before.
    """
    columns = ["department", "quarter", "value", *covariates, *([weight] if weight else [])]
    if projects[columns].isna().any(axis=None) or projects.empty:
        raise ValueError("a panel needs projects, and nothing missing in their columns")
    departments, d = np.unique(projects["department"].to_numpy(dtype="str"), return_inverse=True)
    quarter = projects["quarter"].to_numpy("int64")
    first = int(quarter.min())
    count = int(quarter.max()) - first + 1
    cell, size = d * count + quarter - first, len(departments) * count
    w = projects[weight].to_numpy("float64") if weight else np.ones(len(projects))
    y = projects[["value"]].to_numpy("float64")
    x = projects[list(covariates)].to_numpy("float64")
    x = standardised(x) if x.size else x

    def sums(values: Floats) -> Floats:
        flat = values.reshape(len(values), -1)
        columns = [np.bincount(cell, w * column, size).astype("float64") for column in flat.T]
        summed = np.stack(columns, axis=-1) if columns else np.zeros((size, 0))
        shaped: Floats = summed.reshape(len(departments), count, *values.shape[1:])
        return shaped

    names = tuple(str(name) for name in departments)
    days = adopted.reindex(list(names)).to_numpy("float64") - first
    return Panel(
        names,
        first,
        np.where(np.isnan(days), count, np.clip(days, 0, count)).astype("int64"),
        np.bincount(cell, minlength=size).reshape(len(departments), count),
        sums(np.ones(len(projects))),
        sums(y),
        sums(x),
        sums(x[:, :, None] * x[:, None, :]),
        sums(x[:, :, None] * y[:, None, :]),
        per_year,
        lead,
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


def treated_cells(first: Integers, quarters: int) -> Bools:
    """Whether a cell's quarter is that of the adoption or later (…, D, T)."""
    treated: Bools = np.arange(quarters) >= first[..., None]
    return treated


def untreated_cells(first: Integers, quarters: int, lead: int) -> Bools:
    """Whether a cell's quarter is more than the lead before the adoption (…, D, T)."""
    starts = np.where(first < quarters, first - lead, quarters)
    return ~treated_cells(starts, quarters)


def _of_cells(cells: Panel, values: Floats) -> tuple[Floats, Floats]:
    """Sums of a constant of the cell, and of its products with the covariates."""
    return cells.n[..., None] * values, cells.x[..., :, None] * values[..., None, :]

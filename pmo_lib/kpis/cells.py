"""Units in many cells at once, a cell being a department in a month: what each comes to.

A chart needs of each month a value and the cases it rests on, and no interval: here they are
found without a table a month. `points` has the statistics.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd

from pmo_lib.stats.numbers import Bools, Floats, Integers

Numbers = Floats | Integers | Bools


@dataclass(frozen=True)
class UnitCells:
    """Units cell by cell: cell k is the rows of `units` from bounds[k] up to bounds[k + 1]."""

    units: pd.DataFrame
    bounds: Integers

    def column(self, name: str) -> Floats:
        return self.units[name].to_numpy(dtype="float64")

    @property
    def sizes(self) -> Integers:
        """How many units each cell has."""
        return np.diff(self.bounds)

    @property
    def quotients(self) -> Floats:
        """Each unit's numerator ÷ denominator."""
        return self.column("numerator") / self.column("denominator")

    @cached_property
    def case(self) -> Integers:
        """The number of each unit's case, counted on from cell to cell."""
        codes, names = pd.factorize(self.units["case_id"], use_na_sentinel=False)
        cell = np.repeat(np.arange(len(self.bounds) - 1), self.sizes)
        return pd.factorize(cell * len(names) + codes)[0]

    @cached_property
    def case_bounds(self) -> Integers:
        """Where each cell's cases begin and end."""
        ends = np.maximum.accumulate(np.append(-1, self.case))[self.bounds] + 1
        return ends.astype("int64")

    @property
    def cases(self) -> Integers:
        """How many independent cases each cell has; those of unknown name are one."""
        return np.diff(self.case_bounds)

    def each(self, method: Callable[..., float], *columns: Numbers) -> Floats:
        """What `method` says of each cell's part of the columns."""
        return _each(method, self.bounds, columns)

    def each_by_case(self, method: Callable[..., float], *columns: Floats) -> Floats:
        """What `method` says of each cell's sums over its cases."""
        n = int(self.case_bounds[-1])
        sums = [np.bincount(self.case, x, n).astype("float64") for x in columns]
        return _each(method, self.case_bounds, sums)

    def where(self, chosen: Bools) -> "UnitCells":
        """The same cells with the chosen units only."""
        kept = np.append(0, np.cumsum(chosen))[self.bounds]
        return UnitCells(self.units[chosen], kept)


def _each(method: Callable[..., float], bounds: Integers, columns: Iterable[Numbers]) -> Floats:
    pairs = pairwise(bounds.tolist())
    return np.array([method(*(x[a:b] for x in columns)) for a, b in pairs], dtype="float64")

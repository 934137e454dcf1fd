"""A KPI's headline in each month or quarter of its history, department by department."""

from dataclasses import dataclass
from functools import cached_property
from math import nan

import numpy as np
import numpy.typing as npt
import pandas as pd

from pmo_lib.assessment.disclosure import hidden_beside
from pmo_lib.assessment.past import QUARTER_ENDS, SUMS, Past
from pmo_lib.assessment.signals import Grain
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.engine.summary import known
from pmo_lib.kpis.cells import UnitCells
from pmo_lib.months import month_number, month_range, quarter_range
from pmo_lib.stats.numbers import Bools, Integers

YEAR: dict[Grain, int] = {"month": 12, "quarter": 4}
COLUMNS = {"period": "str", "value": "float64", "n": "int64"} | dict.fromkeys(SUMS, "float64")


@dataclass(frozen=True)
class Periods:
    """The observations of all departments, to be summed by month or quarter."""

    past: Past
    units: pd.DataFrame
    grain: Grain

    def points(self, department: str) -> pd.DataFrame:
        """The KPI's headline in each period from the department's first; columns as `series`."""
        own = self._is_of(department) & self._is_dated
        if not own.any():
            return pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)
        names = self._names[int(self._place[own].min()) :]
        cells, there = self._cells(own & self._is_usable, len(names))
        statistic = self.past.kpi.statistic
        value = np.full(len(names), statistic.of_nothing)
        sums = np.full((len(SUMS), len(names)), nan)
        n = np.zeros(len(names), "int64")
        value[there], n[there] = statistic.in_cells(cells)
        sums[:, there] = [cells.each(np.add.reduce, cells.column(name)) for name in SUMS]
        if not statistic.is_fact:  # a value that is a case itself, a month, rests on no number
            few = there & (n < self.past.view.settings.disclosure.too_few)
            few[there] &= cells.each(np.logical_or.reduce, cells.column("is_case")) > 0
            few |= there & self._hidden(department)[-len(names) :]
            value[few], sums[:, few] = nan, nan
        found = {"period": names, "value": value, "n": n}
        return pd.DataFrame(found | dict(zip(SUMS, sums, strict=True)))

    def _hidden(self, department: str) -> Bools:
        """Of each period, whether showing it would give another's few cases away.

        Of a period the departments that are not shown are more than too few together, and so are
        the periods of a department or of all, over the whole history, the last year and quarters.
        """
        number = 0 if department == ORGANISATION else self._departments[1].get(department, -2) + 1
        if number < 0:
            return np.zeros(len(self._names), "bool")
        hidden: Bools = self._disclosing[number]
        return hidden

    @cached_property
    def _disclosing(self) -> npt.NDArray[np.bool_]:
        """A row for all and for each department, a column a period."""
        codes, names = self._departments
        chosen = self._is_dated & self._is_usable & self._is_case & (self._place >= 0)
        chosen &= self._place < len(self._names)
        cases, found = pd.factorize(self.units["case_id"].to_numpy(), use_na_sentinel=False)
        shape = (len(names) + 2, len(self._names), max(len(found), 1))
        counts = np.zeros(shape[:2], "int64")
        for row in (np.zeros(len(codes), "int64"), codes + 2):  # 1 is of no department
            at = np.ravel_multi_index((row[chosen], self._place[chosen], cases[chosen]), shape)
            row_of, period_of, _ = np.unravel_index(np.unique(at), shape)
            np.add.at(counts, (row_of, period_of), 1)
        counts = np.delete(counts, 1, axis=0)
        return hidden_beside(counts, self.past.view.settings.disclosure.too_few, self._spans)

    @property
    def _spans(self) -> list[slice]:
        """Of which periods there are other figures: all, the last year, and months' quarters."""
        found = [slice(None), slice(-YEAR[self.grain], None)]
        if self.grain == "month":
            first = (int(self._names[0][5:7]) - 1) % 3 if len(self._names) else 0
            starts = range(-first, len(self._names), 3)
            found += [slice(max(start, 0), start + 3) for start in starts]
        return found

    def counts_cases(self, department: str) -> bool:
        """Whether a value summarises cases, rather than being a single case itself."""
        own = self._is_of(department) & self._is_dated
        return not self.past.kpi.statistic.is_fact and bool(self._is_case[own].any())

    def left_out(self, department: str) -> int:
        """How many observations are in no period, or say nothing."""
        own = self._is_of(department)
        return int((own & ~(self._is_dated & known(self.past.kpi, self.units))).sum())

    def _cells(self, chosen: Bools, n: int) -> tuple[UnitCells, Bools]:
        """The units of the last n periods, and of which of those there are any."""
        place = self._place[chosen]
        order = np.argsort(place, kind="stable")
        last = len(self._names)
        bounds = np.searchsorted(place[order], np.arange(last - n, last + 1))
        there = np.diff(bounds) > 0
        units = self._numbered.take(np.flatnonzero(chosen)[order[: bounds[-1]]])
        # nothing lies between two periods with units, so the bounds of those are all there are
        return UnitCells(units, bounds[np.append(there, True)]), there

    @cached_property
    def _is_case(self) -> Bools:
        """Whether each unit's case is another than the month itself."""
        return (self.units["case_id"] != self.units["period"]).to_numpy(dtype=bool)

    @cached_property
    def _numbered(self) -> pd.DataFrame:
        """What statistics read of the units; cases and months are numbers, quicker than text."""
        cases, _ = pd.factorize(self.units["case_id"], use_na_sentinel=False)
        months, _ = pd.factorize(self.units["period"])
        statistic = self.past.kpi.statistic
        own = [name for name in statistic.may_read if name in self.units]
        units = self.units[[*SUMS, *statistic.reads, *own]]
        return units.assign(case_id=cases, period=months, is_case=self._is_case)

    @cached_property
    def _is_dated(self) -> Bools:
        return self.units["period"].notna().to_numpy(dtype=bool)

    @cached_property
    def _place(self) -> Integers:
        """The number of each unit's period among the names; -1 where it has none."""
        place = month_number(self.units["period"]).to_numpy() - 1
        if self.grain == "quarter":
            place = place // 3
        return np.where(self._is_dated, place - np.nanmin(place), -1).astype("int64")

    @cached_property
    def _names(self) -> pd.api.extensions.ExtensionArray:
        """All periods that are over, from the first with data."""
        ranged = month_range if self.grain == "month" else quarter_range
        return pd.array(ranged(self.units["period"].min(), self.past.view.period), "str")

    @cached_property
    def _is_usable(self) -> Bools:
        """What the KPI can be computed on; of a state what was there when its quarter ended."""
        usable = known(self.past.kpi, self.units)
        if self.grain == "quarter" and self.past.is_state:
            usable &= self.units["period"].str.slice(5, 7).isin(QUARTER_ENDS).to_numpy()
        return usable

    def _is_of(self, department: str) -> Bools:
        if department == ORGANISATION:
            return np.ones(len(self.units), "bool")
        codes, names = self._departments
        is_of: Bools = codes == names.get(department, -2)
        return is_of

    @cached_property
    def _departments(self) -> tuple[Integers, dict[str, int]]:
        """The number of each unit's department, and of each name."""
        codes, names = pd.factorize(self.units["department"])
        return codes, {str(name): code for code, name in enumerate(names)}

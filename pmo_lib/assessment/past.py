"""The observations of a KPI month by month, made once for all departments and both grains.

Events have a month (completions, requests, reports). States at a data date (work in progress,
coverage) are taken at every month's end, as far as the tables keep the dates; where they do
not, as of today. Cumulative figures count what the period added, durations those that ended in it.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from pmo_lib.assessment.signals import Grain
from pmo_lib.engine.observe import observe_all, observe_each
from pmo_lib.engine.summary import pooled
from pmo_lib.engine.view import View, availability
from pmo_lib.errors import KpiError
from pmo_lib.kpis.kpi import Kpi
from pmo_lib.months import month_number, month_range, shifted
from pmo_lib.stats.numbers import Integers

MONTHS = 72
QUARTER_ENDS = ("03", "06", "09", "12")
APART: dict[Grain, int] = {"month": 1, "quarter": 3}
SUMS = ["numerator", "denominator"]
TIMELESS = {"verdict", "value_case", "shown_by"}  # given as they are today


@dataclass(frozen=True)
class Past:
    """The observations of all departments in the last `months` to the view's period."""

    kpi: Kpi
    view: View
    months: int = MONTHS

    @cached_property
    def unseen(self) -> str:
        """Why the KPI has no history; empty where it has."""
        state, reason = availability(self.kpi, self.view)
        if state != "measured":
            return reason
        if not TIMELESS.isdisjoint(self.kpi.given):
            return "what it rests on is known as it is today only, not as it was"
        try:
            _ = self._ends if self.kpi.window == "data date" else self._events
        except KpiError as error:
            return error.what
        return ""

    def units(self, grain: Grain, months: int) -> pd.DataFrame:
        """The observations of the last months, `period` the month each is of.

        Those of unknown month are in it. Of quarters what is compared with the period before is
        compared with the quarter before.
        """
        if self.unseen:
            return pd.DataFrame(columns=["department", "case_id", "period", *SUMS])
        units = self._states(grain) if self.kpi.window == "data date" else self._events
        return units[~(units["period"] < shifted(self.view.period, 1 - months))]

    @cached_property
    def _events(self) -> pd.DataFrame:
        """The observations of what happened since the first month, and those of unknown month.

        A KPI may look back for twelve months only: the rest is seen from the month before those.
        """
        first = shifted(self.view.period, 1 - self.months)
        found = [observe_all(self.kpi, self.view)]
        begun = found[0]["period"].min()
        while isinstance(begun, str) and begun > first:
            units = observe_all(self.kpi, replace(self.view, period=shifted(begun, -1)))
            found.append(units[units["period"] < begun])
            begun = found[-1]["period"].min()
        return pooled(pd.concat([rows for rows in found if len(rows)] or found, ignore_index=True))

    @cached_property
    def _ends(self) -> pd.DataFrame:
        """The observations at every month's end, and at those of the quarter before the first."""
        first = shifted(self.view.period, -self.months - 2)
        return observe_each(self.kpi, self.view, month_range(first, self.view.period))

    def _states(self, grain: Grain) -> pd.DataFrame:
        """What was there at the ends, or is new against the end of the period before."""
        units = self._ends
        if grain == "quarter":
            units = units[units["period"].str.slice(5, 7).isin(QUARTER_ENDS)]
        if self.kpi.cumulative:
            units = _added(units, APART[grain])
        elif not self.is_state:
            units = _ended(units, APART[grain])
        return pooled(units)

    @property
    def is_state(self) -> bool:
        """Whether its observations are states at a date rather than events before it."""
        if self.kpi.window != "data date" or self.kpi.cumulative:
            return False
        return not self.kpi.statistic.is_survival


def _added(units: pd.DataFrame, months: int) -> pd.DataFrame:
    """Each case's increase over so many months; a new case started from 0."""
    at = _before(units, months)
    then = units[SUMS].to_numpy()[at]
    then[at < 0] = 0.0
    return units.assign(**dict(zip(SUMS, (units[SUMS].to_numpy() - then).T, strict=True)))


def _ended(units: pd.DataFrame, months: int) -> pd.DataFrame:
    """The durations that ended since; the open ones say nothing of this period."""
    ended = units[units["ended"].astype(bool)]
    return ended[_before(ended, months) < 0]


def _before(units: pd.DataFrame, months: int) -> Integers:
    """The row of each unit's case so many months before; -1 where it was not there."""
    cases, names = pd.factorize(units["case_id"], use_na_sentinel=False)
    key = month_number(units["period"]).to_numpy() * len(names) + cases
    first = np.flatnonzero(~pd.Series(key).duplicated())
    found = pd.Index(key[first]).get_indexer(pd.Index(key - months * len(names)))
    return np.where(found < 0, -1, first[found])

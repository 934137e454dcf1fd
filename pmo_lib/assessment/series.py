"""A KPI as a time series by month or quarter: never cumulative, never a moving twelve months.

A period's observations are summed in the same way as the KPI itself; `past` says which they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from math import nan

import numpy as np
import pandas as pd

from pmo_lib.assessment.behaviour import Behaviour, behaviour, cannot_tell
from pmo_lib.assessment.past import MONTHS, Past
from pmo_lib.assessment.periods import Periods
from pmo_lib.assessment.scales import SMALL
from pmo_lib.assessment.signals import Grain
from pmo_lib.engine.observe import yearly_results
from pmo_lib.engine.result import ORGANISATION, KpiResult
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import Kpi
from pmo_lib.wording import counted

SPARK = 12
GRAINS: tuple[Grain, Grain] = ("month", "quarter")
TREND_MONTHS = 36  # of a sparkline
YEARS = 5
BY_YEAR = "D1"


@dataclass(frozen=True)
class History(Past):
    """A KPI over time, of any department: the tables are gone through once for all of them."""

    def series(
        self, department: str = ORGANISATION, months: int = MONTHS, grain: Grain = "month"
    ) -> pd.DataFrame:
        """The KPI's headline of each of the last months, or of the quarters that are over.

        One row a period from the first with data: period, value, n (independent cases), and the
        sums numerator and denominator. The value is missing where there are no cases, or too few
        to show.
        """
        return self._periods(grain, months).points(department)

    def behaviour(self, department: str = ORGANISATION, baseline_until: str = "") -> Behaviour:
        """The finest process-behaviour chart whose limits are valid.

        By month; by quarter where months have too few cases, are too few or are autocorrelated;
        where quarters are too, of the residuals of a first-order autoregression.
        """
        if self.unseen:
            return cannot_tell(self.unseen, "month")
        if self.kpi.level == "organisation" and department != ORGANISATION:
            return cannot_tell("it is kept for the organisation only, not by department", "month")
        return self._charted(department, baseline_until)

    def _periods(self, grain: Grain, months: int) -> Periods:
        if (grain, months) not in self._known:
            self._known[grain, months] = Periods(self, self.units(grain, months), grain)
        return self._known[grain, months]

    @cached_property
    def _known(self) -> dict[tuple[Grain, int], Periods]:
        return {}

    @cached_property
    def _charts(self) -> dict[Grain, Periods]:
        """What charts are of: the observations of the months, by month and by quarter."""
        units = self.units("month", self.months)
        return {grain: Periods(self, units, grain) for grain in GRAINS}

    def _charted(self, department: str, until: str) -> Behaviour:
        """The finest chart whose limits are valid, or why there is none."""
        kpi, months = self.kpi, self._charts["month"]
        disclosure = self.view.settings.disclosure
        needed = disclosure.indicative if months.counts_cases(department) else 0
        is_count = kpi.statistic.by_month and kpi.unit == "count"
        draw = partial(
            behaviour, is_rate=kpi.statistic.is_rate, is_count=is_count, bounds=kpi.statistic.bounds
        )
        tried, notes = [], _left_out(kpi, months.left_out(department))
        for grain in GRAINS:
            points = self._charts[grain].points(department)
            n = points["n"].to_numpy()
            typical = float(np.median(n[n > 0])) if n.any() else nan
            why = f"a {grain} typically has {typical:.0f} cases, of the {needed} a chart needs"
            is_small = is_count and grain == "month" and points["numerator"].mean() < SMALL
            if is_small:
                why = f"a month has {points['numerator'].mean():.1f} on average, fewer than {SMALL}"
            elif not typical < needed:
                found = draw(points, grain, until)
                if found.holds:
                    return replace(found, notes=(*found.notes, *notes))
                r = f"(autocorrelation {found.autocorrelation:.1f})"
                alike = f"neighbours resemble one another {r}"
                why = alike if found.can_tell else found.signal.removeprefix("cannot tell: ")
                tried.append((found, notes))
            notes = (f"Not of {grain}s: {why}.", *notes)
        for found, notes in tried:
            if found.can_tell:
                left = draw(
                    self._charts[found.grain].points(department), found.grain, until, residuals=True
                )
                if left.holds:
                    return replace(left, notes=(*left.notes, *notes))
        if not tried:
            return cannot_tell(f"{why}: compare years", grain, points)
        finest, _ = tried[0]
        if not finest.can_tell:
            return finest
        why = f"{finest.grain}s resemble their neighbours too much for limits that hold"
        return cannot_tell(f"{why}: compare years", finest.grain, finest.points)


def history(kpi_id: str, view: View, months: int = MONTHS) -> History:
    """The history of a KPI over the last months."""
    return History(CATALOGUE[kpi_id], view, months)


@dataclass(frozen=True)
class Charts:
    """One subject over time: behaviours and trends by KPI, and on-time completion by year."""

    behaviours: Mapping[str, Behaviour]
    trends: Mapping[str, pd.DataFrame]
    by_year: tuple[KpiResult, ...]


def charts(
    view: View, subjects: Iterable[str], kpis: Iterable[str] = CATALOGUE
) -> dict[str, Charts]:
    """The charts of each subject; the tables are gone through once a KPI."""
    names, until = list(subjects), view.baseline.until if view.baseline else ""
    chosen = list(kpis)
    past = {kpi_id: history(kpi_id, view) for kpi_id in chosen}
    return {
        name: Charts(
            {kpi_id: past[kpi_id].behaviour(name, until) for kpi_id in chosen},
            {kpi_id: past[kpi_id].series(name, TREND_MONTHS, "quarter") for kpi_id in chosen},
            tuple(yearly_results(BY_YEAR, view, name, YEARS)) if BY_YEAR in chosen else (),
        )
        for name in names
    }


def joined(some: Iterable[Charts]) -> Charts:
    """The charts of one subject, of KPIs that were measured apart."""
    parts = list(some)
    return Charts(
        {kpi_id: each.behaviours[kpi_id] for each in parts for kpi_id in each.behaviours},
        {kpi_id: each.trends[kpi_id] for each in parts for kpi_id in each.trends},
        tuple(result for each in parts for result in each.by_year),
    )


def spark(points: pd.DataFrame) -> pd.DataFrame:
    """The last 12 points of a series, for a sparkline."""
    return points.tail(SPARK).reset_index(drop=True)


def _left_out(kpi: Kpi, n: int) -> tuple[str, ...]:
    """How many of what happened are in no period, because the data do not say."""
    if kpi.window == "data date" or not n:
        return ()
    return (f"{counted(n, 'case')} left out, the data do not say.",)

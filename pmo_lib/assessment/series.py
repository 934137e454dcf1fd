"""A KPI over time, in values of each month or quarter: never to date, never over twelve months.

What happened has a month (completions, requests, reports) and is summed by it, in the same way
as the KPI itself. What is only there at a data date (work in progress, coverage) is looked at
at every month's end, as far as the tables keep the dates; where they do not, as it is today. Of
what grows to the data date it is what the month added, of durations those that ended in it.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise
from math import nan

import pandas as pd

from pmo_lib.assessment.behaviour import Behaviour, ar_residuals, behaviour, cannot_tell
from pmo_lib.assessment.signals import Grain
from pmo_lib.engine.observe import observe_all
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.engine.summary import known, pooled
from pmo_lib.engine.view import View, availability
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import Kpi
from pmo_lib.months import month_range, quarter_range, quarters_of, shifted
from pmo_lib.wording import counted

MONTHS = 72
SPARK = 12
QUARTER_ENDS = ("03", "06", "09", "12")
SUMS = ["numerator", "denominator"]
COLUMNS = {"period": "str", "value": "float64", "n": "int64"} | dict.fromkeys(SUMS, "float64")
TIMELESS = {"verdict", "value_case", "shown_by"}  # given as they are today
GRAINS: tuple[Grain, Grain] = ("month", "quarter")


def series(
    kpi_id: str,
    view: View,
    department: str = ORGANISATION,
    months: int = MONTHS,
    grain: Grain = "month",
) -> pd.DataFrame:
    """The KPI's headline of each of the last months, or of the quarters that are over.

    One row a period from the first with data: period, value, n (independent cases), and the sums
    numerator and denominator. The value is missing where there are no cases, or too few to show.
    """
    units = history(kpi_id, view, months, grain)
    return summed(CATALOGUE[kpi_id], view, _own(units, department), grain)


def spark(points: pd.DataFrame) -> pd.DataFrame:
    """The last 12 points of a series, for a sparkline."""
    return points.tail(SPARK).reset_index(drop=True)


def behaviour_of(
    kpi_id: str, view: View, department: str = ORGANISATION, baseline_until: str = ""
) -> Behaviour:
    """What the KPI's series says: `behaviours` of one department."""
    return behaviours(kpi_id, view, [department], baseline_until)[department]


def behaviours(
    kpi_id: str, view: View, departments: Iterable[str], baseline_until: str = ""
) -> dict[str, Behaviour]:
    """What the KPI's series says for each department; the tables are gone through once.

    A chart of months; of quarters where months have too few cases, are too few or resemble their
    neighbours; where quarters do no better, of what is left after what the one before lets expect.
    """
    kpi, units = CATALOGUE[kpi_id], history(kpi_id, view)
    why = _unseen(kpi, view)
    local = "it is kept for the organisation only, not by department"
    found = {}
    for name in departments:
        if reason := why or local * (kpi.level == "organisation" and name != ORGANISATION):
            found[name] = cannot_tell(reason, "month")
        else:
            found[name] = _charted(kpi, view, _own(units, name), baseline_until)
    return found


def history(kpi_id: str, view: View, months: int = MONTHS, grain: Grain = "month") -> pd.DataFrame:
    """The observations of all departments in the last months, `period` the month each is of.

    Units of unknown month are in it. For quarters what is only there at a data date is looked at
    when they end, which is a third of the work.
    """
    kpi = CATALOGUE[kpi_id]
    wanted = month_range(shifted(view.period, 1 - months), view.period)
    if _unseen(kpi, view):
        return pd.DataFrame(columns=["department", "case_id", *COLUMNS])
    if kpi.window == "data date":
        ends = wanted if grain == "month" else [m for m in wanted if m[5:] in QUARTER_ENDS]
        return pooled(_at_each_end(kpi, view, ends, 1 if grain == "month" else 3))
    return pooled(_by_month(kpi, view, wanted[0]))


def summed(kpi: Kpi, view: View, units: pd.DataFrame, grain: Grain) -> pd.DataFrame:
    """The KPI's headline in each month or quarter of a history; the columns as of `series`."""
    dated = units[units["period"].notna()]
    if dated.empty:
        return pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)
    first = dated["period"].min()
    usable = dated[known(kpi, dated)]
    if grain == "month":
        periods, label = month_range(first, view.period), usable["period"]
    else:
        if kpi.window == "data date" and not _compare(kpi):  # as it was when the quarter ended
            usable = usable[usable["period"].str.slice(5, 7).isin(QUARTER_ENDS)]
        periods, label = quarter_range(first, view.period), quarters_of(usable["period"])
    own = {str(period): rows for period, rows in usable.groupby(label)}
    rows = [_point(kpi, view, period, own.get(period, usable.iloc[:0])) for period in periods]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _point(kpi: Kpi, view: View, period: str, units: pd.DataFrame) -> tuple[object, ...]:
    """One row of `summed`."""
    if units.empty:  # nothing in flight is a count; nothing completed has no share
        return period, kpi.statistic.of_nothing, 0, nan, nan
    estimate = kpi.statistic(units, view.settings.confidence_level)
    if _counts_cases(kpi, units) and estimate.cases < view.settings.disclosure.too_few:
        return period, nan, estimate.cases, nan, nan
    return period, estimate.value, estimate.cases, *units[SUMS].sum()


def _charted(kpi: Kpi, view: View, units: pd.DataFrame, until: str) -> Behaviour:
    """The finest chart that keeps its promise, or why there is none."""
    needed = view.settings.disclosure.indicative if _counts_cases(kpi, units) else 0
    is_rate, bounds = kpi.statistic.is_rate, kpi.statistic.bounds
    tried, notes = [], _left_out(kpi, units)
    for grain in GRAINS:
        points = summed(kpi, view, units, grain)
        typical = float(points.loc[points["n"] > 0, "n"].median())
        few = f"a {grain} typically has {typical:.0f} cases, of the {needed} a chart needs"
        if typical < needed:
            why, found = few, cannot_tell(f"{few}: compare years", grain, points)
        else:
            found = behaviour(points, grain, until, is_rate=is_rate, bounds=bounds)
            alike = f"neighbours resemble one another (autocorrelation {found.autocorrelation:.1f})"
            why = alike if found.can_tell else found.signal.removeprefix("cannot tell: ")
        if found.holds:
            return replace(found, notes=(*found.notes, *notes))
        tried.append((found, typical < needed, notes))
        notes = (f"Not of {grain}s: {why}.", *notes)
    for found, _, notes in tried:
        if found.can_tell:
            left = ar_residuals(found.points, found.grain, until, bounds=bounds)
            if left.holds:
                return replace(left, notes=(*left.notes, *notes))
    for found, has_few, _ in tried:
        if found.can_tell:
            why = f"{found.grain}s resemble their neighbours too much for limits that hold"
            return cannot_tell(f"{why}: compare years", found.grain, found.points)
        if not has_few:
            return found
    return tried[-1][0]


def _unseen(kpi: Kpi, view: View) -> str:
    """Why the KPI has no series; empty where it has."""
    state, reason = availability(kpi, view)
    if state != "measured":
        return reason
    timeless = not TIMELESS.isdisjoint(kpi.given)
    return "what it rests on is known as it is today only, not as it was" if timeless else ""


def _at_each_end(kpi: Kpi, view: View, months: list[str], apart: int) -> pd.DataFrame:
    """The observations at the end of every month, or what is new against the one before.

    The months are so many `apart`.
    """
    ends = [shifted(months[0], -apart), *months]
    found = [observe_all(kpi, replace(view, period=end)).assign(period=end) for end in ends]
    compare = _compare(kpi)
    if compare:
        found = [compare(now, before) for before, now in pairwise(found)]
    return pd.concat(found[-len(months) :], ignore_index=True)


def _compare(kpi: Kpi) -> Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame] | None:
    """How a month's observations are told from all up to it; None where they are a state."""
    if kpi.cumulative:
        return _added
    return _ended if kpi.statistic.is_survival and kpi.window == "data date" else None


def _added(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """What each case has more than a month before; one that was not there then began with 0."""
    then = before.drop_duplicates("case_id").set_index("case_id")[SUMS]
    then = then.reindex(now["case_id"]).set_axis(now.index)
    then = then.mask(~now["case_id"].isin(before["case_id"]), 0.0)
    return now.assign(**{name: now[name] - then[name] for name in SUMS})


def _ended(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """The durations that ended since; the open ones say nothing of this month."""
    ended_before = before.loc[before["ended"].astype(bool), "case_id"]
    return now[now["ended"].astype(bool) & ~now["case_id"].isin(ended_before)]


def _by_month(kpi: Kpi, view: View, first: str) -> pd.DataFrame:
    """The observations since the month `first`, and those of unknown month.

    A KPI may look back for twelve months only: the rest is seen from the month before those.
    """
    found = [observe_all(kpi, view)]
    begun = found[0]["period"].min()
    while isinstance(begun, str) and begun > first:
        units = observe_all(kpi, replace(view, period=shifted(begun, -1)))
        found.append(units[units["period"] < begun])
        begun = found[-1]["period"].min()
    units = pd.concat([rows for rows in found if len(rows)] or found, ignore_index=True)
    return units[~(units["period"] < first)]


def _own(units: pd.DataFrame, department: str) -> pd.DataFrame:
    return units if department == ORGANISATION else units[units["department"] == department]


def _counts_cases(kpi: Kpi, units: pd.DataFrame) -> bool:
    """Whether a period's value rests on a number of cases, rather than being one itself."""
    dated = units[units["period"].notna()]
    return not kpi.statistic.is_fact and bool((dated["case_id"] != dated["period"]).any())


def _left_out(kpi: Kpi, units: pd.DataFrame) -> tuple[str, ...]:
    """How many of what happened are in no period, because the data do not say."""
    if kpi.window == "data date":
        return ()
    n = int((units["period"].isna() | ~known(kpi, units)).sum())
    return (f"{counted(n, 'case')} left out, the data do not say.",) if n else ()

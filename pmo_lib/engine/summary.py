"""From observations to results: statistics, segments, n, states and suppression."""

from dataclasses import replace
from math import isnan

import numpy as np
import numpy.typing as npt
import pandas as pd

from pmo_lib.engine.quadrants import with_quadrants
from pmo_lib.engine.released import in_cell
from pmo_lib.engine.result import ORGANISATION, KpiResult, ResultState
from pmo_lib.engine.survey import among_those_asked
from pmo_lib.engine.view import View
from pmo_lib.kpis.kpi import Kpi
from pmo_lib.kpis.statistics import STATISTICS, Statistic
from pmo_lib.stats.estimate import NOTHING, Estimate
from pmo_lib.wording import number


def of_department(
    kpi: Kpi, view: View, department: str, units: pd.DataFrame, within: str | None = None
) -> list[KpiResult]:
    """Every statistic of the KPI on the observations of one department, then its parts.

    `within` says of what time they are; by default of the KPI's window.
    """
    if department != ORGANISATION and kpi.level == "organisation":
        reason = "is kept for the organisation only, not by department"
        return [unmeasured(kpi, view, department, "not measured", reason)]
    within = _within(kpi, view) if within is None else within
    if STATISTICS["quadrant_share"] in kpi.also:
        units = with_quadrants(units)
    whole = pooled(in_cell(units, department))
    found = summarised(kpi, view, department, whole, within)
    if kpi.scale:
        answers, asked = usable(kpi, whole), view.settings.customers
        found = [among_those_asked(kpi, result, answers, asked) for result in found]
    found = [*_with_beside(kpi, view, units, found[:1]), *found[1:]]
    if kpi.segment and "segment" in units:
        statistics = (kpi.segment_statistic, *(s for s in kpi.also if s.shown_of != "whole"))
        parts = in_cell(units, department, is_part=True)
        for segment, own in parts.groupby("segment", sort=True):
            of_part = _summarised(kpi, view, department, own, within, statistics)
            found += [replace(part, segment=str(segment)) for part in of_part]
    return found


def _with_beside(
    kpi: Kpi, view: View, units: pd.DataFrame, headline: list[KpiResult]
) -> list[KpiResult]:
    """The headline with what other choices would give, unless that gave a few cases away."""
    result, said = headline[0], []
    for other in kpi.beside if result.is_measured else ():
        if other.numerator not in units:
            continue
        own = units[units[other.numerator].notna()]
        value = own.assign(
            numerator=own[other.numerator],
            denominator=own[other.denominator or "denominator"],
        )
        chosen = pooled(usable(kpi, units))
        kept = own.index.intersection(chosen.index)
        alike = value.loc[kept, ["numerator", "denominator"]].eq(
            chosen.loc[kept, ["numerator", "denominator"]]
        )
        apart = own.index.difference(kept[alike.all(axis=1)]).union(chosen.index.difference(kept))
        cases = units.loc[apart, "case_id"].nunique()
        if value.empty or 0 < cases < view.settings.disclosure.too_few:
            continue
        statistic = STATISTICS[other.statistic] if other.statistic else kpi.statistic
        figure = statistic(value, view.settings.confidence_level).value
        if not isnan(figure):
            said.append(f"{other.words}: {number(figure, statistic.unit or kpi.unit)}")
    return [replace(result, reason="; ".join(filter(None, [result.reason, *said])))]


def pooled(units: pd.DataFrame) -> pd.DataFrame:
    """The observations that count in the headline."""
    return units[units["pooled"].astype(bool)] if "pooled" in units else units


def known(kpi: Kpi, units: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which observations the KPI can be computed on: neither missing nor without limit."""
    over, under = units["numerator"].to_numpy(), units["denominator"].to_numpy()
    good: npt.NDArray[np.bool_] = np.isfinite(over) & np.isfinite(under)
    return good if kpi.statistic.is_summed else good & (under != 0)


def usable(kpi: Kpi, units: pd.DataFrame) -> pd.DataFrame:
    """The observations that the KPI can be computed on."""
    good = known(kpi, units)
    return units if good.all() else units[good]


def summarised(
    kpi: Kpi, view: View, department: str, units: pd.DataFrame, within: str
) -> list[KpiResult]:
    """The KPI's own statistics of the whole on these observations."""
    statistics = (kpi.statistic, *(s for s in kpi.also if s.shown_of != "parts"))
    return _summarised(kpi, view, department, units, within, statistics)


def _summarised(
    kpi: Kpi,
    view: View,
    department: str,
    units: pd.DataFrame,
    within: str,
    statistics: tuple[Statistic, ...],
) -> list[KpiResult]:
    """The statistics on these observations; `within` says of what time they are."""
    whole = len(units)
    units = usable(kpi, units)
    missing = whole - len(units)
    few = view.settings.disclosure.too_few
    left_out = _left_out(kpi, missing, whole)
    headline = statistics[0]
    if units.empty and isnan(headline.of_nothing):
        what = f"none of the {whole}" if whole else "there are no"
        said = " has what it needs" if whole else f" {within}".rstrip()
        reason = f"{what} {kpi.population}{said}"
        return [unmeasured(kpi, view, department, "undefined", reason, headline, missing=missing)]
    if _cases(headline, units) < few and not _is_fact(kpi, headline):
        among = "cases among the " if len(units) >= few else ""  # units enough, of too few cases
        reason = f"fewer than {few} {among}{kpi.population} {within}".rstrip()
        hidden = unmeasured(kpi, view, department, "too few", reason, headline, len(units), missing)
        clusters = _cases(headline, units) if headline.is_clustered else 0
        return [replace(hidden, estimate=replace(hidden.estimate, clusters=clusters))]
    found = []
    for statistic in statistics:
        estimate = statistic(units, view.settings.confidence_level)
        found.append(_judged(kpi, view, department, statistic, estimate, missing, left_out))
    return found


def _left_out(kpi: Kpi, missing: int, units: int) -> str:
    """How many units were left out because the data do not say."""
    if not missing:
        return ""
    # the units of a monthly mean are months, but what is left out are projects
    whole = "" if kpi.statistic.by_month else f" of {units:,}"
    return f"{missing:,}{whole} left out, the data do not say"


def _is_fact(kpi: Kpi, statistic: Statistic) -> bool:
    """Whether the KPI needs no suppression of few cases: plain counts, and our own checks."""
    return statistic.is_fact or "verdict" in kpi.given


def _cases(statistic: Statistic, units: pd.DataFrame) -> int:
    """How many independent cases there are: projects, where a project has several units."""
    return int(units["case_id"].nunique()) if statistic.is_clustered else len(units)


def _judged(
    kpi: Kpi,
    view: View,
    department: str,
    statistic: Statistic,
    estimate: Estimate,
    missing: int,
    left_out: str,
) -> KpiResult:
    state: ResultState = "measured"
    note, limits = estimate.note, view.settings.disclosure
    if np.isnan(estimate.value):
        state, note = "undefined", note or "what it is divided by is zero"
    elif estimate.cases < limits.too_few and not _is_fact(kpi, statistic):
        state, note = "too few", f"fewer than {limits.too_few} cases"
        estimate = replace(NOTHING, n=estimate.n, clusters=estimate.clusters)
    elif estimate.cases < limits.indicative and not _is_fact(kpi, statistic):
        few = f"indicative: fewer than {limits.indicative} cases"
        note = f"{few}; {note}" if note else few
    return KpiResult(
        kpi.id, department, view.period, statistic, estimate=estimate, missing=missing,
        state=state, reason="; ".join(filter(None, [note, left_out])),
    )  # fmt: skip


def unmeasured(
    kpi: Kpi,
    view: View,
    department: str,
    state: ResultState,
    reason: str,
    statistic: Statistic | None = None,
    n: int = 0,
    missing: int = 0,
) -> KpiResult:
    """The result that has no value, with its state and the reason."""
    return KpiResult(
        kpi.id, department, view.period, statistic or kpi.statistic,
        estimate=replace(NOTHING, n=n), missing=missing, state=state, reason=reason,
    )  # fmt: skip


def _within(kpi: Kpi, view: View) -> str:
    if kpi.window == "data date":
        return ""
    months = view.settings.outcome_window_months if kpi.window == "outcome" else 12
    return f"in the {months} months to {view.period}"

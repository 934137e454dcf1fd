"""Surveys: the wave that counts, the response rate, and non-response bias bounds."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from pmo_lib.engine.result import ORGANISATION, KpiResult
from pmo_lib.kpis.kpi import Kpi
from pmo_lib.months import shifted
from pmo_lib.stats.rates import finite_population, worst_case
from pmo_lib.wording import Unit, listed, number

MOST_DIFFERENCE_OF_RATES = 0.20  # of response by department, before answers are weighted


def latest_waves(answers: pd.DataFrame, month: str, period: str) -> pd.DataFrame:
    """Each department's answers of its latest wave in the 12 months to `period`.

    `month` is the column that holds the wave. The last 12 months are the same for all, so that
    departments are compared within a year; the wave is the department's own, so that no result
    depends on what others were asked.
    """
    waves = answers[month]
    recent = answers[(waves <= period) & (waves > shifted(period, -12))]
    latest = recent.groupby("department", dropna=False)[month].transform("max")
    return recent[recent[month] == latest]


def among_those_asked(
    kpi: Kpi, result: KpiResult, units: pd.DataFrame, asked: Mapping[str, int]
) -> KpiResult:
    """The result with finite population correction and non-response bounds.

    `units` are those it rests on. The finite population correction multiplies the interval's
    halves by √(1 - n ÷ N). That non-respondents think as respondents do is an assumption: the
    reason gives the bounds between which they could have moved the result, and, where response
    rates of departments are more than 20 points apart, the result weighted by the people asked.
    The organisation's people are those of every department asked.
    """
    if not result.is_measured or kpi.scale is None:
        return result
    person = "person" if "person" in units else "case_id"
    answered = units.groupby("department")[person].nunique()
    if result.department != ORGANISATION:
        asked = {name: n for name, n in asked.items() if name == result.department}
    unknown = [str(name) for name in answered.index if name not in asked]
    more = [str(name) for name, n in answered.items() if n > asked.get(str(name), n)]
    if unknown:
        where = f" in {listed(unknown)}" if asked else ""
        return _saying(result, f"how many were asked{where} is not known, nor is the response rate")
    if more:
        return _saying(result, f"more answered than were asked in {listed(more)}")
    people, respondents = sum(asked.values()), int(units[person].nunique())
    estimate = finite_population(replace(result.estimate, clusters=respondents), people)
    return _saying(
        replace(result, estimate=replace(estimate, clusters=min(respondents, result.cases))),
        _response(respondents, people, units["period"]),
        _worst_case(kpi.unit, result.value, respondents / people, kpi.scale),
        _weighted(kpi.unit, result, units, answered, asked),
    )


def _response(respondents: int, people: int, waves: pd.Series) -> str:
    when = " to ".join(dict.fromkeys([waves.min(), waves.max()]))
    if respondents == people:
        return f"all {people:,} asked in {when} answered"
    share = number(respondents / people, "share")
    return f"{respondents:,} of {people:,} asked in {when} answered ({share})"


def _worst_case(unit: Unit, value: float, responded: float, scale: tuple[float, float]) -> str:
    """The bounds between which non-respondents could have moved the result."""
    if responded == 1:
        return ""
    low, high = (number(end, unit) for end in worst_case(value, responded, *scale))
    return f"had the others said the worst or the best, it would lie between {low} and {high}"


def _weighted(
    unit: Unit,
    result: KpiResult,
    units: pd.DataFrame,
    answered: pd.Series,
    asked: Mapping[str, int],
) -> str:
    """The value weighted by the people asked in each department, where that may matter."""
    rates = [answered.get(name, 0) / n for name, n in asked.items()]
    apart = max(rates) - min(rates)
    if apart <= MOST_DIFFERENCE_OF_RATES:
        return ""
    own = {
        str(name): result.statistic(part, 0.9).value for name, part in units.groupby("department")
    }
    people = sum(asked[name] for name in own)
    value = sum(asked[name] * value for name, value in own.items()) / people
    return (
        f"response rates of departments are {100 * apart:.0f} points apart: with each counted by "
        f"the people asked it would be {number(value, unit)}"
    )


def _saying(result: KpiResult, *more: str) -> KpiResult:
    return replace(result, reason="; ".join(filter(None, [result.reason, *more])))

"""Two questions of every headline: is it better than before, and is its target kept?

than before      better or worse by more than matters and more than chance; else no clear change
against target   kept where the whole interval lies in the target range, not kept where all of it
                 lies outside; else cannot tell yet. A target of all is missed by a single one

Of many KPIs × departments some always look good or bad by chance. So the sure answers of each
question are limited to a false discovery rate (Benjamini & Hochberg 1995), for both directions:
over all KPIs of the organisation, and over those of all departments together. A KPI that should be
near a value has that range as its target unless another is set.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from math import inf, isnan, nan

from pmo_lib.contract.settings import Settings
from pmo_lib.engine.result import (
    ORGANISATION,
    AgainstTarget,
    KpiResult,
    Target,
    ThanBefore,
    is_headline,
)
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import Kpi
from pmo_lib.stats.significance import discovery, p_value

MATERIAL_SHARE = 0.05  # of the scale, or of one
MATERIAL_OF_REFERENCE = 0.1  # days, hours and counts have no scale
TOO_FEW = "too few cases to be judged"
NO_INTERVAL = "without an interval no change can be told from chance"


def judged(results: Iterable[KpiResult], settings: Settings) -> list[KpiResult]:
    """The results with target and both answers on every headline but those for context only."""
    found = [_aimed(result, settings) for result in results]
    moved = _adjusted(found, lambda each: each.change.p_value if _is_judged(each) else nan)
    away = _adjusted(found, lambda each: each.target.p_value)
    share = settings.false_discovery_share
    return [
        _answering(result, p <= share, q <= share, settings) if _is_judged(result) else result
        for result, p, q in zip(found, moved, away, strict=True)
    ]


def without_reference(results: Iterable[KpiResult], first: Sequence[str] = ()) -> list[str]:
    """The measured KPIs with neither a target nor a baseline; those named `first` first."""
    lacking = [
        r.kpi_id for r in results
        if r.is_measured and r.against_target == "no target set" and isnan(r.baseline)
    ]  # fmt: skip
    return sorted(lacking, key=lambda each: first.index(each) if each in first else len(first))


def target_of(kpi: Kpi, settings: Settings) -> tuple[float, float] | None:
    """The range that the KPI should be in, an open end missing; None where no target is set."""
    threshold = settings.thresholds.get(kpi.id)
    if threshold is None or isnan(threshold.target):
        return kpi.near
    low = nan if kpi.better == "lower" else threshold.target
    high = nan if kpi.better == "higher" else threshold.target
    return low, high


def material(kpi: Kpi, reference: float, settings: Settings) -> float:
    """The materiality threshold in the KPI's unit: as set, or 5 % of the scale.

    Days, hours and counts have no scale: there it is 10 % of the reference.
    """
    threshold = settings.thresholds.get(kpi.id)
    if threshold is not None and not isnan(threshold.material):
        return threshold.material
    if kpi.unit in {"days", "hours", "count"}:
        return MATERIAL_OF_REFERENCE * abs(reference)
    low, high = kpi.scale or (0.0, 1.0)
    return MATERIAL_SHARE * (high - low)


def widened(kpi: Kpi, wanted: tuple[float, float], settings: Settings) -> tuple[float, float]:
    """The target range with what does not matter: as set; of a single point always some."""
    threshold = settings.thresholds.get(kpi.id)
    is_set = threshold is not None and not isnan(threshold.material)
    low, high = wanted
    slack = material(kpi, low, settings) if is_set or low == high else 0.0
    return low - slack, high + slack


def against(result: KpiResult, target: Target, is_sure: bool, few: int) -> AgainstTarget:
    """Whether the result keeps the target; `is_sure` says that chance does not explain it."""
    if isnan(target.low) and isnan(target.high):
        return "no target set"
    if not result.is_measured:
        return "cannot tell yet"
    if _is_of_all(result, target) and _off(result.value, target) > 0:
        return "not kept"  # however few the cases: of all, one that misses is one too many
    if not (is_plain(result) or result.cases >= few):
        return "cannot tell yet"
    if _is_of_all(result, target):
        return "kept"
    ends = _ends(result)
    if not (is_sure or is_plain(result)) or any(map(isnan, ends)):
        return "cannot tell yet"
    if all(_off(end, target) == 0 for end in ends):
        return "kept"
    low, high = ends
    return "not kept" if high < target.low or low > target.high else "cannot tell yet"


def aimed_at(result: KpiResult, low: float, high: float, level: float) -> Target:
    """The range with the p-value of lying on its nearest end; a missing end is open."""
    nearest = [end for end in (low, high) if not isnan(end)]
    if not result.is_measured or not nearest or is_plain(result):  # a fact is not tested
        return Target(low, high)
    value = result.value
    end = min(nearest, key=lambda each: abs(each - value))
    p = p_value(value, result.low, result.high, end, result.cases, level)
    return Target(low, high, p)


def _adjusted(found: Sequence[KpiResult], p_of: Callable[[KpiResult], float]) -> list[float]:
    """The p-values adjusted for false discovery, the organisation's apart from the departments'.

    Else the one page that a board reads could say nothing for the many that it does not.
    """
    adjusted = [nan] * len(found)
    for is_whole in (True, False):
        at = [i for i, r in enumerate(found) if (r.department == ORGANISATION) == is_whole]
        for i, p in zip(at, discovery([p_of(found[i]) for i in at]), strict=True):
            adjusted[i] = p
    return adjusted


def is_plain(result: KpiResult) -> bool:
    """Whether it is a plain count, which chance is not in and which is true of however few."""
    return result.statistic.is_fact and isnan(result.low)


def _is_judged(result: KpiResult) -> bool:
    return is_headline(result) and CATALOGUE[result.kpi_id].better != "context"


def _aimed(result: KpiResult, settings: Settings) -> KpiResult:
    """The result with its target, where it is judged and has one."""
    kpi = CATALOGUE[result.kpi_id]
    wanted = target_of(kpi, settings) if _is_judged(result) else None
    if wanted is None:
        return result
    p = aimed_at(result, *widened(kpi, wanted, settings), settings.confidence_level).p_value
    return replace(result, target=Target(*wanted, p))


def _answering(result: KpiResult, has_moved: bool, is_away: bool, settings: Settings) -> KpiResult:
    before, why = _than_before(result, has_moved, settings)
    kpi, target = CATALOGUE[result.kpi_id], result.target
    wide = Target(*widened(kpi, (target.low, target.high), settings))
    return replace(
        result,
        than_before=before,
        against_target=against(result, wide, is_away, settings.disclosure.indicative),
        compared="; ".join(filter(None, [result.compared, why])),
    )


def _than_before(result: KpiResult, is_sure: bool, settings: Settings) -> tuple[ThanBefore, str]:
    """Whether it is better than before, and why that cannot be told where it cannot."""
    change, base = result.change, result.baseline
    if not result.is_measured or isnan(change.value):
        return "cannot be compared", ""
    if result.cases < settings.disclosure.indicative:
        return "cannot be compared", TOO_FEW
    if isnan(change.low) or isnan(change.high):
        return "cannot be compared", NO_INTERVAL
    kpi = CATALOGUE[result.kpi_id]
    corners = [end - base for end in (result.target.low, result.target.high)]
    between = [at for at in corners if change.low < at < change.high]
    was = _badness(kpi, base, result.target)
    moved, *ends = (
        _badness(kpi, base + by, result.target) - was
        for by in (change.value, change.low, change.high, *between)
    )
    if is_sure and abs(moved) > material(kpi, base, settings):
        if max(ends) < 0:
            return "better", ""
        if min(ends) > 0:
            return "worse", ""
    return "no clear change", ""


def _badness(kpi: Kpi, value: float, target: Target) -> float:
    """What is larger the worse the value is."""
    match kpi.better:
        case "higher":
            return -value
        case "lower":
            return value
        case _:
            return _off(value, target)


def _off(value: float, target: Target) -> float:
    """How far a value is outside the target range."""
    low = -inf if isnan(target.low) else target.low
    high = inf if isnan(target.high) else target.high
    return max(low - value, value - high, 0.0)


def _is_of_all(result: KpiResult, target: Target) -> bool:
    """Whether the target is the end of the scale, such as 100 %: no chance is in it."""
    least, most = CATALOGUE[result.kpi_id].scale or result.statistic.bounds
    return target.low >= most or target.high <= least


def _ends(result: KpiResult) -> tuple[float, float]:
    """The interval; of a plain fact, which has none, the value itself."""
    return (result.value, result.value) if is_plain(result) else (result.low, result.high)

"""Flags: what is worse than its reference, by a material and statistically significant margin.

red     worse than the target (or the baseline) by more than matters, and not by chance alone
amber   worse by more than matters, but chance may explain it: watch
green   the whole interval is within what matters
grey    cannot tell

Of many KPIs × departments some always look bad by chance. So red flags are limited to a false
discovery rate (Benjamini & Hochberg 1995), over all of them together.
"""

from collections.abc import Iterable
from dataclasses import replace
from math import isnan, nan

from pmo_lib.contract.settings import Settings
from pmo_lib.engine.result import KpiResult, is_headline
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import Kpi
from pmo_lib.stats.significance import p_value

FLAGS = {
    "red": "worse, by more than matters and more than chance",
    "amber": "worse by more than matters; it may be chance",
    "green": "within what matters",
    "grey": "cannot tell",
}
MATERIAL_SHARE = 0.05  # of the scale, or of one
MATERIAL_OF_REFERENCE = 0.1  # days, hours and counts have no scale


def flagged(results: Iterable[KpiResult], settings: Settings) -> list[KpiResult]:
    """The results with target, p-value and flag on every headline but those for context only."""
    found = [_tested(result, settings) for result in results]
    significant = _discoveries(found, settings.false_discovery_share)
    return [
        _with_flag(result, i in significant, settings) if _is_flaggable(result) else result
        for i, result in enumerate(found)
    ]


def target_of(kpi: Kpi, settings: Settings) -> tuple[float, float] | None:
    """The target range of the KPI; None where none is set."""
    threshold = settings.thresholds.get(kpi.id)
    if threshold is not None and not isnan(threshold.target):
        return threshold.target, threshold.target
    return kpi.near


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


def _is_flaggable(result: KpiResult) -> bool:
    return is_headline(result) and CATALOGUE[result.kpi_id].better != "context"


def _tested(result: KpiResult, settings: Settings) -> KpiResult:
    """The result with its target, and its p against it, or against the baseline without one."""
    kpi = CATALOGUE[result.kpi_id]
    wanted = target_of(kpi, settings) if _is_flaggable(result) else None
    if wanted is None:
        return result
    nearest = min(max(result.value, wanted[0]), wanted[1]) if result.is_measured else nan
    p = nan
    if result.is_measured:
        p = p_value(
            result.value, result.low, result.high, nearest, result.cases, settings.confidence_level
        )
    target = wanted[0] if wanted[0] == wanted[1] else (nearest if nearest == nearest else nan)
    return replace(result, target=target, p_value=p)


def _discoveries(results: list[KpiResult], share: float) -> set[int]:
    """Positions of the results that differ from their reference, at this false discovery rate."""
    from scipy.stats import false_discovery_control

    tested = [
        i for i, r in enumerate(results)
        if _is_flaggable(r) and r.is_measured and not isnan(r.p_value)
    ]  # fmt: skip
    if not tested:
        return set()
    adjusted = false_discovery_control([results[i].p_value for i in tested], method="bh")
    return {i for i, p in zip(tested, adjusted, strict=True) if p <= share}


def _with_flag(result: KpiResult, significant: bool, settings: Settings) -> KpiResult:
    flag, why = _flag(result, significant, settings)
    return replace(result, flag=flag, compared="; ".join(filter(None, [result.compared, why])))


def _flag(result: KpiResult, significant: bool, settings: Settings) -> tuple[str, str]:
    """The flag, and why it is grey where it is."""
    kpi = CATALOGUE[result.kpi_id]
    if not result.is_measured:
        return "grey", ""
    if result.cases < settings.disclosure.indicative:
        return "grey", "too few cases for a colour"
    wanted = target_of(kpi, settings)
    if wanted is None and isnan(result.change.value):
        return "grey", "" if result.compared else "there is neither a target nor a baseline"
    if wanted is not None:
        reference = wanted[0]
        worse, *ends = (_off(kpi, x, wanted) for x in (result.value, result.low, result.high))
    else:
        reference, sign = result.baseline, -1.0 if kpi.better == "higher" else 1.0
        change = result.change
        worse, *ends = (sign * x for x in (change.value, change.low, change.high))
    if any(map(isnan, ends)):
        return "grey", "without an interval no colour"
    limit = material(kpi, reference, settings)
    if worse > limit:
        return ("red" if significant else "amber"), ""
    if max(ends) <= limit:
        return "green", ""
    return "grey", "it may be within what matters or beyond"


def _off(kpi: Kpi, value: float, wanted: tuple[float, float]) -> float:
    """How far a value is on the bad side of the target."""
    match kpi.better:
        case "higher":
            return wanted[0] - value
        case "lower":
            return value - wanted[1]
        case _:
            return max(wanted[0] - value, value - wanted[1])

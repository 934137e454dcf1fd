"""Targets and materiality thresholds that can never do what they are for, or are in per cent."""

from collections.abc import Iterator
from math import inf
from typing import Any

from pmo_lib.contract.settings import per_cent
from pmo_lib.errors import PmoError, SettingsError
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import Kpi

MOST_SHARE = 10  # a return may be many times what was spent
MOST_RATIO = 10


def threshold_mistakes(thresholds: Any, where: str) -> Iterator[PmoError]:
    """What is wrong with thresholds as they are written; what is no threshold is passed over."""
    for kpi_id, given in thresholds.items() if isinstance(thresholds, dict) else ():
        if kpi_id in CATALOGUE and isinstance(given, dict):
            for what, remedy in _mistakes(CATALOGUE[kpi_id], _numbers(given)):
                yield SettingsError(what, where=f"{where}: thresholds: {kpi_id}", remedy=remedy)


def scale_of(kpi: Kpi) -> tuple[float, float]:
    """Between what a target of the KPI can lie."""
    if kpi.scale:
        return kpi.scale
    low, high = kpi.statistic.bounds
    match kpi.unit:
        case "share":
            return max(low, -1.0), min(high, MOST_SHARE if kpi.better == "higher" else 1.0)
        case "ratio":
            return max(low, 0.0), min(high, MOST_RATIO)
        case _:
            return low, high


def _numbers(given: dict[str, Any]) -> dict[str, float]:
    return {
        name: value
        for name, value in given.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _mistakes(kpi: Kpi, given: dict[str, float]) -> Iterator[tuple[str, str]]:
    low, high = scale_of(kpi)
    hint = per_cent if kpi.unit in {"share", "ratio"} else lambda *_: ""
    if kpi.better == "context" and given:
        yield f"{kpi.name} is shown for context and never judged", "Remove it"
        return
    target, material = given.get("target"), given.get("material")
    if target is not None and not low <= target <= high:
        said = f"target must be {_range(low, high)} ({kpi.name}, {kpi.unit}); not {target:g}"
        yield said, hint(target, low, high)
        return
    if target is not None and target == {"higher": low, "lower": high}.get(kpi.better):
        said = f"target {target:g} is always reached: of {kpi.name}, {kpi.better} is better"
        yield said, "Name the value that it should reach"
        return
    worst = _worst(kpi, low, high, target)
    if material is not None and material >= worst:
        seen = "" if target is None else f" beyond the target of {target:g}"
        said = f"material must be less than {worst:g}: {kpi.id} cannot be worse by more{seen}"
        yield f"{said}; not {material:g}", hint(material, 0, worst)


def _worst(kpi: Kpi, low: float, high: float, target: float | None) -> float:
    """By how much the KPI can be worse than its target, or than anything without one."""
    if target is None:
        return high - low
    below = target - low if kpi.better in {"higher", "near"} else -inf
    above = high - target if kpi.better in {"lower", "near"} else -inf
    return max(below, above)


def _range(low: float, high: float) -> str:
    if high == inf:
        return f"{low:g} or more"
    return f"{high:g} or less" if low == -inf else f"from {low:g} to {high:g}"

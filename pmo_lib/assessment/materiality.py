"""The target of a KPI, and how much does not matter."""

from math import inf, isnan, nan

from pmo_lib.contract.settings import Settings
from pmo_lib.engine.result import Target
from pmo_lib.kpis.kpi import Kpi

MATERIAL_SHARE = 0.05  # of the scale, or of one
MATERIAL_OF_REFERENCE = 0.1  # days, hours and counts have no scale


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


def off(value: float, target: Target) -> float:
    """How far a value is outside the target range."""
    low = -inf if isnan(target.low) else target.low
    high = inf if isnan(target.high) else target.high
    return max(low - value, value - high, 0.0)

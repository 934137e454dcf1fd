"""The target of a promise, as people write it: 10 working days, 90 %, 4, better than before."""

import re
from dataclasses import dataclass
from decimal import Decimal
from math import inf, isnan, nan

from pmo_lib.kpis.kpi import Kpi
from pmo_lib.wording import interval, number

BETTER = "better than before"
CALENDAR_DAYS = 7 / 5  # of a working day: two weeks hold ten of them; holidays are not known
EXAMPLES = {
    "share": "90 %", "days": "10 working days or 14 days", "hours": "40 hours", "points": "30",
    "score": "4", "count": "30", "ratio": "0.95",
}  # fmt: skip
NUMBER = r"([-+−]?\d{1,9}(?:\.\d+)?)"
UNIT = r"(%|per cent|percent|working days?|calendar days?|days?|hours?|points?)?"
ONE = re.compile(rf"(at least|at most)?\s*{NUMBER}\s*{UNIT}")
RANGE = re.compile(rf"{NUMBER}\s*{UNIT}\s+to\s+{NUMBER}\s*{UNIT}")
KINDS = {
    "share": ("%", "per cent", "percent"), "hours": ("hour",), "points": ("", "point"),
    "score": ("", "point"),
    "days": ("day", "calendar day", "working day"),
}  # fmt: skip


class UnreadableTargetError(ValueError):
    """The text is no target of the KPI; says why, and how to write one."""


@dataclass(frozen=True)
class PromisedTarget:
    """What was promised in the KPI's own unit, an open end missing; or to be better than before."""

    low: float = nan
    high: float = nan
    is_change: bool = False


def promised_target(text: str, kpi: Kpi) -> PromisedTarget:
    """The target that the text names; UnreadableTargetError where it names none of the KPI.

    Working days count as seven fifths of a calendar day, which is what a KPI's days are.
    """
    plain = " ".join(text.casefold().split())
    if kpi.better == "context":
        raise UnreadableTargetError(f"{kpi.name} is shown for context and keeps no promise")
    if plain == BETTER:
        return PromisedTarget(is_change=True)
    low, high = _range(plain, text, kpi) if kpi.better == "near" else _end(plain, text, kpi)
    least, most = kpi.scale or kpi.statistic.bounds
    outside = [end for end in (low, high) if not isnan(end) and not least <= end <= most]
    if outside:
        said = f"of {number(least, kpi.unit)} or more" if most == inf else (
            f"from {number(least, kpi.unit)} to {number(most, kpi.unit)}"
        )  # fmt: skip
        raise UnreadableTargetError(f"{text!r} cannot be reached: {kpi.name} is {said}")
    return PromisedTarget(low, high)


def target_text(value: float, kpi: Kpi) -> str:
    """The target of a KPI as `promised_target` reads it; nothing where it takes a range."""
    if kpi.better == "near":
        return ""
    digits = Decimal(repr(float(value))) * (100 if kpi.unit == "share" else 1)
    units = {"share": " %", "days": " days", "hours": " hours"}
    return f"{digits.normalize():f}{units.get(kpi.unit, '')}"


def _end(plain: str, text: str, kpi: Kpi) -> tuple[float, float]:
    found = ONE.fullmatch(plain)
    if not found:
        raise _none(text, kpi)
    bound, digits, unit = found.groups()
    own = "at least" if kpi.better == "higher" else "at most"
    if bound not in {None, own}:
        raise UnreadableTargetError(
            f"{text!r} is the wrong way round: of {kpi.name} {kpi.better} is better"
        )
    value = _value(digits, unit, text, kpi)
    return (value, nan) if kpi.better == "higher" else (nan, value)


def _range(plain: str, text: str, kpi: Kpi) -> tuple[float, float]:
    found = RANGE.fullmatch(plain)
    if not found:
        assert kpi.near is not None
        low, high = kpi.near
        example = "-10 % to 10 %" if low == high else interval(low, high, kpi.unit)
        raise UnreadableTargetError(
            f"{text!r} is no range, and {kpi.name} should lie in one: write such as {example}"
        )
    first, unit, second, other = found.groups()
    low, high = _value(first, other or unit, text, kpi), _value(second, other or unit, text, kpi)
    if low >= high:
        raise UnreadableTargetError(f"{text!r} ends before it begins")
    return low, high


def _value(digits: str, unit: str | None, text: str, kpi: Kpi) -> float:
    """The number in the KPI's own unit."""
    kind = (unit or "").removesuffix("s")
    if kind not in KINDS.get(kpi.unit, ("",)):
        raise _none(text, kpi)
    value = float(digits.replace("−", "-"))
    if kpi.unit == "share":
        return value / 100
    return value * CALENDAR_DAYS if kind == "working day" else value


def _none(text: str, kpi: Kpi) -> UnreadableTargetError:
    return UnreadableTargetError(
        f"{text!r} is no target of {kpi.name} ({kpi.unit}): write such as {EXAMPLES[kpi.unit]}, "
        f"or {BETTER}"
    )

"""One-way sensitivity of the net present value: one input at a time, the rest at the median.

Each uncertain input goes to its own P10 and P90; each alternative is taken in place of what it
replaces. See statistics.md 4.3.
"""

from collections.abc import Mapping
from math import isnan, nan, sqrt

import numpy as np
import pandas as pd

from pmo_lib.worth.assumptions import Assumptions
from pmo_lib.worth.draws import why_nothing, worth
from pmo_lib.worth.exposure import Exposure
from pmo_lib.worth.joint_effects import Case, JointEffects

LOW, MEDIAN, HIGH = 0.1, 0.5, 0.9
INPUTS = {
    "cost": "effect on cost",
    "schedule": "effect on schedule",
    "benefits": "effect on benefits",
    "office_factor": "PMO cost, as a multiple of what is recorded",
    "imposed_hours": "hours imposed on a project a month",
    "hourly_rate": "cost of an hour",
    "delay_lost": "share of a delayed benefit that is lost",
    "budget_returned": "share of an avoided overrun returned",
}
COLUMNS = {
    "input": "str", "low_at": "float64", "high_at": "float64",
    "npv_low": "float64", "npv_high": "float64", "swing": "float64",
}  # fmt: skip
NO_BARS = pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)


def tornado(
    exposure: Exposure,
    effects: JointEffects,
    *,
    alternatives: Mapping[str, Exposure | JointEffects] | None = None,
    case: Case = "as estimated",
    headline: float = nan,
) -> pd.DataFrame:
    """One row per input, the widest swing first: input, low_at, high_at, npv_low, npv_high, swing.

    npv_low is the NPV where the input is at its P10 (low_at), npv_high at its P90; swing is the
    distance between them. An alternative has no low_at and high_at: npv_low is the NPV as it
    stands, npv_high the one with the alternative. Effects count as the `case` counts them. With a
    `headline`, such as the median of the draws, the NPVs are moved so that it is their middle.
    Empty where the NPV is missing; the value case says why.
    """
    if why_nothing(exposure, effects):
        return NO_BARS
    low, median, high = (
        quantiles(effects, exposure.assumptions, p, case) for p in (LOW, MEDIAN, HIGH)
    )
    moved = [median | {name: end[name]} for name in median for end in (low, high)]
    plain, *ends = _npvs([median, *moved], exposure)
    if np.isnan(plain):
        return NO_BARS
    rows = [
        (INPUTS[name], low[name], high[name], at_low, at_high, abs(at_high - at_low))
        for name, at_low, at_high in zip(median, ends[::2], ends[1::2], strict=True)
    ]
    for name, other in (alternatives or {}).items():
        of, on = (other, exposure) if isinstance(other, JointEffects) else (effects, other)
        npv = _npvs([quantiles(of, on.assumptions, MEDIAN, case)], on)[0]
        rows.append((name, nan, nan, plain, npv, abs(npv - plain)))
    found = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
    if not isnan(headline):
        found[["npv_low", "npv_high"]] += headline - plain
    return found.sort_values("swing", ascending=False, kind="stable", ignore_index=True)


def quantiles(
    effects: JointEffects, assumptions: Assumptions, p: float, case: Case = "as estimated"
) -> dict[str, float]:
    """Each input at its own p-quantile: t for an effect, triangular for the PMO's cost, PERT."""
    drawn = effects.quantile(p)
    return (
        {name: float(effects.counted(name, np.array([v]), case)[0]) for name, v in drawn.items()}
        | {"office_factor": 1 + assumptions.pmo_cost_spread * _triangular(p)}
        | {name: points.quantile(p) for name, points in assumptions.ranges.items()}
    )


def _npvs(inputs: list[dict[str, float]], exposure: Exposure) -> list[float]:
    """The NPV at each of the inputs; missing where the cost is not known."""
    npv = worth(pd.DataFrame(inputs), exposure.total)["npv"]
    return [float(each) for each in npv]


def _triangular(p: float) -> float:
    """The p-quantile of the symmetric triangular distribution over -1 to 1."""
    return sqrt(2 * p) - 1 if p <= 0.5 else 1 - sqrt(2 * (1 - p))

"""Ratios of sums with their intervals, one function a method; see statistics.md 1.1.

Where no valid interval exists its ends are missing and the note says why.
"""

from dataclasses import replace
from math import exp, log, nan, sqrt

import numpy as np

from pmo_lib.stats.estimate import NOTHING, Estimate, t_quantile
from pmo_lib.stats.numbers import ROUNDING, Floats, Sums, total
from pmo_lib.stats.tails import tail_gate


def ratio_of_sums(numerators: Floats, denominators: Floats, level: float) -> Estimate:
    """Σ numerators ÷ Σ denominators with Fieller's interval, where the tail gate lets it.

    Where the gate fails no method covers, so there is no interval but the range over which
    leaving out one unit moves the figure. Where budgets differ a lot Fieller's interval covers,
    the jackknife's does not (docs/calibration.md).
    """
    n, base = len(numerators), total(denominators)
    if n == 0 or base <= 0:
        return NOTHING
    value = total(numerators) / base
    refusal = tail_gate(numerators, denominators)
    if refusal:
        rest = base - denominators
        left_out = (numerators.sum() - numerators)[rest > 0] / rest[rest > 0]
        move = float(np.abs(left_out - value).max(initial=0))
        note = f"no interval: {refusal}; one unit moves the figure by up to {move:.2f}"
        return Estimate(value, n=n, note=note)
    found = fieller(Sums.of(numerators, denominators), level)
    return replace(found, low=max(found.low, 0.0))


def fieller(sums: Sums, level: float) -> Estimate:
    """Σy ÷ Σx from sums alone, Fieller's interval (1954); none where it is unbounded.

    The ratios R for which the t test of mean(y) - R × mean(x) = 0 does not reject.
    """
    n = sums.n
    if n == 0 or sums.x <= 0:
        return NOTHING
    if n < 2 or sums.error == 0:
        note = "all ratios are equal" if n > 1 else "one case has no spread"
        return Estimate(sums.ratio, n=n, note=f"no interval: {note}")
    y, x, scale = sums.y / n, sums.x / n, t_quantile(level, n) ** 2 / (n - 1)
    a = x * x - scale * (sums.xx / n - x * x)
    b = x * y - scale * (sums.xy / n - x * y)
    c = y * y - scale * (sums.yy / n - y * y)
    if a <= 0 or b * b <= a * c:
        note = "no interval: what is divided by differs too much from case to case"
        return Estimate(sums.ratio, n=n, note=note)
    root = sqrt(b * b - a * c)
    return Estimate(sums.ratio, (b - root) / a, (b + root) / a, n)


def bounded_ratio(parts: Floats, wholes: Floats, level: float) -> Estimate:
    """Σ parts ÷ Σ wholes, or of counts, with Fieller's interval: thin-tailed, so without a gate.

    The interval ends at 0, and at 1 where no part exceeds its whole.
    """
    found = fieller(Sums.of(parts, wholes), level)
    if not found.n:
        return found
    top = 1.0 if (parts <= wholes).all() else found.high
    bottom = 0.0 if (parts >= 0).all() else found.low
    # in this order a missing end stays missing
    return replace(found, low=max(found.low, bottom), high=min(found.high, top))


def event_rate(events: Floats, times: Floats, level: float) -> Estimate:
    """Σ events ÷ Σ time over cases: R × exp(± t × se ÷ R), se linearised, t with cases - 1.

    Without any event the interval's upper end is Poisson's: -ln((1 - level) ÷ 2) ÷ Σ time.
    """
    sums, error = Sums.of(events, times), nan
    if sums.x <= 0:
        return NOTHING
    if sums.y == 0:
        return Estimate(0.0, 0.0, -log((1 - level) / 2) / sums.x, sums.n, "no event was seen")
    refusal = ""
    if sums.y < 0:
        refusal = "the sum above the line is below zero, of which there is no logarithm"
    elif sums.n < 2:
        refusal = "one case has no spread"
    elif (error := sums.error / sums.ratio) <= ROUNDING:
        refusal = "all ratios are equal"
    if refusal:
        return Estimate(sums.ratio, n=sums.n, note=f"no interval: {refusal}")
    factor = exp(t_quantile(level, sums.n) * error)
    return Estimate(sums.ratio, sums.ratio / factor, sums.ratio * factor, sums.n)

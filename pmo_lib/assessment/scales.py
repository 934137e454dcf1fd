"""The scales of process-behaviour charts: on which the variation of a series is even.

==============  ===========================================================================
xmr             the values themselves (individuals and moving ranges)
xmr of powers   square roots, cube roots or logarithms, whichever is least skewed, where the
                values are above 0 and the baseline's skewness is above 0.3
xmr of counts   √(count + ⅜) (Anscombe 1948), for small whole numbers
p-prime         z = (p - p̄) ÷ √(p̄ (1 - p̄) ÷ n), for shares of varying n (Laney 2002); where
                one of the outcomes is rare the arcsines of their roots (Anscombe 1948)
ar residuals    each less its one-step forecast by a first-order autoregression
==============  ===========================================================================
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import nan, sqrt

import numpy as np
import pandas as pd

from pmo_lib.assessment.signals import ChartKind, Grain
from pmo_lib.stats.limits import autocorrelation, skewness
from pmo_lib.stats.numbers import Bools, Floats

AUTOCORRELATED = 0.3
SKEWED = 0.3
ROUNDING = 1e-9  # tolerance: rounding must not push a value at a limit over it
SMALL = 10  # whole numbers below it on average vary as counts do; of a share its rarer outcome
FEWEST_COUNTED = 2.0  # a period on average: below it the roots are far from even
FEWEST_RARE = 0.5
POWERS = {"square roots": 1 / 2, "cube roots": 1 / 3, "logarithms": 0.0}


@dataclass(frozen=True)
class Scale:
    """The values on the chart's scale, and the inverse scale.

    ``weights`` are each point's cases ÷ the baseline's; without any points weigh alike.
    ``too_few`` says why there is no scale.
    """

    kind: ChartKind
    y: Floats
    back: Callable[[Floats], Floats]
    note: str = ""
    centre: float = nan  # missing: the baseline's mean
    weights: Floats | None = None
    too_few: str = ""


def scale_of(
    points: pd.DataFrame, baseline: Bools, *, is_rate: bool = False, is_count: bool = False
) -> Scale:
    """The scale on which the points vary evenly, as far as the baseline's tell."""
    values = points["value"].to_numpy("float64")
    if is_rate:
        return _shares(points, baseline)
    counts = points["numerator"].to_numpy("float64") if is_count else values
    if is_count or _are_small_and_whole(counts, baseline):
        return _counts(counts, values, baseline)
    own = values[baseline]
    if np.nanmin(values) > 0 and skewness(own) > SKEWED:
        skewed = {name: abs(skewness(_power(own, at))) for name, at in POWERS.items()}
        name = min(skewed, key=lambda each: round(skewed[each], 9))
        if skewed[name] < skewness(own) - ROUNDING:
            at = POWERS[name]
            note = f"The values are skewed: the limits are those of their {name}."
            return Scale("xmr of powers", _power(values, at), lambda y: _unpower(y, at), note)
    return Scale("xmr", values, lambda y: y)


def residuals_of(scale: Scale, baseline: Bools, grain: Grain) -> Scale:
    """y - (c + r × (the one before - c)), r the baseline's lag-1 autocorrelation.

    A point after a gap has no forecast and is not judged.
    """
    own = np.where(baseline, scale.y, nan)
    centre = float(np.nanmean(own)) if np.isnan(scale.centre) else scale.centre
    r = min(autocorrelation(own), 1.0)
    expected = centre + r * (np.concatenate([[nan], scale.y[:-1]]) - centre)
    note = (
        f"Neighbouring {grain}s resemble one another (autocorrelation {r:.1f}): each is judged "
        "against what the one before lets expect, so that a slow drift is no signal."
    )
    return replace(
        scale, kind="ar residuals", y=scale.y - expected, centre=nan,
        back=lambda y: scale.back(expected + y), note=" ".join(filter(None, (scale.note, note))),
    )  # fmt: skip


def _power(x: Floats, at: float) -> Floats:
    return np.log(x) if at == 0 else x**at


def _unpower(y: Floats, at: float) -> Floats:
    return np.exp(y) if at == 0 else np.maximum(y, 0.0) ** (1 / at)


def _are_small_and_whole(values: Floats, baseline: Bools) -> bool:
    known = values[~np.isnan(values)]
    is_whole = bool((known >= 0).all()) and bool((known == np.round(known)).all())
    return is_whole and float(values[baseline].mean()) < SMALL


def _counts(counts: Floats, values: Floats, baseline: Bools) -> Scale:
    """Roots of counts; the values are counts or, where a quarter has a mean, parts of them."""
    mean, some = float(counts[baseline].mean()), values > 0
    if mean < FEWEST_COUNTED:
        why = f"a {{grain}} has {mean:.1f} on average, limits of so small whole numbers need 2"
        return Scale("xmr of counts", counts, lambda y: y, too_few=why)
    share = float(values[some].sum() / counts[some].sum())
    note = "Counts are small: the limits are those of their square roots."
    return Scale(
        "xmr of counts", np.sqrt(counts + 3 / 8),
        lambda y: share * np.maximum(np.maximum(y, 0.0) ** 2 - 3 / 8, 0.0), note,
    )  # fmt: skip


def _shares(points: pd.DataFrame, baseline: Bools) -> Scale:
    """Shares in standard errors about the baseline's Σ numerators ÷ Σ denominators."""
    k, n = (points[name].to_numpy("float64") for name in ("numerator", "denominator"))
    n = np.where(points["value"].notna() & (n > 0), n, nan)
    total = n[baseline].sum()
    p, typical = float(k[baseline].sum() / total), float(np.nanmedian(n[baseline]))
    rarer = min(p, 1 - p) * typical
    if rarer < FEWEST_RARE:
        why = f"a {{grain}} typically has {typical:.0f} cases, too few for a share so near its end"
        return Scale("p-prime", k, lambda y: y, too_few=why)
    if rarer >= SMALL:
        error = np.sqrt(p * (1 - p) / n)
        z = (k / n - p) / error
        return Scale("p-prime", z, lambda z: p + z * error, centre=0.0, weights=n / total)
    middle, error = np.arcsin(sqrt(p)), 1 / (2 * np.sqrt(n + 1 / 2))
    z = (np.arcsin(np.sqrt((k + 3 / 8) / (n + 3 / 4))) - middle) / error

    def back(z: Floats) -> Floats:
        shifted = np.sin(np.clip(middle + z * error, 0.0, np.pi / 2)) ** 2
        found: Floats = np.clip((shifted * (n + 3 / 4) - 3 / 8) / n, 0.0, 1.0)
        return found

    note = "The share is near its end: the limits are those of the arcsines of its roots."
    return Scale("p-prime", z, back, note, centre=0.0, weights=n / total)

"""Process-behaviour (control) charts: which points signal special causes (Shewhart 1931).

The control limits come from the baseline points, on the scale where variation is even: `scales`.
Baseline points are judged by the natural process limits. Those rest on some 24 points only:
judged by them, 24 later points of a stable process would signal in a quarter of charts (measured).
Later points are therefore judged by prediction limits. Points count for a run only outside the
90 % interval of the centre. There are only two rules: each further one adds false alarms.
"""

from dataclasses import dataclass, replace
from math import inf, nan

import numpy as np
import pandas as pd

from pmo_lib.assessment.scales import AUTOCORRELATED, ROUNDING, Scale, residuals_of, scale_of
from pmo_lib.assessment.signals import BEYOND, ROW, RUN, ChartKind, Grain, notes, signal
from pmo_lib.months import months_in
from pmo_lib.stats.limits import (
    autocorrelation,
    later_limits,
    natural_limits,
    run_lengths,
)
from pmo_lib.stats.numbers import Bools, Floats
from pmo_lib.wording import counted

FEWEST = 20  # baseline points: with 12 a stable series signals twice as often
FIRST = 24  # baseline points where no baseline is given


@dataclass(frozen=True)
class Behaviour:
    """What a process-behaviour chart says: a signal, no signal, or that it cannot tell.

    ``points`` has period, value, n, centre, lower, upper, is_baseline and rule ("", "beyond the
    limits" or "8 in a row"), one row a period; a period without data is a gap. ``autocorrelation``
    is the baseline's on the chart's scale.
    """

    kind: ChartKind
    grain: Grain
    points: pd.DataFrame
    signal: str
    notes: tuple[str, ...] = ()
    autocorrelation: float = nan

    @property
    def can_tell(self) -> bool:
        return not self.signal.startswith("cannot tell")

    @property
    def signalled_in(self) -> str:
        """The last month of the latest point that is a signal; empty where none is."""
        if not self.can_tell or self.signal.startswith("no signal"):
            return ""
        marked = self.points.loc[self.points["rule"] != "", "period"]
        return months_in(marked.iloc[-1])[-1]

    @property
    def holds(self) -> bool:
        """Whether its limits are valid: neighbouring points are not autocorrelated."""
        return self.can_tell and not self.autocorrelation > AUTOCORRELATED


RHYTHMS = {11: "year", 5: "half-year", 3: "quarter"}  # from so many months apart on


def behaviour(
    points: pd.DataFrame,
    grain: Grain,
    baseline_until: str = "",
    *,
    is_rate: bool = False,
    is_count: bool = False,
    residuals: bool = False,
    bounds: tuple[float, float] = (-inf, inf),
) -> Behaviour:
    """The chart of a series on the scale that `scale_of` chooses.

    `points` has a row a period with period, value and n, for shares also numerator and
    denominator, and for counts numerator. The baseline is the points up to the month
    `baseline_until`, else the first 24. Of counts it begins after the first that is not 0: before
    it nothing could have happened. Limits are clipped to the `bounds` of possible values. With
    `residuals` it is the chart for autocorrelated series, of what a first-order autoregression
    leaves.
    """
    values = points["value"].to_numpy("float64")
    judged = _begun(values) if is_count else np.full(len(values), True)
    baseline = _baseline(points, judged, baseline_until)
    if why := _too_little(np.where(judged, values, nan), baseline, grain):
        return cannot_tell(why, grain, points)
    own = values[baseline]
    if _are_equal(own):
        return _of_equals(values, grain, points)
    scale = scale_of(points, baseline, is_rate=is_rate, is_count=is_count)
    if scale.too_few:
        return cannot_tell(f"{scale.too_few.format(grain=grain)}: compare years", grain, points)
    if residuals:
        scale = residuals_of(scale, baseline, grain)
        baseline = baseline & ~np.isnan(scale.y)
    scale = replace(scale, y=np.where(judged, scale.y, nan))
    return _judged(points, scale, baseline, grain, baseline_until, bounds)


def _begun(values: Floats) -> Bools:
    """The points after the first that is not 0; itself it was chosen for not being 0."""
    something = (np.nan_to_num(values) != 0).cumsum() > 0
    return np.concatenate([[False], something[:-1]]) if len(values) else something


def cannot_tell(why: str, grain: Grain, points: pd.DataFrame | None = None) -> Behaviour:
    """A behaviour that cannot tell, with the reason."""
    if points is None:
        points = pd.DataFrame({"period": pd.Series(dtype="str"), "value": nan, "n": 0})
    return Behaviour("xmr", grain, _blank(points), f"cannot tell: {why}")


def _blank(points: pd.DataFrame) -> pd.DataFrame:
    """The points without limits."""
    rule = pd.array([""] * len(points), "str")
    own = points[["period", "value", "n"]]
    return own.assign(centre=nan, lower=nan, upper=nan, is_baseline=False, rule=rule)


def _baseline(points: pd.DataFrame, judged: Bools, until: str) -> Bools:
    """Points with a value up to the month `until`, at least 20; without a month the first 24."""
    known = points["value"].notna().to_numpy("bool") & judged
    within = np.array([months_in(period)[-1] <= until for period in points["period"]], "bool")
    chosen: Bools = known & (within | (known.cumsum() <= (FEWEST if until else FIRST)))
    return chosen


def _too_little(values: Floats, baseline: Bools, grain: Grain) -> str:
    """Why there are no limits, and what to collect; nothing where there can be."""
    n = int((~np.isnan(values)).sum())
    if n < FEWEST:
        name = _rhythm(values, grain)
        more = counted(FEWEST - n, f"more {name}")
        return f"{counted(n, name)} with a value, limits need {FEWEST}: collect {more}"
    if int((baseline[1:] & baseline[:-1]).sum()) < FEWEST // 2:
        return f"too few {grain}s with a value follow one another: collect every {grain}"
    return ""


def _rhythm(values: Floats, grain: Grain) -> str:
    """How often there is a value: a survey of every year has one a year, not one a month."""
    apart = np.diff(np.flatnonzero(~np.isnan(values))) * {"month": 1, "quarter": 3}[grain]
    months = float(np.median(apart)) if len(apart) else 0.0
    return next((name for most, name in RHYTHMS.items() if months >= most), grain)


def _are_equal(values: Floats) -> bool:
    return np.allclose(values, values[0], rtol=1e-9, atol=0)


def _of_equals(values: Floats, grain: Grain, points: pd.DataFrame) -> Behaviour:
    """Where the baseline is constant: no signal if later points are too, else it cannot tell."""
    known = values[~np.isnan(values)]
    why = f"all {grain}s of the baseline are equal, so there is no variation to set limits by"
    found = cannot_tell(why, grain, points)
    equal = f"no signal: all {len(known)} {grain}s are equal"
    return replace(found, signal=equal) if _are_equal(known) else found


def _judged(
    points: pd.DataFrame,
    scale: Scale,
    baseline: Bools,
    grain: Grain,
    until: str,
    bounds: tuple[float, float],
) -> Behaviour:
    """The points with their limits and rules, and the signal."""
    y, own = scale.y, np.where(baseline, scale.y, nan)
    centre, natural = natural_limits(own, scale.centre)
    if not natural > 0:
        flat = f"neighbouring {grain}s of the baseline are equal"
        why = f"{flat}, so there is no variation to set limits by"
        return cannot_tell(why, grain, points)
    even = np.full(len(y), 1 / max(int(baseline.sum()), 1))
    weights = even if scale.weights is None else scale.weights
    ahead, known_to = later_limits(own, weights, centre, natural)
    half, off, on_it = np.where(baseline, natural, ahead), y - centre, ROUNDING * natural
    runs = run_lengths(np.sign(off) * (np.abs(off) > known_to + on_it))
    rule = np.where(np.abs(off) > half + on_it, BEYOND, np.where(runs >= RUN, ROW, ""))
    here = 0 * y  # limits stand where there is something to judge
    middle, low, high = (
        np.clip(scale.back(at + here), *bounds) for at in (centre, centre - half, centre + half)
    )
    frame = _blank(points).assign(
        centre=middle, lower=low, upper=high, is_baseline=baseline,
        rule=pd.array(rule.tolist(), "str"),
    )  # fmt: skip
    return Behaviour(
        scale.kind, grain, frame, signal(frame, off, runs, scale.kind, grain),
        notes(frame, scale.note, grain, until), autocorrelation(own),
    )  # fmt: skip

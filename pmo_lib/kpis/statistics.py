"""From observations to an estimate: one function for each statistic that a KPI may name.

Besides numerator, denominator and case_id some statistics read a column of their own:

================  ======================  ========================================================
statistic         column                  holds
================  ======================  ========================================================
survival_…        ended                   whether the duration in `numerator` has ended
tail_mean         magnitude               how large the counted case is
rate_difference   group                   "first" or "second": the rate of the first less the other
signed_mean       signed                  the value with its sign
importance_mean   importance              how much it matters
cost_drift        current, original       Σ current ÷ Σ original - 1
slip_share        slipped                 1 where the change is a slip, 0 where not
skill             segment                 the forecast, a colour; `numerator` is 1 where it went ill
quadrant_share    quadrant,               the segment's quadrant in words, and the share of
                  quadrant_share          resamples in which it lies there
================  ======================  ========================================================
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from pmo_lib.stats import estimate, means, quantiles, rates, ratios
from pmo_lib.stats.estimate import Estimate
from pmo_lib.stats.numbers import Floats
from pmo_lib.stats.skill import by_case_and_colour, skill
from pmo_lib.wording import Unit

Statistic = Literal[
    "rate", "clustered_rate", "rate_difference", "ratio", "bounded_ratio", "event_rate",
    "quotient", "max_ratio", "mean", "clustered_mean", "signed_mean", "importance_mean",
    "monthly_mean", "count", "geometric_mean", "cost_drift", "median", "clustered_median",
    "p80", "p95", "survival_median", "survival_p85", "tail_mean", "slip_share", "nps", "skill",
    "quadrant_share", "draws",
]  # fmt: skip

Estimator = Callable[[pd.DataFrame, float], Estimate]

CLUSTERED: frozenset[Statistic] = frozenset(
    {"clustered_rate", "rate_difference", "ratio", "bounded_ratio", "event_rate", "cost_drift",
     "clustered_mean", "signed_mean", "importance_mean", "clustered_median", "slip_share", "skill",
     "nps"}
)  # fmt: skip


def _values(units: pd.DataFrame) -> Floats:
    return (units["numerator"] / units["denominator"]).to_numpy()


def _rate(units: pd.DataFrame, level: float) -> Estimate:
    return rates.rate(int(units["numerator"].sum()), len(units), level)


def _by_case(
    method: Callable[[Floats, Floats, float], Estimate],
    above: str = "numerator",
    below: str = "denominator",
) -> Estimator:
    """A method on the sums of each independent case; n counts the units."""

    def estimate(units: pd.DataFrame, level: float) -> Estimate:
        over, under = units[above].to_numpy(dtype=float), units[below].to_numpy(dtype=float)
        known = ~(np.isnan(over) | np.isnan(under))
        # units of unknown case count as one, for nothing tells them apart
        cases, names = pd.factorize(units["case_id"].to_numpy()[known], use_na_sentinel=False)
        sums = [np.bincount(cases, x[known], len(names)).astype(float) for x in (over, under)]
        found = method(sums[0], sums[1], level)
        n, clusters = int(known.sum()), found.clusters or len(names)
        return _told(replace(found, n=n, clusters=clusters), len(units) - n)

    return estimate


def _mean_by_case(column: str = "") -> Estimator:
    """The mean of a column, or of numerator ÷ denominator, whose units come in cases."""
    method = _by_case(means.clustered_mean, "value", "one")
    return lambda units, level: method(
        units.assign(value=units[column] if column else _values(units), one=1.0), level
    )


def _told(found: Estimate, left_out: int) -> Estimate:
    """The estimate with a word on cases of several units, and on units that do not say."""
    said = [
        found.note,
        f"from {found.clusters:,} independent cases" if found.clusters < found.n else "",
        f"{left_out:,} of {found.n + left_out:,} left out of it, the data do not say"
        if left_out
        else "",
    ]
    return replace(found, note="; ".join(filter(None, said)))


def _rate_difference(units: pd.DataFrame, level: float) -> Estimate:
    rate = _by_case(rates.clustered_rate)
    first, second = (rate(units[units["group"] == name], level) for name in ("first", "second"))
    return rates.rate_difference(first, second)


def _slip_share(units: pd.DataFrame, level: float) -> Estimate:
    return _by_case(rates.clustered_rate, "slipped", "one")(units.assign(one=1.0), level)


def _monthly(units: pd.DataFrame, level: float) -> Estimate:
    """The mean of the months' counts; a count is never below 0, whatever the interval says."""
    found = means.mean(units.groupby("period")["numerator"].sum().to_numpy(), level)
    return replace(found, low=max(found.low, 0.0))  # in this order a missing end stays missing


def _count(units: pd.DataFrame, _level: float) -> Estimate:
    return Estimate(float(units["numerator"].sum()), np.nan, np.nan, len(units))


def _quotient(units: pd.DataFrame, _level: float) -> Estimate:
    above, below = float(units["numerator"].sum()), float(units["denominator"].sum())
    value = above / below if below > 0 else np.nan
    note = "no interval: sums of all there is, not a sample" if below > 0 else ""
    return Estimate(value, np.nan, np.nan, len(units), note)


def _max_ratio(units: pd.DataFrame, _level: float) -> Estimate:
    """The largest of the segments' Σ numerator ÷ Σ denominator."""
    names = units["segment"].fillna("(not named)")
    sums = units.groupby(names)[["numerator", "denominator"]].sum()
    unmet = sums[(sums["numerator"] > 0) & (sums["denominator"] <= 0)]
    if len(unmet):
        note = f"without limit: {' and '.join(unmet.index)} has nothing to be divided by"
        return Estimate(np.nan, np.nan, np.nan, len(units), note)
    loaded = sums[sums["denominator"] > 0]
    if loaded.empty:
        return Estimate(np.nan, np.nan, np.nan, len(units))
    shares = loaded["numerator"] / loaded["denominator"]
    note = f"{shares.idxmax()}; no interval: sums of all there is, not a sample"
    return Estimate(float(shares.max()), np.nan, np.nan, len(units), note)


def _overrun_mean(units: pd.DataFrame, level: float) -> Estimate:
    """Geometric mean of 1 + overrun, less 1."""
    if (_values(units) <= -1).any():
        return Estimate(np.nan, np.nan, np.nan, len(units), "some actual values are zero")
    return _less_1(means.geometric_mean(1 + _values(units), level))


def _cost_drift(units: pd.DataFrame, level: float) -> Estimate:
    return _less_1(_by_case(ratios.ratio_of_sums, "current", "original")(units, level))


def _less_1(found: Estimate) -> Estimate:
    return replace(found, value=found.value - 1, low=found.low - 1, high=found.high - 1)


def _tail_mean(units: pd.DataFrame, _level: float) -> Estimate:
    tail = units.loc[units["numerator"] == 1, "magnitude"].to_numpy()
    if not len(tail):
        return Estimate(np.nan, np.nan, np.nan, 0, "there is no case in the tail")
    note = "no interval: no method holds its promise in so heavy a tail"
    return Estimate(float(tail.mean()), np.nan, np.nan, len(tail), note)


def _quantile(p: float) -> Estimator:
    return lambda units, level: quantiles.quantile(_values(units), p, level)


def _clustered_median(units: pd.DataFrame, level: float) -> Estimate:
    cases, _ = pd.factorize(units["case_id"], use_na_sentinel=False)
    return quantiles.clustered_quantile(_values(units), cases, 0.5, level)


def _survival(p: float) -> Estimator:
    return lambda units, level: quantiles.survival_quantile(
        _values(units), units["ended"].to_numpy(dtype=bool), p, level
    )


def _nps(units: pd.DataFrame, level: float) -> Estimate:
    """Scores of one case are taken as one: how alike they are is not known."""
    scores, cases = units["numerator"], units["case_id"].nunique(dropna=False)
    weight = cases / max(len(units), 1)
    promoters, detractors = weight * (scores >= 9).sum(), weight * (scores <= 6).sum()
    found = rates.nps(cases, float(promoters), float(detractors), level)
    return _told(replace(found, n=len(units), clusters=cases), 0)


def _skill(units: pd.DataFrame, level: float) -> Estimate:
    cases, _ = pd.factorize(units["case_id"], use_na_sentinel=False)
    colours, _ = pd.factorize(units["segment"], sort=True, use_na_sentinel=False)
    return skill(*by_case_and_colour(cases, colours, units["numerator"].to_numpy()), level)


def _quadrant_share(units: pd.DataFrame, _level: float) -> Estimate:
    """How sure a segment's quadrant is; its words are the note."""
    places = units[["segment", "quadrant", "quadrant_share"]].drop_duplicates()
    if len(places) != 1:
        return Estimate(np.nan, np.nan, np.nan, len(units), "each part has a quadrant of its own")
    _, quadrant, share = places.iloc[0]
    return Estimate(float(share), np.nan, np.nan, len(units), str(quadrant))


def _draws(units: pd.DataFrame, level: float) -> Estimate:
    if units.empty:
        return estimate.NOTHING
    ends = (1 - level) / 2, 0.5, (1 + level) / 2
    low, value, high = (float(q) for q in np.quantile(units["numerator"].to_numpy(), ends))
    return Estimate(value, low, high, len(units))


ESTIMATORS: Mapping[Statistic, Estimator] = {
    "rate": _rate,
    "clustered_rate": _by_case(rates.clustered_rate),
    "rate_difference": _rate_difference,
    "ratio": _by_case(ratios.ratio_of_sums),
    "bounded_ratio": _by_case(ratios.bounded_ratio),
    "event_rate": _by_case(ratios.event_rate),
    "quotient": _quotient,
    "max_ratio": _max_ratio,
    "mean": lambda units, level: means.mean(_values(units), level),
    "clustered_mean": _mean_by_case(),
    "signed_mean": _mean_by_case("signed"),
    "importance_mean": _mean_by_case("importance"),
    "monthly_mean": _monthly,
    "count": _count,
    "geometric_mean": _overrun_mean,
    "cost_drift": _cost_drift,
    "median": _quantile(0.5),
    "clustered_median": _clustered_median,
    "p80": _quantile(0.8),
    "p95": _quantile(0.95),
    "survival_median": _survival(0.5),
    "survival_p85": _survival(0.85),
    "tail_mean": _tail_mean,
    "slip_share": _slip_share,
    "nps": _nps,
    "skill": _skill,
    "quadrant_share": _quadrant_share,
    "draws": _draws,
}

STATISTICS: dict[Statistic, str] = {
    "rate": "",
    "clustered_rate": "",
    "rate_difference": "",
    "ratio": "",
    "bounded_ratio": "",
    "event_rate": "",
    "quotient": "",
    "max_ratio": "",
    "mean": "mean",
    "clustered_mean": "mean",
    "signed_mean": "mean with its sign",
    "importance_mean": "importance, mean",
    "monthly_mean": "",
    "count": "",
    "geometric_mean": "geometric mean",
    "cost_drift": "cost, current against original",
    "median": "median",
    "clustered_median": "median",
    "p80": "P80 (4 in 5 are below)",
    "p95": "P95 (19 in 20 are below)",
    "survival_median": "median, open ones counted in",
    "survival_p85": "P85, open ones counted in",
    "tail_mean": "mean of those in the tail",
    "slip_share": "share of changes that are slips",
    "nps": "",
    "skill": "",
    "quadrant_share": "how sure its quadrant is",
    "draws": "median",
}

# of the statistics that are in a unit of their own, whatever the KPI's
UNITS: dict[Statistic, Unit] = {
    "slip_share": "share", "cost_drift": "share", "quadrant_share": "share",
}  # fmt: skip

# the word that a benchmark has for each of our statistics, or one that none has
STATISTIC_WORDS: dict[Statistic, str] = {
    "rate": "share", "clustered_rate": "share",
    "median": "median", "clustered_median": "median", "survival_median": "median",
    "draws": "median",
    "mean": "mean", "clustered_mean": "mean", "monthly_mean": "mean",
    "p80": "p80", "p95": "p95", "survival_p85": "p85",
    "ratio": "total", "bounded_ratio": "total", "quotient": "total", "cost_drift": "total",
    "nps": "index", "skill": "index", "count": "count",
    "event_rate": "rate of events", "rate_difference": "difference of shares",
    "max_ratio": "maximum", "geometric_mean": "geometric mean", "tail_mean": "mean of the tail",
    "signed_mean": "mean with its sign", "importance_mean": "mean importance",
    "slip_share": "share of slips", "quadrant_share": "share of resamples",
}  # fmt: skip

"""From observations to an estimate: the functions that the statistics are declared with.

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
nps               person (optional)       who gave the score
skill             segment                 the forecast, a colour; `numerator` is 1 where it went ill
quadrant_share    quadrant,               the segment's quadrant in words, and the share of
                  quadrant_share          resamples in which it lies there
================  ======================  ========================================================
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from pmo_lib.stats import estimate, means, quantiles, rates, ratios
from pmo_lib.stats.estimate import Estimate
from pmo_lib.stats.numbers import Floats
from pmo_lib.stats.skill import by_case_and_colour, skill
from pmo_lib.wording import counted

CARRIED_SHARE = 0.8  # of a sum: the few that carry it are counted

Method = Callable[[Floats, Floats, float], Estimate]


def values(units: pd.DataFrame) -> pd.Series:
    """Each unit's own value, numerator ÷ denominator."""
    return units["numerator"] / units["denominator"]


def month_totals(units: pd.DataFrame) -> pd.Series:
    """Σ numerators of each month."""
    return units.groupby("period")["numerator"].sum()


def rate(units: pd.DataFrame, level: float) -> Estimate:
    return rates.rate(int(units["numerator"].sum()), len(units), level)


def by_case(
    method: Method,
    units: pd.DataFrame,
    level: float,
    *,
    above: str = "numerator",
    below: str = "denominator",
) -> Estimate:
    """A method on the sums of each independent case; n counts the units."""
    over, under = units[above].to_numpy(dtype=float), units[below].to_numpy(dtype=float)
    return _of_cases(method, units, over, under, level)


def _of_cases(
    method: Method, units: pd.DataFrame, over: Floats, under: Floats, level: float
) -> Estimate:
    known = ~(np.isnan(over) | np.isnan(under))
    # units of unknown case count as one, for nothing tells them apart
    cases, names = pd.factorize(units["case_id"].to_numpy()[known], use_na_sentinel=False)
    sums = [np.bincount(cases, x[known], len(names)).astype(float) for x in (over, under)]
    found = method(sums[0], sums[1], level)
    n, clusters = int(known.sum()), found.clusters or len(names)
    return _told(replace(found, n=n, clusters=clusters), len(units) - n)


def mean(units: pd.DataFrame, level: float) -> Estimate:
    return means.mean(values(units).to_numpy(), level)


def mean_by_case(units: pd.DataFrame, level: float, *, column: str = "") -> Estimate:
    """The mean of a column, or of numerator ÷ denominator, whose units come in cases."""
    own = (units[column] if column else values(units)).to_numpy(dtype=float)
    return _of_cases(means.clustered_mean, units, own, np.ones(len(units)), level)


def _told(found: Estimate, left_out: int) -> Estimate:
    """The estimate with a note on clustered units and on missing ones."""
    said = [
        found.note,
        f"from {counted(found.clusters, 'independent case')}" if found.clusters < found.n else "",
        f"{left_out:,} of {found.n + left_out:,} left out of it, the data do not say"
        if left_out
        else "",
    ]
    return replace(found, note="; ".join(filter(None, said)))


def rate_difference(units: pd.DataFrame, level: float) -> Estimate:
    first, second = (
        by_case(rates.clustered_rate, units[units["group"] == name], level)
        for name in ("first", "second")
    )
    return rates.rate_difference(first, second)


def slip_share(units: pd.DataFrame, level: float) -> Estimate:
    """Slips ÷ changes; a month in which nothing moved is no change."""
    units = units[units["numerator"] != 0]
    if units.empty:
        return replace(estimate.NOTHING, note="nothing was moved")
    slipped = units["slipped"].to_numpy(dtype=float)
    return _of_cases(rates.clustered_rate, units, slipped, np.ones(len(units)), level)


def monthly_mean(units: pd.DataFrame, level: float) -> Estimate:
    """The mean of the months' counts; a count is never below 0, whatever the interval says."""
    found = means.mean(month_totals(units).to_numpy(), level)
    return replace(found, low=max(found.low, 0.0))  # in this order a missing end stays missing


def count(units: pd.DataFrame, _level: float) -> Estimate:
    return Estimate(float(units["numerator"].sum()), np.nan, np.nan, len(units))


def total(units: pd.DataFrame, _level: float, *, column: str = "numerator") -> Estimate:
    note = "no interval: a sum of all there is, not a sample"
    return Estimate(float(units[column].sum()), np.nan, np.nan, len(units), note)


def carriers(units: pd.DataFrame, _level: float) -> Estimate:
    """How few of the largest make `CARRIED_SHARE` of Σ numerator."""
    return _of_carriers(units, float(len(_carrying(units))))


def carried_total(units: pd.DataFrame, _level: float) -> Estimate:
    """Σ numerator of those `carriers`."""
    return _of_carriers(units, float(_carrying(units).sum()))


def _carrying(units: pd.DataFrame) -> pd.Series:
    """The largest numerators that make the share; none where all together are not above 0."""
    largest = units["numerator"].sort_values(ascending=False)
    whole = max(float(largest.sum()), 0.0)
    return largest[largest.cumsum().shift(fill_value=0.0) < CARRIED_SHARE * whole]


def _of_carriers(units: pd.DataFrame, value: float) -> Estimate:
    if not value:
        return Estimate(n=len(units), note="no few carry it: all together are not above zero")
    return Estimate(value, n=len(units), note="no interval: all there is, not a sample")


def relative_total(units: pd.DataFrame, level: float) -> Estimate:
    """Σ numerator ÷ Σ denominator, of what is above or below 0."""
    whole = units.assign(whole=units["numerator"] + units["denominator"])
    return _less_1(by_case(ratios.ratio_of_sums, whole, level, above="whole"))


def quotient(units: pd.DataFrame, _level: float) -> Estimate:
    above, below = float(units["numerator"].sum()), float(units["denominator"].sum())
    value = above / below if below > 0 else np.nan
    note = "no interval: sums of all there is, not a sample" if below > 0 else ""
    return Estimate(value, np.nan, np.nan, len(units), note)


def max_ratio(units: pd.DataFrame, _level: float) -> Estimate:
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


def geometric_mean(units: pd.DataFrame, level: float) -> Estimate:
    """Geometric mean of 1 + overrun, less 1."""
    overruns = values(units).to_numpy()
    if (overruns <= -1).any():
        return Estimate(np.nan, np.nan, np.nan, len(units), "some actual values are zero")
    return _less_1(means.geometric_mean(1 + overruns, level))


def cost_drift(units: pd.DataFrame, level: float) -> Estimate:
    return _less_1(by_case(ratios.ratio_of_sums, units, level, above="current", below="original"))


def _less_1(found: Estimate) -> Estimate:
    return replace(found, value=found.value - 1, low=found.low - 1, high=found.high - 1)


def tail_mean(units: pd.DataFrame, _level: float) -> Estimate:
    tail = units.loc[units["numerator"] == 1, "magnitude"].to_numpy()
    if not len(tail):
        return Estimate(np.nan, np.nan, np.nan, 0, "there is no case in the tail")
    note = "no interval: no method holds its promise in so heavy a tail"
    return Estimate(float(tail.mean()), np.nan, np.nan, len(tail), note)


def quantile(units: pd.DataFrame, level: float, *, p: float) -> Estimate:
    return quantiles.quantile(values(units).to_numpy(), p, level)


def clustered_median(units: pd.DataFrame, level: float) -> Estimate:
    cases, _ = pd.factorize(units["case_id"], use_na_sentinel=False)
    return quantiles.quantile(values(units).to_numpy(), 0.5, level, cases)


def survival_quantile(units: pd.DataFrame, level: float, *, p: float) -> Estimate:
    ended = units["ended"].to_numpy(dtype=bool)
    return quantiles.survival_quantile(values(units).to_numpy(), ended, p, level)


def nps(units: pd.DataFrame, level: float) -> Estimate:
    """Net promoter score of all scores, the interval of cases.

    Where `person` says who gave each, the longer of the intervals of cases and of persons.
    """
    net = net_of(units["numerator"].to_numpy(dtype=float))
    kinds = ["case_id", *(["person"] if "person" in units else [])]
    found = [_of_cases(rates.clustered_nps, units.assign(case_id=units[kind]), net,
                       np.ones(len(net)), level) for kind in kinds]  # fmt: skip
    widest = max(found, key=lambda each: each.high - each.low)
    return replace(widest, clusters=min(each.clusters for each in found))


def mean_nps(units: pd.DataFrame, level: float) -> Estimate:
    """The mean over cases of each one's own net promoter score."""
    net = net_of(units["numerator"].to_numpy(dtype=float))
    people = pd.Series(net).groupby(units["case_id"].to_numpy(), dropna=False)
    own = np.array(people.mean().tolist())
    found = rates.clustered_nps(own, np.ones(len(own)), level)
    return _told(replace(found, n=len(units)), 0)


def net_of(scores: Floats) -> Floats:
    """1 of a promoter (9–10), -1 of a detractor (0–6), else 0."""
    return (scores >= 9).astype("float64") - (scores <= 6)


def rating_skill(units: pd.DataFrame, level: float) -> Estimate:
    cases, _ = pd.factorize(units["case_id"], use_na_sentinel=False)
    colours, _ = pd.factorize(units["segment"], sort=True, use_na_sentinel=False)
    return skill(*by_case_and_colour(cases, colours, units["numerator"].to_numpy()), level)


def quadrant_share(units: pd.DataFrame, _level: float) -> Estimate:
    """How sure a segment's quadrant is; its words are the note."""
    places = units[["segment", "quadrant", "quadrant_share"]].drop_duplicates()
    if len(places) != 1:
        return Estimate(np.nan, np.nan, np.nan, len(units), "each part has a quadrant of its own")
    _, quadrant, share = places.iloc[0]
    return Estimate(float(share), np.nan, np.nan, len(units), str(quadrant))


def draws(units: pd.DataFrame, level: float) -> Estimate:
    """The median of joint draws; n is the projects that they rest on, where that is said."""
    if units.empty:
        return estimate.NOTHING
    ends = (1 - level) / 2, 0.5, (1 + level) / 2
    low, value, high = (float(q) for q in np.quantile(units["numerator"].to_numpy(), ends))
    n = int(units["projects"].iloc[0]) if "projects" in units else len(units)
    return Estimate(value, low, high, n)

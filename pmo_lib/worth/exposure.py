"""The exposure that effects act on: sums over projects and months, discounted to a base date."""

from math import log, nan

import numpy as np
import pandas as pd

from pmo_lib.months import month_end
from pmo_lib.stats.numbers import Floats
from pmo_lib.worth.assumptions import Assumptions

DAYS_A_YEAR = 365.25

BENEFIT_SUMS = ("cost", "schedule", "benefits", "schedule_cash", "benefits_cash")

COST_SUMS = ("months", "office", "former", "change")


def discount_factors(years: Floats, rate: float) -> Floats:
    """(1 + r)^-k; years may be fractions."""
    return np.power(1 + rate, -years)


def break_even_effect(pv_cost: float, pv_actual_cost: float) -> float:
    """τ* = -log(1 + PV(cost) ÷ Σ d × AC): at this effect on cost the PMO pays for itself.

    Missing where one of the two is not known, nothing was spent or the PMO costs less than 0.
    """
    if not (pv_actual_cost > 0 and pv_cost >= 0):
        return nan
    return -log(1 + pv_cost / pv_actual_cost)


def exposure(
    projects: pd.DataFrame,
    pmo_costs: pd.DataFrame | None,
    assumptions: Assumptions,
    base_date: pd.Timestamp,
) -> pd.DataFrame:
    """Σ d × each quantity by calendar year; a quantity that no row knows is missing throughout.

    Benefits side (cost, schedule, benefits, schedule_cash, benefits_cash): at the day a
    project was finished, of supported projects only. Cost side: months of all projects, at the
    middle of each; the office at each month's end, the former offices in the same months; change
    cost at the base date.
    """
    rate = assumptions.discount_rate
    supported = projects[projects["supported"].astype("bool")]
    days = projects["actual_days"].astype("float64")
    finished, half = projects["finished_on"], days / 2 / DAYS_A_YEAR
    at_middle = discount_factors(years_since(base_date, finished) - np.asarray(half), rate)
    months = pd.DataFrame({"months": days / (DAYS_A_YEAR / 12) * at_middle})
    middle = finished.dt.year + finished.dt.day_of_year / DAYS_A_YEAR - half
    sums = [
        _benefit_sums(supported, base_date, rate),
        _yearly(months, np.floor(middle)),
    ]
    if pmo_costs is not None and len(pmo_costs):
        paid = pmo_costs.groupby("period", as_index=False)["amount"].sum(min_count=1)
        ends = paid["period"].map(month_end)
        factors = _factors(ends, base_date, rate)
        amounts = paid["amount"].astype("float64") * factors
        former = (factors * assumptions.former_cost_a_year / 12).where(amounts.notna())
        sums.append(_yearly(pd.DataFrame({"office": amounts, "former": former}), ends.dt.year))
    change = {"change": assumptions.change_cost}
    sums.append(pd.DataFrame(change, index=[base_date.year], dtype="float64"))
    found = pd.concat(sums, axis=1).sort_index().reindex(columns=[*BENEFIT_SUMS, *COST_SUMS])
    found.index = found.index.astype("int64")
    known = found.notna().any().map({True: 1.0, False: nan})
    return found[found.fillna(0.0).ne(0).any(axis=1)].fillna(0.0) * known


def _benefit_sums(projects: pd.DataFrame, base_date: pd.Timestamp, rate: float) -> pd.DataFrame:
    finished = projects["finished_on"]
    factors = _factors(finished, base_date, rate)
    cost, days, a_year, planned, share = (
        projects[name].astype("float64")
        for name in (
            "actual_cost", "actual_days", "benefit_a_year", "planned_benefit",
            "cashable_benefit_share",
        )
    )  # fmt: skip
    delay = days * a_year / 365
    sums = (cost, delay, planned, delay * share, planned * share)
    return _yearly(
        pd.DataFrame({name: each * factors for name, each in zip(BENEFIT_SUMS, sums, strict=True)}),
        finished.dt.year,
    )


def _yearly(quantities: pd.DataFrame, years: pd.Series) -> pd.DataFrame:
    return quantities.groupby(years.rename(None)).sum(min_count=1)


def years_since(base_date: pd.Timestamp, dates: pd.Series) -> Floats:
    """Years since the base date, missing where there is no date."""
    return np.asarray((dates - base_date) / pd.Timedelta(days=DAYS_A_YEAR), dtype="float64")


def _factors(dates: pd.Series, base_date: pd.Timestamp, rate: float) -> pd.Series:
    return pd.Series(discount_factors(years_since(base_date, dates), rate), index=dates.index)

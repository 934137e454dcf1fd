"""The cost of the PMO up to the data date, and the break-even effect."""

from dataclasses import dataclass
from math import log, nan

import numpy as np
import pandas as pd

from pmo_lib.effect.adoption import under_pmo
from pmo_lib.effect.finding import Evidence
from pmo_lib.engine.view import View
from pmo_lib.facts.spend import recorded, why_unknown
from pmo_lib.months import month_end
from pmo_lib.worth.exposure import discount_factors, years_since


@dataclass(frozen=True)
class Costs:
    """The rows of pmo_costs up to the data date; None where `unknown` says why.

    ``base_date`` is the day that money is discounted to: the first cost or adoption.
    ``break_even`` is the effect on cost, a difference of logarithms, at which the PMO pays for
    itself.
    """

    base_date: pd.Timestamp
    table: pd.DataFrame | None = None
    unknown: str = ""
    break_even: float = nan


def costs(view: View, evidence: Evidence, rate: float) -> Costs:
    """The cost of the PMO, discounted at `rate` a year."""
    projects, adopted = evidence.projects, evidence.adopted.dates
    own = adopted[adopted.index.isin(projects["department"])]
    first = own.min() if len(own) else None
    unknown = why_unknown(view.tables, view.withheld, view.period, first)
    table = None if unknown else recorded(view.tables, view.period)
    days = [] if first is None else [first]
    if table is not None:
        days.append(pd.Timestamp(f"{table['period'].min()}-01"))
    base_date = min(days, default=view.data_date)
    if table is None:
        return Costs(base_date, None, unknown)
    under = projects[under_pmo(projects, adopted)]
    return Costs(base_date, table, "", break_even(under, table, base_date, rate))


def break_even(
    under: pd.DataFrame, pmo_costs: pd.DataFrame, base_date: pd.Timestamp, rate: float
) -> float:
    """τ* = -log(1 + Σ d × office ÷ Σ d × AC): at this effect on cost the PMO pays for itself.

    Of the projects that ended `under` the PMO, on the office's cost alone. Missing where nothing
    was spent or the PMO costs less than 0.
    """

    def discounted(amounts: pd.Series, paid_on: pd.Series) -> float:
        years = years_since(base_date, paid_on)
        return float(np.nansum(amounts.to_numpy("float64") * discount_factors(years, rate)))

    paid = discounted(pmo_costs["amount"].astype("float64"), pmo_costs["period"].map(month_end))
    ended = under[under["ended_on"].notna()]
    spent = discounted(ended["actual_cost"].astype("float64"), ended["ended_on"])
    return -log(1 + paid / spent) if spent > 0 and paid >= 0 else nan

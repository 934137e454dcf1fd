"""What the PMO cost, where that is known of every month."""

from collections.abc import Mapping

import pandas as pd

from pmo_lib.periods import month_range


def recorded(tables: Mapping[str, pd.DataFrame], period: str) -> pd.DataFrame:
    """The rows of pmo_costs up to the end of the period."""
    costs = tables["pmo_costs"]
    return costs[costs["period"] <= period]


def why_unknown(
    tables: Mapping[str, pd.DataFrame],
    withheld: Mapping[str, str],
    period: str,
    adopted_on: pd.Timestamp | None,
) -> str:
    """Why the cost of the PMO up to the end of the period is not known; empty where it is.

    A month without a row, from the first cost or adoption on, is a month of which nobody knows the
    cost, not one without any.
    """
    if "pmo_costs" not in tables:
        return "needs pmo_costs.csv"
    if "pmo_costs" in withheld:
        return withheld["pmo_costs"]
    costs = recorded(tables, period)
    if costs.empty or not costs["amount"].sum() > 0:
        return "pmo_costs.csv has no cost up to the data date"
    adopted = period if adopted_on is None else f"{adopted_on:%Y-%m}"
    first = min(adopted, str(costs["period"].min()))
    months = month_range(first, period)
    unknown = len(set(months) - set(costs.loc[costs["amount"].notna(), "period"]))
    return f"pmo_costs.csv lacks {unknown} of the {len(months)} months since {first}" * (
        unknown > 0
    )

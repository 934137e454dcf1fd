"""What projects and the office cost, month by month."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pmo_lib.months import month_number, month_range, months_of


def spend_by_month(projects: pd.DataFrame, status_reports: pd.DataFrame) -> pd.DataFrame:
    """The rise of each project's cumulative actual cost: project_id, period, spend, reported.

    Reports with a gap between them spread the rise evenly over its months; the first report
    spreads it from the month of the start. Without a start nobody knows when that was spent:
    the spend of the first report's month is missing. Before the month `reported`, that of the
    later report, nobody knew of the spend.
    """
    known = status_reports[status_reports["actual_cost"].notna()]
    known = known.sort_values(["project_id", "period", "rated_by"])
    # of two raters in one month the owner's
    known = known.drop_duplicates(["project_id", "period"], keep="last", ignore_index=True)
    month, of_project = month_number(known["period"]), known["project_id"]
    started = month_number(months_of(projects.set_index("project_id")["started_on"]))
    begun = pd.concat([of_project.map(started), month], axis=1).min(axis=1, skipna=False) - 1
    gap = month - month.groupby(of_project).shift().fillna(begun)
    cost = known["actual_cost"].astype("float64")
    rise = cost - cost.groupby(of_project).shift().fillna(0.0)
    months = gap.fillna(1).astype("int64")
    monthly = known[["project_id"]].assign(month=month, spend=rise / gap, reported=known["period"])
    monthly = monthly.loc[monthly.index.repeat(months)]
    back = monthly.groupby(level=0).cumcount()
    number = monthly["month"] - back
    period = number.map({each: _name(each) for each in number.unique()}).astype("str")
    columns = ["project_id", "period", "spend", "reported"]
    return monthly.assign(period=period)[columns].reset_index(drop=True)


def spend_of_year(monthly: pd.DataFrame, data_dates: pd.Series) -> pd.DataFrame:
    """The rows of `spend_by_month` in the 12 months to each data date, as reported by then."""
    dates = data_dates.drop_duplicates()
    now = month_number(months_of(dates)).to_numpy()[:, None]
    period, reported = (month_number(monthly[c]).to_numpy() for c in ("period", "reported"))
    at, rows = np.nonzero((reported <= now) & (period > now - 12))
    return monthly.take(rows).assign(data_date=dates.array[at])


def office_by_month(pmo_costs: pd.DataFrame, column: str, data_date: pd.Timestamp) -> pd.DataFrame:
    """The office's months from its first to the data date: period and the sum of `column`.

    The sum is missing where no row of the month has it.
    """
    past = pmo_costs[pmo_costs["period"] <= f"{data_date:%Y-%m}"]
    sums = past.groupby("period")[column].sum(min_count=1).astype("float64")
    months = month_range(past["period"].min(), f"{data_date:%Y-%m}") if len(past) else []
    return sums.reindex(pd.Index(months, name="period", dtype="str")).reset_index()


def _name(month: float) -> str:
    """The month of `month_number`, written 2026-09."""
    years, months = divmod(int(month) - 1, 12)
    return f"{years:04}-{months + 1:02}"


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
    if "pmo_costs" in withheld:
        return withheld["pmo_costs"]
    if "pmo_costs" not in tables:
        return "needs pmo_costs.csv"
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

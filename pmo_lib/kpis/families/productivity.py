"""Productivity and flow KPIs: throughput, work in progress, cycle time, ageing work."""

from math import nan

import pandas as pd

from pmo_lib.contract.settings import Settings
from pmo_lib.facts.as_of import Dates, at_each, month_ends_before
from pmo_lib.facts.portfolio import (
    comparable_cost,
    completed,
    current_baselines,
    in_flight,
    status_unknown,
)
from pmo_lib.kpis.kpi import flag, kpi, observations
from pmo_lib.months import month_range, months_of, shifted
from pmo_lib.stats.quantiles import survival_time


@kpi(
    id="P1", name="Throughput a month", family="productivity", unit="count", better="higher",
    statistic="monthly_mean", population="months", window="year",
    collective=True, needs=("projects.status", "projects.finished_on"),
)  # fmt: skip
def throughput(projects: pd.DataFrame, data_date: pd.Timestamp) -> pd.DataFrame:
    """Projects finished per month, mean of the last 12 months; months without any count as 0.

    A project of which it is not known when it finished, or whether, counts as missing. A
    department's months before its first date do not count.
    """
    period = f"{data_date:%Y-%m}"
    ended = completed(projects, data_date)
    known = ended["finished_on"].notna() & ended["status"].notna()
    done, unknown = ended[known], ended.loc[~known, ["department"]]
    counts = done.groupby(["department", months_of(done["finished_on"])]).size()
    grid = pd.MultiIndex.from_product(
        [projects["department"].unique(), month_range(shifted(period, -11), period)],
        names=["department", "period"],
    )
    months = counts.reindex(grid, fill_value=0).rename("finished").reset_index()
    begun = projects[["approved_on", "started_on", "finished_on"]].min(axis=1)
    first = months_of(begun.groupby(projects["department"]).min())
    months = months[months["period"] >= months["department"].map(first)]
    rows = pd.concat([months, unknown], ignore_index=True)
    return observations(
        rows, period=rows["period"], numerator=rows["finished"], case=rows["period"]
    )


@kpi(
    id="P2", name="Work in progress", family="productivity", unit="count", better="lower",
    statistic="count", population="projects in flight", needs=("projects.status",),
)  # fmt: skip
def work_in_progress(projects: pd.DataFrame, data_date: Dates) -> pd.DataFrame:
    """Projects started and not finished at the data date, those on hold included.

    Projects without a status, of which that is not known, count as missing.
    """
    known, unknown = in_flight(projects, data_date), status_unknown(projects, data_date)
    units = pd.concat([known.assign(open=1.0), unknown.assign(open=float("nan"))])
    return observations(units, numerator=units["open"])


@kpi(
    id="P3", name="Cycle time", family="productivity", unit="days", better="lower",
    statistic="survival_median", also=("survival_p85",), population="started projects",
    needs=("projects.status", "projects.started_on", "projects.finished_on"),
)  # fmt: skip
def cycle_time(projects: pd.DataFrame, data_date: Dates) -> pd.DataFrame:
    """Days from start to finish, Kaplan–Meier median and P85; open projects are censored.

    All projects started up to the data date count. A cancelled project is censored on the day
    it was cancelled, an open one at the data date.
    """
    known = projects["started_on"].notna() | projects["status"].isin(["active", "completed"])
    started = at_each(projects[known], data_date)
    started = started[~(started["started_on"] > started["data_date"])]
    now = started["data_date"]
    finish = started["finished_on"].where(started["finished_on"] <= now)
    ended = (started["status"] == "completed") & finish.notna()
    # completed or cancelled, nobody knows when: neither an end nor a censoring date
    undated = started["status"].isin(["completed", "cancelled"]) & started["finished_on"].isna()
    last_seen = finish.fillna(now).where(started["status"].notna() & ~undated)
    return observations(
        started,
        numerator=(last_seen - started["started_on"]).dt.days,
        ended=ended,
    )


@kpi(
    id="P4", name="Stuck work", family="productivity", unit="share", better="lower",
    statistic="rate", population="projects in flight",
    collective=True, needs=("projects.status", "projects.started_on", "projects.finished_on"),
)  # fmt: skip
def stuck_work(projects: pd.DataFrame, data_date: Dates, settings: Settings) -> pd.DataFrame:
    """Projects in flight for longer than the P85 of P3 ÷ projects in flight.

    The P85 is the department's own, so that none is judged by the pace of others. Where it is
    not reached, or rests on too few projects to be shown, the department's are left out.
    """
    key = ["department", "data_date"]
    times = cycle_time(projects=projects, data_date=data_date).dropna(subset=["numerator"])
    days, ended = times["numerator"].to_numpy(), times["ended"].to_numpy(dtype=bool)
    p85_days = {
        group: survival_time(days[own], ended[own], 0.85)
        for group, own in times.groupby(key).indices.items()
        if len(own) >= settings.disclosure.too_few
    }
    known, unknown = in_flight(projects, data_date), status_unknown(projects, data_date)
    units = pd.concat([known.assign(known=True), unknown.assign(known=False)])
    age_days = (units["data_date"] - units["started_on"]).dt.days
    limit_days = pd.Series(
        [p85_days.get(group, nan) for group in units[key].itertuples(index=False, name=None)],
        index=units.index, dtype="float64",
    )  # fmt: skip
    stuck = flag(age_days > limit_days, units["known"] & age_days.notna() & limit_days.notna())
    return observations(units, numerator=stuck)


@kpi(
    id="P5", name="Little's-law consistency",
    plain="balance of work, throughput and cycle time",
    family="productivity", unit="ratio", better="near",
    near=(0.8, 1.25), statistic="quotient", population="projects open in the last 12 months",
    needs=("projects.status", "projects.started_on", "projects.finished_on"),
)  # fmt: skip
def littles_law(projects: pd.DataFrame, data_date: Dates) -> pd.DataFrame:
    """Mean work in progress ÷ (mean throughput × mean cycle time), last 12 months.

    Over T days in which N projects leave, the mean work in progress is Σ days open ÷ T, the mean
    throughput N ÷ T and the mean cycle time Σ days of the N ÷ N. T and N cancel: what remains is
    Σ days open in the 12 months ÷ Σ days, start to finish, of those that left in them. A
    cancelled project was in progress and leaves like any other, or the two could not agree.
    """
    begun = projects["started_on"].notna() | projects["status"].isin(
        ["active", "on_hold", "completed"]
    )
    seen = at_each(projects[begun & (projects["status"] != "proposed")], data_date)
    since = month_ends_before(seen["data_date"], 12)
    gone = seen["finished_on"] <= since
    units = seen[~gone & ~(seen["started_on"] > seen["data_date"])]
    now = units["data_date"]
    left = units["finished_on"] <= now
    goes_on = units["status"].isin(["active", "on_hold"]) | (units["finished_on"] > now)
    last_day = units["finished_on"].where(left, now).where(left | goes_on)
    first_day = units["started_on"].mask(units["started_on"] < since[units.index], since)
    open_days = (last_day - first_day).dt.days
    cycle_days = (units["finished_on"] - units["started_on"]).dt.days
    return observations(
        units,
        numerator=open_days,
        denominator=cycle_days.where(left, 0),
    )


@kpi(
    id="P12", name="Approved cost in flight", family="productivity", unit="money",
    better="context", statistic="total", population="projects in flight",
    needs=("projects.status", "baselines.cost"), uses=("baselines.approved_on",),
)  # fmt: skip
def approved_cost_in_flight(
    projects: pd.DataFrame, baselines: pd.DataFrame, data_date: Dates, settings: Settings
) -> pd.DataFrame:
    """Σ cost of the baselines in force of projects in flight, constant prices."""
    known = in_flight(projects, data_date)
    cost = comparable_cost(current_baselines(known, baselines), settings.price_base)
    return observations(known, numerator=cost.astype("float64"))

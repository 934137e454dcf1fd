"""Productivity and flow KPIs: throughput, work in progress, cycle time."""

import pandas as pd

from pmo_lib.kpi import kpi, observations
from pmo_lib.periods import month_range, months_of, shifted
from pmo_lib.portfolio import completed, in_flight, status_unknown


@kpi(
    id="P1", name="Throughput a month", family="productivity", unit="count", better="higher",
    statistic="monthly_mean", population="months", window="year",
    needs=("projects.status", "projects.finished_on"),
)  # fmt: skip
def throughput(projects: pd.DataFrame, data_date: pd.Timestamp) -> pd.DataFrame:
    """Projects finished per month, mean of the last 12 months; months without any count as 0.

    A project of which it is not known when it finished, or whether, is told as left out. A
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
def work_in_progress(projects: pd.DataFrame, data_date: pd.Timestamp) -> pd.DataFrame:
    """Projects started and not finished at the data date, those on hold included.

    Projects without a status, of which that is not known, are told as left out.
    """
    known, unknown = in_flight(projects, data_date), status_unknown(projects, data_date)
    units = pd.concat([known.assign(open=1.0), unknown.assign(open=float("nan"))])
    return observations(units, period=f"{data_date:%Y-%m}", numerator=units["open"])


@kpi(
    id="P3", name="Cycle time", family="productivity", unit="days", better="lower",
    statistic="survival_median", also=("survival_p85",), population="started projects",
    needs=("projects.status", "projects.started_on", "projects.finished_on"),
)  # fmt: skip
def cycle_time(projects: pd.DataFrame, data_date: pd.Timestamp) -> pd.DataFrame:
    """Days from start to finish, Kaplan–Meier median and P85; open projects are censored.

    All projects started up to the data date count. A cancelled project is censored on the day
    it was cancelled, an open one at the data date.
    """
    known = projects["started_on"].notna() | projects["status"].isin(["active", "completed"])
    started = projects[known & ~(projects["started_on"] > data_date)]
    finish = started["finished_on"].where(started["finished_on"] <= data_date)
    ended = (started["status"] == "completed") & finish.notna()
    # completed or cancelled, nobody knows when: neither an end nor a censoring date
    undated = started["status"].isin(["completed", "cancelled"]) & started["finished_on"].isna()
    last_seen = finish.fillna(data_date).where(started["status"].notna() & ~undated)
    return observations(
        started,
        period=f"{data_date:%Y-%m}",
        numerator=(last_seen - started["started_on"]).dt.days,
        ended=ended,
    )

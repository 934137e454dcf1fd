"""Service KPIs: satisfaction, uptake, leakage and service levels of the PMO's services."""

import pandas as pd

from pmo_lib.contract.tables import TABLES
from pmo_lib.facts.as_of import Dates, at_each, month_ends_before
from pmo_lib.facts.customers import occasions, service_names
from pmo_lib.kpis.kpi import flag, kpi, observations
from pmo_lib.months import months_of

SATISFIED = 4  # of 5
PMO = "pmo"
MOST_DAYS = 36_525  # a promise of more than a hundred years is due on no day a calendar holds
OTHER_CHANNELS = [name for name in TABLES["service_requests"]["channel"].allowed if name != PMO]


@kpi(
    id="R4", name="Service satisfaction", family="role", unit="share", better="higher",
    statistic="rate", population="requests served by the PMO", window="year", segment="service",
    needs=("service_requests.satisfaction", "service_requests.closed_on"), in_lots=True,
)  # fmt: skip
def service_satisfaction(
    service_requests: pd.DataFrame,
    data_date: pd.Timestamp,
    services: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Requests scored 4 or 5 ÷ requests scored, served by the PMO and closed in the last 12 months.

    A request without a score says nothing of satisfaction: it counts as missing. Scores are shown
    in lots: of each figure new ones wait, and old ones stay, until there are as many as may be
    shown together, so that no two months' figures give a single one away.
    """
    served = _served_by_pmo(service_requests, data_date)
    closed = served[served["closed_on"] <= data_date]
    score = closed["satisfaction"].astype("float64")
    return observations(
        closed,
        period=months_of(closed["closed_on"]),
        numerator=flag(score >= SATISFIED, score.notna()),
        case="request_id",
        segment=service_names(closed["service_id"], services),
    )


@kpi(
    id="R6", name="Service uptake", family="role", unit="share", better="higher",
    statistic="clustered_rate", population="services rolled out to a department",
    needs=("rollouts.adopted_on",), segment="service",
)  # fmt: skip
def service_uptake(
    service_requests: pd.DataFrame,
    rollouts: pd.DataFrame,
    data_date: Dates,
    services: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Services used ÷ services rolled out, each department's on its own.

    Rolled out by the data date; used when the department came to the PMO for it at least once in
    the last 12 months. A service rolled out later than that had less time to be used.
    """
    key = ["service_id", "department"]
    seen = at_each(rollouts.groupby(key, as_index=False)[["adopted_on"]].min(), data_date)
    seen = seen[seen["adopted_on"] <= seen["data_date"]].astype({"data_date": "datetime64[us]"})
    to_pmo = service_requests[service_requests["channel"] == PMO][[*key, "opened_on"]]
    to_pmo = to_pmo.dropna().astype({"opened_on": "datetime64[us]"}).sort_values("opened_on")
    rolled_out = pd.merge_asof(
        seen, to_pmo, left_on="data_date", right_on="opened_on", by=key
    )  # each with the last time that the department came for it
    used = rolled_out["opened_on"] > month_ends_before(rolled_out["data_date"], 12)
    return observations(
        rolled_out,
        numerator=used.astype("float64"),
        case="department",
        segment=service_names(rolled_out["service_id"], services),
    )


@kpi(
    id="R8", name="Customer leakage", plain="needs met elsewhere",
    family="role", unit="share", better="lower",
    statistic="rate", population="occasions", window="year", segment="channel",
    needs=("service_requests.channel",),
)  # fmt: skip
def customer_leakage(service_requests: pd.DataFrame, data_date: pd.Timestamp) -> pd.DataFrame:
    """Occasions served by another channel than the PMO ÷ occasions of the last 12 months.

    An occasion belongs to the month in which the service was needed. Each channel's part is its
    share of all occasions, so that the parts add up to the whole.
    """
    columns = ["request_id", "department", "opened_on", "channel"]
    needed = occasions(service_requests, data_date)[columns]
    parts = [needed.assign(elsewhere=needed["channel"] != PMO, pooled=True)]
    parts += [
        needed.assign(elsewhere=needed["channel"] == name, segment=name.replace("_", " "))
        for name in OTHER_CHANNELS
    ]
    units = pd.concat(parts, ignore_index=True)
    return observations(
        units,
        period=months_of(units["opened_on"]),
        numerator=flag(units["elsewhere"], units["channel"].notna()),
        case="request_id",
        segment=units["segment"],
        pooled=units["pooled"].notna(),
    )


@kpi(
    id="R9", name="Service-level attainment", family="role", unit="share", better="higher",
    statistic="rate", population="requests to the PMO that were due", window="year",
    segment="service", needs=("service_requests.closed_on",),
    uses=("services.sla_days", "service_requests.due_on"),
)  # fmt: skip
def service_level_attainment(
    service_requests: pd.DataFrame,
    data_date: pd.Timestamp,
    services: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Requests to the PMO closed by their due date ÷ closed or overdue, due in the last 12 months.

    Due is the day promised for the request; without one the day it was made and the days that the
    service promises. Still open on its due day is late. A request that is not due yet does not
    count although it may be closed: else the quick would be counted before the slow.
    """
    asked = _served_by_pmo(service_requests, data_date)
    due = asked["due_on"].fillna(asked["opened_on"] + _promised(asked["service_id"], services))
    asked = asked.assign(due=due)[~(due > data_date)]
    on_time = flag(asked["closed_on"] <= asked["due"], asked["due"].notna())
    return observations(
        asked,
        period=months_of(asked["due"].fillna(asked["opened_on"])),
        numerator=on_time,
        case="request_id",
        segment=service_names(asked["service_id"], services),
    )


def _served_by_pmo(service_requests: pd.DataFrame, data_date: pd.Timestamp) -> pd.DataFrame:
    needed = occasions(service_requests, data_date)
    return needed[needed["channel"] == PMO]


def _promised(service_ids: pd.Series, services: pd.DataFrame | None) -> pd.Series:
    """The time in which the service promises to serve a request; missing where it does not."""
    if services is None or "sla_days" not in services:
        return pd.Series(pd.NaT, index=service_ids.index, dtype="timedelta64[us]")
    days = services.drop_duplicates("service_id").set_index("service_id")["sla_days"]
    return pd.to_timedelta(service_ids.map(days).clip(upper=MOST_DAYS), unit="D")

"""Customers of the PMO's services: which services they have, use, or get elsewhere."""

import pandas as pd

from pmo_lib.months import month_end, shifted

USED, NOT_USED, NOT_ROLLED_OUT = "used", "not used", "not rolled out"
COLUMNS = ["service", "department", "rolled_out_on", "by_pmo", "elsewhere", "state"]


def service_names(service_ids: pd.Series, services: pd.DataFrame | None) -> pd.Series:
    """Each service's name; its id where it has none or another bears the same name."""
    if services is None:
        return service_ids
    names = services.drop_duplicates("service_id").set_index("service_id")["name"]
    names = names[~names.duplicated(keep=False)]
    found: pd.Series = service_ids.map(names).astype("str").fillna(service_ids)
    return found


def occasions(service_requests: pd.DataFrame, data_date: pd.Timestamp) -> pd.DataFrame:
    """The occasions on which a customer needed a service, up to the data date."""
    return service_requests[service_requests["opened_on"] <= data_date]


def uptake(
    service_requests: pd.DataFrame,
    rollouts: pd.DataFrame,
    services: pd.DataFrame | None,
    period: str,
) -> pd.DataFrame:
    """Service by service and department by department: rolled out, used, needed elsewhere.

    One row for each that was rolled out by the end of `period` or needed in the 12 months to it,
    with the occasions of these months that the PMO and that others served. *Used* is a service
    that was rolled out to the department and for which it came to the PMO at least once in these
    months; occasions the PMO has yet to close count.
    """
    data_date, since = month_end(period), month_end(shifted(period, -12))
    needed = occasions(service_requests, data_date)
    needed = needed[needed["opened_on"] > since]
    by_pmo = needed["channel"] == "pmo"
    needed = needed.assign(by_pmo=by_pmo, elsewhere=needed["channel"].notna() & ~by_pmo)
    adopted = rollouts[rollouts["adopted_on"] <= data_date]
    rows = pd.concat([adopted, needed], ignore_index=True)
    table = rows.groupby(["department", "service_id"], as_index=False).agg(
        rolled_out_on=("adopted_on", "min"),
        by_pmo=("by_pmo", "sum"),
        elsewhere=("elsewhere", "sum"),
    )
    table = table.astype({"by_pmo": "int64", "elsewhere": "int64"})
    state = pd.Series(NOT_USED, index=table.index, dtype="str").mask(table["by_pmo"] > 0, USED)
    state = state.mask(table["rolled_out_on"].isna(), NOT_ROLLED_OUT)
    table = table.assign(state=state, service=service_names(table["service_id"], services))
    return table.sort_values(["service_id", "department"], ignore_index=True)[COLUMNS]

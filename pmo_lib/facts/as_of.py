"""Tables as they stood at one data date, or at each of many: rows with a column data_date.

A KPI whose parameter data_date is of type `Dates` can be asked of many months' ends at once.
"""

import numpy as np
import pandas as pd

from pmo_lib.months import month_number, months_of

Dates = pd.Timestamp | pd.DatetimeIndex


def at_each(table: pd.DataFrame, data_date: Dates) -> pd.DataFrame:
    """The whole table at every data date, one after the other."""
    if isinstance(data_date, pd.Timestamp):
        return table.assign(data_date=data_date)
    rows = np.tile(np.arange(len(table)), len(data_date))
    many = table.take(rows).reset_index(drop=True)
    return many.assign(data_date=data_date.repeat(len(table)))


def with_facts(seen: pd.DataFrame, facts: pd.DataFrame, key: str = "project_id") -> pd.DataFrame:
    """Every fact beside each row of `seen` with its key, whose number, from 0, is `row`.

    By data date, and within one in the order of the facts.
    """
    pairs = facts.merge(seen.assign(row=np.arange(len(seen))), on=key)
    return pairs.sort_values("data_date", kind="stable", ignore_index=True)


def last_known(
    seen: pd.DataFrame,
    facts: pd.DataFrame,
    columns: list[str],
    *,
    key: str = "project_id",
    within: int | None = None,
) -> pd.DataFrame:
    """These columns of the last of the facts, sorted by key and period, up to each data date.

    Missing where there is none, or where `within` is given none in so many months.
    """
    codes, names = pd.factorize(facts[key])
    months = month_number(facts["period"]).to_numpy()
    wanted = pd.Index(names).get_indexer(pd.Index(seen[key]))
    now = month_number(months_of(seen["data_date"])).to_numpy()
    span = 1 + max(months.max(initial=0), now.max(initial=0))
    at = np.searchsorted(codes * span + months, wanted * span + now, side="right") - 1
    # before the first fact `at` is -1, which is what is put in after the last
    found = np.append(codes, -2)[at] == wanted
    if within is not None:
        found &= np.append(months, np.nan)[at] > now - within
    at = np.where(found, at, -1)
    return pd.DataFrame(
        {name: facts[name].array.take(at, allow_fill=True) for name in columns}, index=seen.index
    )


def month_ends_before(dates: pd.Series, months: int) -> pd.Series:
    """The end of the month so many months before each date's."""
    earlier = dates.to_numpy().astype("datetime64[M]") - (months - 1)
    days = earlier.astype("datetime64[D]") - 1
    return pd.Series(days.astype("datetime64[us]"), index=dates.index)

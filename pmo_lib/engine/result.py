"""What the engine says of one KPI for one department and period."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from math import nan
from typing import Literal

import pandas as pd

from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.statistics import Statistic

ResultState = Literal["measured", "too few", "undefined", "not measured", "withheld"]
STATES: dict[ResultState, str] = {
    "measured": "has a value",
    "too few": "rests on too few observations to be shown",
    "undefined": "has nothing to be computed on in this period",
    "not measured": "needs data that are not there",
    "withheld": "needs a table with too many rejected rows",
}
ORGANISATION = "All departments"


@dataclass(frozen=True)
class KpiResult:
    """One statistic of a KPI: value, interval, n, and its state with the reason in words.

    Only a *measured* result has a value. ``segment`` is the part it is of, empty for the whole.
    ``n`` counts the units it rests on, ``cases`` the independent ones among them, ``missing`` those
    left out because the data do not say.
    What follows ``missing`` stays empty where nothing was compared: the ``baseline``'s value, the
    ``change`` from it with its interval and the smallest change these data would show
    (``detectable``), the ``target`` with the ``p_value`` of being no worse than it (without a
    target: than the baseline), the ``flag`` (red, amber, green, grey), the ``signal`` of the
    process-behaviour chart, and what the comparisons want to have said (``compared``).
    """

    kpi_id: str
    department: str
    period: str
    statistic: Statistic
    segment: str = ""
    value: float = nan
    low: float = nan
    high: float = nan
    n: int = 0
    missing: int = 0
    cases: int = 0
    baseline: float = nan
    change: float = nan
    change_low: float = nan
    change_high: float = nan
    detectable: float = nan
    target: float = nan
    p_value: float = nan
    flag: str = ""
    signal: str = ""
    compared: str = ""
    benchmark: str = ""
    state: ResultState = "not measured"
    reason: str = ""

    @property
    def is_measured(self) -> bool:
        return self.state == "measured"


def tidy(results: Iterable[KpiResult]) -> pd.DataFrame:
    """One row per result, the columns in the order of the fields, typed."""
    types = {"float": "float64", "int": "Int64"}
    columns = {field.name: types.get(str(getattr(field.type, "__name__", "")), "str")
               for field in fields(KpiResult)}  # fmt: skip
    rows = [vars(result) | {"statistic": result.statistic.id} for result in results]
    frame = pd.DataFrame(rows, columns=list(columns)).astype(columns)
    counts = ["n", "missing", "cases"]  # how few are too few is not told either
    frame[counts] = frame[counts].mask(frame["state"] == "too few")
    return frame


def is_headline(result: KpiResult) -> bool:
    """Whether a result is its KPI's own statistic of the whole."""
    return result.statistic == CATALOGUE[result.kpi_id].statistic and not result.segment

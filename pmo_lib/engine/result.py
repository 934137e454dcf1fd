"""What the engine says of one KPI for one department and period."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import nan
from typing import Literal

import numpy as np
import pandas as pd

from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.statistics import Statistic
from pmo_lib.stats.estimate import NOTHING, Estimate

ResultState = Literal["measured", "too few", "undefined", "not measured", "withheld", "failed"]
STATES: dict[ResultState, str] = {
    "measured": "has a value",
    "too few": "rests on too few observations to be shown",
    "undefined": "has nothing to be computed on in this period",
    "not measured": "needs data that are not there",
    "withheld": "needs a table with too many rejected rows",
    "failed": "its function raised an error",
}
ThanBefore = Literal["", "better", "worse", "no clear change", "cannot be compared"]
AgainstTarget = Literal["", "kept", "not kept", "cannot tell yet", "no target set"]
ORGANISATION = "All departments"
COLUMNS = {
    "kpi_id": "str", "department": "str", "period": "str", "statistic": "str", "segment": "str",
    "value": "float64", "low": "float64", "high": "float64",
    "n": "Int64", "missing": "Int64", "cases": "Int64",
    "baseline": "float64", "change": "float64", "change_low": "float64", "change_high": "float64",
    "detectable": "float64", "p_value": "float64",
    "target_low": "float64", "target_high": "float64", "target_p_value": "float64",
    "than_before": "str", "against_target": "str", "signal": "str",
    "compared": "str", "state": "str", "reason": "str",
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """Now less the baseline, in the KPI's own unit; missing ends where no method gives any.

    ``detectable`` is the minimum detectable change, ``p_value`` that of no change; ``cases`` are
    the independent ones of the period that has fewer.
    """

    value: float = nan
    low: float = nan
    high: float = nan
    detectable: float = nan
    p_value: float = nan
    cases: int = 0


@dataclass(frozen=True)
class Target:
    """The range that a KPI should be in, an open end missing: at least ``low``, at most ``high``.

    ``p_value`` is that of lying on the nearest end of it.
    """

    low: float = nan
    high: float = nan
    p_value: float = nan


@dataclass(frozen=True)
class KpiResult:
    """One statistic of a KPI: its estimate, and its state with the reason in words.

    Only a *measured* result has a value. ``segment`` is the part it is of, empty for the whole;
    ``missing`` counts the units left out because the data do not say.
    What follows ``missing`` stays empty where nothing was compared: the ``baseline``'s value, the
    ``change`` from it, the ``target``, the answers to two questions (``than_before`` and
    ``against_target``; empty where a KPI is for context only), the ``signal`` of the
    process-behaviour chart, and notes on the comparison (``compared``).
    """

    kpi_id: str
    department: str
    period: str
    statistic: Statistic
    segment: str = ""
    estimate: Estimate = NOTHING
    missing: int = 0
    baseline: float = nan
    change: Change = Change()
    target: Target = Target()
    than_before: ThanBefore = ""
    against_target: AgainstTarget = ""
    signal: str = ""
    compared: str = ""
    state: ResultState = "not measured"
    reason: str = ""

    @property
    def is_measured(self) -> bool:
        return self.state == "measured"

    @property
    def value(self) -> float:
        return self.estimate.value

    @property
    def low(self) -> float:
        return self.estimate.low

    @property
    def high(self) -> float:
        return self.estimate.high

    @property
    def n(self) -> int:
        """How many units it rests on."""
        return self.estimate.n

    @property
    def cases(self) -> int:
        """How many independent cases these are."""
        return self.estimate.cases


def tidy(results: Iterable[KpiResult]) -> pd.DataFrame:
    """One row per result with `COLUMNS`, typed."""
    rows = [
        (
            r.kpi_id, r.department, r.period, r.statistic.id, r.segment,
            r.value, r.low, r.high, r.n, r.missing, r.cases,
            r.baseline, r.change.value, r.change.low, r.change.high, r.change.detectable,
            r.change.p_value, r.target.low, r.target.high, r.target.p_value,
            r.than_before, r.against_target, r.signal, r.compared, r.state, r.reason,
        )
        for r in results
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
    counts = ["n", "missing", "cases"]  # nor is disclosed how few are too few
    frame[counts] = frame[counts].mask(frame["state"] == "too few")
    return frame


def is_headline(result: KpiResult) -> bool:
    """Whether a result is its KPI's own statistic of the whole."""
    return result.statistic == CATALOGUE[result.kpi_id].statistic and not result.segment


def of_subject(units: pd.DataFrame, department: str) -> pd.DataFrame:
    """The units of a department; all of them for the organisation, which is no department."""
    if department in {"", ORGANISATION}:
        return units
    return units[units["department"] == department]


def by_subject(units: pd.DataFrame, departments: Iterable[str]) -> dict[str, pd.DataFrame]:
    """The units of several departments, cut in one pass; all of them for the organisation.

    Text is given as plain objects, which are quicker to cut and to number than Arrow's.
    """
    text = [name for name, kind in units.dtypes.items() if kind == "str"]
    plain = units.astype(dict.fromkeys(text, "object"))
    at = plain.groupby("department", sort=False).indices
    none = np.array([], dtype="int64")
    return {
        name: plain if name in {"", ORGANISATION} else plain.take(np.asarray(at.get(name, none)))
        for name in departments
    }

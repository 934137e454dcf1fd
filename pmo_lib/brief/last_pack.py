"""What the last pack of an earlier month said: its results and its asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from pmo_lib.brief.ask import Ask
from pmo_lib.engine.result import KpiResult


@dataclass(frozen=True)
class LastPack:
    """The results of the pack of the ``period`` before, its asks, the ids shown by subject,
    and the verdict on each promise by its statement_id.
    """

    period: str
    kpis: pd.DataFrame
    asks: tuple[Ask, ...] = ()
    shown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    promises: Mapping[str, str] = field(default_factory=dict)

    def value(self, result: KpiResult) -> float:
        """The same figure as it was then; missing where it had no value."""
        return self._values.get(_key(result), float("nan"))

    def said(self, result: KpiResult, column: str) -> str:
        """A word of the same headline then, empty where it had none."""
        rows = self.kpis
        own = rows[
            (rows["kpi_id"] == result.kpi_id)
            & (rows["department"] == result.department)
            & (rows["statistic"] == result.statistic.id)
            & (rows["segment"] == result.segment)
        ]
        return "" if own.empty or column not in own else str(own[column].iloc[0])

    @property
    def _values(self) -> dict[tuple[str, str, str, str], float]:
        key = ["kpi_id", "department", "statistic", "segment"]
        rows = self.kpis[self.kpis["state"] == "measured"]
        return {tuple(k): v for *k, v in rows[[*key, "value"]].itertuples(index=False, name=None)}


def _key(result: KpiResult) -> tuple[str, str, str, str]:
    return (result.kpi_id, result.department, result.statistic.id, result.segment)

"""What the last pack of an earlier month said: its results and its asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from pmo_lib.brief.ask import Ask
from pmo_lib.engine.result import KpiResult

KEY = ("kpi_id", "department", "statistic", "segment")


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
        row = self._rows.get(_key(result), {})
        return float(row["value"]) if row.get("state") == "measured" else float("nan")

    def said(self, result: KpiResult, column: str) -> str:
        """A word of the same figure then, empty where it had none."""
        return str(self._rows.get(_key(result), {}).get(column, ""))

    @cached_property
    def _rows(self) -> dict[tuple[str, ...], dict[str, Any]]:
        rows = self.kpis.to_dict("records")
        return {
            tuple(row[name] for name in KEY): {str(k): v for k, v in row.items()} for row in rows
        }


def _key(result: KpiResult) -> tuple[str, ...]:
    return (result.kpi_id, result.department, result.statistic.id, result.segment)

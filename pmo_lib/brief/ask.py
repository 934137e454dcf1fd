"""An ask: what is to be decided or done, by whom, by when, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from math import nan
from typing import Any, Self

import pandas as pd
from cattrs import BaseValidationError

from pmo_lib.archive import Archive, restored
from pmo_lib.engine.result import ORGANISATION, KpiResult


@dataclass(frozen=True)
class Figure:
    """The figure that an ask rests on: of a KPI, or a segment of it, from low to high."""

    kpi_id: str = ""
    segment: str = ""
    value: float = nan
    low: float = nan
    high: float = nan

    @classmethod
    def of(cls, result: KpiResult | None) -> Self:
        """A measured result's; none without one."""
        if result is None:
            return cls()
        return cls(result.kpi_id, result.segment, result.value, result.low, result.high)


@dataclass(frozen=True)
class Ask:
    """One ask; its ``id`` is the rule's and of what it is on, the same from month to month.

    ``money`` and ``customers`` are at stake; ``by`` is the day it is due, ``first_asked`` the month
    in which it was first made.
    """

    id: str
    department: str
    what: str
    who: str
    why: str
    by: str = ""
    first_asked: str = ""
    money: float = nan
    customers: int = 0
    figure: Figure = Figure()

    @property
    def rule(self) -> str:
        return self.id.partition(":")[0]


def chosen(found: Sequence[Ask], department: str, most: int = 3) -> list[Ask]:
    """The asks to show: the first of each rule, then the others, of all or of one department."""
    own = [ask for ask in found if department in {ORGANISATION, ask.department}]
    first = list({ask.rule: ask for ask in reversed(own)}.values())[::-1]
    return (
        sorted(first, key=own.index)[:most]
        + [a for a in own if a not in first][: max(0, most - len(first))]
    )


def table(found: Iterable[Ask]) -> pd.DataFrame:
    """One row an ask; what asks.csv holds."""
    own = [item.name for item in fields(Ask) if item.name != "figure"]
    rows = [{name: getattr(ask, name) for name in own} | asdict(ask.figure) for ask in found]
    names = [*own, *(item.name for item in fields(Figure))]
    return pd.DataFrame(rows, columns=names)


def from_records(records: Any) -> tuple[Ask, ...]:
    """The asks of a pack's record, read back; ValueError where they are none."""
    try:
        found: tuple[Ask, ...] = restored(Archive(records), tuple[Ask, ...])
    except BaseValidationError as error:
        raise ValueError("these are no asks") from error
    return found

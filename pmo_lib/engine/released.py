"""Answers that come on any day are shown in lots: no two months' figures differ by a few of them.

The window of each figure is of whole months. It takes in new months when they have at least as
many answers as may be shown together, or none, and leaves old ones behind in the same way. So two
packs differ by at least that many. It follows from the data alone, whichever packs were made.
"""

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pandas as pd

from pmo_lib.engine.result import ORGANISATION
from pmo_lib.months import month_range, shifted
from pmo_lib.stats.numbers import Bools

CELLS = {
    "of_organisation": [],
    "of_department": ["department"],
    "of_part": ["segment"],
    "of_part_of_department": ["department", "segment"],
}


def window(months: Iterable[str], period: str, length: int, fewest: int) -> tuple[str, str]:
    """The months after the first and up to the second that a figure of `period` is of.

    `months` are those of all answers until then.
    """
    counts = Counter(months)
    if not counts:
        return shifted(period, -length), period
    start = shifted(min(counts), -1)
    after = until = start
    pending = leaving = 0
    reached = start  # months up to here were counted as leaving
    for month in month_range(min(counts), period):
        pending += counts.get(month, 0)
        if pending == 0 or pending >= fewest:
            until, pending = month, 0
        old = shifted(month, -length)
        if old > reached:
            leaving, reached = leaving + counts.get(old, 0), old
        if reached > after and (leaving == 0 or leaving >= fewest):
            after, leaving = reached, 0
    if not any(after < month <= until for month in counts):
        return shifted(period, -length), period  # what waits is too few to be shown, and said to be
    return after, until


def in_lots(
    units: pd.DataFrame, good: Bools, period: str, length: int, fewest: int
) -> pd.DataFrame:
    """The units of the windows of all cells, a column of `CELLS` says of which.

    `good` are those that count; a unit of unknown month is in all.
    """
    undated = units["period"].isna().to_numpy()
    found = units.copy()
    for name, keys in CELLS.items():
        inside = undated.copy()
        grouped = found.groupby(keys, dropna=False).indices if keys else {(): np.arange(len(units))}
        for at in grouped.values():
            months = units["period"].iloc[at]
            after, until = window(months[good[at] & ~undated[at]], period, length, fewest)
            inside[at] |= ((months > after) & (months <= until)).to_numpy(dtype=bool)
        found[name] = inside
    return found[found[[*CELLS]].any(axis=1)]


def in_cell(units: pd.DataFrame, department: str, *, is_part: bool = False) -> pd.DataFrame:
    """The units that the figure of a department, or of a part of it, is of."""
    whose = "" if department == ORGANISATION else "_of_department"
    name = f"of_part{whose}" if is_part else whose.removeprefix("_") or "of_organisation"
    return units[units[name].astype(bool)] if name in units else units

"""What a process-behaviour chart says, in words."""

from typing import Literal

import numpy as np
import pandas as pd

from pmo_lib.months import month, months_in, spoken
from pmo_lib.stats.numbers import Floats, Integers
from pmo_lib.wording import counted

Grain = Literal["month", "quarter"]
ChartKind = Literal["xmr", "xmr of powers", "xmr of counts", "p-prime", "ar residuals"]

BEYOND, ROW = "beyond the limits", "8 in a row"
RUN = 8
JUDGED = 24  # the last points, of which the signal speaks


def signal(frame: pd.DataFrame, off: Floats, runs: Integers, kind: ChartKind, grain: Grain) -> str:
    """What the last 24 points say, in a sentence."""
    last = np.flatnonzero(~np.isnan(off))[-JUDGED:]
    name, where = frame["period"].to_numpy(), np.where(off > 0, "above", "below")
    beyond = last[frame["rule"].to_numpy()[last] == BEYOND]
    rows = last[runs[last] >= RUN]
    with_gaps = len(off) - last[0] > len(last)
    these = f"the last {len(last)} {grain}s{' with data' if with_gaps else ''}"
    centre, none = "the centre", f"{these} differ by no more than chance"
    if kind == "ar residuals":
        centre = "what the one before lets expect"
        none = f"{these} each differ from {centre} by no more than chance"
    said = []
    if len(beyond) == 1:
        at = beyond[0]
        limit = "upper" if off[at] > 0 else "lower"
        said.append(f"{spoken(name[at])} lies {where[at]} the {limit} limit")
    elif len(beyond):
        at = beyond[-1]
        latest = f"the latest {spoken(name[at])} ({where[at]})"
        said.append(f"{len(beyond)} of {these} lie beyond the limits, {latest}")
    if len(rows):
        at = rows[-1]
        row = f"{runs[at]} {grain}s in a row, to {spoken(name[at])}"
        said.append(f"{row}, lie {where[at]} {centre}")
    return "; ".join(said) or f"no signal: {none}"


def notes(frame: pd.DataFrame, note: str, grain: Grain, until: str) -> tuple[str, ...]:
    """What to know of the limits: a note of the chart's own, what they rest on, gaps, and more."""
    own = list(frame.loc[frame["is_baseline"], "period"])
    said = [note] if note else []
    said.append(
        f"The limits rest on {counted(len(own), grain)}, {spoken(own[0])} to {spoken(own[-1])}."
    )
    if until and months_in(own[-1])[-1] > until:
        said.append(f"To {month(until)} there are too few for limits.")
    shown = frame[frame["value"].notna()]
    if gaps := len(frame) - len(shown):
        said.append(f"{counted(gaps, grain)} with too little data to show: a gap, not a zero.")
    if earlier := int((shown["rule"].iloc[:-JUDGED] != "").sum()):
        said.append(f"{counted(earlier, 'earlier point')} before the last {JUDGED} marked too.")
    return tuple(said)

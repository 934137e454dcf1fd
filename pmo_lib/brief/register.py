"""Asks that come back: what became of each that the last pack made, and which are open now.

Every ask that was shown is told of in the next pack, once: as done, dropped, decided, late, open,
or no longer needed. What is dropped is not asked again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Literal

import pandas as pd

from pmo_lib.brief.ask import Ask
from pmo_lib.brief.evidence import Evidence
from pmo_lib.brief.rule import RULES, Page
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.wording import number

State = Literal["done", "dropped", "decided", "late", "open", "no longer needed"]
ORDER: tuple[State, ...] = ("late", "done", "decided", "dropped", "no longer needed", "open")


@dataclass(frozen=True)
class Became:
    """What became of an ask, and whether its figure has moved since by more than chance."""

    ask: Ask
    state: State
    said: str


def wanted(evidence: Evidence, found: Sequence[Ask]) -> list[Ask]:
    """The asks that the rules find, less those dropped; one asked before keeps its dates."""
    log = _decisions(evidence)
    before = {ask.id: ask for ask in _last(evidence)}
    asked: list[Ask] = []
    for ask in found:
        then = before.get(ask.id)
        state = _decided(log, then)[0] if then else ""
        if state == "dropped" or _is_dropped(log, ask.id):
            continue
        if then is not None and state != "done":
            ask = replace(ask, by=then.by, first_asked=then.first_asked)
        asked.append(ask)
    return asked


def became(evidence: Evidence, found: Sequence[Ask], page: Page) -> list[Became]:
    """What became of every ask of the last pack that such a page makes; those that are late first.

    `found` is what the rules of the page find now.
    """
    log, still = _decisions(evidence), {ask.id for ask in found}
    told = []
    for ask in _last(evidence):
        if page != (RULES[ask.rule].page if ask.rule in RULES else "kpi"):
            continue
        state, when = _decided(log, ask)
        if not state:
            day = pd.Timestamp(ask.by)
            state = "late" if day < evidence.view.data_date else "open"
            if ask.id not in still:
                state = "no longer needed"
        told.append(Became(ask, state, _moved(evidence, ask, when)))
    return sorted(told, key=lambda each: ORDER.index(each.state))


def was_due(ask: Ask, evidence: Evidence) -> bool:
    """Whether its day has come by the data date, which is over when the page is read."""
    return pd.Timestamp(ask.by) <= evidence.view.data_date


def _last(evidence: Evidence) -> tuple[Ask, ...]:
    return evidence.last.asks if evidence.last else ()


def _decisions(evidence: Evidence) -> pd.DataFrame | None:
    """What is recorded of asks, as it was known at the data date."""
    log, today = evidence.table("decisions"), evidence.view.data_date
    if log is None:
        return None
    to_come = log["decided_on"] > today
    return log.assign(
        decided_on=log["decided_on"].mask(to_come),
        decision=log["decision"].mask(to_come),
        done_on=log["done_on"].mask(log["done_on"] > today),
    )[~(log["asked_on"] > today)]


def _decided(log: pd.DataFrame | None, ask: Ask | None) -> tuple[State | Literal[""], str]:
    """The state that the last row on an ask gives it, with its day."""
    if log is None or ask is None:
        return "", ""
    since = pd.Timestamp(f"{ask.first_asked}-01")
    rows = log[(log["ask_id"] == ask.id) & (log["asked_on"] >= since)]
    if rows.empty:
        return "", ""
    row = rows.sort_values("asked_on").iloc[-1]
    if pd.notna(row["done_on"]):
        return "done", f"{row['done_on']:%d %B %Y}".lstrip("0")
    if row["decision"] == "dropped":
        return "dropped", ""
    if pd.notna(row["decided_on"]) or pd.notna(row["decision"]):
        return "decided", ""
    return "", ""


def _is_dropped(log: pd.DataFrame | None, ask_id: str) -> bool:
    if log is None:
        return False
    rows = log[log["ask_id"] == ask_id].sort_values("asked_on")
    return len(rows) > 0 and bool(rows["decision"].iloc[-1] == "dropped")


def _moved(evidence: Evidence, ask: Ask, when: str) -> str:
    """How the figure of the ask has moved since it was first made."""
    said = when
    was = ask.figure
    if was.kpi_id not in CATALOGUE or isnan(was.value):
        return said
    now = evidence.result(was.kpi_id, ask.department, segment=was.segment)
    if now is None:
        return said
    unit = CATALOGUE[was.kpi_id].unit
    then = f"{number(was.value, unit)} then, {number(now.value, unit)} now"
    if isnan(now.low) or isnan(was.low):
        moved = then
    elif now.low > was.high or now.high < was.low:
        moved = f"{then}: more than chance"
    else:
        moved = f"{then}: it may be chance"
    return f"{said}; {moved}" if said else moved

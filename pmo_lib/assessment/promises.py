"""Promises judged: each is kept, not kept, or it cannot be told yet, by its own target.

A promise that names a service is judged by the KPI of that service alone where the KPI is of
requests or answers; KPIs of projects are those of the department. Without a target of its own it is
held against the KPI's in the settings. False discoveries are limited over all promises together.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import nan
from typing import Any, Literal

import pandas as pd

from pmo_lib.assessment.judgement import against, aimed_at, is_plain, sure_sides
from pmo_lib.assessment.materiality import off, target_of, widened
from pmo_lib.assessment.promise_target import UnreadableTargetError, promised_target
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import empty
from pmo_lib.engine.result import KpiResult, is_headline
from pmo_lib.engine.view import View
from pmo_lib.facts.customers import service_names
from pmo_lib.facts.lifecycle import OWN_KPI
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.wording import counted

Verdict = Literal["kept", "not kept", "cannot tell yet"]
VERDICTS: tuple[Verdict, ...] = ("not kept", "kept", "cannot tell yet")  # the broken first
OF_SERVICES = {"request", "respondent", "service"}  # units of which each is of one service
NO_TARGET = "it has no target: say how much was promised, in target of value_statements.csv"
COLUMNS = {
    "statement_id": "str", "department": "str", "period": "str", "statement": "str",
    "service": "str", "kpi_id": "str", "target": "str", "target_low": "float64",
    "target_high": "float64", "value": "float64", "low": "float64", "high": "float64",
    "n": "Int64", "verdict": "str", "reason": "str",
}  # fmt: skip


@dataclass(frozen=True)
class Promise:
    """A promise to a customer, the result that shows it, and whether it is kept.

    ``result`` holds the target in the KPI's own unit and is None where nothing can show the
    promise; ``target`` is what was written. ``reason`` is why it cannot be told.
    """

    statement_id: str
    department: str
    challenge: str
    statement: str
    service: str
    kpi_id: str
    target: str
    result: KpiResult | None = None
    verdict: Verdict = "cannot tell yet"
    reason: str = ""


def promises(view: View, results: Iterable[KpiResult]) -> list[Promise]:
    """Every promise of the value statements, judged by these results of all departments."""
    statements = view.usable.get("value_statements", empty("value_statements"))
    names = service_names(statements["service_id"], view.table("services"))
    found = {(r.kpi_id, r.department, r.segment): r for r in results if r.segment or _is_whole(r)}
    aimed = [
        _aimed(row, "" if pd.isna(name) else name, found, view.settings)
        for row, name in zip(statements.to_dict("records"), names, strict=True)
    ]
    away = sure_sides(
        [p.result.target.p_value if p.result else nan for p in aimed],
        [p.result is not None and off(p.result.value, p.result.target) == 0 for p in aimed],
    )
    share = view.settings.false_discovery_share
    return [_judged(p, q <= share, view.settings) for p, q in zip(aimed, away, strict=True)]


def table(found: Sequence[Promise], period: str) -> pd.DataFrame:
    """One row a promise, `COLUMNS`; the target and the figures are in the KPI's own unit."""
    rows = []
    for p in found:
        r = p.result
        figures = (nan,) * 5 if r is None else (
            r.target.low, r.target.high, r.value, r.low, r.high
        )  # fmt: skip
        n = r.n if r is not None and r.is_measured else None
        rows.append(
            (p.statement_id, p.department, period, p.statement, p.service, p.kpi_id, p.target,
             *figures, n, p.verdict, p.reason)
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _is_whole(result: KpiResult) -> bool:
    return not result.segment and (is_headline(result) or not result.is_measured)


def _aimed(
    row: Mapping[Hashable, Any],
    service: str,
    found: Mapping[tuple[str, str, str], KpiResult],
    settings: Settings,
) -> Promise:
    """The promise with the result that shows it and its target, or with why there is none."""
    text = {name: "" if pd.isna(value) else str(value).strip() for name, value in row.items()}
    promise = Promise(
        text["statement_id"], text["department"], text["challenge"], text["statement"], service,
        text["kpi_id"], text.get("target", ""),
    )  # fmt: skip
    if why := _unshowable(promise):
        return replace(promise, reason=why)
    kpi = CATALOGUE[promise.kpi_id]
    segment = service if kpi.segment == "service" else ""
    result = found.get((kpi.id, promise.department, segment))
    if result is None:
        whole = found.get((kpi.id, promise.department, ""))
        is_there = whole is None or whole.is_measured or whole.state == "too few"
        none = f"{promise.department} has no {kpi.population}"
        why = f"{none} of {service}" if segment and is_there else getattr(whole, "reason", none)
        return replace(promise, reason=why)
    return _with_target(promise, result, settings)


def _unshowable(promise: Promise) -> str:
    """Why no KPI can show the promise; empty where one can."""
    if not promise.kpi_id:
        return "names no KPI"
    if promise.kpi_id not in CATALOGUE:
        return f"names {promise.kpi_id}, which is no KPI"
    if promise.kpi_id == OWN_KPI:
        return f"{OWN_KPI} counts the promises themselves, so it can show none of them kept"
    kpi = CATALOGUE[promise.kpi_id]
    is_of_services = kpi.population.unit_of_analysis in OF_SERVICES
    if promise.service and is_of_services and kpi.segment != "service":
        return f"{kpi.name} is measured over all services, not for {promise.service} alone"
    return ""


def _with_target(promise: Promise, result: KpiResult, settings: Settings) -> Promise:
    kpi = CATALOGUE[promise.kpi_id]
    level = settings.confidence_level
    if not promise.target:
        wanted = target_of(kpi, settings)
        if wanted is None:
            return replace(promise, result=result, reason=NO_TARGET)
        tested = aimed_at(result, *widened(kpi, wanted, settings), level)
        return replace(promise, result=replace(result, target=tested))
    try:
        target = promised_target(promise.target, kpi)
    except UnreadableTargetError as error:
        return replace(promise, result=result, reason=str(error))
    tested = aimed_at(result, target.low, target.high, level)
    return replace(promise, result=replace(result, target=tested))


def _judged(promise: Promise, is_sure: bool, settings: Settings) -> Promise:
    """The promise with its verdict, and why it cannot be told where it cannot."""
    result = promise.result
    if result is None or promise.reason:
        return promise
    if not result.is_measured:
        return replace(promise, reason=result.reason)
    if result.target.low != result.target.low and result.target.high != result.target.high:
        return _than_before(promise, result)
    few = settings.disclosure.indicative
    verdict = against(result, result.target, is_sure, few)
    if verdict == "kept" or verdict == "not kept":
        return replace(promise, verdict=verdict)
    if not is_plain(result) and result.cases < few:
        return replace(promise, reason=f"{counted(result.cases, 'case')} are too few to be judged")
    if result.low != result.low or result.high != result.high:
        return replace(promise, reason="no interval can be given")
    return replace(promise, reason="chance alone may take it to the other side of the target")


def _than_before(promise: Promise, result: KpiResult) -> Promise:
    """A promise to be better than before is kept where the KPI is."""
    match result.than_before:
        case "better":
            return replace(promise, verdict="kept")
        case "worse":
            return replace(promise, verdict="not kept")
        case "no clear change":
            return replace(promise, reason="no clear change from before")
        case _:
            why = "a service's part is not compared with before" if result.segment else ""
            return replace(promise, reason=result.compared or why or "there is no baseline")

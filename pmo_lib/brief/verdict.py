"""The verdict in one sentence, what is fine, and what cannot be told."""

from math import isnan

import pandas as pd

from pmo_lib.brief.evidence import Evidence
from pmo_lib.engine.result import ORGANISATION, KpiResult, is_headline, of_subject
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.months import month
from pmo_lib.wording import are, counted, listed, money, number

MOST_NAMED = 4
MATERIAL_SHARE = 0.02  # of what was approved: less above or below it is "as approved"
TAIL_SHARE = 0.8  # of what was spent above approval: the projects that carry it are counted


def verdict(evidence: Evidence, department: str) -> str:
    """How projects end beside the baseline, then what they cost in all beside their approval."""
    on_time, on_budget = (evidence.result(kpi, department) for kpi in ("D1", "D2"))
    if on_time is None and on_budget is None:
        why = next(
            (r.reason for r in evidence.results if (r.kpi_id, r.department) == ("D1", department)),
            "",
        )
        return f"How projects end cannot be told yet: {why}." if why else "Nothing can be told yet."
    cost, baseline = _cost(evidence, department), evidence.view.baseline
    until = month(baseline.until) if baseline else ""
    return f"{_ends(on_time, on_budget, until)}{f', but {cost}' if cost else ''}."


def fine(evidence: Evidence, department: str) -> str:
    """What needs nothing: kept targets, and what is better than before."""
    kept, better = [], []
    for result in evidence.results:
        if result.department != department or not is_headline(result) or not result.is_measured:
            continue
        name = CATALOGUE[result.kpi_id].name
        if result.against_target == "kept":
            kept.append(name)
        elif result.than_before == "better" and not _is_bad(result):
            better.append(name)
    said = [
        f"{words} {_some(names)}"
        for words, names in (("Target kept:", kept), ("Better than before:", better))
        if names
    ]
    return ". ".join(said) + "." if said else ""


def cannot_tell(evidence: Evidence, department: str, collect: str) -> str:
    """How many KPIs have no value, and the one thing to collect first."""
    own = [
        r
        for r in evidence.results
        if (r.department, r.segment) == (department, "")
        and (department == ORGANISATION or CATALOGUE[r.kpi_id].level == "department")
    ]
    without = {r.kpi_id for r in own if not r.is_measured}
    if not without:
        return ""
    known = {r.kpi_id for r in own}
    said = f"{len(without)} of {counted(len(known), 'KPI')} {_has(len(without))} no value."
    if collect and department == ORGANISATION:
        return f"{said} To collect first: {collect}."
    few = sum(r.state == "too few" for r in own if r.kpi_id in without)
    return f"{said} For {few} there are too few cases: they need time." if few else said


def promised(evidence: Evidence, department: str) -> str:
    """How many promises are kept, not kept, and cannot be told yet."""
    own = [p for p in evidence.promises if department in {ORGANISATION, p.department}]
    if not own:
        return ""
    kept, broken = (sum(p.verdict == v for p in own) for v in ("kept", "not kept"))
    if not kept + broken:
        return f"Of {counted(len(own), 'promise')} to customers none can be told to be kept or not."
    rest = len(own) - kept - broken
    unknown = f"; of {rest} it cannot be told yet" if rest else ""
    told = f"{are(kept)} kept, {are(broken)} not{unknown}"
    return f"Of {counted(len(own), 'promise')} to customers {told}."


def _ends(on_time: KpiResult | None, on_budget: KpiResult | None, until: str) -> str:
    """On time and on budget, each with whether it has changed."""
    known = [r for r in (on_time, on_budget) if r is not None]
    words = {"D1": "on time", "D2": "on budget"}
    turned = {each: [r for r in known if _changed(r) == each] for each in ("more", "fewer", "")}
    said = []
    for how in ("more", "fewer"):
        if turned[how]:
            parts = listed([words[r.kpi_id] for r in turned[how]])
            said.append(f"{how} projects end {parts} than up to {until}")
    if turned[""]:
        parts = listed([f"{number(r.value, 'share')} were {words[r.kpi_id]}" for r in turned[""]])
        is_known = any(not isnan(r.change.value) for r in turned[""])
        past = "no clear change" if is_known else "no baseline to compare with"
        said.append(f"{'of completed projects ' * (not said)}{parts} ({past})")
    text = "; ".join(said)
    return text[0].upper() + text[1:]


def _changed(result: KpiResult) -> str:
    return {"better": "more", "worse": "fewer"}.get(result.than_before, "")


def _cost(evidence: Evidence, department: str) -> str:
    """What completed projects cost in all, above or below approval, and how few carry it."""
    total = evidence.result("D3", department, "total")
    share = evidence.result("D3", department, "relative_total")
    if total is None or share is None or share.value < MATERIAL_SHARE:
        return ""
    said = money(total.value, evidence.view.settings.currency)
    few, theirs = carriers(evidence.observed["D3"], department)
    who = ""
    if few and few * 4 <= total.n:  # a quarter or more is no few
        part = money(theirs, evidence.view.settings.currency) if theirs < total.value else "all"
        who = f", {part} of it by {few} of {total.n}"
    return f"together they cost {said} ({number(share.value, 'share')}) more than approved{who}"


def carriers(units: pd.DataFrame, department: str) -> tuple[int, float]:
    """How few of the dearest projects make `TAIL_SHARE` of the net overspend, and how much."""
    above = of_subject(units, department)["numerator"].dropna().sort_values(ascending=False)
    total = float(above.sum())
    if total <= 0:
        return 0, 0.0
    few = int((above.cumsum() < TAIL_SHARE * total).sum()) + 1
    return few, float(above.head(few).sum())


def _has(count: int) -> str:
    return "has" if count == 1 else "have"


def _is_bad(result: KpiResult) -> bool:
    """Better than before and still below half: no praise."""
    return CATALOGUE[result.kpi_id].unit == "share" and (
        CATALOGUE[result.kpi_id].better == "higher" and result.value < 0.5
    )


def _some(names: list[str]) -> str:
    rest = len(names) - MOST_NAMED
    return listed([n[0].lower() + n[1:] if not n[:2].isupper() else n for n in names[:MOST_NAMED]]
                  + ([f"{rest} more"] if rest > 0 else []))  # fmt: skip

"""The verdict in one sentence, what is fine, and what cannot be told."""

from math import isnan

from pmo_lib.assessment.collecting import Step
from pmo_lib.brief.evidence import Evidence
from pmo_lib.brief.headline import approved_for
from pmo_lib.engine.result import ORGANISATION, KpiResult, is_headline
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.months import month
from pmo_lib.wording import are, capital, counted, listed, money, number

MOST_NAMED = 3
MATERIAL_SHARE = 0.02  # of what was approved: less above or below it is "as approved"


def verdict(evidence: Evidence, department: str) -> str:
    """How projects end beside the baseline, then what they cost in all beside their approval."""
    on_time, on_budget = (evidence.result(kpi, department) for kpi in ("D1", "D2"))
    if on_time is None and on_budget is None:
        why = next(
            (r.reason for r in evidence.results if (r.kpi_id, r.department) == ("D1", department)),
            "",
        )
        if not why:
            return "Nothing can be told yet."
        why = f"that {why}" if why.startswith("needs") else why
        return f"{_going(evidence, department)}How projects end cannot be told yet: {why}."
    cost, baseline = _cost(evidence, department), evidence.view.baseline
    until = month(baseline.until) if baseline else ""
    return f"{_ends(on_time, on_budget, until)}{f', but {cost}' if cost else ''}."


def fine(evidence: Evidence, department: str) -> str:
    """What needs nothing: kept targets, and what is better than before."""
    kept, better = [], []
    for result in evidence.results:
        if result.department != department or not is_headline(result) or not result.is_measured:
            continue
        name = CATALOGUE[result.kpi_id].plain
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
        if r.department == department
        and is_headline(r)
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
    if few == len(without):
        return f"{said[:-1]}: there are too few cases yet."
    return f"{said[:-1]}, {few} of them for too few cases yet." if few else said


def to_collect(step: Step) -> str:
    """baselines.csv (project_id, cost), on which 8 KPIs rest, such as on-time completion."""
    wanted = [f"{table}.csv ({', '.join(columns)})" for table, columns in step.columns.items()]
    rest = "KPI rests" if len(step.kpis) == 1 else "KPIs rest"
    such = f"on which {len(step.kpis)} {rest}, such as {CATALOGUE[step.kpis[0]].plain}"
    return f"{listed(wanted)}, {such}"


def promised(evidence: Evidence, department: str) -> str:
    """How many promises are kept, broken, and cannot be told yet."""
    own = [p for p in evidence.promises if department in {ORGANISATION, p.department}]
    if not own:
        return ""
    kept, broken = (sum(p.verdict == v for p in own) for v in ("kept", "not kept"))
    if not kept + broken:
        return f"Of {counted(len(own), 'promise')} to customers none can be told to be kept yet."
    rest = len(own) - kept - broken
    unknown = f"; {rest} cannot be told yet" if rest else ""
    told = f"{are(kept)} kept, {are(broken)} broken{unknown}"
    return f"Of {counted(len(own), 'promise')} to customers {told}."


def _going(evidence: Evidence, department: str) -> str:
    """What is in flight, where nothing has ended: how many, and what is approved for them."""
    count, approved = (evidence.result(kpi, department) for kpi in ("P2", "P12"))
    if count is None or not count.value:
        return ""
    said = approved_for(approved, count, evidence.view.settings.currency)
    return f"{counted(round(count.value), 'project')} in flight{f', {said}' if said else ''}. "


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
        past = "no clear change" if is_known else "no baseline"
        said.append(f"{'of completed projects ' * (not said)}{parts} ({past})")
    text = "; ".join(said)
    return capital(text)


def _changed(result: KpiResult) -> str:
    return {"better": "more", "worse": "fewer"}.get(result.than_before, "")


def _cost(evidence: Evidence, department: str) -> str:
    """What completed projects cost in all, above or below approval, and how few carry it."""
    total = evidence.result("D3", department, "total")
    share = evidence.result("D3", department, "relative_total")
    if total is None or share is None or share.value < MATERIAL_SHARE:
        return ""
    said = f"{money(total.value, evidence.view.settings.currency)} ({number(share.value, 'share')})"
    return f"together they cost {said} more than approved{_by_few(evidence, department, total)}"


def _by_few(evidence: Evidence, department: str, total: KpiResult) -> str:
    """How few projects carry it, where they are less than a quarter."""
    few, theirs = (evidence.result("D3", department, s) for s in ("carriers", "carried_total"))
    if few is None or theirs is None or few.value * 4 > few.n:
        return ""
    part, whole = (money(r.value, evidence.view.settings.currency) for r in (theirs, total))
    part = part if theirs.value < total.value and part != whole else "all"
    return f", {part} of it by {number(few.value, 'count')} of {few.n}"


def _has(count: int) -> str:
    return "has" if count == 1 else "have"


def _is_bad(result: KpiResult) -> bool:
    """Better than before and still below half: no praise."""
    return CATALOGUE[result.kpi_id].unit == "share" and (
        CATALOGUE[result.kpi_id].better == "higher" and result.value < 0.5
    )


def _some(names: list[str]) -> str:
    rest = len(names) - MOST_NAMED
    return listed([*names[:MOST_NAMED], *([f"{rest} more"] if rest > 0 else [])])

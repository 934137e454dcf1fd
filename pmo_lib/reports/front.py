"""The front page of a pack: every department in one table, the worst news first."""

from collections.abc import Mapping, Sequence
from math import isnan

from IPython.display import HTML

from pmo_lib.brief.brief import Brief, Briefs
from pmo_lib.engine.result import ORGANISATION, KpiResult, is_headline
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.measurement import Measurement
from pmo_lib.reports import page
from pmo_lib.reports.scorecard import ANSWERS
from pmo_lib.wording import counted, interval, number, shortened

SHOWN = {
    "D1": "On time", "D2": "On budget", "G2": "Green but red", "R8": "Goes elsewhere",
}  # fmt: skip
PROMISES, ASKED = "Promises kept", "What is asked"
NEWS_LETTERS = 90
TOLD = ("better", "worse", "kept", "not kept")  # the other answers are no news


def departments(
    measured: Measurement, links: Mapping[str, str], pdfs: Mapping[str, str] | None = None
) -> HTML:
    """A row a department, linked to its page and its PDF; intervals on one scale, 0 to 100 %.

    What most is asked of stands first, then what is worse or misses its target.
    """
    briefs = measured.briefs
    results = {
        (r.kpi_id, r.department): r
        for r in measured.results
        if r.kpi_id in SHOWN and (is_headline(r) or not r.is_measured) and not r.segment
    }
    known = [kpi for kpi in SHOWN if any(results[kpi, d].is_measured for d in measured.departments)]
    has_promises = bool(measured.promises)
    heads = [SHOWN[kpi] for kpi in known] + [PROMISES] * has_promises + [ASKED]
    head = "".join(f"<th scope='col'>{page.escape(name)}</th>" for name in ["Department", *heads])
    rows = "\n".join(
        _row(name, [results[kpi, name] for kpi in known], measured, briefs[name], links, pdfs or {})
        for name in [ORGANISATION, *_in_order(measured, briefs)]
    )
    return HTML(
        "<table class='front'>\n<caption>Departments, the worst news first; beneath a figure its "
        f"interval on a scale from 0 to 100 %</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody></table>"
    )


def _in_order(measured: Measurement, briefs: Briefs) -> list[str]:
    """Departments by the place of their first ask, then by how many answers are bad."""
    whole = briefs[ORGANISATION]
    order = {ask.id: place for place, ask in enumerate((*whole.asks, *whole.further))}
    bad = {
        name: sum(
            (r.than_before == "worse") + (r.against_target == "not kept")
            for r in measured.results
            if r.department == name and is_headline(r)
        )
        for name in measured.departments
    }

    def place(name: str) -> tuple[int, int, str]:
        first = min(
            (order.get(ask.id, len(order)) for ask in briefs[name].asks), default=len(order)
        )
        return first, -bad[name], name

    return sorted(measured.departments, key=place)


def _row(
    name: str,
    results: Sequence[KpiResult],
    measured: Measurement,
    brief: Brief,
    links: Mapping[str, str],
    pdfs: Mapping[str, str],
) -> str:
    text = page.escape(name)
    if name in links:
        text = f"<a href='{page.attribute(links[name])}'>{text}</a>"
        if links[name] in pdfs:
            text += f" <a class='screen' href='{page.attribute(pdfs[links[name]])}'>PDF</a>"
    cells = [_cell(result) for result in results]
    if measured.promises:
        own = [p for p in measured.promises if name in {ORGANISATION, p.department}]
        kept = sum(p.verdict == "kept" for p in own)
        cells.append(f"<td {_label(PROMISES)}>{f'{kept} of {len(own)}' if own else ''}</td>")
    asked = "" if name == ORGANISATION else _asked(brief)
    return f"<tr><th scope='row'>{text}</th>{''.join(cells)}<td {_label(ASKED)}>{asked}</td></tr>"


def _cell(result: KpiResult) -> str:
    """The value, its answers in words with their shape, and its interval as a bar."""
    if not result.is_measured:
        return f"<td {_label(SHOWN[result.kpi_id])} title='{page.attribute(result.reason)}'></td>"
    unit = CATALOGUE[result.kpi_id].unit
    said = [a for a in (result.than_before, result.against_target) if a in TOLD]
    words = "".join(
        f" <small class='{ANSWERS[each][1]}'>{ANSWERS[each][0]}\u00a0{each}</small>"
        for each in said
    )
    bar = ""
    if not isnan(result.low) and not isnan(result.high):
        left, width = 100 * result.low, 100 * (result.high - result.low)
        ends = page.attribute(interval(result.low, result.high, unit))
        bar = f"<i class='bar' title='{ends}' style='--l:{left:.0f};--w:{max(width, 1):.0f}'></i>"
    label = _label(SHOWN[result.kpi_id])
    return f"<td {label}>{page.escape(number(result.value, unit))}{words}{bar}</td>"


def _label(name: str) -> str:
    """What a cell says, for a narrow screen that shows the row as a card."""
    return f"data-label='{page.attribute(name)}'"


def _asked(brief: Brief) -> str:
    if not brief.asks:
        return ""
    more = len(brief.asks) + len(brief.further) - 1
    rest = f" and {counted(more, 'more ask')}" if more else ""
    return page.escape(f"{shortened(brief.asks[0].what, NEWS_LETTERS)}{rest}")

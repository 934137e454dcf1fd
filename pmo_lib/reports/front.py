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
from pmo_lib.wording import number, shortened

SHOWN = {
    "D1": "On time", "D2": "On budget", "G2": "Green but red", "R8": "Goes elsewhere",
}  # fmt: skip
IN_FLIGHT, PROMISES, ASKED = "In flight", "Promises", "What is asked"
COUNTED = ("P2", "P12")  # projects in flight, and what is approved for them
NEWS_LETTERS = 80
MOST_WITH_PDF = 100
TOLD = ("better", "worse", "kept", "not kept")  # the other answers are no news


def departments(
    measured: Measurement, links: Mapping[str, str], pdfs: Mapping[str, str] | None = None
) -> HTML:
    """A row a department, linked to its page and its PDF; intervals on one scale, 0 to 100 %.

    What most is asked of stands first, then what is worse or misses its target. The page of 200
    departments is to be under 150 kB: cells are named by the style sheet, and of more than
    `MOST_WITH_PDF` only the page is linked, beside which its PDF lies.
    """
    briefs = measured.briefs
    results = {
        (r.kpi_id, r.department): r
        for r in measured.results
        if r.kpi_id in {*SHOWN, *COUNTED}
        and (is_headline(r) or not r.is_measured)
        and not r.segment
    }
    known = [kpi for kpi in SHOWN if any(results[kpi, d].is_measured for d in measured.departments)]
    has_promises = bool(measured.promises)
    heads = [IN_FLIGHT, *(SHOWN[kpi] for kpi in known), *[PROMISES] * has_promises, ASKED]
    head = "".join(f"<th scope='col'>{page.escape(name)}</th>" for name in ["Department", *heads])
    labels = ";".join(f'--c{at}:"{name}"' for at, name in enumerate(heads, 2))
    rows = "\n".join(
        _row(
            name,
            [results[kpi, name] for kpi in (*COUNTED, *known)],
            measured,
            briefs[name],
            links,
            (pdfs or {}) if len(briefs) <= MOST_WITH_PDF else {},
        )
        for name in [ORGANISATION, *_in_order(measured, briefs)]
    )
    currency = page.escape(measured.view.settings.currency)
    return HTML(
        f"<table class='front' style='{labels}'>\n<caption>Departments, the worst news first; "
        "beneath a share its interval on a scale from 0 to 100 %, beside the projects in flight "
        f"what is approved for them in {currency}</caption>\n<thead><tr>{head}</tr></thead>\n"
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
            text += f" <a href='{page.attribute(pdfs[links[name]])}'>PDF</a>"
    count, approved, *shares = results
    cells = [_in_flight(count, approved), *(_cell(result) for result in shares)]
    if measured.promises:
        cells.append(f"<td>{_promises(measured, name)}</td>")
    asked = "" if name == ORGANISATION else _asked(brief)
    return f"<tr><th scope='row'>{text}</th>{''.join(cells)}<td>{asked}</td></tr>"


def _in_flight(count: KpiResult, approved: KpiResult) -> str:
    """37, and beside it 15.9 million, what is approved."""
    said = number(count.value, "count") if count.is_measured else ""
    if approved.is_measured:
        said += f" <small>{page.escape(number(approved.value, 'money'))}</small>"
    return f"<td>{said}</td>"


def _promises(measured: Measurement, name: str) -> str:
    """1 kept, 7 broken of 23: those of which it cannot be told are neither."""
    own = [p.verdict for p in measured.promises if name in {ORGANISATION, p.department}]
    return f"{own.count('kept')} kept, {own.count('not kept')} broken of {len(own)}" * bool(own)


def _cell(result: KpiResult) -> str:
    """The value, its answers in words with their shape, and its interval, which is drawn."""
    if not result.is_measured:
        return f"<td title='{page.attribute(result.reason)}'></td>"
    kinds: dict[str, list[str]] = {}
    for each in (result.than_before, result.against_target):
        if each in TOLD:
            shape, kind = ANSWERS[each]
            kinds.setdefault(kind, []).append(f"{shape}\u00a0{each}")
    words = "".join(f" <b class='{kind}'>{', '.join(own)}</b>" for kind, own in kinds.items())
    bar = ""
    if not isnan(result.low) and not isnan(result.high):
        left, width = 100 * result.low, max(100 * (result.high - result.low), 1)
        bar = f" style='--l:{left:.0f};--w:{width:.0f}'"
    said = number(result.value, CATALOGUE[result.kpi_id].unit)
    return f"<td{bar}>{page.escape(said)}{words}</td>"


def _asked(brief: Brief) -> str:
    if not brief.asks:
        return ""
    more = len(brief.asks) + len(brief.further) - 1
    rest = f" (and {more} more)" if more else ""
    return page.escape(f"{shortened(brief.asks[0].what, NEWS_LETTERS)}{rest}")

"""The scorecard: a line a KPI; those with news open, the others folded away by family."""

from collections.abc import Collection, Mapping, Sequence
from math import isnan

import pandas as pd
from IPython.display import HTML

from pmo_lib.assessment.judgement import without_reference
from pmo_lib.engine.result import KpiResult, is_headline
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import FAMILIES
from pmo_lib.reports import page
from pmo_lib.wording import (
    DASH,
    TIED,
    are,
    beside,
    change,
    change_interval,
    counted,
    interval,
    listed,
    number,
    wanted,
)

MOST_NAMED = 4
MOST_PROPOSED = 3
# every answer with its shape, which is told without colour, and its kind: good, bad or neutral
ANSWERS = {
    "better": ("▲", "good"),
    "worse": ("▼", "bad"),
    "no clear change": ("=", "neutral"),
    "cannot be compared": ("·", "neutral"),
    "kept": ("✓", "good"),
    "not kept": ("✗", "bad"),
    "cannot tell yet": ("?", "neutral"),
    "no target set": ("·", "neutral"),
}
THAN_BEFORE = {
    "better": "than in the baseline, by more than matters and more than chance",
    "worse": "than in the baseline, by more than matters and more than chance",
    "no clear change": "what there is does not matter, or may be chance",
    "cannot be compared": "there is no baseline, or too little to tell a change from chance",
}
AGAINST_TARGET = {
    "kept": "the whole interval lies in the target range",
    "not kept": "the whole interval lies outside it",
    "cannot tell yet": "the interval lies on both sides, or there are too few cases",
    "no target set": "none stands in the settings",
}
NO_NEWS = (
    "No KPI is clearly better or worse than before, none clearly keeps or misses a target, and no "
    "chart has a signal."
)
CONTEXT = "for context only, never judged"


def scorecard(
    results: Sequence[KpiResult],
    trends: Mapping[str, HTML],
    level: str,
    signals: Collection[str] | None = None,
) -> HTML:
    """Every KPI with a value, a line each, and what is to know of some in footnotes.

    `trends` holds the sparklines by KPI, `level` names the intervals: 90 % interval. Where
    `signals` names the KPIs whose chart has one, those with news stand first and open, all others
    folded away by family; else all are open.
    """
    measured = [r for r in results if r.is_measured and not r.segment]
    heads = [r for r in measured if is_headline(r)]
    if not heads:
        return page.paragraph("No KPI has a value.")
    news = [] if signals is None else [r for r in heads if _is_news(r, signals)]
    parts = []
    if news:
        parts.append(_table(news, measured, trends, f"KPIs with news; in brackets the {level}"))
    elif signals is not None:
        parts.append(page.paragraph(NO_NEWS))
    for family, name in FAMILIES.items():
        rows = [r for r in heads if CATALOGUE[r.kpi_id].family == family and r not in news]
        if rows:
            caption = f"KPIs: {name}; in brackets the {level}"
            table = _table(rows, measured, trends, caption)
            said = f"{name}: {counted(len(rows), 'KPI')} without news"
            parts.append(
                page.subsection(name, table) if signals is None else page.folded(said, table)
            )
    return page.joined(*parts)


def _is_news(result: KpiResult, signals: Collection[str]) -> bool:
    return result.kpi_id in signals or bool(
        {result.than_before, result.against_target} & {"better", "worse", "kept", "not kept"}
    )


def _table(
    rows: Sequence[KpiResult],
    measured: Sequence[KpiResult],
    trends: Mapping[str, HTML],
    caption: str,
) -> HTML:
    """A line each, without the columns that would be empty, and the footnotes beneath."""
    notes: dict[str, int] = {}
    frame = pd.DataFrame([_row_of(each, measured, trends, notes) for each in rows])
    empty = [
        *(["Before", "Difference"] if all(isnan(r.baseline) for r in rows) else []),
        *(["Than before"] if {r.than_before for r in rows} <= {"", "cannot be compared"} else []),
        *(["Target"] if {r.against_target for r in rows} <= {"", "no target set"} else []),
        *([] if any(r.kpi_id in trends for r in rows) else ["Trend"]),
    ]
    table = page.table(frame.drop(columns=empty), caption, "cards")
    return page.joined(table, page.footnotes(notes)) if notes else table


def _row_of(
    result: KpiResult,
    measured: Sequence[KpiResult],
    trends: Mapping[str, HTML],
    notes: dict[str, int],
) -> dict[str, object]:
    """One KPI as a row; what is to know of it gets the number that the same note has."""
    kpi, moved = CATALOGUE[result.kpi_id], result.change
    unit = kpi.unit
    said = [
        result.statistic.words, *_further(result, measured), result.reason, result.compared,
        CONTEXT if kpi.better == "context" else "",
    ]  # fmt: skip
    each = [_sentence(part) for text in said for part in text.split("; ") if part]
    numbers = [notes.setdefault(text, len(notes) + 1) for text in dict.fromkeys(each)]
    return {
        "KPI": page.noted(f"{kpi.id} {kpi.name}", numbers),
        "Now": beside(number(result.value, unit), interval(result.low, result.high, unit)),
        "n": result.n,
        "Before": number(result.baseline, unit),
        "Difference": beside(
            change(moved.value, unit), change_interval(moved.low, moved.high, unit)
        ),
        "Than before": answer(result.than_before),
        "Target": page.joined(answer(result.against_target), _small(target(result))),
        "Trend": trends.get(kpi.id, DASH),
    }


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def answer(word: str) -> HTML:
    """One of the answers as a word with its shape and colour; a dash where there is none.

    That no target is set is told once, not in every row.
    """
    if word in {"", "no target set"}:
        return HTML(DASH)
    shape, kind = ANSWERS[word]
    return page.badge(word.replace("not kept", f"not{TIED}kept"), kind, shape)


def target(result: KpiResult) -> str:
    """The target range in words: at least 80 %."""
    return wanted(result.target.low, result.target.high, CATALOGUE[result.kpi_id].unit)


def answers_in_words(results: Sequence[KpiResult]) -> str:
    """How many KPIs have which answers, those for the worse by name."""
    judged = [r for r in results if r.is_measured and r.than_before]
    if not judged:
        return "No KPI can be compared with a baseline or a target."
    before = {word: [r for r in judged if r.than_before == word] for word in THAN_BEFORE}
    target = {word: [r for r in judged if r.against_target == word] for word in AGAINST_TARGET}
    said = (
        f"Of {counted(len(judged), 'KPI')} {are(len(before['better']))} better than before, "
        f"{are(len(before['worse']))} worse{_named(before['worse'])}, "
        f"{are(len(before['no clear change']))} without clear change; "
        f"{len(before['cannot be compared'])} cannot be compared."
    )
    if len(before["cannot be compared"]) == len(judged):
        said = f"Whether KPIs are better than before cannot be told of any of {len(judged)}."
    aimed = sum(len(target[word]) for word in ("kept", "not kept", "cannot tell yet"))
    if not aimed:
        return said
    return (
        f"{said} Of {counted(aimed, 'target')} {are(len(target['kept']))} kept and "
        f"{are(len(target['not kept']))} not{_named(target['not kept'])}; of "
        f"{len(target['cannot tell yet'])} it cannot be told yet."
    )


def to_set(results: Sequence[KpiResult], first: Sequence[str] = ()) -> str:
    """How many KPIs have neither target nor baseline, and which to begin with; else nothing."""
    lacking = without_reference(results, first)
    if not lacking:
        return ""
    have = "KPI has" if len(lacking) == 1 else "KPIs have"
    named = [f"{CATALOGUE[each].name.lower()} ({each})" for each in lacking[:MOST_PROPOSED]]
    then = " first" if len(lacking) > MOST_PROPOSED else ""
    targets = "a target" if len(lacking) == 1 else "targets"
    return f"{len(lacking)} {have} neither a target nor a baseline: set {targets} for " + (
        f"{listed(named)}{then} (thresholds in settings.yml)."
    )


def legend() -> HTML:
    """What the answers mean, a line each, under their question."""
    return page.joined(
        *(
            page.joined(page.paragraph(asked), page.bullets(f"{k}: {v}." for k, v in words.items()))
            for asked, words in (
                ("Than before:", THAN_BEFORE),
                ("Target:", AGAINST_TARGET),
            )
        )
    )


def _further(result: KpiResult, measured: Sequence[KpiResult]) -> list[str]:
    """The KPI's further statistics, a line each."""
    own = CATALOGUE[result.kpi_id].unit
    return [
        f"{r.statistic.words or r.statistic.id}: {number(r.value, unit)}"
        + (f" ({ends})" if (ends := interval(r.low, r.high, unit)) != DASH else "")
        for r in measured
        if r.kpi_id == result.kpi_id and not is_headline(r)
        for unit in [r.statistic.unit or own]
    ]


def _named(found: Sequence[KpiResult]) -> str:
    """The first of them by name, in brackets."""
    names = [CATALOGUE[r.kpi_id].name.lower() for r in found[:MOST_NAMED]]
    more = len(found) - MOST_NAMED
    return f" ({listed(names)}{f' and {more} more' * (more > 0)})" if names else ""


def _small(text: str) -> HTML:
    return HTML("" if text == DASH else f"<br><small>{page.escape(text)}</small>")

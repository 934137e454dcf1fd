"""The scorecard: per family a table with value, interval, n, baseline, change and both answers."""

from collections.abc import Mapping, Sequence
from math import isnan

import pandas as pd
from IPython.display import HTML

from pmo_lib.assessment.judgement import without_reference
from pmo_lib.engine.result import KpiResult, is_headline
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import FAMILIES, Kpi
from pmo_lib.reports import page
from pmo_lib.wording import (
    DASH,
    are,
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
DIRECTIONS = {"higher": "higher is better", "lower": "lower is better", "context": "context only"}


def scorecard(results: Sequence[KpiResult], trends: Mapping[str, HTML], level: str) -> HTML:
    """Every KPI with a value, a table a family.

    `trends` holds the sparklines by KPI, `level` names the intervals: 90 % interval.
    """
    measured = [r for r in results if r.is_measured and not r.segment]
    unused = [] if any(r.baseline == r.baseline for r in measured) else ["Baseline", "Change"]
    unused += [] if trends else ["Trend"]
    parts: list[HTML] = []
    for family, name in FAMILIES.items():
        rows = [
            row_of(result, measured, trends)
            for result in measured
            if CATALOGUE[result.kpi_id].family == family and is_headline(result)
        ]
        if rows:
            caption = f"KPIs, {name.lower()}; beneath values and changes their {level}"
            table = page.table(pd.DataFrame(rows).drop(columns=unused), caption, "cards")
            parts.append(page.subsection(name, table))
    return page.joined(*parts) if parts else page.paragraph("No KPI has a value.")


def row_of(
    result: KpiResult, measured: Sequence[KpiResult], trends: Mapping[str, HTML]
) -> dict[str, object]:
    """One KPI as a row of the scorecard."""
    kpi = CATALOGUE[result.kpi_id]
    return {
        "KPI": page.lines(
            f"{kpi.id} {kpi.name}",
            ", ".join(filter(None, [result.statistic.words, direction(kpi)])),
            *_further(result, measured),
            result.reason,
        ),
        "Value": page.lines(
            number(result.value, kpi.unit), _or_nothing(interval(result.low, result.high, kpi.unit))
        ),
        "n": result.n,
        "Baseline": number(result.baseline, kpi.unit),
        "Change": page.lines(
            change(result.change.value, kpi.unit),
            _or_nothing(change_interval(result.change.low, result.change.high, kpi.unit)),
            detectable(result),
            result.compared,
        ),
        "Than before": answer(result.than_before),
        "Target": page.joined(answer(result.against_target), _small(target(result))),
        "Trend": trends.get(kpi.id, DASH),
    }


def answer(word: str) -> HTML:
    """One of the answers as a word with its shape and colour; a dash where there is none."""
    if not word:
        return HTML(DASH)
    shape, kind = ANSWERS[word]
    return page.badge(word, kind, shape)


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


def detectable(result: KpiResult) -> str:
    """The minimum detectable change, in words."""
    if isnan(result.change.detectable):
        return ""
    size = change(result.change.detectable, CATALOGUE[result.kpi_id].unit).lstrip("+")
    return f"minimum detectable change {size}"


def direction(kpi: Kpi) -> str:
    """Which way is good, in words."""
    if kpi.near is None:
        return DIRECTIONS[kpi.better]
    low, high = (number(end, kpi.unit) for end in kpi.near)
    return f"good near {low}" if low == high else f"good from {low} to {high}"


def _further(result: KpiResult, measured: Sequence[KpiResult]) -> list[str]:
    """The KPI's further statistics, a line each."""
    own = CATALOGUE[result.kpi_id].unit
    return [
        f"{r.statistic.words}: {number(r.value, unit)}"
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


def _or_nothing(text: str) -> str:
    return "" if text == DASH else text

"""The scorecard: per family a table with value, interval, n, baseline, change, target and flag."""

from collections.abc import Mapping, Sequence
from math import isnan

import pandas as pd
from IPython.display import HTML

from pmo_lib.assessment.flags import FLAGS
from pmo_lib.engine.result import KpiResult, is_headline
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import FAMILIES, Kpi
from pmo_lib.reports import page
from pmo_lib.wording import DASH, change, change_interval, counted, interval, listed, number

MOST_NAMED = 4
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
        "Flag": flag(result),
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
        "Target": number(result.target, kpi.unit),
        "Trend": trends.get(kpi.id, DASH),
    }


def flag(result: KpiResult) -> HTML | str:
    """The flag as a word with its mark and colour; a dash where there is none to give."""
    return page.badge(result.flag, result.flag) if result.flag else DASH


def in_colours(results: Sequence[KpiResult]) -> str:
    """How many KPIs have which flag, the red ones by name, in a sentence."""
    flagged = [r for r in results if is_headline(r) and r.is_measured and r.flag]
    by_flag = {name: [r for r in flagged if r.flag == name] for name in FLAGS}
    if not flagged:
        return "No KPI can be given a colour."
    named = {
        name: listed([CATALOGUE[r.kpi_id].name.lower() for r in by_flag[name][:MOST_NAMED]])
        + (f" and {more} more" if (more := len(by_flag[name]) - MOST_NAMED) > 0 else "")
        for name in ("red", "amber")
    }
    counts = [
        f"{len(by_flag[name])} {'is' if len(by_flag[name]) == 1 else 'are'} {name}"
        + (f" ({named[name]})" if named.get(name) else "")
        for name in ("red", "amber", "green")
    ]
    return (
        f"Of {counted(len(flagged), 'KPI')} compared with a target or the baseline, "
        f"{listed(counts)}; {len(by_flag['grey'])} cannot be assessed."
    )


def legend() -> HTML:
    """What the flags mean, in one line each."""
    return page.bullets([f"{name.capitalize()}: {meaning}." for name, meaning in FLAGS.items()])


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


def _or_nothing(text: str) -> str:
    return "" if text == DASH else text

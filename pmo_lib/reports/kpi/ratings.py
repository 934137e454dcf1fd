"""Whether status ratings can be trusted: what green reports hide, and what colours predict."""

from collections.abc import Sequence

import pandas as pd
from IPython.display import HTML

from pmo_lib.engine.result import KpiResult, is_headline
from pmo_lib.reports import page
from pmo_lib.wording import change, change_interval, interval, listed, number

COLOURS = ("green", "amber_green", "amber", "amber_red", "red")


def trust(results: Sequence[KpiResult], level: str) -> HTML:
    """Watermelons, skill and the self-rating gap in a sentence each, or why they are unknown."""
    skill, melon, gap = (
        next(r for r in results if r.kpi_id == kpi and (is_headline(r) or not r.is_measured))
        for kpi in ("G1", "G2", "G3")
    )
    said = [_of_melons(melon, level), _of_skill(skill, level), _of_gap(gap, level)]
    return page.bullets([*said, *_of_red(results)])


def by_colour(results: Sequence[KpiResult], level: str) -> HTML:
    """What became of projects rated in each colour."""
    parts = {r.segment: r for r in results if r.kpi_id == "G1" and r.segment}
    rows = [
        {
            "Rated": colour.replace("_", "-"),
            "Ended late or over budget": number(r.value, "share") if r.is_measured else r.state,
            level: interval(r.low, r.high, "share"),
            "Reports": r.n if r.is_measured else None,
        }
        for colour in COLOURS
        if (r := parts.get(colour)) is not None
    ]
    if not rows:
        return page.paragraph("What became of projects rated in each colour is not known.")
    frame = pd.DataFrame(rows).astype({"Reports": "Int64"})
    return page.table(frame, "What became of projects, by the colour they were rated")


def _of_melons(result: KpiResult, level: str) -> str:
    if not result.is_measured:
        return f"What green reports hide cannot be determined: {result.reason}."
    ends = interval(result.low, result.high, "share")
    return (
        f"Of {result.n:,} reports rated green, {number(result.value, 'share')} were of projects "
        f"that are red by their own figures ({level} {ends}): green outside, red inside."
    )


def _of_skill(result: KpiResult, level: str) -> str:
    if not result.is_measured:
        return f"Whether ratings predict how projects end cannot be determined: {result.reason}."
    ends = interval(result.low, result.high, "score")
    if result.low != result.low:
        verdict = "no interval can be given"
    elif result.low > 0:
        verdict = "ratings predict how projects end, to that degree"
    elif result.high < 0:
        verdict = "ratings predict worse than the base rate alone"
    else:
        verdict = "it is not shown that ratings predict how projects end"
    return (
        f"Rating skill is {number(result.value, 'score')} ({level} {ends}); 1 is perfect, 0 no "
        f"better than the base rate: {verdict}."
    )


def _of_gap(result: KpiResult, level: str) -> str:
    if not result.is_measured:
        return f"Whether owners rate more kindly than others cannot be determined: {result.reason}."
    ends = change_interval(result.low, result.high, "share")
    gap = change(abs(result.value), "share").removeprefix("+")
    if not (result.low > 0 or result.high < 0):
        return (
            f"Whether independent raters give red more often than owners cannot be told: they do "
            f"by {change(result.value, 'share')} ({level} {ends}), which may be chance."
        )
    often = "more" if result.value > 0 else "less"
    return f"Independent raters give red {often} often than owners do, by {gap} ({level} {ends})."


def _of_red(results: Sequence[KpiResult]) -> list[str]:
    """How many in flight are rated red, and by whom; nothing where that is not known."""
    red = [r for r in results if r.kpi_id == "G9" and r.is_measured]
    whole = next((r for r in red if not r.segment), None)
    parts = [f"{number(r.value, 'share')} of the {r.n} that {r.segment} rated last"
             for r in red if r.segment]  # fmt: skip
    if whole is None:
        return []
    apart = f": {listed(parts)}" if parts else ""
    return [
        f"Of {whole.n:,} projects in flight, {number(whole.value, 'share')} are rated red{apart}."
    ]

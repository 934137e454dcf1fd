"""What was promised to customers, in their words, and whether it is kept; the broken first."""

from collections import Counter
from collections.abc import Sequence
from math import isnan

import pandas as pd
from IPython.display import HTML

from pmo_lib.assessment.promise_target import BETTER
from pmo_lib.assessment.promises import VERDICTS, Promise, Verdict
from pmo_lib.engine.result import KpiResult
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.reports import page
from pmo_lib.reports.scorecard import answer
from pmo_lib.wording import (
    DASH,
    are,
    beside,
    change,
    change_interval,
    counted,
    interval,
    number,
    wanted,
)

MOST = 4  # more KPIs on a page and none is looked at
USUAL = ("D1", "D3", "P1", "G8")  # where nothing was promised
CAPTIONS: dict[Verdict, str] = {
    "not kept": "Promises not kept",
    "kept": "Promises kept",
    "cannot tell yet": "Promises of which it cannot be told yet",
}


def promised_kpis(promises: Sequence[Promise]) -> list[str]:
    """The known KPIs that the promises name, the most often named first."""
    named = Counter(each.kpi_id for each in promises if each.kpi_id in CATALOGUE)
    return [kpi for kpi, _ in named.most_common()]


def section(promises: Sequence[Promise]) -> HTML:
    """How many promises are kept; the broken ones, a line each, and the others folded away."""
    parts = [page.paragraph(kept_in_words(promises))]
    for verdict in VERDICTS:
        own = [each for each in promises if each.verdict == verdict]
        if own:
            table = page.table(_rows(own), CAPTIONS[verdict], "cards")
            is_news = verdict == "not kept"
            parts.append(
                table if is_news else page.folded(f"{CAPTIONS[verdict]}: {len(own)}", table)
            )
    return page.joined(*parts)


def kept_in_words(promises: Sequence[Promise]) -> str:
    """Of 23 promises 5 are kept, 9 are not, and of 9 it cannot be told yet."""
    kept, broken, open_ = (
        sum(each.verdict == word for each in promises)
        for word in ("kept", "not kept", "cannot tell yet")
    )
    if len(promises) == 1:
        one = {"kept": "is kept", "not kept": "is not kept"}.get(
            promises[0].verdict, "cannot be told yet to be kept or not"
        )
        return f"The one promise {one}."
    return (
        f"Of {counted(len(promises), 'promise')} {are(kept)} kept, {are(broken)} not, and of "
        f"{open_ or 'none'} it cannot be told yet."
    )


def in_words(promise: Promise) -> str:
    """A promise, whether it is kept, and its number."""
    said = f"You said: “{_text(promise.challenge)}.” " if promise.challenge else ""
    said += f"We promised: “{_text(promise.statement)}.” "
    result = promise.result
    if result is None or not result.is_measured:
        return f"{said}Whether it is kept cannot be told yet: {promise.reason}."
    kpi = CATALOGUE[promise.kpi_id]
    ends = interval(result.low, result.high, kpi.unit)
    of = f" of {promise.service}" if result.segment else ""
    shown = f"{kpi.name}{of} is {number(result.value, kpi.unit)} ({ends}, n = {result.n:,})"
    aim = promised(promise)
    against = f"; promised was {aim}" if aim not in {DASH, BETTER} else since(result)
    if promise.verdict == "cannot tell yet":
        return f"{said}Whether it is kept cannot be told yet ({promise.reason}): {shown}{against}."
    return f"{said}It is {promise.verdict}: {shown}{against}."


def promised(promise: Promise) -> str:
    """The target in words: at most 14 days (10 working days)."""
    if promise.target == BETTER or promise.result is None:
        return promise.target or DASH
    unit = CATALOGUE[promise.kpi_id].unit
    target = promise.result.target
    said = wanted(target.low, target.high, unit)
    if said == DASH:
        return promise.target or DASH
    return f"{said} ({promise.target})" if "working" in promise.target else said


def since(result: KpiResult) -> str:
    """The change since the baseline, or that it is unknown; begins with a comma or semicolon."""
    unit = CATALOGUE[result.kpi_id].unit
    if isnan(result.change.value):
        return f"; whether it has changed cannot be determined ({result.compared or 'no baseline'})"
    was = f", against {number(result.baseline, unit)} in the baseline"
    if isnan(result.change.low):
        return f"{was}; whether that is more than chance cannot be determined"
    ends = change_interval(result.change.low, result.change.high, unit)
    if result.change.low <= 0 <= result.change.high:
        return f"{was}; the difference may be chance ({ends})"
    return f"{was}: a change of {change(result.change.value, unit)} ({ends})"


def _rows(promises: Sequence[Promise]) -> pd.DataFrame:
    rows = [
        {
            "Promise": page.lines(_text(p.statement), f"{p.department}, {p.statement_id}"),
            "Shown by": _shown_by(p),
            "Promised": promised(p),
            "Now": _now(p.result),
            "Kept?": answer(p.verdict),
            "Why it cannot be told": p.reason,
        }
        for p in promises
    ]
    frame = pd.DataFrame(rows)
    is_told = not any(p.reason for p in promises)
    return frame.drop(columns="Why it cannot be told") if is_told else frame


def _shown_by(promise: Promise) -> str:
    if promise.kpi_id not in CATALOGUE:
        return promise.kpi_id or DASH
    of = f", {promise.service}" if promise.result and promise.result.segment else ""
    return f"{promise.kpi_id} {CATALOGUE[promise.kpi_id].name}{of}"


def _now(result: KpiResult | None) -> HTML | str:
    if result is None or not result.is_measured:
        return DASH
    unit = CATALOGUE[result.kpi_id].unit
    ends = interval(result.low, result.high, unit)
    was = "" if isnan(result.baseline) else f", before {number(result.baseline, unit)}"
    return page.lines(beside(number(result.value, unit), ends), f"n = {result.n:,}{was}")


def _text(text: str) -> str:
    return text or "not written down"

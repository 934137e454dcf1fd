"""What was promised to customers, in their words, and the one number that shows it."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from math import isnan
from typing import Any

import pandas as pd
from IPython.display import HTML

from pmo_lib.engine.result import KpiResult, is_headline
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.reports import page
from pmo_lib.reports.scorecard import answer, detectable
from pmo_lib.wording import DASH, change, change_interval, interval, number

MOST = 4  # more KPIs on a page and none is looked at
USUAL = ("D1", "D3", "P1", "G8")  # where nothing was promised


def promised_kpis(statements: pd.DataFrame) -> list[str]:
    """The known KPIs that the statements name, the most often named first."""
    named = Counter(kpi for kpi in statements["kpi_id"].dropna() if kpi in CATALOGUE)
    return [kpi for kpi, _ in named.most_common()]


def promises(statements: pd.DataFrame, results: Sequence[KpiResult]) -> HTML:
    """Each promise with its KPI in the baseline and now; `results` are those of all departments."""
    rows = [_row(row, results) for row in statements.to_dict("records")]
    return page.table(pd.DataFrame(rows), "What was promised, and what shows it", "cards")


def in_words(statement: Mapping[Hashable, Any], results: Sequence[KpiResult]) -> str:
    """A promise and its number in two sentences."""
    said = f"You said: “{_text(statement, 'challenge')}.” "
    promised = f"We promised: “{_text(statement, 'statement')}.” "
    result = result_of(statement, results)
    if result is None:
        return said + promised + "No KPI was named to show it."
    kpi = CATALOGUE[result.kpi_id]
    if not result.is_measured:
        return f"{said}{promised}{kpi.name} cannot be determined: {result.reason}."
    ends = interval(result.low, result.high, kpi.unit)
    number_now = f"{kpi.name} is {number(result.value, kpi.unit)} ({ends}, n = {result.n:,})"
    return f"{said}{promised}{number_now}{since(result)}."


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


def result_of(statement: Mapping[Hashable, Any], results: Sequence[KpiResult]) -> KpiResult | None:
    """The headline of the statement's KPI for its department."""
    return next(
        (
            r
            for r in results
            if (r.kpi_id, r.department) == (statement["kpi_id"], statement["department"])
            and (is_headline(r) or not r.is_measured)
        ),
        None,
    )


def _row(statement: Mapping[Hashable, Any], results: Sequence[KpiResult]) -> dict[str, object]:
    result = result_of(statement, results)
    row: dict[str, object] = {
        "Promise": page.lines(
            _text(statement, "statement"),
            f"The challenge: {_text(statement, 'challenge')}",
            f"{statement['department']}, {statement['statement_id']}",
        )
    }
    if result is None:
        named = statement["kpi_id"]
        why = "names no KPI" if pd.isna(named) else f"names {named}, which is no KPI"
        return row | {
            "Shown by": why,
            "Now": "–",
            "Baseline": "–",
            "Change": "–",
            "Than before": "–",
        }
    kpi = CATALOGUE[result.kpi_id]
    now = page.lines(result.state, result.reason)
    if result.is_measured:
        ends = interval(result.low, result.high, kpi.unit)
        now = page.lines(number(result.value, kpi.unit), ends, f"n = {result.n:,}")
    ends = change_interval(result.change.low, result.change.high, kpi.unit)
    return row | {
        "Shown by": f"{kpi.id} {kpi.name}",
        "Now": now,
        "Baseline": number(result.baseline, kpi.unit),
        "Change": page.lines(
            change(result.change.value, kpi.unit),
            "" if ends == DASH else ends,
            detectable(result),
            result.compared,
        ),
        "Than before": answer(result.than_before),
    }


def _text(statement: Mapping[Hashable, Any], column: str) -> str:
    value = statement[column]
    return "not written down" if pd.isna(value) else str(value)

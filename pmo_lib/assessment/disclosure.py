"""Statistical disclosure control: secondary suppression of small cells.

A total and all parts but one disclose the one. So where exactly one department (or one part of a
department's figure) is too few to be shown, the next smallest is not shown either.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from pmo_lib.engine.result import ORGANISATION, KpiResult
from pmo_lib.kpis.catalogue import CATALOGUE

LEST = "not shown, lest the few cases of another could be worked out from it"
Cell = tuple[str, str, str]  # KPI, department, segment


def protected(results: Sequence[KpiResult]) -> list[KpiResult]:
    """The results of all departments, those suppressed that would disclose another."""
    also_hidden = _secondary(results)
    return [
        KpiResult(
            result.kpi_id, result.department, result.period, result.statistic, result.segment,
            state="too few", reason=LEST,
        )
        if _cell(result) in also_hidden
        else result
        for result in results
    ]  # fmt: skip


def _secondary(results: Sequence[KpiResult]) -> set[Cell]:
    """Cells to hide besides those with too few cases, until no line has exactly one hidden."""
    headlines = {_cell(result): result for result in reversed(results) if _is_part(result)}
    size = {cell: result.n for cell, result in headlines.items() if result.is_measured}
    few = {cell for cell, result in headlines.items() if result.state == "too few"}
    hidden = set(few)
    lines = _lines([*size, *hidden])
    found = True
    while found:
        found = False
        for line in lines:
            shown = [cell for cell in line if cell in size and cell not in hidden]
            if sum(cell in hidden for cell in line) == 1 and shown:
                hidden.add(min(shown, key=lambda cell: (size[cell], cell)))
                found = True
    return hidden - few


def _lines(cells: Iterable[Cell]) -> list[list[Cell]]:
    """The departments that add up to the organisation, and the parts that add up to a whole."""
    lines: dict[tuple[str, ...], list[Cell]] = defaultdict(list)
    for cell in dict.fromkeys(cells):
        kpi_id, department, segment = cell
        if department != ORGANISATION:
            lines[kpi_id, "departments of", segment].append(cell)
        if segment:
            lines[kpi_id, "parts of", department].append(cell)
    return list(lines.values())


def _is_part(result: KpiResult) -> bool:
    """Whether it is one of several that add up, of cases and not of plain counts."""
    fact = CATALOGUE[result.kpi_id].statistic.is_fact
    return not fact and bool(result.department != ORGANISATION or result.segment)


def _cell(result: KpiResult) -> Cell:
    return result.kpi_id, result.department, result.segment

"""Statistical disclosure control: secondary suppression of small cells.

A total and all parts but one disclose the one, and all but two the two together. So where some
departments (or parts of a department's figure) are too few to be shown, the next smallest are not
shown either, until those of every line that are hidden are more than too few together, and no sums
and differences of what is shown, over whichever lines, come to a hidden one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pmo_lib.engine.result import ORGANISATION, KpiResult
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.stats.numbers import Bools, Floats, Integers

LEST = "not shown, lest the few cases of another could be worked out from it"
TOO_FEW = 5
DERIVED = 1e-9  # a residual below it: what is left is rounding
Cell = tuple[str, str, str]  # KPI, department, segment


@dataclass(frozen=True)
class _Line:
    """Parts that add up to a total."""

    total: Cell
    parts: list[Cell]


def protected(results: Sequence[KpiResult], too_few: int = TOO_FEW) -> list[KpiResult]:
    """The results of all departments, those suppressed that would disclose another."""
    also_hidden = _secondary(results, too_few)
    return [
        KpiResult(
            result.kpi_id, result.department, result.period, result.statistic, result.segment,
            state="too few", reason=LEST,
        )
        if _cell(result) in also_hidden
        else result
        for result in results
    ]  # fmt: skip


def _secondary(results: Sequence[KpiResult], too_few: int) -> set[Cell]:
    """Cells to hide besides those with too few cases."""
    counted = [r for r in results if not CATALOGUE[r.kpi_id].statistic.is_fact]
    headlines = {_cell(result): result for result in reversed(counted)}
    cases = {c: r.cases for c, r in headlines.items() if r.is_measured or r.state == "too few"}
    few = {cell for cell, result in headlines.items() if result.state == "too few"}
    by_kpi: dict[str, list[Cell]] = defaultdict(list)
    for cell in cases:
        by_kpi[cell[0]].append(cell)
    hidden = set(few)
    for kpi_id in {cell[0] for cell in few}:
        hidden |= _closed(by_kpi[kpi_id], few, cases, too_few)
    return hidden - few


def _closed(
    cells: Sequence[Cell], few: set[Cell], cases: Mapping[Cell, int], too_few: int
) -> set[Cell]:
    """The cells of a KPI to hide, of which those shown disclose none."""
    lines, hidden = _lines(cells), {cell for cell in cells if cell in few}
    while True:
        more = next((c for line in lines if (c := _next(line, hidden, cases, too_few))), None)
        if more is None:
            given_away = derived(cells, hidden, few)
            beside = (_beside(cell, lines, hidden, cases) for cell in given_away)
            more = next((cell for cell in beside if cell), None)
        if more is None:
            return hidden
        hidden.add(more)


def _next(line: _Line, hidden: set[Cell], cases: Mapping[Cell, int], too_few: int) -> Cell | None:
    """The next cell of a line to hide; None where it discloses nothing."""
    unseen = [cell for cell in line.parts if cell in hidden]
    seen = [cell for cell in line.parts if cell not in hidden]
    if line.total in hidden:
        return None if unseen or not seen else _smallest(seen, cases)
    if not unseen or (len(unseen) > 1 and sum(cases[cell] for cell in unseen) > too_few):
        return None
    if seen:
        return _smallest(seen, cases)
    is_same = len(unseen) == 1 and line.total[1:] != (ORGANISATION, "")
    return line.total if is_same and line.total in cases else None


def _beside(
    cell: Cell, lines: Iterable[_Line], hidden: set[Cell], cases: Mapping[Cell, int]
) -> Cell | None:
    """The smallest shown cell of the lines that a cell is in."""
    shown = {c for line in lines if cell in line.parts for c in line.parts if c not in hidden}
    return _smallest(shown, cases) if shown else None


def _smallest(cells: Iterable[Cell], cases: Mapping[Cell, int]) -> Cell:
    return min(cells, key=lambda cell: (cases[cell], cell))


def derived(cells: Sequence[Cell], hidden: set[Cell], few: set[Cell]) -> list[Cell]:
    """The cells with too few cases that sums and differences of the shown ones come to."""
    lines = _lines(cells)
    made_of = {line.total: line.parts for line in reversed(lines)}  # of all, the departments
    finest = [cell for cell in cells if not made_of.get(cell)]
    place = {cell: at for at, cell in enumerate(finest)}

    def row(cell: Cell) -> Floats:
        if cell in place:
            one: Floats = np.eye(1, len(finest), place[cell])[0]
            return one
        found: Floats = np.sum([row(part) for part in made_of[cell]], axis=0)
        return found

    shown = np.array([row(cell) for cell in cells if cell not in hidden])
    if not len(shown):
        return []
    _, sizes, basis = np.linalg.svd(shown, full_matrices=False)
    basis = basis[sizes > DERIVED]
    wanted = [cell for cell in cells if cell in few]
    left = [np.abs(r - basis.T @ (basis @ r)).max() for r in map(row, wanted)]
    return [cell for cell, rest in zip(wanted, left, strict=True) if rest < DERIVED]


def _lines(cells: Iterable[Cell]) -> list[_Line]:
    """The departments that add up to the organisation, and the parts that add up to a whole."""
    lines: dict[Cell, dict[str, list[Cell]]] = defaultdict(lambda: defaultdict(list))
    for cell in cells:
        kpi_id, department, segment = cell
        if department != ORGANISATION:
            lines[kpi_id, ORGANISATION, segment]["departments"].append(cell)
        if segment:
            lines[kpi_id, department, ""]["parts"].append(cell)
    return [_Line(total, parts) for total, of in lines.items() for parts in of.values()]


def hidden_beside(counts: Integers, too_few: int, spans: Iterable[slice]) -> Bools:
    """Which cells of a history are not to be shown; its rows are the whole, then departments.

    A column's departments add up to the whole, and the `spans` of a row's periods to other figures:
    those hidden of each are none, or more than too few and no single one.
    """
    hidden: Bools = (counts > 0) & (counts < too_few)
    places: list[tuple[Any, Any]] = [(slice(1, None), at) for at in range(counts.shape[1])]
    places += [(row, span) for span in spans for row in range(len(counts))]
    again = bool(hidden.any())
    while again:
        again = False
        for place in places:
            n, own = counts[place], hidden[place]  # a view: what is hidden is hidden there
            seen = np.flatnonzero((n > 0) & ~own)
            if own.any() and seen.size and (own.sum() == 1 or n[own].sum() <= too_few):
                own[seen[np.argmin(n[seen])]] = again = True
    return hidden


def _cell(result: KpiResult) -> Cell:
    return result.kpi_id, result.department, result.segment

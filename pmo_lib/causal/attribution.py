"""The difference the PMO made, against departments that have not adopted it yet.

Imputation difference-in-differences on department × start-quarter cells (statistics.md 3.2). The
headline interval is that of randomisation inference; the jackknife over departments stands beside
it. Where the design cannot identify an effect, `refusal` says why and no number is given.
"""

from dataclasses import replace
from math import isinf

import numpy as np
import pandas as pd

from pmo_lib.causal.effect import Effect
from pmo_lib.causal.imputation import RIDGE, impute, leaving_out_each, sharing
from pmo_lib.causal.panel import Panel
from pmo_lib.causal.randomisation import (
    FEWEST_ASSIGNMENTS,
    PERMUTATIONS,
    assignments,
    randomised,
)
from pmo_lib.stats.estimate import around, t_quantile
from pmo_lib.stats.numbers import ROUNDING, Bools
from pmo_lib.wording import counted

FEWEST_DEPARTMENTS = 6
FEWEST_ADOPTERS = 3  # departments under the PMO whose projects can be compared
LEAST_SUPPORT = 0.5  # of the treated projects
FITTED = 100 * RIDGE  # of the outcome's range: errors below are what the solution leaves of none
FURTHER = "Data of further departments, adopting in other quarters, would make it testable."
VARYING = "Check the export: an outcome that is the same for all projects says nothing."
BEFORE_AND_SINCE = (
    "Projects that were started before and after adoption, and have ended, are needed."
)


def attribution(
    cells: Panel,
    level: float,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = 1,
    usable: Bools | None = None,
    alpha: float = 0.05,
) -> Effect:
    """The average effect of adoption on the treated (ATT), for the panel's first outcome.

    Cells that are not `usable` (D, T) serve neither side; `alpha` is the level of the test.
    """
    allowed = np.ones_like(cells.treated) if usable is None else usable
    untreated, treated = cells.untreated & allowed, cells.treated & allowed
    taking = cells.cases.sum(axis=1) > 0
    design = Effect(n=int(cells.cases[treated].sum()), clusters=int(taking.sum()))
    refusal, remedy = _without_design(cells, treated)
    if refusal:
        return replace(design, refusal=refusal, remedy=remedy)
    found = impute(cells, untreated[None], treated[None])
    design = replace(
        design,
        support=float(found.n_supported[0] / found.n_treated[0]),
        n=int(cells.cases[found.cells[0]].sum()),
    )
    if design.support < LEAST_SUPPORT:
        what = (
            f"only {design.support:.0%} of the projects under the PMO can be compared with "
            f"departments that had not adopted it yet; {LEAST_SUPPORT:.0%} are needed"
        )
        return replace(design, refusal=what, remedy=BEFORE_AND_SINCE)
    adopters = int(found.cells[0].any(axis=1).sum())
    if adopters < FEWEST_ADOPTERS:
        have = counted(adopters, "department")
        what = f"the projects that can be compared are of {have}; {FEWEST_ADOPTERS} are needed"
        return replace(design, refusal=what, remedy=FURTHER)
    without = impute(cells, *leaving_out_each(untreated, treated)).effect[:, 0]
    estimated = replace(
        design,
        value=float(found.effect[0, 0]),
        error=float(found.error()[0, 0]),
        without=pd.Series(without, index=cells.departments),
    )
    least = FITTED * _spread(cells)[0]
    if estimated.error <= least or not estimated.jackknife_error > least:
        why = "the outcome does not vary between departments"
        return replace(design, refusal=why, remedy=VARYING)
    half = t_quantile(level, max(2, int(sharing(found.scores)[0]))) * estimated.jackknife_error
    of_dates = randomised(
        cells, level, permutations=permutations, seed=seed, usable=usable, alpha=alpha
    )
    return replace(
        estimated, low=of_dates.low, high=of_dates.high, p=of_dates.p, permuted=of_dates.permuted,
        jackknife=around(estimated.value, half), detectable=of_dates.detectable,
    )  # fmt: skip


def is_constant(found: Effect) -> bool:
    """Whether it was refused for an outcome that is the same for all."""
    return bool(found.refusal) and found.remedy == VARYING


def _without_design(cells: Panel, treated: Bools) -> tuple[str, str]:
    """Why these dates allow no comparison at all, and what to do; nothing where they may."""
    taking = int((cells.cases.sum(axis=1) > 0).sum())
    if not cells.cases[treated].any():
        return "no project was started under the PMO within the data", BEFORE_AND_SINCE
    if taking < FEWEST_DEPARTMENTS:
        have = counted(taking, "department")
        what = f"only {have} have projects with this outcome; {FEWEST_DEPARTMENTS} are needed"
        return what, FURTHER
    if (cells.first == 0).all():
        what = "all departments had adopted before the first project, so nothing of before is known"
        return what, BEFORE_AND_SINCE
    if len(np.unique(cells.first)) == 1:
        what = "all departments adopted in one quarter, so there is nothing to compare with"
        return what, FURTHER
    ways = assignments(cells.first)
    if not isinf(ways) and ways < FEWEST_ASSIGNMENTS:
        return (
            f"the dates of adoption could have fallen in only {ways:.0f} distinct ways; "
            f"{FEWEST_ASSIGNMENTS} are needed for chance to be told from effect",
            FURTHER,
        )
    spread, largest = _spread(cells)
    constant = spread <= ROUNDING * max(1.0, largest)
    return ("the outcome never varies", VARYING) if constant else ("", "")


def _spread(cells: Panel) -> tuple[float, float]:
    """Range of the cells' mean outcomes, and the largest of them by size."""
    here = cells.n > 0
    mean = cells.y[..., 0][here] / cells.n[here]
    return float(np.ptp(mean)), float(np.abs(mean).max())

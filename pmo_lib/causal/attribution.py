"""The difference the PMO made, against departments that have not adopted it yet.

Imputation difference-in-differences on department × start-quarter cells (statistics.md 3.2). The
headline interval is that of randomisation inference; the jackknife over departments stands beside
it. Where the design cannot identify an effect, `refusal` says why and no number is given.
"""

from dataclasses import dataclass, field, replace
from math import isinf, nan

import numpy as np
import pandas as pd

from pmo_lib.causal.imputation import RIDGE, impute, jackknife_error, leaving_out_each, sharing
from pmo_lib.causal.panel import Bools, Ints, Panel, treated_cells
from pmo_lib.causal.randomisation import (
    FEWEST_ASSIGNMENTS,
    NOTHING,
    PERMUTATIONS,
    Randomised,
    assignments,
    randomised,
)
from pmo_lib.stats.estimate import t_quantile
from pmo_lib.stats.numbers import ROUNDING
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
DETECTABLE = 2.8  # standard errors detectable with 80 % power at a level of 5 %: 1.96 + 0.84


@dataclass(frozen=True)
class Attribution:
    """An effect with its errors and intervals; all missing where `refusal` says why.

    ``error`` is the cluster-robust one, ``jackknife_error`` CV3; ``low`` and ``high`` and ``p``
    are of randomisation inference, ``jackknife_low`` and ``jackknife_high`` t of G - 1.
    ``without`` are the estimates leaving out each department, by its name; ``support`` is the
    share of the treated projects that could be compared, ``detectable`` the minimum detectable
    effect at 80 % power. ``remedy`` is what to do about a refusal.
    """

    value: float = nan
    error: float = nan
    jackknife_error: float = nan
    low: float = nan
    high: float = nan
    p: float = nan
    jackknife_low: float = nan
    jackknife_high: float = nan
    n_projects: int = 0
    n_departments: int = 0
    support: float = nan
    detectable: float = nan
    assignments: float = 0
    without: pd.Series = field(default_factory=lambda: pd.Series(dtype="float64"))
    permuted: Randomised = NOTHING
    refusal: str = ""
    remedy: str = BEFORE_AND_SINCE

    @property
    def is_constant(self) -> bool:
        """Whether it was refused for an outcome that is the same for all."""
        return bool(self.refusal) and self.remedy == VARYING

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0

    @property
    def jackknife_excludes_zero(self) -> bool:
        return self.jackknife_low > 0 or self.jackknife_high < 0


def attribution(
    cells: Panel,
    first: Ints,
    level: float,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = 1,
    usable: Bools | None = None,
) -> Attribution:
    """The average effect of adoption on the treated (ATT), for the panel's first outcome.

    `first` (D,) are the quarters of adoption as `panel.first_quarters` gives them; cells that are
    not `usable` (D, T) serve neither side.
    """
    treated = treated_cells(first, cells.quarters)
    allowed = np.ones_like(treated) if usable is None else usable
    design = _design(cells, first, treated & allowed)
    refusal, remedy = _without_design(cells, first, treated & allowed)
    if refusal:
        return replace(design, refusal=refusal, remedy=remedy)
    untreated, treated = ~treated & allowed, treated & allowed
    found = impute(cells, untreated[None], treated[None])
    support = float(found.n_supported[0] / found.n_treated[0])
    n_supported = int(cells.cases[found.cells[0]].sum())
    design = replace(design, support=support, n_projects=n_supported)
    if support < LEAST_SUPPORT:
        what = (
            f"only {support:.0%} of the projects under the PMO can be compared with departments "
            f"that had not adopted it yet; {LEAST_SUPPORT:.0%} are needed"
        )
        return replace(design, refusal=what)
    adopters = int(found.cells[0].any(axis=1).sum())
    if adopters < FEWEST_ADOPTERS:
        have = counted(adopters, "department")
        what = f"the projects that can be compared are of {have}; {FEWEST_ADOPTERS} are needed"
        return replace(design, refusal=what, remedy=FURTHER)
    value, error = float(found.effect[0, 0]), float(found.error()[0, 0])
    without = impute(cells, *leaving_out_each(untreated, treated)).effect[:, 0]
    of_all = jackknife_error(without, value)
    least = FITTED * _spread(cells)[0]
    if error <= least or not of_all > least:
        why = "the outcome does not vary between departments"
        return replace(design, refusal=why, remedy=VARYING)
    half = t_quantile(level, max(2, int(sharing(found.scores)[0]))) * of_all
    permuted = randomised(cells, first, level, permutations=permutations, seed=seed, usable=usable)
    return replace(
        design, value=value, error=error, jackknife_error=of_all, low=permuted.low,
        high=permuted.high,
        p=permuted.p, jackknife_low=value - half, jackknife_high=value + half,
        detectable=DETECTABLE * of_all, without=pd.Series(without, index=cells.departments),
        permuted=permuted,
    )  # fmt: skip


def _design(cells: Panel, first: Ints, treated: Bools) -> Attribution:
    """What can be said of the design before any estimate."""
    taking = cells.cases.sum(axis=1) > 0
    return Attribution(
        n_projects=int(cells.cases[treated].sum()),
        n_departments=int(taking.sum()),
        assignments=assignments(first[taking]),
    )


def _without_design(cells: Panel, first: Ints, treated: Bools) -> tuple[str, str]:
    """Why these dates allow no comparison at all, and what to do; nothing where they may."""
    taking = int((cells.cases.sum(axis=1) > 0).sum())
    if not cells.cases[treated].any():
        return "no project was started under the PMO within the data", BEFORE_AND_SINCE
    if taking < FEWEST_DEPARTMENTS:
        have = counted(taking, "department")
        what = f"only {have} have projects with this outcome; {FEWEST_DEPARTMENTS} are needed"
        return what, FURTHER
    if (first == 0).all():
        what = "all departments had adopted before the first project, so nothing of before is known"
        return what, BEFORE_AND_SINCE
    if len(np.unique(first)) == 1:
        what = "all departments adopted in one quarter, so there is nothing to compare with"
        return what, FURTHER
    ways = assignments(first)
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

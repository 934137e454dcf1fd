"""A finding: an outcome with its estimate, checks and verdict, and what it was made from."""

from dataclasses import dataclass, field
from math import isnan, nan, sqrt
from typing import Literal, get_args

import numpy as np
import pandas as pd

from pmo_lib.causal.effect import Effect
from pmo_lib.causal.imputation import supported
from pmo_lib.causal.panel import Panel
from pmo_lib.effect.adoption import Adoption, Design, lead
from pmo_lib.effect.checks import Check
from pmo_lib.effect.claim import Claim
from pmo_lib.effect.outcomes import OUTCOMES, Outcome, winsorised
from pmo_lib.stats.numbers import Bools

Straddlers = Literal["left out", "untreated"]
STRADDLERS: tuple[Straddlers, ...] = get_args(Straddlers)
NO_YEAR = (nan, nan)
NOT_YET = Claim("not testable", "", "")


@dataclass(frozen=True)
class Evidence:
    """What every outcome is estimated from: the projects begun, and when departments adopted.

    ``projects`` as `outcomes.outcome_projects` gives them up to the `data_date`; ``level`` is of
    the intervals; ``lots`` are the projects that were drawn; ``straddlers``, in flight at the
    adoption, are left out or count as untreated.
    """

    projects: pd.DataFrame
    adopted: Adoption
    data_date: pd.Timestamp
    level: float
    straddlers: Straddlers = "left out"
    lots: pd.DataFrame = field(default_factory=pd.DataFrame)

    def lead(self, per_year: int) -> int:
        """The quarters (half-years) before an adoption that count on neither side."""
        if self.straddlers == "untreated":
            return 0
        return lead(self.projects, self.adopted.dates, per_year)


@dataclass(frozen=True)
class Sample:
    """The projects with an outcome, as cells for the test and for the money.

    ``fixed`` are the columns of what is held fixed.
    """

    rows: pd.DataFrame
    fixed: tuple[str, ...]
    tested: Panel
    priced: Panel

    @property
    def spread(self) -> float:
        """The standard deviation of what is held fixed leaves of the values, winsorised."""
        x = np.column_stack([np.ones(len(self.rows)), self.rows[list(self.fixed)]])
        values = self.rows["value"].to_numpy("float64")
        left = values - x @ np.linalg.lstsq(x, values, rcond=None)[0]
        return float(winsorised(pd.Series(left)).std())

    @property
    def support(self) -> float:
        """The share of the projects under the PMO that can be compared; 0 where there are none."""
        under = self.tested.cases[self.tested.treated].sum()
        return float(self.tested.cases[self.compared()].sum() / under) if under else 0.0

    def compared(self) -> Bools:
        """The cells under the PMO over which the estimate averages (D, T)."""
        cells = self.tested
        counts: Bools = supported(cells, cells.untreated[None], cells.treated[None])[0]
        return counts

    def projects_in(self, cells: Bools) -> pd.Series:
        """The project_id of the projects in these cells (D, T)."""
        d = pd.Index(self.tested.departments).get_indexer(pd.Index(self.rows["department"]))
        t = self.rows["quarter"].to_numpy() - self.tested.first_quarter
        ids: pd.Series = self.rows.loc[cells[d, t], "project_id"]
        return ids


@dataclass(frozen=True)
class Finding:
    """One outcome: ``tested`` is the estimate of the verdict, ``priced`` that of the money.

    ``n_left_out`` projects should have the outcome and do not; ``n_edge`` started in the quarter
    of the adoption but before its day; ``n_straddling`` in the quarters before it, whose starts
    were planned to be in flight then; ``n_unlike`` are of a kind found only under the PMO,
    ``n_unsized`` of no recorded size where others have one.
    ``bending`` is how far trends may bend before the effect is lost, in words; ``cells`` whether
    departments are compared by quarter or by half-year.
    Of the staggered roll-out ``departments`` are those compared, ``quarters`` and ``half_years``
    the points of the event study. ``sample`` is what checks and money come from; a value case
    keeps none.
    """

    outcome: Outcome
    design: Design
    tested: Effect
    priced: Effect
    claim: Claim = NOT_YET
    checks: tuple[Check, ...] = ()
    p_adjusted: float = nan
    n_left_out: int = 0
    n_edge: int = 0
    n_straddling: int = 0
    n_unlike: int = 0
    n_unsized: int = 0
    bending: str = ""
    cells: str = ""
    departments: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    quarters: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    half_years: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    sample: Sample | None = field(default=None, repr=False, compare=False)

    @property
    def told(self) -> Effect:
        """The effect of all projects as they came, priced: a test pulls in the farthest."""
        return self.tested if self.priced.refusal or isnan(self.priced.value) else self.priced

    @property
    def years(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The effect in the first year since adoption, and later: each with half its interval.

        Means of the points of the event study, weighted by projects; missing where either has
        fewer than two points.
        """
        if not len(self.quarters):
            return NO_YEAR, NO_YEAR
        since = self.quarters[self.quarters["quarter"] >= 0]
        year = 2 if self.cells == "half-year" else 4
        first, later = since[since["quarter"] < year], since[since["quarter"] >= year]
        if len(first) < 2 or len(later) < 2:
            return NO_YEAR, NO_YEAR
        return _mean(first), _mean(later)

    def row(self) -> dict[str, object]:
        """The finding as a row of value_case.csv."""
        tested, priced, (first, later) = self.tested, self.priced, self.years
        return {
            "outcome": self.outcome.id,
            "effect": tested.value,
            "low": tested.low,
            "high": tested.high,
            "p": tested.p,
            "n_projects": tested.n,
            "n_departments": tested.clusters,
            "support": tested.support,
            "mde": tested.detectable,
            "verdict": self.claim.word,
            "design": self.design,
            "unit": f"difference of {'logarithms' if self.outcome.logarithm else 'shares'}",
            "p_adjusted": self.p_adjusted,
            "effect_priced": priced.value,
            "low_priced": priced.low,
            "high_priced": priced.high,
            "left_out": self.n_left_out,
            "in_flight_left_out": self.n_straddling,
            "by": self.cells,
            "checks": len(self.checks),
            "checks_passed": sum(check.state == "passed" for check in self.checks),
            "effect_first_year": first[0],
            "effect_later": later[0],
            "why": self.claim.why,
            "what_would_change_it": self.claim.remedy,
        }


def _mean(points: pd.DataFrame) -> tuple[float, float]:
    """The weighted mean and half the width of its interval."""
    weights = points["n_projects"] / points["n_projects"].sum()
    halves = (points["high"] - points["low"]) / 2
    return float((weights * points["effect"]).sum()), float(sqrt((weights**2 * halves**2).sum()))


COLUMNS = tuple(Finding(OUTCOMES["cost"], "none", Effect(), Effect()).row())

"""A finding: an outcome with its estimate, checks and verdict, and what it was made from."""

from dataclasses import dataclass, field
from math import nan

import pandas as pd

from pmo_lib.causal.attribution import Attribution
from pmo_lib.causal.event_study import NO_HALF_YEARS, NO_QUARTERS
from pmo_lib.causal.imputation import supported
from pmo_lib.causal.interrupted import Interrupted
from pmo_lib.causal.matching import Matched
from pmo_lib.causal.panel import Bools, Ints, Panel, treated_cells
from pmo_lib.effect.adoption import NO_DEPARTMENTS, Adoption, Design
from pmo_lib.effect.checks import Check
from pmo_lib.effect.claim import Claim
from pmo_lib.effect.outcomes import Outcome

COLUMNS = (
    "outcome", "effect", "low", "high", "p", "n_projects", "n_departments", "support", "mde",
    "verdict", "design", "unit", "p_adjusted", "effect_priced", "low_priced", "high_priced",
    "left_out", "why", "what_would_change_it",
)  # fmt: skip
NOT_YET = Claim("not testable", "", "")


@dataclass(frozen=True)
class Evidence:
    """What every outcome is estimated from: the projects begun, and when departments adopted.

    ``projects`` as `outcomes.outcome_projects` gives them up to the `data_date`; ``level`` is of
    the intervals.
    """

    projects: pd.DataFrame
    adopted: Adoption
    data_date: pd.Timestamp
    level: float


@dataclass(frozen=True)
class Sample:
    """The projects with an outcome, as cells for the test and for the money, and the dates."""

    rows: pd.DataFrame
    tested: Panel
    priced: Panel
    first: Ints

    def treated(self) -> Bools:
        """The cells under the PMO (D, T)."""
        return treated_cells(self.first, self.tested.quarters)

    def compared(self) -> Bools:
        """The cells under the PMO over which the estimate averages (D, T)."""
        under = self.treated()[None]
        counts: Bools = supported(self.tested, ~under, under)[0]
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
    of the adoption but before its day; ``n_unlike`` are of a kind found only under the PMO.
    Of the staggered roll-out ``departments`` are those compared, ``quarters`` and ``half_years``
    the points of the event study; ``series`` and ``matching`` are of the other designs.
    """

    outcome: Outcome
    design: Design
    tested: Attribution
    priced: Attribution
    claim: Claim = NOT_YET
    checks: tuple[Check, ...] = ()
    p_adjusted: float = nan
    n_left_out: int = 0
    n_edge: int = 0
    n_unlike: int = 0
    departments: pd.DataFrame = field(default_factory=NO_DEPARTMENTS.copy, repr=False)
    quarters: pd.DataFrame = field(default_factory=NO_QUARTERS.copy, repr=False)
    half_years: pd.DataFrame = field(default_factory=NO_HALF_YEARS.copy, repr=False)
    series: Interrupted | None = field(default=None, repr=False)
    matching: Matched | None = field(default=None, repr=False)

    def row(self) -> tuple[object, ...]:
        """The finding as a row of value_case.csv, with `COLUMNS`."""
        tested, priced = self.tested, self.priced
        unit = "difference of logarithms" if self.outcome.logarithm else "difference of shares"
        return (
            self.outcome.id, tested.value, tested.low, tested.high, tested.p, tested.n_projects,
            tested.n_departments, tested.support, tested.detectable, self.claim.word, self.design,
            unit, self.p_adjusted, priced.value, priced.low, priced.high, self.n_left_out,
            self.claim.why, self.claim.remedy,
        )  # fmt: skip


@dataclass(frozen=True)
class Estimated:
    """A finding in the making: beside it the sample, from which checks and money come."""

    finding: Finding
    sample: Sample | None = None

"""The value case: what difference the PMO made, how sure that is, and what it is worth."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import isnan, nan

import numpy as np
import pandas as pd

from pmo_lib.adoption import Adoption, Design, adoption, design, notes, under_pmo
from pmo_lib.assumptions import Assumptions, ThreePoint
from pmo_lib.attribution import Attribution
from pmo_lib.findings import Finding, estimated, findings, in_own_unit
from pmo_lib.outcomes import OUTCOMES, PRIMARY, outcome_projects
from pmo_lib.panel import treated_cells
from pmo_lib.periods import month_end
from pmo_lib.value import Case, Effects, ValueDraws, break_even_effect, value_draws
from pmo_lib.view import View

COLUMNS = (
    "outcome", "effect", "low", "high", "p", "n_projects", "n_departments", "support", "mde",
    "verdict", "design", "unit", "p_adjusted", "effect_priced", "low_priced", "high_priced",
    "left_out", "why", "what_would_change_it",
)  # fmt: skip
DEFAULT = Assumptions(
    imposed_hours=ThreePoint(2, 4, 8),
    hourly_rate=ThreePoint(45, 60, 80),
    delay_lost=ThreePoint(0.25, 0.5, 1),
)
WEIGHT = "planned_money"


@dataclass(frozen=True)
class Question:
    """What is asked: of which service (all together where empty), under which assumptions.

    ``began`` is the month the PMO began for everybody, where no roll-out says so; ``smallest`` is
    the smallest effect of interest, as a share.
    """

    service: str = ""
    began: str = ""
    smallest: float = 0.05
    assumptions: Assumptions = field(default_factory=lambda: DEFAULT)


@dataclass(frozen=True)
class ValueCase:
    """The findings of a view and their worth; each is computed once, when asked for."""

    view: View
    question: Question = Question()

    @cached_property
    def projects(self) -> pd.DataFrame:
        """Every project begun, with its plan and outcomes."""
        view = self.view
        found = outcome_projects(view.tables, view.data_date, view.settings)
        return found.assign(**{WEIGHT: np.exp(found["log_cost"])})

    @cached_property
    def adopted(self) -> Adoption:
        return adoption(self.view.tables, self.question.service)

    @cached_property
    def design(self) -> Design:
        return design(self.projects, self.adopted, self.question.began)

    @cached_property
    def findings(self) -> list[Finding]:
        """Every outcome with estimate, checks and verdict; none without projects to judge by."""
        if self.reason:
            return []
        found = [*map(self._smallest, OUTCOMES)]
        return findings(
            self.projects, self.adopted, self.design, self.view.data_date,
            self.view.settings.confidence_level,
            smallest=dict(zip(OUTCOMES, found, strict=True)), began=self.question.began,
        )  # fmt: skip

    @property
    def reason(self) -> str:
        """Why there can be no value case at all; empty where there can."""
        view = self.view
        if "projects" not in view.tables:
            return "needs projects.csv"
        withheld = [view.withheld[t] for t in ("projects", "baselines", "rollouts")
                    if t in view.withheld]  # fmt: skip
        if withheld:
            return "; ".join(withheld)
        return "" if len(self.projects) else "no project has a date of its start by now"

    def finding(self, outcome: str) -> Finding | None:
        """What was found for one outcome; None without projects."""
        return next((each for each in self.findings if each.outcome.id == outcome), None)

    @property
    def notes(self) -> list[str]:
        """What the dates of adoption leave out, as sentences."""
        cost = next((each for each in self.findings if each.sample), None)
        if cost is None or cost.sample is None:
            return []
        return notes(cost.sample.tested, cost.sample.first, self.adopted)

    def table(self) -> pd.DataFrame:
        """One row an outcome, `COLUMNS`; what value_case.csv holds."""
        return pd.DataFrame([_row(each) for each in self.findings], columns=list(COLUMNS))

    # money

    @cached_property
    def by_cost(self) -> Attribution:
        """The effect on cost with each project weighted by the cost approved for it."""
        return estimated(
            self.projects, OUTCOMES["cost"], self.adopted, self.view.data_date,
            self.view.settings.confidence_level, weight=WEIGHT, permutations=0,
        ).priced  # fmt: skip

    @cached_property
    def effects(self) -> Effects:
        """The primary effects that were estimated, drawn from their joint jackknife.

        Of the effect on cost by project and that weighted by cost the less favourable one enters.
        """
        return joint_effects(self._priced, self._verdicts)

    @property
    def weighted_effects(self) -> Effects | None:
        """The same with the effect on cost that is not the headline's."""
        if "cost" not in self._priced or self.by_cost.refusal:
            return None
        finding = self.finding("cost")
        assert finding is not None
        other = self.by_cost if self._priced["cost"] is finding.priced else finding.priced
        return joint_effects(self._priced | {"cost": other}, self._verdicts)

    @cached_property
    def base_date(self) -> pd.Timestamp:
        """The day that money is discounted to: the PMO's first cost or adoption."""
        days = [self.adopted.dates.min()] if len(self.adopted.dates) else []
        if self.pmo_costs is not None and len(self.pmo_costs):
            days.append(pd.Timestamp(f"{self.pmo_costs['period'].min()}-01"))
        return min(days) if days else self.view.data_date

    @cached_property
    def pmo_costs(self) -> pd.DataFrame | None:
        """What the PMO cost, month by month, up to the data date; None where nobody recorded it."""
        if "pmo_costs" not in self.view.tables or "pmo_costs" in self.view.withheld:
            return None
        costs = self.view.tables["pmo_costs"]
        return costs[costs["period"] <= self.view.period]

    @cached_property
    def treated(self) -> pd.DataFrame:
        """The completed projects under the PMO as `value.value_draws` takes them.

        What a component may not count is missing in it: only projects whose effect was estimated
        enter, each component by the projects of its own estimate.
        """
        rows = self.projects[
            under_pmo(self.projects, self.adopted.dates) & self.projects["ended_on"].notna()
        ]
        parts = {"cost": ["actual_cost"], "schedule": ["actual_days", "benefit_a_year"],
                 "benefits": ["planned_benefit"]}  # fmt: skip
        frame = rows.assign(
            finished_on=rows["ended_on"],
            benefit_a_year=rows["planned_benefit"],
            cashable_benefit_share=rows["cashable_share"],
        )
        inside = {name: self._inside(name, rows) for name in parts}
        supported = pd.DataFrame(inside).any(axis=1) if len(rows) else pd.Series(dtype="bool")
        columns = ["project_id", "department", "finished_on", "actual_cost", "actual_days",
                   "benefit_a_year", "planned_benefit", "cashable_benefit_share"]  # fmt: skip
        frame = frame[columns].assign(supported=supported)
        for name, owned in parts.items():
            counted = inside[name] | ~supported
            frame = frame.assign(**{column: frame[column].where(counted) for column in owned})
        return frame.reset_index(drop=True)

    def draws(self, case: Case) -> ValueDraws:
        """20,000 joint draws of what the PMO was worth."""
        return value_draws(
            self.treated, self.pmo_costs, self.effects, self.question.assumptions, self.base_date,
            case=case,
        )  # fmt: skip

    @property
    def for_kpi(self) -> pd.DataFrame | None:
        """The conservative draws for KPI R12; None where no effect is at least likely."""
        if self.pmo_costs is None or not any(each.claim.counts for each in self._primary):
            return None
        drawn = self.draws("conservative")
        return None if drawn.reason else drawn.for_kpi()

    @property
    def _primary(self) -> list[Finding]:
        return [each for each in self.findings if each.outcome.role == "primary"]

    @property
    def _verdicts(self) -> dict[str, str]:
        return {each.outcome.id: each.claim.word for each in self._primary}

    @cached_property
    def _priced(self) -> dict[str, Attribution]:
        """The estimates that become money: differences against departments not yet adopting."""
        found = {
            each.outcome.id: each.priced
            for each in self._primary
            if each.design == "staggered roll-out" and not each.priced.refusal
            and not each.tested.refusal
        }  # fmt: skip
        if "cost" in found and not self.by_cost.refusal:
            found["cost"] = max(found["cost"], self.by_cost, key=lambda each: each.value)
        return found

    def _smallest(self, outcome: str) -> float:
        """The smallest effect of interest: of cost that at which the PMO breaks even."""
        declared = in_own_unit(OUTCOMES[outcome], self.question.smallest)
        if outcome != "cost" or self.design != "staggered roll-out":
            return declared
        even = self.break_even
        return declared if isnan(even) or even >= 0 else -even

    @cached_property
    def break_even(self) -> float:
        """The effect on cost, a difference of logarithms, at which the PMO pays for itself."""
        if self.pmo_costs is None or self.pmo_costs.empty:
            return nan
        rows = self.projects[under_pmo(self.projects, self.adopted.dates)]
        cost = rows["actual_cost"].astype("float64").where(rows["ended_on"].notna())
        rate = self.question.assumptions.discount_rate
        ends = self.pmo_costs["period"].map(month_end)
        paid = self.pmo_costs["amount"].astype("float64") * self._factors(ends, rate)
        spent = float((cost * self._factors(rows["ended_on"], rate)).sum())
        return break_even_effect(float(paid.sum()), spent) if spent > 0 else nan

    def _factors(self, days: pd.Series, rate: float) -> pd.Series:
        years = (pd.to_datetime(days) - self.base_date).dt.days / 365.25
        factors: pd.Series = (1 + rate) ** -years
        return factors

    def _inside(self, outcome: str, rows: pd.DataFrame) -> pd.Series:
        """Whether each project is in a cell that the outcome's estimate counts."""
        from pmo_lib.imputation import supported

        found = self.finding(outcome)
        nothing = pd.Series(False, index=rows.index)
        if found is None or found.sample is None or outcome not in self._priced:
            return nothing
        cells, first = found.sample.priced, found.sample.first
        treated = treated_cells(first, cells.quarters)
        counted = supported(cells, ~treated[None], treated[None])[0]
        ids = found.sample.rows["project_id"]
        d = pd.Index(cells.departments).get_indexer(pd.Index(rows["department"]))
        t = rows["quarter"].to_numpy() - cells.first_quarter
        valid = rows["project_id"].isin(ids).to_numpy() & (d >= 0) & (t >= 0) & (t < cells.quarters)
        return pd.Series(valid & counted[d.clip(0), t.clip(0, cells.quarters - 1)], rows.index)


def joint_effects(found: dict[str, Attribution], verdicts: dict[str, str]) -> Effects:
    """Σ = (G - 1) ÷ G × Σ (v without g - v)(v without g - v)' over the G departments.

    A department without projects of an outcome leaves that effect as it is.
    """
    names = tuple(name.id for name in PRIMARY if name.id in found)
    values = np.array([found[name].value for name in names])
    if not names:
        return Effects((), values, np.zeros((0, 0)), nan, verdicts)
    without = pd.concat([found[name].without for name in names], axis=1).to_numpy("float64")
    away = np.where(np.isnan(without), 0.0, without - values)
    g = len(away)
    return Effects(names, values, (g - 1) / g * away.T @ away, g - 1, verdicts)


def value_case(view: View, question: Question | None = None) -> ValueCase:
    """The value case of a view; by default under the settings' discount rate."""
    assumed = replace(DEFAULT, discount_rate=view.settings.discount_rate)
    return ValueCase(view, question or Question(assumptions=assumed))


def _row(found: Finding) -> Sequence[object]:
    tested, priced = found.tested, found.priced
    unit = "difference of logarithms" if found.outcome.logarithm else "difference of shares"
    return (
        found.outcome.id, tested.value, tested.low, tested.high, tested.p, tested.n_projects,
        tested.n_departments, tested.support, tested.detectable, found.claim.word, found.design,
        unit, found.p_adjusted, priced.value, priced.low, priced.high, found.n_left_out,
        found.claim.why, found.claim.remedy,
    )  # fmt: skip

"""The value case: what difference the PMO made, how sure that is, and what it is worth."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from math import isnan

import numpy as np
import pandas as pd

from pmo_lib.causal.attribution import Attribution
from pmo_lib.contract.settings import Settings
from pmo_lib.effect.adoption import Adoption, Design, adoption, design, notes, under_pmo
from pmo_lib.effect.finding import COLUMNS, Finding
from pmo_lib.effect.outcomes import OUTCOMES, outcome_projects
from pmo_lib.effect.roll_out import estimated, findings, in_own_unit
from pmo_lib.engine.view import View
from pmo_lib.facts.spend import recorded, why_unknown
from pmo_lib.wording import counted
from pmo_lib.worth.assumptions import DEFAULT, Assumptions, Question
from pmo_lib.worth.draws import ValueDraws, value_draws
from pmo_lib.worth.inputs import (
    break_even_on_cost,
    inside_estimate,
    joint_effects,
    treated,
    without_year_before,
)
from pmo_lib.worth.joint_effects import Case, JointEffects

WEIGHT = "planned_money"


@dataclass(frozen=True)
class ValueCase:
    """The findings of a view and their worth; each is computed once, when asked for."""

    view: View
    question: Question = field(default_factory=Question)

    @property
    def level(self) -> float:
        return self.view.settings.confidence_level

    @cached_property
    def projects(self) -> pd.DataFrame:
        """Every project begun, with its plan and outcomes."""
        view = self.view
        usable = {name: t for name, t in view.tables.items() if name not in view.withheld}
        found = outcome_projects(usable, view.data_date, view.settings)
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
        smallest = {name: self._smallest(name) for name in OUTCOMES}
        began = self.question.began

        def of(design: Design) -> list[Finding]:
            view = self.view
            return findings(
                self.projects, self.adopted, design, view.data_date, self.level,
                smallest=smallest, began=began,
            )  # fmt: skip

        own = of(self.design)
        untestable = all(each.tested.refusal for each in own)
        # where the roll-out cannot be tested, the month that was given still allows a narrow claim
        return of("interrupted time series") if untestable and began else own

    @property
    def reason(self) -> str:
        """Why there can be no value case at all; empty where there can."""
        view = self.view
        if "projects" not in view.tables:
            return "needs projects.csv"
        needed = ("projects", "baselines", "rollouts")
        withheld = [view.withheld[name] for name in needed if name in view.withheld]
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
        found = notes(cost.sample.tested, cost.sample.first, self.adopted)
        table = self.view.verdict.tables.get("rollouts") if self.view.verdict else None
        if table and table.rows_rejected:
            rows = counted(table.rows_rejected, "row")
            found.append(
                f"{rows} of rollouts.csv were rejected: their departments may stand for no PMO, or "
                "for one that came later, and are none of it."
            )
        return found

    def table(self) -> pd.DataFrame:
        """One row an outcome, `COLUMNS`; what value_case.csv holds."""
        return pd.DataFrame([each.row() for each in self.findings], columns=list(COLUMNS))

    # money

    @cached_property
    def by_cost(self) -> Attribution:
        """The effect on cost with each project weighted by the cost approved for it."""
        return estimated(
            self.projects, OUTCOMES["cost"], self.adopted, self.view.data_date,
            self.level, weight=WEIGHT, permutations=0,
        ).priced  # fmt: skip

    @cached_property
    def effects(self) -> JointEffects:
        """The primary effects that were estimated, drawn from their joint jackknife.

        Of the effect on cost by project and that weighted by cost the less favourable one enters.
        """
        return joint_effects(self._priced, self._verdicts)

    @cached_property
    def alternatives(self) -> dict[str, JointEffects | Assumptions]:
        """Other choices of method that a reader may ask for, by what they are called."""
        assumed = self.question.assumptions
        found: dict[str, JointEffects | Assumptions] = {
            f"discount rate {rate:.0%}": replace(assumed, discount_rate=rate)
            for rate in (0.0, 0.07)
            if rate != assumed.discount_rate
        }
        cost = self.finding("cost")
        if cost is None or "cost" not in self._priced:
            return found
        weighted = self._priced["cost"] is self.by_cost
        others = {
            "projects weighted alike" if weighted else "projects weighted by cost": (
                cost.priced if weighted else self.by_cost
            ),
            "year before adoption left out": without_year_before(cost, self.level),
        }
        for name, other in others.items():
            if not other.refusal:
                found[name] = joint_effects(self._priced | {"cost": other}, self._verdicts)
        return found

    @cached_property
    def base_date(self) -> pd.Timestamp:
        """The day that money is discounted to: the PMO's first cost or adoption."""
        days = [] if self._first_adoption is None else [self._first_adoption]
        if self.pmo_costs is not None:
            days.append(pd.Timestamp(f"{self.pmo_costs['period'].min()}-01"))
        return min(days) if days else self.view.data_date

    @property
    def _first_adoption(self) -> pd.Timestamp | None:
        """The first day of a department that has projects."""
        dates = self.adopted.dates
        own = dates[dates.index.isin(self.projects["department"])]
        return own.min() if len(own) else None

    @cached_property
    def pmo_costs(self) -> pd.DataFrame | None:
        """What the PMO cost, month by month, up to the data date; None where that is not known."""
        return None if self.no_cost else recorded(self.view.tables, self.view.period)

    @cached_property
    def no_cost(self) -> str:
        """Why the cost of the PMO is not known; empty where it is."""
        view = self.view
        return why_unknown(view.tables, view.withheld, view.period, self._first_adoption)

    @cached_property
    def treated(self) -> pd.DataFrame:
        """The projects under the PMO as `value.value_draws` takes them; see `returns.treated`."""
        inside = {
            name: inside_estimate(self.finding(name), self.projects, name in self._priced)
            for name in ("cost", "schedule", "benefits")
        }
        return treated(self.projects, self.adopted.dates, inside, self.view.data_date)

    def draws(self, case: Case) -> ValueDraws:
        """20,000 joint draws of what the PMO was worth."""
        return value_draws(
            self.treated, self.pmo_costs, self.effects, self.question.assumptions, self.base_date,
            case=case,
        )  # fmt: skip

    @property
    def no_money(self) -> str:
        """Why no effect may become money; empty where one may."""
        if self.reason:
            return self.reason
        if any(each.design != "staggered roll-out" for each in self.findings):
            return "only a difference to departments that had not adopted yet may become money"
        if self.question.service:
            return "what a single service costs is not known, and all of the PMO is not its cost"
        return ""

    @property
    def any_shown(self) -> bool:
        """Whether a primary effect is at least likely."""
        return any(each.claim.counts for each in self._primary)

    @property
    def for_kpi(self) -> pd.DataFrame | None:
        """The conservative draws for KPI R12; None where no effect is at least likely."""
        if self.no_money or self.no_cost or not self.any_shown:
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
        if self.no_money:
            return {}
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
        under = self.projects[
            under_pmo(self.projects, self.adopted.dates) & ~self.projects["cancelled"]
        ]
        rate = self.question.assumptions.discount_rate
        return break_even_on_cost(under, self.pmo_costs, self.base_date, rate)


def value_case(view: View, question: Question | None = None) -> ValueCase:
    """The value case of a view; by default under the settings' discount rate."""
    return ValueCase(view, question or default_question(view.settings))


def default_question(settings: Settings) -> Question:
    """All services together, under the settings' discount rate."""
    return Question(assumptions=replace(DEFAULT, discount_rate=settings.discount_rate))

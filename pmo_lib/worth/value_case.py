"""The value case: what difference the PMO made, how sure that is, and what it is worth.

Everything is computed once, in one pass; what comes out is plain data without the tables it was
made from, so that it can be written and read back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import isnan, log1p, nan, sqrt
from statistics import NormalDist

import numpy as np
import pandas as pd

from pmo_lib.causal.effect import Effect
from pmo_lib.contract.settings import Settings
from pmo_lib.effect.adoption import Design, adoption, design, notes
from pmo_lib.effect.by_lot import broken, drawn_projects
from pmo_lib.effect.finding import COLUMNS, Evidence, Finding
from pmo_lib.effect.outcomes import OUTCOMES, outcome_projects
from pmo_lib.effect.population import NOBODY, population
from pmo_lib.effect.roll_out import findings, in_own_unit
from pmo_lib.effect.rules import Rules
from pmo_lib.engine.view import View
from pmo_lib.wording import counted
from pmo_lib.worth.assumptions import DEFAULT, Terms
from pmo_lib.worth.costs import Costs, costs
from pmo_lib.worth.money import WEIGHT, Money, money
from pmo_lib.worth.pledge import Pledge, changed, pledged

# where one of them is withheld there is no case
NEEDED = ("projects", "baselines", "rollouts", "lots", "pledges")


@dataclass(frozen=True)
class ValueCase:
    """The findings and their worth; nothing but the `terms` where `reason` says why.

    ``notes`` say what the dates of adoption leave out; ``population`` is who is compared, of cost;
    ``p_above_break_even`` is a sceptic's probability that the effect on cost pays for the PMO;
    ``pledge`` is what was said before, with every way in which this deviates from it.
    """

    terms: Terms
    reason: str
    costs: Costs
    money: Money
    design: Design = "none"
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    population: pd.DataFrame = field(default_factory=NOBODY.copy)
    p_above_break_even: float = nan
    pledge: Pledge | None = None
    deviations: tuple[str, ...] = ()

    def finding(self, outcome: str) -> Finding | None:
        """The finding for one outcome; None without projects."""
        return next((each for each in self.findings if each.outcome.id == outcome), None)

    def table(self) -> pd.DataFrame:
        """One row an outcome, `COLUMNS`; what value_case.csv holds."""
        return pd.DataFrame([each.row() for each in self.findings], columns=list(COLUMNS))

    def money_table(self) -> pd.DataFrame:
        """One row a case and item at P5, P50 and P95; what value_money.csv holds.

        The rows ``p_…`` are probabilities: that all value, or cash alone, is above the cost; and
        to a sceptic, that the effect on cost pays for the PMO.
        """
        rows = []
        for name, draws in self.money.draws.items():
            own = draws.quantiles.reset_index(names="item")
            shares = {"p_paid": draws.p_npv_positive, "p_paid_in_cash": draws.p_paid_in_cash}
            if name == "conservative":
                shares["p_above_break_even_to_a_sceptic"] = self.p_above_break_even
            chances = pd.DataFrame({"item": list(shares), "p50": list(shares.values())})
            rows.append(pd.concat([own, chances], ignore_index=True).assign(case=name))
        columns = ["case", "item", "p5", "p50", "p95"]
        return pd.concat(rows)[columns] if rows else pd.DataFrame(columns=columns)

    @property
    def primary(self) -> list[Finding]:
        return [each for each in self.findings if each.outcome.role == "primary"]

    @property
    def shown(self) -> list[Finding]:
        """The primary effects that are at least likely; where one was pledged, no other."""
        alone = self.pledge.outcome if self.pledge and not self.deviations else ""
        return [
            each for each in self.primary if each.claim.counts and alone in ("", each.outcome.id)
        ]

    @property
    def any_shown(self) -> bool:
        """Whether a primary effect is at least likely."""
        return bool(self.shown)

    @property
    def for_kpi(self) -> pd.DataFrame | None:
        """The conservative draws for KPI R12, and the projects that they rest on.

        None where no effect is at least likely.
        """
        if self.money.refusal or self.costs.unknown or not self.any_shown:
            return None
        most = max(each.tested.n for each in self.primary)
        return self.money.draws["conservative"].for_kpi().assign(projects=most)


def value_case(view: View, terms: Terms | None = None) -> ValueCase:
    """The value case of a view; by default under the settings' discount rate."""
    asked = terms or default_terms(view.settings)
    reason = _unusable(view)
    given = None if reason else evidence(view, asked)
    if given is not None and given.projects.empty:
        reason = "no project has a date of its start by now"
    if given is None or reason:
        return ValueCase(asked, reason, Costs(view.data_date), Money(reason))
    best = best_design(given, asked)
    spent = costs(view, given, asked.assumptions.discount_rate)
    found, own, off = _held_to_pledge(view, given, best, asked, spent.break_even)
    alone = own.outcome if own and not off else ""
    worth = money(given, found, spent, asked, alone)
    if off:
        worth = Money(f"this is exploratory and not what was pledged: {'; '.join(off)}")
    if tampered := changed(view.tables):
        worth = Money(" ".join(tampered).removesuffix("."))
    return ValueCase(
        asked, "", spent, worth, best,
        tuple(replace(each, sample=None) for each in found), _notes(view, given, found),
        _compared(view, given, found), _above_break_even(found, asked, spent), own, off,
    )  # fmt: skip


def _held_to_pledge(
    view: View, given: Evidence, best: Design, asked: Terms, break_even: float
) -> tuple[list[Finding], Pledge | None, tuple[str, ...]]:
    """The findings, the pledge that they are held to, and every deviation from it.

    A pledged outcome is tested alone only where nothing deviates, in the design that was used in
    the end: the best one may have been able to tell nothing.
    """
    own = None if changed(view.tables) else pledged(view.tables, asked.service)
    services = _services(view) if asked.service else 1

    def off(design: Design) -> tuple[str, ...]:
        return own.deviations(asked, design, view.period) if own else ()

    def under(design: Design) -> list[Finding]:
        alone = own.outcome if own and not off(design) else ""
        return _findings(given, best, asked, break_even, (services, alone))

    found = under(best)
    used = found[0].design
    if own and bool(off(used)) != bool(off(best)):
        found = under(used)
    return found, own, off(used)


def best_design(given: Evidence, asked: Terms) -> Design:
    """The best design that the data allow: a draw by lot tells more than any roll-out."""
    best = design(given.projects, given.adopted, asked.began)
    by_lot = len(given.lots) and (asked.service or best != "staggered roll-out")
    return "draw by lot" if by_lot else best


def _services(view: View) -> int:
    """Of how many services the same can be asked: those rolled out or drawn by lot."""
    named = [view.tables[n]["service_id"] for n in ("rollouts", "lots") if n in view.tables]
    return max(1, len(set[str]().union(*named)))


def _above_break_even(found: Sequence[Finding], asked: Terms, spent: Costs) -> float:
    """The probability of an effect on actual cost beyond the break-even, to a sceptic.

    Normal: before the data effects are around none, and one in twenty beyond `asked.sceptical` of
    the cost; the data have the jackknife's error. Missing without an estimate or a break-even.
    """
    cost = next((each.tested for each in found if each.outcome.id == "cost"), Effect())
    error, needed = cost.jackknife_error, spent.break_even
    if isnan(cost.value) or isnan(error) or isnan(needed):
        return nan
    prior = (log1p(asked.sceptical) / NormalDist().inv_cdf(0.975)) ** 2
    kept = prior / (prior + error**2)
    return NormalDist(kept * cost.value, sqrt(kept) * error).cdf(needed)


def default_terms(settings: Settings) -> Terms:
    """All services together, under the settings' discount rate."""
    return Terms(assumptions=replace(DEFAULT, discount_rate=settings.discount_rate))


def _unusable(view: View) -> str:
    """Why there can be no value case at all; empty where there can."""
    if "projects" not in view.tables:
        return "needs projects.csv"
    return "; ".join(view.withheld[name] for name in NEEDED if name in view.withheld)


def evidence(view: View, asked: Terms | None = None) -> Evidence:
    """Every project begun with its plan and outcomes, and when departments adopted."""
    terms = asked or Terms()
    projects = outcome_projects(view.usable, view.data_date, view.settings)
    projects[WEIGHT] = np.exp(projects["approved_cost"])
    level, adopted = view.settings.confidence_level, adoption(view.tables, terms.service)
    lots = drawn_projects(view.tables, terms.service)
    return Evidence(projects, adopted, view.data_date, level, terms.straddlers, lots)


def _findings(
    given: Evidence, best: Design, asked: Terms, break_even: float, tested: tuple[int, str]
) -> list[Finding]:
    """Every outcome with estimate, checks and verdict, by the best design or by one that can tell.

    The smallest effect of interest on cost is that at which the PMO breaks even; `tested` says of
    how many services the same can be asked, and which outcome was pledged.
    """
    smallest = {name: in_own_unit(each, asked.smallest) for name, each in OUTCOMES.items()}
    if best == "staggered roll-out" and break_even < 0:
        smallest["cost"] = -break_even
    services, alone = tested
    rules = Rules(smallest, services, pledged=alone)

    def by(design: Design) -> list[Finding]:
        return findings(given, design, rules=rules, began=asked.began)

    own = by(best)
    if best == "draw by lot" and all(each.tested.refusal for each in own):
        own = by(design(given.projects, given.adopted, asked.began))
    untestable = all(each.tested.refusal for each in own if each.outcome.role == "primary")
    # where the roll-out cannot be tested, the month that was given still allows a narrow claim
    return by("interrupted time series") if untestable and asked.began else own


def _notes(view: View, given: Evidence, found: Sequence[Finding]) -> tuple[str, ...]:
    """Which departments the dates of adoption exclude, and which lots were not kept."""
    said = [*broken(view.tables), *changed(view.tables)]
    sample = next((each.sample for each in found if each.sample), None)
    if sample is None:
        return tuple(said)
    said += notes(sample.tested, given.adopted)
    table = view.verdict.tables.get("rollouts") if view.verdict else None
    if table and table.rows_rejected:
        rows = counted(table.rows_rejected, "row")
        said.append(
            f"{rows} of rollouts.csv were rejected: their departments may stand for no PMO, or "
            "for one that came later, and are none of it."
        )
    return tuple(said)


def _compared(view: View, given: Evidence, found: Sequence[Finding]) -> pd.DataFrame:
    """From the whole portfolio to the projects whose cost is compared."""
    cost = next(each for each in found if each.outcome.id == "cost")
    if cost.design != "staggered roll-out":
        return NOBODY
    return population(view.tables["projects"], given, cost.outcome, cost.sample)

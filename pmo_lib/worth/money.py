"""What the effects of a staggered roll-out are worth in money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from pmo_lib.causal.attribution import attribution
from pmo_lib.causal.effect import Effect
from pmo_lib.effect.finding import Estimated, Evidence
from pmo_lib.effect.outcomes import OUTCOMES, PRIMARY
from pmo_lib.effect.roll_out import compared
from pmo_lib.worth.assumptions import Assumptions, Question
from pmo_lib.worth.costs import Costs
from pmo_lib.worth.draws import Summary, ValueDraws, value_draws
from pmo_lib.worth.inputs import (
    NO_PROJECTS,
    inside_estimate,
    joint_effects,
    treated,
    without_year_before,
)
from pmo_lib.worth.joint_effects import CASES, Case, JointEffects
from pmo_lib.worth.tornado import NO_BARS, tornado

WEIGHT = "planned_money"  # the cost approved for a project
OTHER_RATES = (0.0, 0.07)  # discount rates beside the one that is assumed


@dataclass(frozen=True)
class Money:
    """What the effects are worth; without draws where `refusal` says why.

    ``by_cost`` is the effect on cost with each project weighted by the cost approved for it; of it
    and the effect with every project alike the less favourable one is among the ``effects``.
    ``projects`` are those under the PMO; ``draws`` and ``summaries`` are by case, ``tornado`` is of
    the case as estimated.
    """

    refusal: str
    by_cost: Effect
    effects: JointEffects
    projects: pd.DataFrame
    draws: Mapping[Case, ValueDraws]
    summaries: Mapping[Case, Summary]
    tornado: pd.DataFrame


def no_money(reason: str) -> Money:
    return Money(reason, Effect(), joint_effects({}, {}), NO_PROJECTS, {}, {}, NO_BARS)


def money(
    evidence: Evidence, found: Sequence[Estimated], costs: Costs, question: Question
) -> Money:
    """20,000 joint draws of what the PMO was worth in either case, and their sensitivity."""
    refusal = _refusal(found, question)
    if refusal:
        return no_money(refusal)
    primary = {each.finding.outcome.id: each for each in found[: len(PRIMARY)]}
    verdicts = {name: each.finding.claim.word for name, each in primary.items()}
    priced, by_cost = _priced(evidence, primary)
    effects = joint_effects(priced, verdicts)
    inside = {
        name: inside_estimate(each.sample if name in priced else None, evidence.projects)
        for name, each in primary.items()
    }
    projects = treated(evidence.projects, evidence.adopted.dates, inside, evidence.data_date)
    given = (projects, costs.table, effects, question.assumptions, costs.base_date)
    draws = {case: value_draws(*given, case=case) for case in CASES}
    refusal = draws["conservative"].reason
    if refusal:
        return replace(no_money(refusal), by_cost=by_cost, effects=effects, projects=projects)
    summaries = {case: drawn.summary() for case, drawn in draws.items()}
    bars = NO_BARS
    if not costs.unknown:
        others: dict[str, JointEffects | Assumptions] = {
            f"discount rate {rate:.0%}": replace(question.assumptions, discount_rate=rate)
            for rate in OTHER_RATES
            if rate != question.assumptions.discount_rate
        }
        if "cost" in priced:
            choices = _other_costs(primary["cost"], priced["cost"], by_cost, evidence.level)
            others |= {
                name: joint_effects(priced | {"cost": other}, verdicts)
                for name, other in choices.items()
                if not other.refusal
            }
        bars = tornado(*given, alternatives=others)
    return Money("", by_cost, effects, projects, draws, summaries, bars)


def _priced(
    evidence: Evidence, primary: Mapping[str, Estimated]
) -> tuple[dict[str, Effect], Effect]:
    """The estimates that become money, and that of cost weighted by cost."""
    own = {name: each.finding for name, each in primary.items()}
    priced = {
        name: each.priced
        for name, each in own.items()
        if not each.priced.refusal and not each.tested.refusal
    }
    if "cost" not in priced:
        return priced, Effect()
    weighted = compared(evidence, OUTCOMES["cost"], weight=WEIGHT)
    if weighted.sample is None:
        return priced, weighted.finding.priced
    by_cost = attribution(weighted.sample.priced, evidence.level, permutations=0)
    if not by_cost.refusal:
        priced["cost"] = max(priced["cost"], by_cost, key=lambda each: each.value)
    return priced, by_cost


def _other_costs(cost: Estimated, used: Effect, by_cost: Effect, level: float) -> dict[str, Effect]:
    """The effect on cost under other choices of method, by name."""
    other = (
        {"projects weighted alike": cost.finding.priced}
        if used is by_cost
        else {"projects weighted by cost": by_cost}
    )
    if cost.sample is None:
        return other
    return other | {"year before adoption left out": without_year_before(cost.sample, level)}


def _refusal(found: Sequence[Estimated], question: Question) -> str:
    """Why no effect may become money; empty where one may."""
    if any(each.finding.design != "staggered roll-out" for each in found):
        return "only a difference to departments that had not adopted yet may become money"
    if question.service:
        return "what a single service costs is not known, and all of the PMO is not its cost"
    return ""

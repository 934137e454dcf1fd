"""What the effects of a staggered roll-out are worth in money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from pmo_lib.causal.attribution import attribution
from pmo_lib.causal.effect import Effect
from pmo_lib.causal.event_study import year_before
from pmo_lib.effect.finding import Evidence, Finding
from pmo_lib.effect.outcomes import OUTCOMES, PRIMARY
from pmo_lib.effect.roll_out import compared
from pmo_lib.wording import number
from pmo_lib.worth.assumptions import Terms
from pmo_lib.worth.costs import Costs
from pmo_lib.worth.draws import ValueDraws, value_draws
from pmo_lib.worth.exposure import Exposure, inside_estimate, treated
from pmo_lib.worth.joint_effects import CASES, Case, JointEffects, joint_effects
from pmo_lib.worth.tornado import NO_BARS, tornado

WEIGHT = "planned_money"  # the cost approved for a project
HEADLINE: Case = "conservative"
OTHER_RATES = (0.0, 0.07)  # discount rates beside the one that is assumed


@dataclass(frozen=True)
class Money:
    """What the effects are worth; without draws where `refusal` says why.

    ``by_cost`` is the effect on cost with each project weighted by the cost approved for it; of it
    and the effect with every project alike the less favourable one is among the ``effects``.
    ``draws`` are by case, ``tornado`` is of the headline, which is conservative.
    """

    refusal: str
    by_cost: Effect = field(default_factory=Effect)
    effects: JointEffects = field(default_factory=lambda: joint_effects({}, {}))
    draws: Mapping[Case, ValueDraws] = field(default_factory=dict)
    tornado: pd.DataFrame = field(default_factory=NO_BARS.copy)


def money(evidence: Evidence, found: Sequence[Finding], costs: Costs, terms: Terms) -> Money:
    """20,000 joint draws of what the PMO was worth in either case, and their sensitivity."""
    if any(each.design != "staggered roll-out" for each in found):
        return Money("only a difference to departments that had not adopted yet may become money")
    if terms.service:
        return Money("what a single service costs is not known, and all of the PMO is not its cost")
    primary = {each.outcome.id: each for each in found[: len(PRIMARY)]}
    verdicts = {name: each.claim.word for name, each in primary.items()}
    priced, by_cost = _priced(evidence, primary)
    effects = joint_effects(priced, verdicts)
    inside = {
        name: inside_estimate(each.sample if name in priced else None, evidence.projects)
        for name, each in primary.items()
    }
    assumed, base_date = terms.assumptions, costs.base_date
    exposure = Exposure(treated(evidence, inside), costs.table, assumed, base_date)
    draws = {case: value_draws(exposure, effects, case=case) for case in CASES}
    refusal = draws["conservative"].reason
    if refusal:
        return Money(refusal, by_cost, effects)
    if costs.unknown:
        return Money("", by_cost, effects, draws)
    others: dict[str, Exposure | JointEffects] = {
        f"discount rate {number(rate, 'share')}": replace(
            exposure, assumptions=replace(assumed, discount_rate=rate)
        )
        for rate in OTHER_RATES
        if rate != assumed.discount_rate
    }
    if "cost" in priced:
        choices = _other_costs(primary["cost"], priced["cost"], by_cost, evidence.level)
        others |= {
            name: joint_effects(priced | {"cost": other}, verdicts)
            for name, other in choices.items()
            if not other.refusal
        }
    headline = float(draws[HEADLINE].quantiles["p50"]["npv"])
    bars = tornado(exposure, effects, alternatives=others, case=HEADLINE, headline=headline)
    return Money("", by_cost, effects, draws, bars)


def _priced(evidence: Evidence, primary: Mapping[str, Finding]) -> tuple[dict[str, Effect], Effect]:
    """The estimates that become money, and that of cost weighted by cost."""
    priced = {
        name: each.priced
        for name, each in primary.items()
        if not each.priced.refusal and not each.tested.refusal
    }
    if "cost" not in priced:
        return priced, Effect()
    weighted = compared(evidence, OUTCOMES["cost"], weight=WEIGHT)
    if weighted.sample is None:
        return priced, weighted.priced
    by_cost = attribution(weighted.sample.priced, evidence.level, permutations=0)
    if not by_cost.refusal:
        priced["cost"] = max(priced["cost"], by_cost, key=lambda each: each.value)
    return priced, by_cost


def _other_costs(cost: Finding, used: Effect, by_cost: Effect, level: float) -> dict[str, Effect]:
    """The effect on cost under other choices of method, by name."""
    other = (
        {"projects weighted alike": cost.priced}
        if used is by_cost
        else {"projects weighted by cost": by_cost}
    )
    if cost.sample is None:
        return other
    cells = cost.sample.priced
    donut = attribution(cells, level, permutations=0, usable=~year_before(cells))
    return other | {"year before adoption left out": donut}

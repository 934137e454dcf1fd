"""What the effects of a staggered roll-out are worth in money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from pmo_lib.causal.attribution import attribution
from pmo_lib.causal.effect import Effect
from pmo_lib.causal.event_study import year_before
from pmo_lib.effect.comparison import compared
from pmo_lib.effect.finding import Evidence, Finding
from pmo_lib.effect.outcomes import OUTCOMES, PRIMARY
from pmo_lib.wording import number
from pmo_lib.worth.assumptions import Terms
from pmo_lib.worth.costs import Costs
from pmo_lib.worth.draws import ValueDraws, value_draws
from pmo_lib.worth.exposure import Exposure, inside_estimate, treated
from pmo_lib.worth.joint_effects import CASES, Case, JointEffects, joint_effects
from pmo_lib.worth.tornado import NO_BARS, tornado

WEIGHT = "planned_money"  # the cost approved for a project
ACTUAL, RATIO = "effect on actual cost", "effect on cost against approved"
EXPLORATORY = "exploratory, as another outcome was pledged"
HEADLINE: Case = "conservative"
OTHER_RATES = (0.0, 0.07)  # discount rates beside the one that is assumed


@dataclass(frozen=True)
class Money:
    """What the effects are worth; without draws where `refusal` says why.

    ``on_cost`` has the effects on cost that could be money, by name: on actual cost, on cost
    against approved, and on that with each project weighted by the cost approved for it. The least
    favourable of them is among the ``effects``; its verdict is that on actual cost.
    ``draws`` are by case, ``tornado`` is of the headline, which is conservative.
    """

    refusal: str
    on_cost: Mapping[str, Effect] = field(default_factory=dict)
    effects: JointEffects = field(default_factory=lambda: joint_effects({}, {}))
    draws: Mapping[Case, ValueDraws] = field(default_factory=dict)
    tornado: pd.DataFrame = field(default_factory=NO_BARS.copy)


def money(
    evidence: Evidence, found: Sequence[Finding], costs: Costs, terms: Terms, pledged: str = ""
) -> Money:
    """20,000 joint draws of what the PMO was worth in either case, and their sensitivity.

    Where one outcome was `pledged` no gain of another one counts, whatever its verdict.
    """
    if any(each.design != "staggered roll-out" for each in found):
        return Money("only a difference to departments that had not adopted yet may become money")
    if terms.service:
        return Money("what a single service costs is not known, and all of the PMO is not its cost")
    by_id = {each.outcome.id: each for each in found}
    primary = {each.id: by_id[each.id] for each in PRIMARY}
    verdicts = {
        name: each.claim.word if pledged in ("", name) else EXPLORATORY
        for name, each in primary.items()
    }
    on_cost = _on_cost(evidence, primary["cost"], by_id["cost_overrun"])
    priced = {
        name: each.priced
        for name, each in primary.items()
        if not each.priced.refusal and not each.tested.refusal
    }
    used = max(on_cost, key=lambda name: on_cost[name].value, default="")
    if used:
        priced["cost"] = on_cost[used]
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
        return Money(refusal, on_cost, effects)
    if costs.unknown:
        return Money("", on_cost, effects, draws)
    others: dict[str, Exposure | JointEffects] = {
        f"discount rate {number(rate, 'share')}": replace(
            exposure, assumptions=replace(assumed, discount_rate=rate)
        )
        for rate in OTHER_RATES
        if rate != assumed.discount_rate
    }
    choices = {name: other for name, other in on_cost.items() if name != used}
    if used:
        choices |= _donut(by_id["cost_overrun" if used != ACTUAL else "cost"], evidence.level)
    others |= {
        name: joint_effects(priced | {"cost": other}, verdicts) for name, other in choices.items()
    }
    headline = float(draws[HEADLINE].quantiles["p50"]["npv"])
    bars = tornado(exposure, effects, alternatives=others, case=HEADLINE, headline=headline)
    return Money("", on_cost, effects, draws, bars)


def _on_cost(evidence: Evidence, cost: Finding, ratio: Finding) -> dict[str, Effect]:
    """The effects on cost by name, where actual cost itself could be tested.

    Cost against approved is the more exact one, but what a padded plan adds to it is no saving.
    """
    if cost.tested.refusal or cost.priced.refusal:
        return {}
    found = {ACTUAL: cost.priced, RATIO: ratio.priced}
    weighted = compared(evidence, OUTCOMES["cost_overrun"], weight=WEIGHT)
    if weighted.sample is not None:
        found[f"{RATIO}, weighted by cost"] = attribution(
            weighted.sample.priced, evidence.level, permutations=0
        )
    return {name: each for name, each in found.items() if not each.refusal}


def _donut(found: Finding, level: float) -> dict[str, Effect]:
    """The effect without the year before adoption."""
    if found.sample is None:
        return {}
    cells = found.sample.priced
    without = attribution(cells, level, permutations=0, usable=~year_before(cells))
    return {} if without.refusal else {"year before adoption left out": without}

"""Effects in words: 18 % less, 3 % longer, +13 points."""

from math import expm1, isinf, isnan

from pmo_lib.effect.finding import Finding
from pmo_lib.effect.outcomes import Outcome
from pmo_lib.wording import DASH, change, growth, number

MORE, LESS = {"cost": ("more", "less"), "schedule": ("longer", "shorter")}, ("higher", "lower")
VERBS = {
    "cost": "projects under the PMO typically cost {} than they would have without it",
    "schedule": "projects under the PMO were typically {} than they would have been without it",
    "benefits": "the share of planned benefits that projects brought changed by {}",
    "approved_cost": "the cost approved was typically {} than it would have been without the PMO",
    "approved_days": "the duration approved was typically {} than it would have been without it",
    "cost_overrun": "cost was typically {} against what was approved",
    "schedule_overrun": "duration was typically {} against what was approved",
    "on_time": "finished on time {}",
    "on_budget": "finished on budget {}",
}


def effect(outcome: Outcome, value: float) -> str:
    """18 % less, 3 % longer, +13 points; a dash where there is none."""
    if isnan(value) or isinf(value):
        return DASH
    if not outcome.logarithm:
        return change(value, "share")
    share = expm1(value)
    more, less = MORE.get(outcome.id, LESS)
    shown = growth(abs(share)).removeprefix("+")
    return f"{shown} {more if share > 0 else less}"


def ends(outcome: Outcome, low: float, high: float) -> str:
    """The ends of an interval of an effect: 25 % less to 11 % less."""
    if isnan(low) or isnan(high):
        return "no interval can be given"
    return f"{effect(outcome, low)} to {effect(outcome, high)}"


def helped(found: Finding) -> str:
    """cost 16 % less; taken 15 % less time; brought +12 points of their planned benefits."""
    value = found.told.value
    match found.outcome.id:
        case "cost":
            return f"cost {effect(found.outcome, value)}"
        case "schedule":
            share = number(abs(expm1(value)), "share")
            return f"taken {share} {'more' if value > 0 else 'less'} time"
        case _:
            size = effect(found.outcome, abs(value)).lstrip("+")
            return f"brought {size} {'more' if value > 0 else 'less'} of their planned benefits"

"""Robustness checks of an effect: each passed, failed or inconclusive, with the numbers behind it.

A check that cannot tell is not a failure, but an effect is demonstrated only where those that 3.7
of the statistics names have passed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import expm1
from typing import Literal

from pmo_lib.causal.attribution import is_constant
from pmo_lib.causal.effect import Effect
from pmo_lib.wording import change, growth, listed

CheckState = Literal["passed", "failed", "cannot tell"]
ALARM = 0.05  # p of a placebo below which it has failed

QUESTIONS = {
    "jackknife": "Does the jackknife over departments agree?",
    "pre-trend": "Parallel trends: did adopters move like the others in the year before?",
    "leave-one-out": "Leave-one-out: does the sign hold without any one department?",
    "donut": "Does it hold without the year before adoption (Ashenfelter's dip)?",
    "placebo in time": "Placebo test: is there no effect before adoption?",
    "adopters' trend": "Does it hold if adopters followed a linear trend of their own?",
    "smoothness": "Does it hold if trends diverged as much as they did before?",
    "dominance": "Does it rest on more than one department?",
    "attrition":
        "Attrition: do as many projects lack this outcome (cancelled, unfinished) as elsewhere?",
    "negative control": "Negative control: did what the PMO cannot affect stay unchanged?",
    "mix": "Covariate balance: were approved costs and durations the same?",
}  # fmt: skip
REQUIRED = ("jackknife", "pre-trend", "leave-one-out", "donut", "smoothness")


@dataclass(frozen=True)
class Check:
    """The result of one robustness check, and the numbers behind it in a sentence."""

    id: str
    state: CheckState
    detail: str

    @property
    def question(self) -> str:
        return QUESTIONS[self.id]


def tested(name: str, detail: str, *, failed: bool) -> Check:
    """A check that could tell."""
    return Check(name, "failed" if failed else "passed", detail)


def negative_control(found: Effect) -> Check:
    """Whether a negative control, which the PMO cannot affect, is unchanged by adoption."""
    if found.refusal:
        return Check("negative control", "cannot tell", found.refusal)
    said = f"{_n(found.value)} ({_n(found.low)} to {_n(found.high)}), p = {found.p:.2f}"
    return tested("negative control", said, failed=found.p <= ALARM)


def same_mix(found: Sequence[tuple[str, Effect]]) -> Check:
    """Whether projects under the PMO were approved at the costs and durations of the others."""
    known = [(name, each) for name, each in found if not each.refusal]
    if not known:
        return Check("mix", "cannot tell", "no plan is known")
    said = [
        f"{name} {effect_in_words(each.value, True)} (p = {each.p:.2f})" for name, each in known
    ]
    least = min(each.p for _, each in known)
    return tested("mix", listed(said), failed=least <= ALARM / len(known))


def attrition(found: Effect) -> Check:
    """Whether attrition is equal: as many projects lack the outcome under the PMO as elsewhere."""
    if is_constant(found):  # as the outcome itself is known of some, none is lost
        return tested("attrition", "none is lost", failed=False)
    if found.refusal:
        return Check("attrition", "cannot tell", found.refusal)
    said = f"{effect_in_words(found.value, False)} under the PMO, p = {found.p:.2f}"
    return tested("attrition", said, failed=found.p <= ALARM)


def effect_in_words(value: float, logarithm: bool) -> str:
    """−18 % for a difference of logarithms, +13 points for one of shares."""
    return growth(expm1(value)) if logarithm else change(value, "share")


def _n(value: float) -> str:
    return f"{value:+.3g}".replace("-", "−")

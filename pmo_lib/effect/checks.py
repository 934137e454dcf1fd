"""Robustness checks of an effect: each passed, failed or inconclusive, with the numbers behind it.

A check has a vote only where it could have told: where a bias of half the effect would have been
seen with a power of 50 % at least. Without that it cannot tell, whatever its p. Nothing *passes* a
test that could not have failed.
"""

from dataclasses import dataclass
from math import expm1, isnan
from typing import Literal

from pmo_lib.causal.attribution import is_constant
from pmo_lib.causal.effect import Effect
from pmo_lib.effect.outcomes import Outcome
from pmo_lib.wording import change, growth

CheckState = Literal["passed", "failed", "cannot tell"]
ALARM = 0.05  # p of a placebo below which it has failed
SEEN = 1.645  # standard errors that a two-sided test at 10 % sees with a power of 50 %
ROSE = 0.05  # one-sided p from which what was approved has risen
FLAT = 0.05  # a rise of what was approved that explains no better share of projects kept in time

QUESTIONS = {
    "approved": "Was no more approved than would have been without the PMO?",
    "jackknife": "Does the jackknife over departments agree?",
    "pre-trend": "Parallel trends: did adopters move like the others in the year before?",
    "leave-one-out": "Leave-one-out: does the sign hold without any one department?",
    "donut": "Does it hold without the year before adoption (Ashenfelter's dip)?",
    "placebo in time": "Placebo test: is there no effect before adoption?",
    "adopters' trend": "Does it hold if adopters followed a linear trend of their own?",
    "dominance": "Does it rest on more than one department?",
    "attrition":
        "Attrition: do as many projects lack this outcome (cancelled, unfinished) as elsewhere?",
    "negative control": "Negative control: did what the PMO cannot affect stay unchanged?",
    "balance": "Balance: were both sides of the draw alike before it?",
    "unmeasured": "Does it hold if what nobody measured came as planned?",
}  # fmt: skip
REQUIRED = ("jackknife", "pre-trend", "leave-one-out", "donut")


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


def voted(name: str, detail: str, *, failed: bool, error: float, half: float) -> Check:
    """A check that tells only where its standard `error` lets it see `half` of the effect."""
    if sees(error, half):
        return tested(name, detail, failed=failed)
    return Check(name, "cannot tell", f"{detail}; half of the effect would not have been seen")


def sees(error: float, size: float) -> bool:
    """Whether a bias of this size is seen with a power of 50 % or more."""
    return not isnan(error) and SEEN * error <= abs(size)


def negative_control(found: Effect, half: float) -> Check:
    """Whether a negative control, which the PMO cannot affect, is unchanged by adoption.

    `half` is half of the effect, as a share of its outcome's spread and in the control's.
    """
    if found.refusal:
        return Check("negative control", "cannot tell", found.refusal)
    said = f"{_n(found.value)} ({_n(found.low)} to {_n(found.high)}), p = {found.p:.2f}"
    return voted(
        "negative control", said, failed=found.p <= ALARM, error=found.jackknife_error, half=half
    )


def attrition(found: Effect, half: float) -> Check:
    """Whether attrition is equal: as many projects lack the outcome under the PMO as elsewhere.

    `half` is the share of lost projects that could make half of the effect, were each lost one a
    standard deviation away.
    """
    if is_constant(found):  # as the outcome itself is known of some, none is lost
        return tested("attrition", "none is lost", failed=False)
    if found.refusal:
        return Check("attrition", "cannot tell", found.refusal)
    said = f"{effect_in_words(found.value, False)} under the PMO, p = {found.p:.2f}"
    failed = found.p <= ALARM
    return voted("attrition", said, failed=failed, error=found.jackknife_error, half=half)


def approved(outcome: Outcome, found: Effect, of_approved: Effect, *, sized: bool = True) -> Check:
    """Whether no more was approved under the PMO, which would explain `found` by itself.

    It fails where more was approved by more than chance, or by half of the effect. Of a ratio to
    what was approved it passes only where a rise of half the effect would have been seen. Where
    projects are not `sized`, less approved is as likely a smaller project: it fails as well.
    """
    if is_constant(of_approved):  # as the size of the work has it, to the penny
        return tested("approved", "no more was approved", failed=False)
    if of_approved.refusal:
        return Check("approved", "cannot tell", of_approved.refusal)
    value, error = of_approved.value, of_approved.jackknife_error
    low, high = (effect_in_words(end, True) for end in (of_approved.low, of_approved.high))
    said = f"{effect_in_words(value, True)} ({low} to {high})"
    gains = found.value < 0 if outcome.better == "lower" else found.value > 0
    explains = value > 0 if gains else value < 0 and outcome.is_ratio
    if not sized and not outcome.is_ratio:
        explains = True  # dearer plans or smaller projects
    half = abs(found.value) / 2 if outcome.logarithm else FLAT
    failed = explains and (of_approved.p <= 2 * ROSE or abs(value) >= half)
    if failed or not outcome.is_ratio:
        return tested("approved", said, failed=failed)
    return voted("approved", said, failed=False, error=error, half=half)


def effect_in_words(value: float, logarithm: bool) -> str:
    """−18 % for a difference of logarithms, +13 points for one of shares."""
    return growth(expm1(value)) if logarithm else change(value, "share")


def _n(value: float) -> str:
    return f"{value:+.3g}".replace("-", "−")

"""Robustness checks of an effect: each passed, failed or inconclusive, with the numbers behind it.

A check that cannot tell is not a failure, but an effect is demonstrated only where those that 3.7
of the statistics names have passed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import expm1, nan
from typing import Literal

from pmo_lib.causal.attribution import Attribution
from pmo_lib.wording import TIED, change, listed

CheckState = Literal["passed", "failed", "cannot tell"]
ALARM = 0.05  # p of a placebo below which it has failed

REQUIRED = ("jackknife", "pre-trend", "leave-one-out", "donut", "smoothness")


@dataclass(frozen=True)
class Check:
    """One robustness check: its question, its result, and the numbers behind it in a sentence.

    ``value`` is its number: a p, an effect, a share.
    """

    id: str
    question: str
    state: CheckState
    detail: str
    value: float = nan


def negative_control(found: Attribution) -> Check:
    """Whether a negative control, which the PMO cannot affect, is unchanged by adoption."""
    question = "Negative control: did what the PMO cannot affect stay unchanged?"
    if found.refusal:
        return Check("negative control", question, "cannot tell", found.refusal)
    said = f"{_n(found.value)} ({_n(found.low)} to {_n(found.high)}), p = {found.p:.2f}"
    state: CheckState = "failed" if found.p <= ALARM else "passed"
    return Check("negative control", question, state, said, found.p)


def same_mix(found: Sequence[tuple[str, Attribution]]) -> Check:
    """Whether projects under the PMO were approved at the costs and durations of the others."""
    question = "Covariate balance: were approved costs and durations the same?"
    known = [(name, each) for name, each in found if not each.refusal]
    if not known:
        return Check("mix", question, "cannot tell", "no plan is known")
    said = [
        f"{name} {effect_in_words(each.value, True)} (p = {each.p:.2f})" for name, each in known
    ]
    least = min(each.p for _, each in known)
    state: CheckState = "failed" if least <= ALARM / len(known) else "passed"
    return Check("mix", question, state, listed(said), least)


def attrition(found: Attribution) -> Check:
    """Whether attrition is equal: as many projects lack the outcome under the PMO as elsewhere."""
    question = (
        "Attrition: do as many projects lack this outcome (cancelled, unfinished) as elsewhere?"
    )
    if found.refusal:
        alike = found.is_constant  # as the outcome itself is known of some, none is lost
        state: CheckState = "passed" if alike else "cannot tell"
        return Check("attrition", question, state, "none is lost" if alike else found.refusal)
    said = f"{effect_in_words(found.value, False)} under the PMO, p = {found.p:.2f}"
    state = "failed" if found.p <= ALARM else "passed"
    return Check("attrition", question, state, said, found.p)


def effect_in_words(value: float, logarithm: bool) -> str:
    """−18 % for a difference of logarithms, +13 points for one of shares."""
    if not logarithm:
        return change(value, "share")
    return f"{expm1(value):+.0%}".replace("-", "−").replace("%", f"{TIED}%")


def _n(value: float) -> str:
    return f"{value:+.3g}".replace("-", "−")

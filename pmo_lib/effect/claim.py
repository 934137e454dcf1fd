"""The verdict on an effect, which follows from the estimate and its checks by fixed rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import expm1, isnan
from typing import Literal

from pmo_lib.causal.effect import Effect
from pmo_lib.effect.checks import REQUIRED, Check
from pmo_lib.effect.outcomes import Outcome
from pmo_lib.wording import listed, number

Word = Literal[
    "demonstrated", "likely", "not shown", "no effect of that size", "not testable",
    "consistent with", "associated",
]  # fmt: skip
ALPHA = 0.05  # of the tests, all of a kind together; the intervals are the settings' 90 %
WORK_SIZE = (
    "Fill work_size in projects.csv, a size that the PMO does not set, such as users, sites or m²."
)
APPROVED_KNOWN = "Fill start, finish and cost in baselines.csv."
COUNTED: tuple[Word, ...] = ("demonstrated", "likely")  # in the conservative case


@dataclass(frozen=True)
class Claim:
    """The verdict's word, why it is that one, and what would change it."""

    word: Word
    why: str
    remedy: str

    @property
    def counts(self) -> bool:
        return self.word in COUNTED


def claim(
    outcome: Outcome,
    found: Effect,
    checks: Sequence[Check],
    *,
    p_adjusted: float,
    smallest: float,
    required: Sequence[str] = REQUIRED,
) -> Claim:
    """The verdict of a staggered roll-out, or of a draw by lot (statistics.md 3.7).

    `p_adjusted` is p after Holm's or the false-discovery correction over the outcomes of its
    kind, `smallest` (> 0) the smallest effect of interest in the outcome's own unit; `required`
    checks must have passed for an effect to be demonstrated.
    """
    if found.refusal:
        return Claim("not testable", f"{sentence(found.refusal)}.", found.remedy)
    if found.excludes_zero and p_adjusted <= ALPHA:
        return _beside_approved(outcome, found, checks) or _shown(outcome, found, checks, required)
    out = ruled_out(outcome, found)
    if _excluded(outcome, found, smallest):
        return Claim(
            "no effect of that size",
            f"The interval leaves out {_size(outcome, smallest)}. Smaller effects it may hold. "
            f"{out}",
            "Only other data, or a change of what the PMO does, would change this.",
        )
    if isnan(found.low):
        why = "No interval can be given: too few other dates of adoption allow an estimate."
        return Claim("not shown", why, "More departments, adopting in other quarters.")
    why = (
        f"The interval does not include zero, but a verdict asks for more than an interval: that "
        f"chance alone would show as much in at most {_in_hundred(ALPHA)} such portfolios, all "
        f"outcomes of the kind tested together; it would in {_in_hundred(p_adjusted)}."
        if found.excludes_zero
        else "The interval includes zero, and effects that matter as well: the data are too "
        "few to tell."
    )
    remedy = "More departments, and more projects in each, would show it."
    return Claim("not shown", f"{why} {out}", remedy)


def without_controls(
    outcome: Outcome, found: Effect, *, word: Word, smallest: float, caveat: str
) -> Claim:
    """The verdict where the design itself sets a ceiling, `word`."""
    remedy = found.remedy
    if found.refusal:
        return Claim("not testable", f"{sentence(found.refusal)}.", remedy)
    if found.excludes_zero and found.p <= ALPHA:
        harm = "" if helps(outcome, found.value) else " It is for the worse."
        return Claim(word, f"The interval does not include zero.{harm} {caveat}", remedy)
    if _excluded(outcome, found, smallest):
        return Claim("no effect of that size", f"No such difference is seen. {caveat}", remedy)
    return Claim("not shown", f"No difference is seen that chance could not make. {caveat}", remedy)


def helps(outcome: Outcome, value: float) -> bool:
    """Whether the effect is in the direction that is better."""
    return value < 0 if outcome.better == "lower" else value > 0


def ruled_out(outcome: Outcome, found: Effect) -> str:
    """What the interval leaves out on either side: a gain above 25 % and a harm above 3 %."""
    better, worse = found.low, found.high
    if outcome.better == "higher":
        better, worse = worse, better
    gain, harm = f"a gain above {_bare(outcome, better)}", f"a harm above {_bare(outcome, worse)}"
    if found.excludes_zero:
        gain, harm = (gain, "any harm") if helps(outcome, found.value) else ("any gain", harm)
    return f"Ruled out: {gain} and {harm}."


def _bare(outcome: Outcome, value: float) -> str:
    """An effect without its sign: 25 %, or 8 points."""
    if outcome.logarithm:
        return number(abs(expm1(value)), "share")
    return f"{100 * abs(value):.0f} points"


def _beside_approved(outcome: Outcome, found: Effect, checks: Sequence[Check]) -> Claim | None:
    """The verdict where what was approved may explain the effect; None where it does not.

    A cost that is closer to what was approved is no saving where more was approved.
    """
    check = next((each for each in checks if each.id == "approved"), None)
    if not outcome.approved or check is None or check.state == "passed":
        return None
    name = {"approved_cost": "approved cost", "approved_days": "approved duration"}[
        outcome.approved
    ]
    if not outcome.is_ratio:
        how = "moved as well, {}" if check.state == "failed" else "is not known well enough: {}"
        return Claim(
            "not shown" if check.state == "failed" else "associated",
            f"The interval does not include zero, but {name} {how.format(check.detail)}; the "
            "projects may be other ones.",
            WORK_SIZE if check.state == "failed" else APPROVED_KNOWN,
        )
    why = (
        f"and {name} moved as well, {check.detail}"
        if check.state == "failed"
        else f"how {name} moved cannot be told well enough: {check.detail}"
    )
    return Claim(
        "associated",
        f"Projects came closer to what was approved, which is no saving by itself; {why}.",
        WORK_SIZE,
    )


def _shown(
    outcome: Outcome, found: Effect, checks: Sequence[Check], required: Sequence[str]
) -> Claim:
    failed = [each.id for each in checks if each.state == "failed"]
    passed = {each.id for each in checks if each.state == "passed"}
    open_ = [name for name in required if name not in passed and name not in failed]
    unsure = [each.id for each in checks if each.state == "cannot tell"]
    unsure += [name for name in open_ if name not in unsure]
    harm = "" if helps(outcome, found.value) else " The effect is for the worse."
    if not failed and not open_:
        further = f" but {listed(unsure)}, which cannot tell and need not" if unsure else ""
        return Claim(
            "demonstrated",
            f"Neither interval includes zero, and every check is passed{further}.{harm}",
            "A reason why adopters would have changed just then without the PMO.",
        )
    if len(failed) <= 1:
        but = [f"{listed(failed)} failed"] * bool(failed)
        but += [f"{listed(unsure)} cannot tell"] * bool(unsure)
        return Claim(
            "likely",
            f"The interval does not include zero, but of the checks {listed(but)}.{harm}",
            "More quarters before adoption, and departments that adopt later, let the checks tell.",
        )
    return Claim(
        "not shown",
        f"The interval does not include zero, but the checks {listed(failed)} failed: something "
        "else may have made the difference.",
        "A roll-out in an order that has nothing to do with recent results would show it.",
    )


def _excluded(outcome: Outcome, found: Effect, smallest: float) -> bool:
    """Whether an effect for the better of the smallest size of interest is outside the interval."""
    if not smallest > 0:
        return False
    return found.low > -smallest if outcome.better == "lower" else found.high < smallest


def _size(outcome: Outcome, smallest: float) -> str:
    """The smallest effect of interest in words: 8 % less cost overrun, 5 points more."""
    if outcome.logarithm:
        return f"even the smallest effect of interest, {number(-expm1(-smallest), 'share')} less"
    return f"even the smallest effect of interest, {100 * smallest:.0f} points more"


def _in_hundred(p: float) -> str:
    return f"{max(round(100 * p), 1)} in 100"


def sentence(text: str) -> str:
    """The text with its first letter capitalised."""
    return text[:1].upper() + text[1:]

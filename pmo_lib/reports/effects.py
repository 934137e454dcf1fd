"""Effects, verdicts and checks in words and tables."""

from collections.abc import Sequence
from html import escape
from math import expm1, isinf, isnan

import pandas as pd
from IPython.display import HTML

from pmo_lib.attribution import Attribution
from pmo_lib.checks import Check
from pmo_lib.claim import Word, helps
from pmo_lib.findings import Finding
from pmo_lib.outcomes import Outcome
from pmo_lib.reports import page
from pmo_lib.wording import DASH, TIED, change, counted, listed, number

MORE, LESS = {"cost": ("more", "less"), "schedule": ("longer", "shorter")}, ("higher", "lower")
BADGES: dict[Word, str] = {
    "demonstrated": "green", "likely": "green", "not shown": "grey",
    "no effect of that size": "amber", "not testable": "grey", "consistent with": "grey",
    "associated": "grey",
}  # fmt: skip
STATES = {"passed": "green", "failed": "red", "cannot tell": "grey"}
VERBS = {
    "cost": "projects under the PMO cost {} than they would have without it",
    "schedule": "projects under the PMO took {} than they would have without it",
    "benefits": "projects under the PMO brought {} of their planned benefits",
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
    more, less = MORE.get(outcome.id, ("more", "less"))
    shown = number(abs(share), "share")
    return f"{shown} {more if share > 0 else less}"


def ends(outcome: Outcome, low: float, high: float) -> str:
    """The ends of an interval of an effect: 25 % less to 11 % less."""
    if isnan(low) or isnan(high):
        return "no interval can be given"
    return f"{effect(outcome, low)} to {effect(outcome, high)}"


def in_words(found: Finding, level: str) -> str:
    """One sentence: the effect with its interval and the verdict."""
    outcome, tested = found.outcome, found.tested
    name = f"{outcome.name}: {found.claim.word}"
    if tested.refusal:
        return f"{name}, as {_within(tested.refusal)}."
    said = VERBS[outcome.id].format(effect(outcome, tested.value))
    return f"{name}. By the estimate {said} ({level} {ends(outcome, tested.low, tested.high)})."


def table(findings: Sequence[Finding], level: str) -> HTML:
    """One row an outcome: effect, interval, p, what it rests on, verdict and why."""
    rows = []
    for found in findings:
        outcome, tested = found.outcome, found.tested
        worse = not tested.refusal and tested.excludes_zero and not helps(outcome, tested.value)
        rows.append(
            {
                "Outcome": page.lines(
                    outcome.name, "declared beforehand" * (outcome.role == "primary")
                ),
                "Verdict": page.badge(found.claim.word, BADGES[found.claim.word]),
                "Effect": page.lines(effect(outcome, tested.value), "for the worse" * worse),
                level.capitalize(): ends(outcome, tested.low, tested.high)
                if not tested.refusal
                else DASH,
                "p": page.lines(_p(tested.p), f"with the others {_p(found.p_adjusted)}"
                                * (not isnan(found.p_adjusted))),
                "Rests on": page.lines(*_rests_on(found)),
                "Seen from": _seen_from(outcome, tested),
                "Why, and what would change it": page.lines(found.claim.why, found.claim.remedy),
            }
        )  # fmt: skip
    return page.table(pd.DataFrame(rows), "What the PMO changed", "cards")


def checks(findings: Sequence[Finding]) -> HTML:
    """Every check as a row, its outcome for each of the findings as a column."""
    shown = [found for found in findings if found.checks]
    if not shown:
        return page.paragraph("No estimate stands that could be checked.")
    order = list(dict.fromkeys(check.id for found in shown for check in found.checks))
    rows = []
    for name in order:
        by_outcome = {f.outcome.name: c for f in shown for c in f.checks if c.id == name}
        question = next(iter(by_outcome.values())).question
        cells = {
            f.outcome.name: _check(by_outcome[f.outcome.name])
            if f.outcome.name in by_outcome
            else DASH
            for f in shown
        }
        rows.append({"Check": page.lines(question, name)} | cells)
    return page.table(pd.DataFrame(rows), "Could it be something else?", "cards")


def _check(check: Check) -> HTML:
    badge = str(page.badge(check.state, STATES[check.state]).data)
    return page.joined(HTML(badge), HTML(f"<small>{escape(check.finding)}</small>"))


def _rests_on(found: Finding) -> list[str]:
    tested = found.tested
    if not tested.n_projects:
        return [DASH]
    under = "after it" if found.design == "interrupted time series" else "under the PMO"
    said = [
        counted(tested.n_projects, "project") + f" {under}",
        counted(tested.n_departments, "department"),
    ]
    if not isnan(tested.support):
        said.append(f"{number(tested.support, 'share')} of those under the PMO can be compared")
    if found.n_left_out:
        said.append(f"{found.n_left_out} left out: not recorded")
    if found.n_edge:
        said.append(f"{found.n_edge} left out: begun in the quarter of adoption, before its day")
    return said


def _seen_from(outcome: Outcome, tested: Attribution) -> str:
    """The smallest effect that such data show in four of five cases."""
    if isnan(tested.detectable):
        return DASH
    sign = -1.0 if outcome.better == "lower" else 1.0
    return effect(outcome, sign * tested.detectable)


def _p(p: float) -> str:
    if isnan(p):
        return DASH
    return f"p = {p:.3f}" if p >= 0.0015 else f"p ≤{TIED}0.001"


def verdicts(findings: Sequence[Finding], words: Sequence[Word]) -> str:
    """The names of the outcomes with one of these verdicts, in one phrase."""
    return listed([found.outcome.name.lower() for found in findings if found.claim.word in words])


def _within(text: str) -> str:
    return text[:1].lower() + text[1:] if not text[:2].isupper() else text

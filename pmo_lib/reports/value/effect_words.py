"""Effects, verdicts and checks in words and tables."""

from collections.abc import Sequence
from math import isnan

import pandas as pd
from IPython.display import HTML

from pmo_lib.causal.effect import Effect
from pmo_lib.causal.matching import WORDS
from pmo_lib.effect.checks import Check
from pmo_lib.effect.claim import Word, helps, sentence
from pmo_lib.effect.finding import Finding
from pmo_lib.effect.outcomes import Outcome
from pmo_lib.effect.words import VERBS, effect, ends
from pmo_lib.reports import page
from pmo_lib.wording import DASH, counted, number

BADGES: dict[Word, str] = {
    "demonstrated": "green", "likely": "green", "not shown": "grey",
    "no effect of that size": "amber", "not testable": "grey", "consistent with": "grey",
    "associated": "grey",
}  # fmt: skip
ROLES = {"primary": "pre-specified", "approved": "what was asked for"}
STATES = {"passed": "green", "failed": "red", "cannot tell": "grey"}


def in_words(found: Finding, level: str) -> str:
    """One sentence: the verdict, then the effect with its interval."""
    outcome, tested, shown = found.outcome, found.tested, found.told
    name = f"{outcome.name}, {found.claim.word}:"
    if tested.refusal:
        return f"{name} {tested.refusal}."
    said = VERBS[outcome.id].format(effect(outcome, shown.value))
    if not found.claim.counts:
        said = f"as estimated, {said}"
    return f"{name} {said} ({level} {ends(outcome, shown.low, shown.high)})."


def table(findings: Sequence[Finding], level: str) -> HTML:
    """One row an outcome: verdict, effect with interval, why, and what it rests on."""
    rows = []
    for found in findings:
        outcome, tested, shown = found.outcome, found.tested, found.told
        worse = not tested.refusal and tested.excludes_zero and not helps(outcome, tested.value)
        first, *more = _rests_on(found)
        between = "" if tested.refusal else f"{level} {ends(outcome, shown.low, shown.high)}"
        rows.append(
            {
                "Outcome": page.lines(outcome.name, ROLES.get(outcome.role, "")),
                "Verdict": page.badge(
                    found.claim.word, "red" if worse else BADGES[found.claim.word]
                ),
                "Effect": page.lines(
                    effect(outcome, shown.value), "for the worse" * worse, between
                ),
                "Why, and what would change it": page.lines(found.claim.why, found.claim.remedy),
                "Rests on": page.lines(first, "; ".join(more)),
            }
        )
    return page.table(pd.DataFrame(rows), "Effects of the PMO by outcome", "cards")


def checks(findings: Sequence[Finding]) -> HTML:
    """The robustness checks: a row a check, its result for each finding as a column."""
    shown = [found for found in findings if found.checks]
    alone = [piece for found in findings for piece in _of_other_designs(found)]
    if alone:
        return page.joined(*alone)
    if not shown:
        return page.paragraph(
            "There is no estimate to check: the checks are of differences from departments that "
            "had not adopted yet."
        )
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
    return page.table(pd.DataFrame(rows), "Robustness checks", "cards")


def _of_other_designs(found: Finding) -> list[HTML]:
    """The notes, covariate balance and E-values of time series and matching."""
    own = found.tested
    if found.design == "interrupted time series" and own.note:
        return [page.paragraph(f"{found.outcome.name}: {own.note}.")]
    if own.balance.empty:
        return []
    explained, included = own.e_values
    balance = own.balance.assign(
        covariate=own.balance["covariate"].map(WORDS),
        good=own.balance["good"].map({True: "balanced", False: "not balanced"}),
    )
    balance.columns = pd.Index(["Covariate", "Before matching", "After matching", "Balance"])
    strong = (
        f"An unmeasured confounder would have to be {explained:.1f} times as frequent with the "
        f"PMO, and as strong for the outcome, to explain the difference away; "
        f"{included:.1f} times for the interval's end nearer to no effect (E-value)."
    )
    caption = f"{found.outcome.name}: covariate balance, standardised mean differences"
    said = [strong] * (not isnan(explained)) + [f"{sentence(own.note)}."] * bool(own.note)
    return [page.table(balance, caption), *map(page.paragraph, said)]


def _check(check: Check) -> HTML:
    badge = str(page.badge(check.state, STATES[check.state]).data)
    return page.joined(HTML(badge), HTML(f"<small>{page.escape(check.detail)}</small>"))


def _rests_on(found: Finding) -> list[str]:
    tested = found.tested
    if not tested.n:
        return [DASH]
    under = "before and after" if found.design == "interrupted time series" else "under the PMO"
    said = [f"{counted(tested.n, 'project')} {under}, "
            f"{counted(tested.clusters, 'department')}"]  # fmt: skip
    if not isnan(tested.p):
        together = f", adjusted p = {_p(found.p_adjusted)}"
        said.append(f"p = {_p(tested.p)}{together * (not isnan(found.p_adjusted))}")
    if not isnan(tested.detectable):
        said.append(f"minimum detectable effect {_detectable(found.outcome, tested)}")
    if not isnan(tested.support):
        said.append(f"{number(tested.support, 'share')} of those under the PMO can be compared")
    if found.n_left_out:
        said.append(f"{found.n_left_out} left out: not recorded")
    if found.cells == "half-year":
        said.append("compared by half-year: by quarter less than half could be")
    if found.n_straddling:
        said.append(
            f"{found.n_straddling} left out: begun so shortly before adoption that most were to be "
            "in flight at it"
        )
    if found.bending:
        said.append(found.bending)
    if found.n_unsized:
        said.append(f"{found.n_unsized} left out: of no recorded size (work_size)")
    if found.n_unlike:
        said.append(f"{found.n_unlike} left out: of a kind found only under the PMO (no overlap)")
    if found.n_edge:
        said.append(
            f"{found.n_edge} left out: begun in the {found.cells or 'quarter'} of adoption, before "
            "its day"
        )
    return said


def _detectable(outcome: Outcome, tested: Effect) -> str:
    """The minimum detectable effect at a power of 80 %."""
    sign = -1.0 if outcome.better == "lower" else 1.0
    return effect(outcome, sign * tested.detectable)


def _p(p: float) -> str:
    return f"{p:.3f}" if p >= 0.0015 else "0.001"

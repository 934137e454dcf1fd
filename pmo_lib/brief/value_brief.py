"""The brief of the value case: in all and in cash, the effect behind the money, does it last."""

from math import isnan

from pmo_lib.brief import register
from pmo_lib.brief.ask import chosen
from pmo_lib.brief.brief import MOST_ASKS, Brief
from pmo_lib.brief.evidence import Evidence
from pmo_lib.brief.headline import Headline
from pmo_lib.brief.rule import RULES, asks
from pmo_lib.brief.rules import value
from pmo_lib.effect.claim import COUNTED, helps
from pmo_lib.effect.finding import Finding
from pmo_lib.effect.words import effect, ends, helped
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.wording import counted, listed, money, number
from pmo_lib.worth.value_case import ValueCase

RULE_MODULE = value  # importing it declares its rules
SURE, LIKELY = 0.95, 0.8
WORDS = (
    (SURE, "has"),
    (LIKELY, "has probably"),
    (1 - LIKELY, "may or may not have"),
    (1 - SURE, "has probably not"),
)


def value_brief(evidence: Evidence) -> Brief:
    """What the page of the value case says; the asks are of finance and of who plans the PMO."""
    case, currency = evidence.value_case, evidence.view.settings.currency
    found = asks(evidence, [r for r in RULES.values() if r.page == "value"])
    wanted = register.wanted(evidence, found)
    shown = chosen(wanted, ORGANISATION, MOST_ASKS)
    still, told = {ask.id for ask in shown}, register.became(evidence, found, "value")
    news = [b for b in told if b.ask.id not in still or b.state not in {"open", "late"}]
    return Brief(
        "value case",
        verdict(case),
        _numbers(case, currency),
        tuple(shown),
        tuple(ask for ask in wanted if ask not in shown),
        tuple(news), (), (),
        _effects(case),
        lasts(case),
        "",
        evidence.last.period if evidence.last else "",
        tuple(ask.id for ask in shown if register.was_due(ask, evidence)),
    )  # fmt: skip


def verdict(case: ValueCase) -> str:
    """What the PMO changed, then whether it has paid: counting everything, and in cash."""
    if case.reason:
        return f"Whether the PMO made a difference cannot be told: {case.reason}."
    counts = case.shown
    refusals = {found.tested.refusal for found in case.primary}
    if len(refusals) == 1 and "" not in refusals:
        return f"Whether the PMO made a difference cannot be told: {refusals.pop()}."
    if not counts:
        said = "These data do not show that the PMO made a difference" + _closer(case)
    else:
        sure = "have" if all(f.claim.word == "demonstrated" for f in counts) else "have likely"
        moved = listed([helped(found) for found in counts])
        said = f"Projects under the PMO {sure} {moved} than they would have without it"
    return f"{said}. {_paid(case)}{_pledged(case)}"


def _closer(case: ValueCase) -> str:
    """That projects came closer to what was approved, where they did, is no saving by itself."""
    found = case.finding("cost_overrun")
    if found is None or found.claim.word not in {*COUNTED, "associated"}:
        return ""
    if not helps(found.outcome, found.told.value):
        return ""
    moved = effect(found.outcome, found.told.value)
    return f": cost is {moved} against what was approved, which is no saving by itself"


def _paid(case: ValueCase) -> str:
    if case.money.refusal or case.costs.unknown:
        return f"Whether it pays cannot be told: {case.money.refusal or case.costs.unknown}."
    if not case.any_shown:
        return "No gain is counted against its cost."
    draws = case.money.draws["conservative"]
    in_all, cash = draws.p_npv_positive, draws.p_paid_in_cash
    joint = f"(a chance of {number(in_all, 'share')}); in cash alone"
    why = ""
    if case.terms.assumptions.budget_returned is None:
        why = ": nobody has recorded that a saving went back to a budget"
    return f"Counting everything, it {_word(in_all)} paid for itself {joint} it {_word(cash)}{why}."


def _pledged(case: ValueCase) -> str:
    """Whether the question was asked before the answer was seen."""
    if case.pledge is None or case.deviations:
        return ""  # deviations stand with the money that they forbid
    return f" As pledged on {case.pledge.pledged_on}."


def _word(chance: float) -> str:
    if isnan(chance):
        return "cannot be told to have"
    return next((word for limit, word in WORDS if chance >= limit), "has not")


def _numbers(case: ValueCase, currency: str) -> tuple[Headline, ...]:
    """Value, cost, net and cash, and the effect on cost."""
    found = []
    if not case.money.refusal and not case.costs.unknown:
        found = [
            _amount(case, "gross", "value so far", currency, _parts(case, currency)),
            _amount(case, "cost", "cost of the PMO", currency, "office and time it takes"),
            _amount(case, "npv", "value less cost", currency, ""),
            _amount(case, "cashable", "value in cash", currency, _in_cash(case)),
        ]  # fmt: skip
    cost = case.finding("cost")
    if cost is not None and not cost.tested.refusal:
        found.append(_effect(cost))
    return tuple(found)


def _in_cash(case: ValueCase) -> str:
    """Where it comes from, and the chance that it is more than the cost."""
    unstated = case.terms.assumptions.budget_returned is None
    chance = number(case.money.draws["conservative"].p_paid_in_cash, "share")
    return f"{'from benefits alone; ' * unstated}{chance} chance to exceed the cost"


def _amount(case: ValueCase, item: str, what: str, currency: str, basis: str) -> Headline:
    quantiles = case.money.draws["conservative"].quantiles
    low, middle, high = (money(float(quantiles[p][item]), currency) for p in ("p5", "p50", "p95"))
    said, ends = middle.replace("million", "m"), f"{low} to {high}".replace("million", "m")
    return Headline("", item, what, said, ends, basis, "", "")


def _parts(case: ValueCase, currency: str) -> str:
    """What the value is made of: overruns avoided, time, benefits."""
    quantiles = case.money.draws["conservative"].quantiles["p50"]
    names = {"avoided": "overruns avoided", "time": "time", "uplift": "benefits"}
    return ", ".join(
        f"{words} {money(float(quantiles[name]), currency)}".replace("million", "m")
        for name, words in names.items()
        if quantiles.get(name, 0.0) > 0
    )


def _effect(cost: Finding) -> Headline:
    """The effect on actual cost, with what it rests on; value_case.csv has it as effect_priced."""
    told, tested = cost.told, cost.tested
    basis = f"of {counted(tested.n, 'project')} in {counted(tested.clusters, 'department')}"
    if cost.claim.counts and not told.excludes_zero:
        basis += f"; {cost.claim.word} by the test, which pulls in the farthest projects"
    return Headline(
        "", "cost", "effect on actual cost", effect(cost.outcome, told.value),
        ends(cost.outcome, told.low, told.high), basis, "", "",
    )  # fmt: skip


def _effects(case: ValueCase) -> str:
    """Each primary outcome with its verdict and effect, what was approved, and the checks."""
    said, passed, checks = [], 0, 0
    for found in case.findings:
        outcome, shown = found.outcome, effect(found.outcome, found.told.value)
        if outcome.role == "approved" and not found.tested.refusal:
            said.append(f"{outcome.name}: {shown}")
        if outcome.role != "primary":
            continue
        if found.tested.refusal:
            said.append(f"{outcome.name}: {found.claim.word}")
            continue
        passed += sum(check.state == "passed" for check in found.checks)
        checks += len(found.checks)
        said.append(f"{outcome.name}: {found.claim.word}, {shown}")
    if not said:
        return ""
    fair = f" {passed} of {counted(checks, 'check')} of a fair comparison passed."
    return f"{'; '.join(said)}.{fair * bool(checks)}"


def lasts(case: ValueCase) -> str:
    """Whether the effect on cost of the first year since adoption differs from later.

    The two means are of the points of the event study, weighted by projects; the widths of their
    intervals are added, as both rest on the same departments.
    """
    cost = case.finding("cost")
    if cost is None or not len(cost.quarters):
        return cost.claim.remedy if cost is not None else ""
    (a, half_a), (b, half_b) = cost.years
    if isnan(a) or isnan(b):
        return f"Cannot be told yet: too few {cost.cells or 'quarter'}s since adoption."
    said = f"First year {effect(cost.outcome, a)}, later {effect(cost.outcome, b)}"
    if isnan(half_a + half_b) or abs(a - b) <= half_a + half_b:
        return f"{said}: a fading may be chance."
    return f"{said}: {'it fades' if abs(b) < abs(a) else 'it grows'}, by more than chance."

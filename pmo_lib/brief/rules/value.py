"""Asks of the value case: of finance, of who records benefits, of who plans the roll-out."""

from pmo_lib.brief.ask import Ask
from pmo_lib.brief.evidence import Evidence
from pmo_lib.brief.rule import FINANCE, HEAD, Found, rule
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.wording import counted, listed_names, money, number

STEP_SHARE = 0.1  # of an avoided overrun: what each such share adds in cash is told
MOST_NAMED = 3


@rule("state-share-returned", "what share of avoided overruns went back", months=2, page="value")
def state_share_returned(evidence: Evidence) -> Found:
    """Where overruns avoided are counted and nobody has stated what part is cash."""
    case = evidence.value_case
    if case.money.refusal or case.costs.unknown or not case.any_shown:
        return
    avoided = float(case.money.draws["conservative"].quantiles["p50"].get("avoided", 0.0))
    if case.terms.assumptions.budget_returned is not None or not avoided > 0:
        return
    currency = evidence.view.settings.currency
    yield Ask(
        "state-share-returned:budgets", ORGANISATION,
        "State what share of avoided overruns went back to budgets", FINANCE,
        f"each {number(STEP_SHARE, 'share')} adds {money(STEP_SHARE * avoided, currency)} in cash",
        money=avoided,
    )  # fmt: skip


@rule("record-benefits", "finished projects without a realised benefit", months=3, page="value")
def record_benefits(evidence: Evidence) -> Found:
    """Where projects are left out of the effect on benefits because none are recorded."""
    found = evidence.value_case.finding("benefits")
    if found is None or not found.n_left_out:
        return
    known = counted(found.tested.n, "project")
    yield Ask(
        "record-benefits:projects", ORGANISATION,
        f"Record the benefits of {counted(found.n_left_out, 'finished project')}", HEAD,
        f"the effect on them rests on {known}",
    )  # fmt: skip


@rule("keep-comparison", "departments that have not adopted yet", months=3, page="value")
def keep_comparison(evidence: Evidence) -> Found:
    """While departments without the PMO are left: once all adopt nobody is left to compare with."""
    found = next((f for f in evidence.value_case.primary if len(f.departments)), None)
    if found is None:
        return
    adopted = found.departments["adopted"]
    without = found.departments.loc[adopted.isna() | (adopted == ""), "department"]
    if without.empty:
        return
    names = [str(name) for name in without.head(MOST_NAMED)]
    rest = len(without) - len(names)
    them = listed_names([*names, f"{rest} more"] if rest else names)
    yield Ask(
        "keep-comparison:departments", ORGANISATION,
        f"Decide what the PMO is to show before {them} adopt it", HEAD,
        "then nobody is left to compare with",
    )  # fmt: skip

"""The brief: one page for the organisation, and one for each department."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pmo_lib.assessment.collecting import steps
from pmo_lib.brief import register
from pmo_lib.brief.ask import Ask, chosen
from pmo_lib.brief.evidence import Evidence
from pmo_lib.brief.headline import Headline, headlines
from pmo_lib.brief.news import since_last
from pmo_lib.brief.register import Became
from pmo_lib.brief.rule import RULES, Rule, asks
from pmo_lib.brief.rules import customers, figures, projects
from pmo_lib.brief.verdict import cannot_tell, fine, promised, to_collect, verdict
from pmo_lib.engine.result import ORGANISATION

MOST_ASKS = 3
RULE_MODULES = (projects, customers, figures)  # importing them declares their rules


@dataclass(frozen=True)
class Brief:
    """What one subject's page says; ``further`` asks stand in its evidence.

    ``was_due`` are the ids of the asks whose day has come.
    ``became`` is what became of the asks that the subject's last page showed, ``became_further`` of
    those in its evidence; ``since_last`` is what else is new.
    """

    subject: str
    verdict: str
    numbers: tuple[Headline, ...]
    asks: tuple[Ask, ...]
    further: tuple[Ask, ...]
    became: tuple[Became, ...]
    became_further: tuple[Became, ...]
    since_last: tuple[str, ...]
    fine: str
    cannot_tell: str
    promises: str = ""
    last_period: str = ""
    was_due: tuple[str, ...] = ()


Briefs = Mapping[str, Brief]


def briefs(evidence: Evidence, rules: Sequence[Rule] | None = None) -> dict[str, Brief]:
    """The brief of every subject; what is asked of a department is among the organisation's."""
    own = [each for each in RULES.values() if each.page == "kpi"]
    found = asks(evidence, own if rules is None else rules)
    wanted = register.wanted(evidence, found)
    told = register.became(evidence, found, "kpi")
    missing = steps(evidence.view)
    return {
        subject: _brief(evidence, subject, wanted, told, to_collect(missing[0]) if missing else "")
        for subject in evidence.subjects
    }


def _brief(
    evidence: Evidence,
    subject: str,
    wanted: Sequence[Ask],
    told: Sequence[Became],
    collect: str,
) -> Brief:
    own = [ask for ask in wanted if subject in {ORGANISATION, ask.department}]
    shown = chosen(own, subject, MOST_ASKS)
    still = {ask.id for ask in shown}
    before = evidence.last.shown.get(subject, ()) if evidence.last else ()
    theirs = [
        each
        for each in told
        if subject in {ORGANISATION, each.ask.department}
        and not (each.ask.id in still and each.state in {"open", "late"})
    ]
    return Brief(
        subject,
        verdict(evidence, subject),
        headlines(evidence, subject),
        tuple(shown),
        tuple(ask for ask in own if ask.id not in still),
        tuple(each for each in theirs if each.ask.id in before),
        tuple(each for each in theirs if each.ask.id not in before),
        since_last(evidence, subject),
        fine(evidence, subject),
        cannot_tell(evidence, subject, collect),
        promised(evidence, subject),
        evidence.last.period if evidence.last else "",
        tuple(ask.id for ask in shown if register.was_due(ask, evidence)),
    )


def asks_of(found: Briefs) -> list[Ask]:
    """Every ask of a pack, once: those of the organisation's page first."""
    whole = found[ORGANISATION]
    return [*whole.asks, *whole.further]

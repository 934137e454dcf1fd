"""Rules make asks: each is a function on the evidence, declared as the KPIs are.

What a rule yields is an ask of the organisation or of one department. Rules rest on facts, or on
intervals: never on what chance explains.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import isnan
from typing import Literal

from pmo_lib.brief.ask import Ask
from pmo_lib.brief.evidence import Evidence
from pmo_lib.months import month_end, shifted

HEAD = "Head of the PMO"
FINANCE = "Finance director"

Found = Iterable[Ask]
Page = Literal["kpi", "value"]


@dataclass(frozen=True)
class Rule:
    """A rule: its ``months`` are the time allowed for the answer, ``about`` what it is on.

    Its asks stand on the ``page`` of the organisation and departments, or of the value case.
    """

    id: str
    about: str
    months: int
    apply: Callable[[Evidence], Found]
    page: Page = "kpi"


RULES: dict[str, Rule] = {}


def rule(
    name: str, about: str, *, months: int = 1, page: Page = "kpi"
) -> Callable[[Callable[[Evidence], Found]], Callable[[Evidence], Found]]:
    """Declare a function on the evidence as the rule of that name."""

    def declare(function: Callable[[Evidence], Found]) -> Callable[[Evidence], Found]:
        RULES[name] = Rule(name, about, months, function, page)
        return function

    return declare


def asks(evidence: Evidence, rules: Iterable[Rule]) -> list[Ask]:
    """Every ask that the rules find, what has most at stake first.

    Money counts as a share of all that is approved for projects in flight, customers as a share
    of those whose word or request is known; the two are added.
    """
    period = evidence.view.period
    found = [
        replace(ask, by=f"{month_end(shifted(period, each.months)):%Y-%m-%d}", first_asked=period)
        for each in rules
        for ask in each.apply(evidence)
    ]
    stake = _stakes(evidence)
    return sorted(found, key=lambda ask: -stake(ask))


def _stakes(evidence: Evidence) -> Callable[[Ask], float]:
    approved = float(evidence.in_flight["cost"].sum())
    known = [evidence.observed[kpi]["case_id"].nunique() for kpi in ("R1", "R8")]
    customers = max([*known, 1])

    def stake(ask: Ask) -> float:
        money = 0.0 if isnan(ask.money) or approved <= 0 else ask.money / approved
        return money + ask.customers / customers

    return stake

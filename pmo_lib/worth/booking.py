"""No pound is booked twice: what each component books, and the rules (statistics.md 4.4)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from math import factorial, isclose, isfinite, isnan, nan
from typing import Literal

from pmo_lib.errors import ParameterError, allowed_values
from pmo_lib.worth.assumptions import Assumptions
from pmo_lib.worth.joint_effects import COMPONENTS, OTHER_DESIGNS, Case, JointEffects

Kind = Literal["cashable", "non-cashable", "quality"]

ROLL_OUT = "staggered roll-out"


# Which pound each component books; no two components may book the same.
POUNDS = {
    "avoided": "project spending",
    "team time": "project spending",  # the team's cost is in the actual cost
    "cancelled early": "remaining budgets of cancelled projects",
    "time": "benefits that come earlier",
    "uplift": "benefits at a fixed age",
    "better selection": "benefits at a fixed age",
}


@dataclass(frozen=True)
class Component:
    """One entry of the value case: its kind, the design it rests on, how far it counts, its parts.

    `parts` splits the amount among services; empty where only the bundle is known.
    """

    name: str
    kind: Kind = "non-cashable"
    design: str = ROLL_OUT
    weight: float = 1.0
    amount: float = nan
    parts: Mapping[str, float] | None = None


def components(effects: JointEffects, assumptions: Assumptions, case: Case) -> list[Component]:
    """What the value case books: per effect what is cash and what is not, teams' time apart."""
    found = []
    for name in effects.names:
        design = OTHER_DESIGNS.get(effects.verdicts[name], ROLL_OUT)
        weight = effects.weight(name, case)
        booked = Component(COMPONENTS[name], "non-cashable", design, weight)
        found.append(booked)
        if name != "cost" or assumptions.budget_returned:
            found.append(replace(booked, kind="cashable"))
        if name == "schedule" and assumptions.team_cost_a_day:
            found.append(replace(booked, name="team time"))
    return found


def book(booked: list[Component], case: Case) -> list[Component]:
    """The components, if no pound is in them twice; otherwise ParameterError (statistics.md 4.4).

    A pound is booked once: not as an overrun avoided and as the time of a team, nor as benefits
    uplift and as better selection. Services' parts add to the bundle. In the conservative case
    only what rests on the staggered roll-out counts.
    """
    owners: dict[str, str] = {}
    for i, item in enumerate(booked):
        if item.kind == "quality":
            if not isnan(item.amount):
                raise ParameterError(
                    f"{item.name} is quality and has an amount of money",
                    remedy="Report it beside the money, or give it another kind",
                )
            continue
        if item.name not in POUNDS:
            raise ParameterError(
                f"there is no component {item.name!r}", remedy=allowed_values(item.name, POUNDS)
            )
        if (item.name, item.kind) in [(other.name, other.kind) for other in booked[:i]]:
            raise _twice(item.name, f"{item.name} is given twice as {item.kind}")
        owner = owners.setdefault(POUNDS[item.name], item.name)
        if owner != item.name:
            raise _twice(item.name, f"{owner} and {item.name} both book {POUNDS[item.name]}")
        if case == "conservative" and item.design != ROLL_OUT and item.weight > 0:
            raise ParameterError(
                f"{item.name} rests on {item.design!r} and counts in the conservative case",
                remedy=f"Give it the weight 0: only a {ROLL_OUT} counts there",
            )
        _check_parts(item)
    return booked


def shapley(worth_of: Mapping[frozenset[str], float]) -> dict[str, float]:
    """Each service's mean addition over all orders of adding them; the parts add to the bundle.

    `worth_of` has the value of every set of services; that of none is 0 (Shapley 1953).
    ParameterError names a set whose value is missing.
    """
    services = sorted(frozenset().union(*worth_of))
    n, known = len(services), {frozenset[str](): 0.0, **worth_of}
    sets = [frozenset(some) for k in range(n + 1) for some in combinations(services, k)]
    missing = [" + ".join(sorted(some)) for some in sets if some not in known]
    if missing or known[frozenset()] != 0:
        what = f"the value of {missing[0]} is missing" if missing else "no service has a value"
        raise ParameterError(what, remedy="Give the value of every set of services, 0 for none")
    return {
        service: sum(
            factorial(len(some)) * factorial(n - len(some) - 1) / factorial(n)
            * (known[some | {service}] - known[some])
            for some in sets
            if service not in some
        )
        for service in services
    }  # fmt: skip


def _twice(name: str, how: str) -> ParameterError:
    hint = "; a delayed team's cost is in the actual cost already" if name == "team time" else ""
    return ParameterError(f"a pound is booked once: {how}", remedy=f"Leave one of them out{hint}")


def _check_parts(item: Component) -> None:
    if item.parts is None:
        return
    added = sum(item.parts.values())
    if not isfinite(item.amount) or not isclose(added, item.amount, rel_tol=1e-6, abs_tol=1e-6):
        raise ParameterError(
            f"the services' parts of {item.name} add to {added:,.2f}, the bundle is "
            f"{item.amount:,.2f}",
            remedy="Split the bundle, for instance with shapley()",
        )

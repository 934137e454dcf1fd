"""The questions of pmo start, in three parts; what is answered is kept at once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from pipelines.start.plan import MOST_KPIS, Plan, Promise, offered
from pmo_lib.errors import ParameterError, allowed_values
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.wording import number

T = TypeVar("T")
Ask = Callable[[str, str], str]  # the question and what an empty answer means


def asked(plan: Plan, ask: Ask, say: Callable[[str], None]) -> Iterator[Plan]:
    """The plan after each answer: define, then design; what is there already is not asked."""
    say("DEFINE: why the PMO is there, and for whom")
    if not plan.organisation:
        plan = replace(plan, organisation=ask("What is your organisation called?", ""))
        yield plan
    if not plan.why:
        plan = replace(plan, why=ask("What would be worse without the PMO? One sentence", ""))
        yield plan
    if not plan.customers:
        question = "Your customers: departments, each with its people if known (Finance 14, IT)"
        plan = replace(plan, customers=_again(question, ask, say, customers))
        yield plan
    say("DESIGN: what you promise them")
    if not plan.services:
        for place, (name, service) in enumerate(offered().items(), start=1):
            say(f"{place:>3}  {service.name}: {service.benefit} ({name})")
        question = "Which services do you offer? Numbers or names, three to six to begin with"
        plan = replace(
            plan, services=dict.fromkeys(_again(question, ask, say, services), Promise())
        )
        yield plan
    for name, promise in plan.services.items():
        if not promise.promise:
            plan = replace(plan, services=plan.services | {name: _promised(name, ask, say)})
            yield plan


def _promised(name: str, ask: Ask, say: Callable[[str], None]) -> Promise:
    service = offered()[name]
    say(f"{service.name}. The challenge: {service.challenge}.")
    promise = ask("Your promise, in your customers' words", service.benefit)
    days = _again(
        "Working days from request to service",
        lambda question, _: ask(question, f"{service.sla_days:g}"),
        say, _days,
    )  # fmt: skip
    usual = ", ".join(_target(kpi_id, target) for kpi_id, target in service.kpis.items())
    for kpi_id in service.kpis:
        say(f"     {kpi_id}  {CATALOGUE[kpi_id].name}")
    kpis = _again(
        f"KPIs that will show it, at most {MOST_KPIS}, with their targets",
        lambda question, _: ask(question, usual), say, targets,
    )  # fmt: skip
    return Promise(promise, days, kpis)


def _again(question: str, ask: Ask, say: Callable[[str], None], read: Callable[[str], T]) -> T:
    """The answer once it can be read; what is wrong with one that cannot is said."""
    while True:
        try:
            return read(ask(question, ""))
        except ParameterError as error:
            say(f"{error}")


def customers(text: str) -> dict[str, int]:
    """Departments with their people: Finance 14, IT."""
    found: dict[str, int] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        name, _, people = part.rpartition(" ")
        is_counted = bool(name) and people.isdecimal()
        found[name if is_counted else part] = int(people) if is_counted else 0
    if not found:
        raise ParameterError("no department is named", remedy="Write them with commas between")
    return found


def services(text: str) -> list[str]:
    """Services by their number or name."""
    names, found = list(offered()), list[str]()
    for part in filter(None, (each.strip() for each in text.split(","))):
        if part.isdecimal() and 1 <= int(part) <= len(names):
            found.append(names[int(part) - 1])
        elif part in names:
            found.append(part)
        else:
            raise ParameterError(
                f"there is no service {part!r}", remedy=allowed_values(part, names, most=40)
            )
    if not found:
        raise ParameterError("no service is chosen", remedy="Write numbers with commas between")
    return list(dict.fromkeys(found))


def targets(text: str) -> dict[str, float | None]:
    """KPIs with their targets: D1 80 %, V1 0.8, P2."""
    found: dict[str, float | None] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        kpi_id, _, target = part.partition(" ")
        if kpi_id not in CATALOGUE:
            remedy = allowed_values(kpi_id, CATALOGUE)
            raise ParameterError(f"there is no KPI {kpi_id!r}", remedy=remedy)
        found[kpi_id] = _number(target.strip()) if target.strip() else None
    if not 1 <= len(found) <= MOST_KPIS:
        raise ParameterError(
            f"{len(found)} KPIs are named", remedy=f"Name one to {MOST_KPIS}, such as D1 80 %"
        )
    return found


def _days(text: str) -> float:
    days = _number(text)
    if days <= 0:
        raise ParameterError(f"{text!r} is no number of days", remedy="Write one such as 10")
    return days


def _number(text: str) -> float:
    bare = text.removesuffix("%").strip()
    try:
        return float(bare) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise ParameterError(
            f"{text!r} is no number", remedy="Write one such as 0.8 or 80 %"
        ) from None


def _target(kpi_id: str, target: float | None) -> str:
    """D1 75 %, as it can be answered."""
    if target is None:
        return kpi_id
    share = CATALOGUE[kpi_id].unit == "share"
    return f"{kpi_id} {target:.0%}" if share else f"{kpi_id} {target:g}"


def said(kpis: Mapping[str, float | None]) -> list[str]:
    """Each KPI in words with its target."""
    return [f"{CATALOGUE[kpi_id].name}: {_aim(kpi_id, target)}" for kpi_id, target in kpis.items()]


def _aim(kpi_id: str, target: float | None) -> str:
    """At least 95 %, or at most 20 days, as the KPI is better high or low."""
    if target is None:
        return "no target yet"
    kpi = CATALOGUE[kpi_id]
    side = {"higher": "at least ", "lower": "at most "}.get(kpi.better, "target ")
    return f"{side}{number(target, kpi.unit)}"

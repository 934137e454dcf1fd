"""What a PMO is for, for whom, what it promises them and by what that will be seen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import yaml

from pipelines.declared import declared
from pipelines.yaml_file import read_yaml
from pmo_lib.errors import SettingsError, allowed_values, raise_all
from pmo_lib.kpis.catalogue import CATALOGUE

MOST_KPIS = 4  # a service; more are kept by nobody
ANSWERS = "start.yml"


@dataclass(frozen=True)
class Offered:
    """A service of the catalogue: what it answers, and by what it is usually judged."""

    name: str
    domain: str
    user: str
    sla_days: float
    challenge: str
    benefit: str
    kpis: Mapping[str, float | None]


@dataclass(frozen=True)
class Promise:
    """A service as this PMO offers it; ``kpis`` are targets by KPI, none where none is set."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    promise: str = ""
    sla_days: float = 0
    kpis: dict[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """All answers, as start.yml keeps them."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    organisation: str = ""
    why: str = ""
    customers: dict[str, int] = field(default_factory=dict)  # people by department; 0 = not known
    services: dict[str, Promise] = field(default_factory=dict)


@cache
def offered() -> dict[str, Offered]:
    """The catalogue of services, by id."""
    text = Path(__file__).with_name("services.yml").read_text(encoding="utf-8")
    return {name: Offered(**given) for name, given in yaml.safe_load(text).items()}


def read_plan(folder: Path) -> Plan:
    """The answers so far in a folder, which need not be there; SettingsError for mistakes."""
    path = folder / ANSWERS
    if not path.exists():
        return Plan()
    written = read_yaml(path)
    plan = declared(Plan, written.values, str(path), written.mistakes)
    raise_all(list(_mistakes(plan, str(path))))
    return plan


def as_yaml(plan: Plan) -> str:
    """The answers as start.yml."""
    values: dict[str, Any] = {
        "organisation": plan.organisation,
        "why": plan.why,
        "customers": plan.customers,
        "services": {
            name: {"promise": p.promise, "sla_days": p.sla_days, "kpis": {**p.kpis}}
            for name, p in plan.services.items()
        },
    }
    head = (
        "# The answers of pmo start. Change them here, or run it again: it asks what is missing.\n"
    )
    return head + yaml.safe_dump(values, allow_unicode=True, sort_keys=False)


def _mistakes(plan: Plan, where: str) -> Iterator[SettingsError]:
    for name, promise in plan.services.items():
        place = f"{where}: services: {name}"
        if len(promise.kpis) > MOST_KPIS:
            yield SettingsError(
                f"{len(promise.kpis)} KPIs for one service", place, f"Keep at most {MOST_KPIS}"
            )
        for kpi_id in promise.kpis:
            if kpi_id not in CATALOGUE:
                remedy = allowed_values(kpi_id, CATALOGUE)
                yield SettingsError(f"unknown KPI {kpi_id!r}", place, remedy)

"""Asks on customers: a service that disappoints, a department that goes elsewhere."""

import pandas as pd

from pmo_lib.brief.ask import Ask, Figure
from pmo_lib.brief.evidence import Evidence
from pmo_lib.brief.rule import HEAD, Found, rule
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.stats.significance import discovery, p_above
from pmo_lib.wording import interval, number


@rule("service-disappoints", "services that matter and give less than was expected", months=3)
def service_disappoints(evidence: Evidence) -> Found:
    """Services of more than mean importance whose perception gap is below 0, interval and all."""
    services = evidence.customers.services
    if services is None:
        return
    for row in services.dropna(subset=["importance", "performance"]).to_dict("records"):
        gap = evidence.result("R1", segment=row["service"])
        if gap is None or not gap.high < 0 or row["importance"] <= row["importance_cross"]:
            continue
        if row["performance_high"] >= row["performance_cross"]:
            continue  # that others go better may be chance
        happy = evidence.result("R4", segment=row["service"])
        satisfied = f"; {number(happy.value, 'share')} satisfied" if happy else ""
        yield Ask(
            f"service-disappoints:{row['service']}", ORGANISATION,
            f"Redesign {row['service']}, or stop it", _owner(evidence, row["service"]),
            f"importance {row['importance']:.1f} of 7, performance {row['performance']:.1f}, "
            f"{-gap.value:.1f} less than expected "
            f"({interval(-gap.high, -gap.low, 'score')}){satisfied}",
            customers=gap.cases, figure=Figure.of(gap),
        )  # fmt: skip


@rule("goes-elsewhere", "departments that go elsewhere more than others do", months=2)
def goes_elsewhere(evidence: Evidence) -> Found:
    """Departments whose customer leakage is above all departments', interval above interval."""
    whole = evidence.result("R8")
    if whole is None:
        return
    known = [r for d in evidence.subjects[1:] if (r := evidence.result("R8", d)) is not None]
    settings = evidence.view.settings
    # of many departments some always lie above by chance
    adjusted = discovery(
        [
            p_above(r.value, r.low, r.high, whole.value, r.cases, settings.confidence_level)
            for r in known
        ]
    )
    for own, p in zip(known, adjusted, strict=True):
        department = own.department
        if not own.low > whole.high or p > settings.false_discovery_share:
            continue
        yield Ask(
            f"goes-elsewhere:{department}", department,
            f"Ask {department} why it goes elsewhere, and what would bring it back", HEAD,
            f"{number(own.value, 'share')} of its {own.n} needs met elsewhere "
            f"({interval(own.low, own.high, 'share')}), against {number(whole.value, 'share')} "
            "in all",
            customers=round(own.value * own.n), figure=Figure.of(own),
        )  # fmt: skip


@rule("promise-broken", "promises to customers that are not kept", months=2)
def promise_broken(evidence: Evidence) -> Found:
    """Promises whose figure misses its own target, interval and all."""
    for promise in evidence.promises:
        if promise.verdict != "not kept" or promise.result is None:
            continue
        result, unit = promise.result, CATALOGUE[promise.kpi_id].unit
        yield Ask(
            f"promise-broken:{promise.statement_id}", promise.department,
            f"Keep or withdraw the promise to {promise.department}: “{promise.statement}”",
            _owner(evidence, promise.service),
            f"promised {promise.target or 'as the target is set'}, and it is "
            f"{number(result.value, unit)} ({interval(result.low, result.high, unit)})",
            customers=result.cases, figure=Figure.of(result),
        )  # fmt: skip


def _owner(evidence: Evidence, service: str) -> str:
    """Who answers for the service, where the table says it."""
    services = evidence.table("services")
    if services is None:
        return HEAD
    owners = services.loc[services["name"] == service, "owner"].dropna().unique()
    return str(owners[0]) if len(owners) == 1 and pd.notna(owners[0]) else HEAD

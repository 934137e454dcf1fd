"""Evidence made by hand, from which rules make asks: tables, results and what is observed."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pandas as pd

from builders.tables import PERIOD, Row
from builders.views import view
from pmo_lib.brief.ask import Ask
from pmo_lib.brief.evidence import Evidence
from pmo_lib.brief.last_pack import LastPack
from pmo_lib.brief.rule import RULES
from pmo_lib.engine.result import ORGANISATION, KpiResult, tidy
from pmo_lib.engine.view import View

UNITS = ("department", "period", "numerator", "denominator", "case_id", "segment")
NO_CASE = SimpleNamespace(
    terms=SimpleNamespace(assumptions=SimpleNamespace(hourly_rate=SimpleNamespace(likely=50.0)))
)


def evidence(
    seen: View | None = None,
    results: Sequence[KpiResult] = (),
    *,
    units: Mapping[str, Sequence[Row]] | None = None,
    charts: Mapping[str, Mapping[str, Any]] | None = None,
    services: pd.DataFrame | None = None,
    departments: Sequence[str] = ("Finance", "Sales"),
    value_case: Any = NO_CASE,
    **more: Any,
) -> Evidence:
    """What the tests name, and of the rest nothing; `charts` by department and KPI."""
    observed = dict.fromkeys(("D1", "D3", "P10", "R1", "R8"), units_of(()))
    observed |= {kpi_id: units_of(rows) for kpi_id, rows in (units or {}).items()}
    drawn = charts or {}
    return Evidence(
        seen or view(projects=()),
        (ORGANISATION, *departments),
        tuple(results),
        observed,
        lambda subject: SimpleNamespace(behaviours=drawn.get(subject, {})),  # type: ignore[arg-type,return-value]
        SimpleNamespace(services=services),  # type: ignore[arg-type]
        value_case,
        **more,
    )


def units_of(rows: Sequence[Row]) -> pd.DataFrame:
    """Observations of one KPI."""
    plain = {"department": "Finance", "period": PERIOD, "denominator": 1.0, "segment": ""}
    return pd.DataFrame([plain | row for row in rows], columns=list(UNITS))


def found_by(name: str, given: Evidence) -> dict[str, Ask]:
    """What one rule asks, by id."""
    asks = list(RULES[name].apply(given))
    assert len({ask.id for ask in asks}) == len(asks), "an ask is doubled"
    return {ask.id: ask for ask in asks}


def last_pack(
    period: str = "2026-08",
    results: Sequence[KpiResult] = (),
    asks: Sequence[Ask] = (),
    shown: Mapping[str, tuple[str, ...]] | None = None,
) -> LastPack:
    """What a pack of an earlier month said."""
    if shown is None:
        shown = {ORGANISATION: tuple(ask.id for ask in asks)}
    return LastPack(period, tidy(results), tuple(asks), shown)

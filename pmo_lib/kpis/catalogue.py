"""All declared KPIs, by id, in the order of the catalogue."""

import re

import pandas as pd

from pmo_lib.kpis.families import (
    benefits,
    capacity,
    decisions,
    delivery,
    earned_value,
    forecasts,
    governance,
    milestones,
    office,
    perception,
    productivity,
    promises,
    ratings,
    services,
    strategy,
)
from pmo_lib.kpis.kpi import FAMILIES, Kpi

_MODULES = (
    benefits,
    strategy,
    perception,
    delivery,
    earned_value,
    milestones,
    forecasts,
    productivity,
    decisions,
    capacity,
    services,
    promises,
    office,
    ratings,
    governance,
)


SOURCES = {"verdict": "verdict of validation", "value_case": "value case"}  # where it is no table


def _order(kpi: Kpi) -> tuple[int, int]:
    return list(FAMILIES).index(kpi.family), int(re.sub(r"\D", "", kpi.id))


CATALOGUE: dict[str, Kpi] = {
    kpi.id: kpi
    for kpi in sorted(
        (item for module in _MODULES for item in vars(module).values() if isinstance(item, Kpi)),
        key=_order,
    )
}


def definitions() -> pd.DataFrame:
    """The catalogue in words: one row per KPI.

    >>> words = pmo.catalogue().set_index("id").loc["D1", "definition"]
    """
    return pd.DataFrame(
        [
            {
                "id": kpi.id,
                "KPI": kpi.name,
                "family": FAMILIES[kpi.family],
                "unit": kpi.unit,
                "better": kpi.better,
                "definition": " ".join(kpi.definition.split()),
                "tables": ", ".join(kpi.tables) or SOURCES[kpi.given[0]],
            }
            for kpi in CATALOGUE.values()
        ]
    )

"""Freeze a baseline: the observations of every KPI as they stand at the end of a month."""

from collections.abc import Iterable

from pmo_lib.engine.baseline import Baseline, check_name
from pmo_lib.engine.observe import attempt
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import Kpi

NOT_OF_A_TIME = {
    "shown_by": "is measured against a baseline, not in one",
    "verdict": "speaks of the files as they were read, not of a time",
}


def freeze(
    view: View,
    name: str,
    *,
    version: int,
    frozen_on: str,
    data_hash: str,
    workbook_version: str,
    kpis: Iterable[str] = CATALOGUE,
) -> Baseline:
    """The KPIs' observations at the end of the view's period; ParameterError on a bad name.

    Nothing is frozen of a table that is withheld, not even in part.
    """
    check_name(name)
    unmeasured, observed = {}, {}
    for kpi in (CATALOGUE[kpi_id] for kpi_id in kpis):
        if why := _why_not(kpi, view):
            unmeasured[kpi.id] = why
            continue
        units, state, reason = attempt(kpi, view)
        if state == "measured":
            observed[kpi.id] = units.reset_index(drop=True)
        else:
            unmeasured[kpi.id] = reason
    return Baseline(
        name, version, view.period, frozen_on, data_hash, workbook_version,
        view.settings.to_mapping(), unmeasured, observed,
    )  # fmt: skip


def can_be_added(baseline: Baseline) -> list[str]:
    """The KPIs that a baseline does not hold, and that tables alone can give."""
    later = {"value_case", *NOT_OF_A_TIME}
    return [
        kpi.id
        for kpi in CATALOGUE.values()
        if kpi.id not in baseline.observations and not later & set(kpi.given)
    ]


def _why_not(kpi: Kpi, view: View) -> str:
    used = {*kpi.tables, *kpi.optional_tables}
    withheld = [why for name, why in view.withheld.items() if name.partition(".")[0] in used]
    return next((NOT_OF_A_TIME[name] for name in kpi.given if name in NOT_OF_A_TIME), "") or next(
        iter(withheld), ""
    )

"""Freeze a baseline: the observations of every KPI as they stand at the end of a month."""

from pmo_lib.engine.baseline import Baseline, check_name
from pmo_lib.engine.observe import attempt
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE

NOT_OF_A_TIME = {
    "shown_by": "is measured against a baseline, not in one",
    "verdict": "speaks of the files as they were read, not of a time",
}


def freeze(
    view: View, name: str, *, version: int, frozen_on: str, data_hash: str, workbook_version: str
) -> Baseline:
    """Every KPI's observations at the end of the view's period; ParameterError on a bad name."""
    check_name(name)
    unmeasured, observed = {}, {}
    for kpi in CATALOGUE.values():
        if why := next((NOT_OF_A_TIME[name] for name in kpi.given if name in NOT_OF_A_TIME), ""):
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

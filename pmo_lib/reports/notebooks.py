"""The report of each notebook, by the notebook's name."""

from collections.abc import Mapping
from dataclasses import fields
from os import PathLike, fspath
from pkgutil import resolve_name
from typing import Any

from pmo_lib.errors import ParameterError, allowed_values
from pmo_lib.parameters import PARAMETERS
from pmo_lib.reports.report import Report

REPORTS: Mapping[str, str] = {  # loaded when asked for: each brings its charts with it
    "01_baseline": "pmo_lib.reports.baseline_report:BaselineReport",
    "02_benchmark": "pmo_lib.reports.benchmark.benchmark_report:BenchmarkReport",
    "03_kpi_report": "pmo_lib.reports.kpi.kpi_report:KpiReport",
    "04_value_case": "pmo_lib.reports.value.value_report:ValueReport",
    "05_one_page": "pmo_lib.reports.kpi.kpi_report:KpiReport",
}


def report(notebook: str, given: Mapping[str, Any] | None = None, /, **parameters: Any) -> Report:
    """The report that a notebook shows, part by part.

    `parameters` are those of the notebook's first cell; what is left out has its default, an
    unknown name is an error that names the nearest.

    >>> report = pmo.report("03_kpi_report", department="Finance", period="2026-09")
    >>> scorecard = report.scorecard()

    `given` may hold other names too: a notebook hands on its `globals()`, of which its parameters
    are taken.
    """
    if notebook not in PARAMETERS:
        raise ParameterError(
            f"there is no notebook {notebook!r}", remedy=allowed_values(notebook, PARAMETERS)
        )
    declared, namespace = PARAMETERS[notebook], given or {}
    own = {item.name: namespace[item.name] for item in fields(declared) if item.name in namespace}
    chosen = {
        name: fspath(value) if isinstance(value, PathLike) else value
        for name, value in (own | parameters).items()
    }
    kind: type[Report] = resolve_name(REPORTS[notebook])
    return kind.open(declared.from_mapping(chosen))

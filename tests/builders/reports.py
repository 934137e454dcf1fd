"""Reports on tables made by hand, and their pages as plain text."""

from collections.abc import Iterator
from contextlib import contextmanager
from pkgutil import resolve_name
from typing import Any

import pytest

from builders.catalogue import only_kpis
from builders.pages import markdown, sections_of
from pmo_lib.measurement import Measurement
from pmo_lib.parameters import PARAMETERS
from pmo_lib.reports.notebooks import REPORTS
from pmo_lib.reports.report import Report
from pmo_lib.workbook import Workbook

ON_PAGES = {  # those that sections name, and of each other family
    "D1", "D2", "D3", "D5", "D6", "D7", "G1", "G2", "G3", "G8", "P1", "P2", "R4", "R6", "R8", "R9",
    "R1", "R2", "R12", "P12", "V2", "V6", "D15", "P10",  # the last two are what asks rest on
}  # fmt: skip
TOLD_ELSEWHERE = ("kpi_definitions", "violations", "provenance", "data_quality")


def report_on(notebook: str, opened: Workbook, **parameters: Any) -> Report:
    """The report that a notebook shows of a workbook."""
    kind: type[Report] = resolve_name(REPORTS[notebook])
    return kind(PARAMETERS[notebook](**parameters).resolved(opened), opened)


def page(notebook: str, opened: Workbook, **parameters: Any) -> str:
    """What the notebook's sections say, of the KPIs of `ON_PAGES`."""
    with only_kpis(ON_PAGES):
        report = report_on(notebook, opened, **parameters)
        return "\n\n".join(
            f"[{section}]\n{markdown(eval(section, {'report': report}))}"
            for section in sections_of(notebook)
            if not any(name in section for name in TOLD_ELSEWHERE)
        )


@contextmanager
def measured_once() -> Iterator[None]:
    """Reports of one workbook share a measurement, as those of a run do."""
    made: dict[tuple[int, str, str | None], Measurement] = {}
    measure = Workbook.measured

    def kept(book: Workbook, period: str = "", baseline: str | None = "") -> Measurement:
        key = (id(book), period, baseline)
        return made.setdefault(key, measure(book, period, baseline))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Workbook, "measured", kept)
        yield

"""Whatever table or column is missing, everything is measured or says why it is not."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from IPython.display import HTML

from builders.gaps import EVERY_KPI, failures, of_columns, of_tables, small, small_roll_out
from builders.tables import DEPARTMENTS, PERIOD, Tables
from builders.views import settings
from builders.workbooks import workbook
from pmo_lib.effect import roll_out
from pmo_lib.engine.observe import results
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.parameters import PARAMETERS
from pmo_lib.reports.baseline_report import BaselineReport
from pmo_lib.reports.benchmark.benchmark_report import BenchmarkReport
from pmo_lib.reports.kpi.kpi_report import KpiReport
from pmo_lib.reports.picture import Picture
from pmo_lib.reports.report import Report
from pmo_lib.reports.value.value_report import ValueReport

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
REPORTS: dict[str, type[Report]] = {
    "01_baseline": BaselineReport,
    "02_benchmark": BenchmarkReport,
    "03_kpi_report": KpiReport,
    "04_value_case": ValueReport,
}
OVER_TIME = ("scorecard", "trend", "signals")  # each KPI at each month: dear, and the same code
FEEDS_MOST = {"projects", "baselines", "status_reports"}


def seen(given: Tables) -> View:
    return View(given, PERIOD, settings(disclosure=EVERY_KPI))


def measured(table: str, given: Tables) -> None:
    """Every KPI that reads the table has a value, or a reason for having none."""
    reading = [k.id for k in CATALOGUE.values() if table in {*k.tables, *k.optional_tables}]
    for result in results(seen(given), [ORGANISATION, DEPARTMENTS[0]], reading):
        assert result.is_measured or result.reason, f"{result.kpi_id} says nothing"
        assert not result.is_measured or abs(result.value) < float("inf"), result


def sections(notebook: str) -> Iterator[str]:
    """What the cells of the notebook show: report.title() and so on."""
    for cell in json.loads((NOTEBOOKS / f"{notebook}.ipynb").read_text("utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and source.startswith("report."):
            yield source


def shown(notebook: str) -> Callable[[str, Tables], None]:
    """Every section of the notebook is a picture or says something."""

    def work(table: str, given: Tables) -> None:
        opened = workbook(given, disclosure=EVERY_KPI)
        opened = replace(opened, peers={"another": opened})
        report = REPORTS[notebook](PARAMETERS[notebook]().resolved(opened), opened)
        for section in sections(notebook):
            if table in FEEDS_MOST or not section[len("report.") :].startswith(OVER_TIME):
                made: Any = eval(section, {"report": report})
                assert isinstance(made, (HTML, Picture)), section

    return work


def test_every_kpi() -> None:
    """Without a table, a table's rows or a column it is measured or says why not."""
    found = failures(of_tables(small()), measured) + failures(of_columns(small()), measured)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("notebook", ["01_baseline", "02_benchmark", "03_kpi_report"])
def test_every_section(notebook: str) -> None:
    found = failures(of_tables(small()), shown(notebook))
    assert not found, "\n".join(found)


def test_every_section_of_the_value_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a roll-out in which there is an effect to lose."""
    monkeypatch.setattr(roll_out, "PERMUTATIONS", 19)
    monkeypatch.setattr(roll_out, "FEWER_PERMUTATIONS", 19)
    work, given = shown("04_value_case"), small_roll_out()
    found = failures(of_tables(given), work) + failures(of_columns(given), work)
    assert not found, "\n".join(found)

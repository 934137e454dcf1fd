"""Whatever table or column is missing, everything is measured or says why it is not."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from IPython.display import HTML

from builders.catalogue import only_kpis
from builders.gaps import (
    EVERY_KPI,
    Gap,
    small,
    small_roll_out,
    without_columns,
    without_rows,
    without_tables,
)
from builders.pages import sections_of
from builders.reports import ON_PAGES, measured_once, report_on
from builders.rollouts import permuted
from builders.tables import DEPARTMENTS, PERIOD
from builders.views import settings
from builders.workbooks import workbook
from pmo_lib.assessment.series import history
from pmo_lib.contract.tables import empty
from pmo_lib.engine.observe import results
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.reports.picture import Picture
from pmo_lib.workbook import Workbook

OVER_TIME = (
    "report.scorecard",
    "report.trend",
    "report.signals",
)  # of every KPI
# there always are projects, validation sees to it
READ_BY_SECTIONS = {"baselines", "status_reports", "survey_responses", "rollouts"}
OF_VALUE = {"R1", "R8", "R12"}  # beside which asks are weighed, and the return
NAMED = ON_PAGES - {"D6", "D7", "G8", "P1", "V2", "V6"}  # by sections, but for those of all KPIs
CHARTED = ("D1", "D6", "D9", "P1", "P2", "R8", "V2", "V6")  # one of each kind of series


def seen(gap: Gap) -> View:
    return View(gap.tables, PERIOD, settings(disclosure=EVERY_KPI))


def reading(table: str) -> list[str]:
    kpis = (CATALOGUE[kpi_id] for kpi_id in CHARTED)
    return [kpi.id for kpi in kpis if table in {*kpi.tables, *kpi.optional_tables}]


def gaps() -> Iterator[Gap]:
    yield from without_rows(small())
    yield from without_tables(small())


def test_every_kpi_is_measured_or_says_why_not(subtests: pytest.Subtests) -> None:
    """Of columns it uses; of those it needs see test_not_measured, of others test_uses."""
    for gap in without_columns(small()):
        using = [kpi.id for kpi in CATALOGUE.values() if gap.column in kpi.uses]
        with subtests.test(gap.name):
            for found in results(seen(gap), [ORGANISATION, DEPARTMENTS[0]], using):
                assert found.is_measured or found.reason, found
                assert not found.is_measured or abs(found.value) < float("inf"), found


def test_every_series_is_charted_or_says_why_not(subtests: pytest.Subtests) -> None:
    for gap in gaps():
        for kpi_id in reading(gap.table):
            with subtests.test(f"{kpi_id}, {gap.name}"):
                assert history(kpi_id, seen(gap)).behaviour().signal


def test_every_section_is_shown(subtests: pytest.Subtests) -> None:
    """Without what sections read themselves, and with the projects alone."""
    given = small()
    alone = {"projects": given["projects"]}
    none = {name: empty(name) for name in given if name != "projects"}
    sections_lack(
        [
            Gap("projects alone", "", alone),
            Gap("all others empty", "", alone | none),
            *(gap for gap in without_rows(given) if gap.table in READ_BY_SECTIONS),
        ],
        subtests,
    )


@pytest.mark.slow
def test_every_section_is_shown_without_any_table(subtests: pytest.Subtests) -> None:
    sections_lack(gaps(), subtests)


def sections_lack(lacking: Iterable[Gap], subtests: pytest.Subtests) -> None:
    """Benchmarks stand beside a peer who misses the same."""
    for gap in lacking:
        opened = workbook(gap.tables, disclosure=EVERY_KPI)
        opened = replace(opened, peers={"another": opened})
        with only_kpis(NAMED), measured_once():
            for notebook in ("01_baseline", "02_benchmark", "03_kpi_report"):
                with subtests.test(notebook, gap=gap.name):
                    shown(notebook, opened)


def test_every_section_of_the_value_case_is_shown(
    subtests: pytest.Subtests,
) -> None:
    """On a roll-out in which there is an effect to lose."""
    given = small_roll_out()
    with permuted(19), only_kpis(OF_VALUE):
        for gap in (*without_rows(given), *without_tables(given), *without_columns(given)):
            with subtests.test(gap.name):
                shown("04_value_case", workbook(gap.tables))


def shown(notebook: str, opened: Workbook) -> None:
    """Every section of the notebook is a picture, or HTML that says something."""
    report = report_on(notebook, opened)
    for section in sections_of(notebook):
        if not section.startswith(OVER_TIME):
            made: Any = eval(section, {"report": report})
            assert isinstance(made, (HTML, Picture)), section

"""The front page of two hundred departments: whole, in order, and small enough to be sent."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from builders.pages import parsed
from builders.portfolio import portfolio
from builders.results import result
from builders.workbooks import workbook
from pipelines.publishing.front import write_index
from pipelines.publishing.plan import slug
from pipelines.publishing.render import Record
from pmo_lib.brief.ask import Ask
from pmo_lib.brief.brief import Brief
from pmo_lib.engine.result import ORGANISATION, KpiResult
from pmo_lib.reports.front import COUNTED, SHOWN

DEPARTMENTS = tuple(f"Regional Affairs and Services {i:03d}" for i in range(200))
MOST_BYTES = 150_000
WHY = "rated green by their owners, red by their own figures"


def brief(subject: str, *asks: Ask) -> Brief:
    said = "Of completed projects 48 % were on time and 60 % on budget (no clear change)."
    return Brief(subject, said, (), asks, (), (), (), ("5 projects finished.",), "", "")


def asks_of(place: int, department: str) -> list[Ask]:
    what = f"Review P{place:04d} Data platform replacement and P9{place:03d} Planning: {WHY}"
    return [Ask(f"{rule}:{department}", department, what, "Director", WHY) for rule in "ab"]


def results_of(department: str, draw: np.random.Generator) -> Iterator[KpiResult]:
    """Every figure of the table with its interval and an answer, one with both."""
    for kpi_id in SHOWN:
        value = float(draw.uniform(0.2, 0.8))
        yield result(
            kpi_id, department, value=value, low=value - 0.14, high=value + 0.14, n=31,
            than_before="worse", against_target="not kept" if kpi_id == "D1" else "cannot tell yet",
        )  # fmt: skip
    for kpi_id in COUNTED:
        yield result(kpi_id, department, value=float(draw.integers(10, 99) * 10**5), n=31)


@pytest.fixture(scope="module")
def measured() -> Any:
    """What a measurement says to the front page of all these departments."""
    draw = np.random.default_rng(14)
    own = {name: asks_of(i, name) for i, name in enumerate(DEPARTMENTS)}
    every = [ask for name in reversed(DEPARTMENTS) for ask in own[name]]  # the last is the worst
    whole = replace(brief(ORGANISATION, *every[:3]), further=tuple(every[3:]))
    briefs = {ORGANISATION: whole, **{name: brief(name, *own[name]) for name in DEPARTMENTS}}
    results = [r for name in (ORGANISATION, *DEPARTMENTS) for r in results_of(name, draw)]
    promises = [
        SimpleNamespace(department=name, verdict=verdict)
        for name in DEPARTMENTS
        for verdict in ("kept", "not kept", "cannot tell yet")
    ]
    seen = workbook(portfolio())
    return SimpleNamespace(
        period="2026-09", departments=DEPARTMENTS, briefs=briefs, results=results,
        promises=promises, view=seen.view("2026-09"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def index(measured: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    names = [f"05_one_page-{slug(name)}" for name in DEPARTMENTS]
    records = [
        Record(
            name, f"One page: {department}", "Departments", f"{name}.html", "05_one_page",
            {"department": department},
        )
        for name, department in zip(names, DEPARTMENTS, strict=True)
    ]  # fmt: skip
    pdfs = [record.file.replace(".html", ".pdf") for record in records]
    folder = tmp_path_factory.mktemp("pack")
    value = brief("value case")
    write_index(folder, "Reports", records, workbook(portfolio()), measured, value, pdfs)
    return folder / "index.html"


def test_of_two_hundred_departments_is_under_150_kb(index: Path) -> None:
    assert index.stat().st_size < MOST_BYTES


def test_has_a_whole_row_for_each_and_the_worst_first(index: Path, measured: Any) -> None:
    page = parsed(index.read_text("utf-8"))
    rows = [row for row in page.rows if row and row[0].startswith("Regional")]
    assert [row[0] for row in rows] == [*reversed(DEPARTMENTS)]
    assert {len(row) for row in rows} == {len(SHOWN) + 4}
    lacking = [row for row in rows if not all(cell.strip() for cell in row)]
    assert not lacking
    assert all(row[-2] == "1 kept, 1 broken of 3" for row in rows)
    assert all(re.search(r"\(and 1 more\)$", row[-1]) for row in rows)

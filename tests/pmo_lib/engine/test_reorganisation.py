"""A baseline by today's departments: what moved between them changes no figure of theirs."""

from collections.abc import Iterator
from functools import cache

import pandas as pd
import pytest

from builders.catalogue import only_kpis
from builders.portfolio import portfolio
from builders.tables import DEPARTMENTS, PERIOD, Tables, open_project, project, tables
from builders.views import settings
from builders.whole import whole
from pmo_lib.assessment.assessed import assessed
from pmo_lib.engine.freezing import freeze
from pmo_lib.engine.observe import attempt
from pmo_lib.engine.reorganisation import OF_PROJECTS
from pmo_lib.engine.result import ORGANISATION, KpiResult
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE

UNTIL = "2025-12"
FEW = {"D1", "D3", "D4", "D6", "D8", "G1", "G2", "P1", "P3", "P4", "P8", "R1", "R4", "V1", "V2"}
FIRST, SECOND, THIRD = DEPARTMENTS


def renamed(base: Tables, names: dict[str, str]) -> Tables:
    """The tables with departments of other names, wherever they stand."""
    return {
        name: rows.assign(department=rows["department"].replace(names))
        if "department" in rows
        else rows
        for name, rows in base.items()
    }


def moved(base: Tables, count: int) -> Tables:
    """So many projects of the first department in the second."""
    projects = base["projects"]
    some = projects.index[projects["department"] == FIRST][:count]
    departments = projects["department"].mask(projects.index.isin(some), SECOND)
    return base | {"projects": projects.assign(department=departments)}


def compared(then: Tables, now: Tables) -> list[KpiResult]:
    """Results of now against a baseline frozen of the tables of then."""
    own = settings(disclosure={"too_few": 1, "indicative": 1})
    frozen = freeze(
        View(then, UNTIL, own), "b", version=1, frozen_on="", data_hash="", workbook_version=""
    )
    names = sorted(set(now["projects"]["department"]))
    return assessed(View(now, PERIOD, own, baseline=frozen), names)


@pytest.fixture(scope="class")
def few_kpis() -> Iterator[None]:
    """Those that say something here; of each kind of statistic, by projects, services and all."""
    with only_kpis(FEW):
        yield


def changes(found: list[KpiResult]) -> dict[tuple[str, ...], str]:
    """What is said of each comparison: baseline, change, interval, both answers."""
    return {
        (r.kpi_id, r.department, r.statistic.id, r.segment): repr(
            (r.baseline, r.change, r.than_before, r.against_target)
        )
        for r in found
    }


@cache
def given() -> Tables:
    return whole()


def of_projects(key: tuple[str, ...]) -> bool:
    kpi = CATALOGUE[key[0]]
    return kpi.population.unit_of_analysis in OF_PROJECTS and not kpi.collective


@pytest.mark.usefixtures("few_kpis")
class TestProjectsMoved:
    @staticmethod
    @cache
    def now() -> Tables:
        return moved(given(), 5)

    @staticmethod
    @cache
    def found() -> list[KpiResult]:
        return compared(given(), moved(given(), 5))

    def test_change_is_that_from_a_baseline_of_todays_departments(self) -> None:
        found, expected = changes(self.found()), changes(compared(self.now(), self.now()))
        differing = {key for key in expected if expected[key] != found[key]}
        assert {key for key in differing if not CATALOGUE[key[0]].collective} == set()
        assert {key[0] for key in differing} <= {"P1", "P4"}

    def test_is_told_in_both_departments_and_in_no_other(self) -> None:
        said = {r.department: r.compared for r in self.found() if r.kpi_id == "P3" and r.compared}
        assert said[SECOND].startswith("5 of its projects were counted elsewhere in the baseline")
        assert said[FIRST].startswith("5 projects of the baseline are counted elsewhere now")
        assert "elsewhere" not in said.get(THIRD, "") + said.get(ORGANISATION, "")

    def test_what_hangs_on_the_others_of_a_department_is_not_compared(self) -> None:
        for kpi_id in ("P1", "P4"):
            own = [
                r for r in self.found() if r.kpi_id == kpi_id and r.department in (FIRST, SECOND)
            ]
            assert own
            assert {r.than_before for r in own} <= {"cannot be compared", ""}
            assert all(r.compared.startswith("not compared: 5") for r in own if r.is_measured)

    def test_nothing_is_said_where_nothing_moved(self) -> None:
        found = compared(given(), given())
        assert not [r for r in found if "elsewhere" in r.compared or "called" in r.compared]


@pytest.mark.usefixtures("few_kpis")
class TestDepartmentsRenamed:
    @staticmethod
    @cache
    def now() -> Tables:
        return renamed(given(), {FIRST: "Treasury"})

    @staticmethod
    @cache
    def found() -> list[KpiResult]:
        return compared(given(), renamed(given(), {FIRST: "Treasury"}))

    def test_change_is_that_from_a_baseline_of_todays_names(self) -> None:
        assert changes(self.found()) == changes(compared(self.now(), self.now()))

    def test_is_told(self) -> None:
        said = {r.compared for r in self.found() if r.department == "Treasury" and r.kpi_id == "D1"}
        assert any(f"called {FIRST} in the baseline" in each for each in said)


@pytest.mark.usefixtures("few_kpis")
class TestDepartmentsMerged:
    @staticmethod
    @cache
    def now() -> Tables:
        return renamed(given(), {FIRST: SECOND})

    @staticmethod
    @cache
    def found() -> list[KpiResult]:
        return compared(given(), renamed(given(), {FIRST: SECOND}))

    def test_projects_are_compared_with_those_of_both(self) -> None:
        found, expected = changes(self.found()), changes(compared(self.now(), self.now()))
        assert {k for k in expected if of_projects(k) and expected[k] != found[k]} == set()

    def test_all_else_of_it_is_not_compared(self) -> None:
        own = [r for r in self.found() if r.department == SECOND and r.kpi_id in ("R1", "R4", "P8")]
        assert own
        assert all(pd.isna(r.change.value) for r in own)
        said = {r.compared for r in own if r.is_measured and not r.segment}
        assert all(s.startswith(f"not compared: {FIRST} became part of it") for s in said)


@pytest.mark.parametrize("kpi_id", CATALOGUE)
def test_what_hangs_on_the_others_of_a_department_says_so(kpi_id: str) -> None:
    """Its observations differ, whosever they are, where departments are others."""
    kpi = CATALOGUE[kpi_id]
    if "projects" in (*kpi.tables, *kpi.optional_tables) and "verdict" not in kpi.given:
        differs = (
            units_of(kpi_id, other) != before
            for base, others in portfolios()
            for before in [units_of(kpi_id, base)]
            for other in others
        )
        assert any(differs) == kpi.collective


@cache
def portfolios() -> list[tuple[Tables, list[Tables]]]:
    """Each with others in which its departments are others."""
    bases = given(), portfolio(), two_paces()
    return [(base, [shuffled(base, seed) for seed in range(3)]) for base in bases]


def two_paces() -> Tables:
    """One department takes a month, the other half a year; two projects are three months old."""
    rows = []
    for name, finished_on in ((FIRST, "2026-02-01"), (SECOND, "2026-07-01")):
        paces = [project(f"{name}{n}", department=name, finished_on=finished_on) for n in range(9)]
        rows += [*paces, open_project(name, department=name, started_on="2026-07-01")]
    return tables(projects=rows)


def shuffled(base: Tables, seed: int) -> Tables:
    """The tables with each project in any department."""
    projects = base["projects"]
    names = projects["department"].sample(frac=1, random_state=seed)
    return base | {"projects": projects.assign(department=names.to_numpy())}


def units_of(kpi_id: str, seen: Tables) -> list[list[str]]:
    units = attempt(CATALOGUE[kpi_id], View(seen, PERIOD, settings()))[0]
    columns = units.drop(columns="department").astype("object").map(str)
    return sorted(columns.to_numpy().tolist())

"""Results judged: against the frozen baseline, in colour, and safe to be shown."""

from dataclasses import replace
from math import isnan

import numpy as np
import pytest

from builders.portfolio import portfolio
from builders.tables import DEPARTMENTS, baseline, numbered, project, tables
from builders.views import settings
from pmo_lib.assessment.assessed import assessed
from pmo_lib.engine.baseline import Baseline
from pmo_lib.engine.freezing import freeze
from pmo_lib.engine.observe import results
from pmo_lib.engine.result import ORGANISATION, KpiResult
from pmo_lib.engine.view import View


def frozen(view: View) -> Baseline:
    return freeze(
        view, "before", version=1, frozen_on="2026-11-24", data_hash="", workbook_version=""
    )


def against(view: View, until: str, **changes: object) -> View:
    return replace(view, baseline=frozen(replace(view, period=until, **changes)))  # type: ignore[arg-type]


def one(found: list[KpiResult], kpi: str, department: str = ORGANISATION) -> KpiResult:
    return next(r for r in found if r.kpi_id == kpi and r.department == department)


VIEW = View(portfolio(), "2026-09", settings(outcome_window_months=12))


class TestAgainstABaseline:
    def test_values_are_the_engines_own(self) -> None:
        plain = results(VIEW, [ORGANISATION, *DEPARTMENTS])
        found = assessed(against(VIEW, "2025-06"), DEPARTMENTS)
        same = [(r.kpi_id, r.department, r.statistic, r.segment, r.n, repr(r.value)) for r in plain]
        judged = [(r.kpi_id, r.department, r.statistic, r.segment, r.n, repr(r.value))
                  for r in found]  # fmt: skip
        assert judged == same

    def test_baseline_is_the_engines_value_then(self) -> None:
        found = assessed(against(VIEW, "2025-06"), DEPARTMENTS)
        then = results(replace(VIEW, period="2025-06"), [ORGANISATION, *DEPARTMENTS])
        for kpi in ("D1", "D3", "P1", "P2"):
            for name in (ORGANISATION, *DEPARTMENTS):
                now = one(found, kpi, name)
                assert now.baseline == pytest.approx(one(then, kpi, name).value)
                assert now.change.value == pytest.approx(now.value - now.baseline)

    def test_kpi_that_was_added_to_it_says_so(self) -> None:
        view = against(VIEW, "2025-06")
        assert view.baseline is not None
        marked = replace(view.baseline, added={"D1": "2026-11-01"})
        found = assessed(replace(view, baseline=marked), DEPARTMENTS)
        assert "added to the baseline on 2026-11-01" in one(found, "D1").compared
        assert "added" not in one(found, "D3").compared

    def test_change_has_an_interval_and_what_could_be_seen(self) -> None:
        found = one(assessed(against(VIEW, "2025-06"), DEPARTMENTS), "D1")
        assert found.change.low < found.change.value < found.change.high
        assert found.change.detectable > (found.change.high - found.change.low) / 2

    def test_the_same_month_is_not_compared_with_itself(self) -> None:
        found = one(assessed(against(VIEW, "2026-09"), DEPARTMENTS), "D1")
        assert isnan(found.change.value)
        assert "nothing later to compare" in found.compared

    def test_frozen_before_a_table_existed_says_so(self) -> None:
        early = {name: rows for name, rows in portfolio().items() if name != "baselines"}
        found = one(assessed(against(VIEW, "2025-06", tables=early), DEPARTMENTS), "D1")
        assert found.is_measured
        assert isnan(found.change.value)
        assert "when it was frozen" in found.compared
        assert "needs baselines.csv" in found.compared

    def test_a_department_too_small_then_has_no_change(self) -> None:
        given = portfolio()
        of_finance = given["projects"]["department"] == "Finance"
        late = given["projects"]["finished_on"] > "2025-06-30"
        early = {**given, "projects": given["projects"][~of_finance | late]}
        found = one(assessed(against(VIEW, "2025-06", tables=early), DEPARTMENTS), "D1", "Finance")
        assert isnan(found.change.value)
        assert found.compared.startswith("no baseline: there are no completed projects")


def test_a_planted_deterioration_is_red_and_the_rest_is_not() -> None:
    rows = {"projects": [], "baselines": []}  # type: ignore[var-annotated]
    chance = np.random.default_rng(5)
    for year, late in (("2025", 0.1), ("2026", 0.8)):
        for name in ("Finance", "Sales"):
            share = late if name == "Finance" else 0.3
            ends = ["-03-31" if chance.random() > share else "-05-31" for _ in range(80)]
            own = [
                project(f"{name}{year}{i}", department=name, started_on=f"{int(year) - 1}-06-01",
                        finished_on=f"{year}{end}")
                for i, end in enumerate(ends)
            ]  # fmt: skip
            rows["projects"] += own
            rows["baselines"] += [
                baseline(p["project_id"], start=p["started_on"], finish=f"{year}-04-01")
                for p in own
            ]
    view = View(tables(**rows), "2026-12", settings(outcome_window_months=12))
    found = assessed(against(view, "2025-12"), ["Finance", "Sales"])
    assert one(found, "D1", "Finance").than_before == "worse"
    assert one(found, "D1", "Sales").than_before != "worse"
    assert one(found, "D1").than_before == "worse"


def test_one_department_too_few_hides_a_second() -> None:
    sizes = {"A": 3, "B": 8, "C": 40}
    projects = [
        {**row, "project_id": f"{name}{i}", "department": name}
        for name, size in sizes.items()
        for i, row in enumerate(numbered(size, project))
    ]
    plans = [baseline(row["project_id"]) for row in projects]
    view = View(tables(projects=projects, baselines=plans), "2026-09")
    found = assessed(view, sizes)
    assert [one(found, "D1", name).state for name in sizes] == ["too few", "too few", "measured"]


def test_no_project_at_all_is_judged_without_an_error() -> None:
    found = assessed(View(tables(projects=[], baselines=[]), "2026-09"), [])
    assert {r.state for r in found} <= {"undefined", "not measured", "measured"}


class TestAShortRecord:
    """A register's first projects to end are its shortest: a baseline of them says so."""

    @staticmethod
    def compared(until: str) -> dict[str, str]:
        months = [f"2020-{at:02d}" for at in range(1, 13)] * 5
        long = [30 * (2 + at % 24) for at in range(len(months))]  # 2 to 25 months
        ends = [
            str(np.datetime64(f"{month}-01") + np.timedelta64(days, "D"))
            for month, days in zip(months, long, strict=True)
        ]
        rows = numbered(60, project, started_on=[f"{m}-01" for m in months], finished_on=ends)
        plans = numbered(60, baseline, start=[f"{m}-01" for m in months], finish=ends)
        seen = View(tables(projects=rows, baselines=plans), "2022-12", settings())
        found = assessed(against(seen, until), ["Finance"], ["D1", "P2"])
        return {r.kpi_id: r.compared for r in found if r.department == ORGANISATION}

    def test_is_told_of_ended_projects_only(self) -> None:
        found = self.compared("2021-01")
        assert found["D1"] == (
            "the record begins 13 months before the baseline ends: only projects shorter than "
            "that had ended, half of all took 11"
        )
        assert "record" not in found["P2"]

    def test_is_not_told_of_a_long_one(self) -> None:
        assert "record" not in self.compared("2022-09")["D1"]

"""The engine: states and their reasons, disclosure, windows. Of every KPI see test_every_kpi."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from builders.gaps import EVERY_KPI, small
from builders.portfolio import portfolio
from builders.results import result_table
from builders.tables import DEPARTMENTS, PERIOD, baseline, numbered, open_project, project, report
from builders.views import settings, view
from builders.workbooks import facts
from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import Verdict
from pmo_lib.engine.observe import observe, observe_all, results, yearly_results
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.engine.view import View, availability
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import kpi, observations


class TestResults:
    def test_months_of_throughput_do_not_hang_on_other_departments(self) -> None:
        own = numbered(3, project, started_on="2026-05-01", finished_on="2026-08-01")
        old = project("old", department="Sales", started_on="2020-01-01", finished_on="2020-02-01")
        alone, together = (
            results(view(projects=rows), ["Finance"], ["P1"])[0] for rows in (own, [*own, old])
        )
        assert (alone.value, alone.n) == (together.value, together.n)

    def test_missing_units_are_told(self) -> None:
        seen = view(projects=numbered(3, project), baselines=numbered(2, baseline))
        (found,) = results(seen, kpis=["D1"])
        assert (found.n, found.missing) == (2, 1)
        assert "1 of 3 left out" in found.reason

    def test_statistics_come_in_the_order_declared(self) -> None:
        found = result_table(View(portfolio(), PERIOD), kpis=["D3", "P3"])
        assert list(found["statistic"]) == [
            "median", "geometric_mean", "p80", "p95", "total", "base_total", "carriers",
            "carried_total", "relative_total", "survival_median", "survival_p85",
        ]  # fmt: skip

    def test_names_kpi_department_and_period(self) -> None:
        found = results(View(portfolio(), PERIOD), ["Finance", ORGANISATION], ["D1", "P2"])
        names = [(r.kpi_id, r.department, r.period) for r in found]
        assert names == [(k, d, PERIOD) for k in ("D1", "P2") for d in ("Finance", ORGANISATION)]


class TestWithheldTable:
    def test_that_cannot_be_read_gives_its_reason(self) -> None:
        seen = view(projects=numbered(3, project))
        withheld = replace(seen, withheld={"milestones": "milestones.csv: is empty"})
        assert availability(CATALOGUE["D9"], seen) == ("not measured", "needs milestones.csv")
        assert availability(CATALOGUE["D9"], withheld) == ("withheld", "milestones.csv: is empty")


class TestUndefined:
    def test_no_completed_project_in_the_window(self) -> None:
        seen = view(
            projects=[*numbered(6, open_project), project("old", finished_on="2020-01-01")],
            baselines=numbered(6, baseline),
        )
        (found,) = results(seen, kpis=["D1"])
        assert found.state == "undefined"
        assert found.reason == "there are no completed projects in the 36 months to 2026-09"

    def test_none_has_what_it_needs(self) -> None:
        seen = view(
            projects=numbered(6, project), baselines=[baseline("p9")], status_reports=[report()]
        )
        (found,) = results(seen, kpis=["D1"])
        assert (found.state, found.n, found.missing) == ("undefined", 0, 6)
        assert found.reason == "none of the 6 completed projects has what it needs"

    def test_no_case_in_the_tail(self) -> None:
        seen = view(projects=numbered(9, project), baselines=numbered(9, baseline))
        rate, mean = results(seen, kpis=["D4"])
        assert (rate.state, rate.value) == ("measured", 0.0)
        assert mean.state == "undefined"
        assert mean.reason == "there is no case in the tail"


class TestEmptyIsNotAbsent:
    """A column that is empty while something has not happened."""

    AWAITED = tuple(
        (table.name, column.name) for table in TABLES.values() for column in table if column.awaited
    )

    @staticmethod
    def states(table: str, column: str, absent: tuple[str, ...]) -> dict[str, str]:
        """Of the KPIs that need the column, where no row of the file has a value in it."""
        given = small()
        given[table] = given[table].assign(
            **{column: pd.Series(index=given[table].index, dtype=given[table][column].dtype)}
        )
        said = facts(given)
        said["tables"][table]["absent_columns"] = list(absent)
        seen = View(given, PERIOD, settings(disclosure=EVERY_KPI), {}, Verdict.from_mapping(said))
        needing = [kpi.id for kpi in CATALOGUE.values() if f"{table}.{column}" in kpi.needs]
        return {kpi_id: results(seen, kpis=[kpi_id])[0].state for kpi_id in needing}

    def test_nothing_happened(self) -> None:
        found = {of: self.states(*of, absent=()) for of in self.AWAITED}
        assert not [of for of, states in found.items() if "not measured" in states.values()]
        assert found["milestones", "actual_date"] == {"D9": "measured", "D10": "measured"}

    def test_nobody_kept_it(self) -> None:
        found = {of: self.states(*of, absent=of[1:]) for of in self.AWAITED}
        assert not [of for of, states in found.items() if set(states.values()) - {"not measured"}]

    def test_no_milestone_met_is_none_of_all_due(self) -> None:
        rows = [
            {"project_id": "p1", "milestone_id": f"{n}", "baseline_date": "2026-08-31"}
            for n in range(24)
        ]
        seen = view(projects=[open_project()], milestones=rows)
        seen = replace(seen, verdict=Verdict.from_mapping(facts(seen.tables)))
        (found,) = results(seen, kpis=["D9"])
        assert (found.state, found.value, found.n) == ("measured", 0.0, 24)


class TestNothingCompletedYet:
    def test_is_undefined_not_unmeasured(self) -> None:
        seen = view(
            projects=numbered(6, open_project, actual_cost=None), baselines=numbered(6, baseline)
        )
        for result in results(seen, kpis=["D1", "D2", "D3", "D4"]):
            assert result.state == "undefined"
            assert result.reason == "there are no completed projects in the 36 months to 2026-09"

    def test_throughput_of_projects_without_any_date_does_not_raise(self) -> None:
        seen = view(projects=numbered(6, open_project, started_on=None))
        assert results(seen, kpis=["P1"])[0].state != "withheld"


class TestTooFew:
    @pytest.mark.parametrize(("n", "state"), [(4, "too few"), (5, "measured")])
    def test_below_the_setting(self, n: int, state: str) -> None:
        seen = view(given={}, projects=numbered(n, project), baselines=numbered(n, baseline))
        (found,) = results(seen, kpis=["D1"])
        assert (found.state, found.n) == (state, n)
        assert np.isnan(found.value) == (state == "too few")

    def test_says_how_few(self) -> None:
        seen = view(given={}, projects=[project()], baselines=[baseline()])
        (found,) = results(seen, kpis=["D1"])
        assert found.reason == "fewer than 5 completed projects in the 36 months to 2026-09"

    def test_missing_units_do_not_fill_up_the_number(self) -> None:
        seen = view(given={}, projects=numbered(9, project), baselines=numbered(4, baseline))
        (found,) = results(seen, kpis=["D1"])
        assert (found.state, found.n, found.missing) == ("too few", 4, 5)

    def test_mean_of_one_case_in_the_tail_is_not_shown(self) -> None:
        seen = view(
            given={},
            projects=numbered(9, project, actual_cost=[100.0] * 8 + [900.0]),
            baselines=numbered(9, baseline),
        )
        rate, mean = results(seen, kpis=["D4"])
        assert rate.value == pytest.approx(1 / 9)
        assert (mean.state, mean.n) == ("too few", 1)
        assert np.isnan(mean.value)

    def test_setting_of_ten(self) -> None:
        seen = view(
            given={"disclosure": {"too_few": 10}},
            projects=numbered(9, project),
            baselines=numbered(9, baseline),
        )
        assert results(seen, kpis=["D1"])[0].state == "too few"

    def test_department_of_one_project_hides_behind_the_organisation(self) -> None:
        seen = view(
            given={},
            projects=[*numbered(9, project), project("lone", department="Legal")],
            baselines=[*numbered(9, baseline), baseline("lone")],
        )
        for result in results(seen, ["Legal"], ["D1", "D2", "D3", "D4", "D5"]):
            assert (result.state, result.n) == ("too few", 1)
            assert np.isnan([result.value, result.low, result.high]).all()

    def test_counts_are_facts(self) -> None:
        (found,) = results(view(given={}, projects=[open_project()]), kpis=["P2"])
        assert (found.state, found.value) == ("measured", 1.0)


class TestAllEqual:
    def test_median_has_an_interval_of_no_width_and_the_mean_none(self) -> None:
        seen = view(projects=numbered(9, project), baselines=numbered(9, baseline))
        median, geometric, *_ = results(seen, kpis=["D3"])
        assert (median.value, median.low, median.high) == (0, 0, 0)
        assert geometric.value == pytest.approx(0)
        assert np.isnan(geometric.low)
        assert "all values are equal" in geometric.reason


class TestAsOf:
    def test_project_finished_later_was_in_flight(self) -> None:
        seen = view("2026-06", projects=[project()], baselines=[baseline()])
        found = {r.kpi_id: r for r in results(seen, kpis=["D1", "P2"])}
        assert found["D1"].state == "undefined"
        assert found["P2"].value == 1

    def test_project_finished_on_the_data_date_is_finished(self) -> None:
        projects = [project(finished_on="2026-09-30")]
        seen = view("2026-09", projects=projects, baselines=[baseline()])
        found = {r.kpi_id: r for r in results(seen, kpis=["D1", "P2"])}
        assert (found["D1"].n, found["P2"].value) == (1, 0)

    def test_data_date_is_the_last_day_of_the_month(self) -> None:
        assert View({}, "2024-02").data_date == pd.Timestamp("2024-02-29")


def _always(name: str, **cells: Any) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def of_projects(projects: pd.DataFrame) -> pd.DataFrame:
        return observations(projects, period=projects["name"], numerator=1.0)

    return of_projects


class TestWindow:
    @pytest.mark.parametrize(
        ("window", "periods"),
        [
            ("data date", ["2020-01", "2023-09", "2023-10", "2025-09", "2025-10", "2026-09", None]),
            ("outcome", ["2023-10", "2025-09", "2025-10", "2026-09", None]),
            ("year", ["2025-10", "2026-09", None]),
        ],
    )
    def test_keeps_the_last_months_and_what_is_not_dated(
        self, window: Any, periods: list[str | None]
    ) -> None:
        item = kpi(
            id="X1", name="Projects", family="delivery", unit="share", better="higher",
            statistic="rate", population="projects in flight", window=window,
        )(_always("projects"))  # fmt: skip
        all_periods = ["2020-01", "2023-09", "2023-10", "2025-09", "2025-10", "2026-09", None]
        rows = [{"project_id": f"p{i}", "department": "D", "name": p}
                for i, p in enumerate(all_periods)]  # fmt: skip
        units = observe(item, view(projects=rows))
        assert [p if isinstance(p, str) else None for p in units["period"]] == periods

    def test_outcome_window_is_a_setting(self) -> None:
        rows = {
            "projects": numbered(2, project, finished_on=["2025-09-30", "2025-10-01"],
                                 started_on="2025-01-01"),
            "baselines": numbered(2, baseline),
        }  # fmt: skip
        given_settings = {"outcome_window_months": 12, "disclosure": {"too_few": 1}}
        assert results(view(given=given_settings, **rows), kpis=["D1"])[0].n == 1

    def test_observe_all_has_no_window(self) -> None:
        seen = view(
            projects=[project(finished_on="2026-08-01"), project("p2", finished_on="2001-08-01",
                                                                 started_on="2000-01-01")],
            baselines=numbered(2, baseline),
        )  # fmt: skip
        assert (len(observe_all(CATALOGUE["D1"], seen)), len(observe(CATALOGUE["D1"], seen))) == (
            2,
            1,
        )


class TestYearlyResults:
    def test_is_one_headline_a_calendar_year(self) -> None:
        found = yearly_results("D1", View(portfolio(), PERIOD), ORGANISATION, 3)
        tables_ = portfolio()
        done = tables_["projects"].merge(tables_["baselines"], on="project_id")
        done = done[done["status"] == "completed"]
        on_time = (done["finished_on"] <= done["finish"]).groupby(done["finished_on"].dt.year)
        assert [r.period for r in found] == ["2024", "2025", "2026"]
        assert [r.value for r in found] == pytest.approx(list(on_time.mean().loc[2024:2026]))
        assert [r.n for r in found] == list(on_time.size().loc[2024:2026])

    def test_is_of_the_department(self) -> None:
        seen = View(portfolio(), PERIOD)
        whole = yearly_results("D1", seen, ORGANISATION, 2)
        parts = [yearly_results("D1", seen, name, 2) for name in DEPARTMENTS]
        for year, result in enumerate(whole):
            assert sum(part[year].n for part in parts) == result.n

    def test_is_nothing_where_the_kpi_is_not_measured(self) -> None:
        seen = view(projects=[project()])
        assert yearly_results("D1", seen, ORGANISATION, 5) == []

    def test_reason_speaks_of_the_year(self) -> None:
        seen = view(given={}, projects=numbered(3, project), baselines=numbered(3, baseline))
        found = yearly_results("D1", seen, ORGANISATION, 2)
        assert [r.state for r in found] == ["undefined", "too few"]
        assert not any("36 months" in r.reason for r in found)


class TestIndicative:
    @pytest.mark.parametrize(("n", "told"), [(9, True), (10, False)])
    def test_few_cases_are_marked(self, n: int, told: bool) -> None:
        seen = view(given={}, projects=numbered(n, project), baselines=numbered(n, baseline))
        (found,) = results(seen, kpis=["D1"])
        assert found.is_measured
        assert ("indicative" in found.reason) == told

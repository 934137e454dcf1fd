"""What the engine promises of every KPI: states, disclosure, filters, and what may not matter."""

from collections.abc import Callable
from dataclasses import fields
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from handmade import (
    DEPARTMENTS,
    MONEY,
    PERIOD,
    Tables,
    baseline,
    frame,
    numbered,
    of_department,
    open_project,
    project,
    report,
    settings,
    tables,
    view,
    with_customers,
    with_money,
)
from hypothesis import Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from pmo_lib.catalogue import CATALOGUE
from pmo_lib.engine import (
    View,
    availability,
    observe,
    observe_all,
    result_table,
    results,
    yearly_results,
)
from pmo_lib.kpi import kpi, observations
from pmo_lib.result import ORGANISATION, KpiResult

ALL = (ORGANISATION, *DEPARTMENTS)
FEW = examples(max_examples=5, phases=[Phase.generate])  # a whole portfolio takes long to shrink
DAYS = st.dates(date(2025, 6, 1), date(2026, 12, 31))


def money() -> st.SearchStrategy[float | None]:
    """An amount in whole pence, zero and missing among them."""
    return st.one_of(st.none(), st.integers(0, 100_000).map(float))


@st.composite
def portfolios(draw: st.DrawFn) -> Tables:
    """A few projects in any state that validation lets through, with gaps wherever it lets them."""
    projects, baselines, reports, benefits = [], [], [], []
    for i in range(draw(st.integers(1, 14))):
        name, optional = f"p{i}", st.none() | DAYS
        started, finished = draw(optional), draw(optional)
        if started and finished and finished < started:
            started, finished = finished, started
        projects.append(
            {
                "project_id": name,
                "department": draw(st.sampled_from(DEPARTMENTS)),
                "status": draw(
                    st.sampled_from(["completed", "completed", "active", "on_hold", "cancelled"])
                    | st.sampled_from(["proposed", None])
                ),
                "started_on": started,
                "finished_on": finished,
                "actual_cost": draw(money()),
            }
        )
        if draw(st.booleans()):
            days = sorted([draw(DAYS), draw(DAYS)])
            row = baseline(name, start=days[0], finish=days[1], cost=draw(money()))
            baselines.append(row | {"benefit": draw(money())})
        for month in draw(st.sets(st.sampled_from(["2026-06", "2026-08", "2026-09", "2026-10"]))):
            values = {k: draw(money()) for k in ("planned_value", "earned_value", "actual_cost")}
            dates = {"due_on": draw(optional), "submitted_on": draw(optional)}
            reports.append(report(name, month, **values, **dates))
        if draw(st.booleans()):
            benefits.append({"benefit_id": f"b{i}", "project_id": name, "target_value": 1.0})
    return tables(projects=projects, baselines=baselines, status_reports=reports, benefits=benefits)


def everything(given_tables: Tables, **values: Any) -> pd.DataFrame:
    """All results for the organisation; by default nothing is too few to show."""
    seen = View(given_tables, PERIOD, settings(**({"disclosure": {"too_few": 1}} | values)))
    return result_table(seen)


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    assert_frame_equal(one.reset_index(drop=True), other.reset_index(drop=True), rtol=1e-9)


class TestWhatDoesNotMatter:
    @FEW
    @given(given_tables=portfolios(), seed=st.integers(0, 2**16))
    def test_order_of_rows(self, given_tables: Tables, seed: int) -> None:
        shuffled = {
            name: table.sample(frac=1, random_state=seed) for name, table in given_tables.items()
        }
        same(everything(given_tables), everything(shuffled))

    def test_order_of_rows_of_a_portfolio(self) -> None:
        shuffled = {n: t.sample(frac=1, random_state=3) for n, t in with_customers().items()}
        same(everything(with_customers()), everything(shuffled))

    @FEW
    @given(given_tables=portfolios())
    def test_department_by_department_equals_all_at_once(self, given_tables: Tables) -> None:
        name = given_tables["projects"]["department"].iloc[0]
        alone = View(of_department(given_tables, name), PERIOD, settings())
        together = View(given_tables, PERIOD, settings())
        for item in CATALOGUE.values():
            if availability(item, alone)[0] == "measured":
                own = observe(item, together).query("department == @name")
                part = observe(item, alone)
                assert_frame_equal(_sorted(own), _sorted(part), check_dtype=False)

    def test_months_of_throughput_do_not_hang_on_other_departments(self) -> None:
        own = numbered(3, project, started_on="2026-05-01", finished_on="2026-08-01")
        old = project("old", department="Sales", started_on="2020-01-01", finished_on="2020-02-01")
        alone, together = (
            results(view(projects=rows), ["Finance"], ["P1"])[0] for rows in (own, [*own, old])
        )
        assert (alone.value, alone.n) == (together.value, together.n)

    def test_departments_concatenated_equal_all_at_once(self) -> None:
        parts = [
            result_table(View(of_department(with_customers(), name), PERIOD), [name])
            for name in DEPARTMENTS
        ]
        whole = result_table(View(with_customers(), PERIOD), DEPARTMENTS)
        keys = ["kpi_id", "statistic", "department"]
        same(whole.sort_values(keys), pd.concat(parts).sort_values(keys))

    @FEW
    @given(given_tables=portfolios())
    def test_another_department(self, given_tables: Tables) -> None:
        other = tables(
            projects=numbered(9, project, department="Another", actual_cost=700.0),
            baselines=numbered(9, baseline, cost=1.0),
            status_reports=numbered(9, report, earned_value=3.0, actual_cost=1.0),
            benefits=[],
        )
        for table in other.values():
            table["project_id"] = "other " + table["project_id"]
        both = {n: pd.concat([t, other[n]], ignore_index=True) for n, t in given_tables.items()}
        seen = [View(t, PERIOD, settings()) for t in (given_tables, both)]
        measurable = [k.id for k in CATALOGUE.values() if availability(k, seen[0])[0] == "measured"]
        same(*(result_table(v, DEPARTMENTS, measurable) for v in seen))

    @FEW
    @given(pence=portfolios())
    def test_pounds_or_pence(self, pence: Tables) -> None:
        pounds = with_money(pence, lambda column: column / 100)
        same(everything(pounds), everything(pence))

    def test_pounds_or_pence_of_a_portfolio(self) -> None:
        pence = with_money(with_customers(), lambda column: (column * 100).round())
        same(everything(with_customers()), everything(pence))

    def test_every_money_column_is_scaled(self) -> None:
        read = {name: [c.name for c in _declared(name) if c.kind == "money"] for name in MONEY}
        assert read == MONEY

    def test_index_of_the_tables(self) -> None:
        moved = {name: t.set_index(t.index + 1000) for name, t in with_customers().items()}
        same(everything(with_customers()), everything(moved))

    def test_tables_that_no_kpi_reads(self) -> None:
        more = with_customers() | {"risks": frame("risks", [])}
        same(everything(with_customers()), everything(more))


def _declared(name: str) -> Any:
    from pmo_lib.tables import TABLES

    return TABLES[name]


def _sorted(units: pd.DataFrame) -> pd.DataFrame:
    return units.sort_values(list(units.columns)).reset_index(drop=True)


class TestInputsAreNotChanged:
    @pytest.mark.parametrize("kpi_id", CATALOGUE)
    def test_by_a_kpi(self, kpi_id: str) -> None:
        given_tables = with_customers()
        before = {name: table.copy(deep=True) for name, table in given_tables.items()}
        results(View(given_tables, PERIOD), ALL, [kpi_id])
        for name, table in before.items():
            assert_frame_equal(given_tables[name], table)

    @FEW
    @given(given_tables=portfolios())
    def test_by_any_portfolio(self, given_tables: Tables) -> None:
        before = {name: table.copy(deep=True) for name, table in given_tables.items()}
        everything(given_tables)
        for name, table in before.items():
            assert_frame_equal(given_tables[name], table)


class TestEveryResult:
    @FEW
    @given(given_tables=portfolios(), too_few=st.sampled_from([1, 3, 5]))
    def test_has_a_value_only_where_it_is_measured_and_a_reason_where_not(
        self, given_tables: Tables, too_few: int
    ) -> None:
        found = everything(given_tables, disclosure={"too_few": too_few})
        measured = found["state"] == "measured"
        assert found.loc[measured, "value"].notna().all()
        assert found.loc[~measured, "value"].isna().all()
        # of an undefined quantile an end may be known: half take longer than 300 days
        hidden = ~found["state"].isin(["measured", "undefined"])
        assert found.loc[hidden, ["low", "high"]].isna().all(axis=None)
        assert (found.loc[~measured, "reason"] != "").all()
        estimated = measured & (found["statistic"] != "count")
        assert (found.loc[estimated, "n"] >= too_few).all()
        assert not np.isinf(found[["value", "low", "high"]]).any(axis=None)

    @FEW
    @given(given_tables=portfolios())
    def test_interval_holds_the_value(self, given_tables: Tables) -> None:
        found = everything(given_tables)
        assert not (found["low"] > found["value"] + 1e-9).any()
        assert not (found["high"] < found["value"] - 1e-9).any()
        rates = found[(found["statistic"] == "rate") & (found["state"] == "measured")]
        assert rates[["value", "low", "high"]].stack().between(0, 1).all()

    @FEW
    @given(given_tables=portfolios())
    def test_n_and_missing_are_the_observations(self, given_tables: Tables) -> None:
        seen = View(given_tables, PERIOD, settings(disclosure={"too_few": 1}))
        for result in results(seen):
            item = CATALOGUE[result.kpi_id]
            own = result.statistic == item.statistic and item.statistic != "monthly_mean"
            if own and availability(item, seen)[0] == "measured" and result.state == "measured":
                assert result.n + result.missing == len(observe(item, seen))

    def test_missing_units_are_told(self) -> None:
        seen = view(projects=numbered(3, project), baselines=numbered(2, baseline))
        (found,) = results(seen, kpis=["D1"])
        assert (found.n, found.missing) == (2, 1)
        assert "1 of 3 left out" in found.reason

    def test_statistics_come_in_the_order_declared(self) -> None:
        found = result_table(View(with_customers(), PERIOD), kpis=["D3", "P3"])
        assert list(found["statistic"]) == [
            "median", "geometric_mean", "p80", "p95", "survival_median", "survival_p85",
        ]  # fmt: skip

    def test_names_kpi_department_and_period(self) -> None:
        found = results(View(with_customers(), PERIOD), ["Finance", ORGANISATION], ["D1", "P2"])
        names = [(r.kpi_id, r.department, r.period) for r in found]
        assert names == [(k, d, PERIOD) for k in ("D1", "P2") for d in ("Finance", ORGANISATION)]


NEEDS = [
    pytest.param(item.id, need, id=f"{item.id}-{need}")
    for item in CATALOGUE.values()
    for need in item.needs
]
NEEDED_TABLES = [
    pytest.param(item.id, name, id=f"{item.id}-{name}")
    for item in CATALOGUE.values()
    for name in item.tables
]


class TestNotMeasured:
    @pytest.mark.parametrize(("kpi_id", "name"), NEEDED_TABLES)
    def test_missing_table_is_named(self, kpi_id: str, name: str) -> None:
        left = {k: v for k, v in with_customers().items() if k != name}
        found = results(View(left, PERIOD), ALL, [kpi_id])
        assert {r.state for r in found} == {"not measured"}
        assert all(f"{name}.csv" in r.reason for r in found)
        assert all(np.isnan(r.value) and r.n == 0 for r in found)

    @pytest.mark.parametrize(("kpi_id", "need"), NEEDS)
    def test_empty_column_is_named_with_its_table(self, kpi_id: str, need: str) -> None:
        name, _, column = need.partition(".")
        given_tables = with_customers()
        given_tables[name][column] = frame(name, [{}] * len(given_tables[name]))[column]
        self.check(given_tables, kpi_id, name, column)

    @pytest.mark.parametrize(("kpi_id", "need"), NEEDS)
    def test_absent_column_is_named_with_its_table(self, kpi_id: str, need: str) -> None:
        name, _, column = need.partition(".")
        given_tables = with_customers()
        given_tables[name] = given_tables[name].drop(columns=column)
        self.check(given_tables, kpi_id, name, column)

    def check(self, given_tables: Tables, kpi_id: str, name: str, column: str) -> None:
        found = results(View(given_tables, PERIOD), ALL, [kpi_id])
        assert {r.state for r in found} == {"not measured"}
        assert all(f"{column} in {name}.csv" in r.reason for r in found)
        assert all(np.isnan(r.value) for r in found)

    @pytest.mark.parametrize("kpi_id", CATALOGUE)
    def test_tables_without_rows_measure_nothing_and_are_never_zero(self, kpi_id: str) -> None:
        given_tables = {name: frame(name, []) for name in with_customers()}
        found = results(View(given_tables, PERIOD), ALL, [kpi_id])
        assert {r.state for r in found} == {"not measured"}
        assert all(np.isnan(r.value) for r in found)


class TestWithheld:
    @pytest.mark.parametrize(("kpi_id", "name"), NEEDED_TABLES)
    def test_reason_is_that_of_the_table(self, kpi_id: str, name: str) -> None:
        seen = View(
            with_customers(), PERIOD, withheld={name: f"9 of 90 rows of {name} were rejected"}
        )
        found = results(seen, ALL, [kpi_id])
        assert {r.state for r in found} == {"withheld"}
        assert {r.reason for r in found} == {f"9 of 90 rows of {name} were rejected"}
        assert all(np.isnan(r.value) for r in found)

    def test_other_tables_do_not_matter(self) -> None:
        seen = View(with_customers(), PERIOD, withheld={"status_reports": "rejected"})
        assert results(seen, kpis=["D1"])[0].is_measured


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

    def test_department_that_has_nothing(self) -> None:
        seen = View(with_customers(), PERIOD)
        found = results(seen, ["Nobody"])
        assert {r.state for r in found if r.statistic != "count"} == {"undefined"}

    def test_no_case_in_the_tail(self) -> None:
        seen = view(projects=numbered(9, project), baselines=numbered(9, baseline))
        rate, mean = results(seen, kpis=["D4"])
        assert (rate.state, rate.value) == ("measured", 0.0)
        assert mean.state == "undefined"
        assert mean.reason == "there is no case in the tail"


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


def until(given_tables: Tables, period: str) -> Tables:
    """The tables as they were at the end of the month: nothing in them is dated later."""
    end = pd.Period(period, freq="M").end_time
    projects = given_tables["projects"].copy()
    later = projects["finished_on"] > end
    projects.loc[later, "finished_on"] = pd.NaT
    projects.loc[later, "status"] = "active"
    reports = given_tables["status_reports"]
    reports = reports[reports["period"] <= period]
    reports = reports.assign(
        submitted_on=reports["submitted_on"].where(~(reports["submitted_on"] > end))
    )
    requests, answers = given_tables["service_requests"], given_tables["survey_responses"]
    requests = requests[requests["opened_on"] <= end]
    is_open = requests["closed_on"] > end
    requests = requests.assign(
        closed_on=requests["closed_on"].mask(is_open),
        satisfaction=requests["satisfaction"].mask(is_open),
    )
    return given_tables | {
        "projects": projects[~(projects["started_on"] > end)],
        "status_reports": reports,
        "service_requests": requests,
        "survey_responses": answers[answers["wave"] <= period],
    }


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

    @pytest.mark.parametrize("kpi_id", [name for name in CATALOGUE if name != "D7"])
    def test_what_came_later_changes_nothing(self, kpi_id: str) -> None:
        period = "2026-02"
        then = result_table(View(until(with_customers(), period), period), ALL, [kpi_id])
        now = result_table(View(with_customers(), period), ALL, [kpi_id])
        assert (now["state"] == "measured").any()
        same(then, now)

    def test_planned_values_reported_later_change_nothing(self) -> None:
        period = "2026-02"
        then = result_table(View(until(with_customers(), period), period), ALL, ["D7"])
        now = result_table(View(with_customers(), period), ALL, ["D7"])
        same(then, now)

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
            statistic="rate", population="projects", window=window,
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
        found = yearly_results("D1", View(with_customers(), PERIOD), ORGANISATION, 3)
        tables_ = with_customers()
        done = tables_["projects"].merge(tables_["baselines"], on="project_id")
        done = done[done["status"] == "completed"]
        on_time = (done["finished_on"] <= done["finish"]).groupby(done["finished_on"].dt.year)
        assert [r.period for r in found] == ["2024", "2025", "2026"]
        assert [r.value for r in found] == pytest.approx(list(on_time.mean().loc[2024:2026]))
        assert [r.n for r in found] == list(on_time.size().loc[2024:2026])

    def test_is_of_the_department(self) -> None:
        seen = View(with_customers(), PERIOD)
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


def test_result_table_has_the_fields_of_a_result_in_their_order() -> None:
    found = result_table(View(with_customers(), PERIOD))
    assert list(found.columns) == [item.name for item in fields(KpiResult)]

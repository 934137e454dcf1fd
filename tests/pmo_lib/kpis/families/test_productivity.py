"""P1 to P5 on tables small enough to work out by hand."""

from math import isnan, sqrt

import pandas as pd
import pytest

from builders.portfolio import portfolio
from builders.tables import numbered, open_project, project
from builders.views import view
from pmo_lib.engine.observe import observe, results
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE

T_11 = 1.7958848  # t(0.95; 11), from a table


class TestThroughput:
    def test_interval_over_twelve_months_is_longer_above_where_counts_are_skewed(self) -> None:
        months = ["2026-09", "2026-09", "2026-01", "2025-10", "2025-10", "2025-10"]
        finished = [f"{month}-15" for month in months]
        (found,) = results(
            view(projects=numbered(6, project, started_on="2025-01-01", finished_on=finished)),
            kpis=["P1"],
        )
        # 3, 1 and 2 in three months, none in nine: squares about 0.5 sum to 11, s = 1
        # cubes to 2.5^3 + 0.5^3 + 1.5^3 - 9 x 0.5^3 = 18
        skewness = 18 / 12 / (11 / 12) ** 1.5
        inner = 1 - skewness * (T_11 / sqrt(12) + skewness / 72)
        above = 3 / skewness * (1 - inner ** (1 / 3))
        assert (found.value, found.n) == (0.5, 12)
        assert found.high == pytest.approx(0.5 + above, abs=1e-6)
        assert above > T_11 / sqrt(12)

    def test_months_of_equal_count_have_no_interval(self) -> None:
        months = pd.period_range("2025-10", "2026-09", freq="M")
        finished = [f"{month}-15" for month in months]
        (found,) = results(
            view(projects=numbered(12, project, started_on="2025-01-01", finished_on=finished)),
            kpis=["P1"],
        )
        assert (found.value, found.n) == (1.0, 12)
        assert isnan(found.low)
        assert "all values are equal" in found.reason

    def test_departments_add_up(self) -> None:
        seen = View(portfolio(), "2026-09")
        names = list(seen.tables["projects"]["department"].unique())
        whole, *parts = results(seen, ["All departments", *names], ["P1"])
        assert sum(part.value for part in parts) == pytest.approx(whole.value)

    def test_finish_that_nobody_dated_is_told(self) -> None:
        seen = view(
            projects=[*numbered(6, project), project("p7", finished_on=None, department="Finance")]
        )
        (found,) = results(seen, kpis=["P1"])
        assert found.missing == 1


class TestWorkInProgress:
    def test_few_and_none_are_shown_for_a_count(self) -> None:
        seen = view(given={}, projects=[open_project(), project("p2", department="Sales")])
        found = results(seen, ["Finance", "Sales"], ["P2"])
        assert [(r.state, r.value) for r in found] == [("measured", 1.0), ("measured", 0.0)]

    @pytest.mark.parametrize(
        ("period", "expected"), [("2025-12", 0), ("2026-01", 1), ("2026-06", 1), ("2026-07", 0)]
    )
    def test_finished_project_was_in_flight_before(self, period: str, expected: int) -> None:
        (found,) = results(view(period, projects=[project()]), kpis=["P2"])
        assert found.value == expected


class TestCycleTime:
    def test_none_ended_is_undefined(self) -> None:
        projects = [*numbered(6, open_project), project("p7", finished_on="2026-10-02")]
        (found,) = results(view(projects=projects), kpis=["P3"])[:1]
        assert found.state == "undefined"
        assert "none has ended" in found.reason

    def test_cancelled_project_is_censored_not_an_end(self) -> None:
        cancelled = numbered(6, project, status="cancelled", finished_on="2026-01-11")
        found = results(view(projects=[*cancelled, project("p7")]), kpis=["P3"])[0]
        assert found.value == 181  # the six of 10 days would make the median 10

    def test_fewer_than_the_share_ended_is_undefined_and_says_so(self) -> None:
        projects = [*numbered(8, open_project, started_on="2026-01-01"), project("p9")]
        median, p85 = results(view(projects=projects), kpis=["P3"])
        assert median.state == p85.state == "undefined"
        assert "less than 50% have ended" in median.reason
        assert "less than 85% have ended" in p85.reason


class TestStuckWork:
    DONE = numbered(20, project, started_on="2026-01-01",
                    finished_on=[f"2026-01-{2 + i:02}" for i in range(20)])  # fmt: skip

    def test_another_departments_pace_does_not_matter(self) -> None:
        slow = [row | {"project_id": f"s{row['project_id']}", "department": "Sales",
                       "finished_on": "2026-09-29"} for row in self.DONE]  # fmt: skip
        stuck = open_project("stuck", started_on="2026-08-31")
        for rows in ([*self.DONE, stuck], [*self.DONE, *slow, stuck]):
            assert observe(CATALOGUE["P4"], view(projects=rows))["numerator"].tolist() == [1.0]

    def test_limit_that_rests_on_too_few_to_be_shown_is_not_used(self) -> None:
        rows = [*self.DONE[:3], open_project("p9", started_on="2026-09-29")]
        for too_few, known in ((4, True), (5, False)):
            seen = view(given={"disclosure": {"too_few": too_few}}, projects=rows)
            assert observe(CATALOGUE["P4"], seen)["numerator"].notna().tolist() == [known]

    def test_nothing_completed_yet_leaves_all_out(self) -> None:
        (found,) = results(view(projects=numbered(6, open_project)), kpis=["P4"])
        assert (found.state, found.missing) == ("undefined", 6)
        assert found.reason == "none of the 6 projects in flight has what it needs"

    def test_department_that_has_none_in_flight(self) -> None:
        (found,) = results(view(projects=self.DONE), kpis=["P4"])
        assert (found.state, found.reason) == ("undefined", "there are no projects in flight")


class TestLittlesLaw:
    def test_is_mean_wip_by_throughput_and_cycle_time_counted_day_by_day(self) -> None:
        projects = portfolio()["projects"]
        started, ended = projects["started_on"], projects["finished_on"]
        days = pd.date_range("2025-10-01", "2026-09-30")
        wip = [((started < day) & ~(ended < day)).sum() for day in days]
        left = projects[ended >= days[0]]
        cycle_days = (left["finished_on"] - left["started_on"]).dt.days
        expected = (sum(wip) / 365) / (len(left) / 365 * cycle_days.mean())
        units = observe(CATALOGUE["P5"], View(portfolio(), "2026-09"))
        assert units["numerator"].sum() / units["denominator"].sum() == pytest.approx(expected)

    def test_steady_flow_is_consistent(self) -> None:
        months = pd.date_range("2023-01-01", "2026-09-01", freq="MS")
        rows = [
            project(f"p{i}", started_on=month, finished_on=month + pd.Timedelta(days=91))
            for i, month in enumerate(months)
        ]
        units = observe(CATALOGUE["P5"], view(projects=rows))
        found = units["numerator"].sum() / units["denominator"].sum()
        assert found == pytest.approx(1, abs=0.02)

    def test_nothing_left_is_undefined(self) -> None:
        units = observe(CATALOGUE["P5"], view(projects=numbered(6, open_project)))
        assert units["denominator"].sum() == 0
        assert (units["numerator"] == 272).all()


def test_what_each_wants() -> None:
    assert (CATALOGUE["P4"].better, CATALOGUE["P5"].better) == ("lower", "near")
    assert CATALOGUE["P5"].near == (0.8, 1.25)

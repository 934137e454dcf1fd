"""P1 to P3 on tables small enough to work out by hand."""

from math import isnan, sqrt
from typing import Any

import pandas as pd
import pytest
import worked_cases as cases
from handmade import numbered, open_project, portfolio, project, view

from pmo_lib.engine import View, results

T_11 = 1.7958848  # t(0.95; 11), from a table


@pytest.mark.parametrize("case", cases.of_kpis("P1", "P2", "P3"))
def test_worked_case(case: dict[str, Any]) -> None:
    cases.check_kpi(case)


class TestThroughput:
    def test_interval_is_students_over_twelve_months(self) -> None:
        months = ["2026-09", "2026-09", "2026-01", "2025-10", "2025-10", "2025-10"]
        finished = [f"{month}-15" for month in months]
        (found,) = results(
            view(projects=numbered(6, project, started_on="2025-01-01", finished_on=finished)),
            kpis=["P1"],
        )
        # 3, 1 and 2 in three months, none in nine: squares about 0.5 sum to 11, s = 1
        half = T_11 * 1 / sqrt(12)
        assert (found.value, found.n) == (0.5, 12)
        assert found.high == pytest.approx(0.5 + half, abs=1e-6)

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

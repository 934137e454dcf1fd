"""What was spent in which month, worked out by hand."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.tables import frame, open_project, report
from pmo_lib.facts.spend import office_by_month, spend_by_month, spend_of_year

DATA_DATE = pd.Timestamp("2026-09-30")
MONTHS = [f"2026-0{month}" for month in range(1, 10)]


def spent(costs: dict[str, float | None], started_on: str | None = "2026-01-01") -> dict[str, Any]:
    reports = [report(period=month, actual_cost=cost) for month, cost in costs.items()]
    found = spend_by_month(
        frame("projects", [open_project(started_on=started_on)]),
        frame("status_reports", reports),
    )
    return found.set_index("period")["spend"].sort_index().to_dict()


def test_rise_of_the_cumulative_cost() -> None:
    found = spent({"2026-01": 10.0, "2026-02": 30.0, "2026-03": 25.0})
    assert found == {"2026-01": 10.0, "2026-02": 20.0, "2026-03": -5.0}


def test_gap_is_spread_evenly_and_over_the_turn_of_the_year() -> None:
    found = spent({"2025-11": 10.0, "2025-12": None, "2026-02": 40.0}, started_on="2025-11-20")
    assert found == pytest.approx(
        {"2025-11": 10.0, "2025-12": 10.0, "2026-01": 10.0, "2026-02": 10.0}
    )


def test_first_report_is_spread_from_the_start() -> None:
    assert spent({"2026-03": 30.0}) == {"2026-01": 10.0, "2026-02": 10.0, "2026-03": 10.0}


def test_report_before_the_start_is_all_spent_in_its_month() -> None:
    assert spent({"2026-03": 30.0}, started_on="2026-05-01") == {"2026-03": 30.0}


def test_without_a_start_nobody_knows_when_the_first_was_spent() -> None:
    found = spent({"2026-03": 30.0, "2026-04": 35.0}, started_on=None)
    assert found == pytest.approx({"2026-03": float("nan"), "2026-04": 5.0}, nan_ok=True)


def test_later_than_the_data_date_is_not_known_yet() -> None:
    costs = {"2025-09": 10.0, "2026-09": 90.0, "2026-11": 94.0}
    reports = [report(period=month, actual_cost=cost) for month, cost in costs.items()]
    projects = frame("projects", [open_project(started_on="2025-09-01")])
    monthly = spend_by_month(projects, frame("status_reports", reports))
    ends = pd.to_datetime(pd.Series(["2026-10-31", "2026-11-30", "2026-08-31"]))
    found = spend_of_year(monthly, ends)
    sums = found.groupby("data_date")["spend"].agg(["sum", "size"])
    # to October the 80 of September's report, November's known later; 11 months of it a year on
    year = 80 / 12
    assert sums["size"].tolist() == [1, 11, 12]
    assert sums["sum"].tolist() == pytest.approx([10, 11 * year, 10 * year + 4])


def test_of_two_raters_the_owner_counts() -> None:
    both = [
        report(period="2026-09", actual_cost=5.0),
        report(period="2026-09", actual_cost=9.0, rated_by="independent"),
    ]
    for rows in (both, both[::-1]):
        projects = frame("projects", [open_project(started_on="2026-09-01")])
        found = spend_by_month(projects, frame("status_reports", rows))
        assert found["spend"].tolist() == [5.0]


@given(
    costs=st.dictionaries(st.sampled_from(MONTHS), st.integers(0, 1000).map(float), min_size=1),
    start=st.sampled_from(MONTHS),
)
def test_adds_up_to_the_last_cost_reported(costs: dict[str, float | None], start: str) -> None:
    found = spent(costs, started_on=f"{start}-15")
    assert sum(found.values()) == pytest.approx(costs[max(costs)])
    assert list(found) == [month for month in MONTHS if min(start, *costs) <= month <= max(costs)]


class TestOffice:
    ROWS = (
        {"period": "2026-06", "category": "staff", "amount": 10.0, "reporting_hours": 5.0},
        {"period": "2026-06", "category": "tools", "amount": 2.0},
        {"period": "2026-08", "category": "tools", "amount": 3.0},
        {"period": "2026-10", "category": "tools", "amount": 99.0},
    )

    @pytest.mark.parametrize(
        ("column", "sums"),
        [("amount", [12.0, None, 3.0, None]), ("reporting_hours", [5.0, None, None, None])],
    )
    def test_months_run_to_the_data_date_and_unknown_is_not_zero(
        self, column: str, sums: list[float | None]
    ) -> None:
        found = office_by_month(frame("pmo_costs", self.ROWS), column, DATA_DATE)
        assert found["period"].tolist() == ["2026-06", "2026-07", "2026-08", "2026-09"]
        assert [None if value != value else value for value in found[column]] == sums

    def test_without_rows_there_are_no_months(self) -> None:
        assert office_by_month(frame("pmo_costs", []), "amount", DATA_DATE).empty

"""One date in two columns of nearly every row was copied."""

import pytest

from builders.asking import delivery, questions
from builders.tables import Tables, frame


def requests(same: int, of: int) -> Tables:
    """Requests of which so many are closed on the day that they were opened."""
    rows = [
        {"request_id": f"Q{n}", "service_id": "S1", "department": "Finance", "channel": "pmo",
         "opened_on": f"2026-03-{1 + n % 28:02}",
         "closed_on": f"2026-{3 if n < same else 4:02}-{1 + n % 28:02}"}
        for n in range(of)
    ]  # fmt: skip
    return delivery() | {"service_requests": frame("service_requests", rows)}


@pytest.mark.parametrize(
    ("same", "of", "said"),
    [(20, 20, "all of 20 rows"), (39, 40, "39 of 40 rows"), (19, 19, ""), (30, 40, "")],
)
def test_closed_when_opened(same: int, of: int, said: str) -> None:
    found = questions(requests(same, of)).get("copied service_requests.closed_on")
    assert (found is not None) == bool(said)
    if found:
        assert said in found.asks
        assert found.withholds == ("service_requests.opened_on", "service_requests.closed_on")


def test_planned_days_that_are_the_actual_ones() -> None:
    days = [f"2026-0{1 + n % 6}-{1 + n % 28:02}" for n in range(30)]
    rows = [
        {"project_id": f"p{n:03}", "milestone_id": "M1", "baseline_date": d, "actual_date": d}
        for n, d in enumerate(days)
    ]
    (found,) = questions(delivery() | {"milestones": frame("milestones", rows)}).values()
    assert found.withholds == ("milestones.baseline_date", "milestones.actual_date")

"""Days beside hours are asked about; a busy or an idle team is not."""

import pytest

from builders.asking import delivery, questions
from builders.tables import Tables, frame

HOURS, BOTH = "capacity.capacity_hours", {"hours capacity.demand_hours"}


def capacity(times: float) -> Tables:
    """A year of a team, of whom so many times what they can do is asked."""
    rows = [
        {"role": "Planner", "period": f"2025-{month:02}", "capacity_hours": 150.0 + month,
         "demand_hours": (150.0 + month) * times * (1 + month / 100)}
        for month in range(1, 13)
    ]  # fmt: skip
    return delivery() | {"capacity": frame("capacity", rows)}


@pytest.mark.parametrize(
    ("times", "asks"),
    [(7.5, True), (0.125, True), (160, True), (1, False), (3, False), (0.4, False)],
)
def test_in_another_unit(times: float, asks: bool) -> None:
    found = questions(capacity(times))
    assert (set(found) == BOTH) == asks
    if asks:
        assert found.popitem()[1].withholds == (HOURS, "capacity.demand_hours")

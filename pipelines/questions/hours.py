"""Capacity in another unit than what is asked of it: days or full-time posts beside hours."""

from collections.abc import Iterator

from pipelines.questions.asked import Asked
from pmo_lib.contract.verdict import Question

COLUMNS = ("demand_hours", "booked_hours")
APART = 4  # times, at the median: a day has 7 or 8 hours
ENOUGH = 6  # rows with both


def check(asked: Asked) -> Iterator[Question]:
    """Whether demand or bookings are many times the capacity, or a small part of it."""
    for column in COLUMNS:
        if not asked.has("capacity.capacity_hours", f"capacity.{column}"):
            continue
        rows = asked.tables["capacity"]
        known = rows[(rows["capacity_hours"] > 0) & (rows[column] > 0)]
        times = (known[column] / known["capacity_hours"]).median()
        if len(known) >= ENOUGH and not 1 / APART < times < APART:
            said = f"{times:,.3g} times" if times > 1 else f"1/{1 / times:,.3g} of"
            yield Question(
                "hours", "capacity", column,
                f"are capacity_hours and {column} of capacity both in hours; the latter is "
                f"at the median {said} the former",
                "Give both in hours",
                ("capacity.capacity_hours", f"capacity.{column}"),
            )  # fmt: skip

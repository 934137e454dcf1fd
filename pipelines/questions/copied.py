"""Dates that were copied into another column: nothing takes no time at all, every time."""

from collections.abc import Iterator

from pipelines.questions.asked import Asked
from pmo_lib.contract.verdict import Question

PAIRS = {  # what a date may have been copied from
    "milestones.actual_date": "baseline_date",
    "service_requests.closed_on": "opened_on",
    "demands.decided_on": "created_on",
    "gates.decided_on": "submitted_on",
    "risks.closed_on": "raised_on",
    "projects.finished_on": "started_on",
}
ENOUGH = 20  # rows with both
NEARLY_ALL = 0.95


def check(asked: Asked) -> Iterator[Question]:
    """Of each pair of dates: one is the other in nearly all rows that have both."""
    for name, first in PAIRS.items():
        table, column = name.split(".")
        if not asked.has(name, f"{table}.{first}"):
            continue
        rows = asked.tables[table][[first, column]].dropna()
        same = int((rows[first] == rows[column]).sum())
        if len(rows) >= ENOUGH and same >= NEARLY_ALL * len(rows):
            of = f"all of {len(rows):,}" if same == len(rows) else f"{same:,} of {len(rows):,}"
            yield Question(
                "copied", table, column,
                f"was {first} of {table} copied into {column}, or the reverse; in {of} rows with "
                "both they are the same day",
                "Export the two days themselves",
                (f"{table}.{first}", name),
            )  # fmt: skip

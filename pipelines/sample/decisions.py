"""What became of asks that earlier reports made: some decided within weeks, one still waits."""

from datetime import date

from pipelines.sample.rows import Row

ASKED = (
    # ask, asked, decided, decision, done
    ("overdue:Finance", date(2026, 1, 31), date(2026, 2, 12), "accepted", date(2026, 3, 20)),
    (
        "estimate-over-budget:Marketing",
        date(2026, 1, 31),
        date(2026, 3, 4),
        "accepted",
        date(2026, 3, 31),
    ),
    ("rated-green-red-by-rule:Operations", date(2026, 2, 28), date(2026, 4, 17), "accepted", None),
    ("overdue:Estates and Facilities", date(2026, 3, 31), date(2026, 4, 10), "dropped", None),
    (
        "service-disappoints:Portfolio prioritisation",
        date(2026, 4, 30),
        date(2026, 6, 2),
        "accepted",
        None,
    ),
    ("goes-elsewhere:Customer Service", date(2026, 6, 30), date(2026, 8, 21), "accepted", None),
    ("service-disappoints:Status reporting", date(2026, 6, 30), None, None, None),
)


def decision_rows() -> list[Row]:
    """The table `decisions`."""
    names = ("ask_id", "asked_on", "decided_on", "decision", "done_on")
    return [dict(zip(names, row, strict=True)) for row in ASKED]

"""Customers: what they were promised, and what they were told."""

from pipelines.sample.chance import Stream
from pipelines.sample.months import LAST_MONTH, first_day, is_slow, later, month_of
from pipelines.sample.rows import Row
from pipelines.sample.services import SERVICES, adoptions
from pipelines.sample.truths import TRUTHS, Department

MONTHS_IN_USE = 9  # before a service is promised on
# service: (KPI that shows it, opportunity, promise, target)
PROMISES = {
    "S01": ("P3", "Fewer projects at a time, each done sooner",
            "Projects you start will be done sooner, because fewer run at once",
            "better than before"),
    "S02": ("P6", "A case that is complete when it is handed in",
            "Your gate decisions will take ten working days or less", "10 working days"),
    "S03": ("V3", "An owner and a figure for every benefit",
            "Every benefit you count on will have an owner, a measure and a date", "100 %"),
    "S04": ("D2", "Estimates from how such projects really went",
            "More of your projects will end within their first budget", "better than before"),
    "S05": ("D1", "A second pair of eyes while there is time to act",
            "More of your projects will end on the day first promised", "better than before"),
    "S06": ("G8", "One report, collected once, checked before it is sent",
            "You will have every status report by the day it is due", "100 %"),
    "S07": ("D9", "Risks priced and followed before they hit",
            "Your milestones will be met by their first date", "90 %"),
    "S08": ("R4", "Coaching on the job in place of courses",
            "Your project managers will score our coaching 4 or 5 out of 5", "80 %"),
}  # fmt: skip
# What a statement must hold for a step of the value lifecycle.
COLUMN_OF_STEP = {"Convert": "opportunity", "Measure": "kpi_id"}
DECISIONS = {
    "Keep the service as it is": 0.40,
    "Extend the service": 0.20,
    "Change the service": 0.12,
    None: 0.28,
}


def value_statement_rows() -> list[Row]:
    """Two or three promises to each department that adopted; one lacks a lifecycle step."""
    return [
        _statement(f"VS{number:02d}", department, service_id)
        for number, (department, service_id) in enumerate(_promises(), start=1)
    ]


def _promises() -> list[tuple[str, str]]:
    """(department, service) of every statement, in the order of the departments' adoption."""
    return [
        (department.name, service_id)
        for index, department in enumerate(TRUTHS.adopters)
        for service_id in _promised_services(department, index)
    ]


def _promised_services(department: Department, index: int) -> list[str]:
    """Of the services long in use, begun at another one for each department."""
    used = [
        service_id
        for (name, service_id), adopted_on in adoptions().items()
        if name == department.name and month_of(adopted_on) <= LAST_MONTH - MONTHS_IN_USE
    ]
    count = 3 if index % 2 == 0 else 2
    return sorted(used[(index + 2 * step) % len(used)] for step in range(count))


def _statement(statement_id: str, department: str, service_id: str) -> Row:
    service = next(each for each in SERVICES if each.service_id == service_id)
    kpi_id, opportunity, promise, target = PROMISES[service_id]
    row: Row = {
        "statement_id": statement_id,
        "department": department,
        "challenge": service.challenge,
        "opportunity": opportunity,
        "statement": promise,
        "service_id": service_id,
        "kpi_id": kpi_id,
        "target": target,
    }
    if statement_id == TRUTHS.broken_statement_id:
        row[COLUMN_OF_STEP[TRUTHS.missing_step]] = None
    return row


def communication_rows() -> list[Row]:
    return [
        row
        for number, (department, service_id) in enumerate(_promises(), start=1)
        for row in _communications(f"VS{number:02d}", department, service_id)
    ]


def _communications(statement_id: str, department: str, service_id: str) -> list[Row]:
    """Half-yearly from half a year after the first use; a little later in slow months."""
    stream = Stream("communications", statement_id)
    first = month_of(adoptions()[department, service_id]) + 6
    return [
        {
            "department": department,
            "statement_id": statement_id,
            "report": "Half-year value report",
            "sent_on": later(
                first_day(month), stream.integer(3, 14) + 10 * is_slow(first_day(month))
            ),
            "decision": stream.weighted(DECISIONS),
        }
        for month in range(first, LAST_MONTH + 1, 6)
    ]

"""Customers: how they see the services, what they were promised, what they were told."""

from datetime import date

from pipelines.sample.chance import Stream
from pipelines.sample.months import (
    LAST_MONTH,
    first_day,
    is_slow,
    last_day,
    later,
    month_named,
    month_of,
)
from pipelines.sample.rows import Row
from pipelines.sample.services import ROLES, SERVICES, adoptions
from pipelines.sample.truths import TRUTHS, Department

WAVES = ("2022-09", "2023-09", "2024-09", "2025-09", "2026-09")
RESPONDENTS_A_DEPARTMENT = 14
RESPONSE_RATES = (0.68, 0.62, 0.58, 0.52, 0.50)  # they tire
MONTHS_IN_USE = 9  # before a service is promised on
SERVICES_NOT_USED_YET = ("S04", "S06")  # what a department that has none is asked about

# service: mean importance (1–7), mean perceived − expected
PERCEPTION = {
    "S01": (5.6, -0.3),
    "S02": (5.2, 0.2),
    "S03": (5.8, -0.5),
    "S04": (6.2, 0.1),
    "S05": (5.9, 0.0),
    "S06": (6.0, -0.4),
    "S07": (4.8, 0.3),
    "S08": (4.9, 0.4),
}
WORST_GAP = -1.7  # of the service planted as the worst
# service: (KPI that shows it, opportunity, promise)
PROMISES = {
    "S01": ("P3", "Fewer projects at a time, each done sooner",
            "Projects you start will be done sooner, because fewer run at once"),
    "S02": ("P6", "A case that is complete when it is handed in",
            "Your gate decisions will take ten working days or less"),
    "S03": ("V3", "An owner and a figure for every benefit",
            "Every benefit you count on will have an owner, a measure and a date"),
    "S04": ("D2", "Estimates from how such projects really went",
            "More of your projects will end within their first budget"),
    "S05": ("D1", "A second pair of eyes while there is time to act",
            "More of your projects will end on the day first promised"),
    "S06": ("G8", "One report, collected once, checked before it is sent",
            "You will have every status report by the day it is due"),
    "S07": ("D9", "Risks priced and followed before they hit",
            "Your milestones will be met by their first date"),
    "S08": ("R4", "Coaching on the job in place of courses",
            "Your project managers will score our coaching 4 or 5 out of 5"),
}  # fmt: skip
# What a statement must hold for a step of the value lifecycle.
COLUMN_OF_STEP = {"Convert": "opportunity", "Measure": "kpi_id"}
DECISIONS = {
    "Keep the service as it is": 0.40,
    "Extend the service": 0.20,
    "Change the service": 0.12,
    None: 0.28,
}


def survey_response_rows() -> list[Row]:
    used = adoptions()
    return [
        row
        for wave, rate in zip(WAVES, RESPONSE_RATES, strict=True)
        for department in TRUTHS.departments
        for number in range(1, RESPONDENTS_A_DEPARTMENT + 1)
        for row in _responses(department, number, wave, rate, used)
    ]


def _responses(
    department: Department,
    number: int,
    wave: str,
    rate: float,
    used: dict[tuple[str, str], date],
) -> list[Row]:
    """One respondent in one wave: most services the department uses, or none at all."""
    index = TRUTHS.departments.index(department) * RESPONDENTS_A_DEPARTMENT + number
    respondent_id = f"X{index:03d}"
    stream = Stream("survey", respondent_id, wave)
    if not stream.happens(rate):
        return []
    wave_day = last_day(month_named(wave))
    in_use = [
        each.service_id
        for each in SERVICES
        if used.get((department.name, each.service_id), wave_day) < wave_day
    ]
    role = Stream("role", respondent_id).weighted(ROLES)
    who: Row = {
        "respondent_id": respondent_id,
        "wave": wave,
        "department": department.name,
        "role": role,
    }
    return [
        who | {"service_id": service_id} | _scores(service_id, bool(in_use), stream)
        for service_id in in_use or SERVICES_NOT_USED_YET
        if stream.happens(0.75)
    ]


def _scores(service_id: str, in_use: bool, stream: Stream) -> Row:
    """Who has not used a service can say what it should be, not what it is."""
    mean_importance, mean_gap = PERCEPTION[service_id]
    if service_id == TRUTHS.worst_gap_service_id:
        mean_gap = WORST_GAP
    expected = stream.normal(5.2, 0.9)
    perceived = expected + stream.normal(mean_gap, 1.0)
    scores: Row = {
        "importance": _likert(stream.normal(mean_importance, 0.9)),
        "expected": _likert(expected),
    }
    answers: Row = {
        "perceived": stream.mostly(_likert(perceived), missing=0.03),
        "recommend": stream.mostly(_recommend(perceived, stream), missing=0.03),
        "contribution": stream.mostly(_contribution(perceived, stream), missing=0.05),
    }
    return scores | (answers if in_use else dict.fromkeys(answers))


def _likert(opinion: float) -> int:
    return min(max(round(opinion), 1), 7)


def _recommend(perceived: float, stream: Stream) -> int:
    return min(max(round(1.6 * perceived - 0.6 + stream.normal(0, 1.2)), 0), 10)


def _contribution(perceived: float, stream: Stream) -> str:
    opinion = perceived + stream.normal(0, 0.8)
    steps = ((3.2, "none"), (4.6, "some"), (6.2, "significant"))
    return next((word for limit, word in steps if opinion < limit), "essential")


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
    kpi_id, opportunity, promise = PROMISES[service_id]
    row: Row = {
        "statement_id": statement_id,
        "department": department,
        "challenge": service.challenge,
        "opportunity": opportunity,
        "statement": promise,
        "service_id": service_id,
        "kpi_id": kpi_id,
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

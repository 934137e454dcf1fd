"""Surveys of the customers: how they see the services, and how a project went for them."""

from datetime import date

from pipelines.sample.chance import Stream
from pipelines.sample.months import last_day, later, month_named
from pipelines.sample.projects import Project
from pipelines.sample.rows import Row
from pipelines.sample.services import ROLES, SERVICES, adoptions
from pipelines.sample.truths import TRUTHS, Department

WAVES = ("2022-09", "2023-09", "2024-09", "2025-09", "2026-09")
RESPONDENTS_A_DEPARTMENT = 14
RESPONSE_RATES = (0.68, 0.62, 0.58, 0.52, 0.50)  # they tire
SERVICES_NOT_USED_YET = ("S04", "S06")  # what a department that has none is asked about
WAVES_ON_PROJECTS = WAVES[-3:]  # since when a project that ended is rated, too
DAYS_REMEMBERED = 730  # older projects are not rated any more

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


def asked() -> dict[str, int]:
    """How many people each wave asks, by department."""
    return {each.name: RESPONDENTS_A_DEPARTMENT for each in TRUTHS.departments}


def survey_response_rows(projects: list[Project]) -> list[Row]:
    used = adoptions()
    return [
        row
        for wave, rate in zip(WAVES, RESPONSE_RATES, strict=True)
        for department in TRUTHS.departments
        for number in range(1, RESPONDENTS_A_DEPARTMENT + 1)
        for row in _with_a_project(
            _responses(department, number, wave, rate, used), _ended(projects, department, wave)
        )
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


def _ended(projects: list[Project], department: Department, wave: str) -> list[Project]:
    """The department's projects completed by the wave, those nobody remembers left out."""
    if wave not in WAVES_ON_PROJECTS:
        return []
    wave_day = last_day(month_named(wave))
    return [
        each
        for each in projects
        if each.department == department.name
        and each.status == "completed"
        and later(wave_day, -DAYS_REMEMBERED) < each.ends_on <= wave_day
    ]


def _with_a_project(rows: list[Row], ended: list[Project]) -> list[Row]:
    """The answers of one respondent in a wave, the first of which rates a project as well."""
    if not rows or not ended:
        return rows
    first, *others = rows
    stream = Stream("project success", str(first["respondent_id"]), str(first["wave"]))
    project = stream.one_of(ended)
    score = stream.mostly(_success(project, stream), missing=0.03)
    rated: Row = {"project_id": project.project_id, "project_success": score}
    return [first | rated, *others]


def _success(project: Project, stream: Stream) -> int:
    """People forgive an overrun of cost less than one of time."""
    overrun = max(0.0, project.final_cost / project.budget - 1)
    delay = max(0.0, project.delay_days / project.planned_days)
    opinion = 8.6 - 3.0 * overrun - 1.5 * delay + stream.normal(0, 1.4)
    return min(max(round(opinion), 0), 10)


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
    return scores | answers if in_use else scores


def _likert(opinion: float) -> int:
    return min(max(round(opinion), 1), 7)


def _recommend(perceived: float, stream: Stream) -> int:
    return min(max(round(1.6 * perceived - 0.6 + stream.normal(0, 1.2)), 0), 10)


def _contribution(perceived: float, stream: Stream) -> str:
    opinion = perceived + stream.normal(0, 0.8)
    steps = ((3.2, "none"), (4.6, "some"), (6.2, "significant"))
    return next((word for limit, word in steps if opinion < limit), "essential")

"""PMO services, the departments' adoption of them, and the occasions on which one was needed."""

from dataclasses import asdict, dataclass
from datetime import date

import pandas as pd

from pipelines.sample.chance import Stream
from pipelines.sample.months import DATA_DATE, first_day, is_slow, known, later, month_of
from pipelines.sample.projects import Project
from pipelines.sample.rows import Row
from pipelines.sample.truths import TRUTHS, Department
from pmo_lib.effect.lot import draw
from pmo_lib.worth.assumptions import Terms
from pmo_lib.worth.pledge import pledge


@dataclass(frozen=True)
class Service:
    """A PMO service: what it answers, and how long after adopting the first it is adopted."""

    service_id: str
    name: str
    domain: str
    description: str
    target_user: str
    challenge: str
    benefit: str
    sla_days: int
    quarters_after_first: int


SERVICES = (
    Service("S01", "Portfolio prioritisation", "strategy",
            "Ranks proposals by value, cost and risk, four times a year",
            "Sponsor", "Everything is priority one", "The right projects start first", 20, 6),
    Service("S02", "Business case support", "strategy",
            "Helps to write, cost and challenge a business case",
            "Sponsor", "Approvals take months and come back twice",
            "A case that is decided the first time", 15, 2),
    Service("S03", "Benefits management", "strategy",
            "Sets up, tracks and reviews benefits with their owners",
            "Benefit owner", "Nobody can say what last year's projects brought",
            "Benefits with an owner and a figure", 20, 4),
    Service("S04", "Planning and estimating", "delivery",
            "Builds schedule and estimate from reference classes",
            "Project manager", "Budgets are blown before the work is half done",
            "An estimate that holds", 10, 0),
    Service("S05", "Project assurance", "delivery",
            "Reviews a project from outside and says what to change",
            "Sponsor", "We hear of delays when it is too late",
            "No surprises at the end", 10, 0),
    Service("S06", "Status reporting", "delivery",
            "Collects, checks and publishes the monthly status",
            "Department head", "Reports are late and tell us nothing",
            "One page that can be trusted, on time", 5, 0),
    Service("S07", "Risk clinic", "delivery",
            "Finds and prices risks with the team, and follows them up",
            "Project manager", "The same risks hit us every time",
            "Milestones met because risks were seen", 7, 2),
    Service("S08", "Project academy", "capability",
            "Trains and coaches project managers and sponsors",
            "Project manager", "Our project managers learn by accident",
            "People who can run a project", 30, 4),
)  # fmt: skip

# Relative weight of the channels that are not the PMO.
OTHER_CHANNELS = {
    "self_run": 0.30,
    "own_tool": 0.25,
    "shadow": 0.18,
    "external": 0.15,
    "route_around": 0.12,
}
LEAKAGE_OF_LEAKING_DEPARTMENT = 0.64
USUAL_LEAKAGE = 0.19
ROLES = {"Project manager": 0.5, "Sponsor": 0.2, "Department head": 0.12, "Benefit owner": 0.18}
DAYS_IN_USE_BEFORE_FIRST_NEED = 5


def service_rows() -> list[Row]:
    return [asdict(each) | {"owner": f"Head of {each.domain}, PMO"} for each in SERVICES]


def adoptions() -> dict[tuple[str, str], date]:
    """(department, service): the first day of use, for the departments that adopted."""
    return {
        (department.name, service.service_id): adopted_on
        for department in TRUTHS.adopters
        for service in SERVICES
        if (adopted_on := _adopted_on(department, service)) is not None
    }


def _adopted_on(department: Department, service: Service) -> date | None:
    """The first services on the day of adoption; the others follow, and some never do."""
    stream = Stream("adoption", department.name, service.service_id)
    if department.adopted_on is None:
        return None
    if service.quarters_after_first == 0:
        return department.adopted_on
    quarter = first_day(month_of(department.adopted_on) + 3 * service.quarters_after_first)
    adopted_on = later(quarter, stream.integer(0, 60))
    return None if stream.happens(0.12) else known(adopted_on)


def rollout_rows() -> list[Row]:
    return [
        {"department": department, "service_id": service_id, "adopted_on": adopted_on}
        for (department, service_id), adopted_on in adoptions().items()
    ]


def lot_rows(projects: list[Project]) -> list[Row]:
    """A draw of this month: more projects are about to begin than the risk clinic has hands for."""
    waiting = [each for each in projects if each.status == "proposed"]
    candidates = pd.DataFrame(
        {
            "project_id": [each.project_id for each in waiting],
            "department": [each.department for each in waiting],
        }
    )
    found = draw(
        candidates, lot_id="S07-2026-09", service_id="S07", places=len(waiting) // 2,
        seed="first number drawn in the lottery of 2026-09-05", drawn_on="2026-09-07",
    )  # fmt: skip
    ordered = found.assign(drawn_on=date(2026, 9, 7)).sort_values("project_id")
    return [{str(k): v for k, v in row.items()} for row in ordered.to_dict("records")]


def pledge_rows(lots: list[Row]) -> list[Row]:
    """What the draw is to show, said on the day after it."""
    made = pledge(
        "risk-clinic-2026", "Do projects that the risk clinic looked after cost less?", "cost",
        Terms(service="S07"), "draw by lot", pledged_on="2026-09-08", look_on="2028-09",
        data_hash=str(lots[0]["candidates_hash"]),
    )  # fmt: skip
    return [{**made.row(), "pledged_on": date(2026, 9, 8)}]


def service_request_rows() -> list[Row]:
    """The occasions, in the order of the day, however and by whomever they were served."""
    requests = [
        row
        for (department, service_id), adopted_on in adoptions().items()
        for row in _requests(TRUTHS.department(department), service_id, adopted_on)
    ]
    requests.sort(key=lambda row: (str(row["opened_on"]), str(row)))
    return [{"request_id": f"Q{n:05d}", **row} for n, row in enumerate(requests, start=1)]


def _requests(department: Department, service_id: str, adopted_on: date) -> list[Row]:
    """Larger departments need a service more often; on average every six weeks."""
    stream = Stream("requests", department.name, service_id)
    service = next(each for each in SERVICES if each.service_id == service_id)
    mean_days_between = 42 * 30 / department.projects
    leakage = (
        LEAKAGE_OF_LEAKING_DEPARTMENT
        if department.name == TRUTHS.leaking_department
        else USUAL_LEAKAGE
    )
    rows: list[Row] = []
    day = later(adopted_on, DAYS_IN_USE_BEFORE_FIRST_NEED)
    while (day := later(day, 1 + stream.exponential(mean_days_between))) <= DATA_DATE:
        leaks = stream.happens(leakage)
        channel = stream.weighted(OTHER_CHANNELS) if leaks else "pmo"
        rows.append(_request(department, service, day, channel, stream))
    return rows


def _request(
    department: Department, service: Service, opened_on: date, channel: str, stream: Stream
) -> Row:
    by_pmo = channel == "pmo"
    days = service.sla_days * stream.lognormal(0.72 if by_pmo else 0.9, 0.45)
    closed_on = known(later(opened_on, days * (1.3 if is_slow(opened_on) else 1.0)))
    poor = service.service_id == TRUTHS.worst_gap_service_id
    mean = (3.1 if poor else 4.0) if by_pmo else 3.5
    score = min(max(round(stream.normal(mean, 0.85)), 1), 5)
    scored = stream.happens(0.6 if by_pmo else 0.35)
    return {
        "service_id": service.service_id,
        "department": department.name,
        "role": stream.weighted(ROLES),
        "opened_on": opened_on,
        "due_on": later(opened_on, service.sla_days) if by_pmo else None,
        "closed_on": closed_on,
        "channel": channel,
        "satisfaction": score if scored and closed_on else None,
    }

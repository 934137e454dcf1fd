"""Rows of projects, their baselines and the demands they came from."""

from datetime import date, timedelta

from pipelines.sample.chance import Stream
from pipelines.sample.months import (
    DATA_DATE,
    FIRST_MONTH,
    LAST_MONTH,
    first_day,
    is_slow,
    known,
    later,
)
from pipelines.sample.progress import EarnedValue, history
from pipelines.sample.projects import CLASSES, GOALS, METHODS, Project
from pipelines.sample.rows import Row
from pipelines.sample.truths import TRUTHS, Department

PRICE_BASE = 2026


def project_rows(projects: list[Project]) -> list[Row]:
    return [_project_row(each) for each in projects]


def _project_row(project: Project) -> Row:
    stream = Stream("project row", project.project_id)
    begun = project.status != "proposed"
    cost = history(project)[-1].actual_cost if begun else None
    return {
        "project_id": project.project_id,
        "name": stream.mostly(project.name, missing=0.01),
        "department": project.department,
        "category": stream.mostly(project.category, missing=0.01),
        "method": stream.mostly(stream.weighted(METHODS), missing=0.02),
        "investment_class": stream.mostly(stream.weighted(CLASSES), missing=0.03),
        "strategic_goal": stream.mostly(stream.one_of(GOALS), missing=0.18),
        "sponsor": stream.mostly(f"Director, {project.department}", missing=0.02),
        "status": stream.mostly(project.status, missing=0.01),
        "approved_on": project.approved_on if begun else None,
        "started_on": stream.mostly(project.started_on, missing=0.01) if begun else None,
        "finished_on": project.finished_on,
        "actual_cost": stream.mostly(cost, missing=0.025),
        "approval_risk": _approval_risk(project) if begun else None,
        "work_size": _users(project) if begun else None,
        "negative_control": _days_to_pay(project) if begun else None,
    }


def _approval_risk(project: Project) -> float | None:
    """The board's score of 1 to 5; larger projects get higher ones."""
    stream = Stream("approval risk", project.project_id)
    score = 3 + 0.6 * stream.normal(0, 1) + (0.5 if project.budget > 1_000_000 else 0)
    return stream.mostly(float(min(max(round(score), 1), 5)), missing=0.05)


def _users(project: Project) -> float | None:
    """How many people will use the result: the department counts them, and not the PMO."""
    stream = Stream("users", project.project_id)
    users = round(project.budget / 2_000 * stream.lognormal(1, 0.1))
    return stream.mostly(float(users), missing=0.04)


def _days_to_pay(project: Project) -> float | None:
    """Mean days from invoice to payment: the finance system's, which no PMO moves."""
    stream = Stream("invoices", project.project_id)
    return stream.mostly(round(stream.lognormal(31, 0.25), 1), missing=0.05)


def baseline_rows(projects: list[Project]) -> list[Row]:
    """The original, and up to two re-baselines of projects that went astray."""
    return [
        row
        for project in projects
        if project.status != "proposed" and project.has_baseline
        for row in _baselines(project)
    ]


def _baselines(project: Project) -> list[Row]:
    stream = Stream("baselines", project.project_id)
    rows = [
        _baseline(project, 0, project.approved_on, project.planned_finish, project.budget, stream)
    ]
    overrun = project.final_cost - project.budget
    astray = project.delay_days > 0.25 * project.planned_days or overrun > 0.25 * project.budget
    if astray and stream.happens(0.6):
        for version, (since, admitted) in enumerate(((0.45, 0.6), (0.75, 0.9)), start=1):
            month = _first_month_past(project, since)
            if month is None or (version == 2 and overrun < 0.6 * project.budget):
                break
            finish = later(project.planned_finish, max(0, project.delay_days) * admitted)
            cost = float(round(project.budget + max(0.0, overrun) * admitted, -3))
            rows.append(_baseline(project, version, month.day, finish, cost, stream))
    return rows


def _first_month_past(project: Project, work_time: float) -> EarnedValue | None:
    return next((each for each in history(project) if each.work_time >= work_time), None)


def _baseline(
    project: Project, version: int, approved_on: date, finish: date, cost: float, stream: Stream
) -> Row:
    return {
        "project_id": project.project_id,
        "version": version,
        "approved_on": stream.mostly(approved_on, missing=0.015),
        "start": project.planned_start,
        "finish": stream.mostly(finish, missing=0.01),
        "cost": stream.mostly(cost, missing=0.015),
        "benefit": stream.mostly(project.planned_benefit, missing=0.08),
        "price_base": PRICE_BASE,
    }


def demand_rows(projects: list[Project]) -> list[Row]:
    """Every project was asked for; about one request in four became none."""
    became = [_demand_of(each) for each in projects]
    refused = [row for each in TRUTHS.departments for row in _other_demands(each)]
    demands = sorted(became + refused, key=lambda row: (str(row["created_on"]), str(row)))
    return [{"demand_id": f"D{n:04d}", **row} for n, row in enumerate(demands, start=1)]


def _demand_of(project: Project) -> Row:
    stream = Stream("demand", project.project_id)
    wait_days = stream.lognormal(55, 0.5)
    decided_on = project.approved_on - timedelta(days=stream.integer(5, 25))
    return {
        "department": project.department,
        "created_on": decided_on - timedelta(days=int(wait_days)),
        "decided_on": decided_on,
        "project_id": project.project_id,
    }


def _other_demands(department: Department) -> list[Row]:
    stream = Stream("demands refused", department.name)
    days = (DATA_DATE - first_day(FIRST_MONTH)).days
    recent_days = (DATA_DATE - first_day(LAST_MONTH - 3)).days
    created = [
        *(stream.integer(0, days - 1) for _ in range(department.projects // 3)),
        *(days - stream.integer(1, recent_days) for _ in range(stream.integer(1, 3))),
    ]
    return [_other_demand(department, stream, day) for day in created]


def _other_demand(department: Department, stream: Stream, day: int) -> Row:
    created_on = later(first_day(FIRST_MONTH), day)
    wait_days = stream.lognormal(65, 0.5) * (1.4 if is_slow(created_on) else 1.0)
    return {
        "department": department.name,
        "created_on": created_on,
        "decided_on": known(later(created_on, wait_days)),
    }

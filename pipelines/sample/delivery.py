"""Milestones, gates and risks: what happens on the way, in step with the project's delay."""

from datetime import date, timedelta

from pipelines.sample.chance import Stream
from pipelines.sample.months import DATA_DATE, is_slow, known, later
from pipelines.sample.progress import history
from pipelines.sample.projects import Project, started
from pipelines.sample.rows import Row, money

MILESTONES = (
    ("Requirements agreed", 0.15),
    ("Design approved", 0.35),
    ("Build complete", 0.75),
    ("Go-live", 1.0),
)
GATES = (("Design", 0.32), ("Delivery", 0.72), ("Closure", 1.0))
DECISIONS = {"pass": 0.64, "conditional": 0.17, "hold": 0.19}
MOST_ATTEMPTS = 3


def milestone_rows(projects: list[Project]) -> list[Row]:
    return [
        _milestone(project, f"M{number}", name, share)
        for project in started(projects)
        if project.has_baseline
        for number, (name, share) in enumerate(MILESTONES, start=1)
    ]


def _milestone(project: Project, milestone_id: str, name: str, share: float) -> Row:
    stream = Stream("milestone", project.project_id, milestone_id)
    baseline_date = later(project.planned_start, project.planned_days * share)
    noise_days = stream.normal(0, 9) if share < 1 else 0
    met_on = later(project.started_on, max(5, project.actual_days * share + noise_days))
    met_on = min(met_on, project.ends_on)
    stopped = project.stopped_on is not None and met_on > project.stopped_on
    actual_date = None if stopped else known(met_on)
    return {
        "project_id": project.project_id,
        "milestone_id": milestone_id,
        "name": name,
        "baseline_date": stream.mostly(baseline_date, missing=0.015),
        "forecast_date": actual_date or _forecast(project, baseline_date, met_on),
        "actual_date": actual_date,
    }


def _forecast(project: Project, baseline_date: date, met_on: date) -> date:
    """Owners have admitted about half of a delay to come, and never forecast the past."""
    admitted_days = max(0, (met_on - baseline_date).days) * 0.5
    return max(later(baseline_date, admitted_days), later(project.last_day, 7))


def gate_rows(projects: list[Project]) -> list[Row]:
    return [row for each in projects for row in _gates(each)]


def _gates(project: Project) -> list[Row]:
    stream = Stream("gates", project.project_id)
    if project.status == "proposed":
        submitted_on = DATA_DATE - timedelta(days=stream.integer(2, 30))
        return [_gate(project, "Business case", 1, submitted_on, None, None)]
    rows = _business_case(project, stream)
    for name, share in GATES:
        nominal = later(project.started_on, project.actual_days * share)
        if project.stopped_on is not None and nominal > project.stopped_on:
            if project.status == "cancelled":
                rows.append(_stop(project, name, project.stopped_on, stream))
            break
        closing_days = stream.integer(3, 20) if share == 1 else 0
        rows += _attempts(project, name, later(nominal, closing_days), stream)
    return rows


def _attempts(project: Project, name: str, submitted_on: date, stream: Stream) -> list[Row]:
    """Attempts until the gate is passed, as far as they are past."""
    rows: list[Row] = []
    for attempt in range(1, MOST_ATTEMPTS + 1):
        decision = stream.weighted(DECISIONS) if attempt < MOST_ATTEMPTS else "pass"
        decided_on = later(submitted_on, _decision_days(submitted_on, stream))
        if submitted_on > DATA_DATE:
            break
        rows.append(_gate(project, name, attempt, submitted_on, known(decided_on), decision))
        if decision != "hold" or decided_on > DATA_DATE:
            break
        submitted_on = later(decided_on, stream.lognormal(24, 0.4))
    return rows


def _business_case(project: Project, stream: Stream) -> list[Row]:
    """The last attempt is decided on the day of the approval, so its dates run backwards."""
    decided_on, decision = project.approved_on, "pass" if stream.happens(0.8) else "conditional"
    last = 2 if stream.happens(0.22) else 1
    rows: list[Row] = []
    for attempt in range(last, 0, -1):
        submitted_on = decided_on - timedelta(days=_decision_days(decided_on, stream))
        rows.insert(0, _gate(project, "Business case", attempt, submitted_on, decided_on, decision))
        decided_on = submitted_on - timedelta(days=stream.integer(10, 40))
        decision = "hold"
    return rows


def _stop(project: Project, name: str, stopped_on: date, stream: Stream) -> Row:
    submitted_on = stopped_on - timedelta(days=_decision_days(stopped_on, stream))
    return _gate(project, name, 1, max(submitted_on, project.started_on), stopped_on, "stop")


def _decision_days(day: date, stream: Stream) -> int:
    return int(stream.lognormal(10, 0.55) * (1.7 if is_slow(day) else 1.0))


def _gate(
    project: Project,
    name: str,
    attempt: int,
    submitted_on: date,
    decided_on: date | None,
    decision: str | None,
) -> Row:
    return {
        "project_id": project.project_id,
        "gate": name,
        "attempt": attempt,
        "submitted_on": submitted_on,
        "decided_on": decided_on,
        "decision": decision if decided_on else None,
    }


def risk_rows(projects: list[Project]) -> list[Row]:
    risks = [row for each in started(projects) for row in _risks(each)]
    return [{"risk_id": f"R{number:04d}", **row} for number, row in enumerate(risks, start=1)]


def _risks(project: Project) -> list[Row]:
    stream = Stream("risks", project.project_id)
    return [_risk(project, stream) for _ in range(stream.integer(0, 5))]


def _risk(project: Project, stream: Stream) -> Row:
    days = max(1, (history(project)[-1].day - project.started_on).days)
    raised_on = later(project.started_on, days * stream.uniform(0, 0.9))
    closed_on = later(raised_on, stream.lognormal(110, 0.6))
    closed_on = min(closed_on, project.finished_on or closed_on)
    impact = float(round(project.budget * stream.lognormal(0.06, 0.8), -2))
    return {
        "project_id": project.project_id,
        "raised_on": raised_on,
        "closed_on": known(closed_on),
        "probability": stream.mostly(stream.integer(1, 18) * 5 / 100, missing=0.015),
        "impact": stream.mostly(money(impact), missing=0.015),
    }

"""Three departments and 150 projects in which the first KPIs are measured, and their customers."""

from functools import cache

import numpy as np
import pandas as pd

from builders.tables import DEPARTMENTS, Tables, answer, baseline, project, report, request, tables


def portfolio() -> Tables:
    """A copy of the portfolio, so that a test may change it."""
    return {name: table.copy() for name, table in _portfolio().items()}


def with_customers() -> Tables:
    """The portfolio and its customers, three departments without projects among them."""
    return portfolio() | {name: table.copy() for name, table in _customers().items()}


@cache
def _portfolio() -> Tables:
    chance = np.random.default_rng(20260930)
    projects, baselines, reports, benefits = [], [], [], []
    for i in range(150):
        name, department = f"p{i:03}", DEPARTMENTS[i % 3]
        start = pd.Timestamp("2023-01-15") + pd.Timedelta(days=int(chance.integers(0, 1300)))
        planned_days = int(chance.integers(90, 500))
        actual_days = int(planned_days * chance.lognormal(0.05, 0.25))
        cost = float(np.round(chance.lognormal(11, 0.6), 2))
        spent = float(np.round(cost * chance.lognormal(0.05, 0.3), 2))
        finish = start + pd.Timedelta(days=actual_days)
        is_open = finish > pd.Timestamp("2026-09-30")
        projects.append(
            project(
                name, department=department, started_on=start, actual_cost=spent,
                status="active" if is_open else "completed",
                finished_on=None if is_open else finish,
            )
        )  # fmt: skip
        planned_finish = start + pd.Timedelta(days=planned_days)
        baselines.append(baseline(name, start=start, finish=planned_finish, cost=cost))
        benefits.append({"benefit_id": f"b{i}", "project_id": name, "target_value": i % 5 or None})
        last = "2026-09" if is_open else f"{finish:%Y-%m}"
        months = pd.period_range(f"{start:%Y-%m}", last, freq="M")
        for at, month in enumerate(months, 1):
            planned = min(1.0, at / max(1, round(planned_days / 30.4)))
            earned = min(1.0, at / max(1, round(actual_days / 30.4)))
            due = month.end_time.normalize() + pd.Timedelta(days=5)
            reports.append(
                report(
                    name, str(month), planned_value=round(cost * planned, 2),
                    earned_value=round(cost * earned, 2), actual_cost=round(spent * earned, 2),
                    due_on=due, submitted_on=due + pd.Timedelta(days=int(chance.integers(-4, 3))),
                )
            )  # fmt: skip
    return tables(projects=projects, baselines=baselines, status_reports=reports, benefits=benefits)


@cache
def _customers() -> Tables:
    """Two services: their requests, what people say of them, and of projects that have ended."""
    chance = np.random.default_rng(14)
    projects = _portfolio()["projects"]
    services = [{"service_id": f"S{i}", "name": f"Service {i}", "sla_days": 10} for i in (1, 2)]
    requests, answers, rollouts = [], [], []
    for at, department in enumerate([*DEPARTMENTS, "Marketing", "Operations", "Research"]):
        ended = projects[projects["finished_on"] < "2025-09-01"]
        ended = ended[ended["department"] == department]["project_id"].tolist()
        for service in ("S1", "S2"):
            place = {"department": department, "service_id": service}
            rollouts.append(place | {"adopted_on": "2024-05-01"})
            for i in range(40):
                opened = pd.Timestamp("2025-08-01") + pd.Timedelta(days=10 * i + at)
                closed = opened + pd.Timedelta(days=int(chance.integers(2, 15)))
                is_open = closed > pd.Timestamp("2026-09-30")
                cells = {
                    "opened_on": opened,
                    "closed_on": None if is_open else closed,
                    "channel": "pmo" if chance.random() < 0.7 else "shadow",
                    "satisfaction": None if is_open else int(chance.integers(2, 6)),
                }
                requests.append(request(f"{department} {service} {i}", **place, **cells))
            for i, wave in [(i, wave) for i in range(15) for wave in ("2025-09", "2026-09")]:
                scores = chance.integers(2, 8, 3)
                cells = {
                    "wave": wave,
                    "role": ("Sponsor", "Project manager")[i % 2],
                    "importance": int(scores[0]),
                    "expected": int(scores[1]),
                    "perceived": int(scores[2]),
                    "recommend": int(chance.integers(4, 11)),
                    "contribution": ("none", "some", "significant")[int(chance.integers(3))],
                }
                if service == "S1" and ended:
                    cells |= {
                        "project_id": ended[i],
                        "project_success": int(chance.integers(5, 11)),
                    }
                answers.append(answer(f"{department} {i}", **place, **cells))
    return tables(
        services=services, service_requests=requests, survey_responses=answers, rollouts=rollouts
    )

"""The handmade portfolio whole: every table that a KPI reads, in which every KPI is measured.

`portfolio` is what the first KPIs need, `with_value` and `with_customers` add to it; tests that
hold for every KPI take `whole` and look at it through `whole_view`, which has a verdict and a
value case too.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from builders.portfolio import with_customers
from builders.tables import DEPARTMENTS, PERIOD, Row, Tables, frame, report, tables
from builders.value import with_value
from builders.views import settings
from builders.workbooks import facts
from pmo_lib.contract.verdict import Verdict
from pmo_lib.engine.view import View

DATA_DATE = pd.Timestamp("2026-09-30")
GAPS = {  # every so many rows nobody entered anything, in turn
    "projects": ("investment_class",),
    "baselines": ("finish", "cost"),
    "status_reports": ("earned_value", "actual_cost", "forecast_finish", "due_on"),
    "gates": ("decision", "submitted_on"),
    "capacity": ("booked_hours", "demand_hours"),
    "pmo_costs": ("reporting_hours",),
    "service_requests": ("satisfaction",),
    "survey_responses": ("perceived", "expected", "importance", "recommend", "contribution"),
}
EVERY = 37
PROMISED = ("D1", "P2", "R8", "G5", "X9", None)  # the KPIs that statements name


def whole() -> Tables:
    """A copy, so that a test may change it."""
    return {name: table.copy() for name, table in _whole().items()}


def whole_view(given: Mapping[str, pd.DataFrame], period: str = PERIOD, **values: Any) -> View:
    """The tables with what else KPIs are given, under the settings `values`.

    Only validation's verdict hangs on the tables; it is that of all of them.
    """
    verdict = Verdict.from_mapping(facts(_whole()))
    return View(given, period, settings(**values), verdict=verdict, value_case=value_case())


@cache
def value_case() -> pd.DataFrame:
    """200 draws of what the office may avoid, bring and cost."""
    chance = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "avoided": chance.normal(90_000, 20_000, 200),
            "uplift": chance.normal(60_000, 20_000, 200),
            "cost": chance.normal(110_000, 5_000, 200),
        }
    )


@cache
def _whole() -> Tables:
    chance = np.random.default_rng(20261002)
    given = with_customers() | with_value()
    projects = _with_other_ends(given["projects"])
    made = given | {
        "projects": projects,
        "baselines": _with_later_versions(given["baselines"], projects, chance),
        "status_reports": _rated(given["status_reports"], given["baselines"], projects, chance),
        "milestones": frame("milestones", _milestones(given["baselines"], projects, chance)),
        "services": _and_a_new(given["services"]),
        "rollouts": _rolled_out(given["rollouts"]),
        "risks": frame("risks", _risks(given["baselines"], projects, chance)),
        **tables(
            value_statements=_statements(), communications=_communications(), decisions=_decisions()
        ),
    }
    return made | {name: _with_gaps(made[name], columns) for name, columns in GAPS.items()}


def _with_gaps(table: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    row = pd.Series(np.arange(len(table)), index=table.index)
    gaps = {name: row % EVERY == 11 + 5 * at for at, name in enumerate(columns)}
    return table.assign(**{name: table[name].mask(gap) for name, gap in gaps.items()})


def _with_other_ends(projects: pd.DataFrame) -> pd.DataFrame:
    """Some of each department on hold, cancelled, or of a status that nobody knows."""
    at = np.arange(len(projects)) // 3
    status = projects["status"]
    status = status.mask((status == "active") & (at % 7 == 0), "on_hold")
    status = status.mask((status == "completed") & (at % 13 == 5), "cancelled")
    status = status.mask((status == "active") & (at % 11 == 0))
    return projects.assign(status=status)


def _with_later_versions(
    baselines: pd.DataFrame, projects: pd.DataFrame, chance: np.random.Generator
) -> pd.DataFrame:
    """Each original approved at the start; of two in five a second, later and dearer."""
    approved = baselines["project_id"].map(projects.set_index("project_id")["started_on"])
    originals = baselines.assign(approved_on=approved)
    moved = originals[np.arange(len(originals)) % 5 < 2]
    days = pd.to_timedelta(chance.integers(60, 240, len(moved)), unit="D")
    again = moved.assign(
        version=moved["version"] + 1,
        approved_on=moved["approved_on"] + days,
        finish=moved["finish"] + days,
        cost=(moved["cost"] * chance.uniform(1.0, 1.4, len(moved))).round(2),
    )
    both = pd.concat([originals, again[again["approved_on"] <= DATA_DATE]], ignore_index=True)
    return both.astype(baselines.dtypes.to_dict())


def _rated(
    reports: pd.DataFrame,
    baselines: pd.DataFrame,
    projects: pd.DataFrame,
    chance: np.random.Generator,
) -> pd.DataFrame:
    """Reports with a rating that mostly follows the cost, forecasts, and now and then a review."""
    original = baselines.set_index("project_id")
    cost, finish = (reports["project_id"].map(original[name]) for name in ("cost", "finish"))
    ended = reports["project_id"].map(projects.set_index("project_id")["finished_on"])
    cpi = reports["earned_value"] / reports["actual_cost"]
    seen = cpi + chance.normal(0.05, 0.15, len(reports))
    rag = pd.Series("green", index=reports.index).mask(seen < 1, "amber").mask(seen < 0.85, "red")
    rag = rag.mask(pd.Series(chance.random(len(reports)) < 0.05, index=reports.index))
    noise = pd.to_timedelta(chance.integers(-10, 40, len(reports)), unit="D")
    owned = reports.assign(
        rag=rag,
        rag_scale=3,
        estimate_at_completion=(cost / cpi * chance.lognormal(-0.05, 0.1, len(reports))).round(2),
        forecast_finish=ended.fillna(finish) + noise,
    ).astype(reports.dtypes.to_dict())
    reviewed = owned[np.arange(len(owned)) % 6 == 0]
    harsh = ("red", "amber", "green")
    reviews = frame(
        "status_reports",
        [
            report(each.project_id, each.period, rated_by="independent", rag=harsh[i % 3])
            for i, each in enumerate(reviewed.itertuples())
        ],
    )
    return pd.concat([owned, reviews], ignore_index=True)


def _milestones(
    baselines: pd.DataFrame, projects: pd.DataFrame, chance: np.random.Generator
) -> list[Row]:
    """Three of each project, at thirds of the plan; some late, some not met, some not planned."""
    rows = []
    ended = projects.set_index("project_id")["finished_on"].fillna(DATA_DATE)
    for each in baselines.itertuples():
        for third in (1, 2, 3):
            planned = each.start + (each.finish - each.start).floor("D") * third // 3
            met = planned.normalize() + pd.Timedelta(days=int(chance.integers(-20, 40)))
            rows.append(
                {
                    "project_id": each.project_id, "milestone_id": f"m{third}",
                    "baseline_date": None if chance.random() < 0.05 else planned.normalize(),
                    "forecast_date": met,
                    "actual_date": met if met <= ended[each.project_id] else None,
                }
            )  # fmt: skip
    return rows


def _risks(
    baselines: pd.DataFrame, projects: pd.DataFrame, chance: np.random.Generator
) -> list[Row]:
    """Two of each project but each fourth: one closed after a while, one open to its end."""
    begun = projects.set_index("project_id")["started_on"]
    rows = []
    for i, each in enumerate(baselines.itertuples()):
        for which in (0, 1) if i % 4 else ():
            raised = begun[each.project_id] + pd.Timedelta(days=20 + 30 * which)
            closed = raised + pd.Timedelta(days=150)
            rows.append(
                {
                    "risk_id": f"{each.project_id} {which}", "project_id": each.project_id,
                    "raised_on": raised,
                    "closed_on": closed if which and closed <= DATA_DATE else None,
                    "probability": None if i % 29 == 3 else round(chance.uniform(0.1, 0.6), 2),
                    "impact": round(each.cost * chance.uniform(0.05, 0.3), 2),
                }
            )  # fmt: skip
    return rows


def _and_a_new(services: pd.DataFrame) -> pd.DataFrame:
    new = frame("services", [{"service_id": "S3", "name": "Service 3", "sla_days": 5}])
    return pd.concat([services, new], ignore_index=True)


def _rolled_out(rollouts: pd.DataFrame) -> pd.DataFrame:
    """The new service is rolled out to everybody, and nobody has used it yet."""
    new = rollouts.drop_duplicates("department").assign(
        service_id="S3", adopted_on=pd.Timestamp("2025-11-03")
    )
    both = pd.concat([rollouts, new], ignore_index=True)
    return both.astype(rollouts.dtypes.to_dict())


def _statements() -> list[Row]:
    """Six promises to each department, the last ones with less and less of what they need."""
    return [
        {
            "statement_id": f"{department} {i}", "department": department,
            "challenge": None if i == 4 else "Deadlines slip and nobody says why",
            "opportunity": "Fewer surprises", "statement": "You will know a month before",
            "service_id": None if i == 5 else f"S{1 + i % 2}", "kpi_id": kpi_id,
        }
        for department in DEPARTMENTS
        for i, kpi_id in enumerate(PROMISED)
    ]  # fmt: skip


def _communications() -> list[Row]:
    return [
        {
            "department": department, "statement_id": f"{department} {i}", "report": "Your promise",
            "sent_on": f"{year}-02-10", "decision": "Go on" if i else None,
        }
        for department in DEPARTMENTS
        for i in range(4)
        for year in (2025, 2026)
    ]  # fmt: skip


def _decisions() -> list[Row]:
    """Asks of a year: most decided within a month, some done without, some still waiting."""
    return [
        {
            "ask_id": f"ask {at}", "asked_on": asked,
            "decided_on": asked + pd.Timedelta(days=5 + at % 20) if at % 5 else None,
            "decision": ("accepted", "dropped")[at % 2] if at % 5 else None,
            "done_on": asked + pd.Timedelta(days=40) if at % 10 == 0 and at < 30 else None,
        }
        for at, asked in enumerate(pd.date_range("2025-08-15", periods=45, freq="9D"))
    ]  # fmt: skip

"""The handmade portfolio with all that KPIs of value, decisions, capacity and the office read."""

from functools import cache

import numpy as np
import pandas as pd

from builders.portfolio import portfolio
from builders.tables import PERIOD, Row, Tables, tables

ROLES = ("Analyst", "Developer", "Tester")
KINDS = (
    ("cashable", "currency"),
    ("non_cashable", "GBP"),
    ("cost_avoidance", None),
    ("non_financial", "complaints avoided"),
)


@cache
def _tables() -> Tables:
    chance = np.random.default_rng(20261001)
    given = portfolio()
    projects = given["projects"].assign(
        approved_on=given["projects"]["started_on"],
        strategic_goal=[None if i % 5 == 0 else "Lower cost" for i in range(150)],
        investment_class=[("run", "grow", "innovate")[i // 3 % 3] for i in range(150)],
    )
    projects = projects.astype({"strategic_goal": "str", "investment_class": "str"})
    benefits, reports, gates = [], [], []
    for i, each in enumerate(projects.itertuples()):
        ends = each.finished_on if each.status == "completed" else pd.Timestamp("2027-03-01")
        for benefit_id in [f"b{i}", f"c{i}"][: 1 + i % 2]:
            kind, unit = KINDS[len(benefits) % 4]
            target = float(chance.integers(1, 50)) * 1200
            benefits.append(
                {
                    "benefit_id": benefit_id, "project_id": each.project_id, "class": kind,
                    "unit": unit, "measure": "By the ledger", "baseline_value": 0.0,
                    "owner": None if chance.random() < 0.2 else "Head of Finance",
                    "target_value": None if chance.random() < 0.1 else target,
                    "due_on": ends + pd.Timedelta(days=180),
                }
            )  # fmt: skip
            measured = chance.random() < 0.8
            for month in pd.period_range(ends, periods=12, freq="M"):
                if str(month) <= PERIOD:
                    realised = round(target / 12 * chance.lognormal(-0.2, 0.2), 2)
                    reports.append(
                        {
                            "benefit_id": benefit_id, "period": str(month),
                            "planned": target / 12, "realised": realised if measured else None,
                            "forecast": round(target * chance.lognormal(-0.2, 0.1), 2),
                        }
                    )  # fmt: skip
        for gate, days in (("Start", 0), ("Middle", 60)):
            submitted = each.started_on + pd.Timedelta(days=days)
            decided = submitted + pd.Timedelta(days=int(chance.integers(2, 30)))
            waits = decided > pd.Timestamp("2026-09-30")
            gates.append(
                {
                    "project_id": each.project_id, "gate": gate, "attempt": 1,
                    "submitted_on": submitted, "decided_on": None if waits else decided,
                }
            )  # fmt: skip
    more = tables(
        benefits=benefits, benefit_reports=reports, gates=gates, demands=_demands(projects),
        capacity=_capacity(chance), pmo_costs=_pmo_costs(chance),
    )  # fmt: skip
    return given | {"projects": projects} | more


def _demands(projects: pd.DataFrame) -> list[Row]:
    """A request for each project, and one in three more that became none."""
    became = [
        {
            "demand_id": f"d {each.project_id}", "department": each.department,
            "created_on": each.started_on - pd.Timedelta(days=60), "project_id": each.project_id,
            "decided_on": each.started_on - pd.Timedelta(days=10),
        }
        for each in projects.itertuples()
    ]  # fmt: skip
    return became + [row | {"demand_id": f"n{row['demand_id']}", "project_id": None}
                     for row in became[::3]]  # fmt: skip


def _capacity(chance: np.random.Generator) -> list[Row]:
    return [
        {
            "role": role, "period": str(month), "capacity_hours": 140.0 * (at + 2),
            "demand_hours": round(140.0 * (at + 2) * chance.normal(1.3 - 0.2 * at, 0.05)),
            "booked_hours": round(140.0 * (at + 2) * chance.normal(0.82, 0.04)),
        }
        for at, role in enumerate(ROLES)
        for month in pd.period_range("2023-01", PERIOD, freq="M")
    ]  # fmt: skip


def _pmo_costs(chance: np.random.Generator) -> list[Row]:
    return [
        {
            "period": str(month), "category": category,
            "amount": round(chance.normal(amount, 50), 2),
            "reporting_hours": round(chance.normal(110, 9), 1) if category == "staff" else None,
        }
        for month in pd.period_range("2023-01", PERIOD, freq="M")
        for category, amount in (("staff", 9000), ("tools", 700))
    ]  # fmt: skip


def with_value() -> Tables:
    """A copy, so that a test may change it."""
    return {name: table.copy() for name, table in _tables().items()}

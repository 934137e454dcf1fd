"""A roll-out of known effect as the workbook's tables: the simulated projects, with plans and days.

The projects are those of `simulation`: log of cost ÷ plan, with the planted effect; what was
approved is as the work is large. Their duration is moved too, their benefits are not. `rolled_out`
is the whole; `all_at_once`, `chosen` and `few_departments` are the same projects under other
circumstances.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from builders.simulation import Drawn, RollOut, draw
from builders.tables import Row, Tables, tables
from builders.views import settings
from pmo_lib.effect.finding import Evidence
from pmo_lib.effect.outcomes import OUTCOMES
from pmo_lib.effect.roll_out import in_own_unit
from pmo_lib.effect.rules import Rules
from pmo_lib.engine.view import View
from pmo_lib.worth import value_case
from pmo_lib.worth.assumptions import Terms
from pmo_lib.worth.value_case import ValueCase

PERIOD = "2026-09"
FIRST_QUARTER = 2020 * 4  # of the simulation's quarter 0
CATEGORIES = ("Roads", "IT", "Buildings")
COST_EFFECT, DAYS_EFFECT = 0.25, 0.2  # shares saved, in full from the fourth quarter
OFFICE_A_MONTH = 25_000.0
MEDIAN_COST = 900_000.0


def day(quarter: float, days: int = 0) -> pd.Timestamp:
    """The day, so many after the start of the simulation's quarter."""
    number = FIRST_QUARTER + int(quarter)
    first = pd.Timestamp(year=number // 4, month=number % 4 * 3 + 1, day=1)
    return first + pd.Timedelta(days=days)


@cache
def drawn(effect: float = COST_EFFECT, seed: int = 5) -> Drawn:
    """The simulated roll-out: 12 departments, 450 projects, three departments never adopt."""
    return draw(RollOut(12, effect=effect), np.random.default_rng(seed))


@cache
def _tables(effect: float, seed: int) -> Tables:
    chance, sizes = (np.random.default_rng(seed + n) for n in (1, 2))
    simulated = drawn(effect, seed)
    projects: list[Row] = []
    baselines: list[Row] = []
    benefits: list[Row] = []
    reports: list[Row] = []
    for i, each in enumerate(simulated.projects.itertuples()):
        name, start = f"p{i:03}", day(each.quarter, int(chance.integers(0, 89)))
        planned_days = int(200 * np.exp(0.15 * each.size + 0.05 * chance.normal()))
        saved = np.log1p(-DAYS_EFFECT) if each.truth < 0 else 0.0
        actual_days = int(planned_days * np.exp(0.05 + saved + 0.15 * chance.normal()))
        cost = round(MEDIAN_COST * np.exp(0.5 * each.size), 2)
        finish, planned = (start + pd.Timedelta(days=d) for d in (actual_days, planned_days))
        ended = finish <= pd.Timestamp("2026-09-30")
        projects.append(
            {
                "project_id": name, "department": each.department, "approved_on": start,
                "category": CATEGORIES[int(each.type1 + 2 * each.type2)],
                "status": "completed" if ended else "active", "started_on": start,
                "finished_on": finish if ended else None,
                "actual_cost": round(cost * np.exp(each.value), 2) if ended else None,
                "work_size": 100 * np.exp(0.5 * each.size + 0.05 * sizes.normal()),
            }
        )  # fmt: skip
        baselines.append(
            {"project_id": name, "version": 0, "start": start, "finish": planned, "cost": cost}
        )
        kind = ("cashable", "cost_avoidance")[i % 2]
        benefits.append(
            {"benefit_id": f"b{i}", "project_id": name, "class": kind, "unit": "currency"}
        )
        worth, realised = cost / 40, chance.lognormal(-0.2, 0.2)
        reports += _monthly(f"b{i}", min(finish, planned), max(finish, planned), worth, realised)
    adopted = simulated.adopted.dropna()
    return tables(
        projects=projects, baselines=baselines, benefits=benefits, benefit_reports=reports,
        services=[{"service_id": "S1", "name": "Project office"}],
        rollouts=[
            {"department": name, "service_id": "S1", "adopted_on": day(quarter)}
            for name, quarter in adopted.items()
        ],
        pmo_costs=[
            {"period": str(month), "category": "staff", "amount": OFFICE_A_MONTH}
            for month in pd.period_range(f"{day(adopted.min()):%Y-%m}", PERIOD, freq="M")
        ],
    )  # fmt: skip


def _monthly(
    benefit_id: str, first: pd.Timestamp, last: pd.Timestamp, planned: float, realised: float
) -> list[Row]:
    """The months from the earlier finish to a year after the later one."""
    months = pd.period_range(first, last + pd.DateOffset(months=12), freq="M")
    return [
        {"benefit_id": benefit_id, "period": str(month), "planned": planned,
         "realised": planned * realised}
        for month in months if str(month) <= PERIOD
    ]  # fmt: skip


def rolled_out(effect: float = COST_EFFECT, seed: int = 5) -> Tables:
    """A copy of the tables, so that a test may change it."""
    return {name: table.copy() for name, table in _tables(effect, seed).items()}


def without(*names: str) -> Tables:
    """The roll-out without some of its tables."""
    return {name: table for name, table in rolled_out().items() if name not in names}


def all_at_once(quarter: int = 12) -> Tables:
    """Every department adopts on one day, from which the projects cost less by the effect."""
    given = rolled_out(0.0)
    projects, since = given["projects"], day(quarter)
    under = projects["started_on"] >= since
    cheaper = projects["actual_cost"].where(~under, projects["actual_cost"] * (1 - COST_EFFECT))
    departments = sorted(projects["department"].unique())
    rollouts = [{"department": d, "service_id": "S1", "adopted_on": since} for d in departments]
    return given | tables(rollouts=rollouts) | {"projects": projects.assign(actual_cost=cheaper)}


def chosen() -> Tables:
    """No roll-out: three in ten projects used the PMO, and cost less by the effect."""
    given = rolled_out(0.0)
    projects = given["projects"].assign(category=None)
    halved = projects["department"].str.slice(1).astype("int64") // 2  # more alike in each
    projects["department"] = "D" + halved.astype("str")
    uses = np.random.default_rng(5).random(len(projects)) < 0.3
    cheaper = projects["actual_cost"].where(~uses, projects["actual_cost"] * (1 - COST_EFFECT))
    used = pd.Series(np.where(uses, "yes", "no"), dtype="str")
    del given["rollouts"]
    return given | {"projects": projects.assign(pmo_used=used, actual_cost=cheaper)}


def few_departments(n: int = 5) -> Tables:
    """The roll-out in the first n departments alone."""
    given = rolled_out()
    kept = sorted(given["projects"]["department"].unique())[:n]
    own = {
        name: given[name][given[name]["department"].isin(kept)].reset_index(drop=True)
        for name in ("projects", "rollouts")
    }
    return given | own


def evidence(given: Tables) -> Evidence:
    """What the estimates are made from, at the end of `PERIOD`."""
    return value_case.evidence(View(given, PERIOD, settings()))


def case(given: Tables, **terms: Any) -> ValueCase:
    """The value case of the tables at the end of `PERIOD`."""
    return value_case.value_case(View(given, PERIOD, settings()), Terms(**terms))


def rules(permutations: int, services: int = 1) -> Rules:
    """The product's rules, dates of adoption permuted so often: the whole of it takes long."""
    smallest = {name: in_own_unit(each, 0.05) for name, each in OUTCOMES.items()}
    return Rules(smallest, services, permutations)


@contextmanager
def permuted(times: int) -> Iterator[None]:
    """The value case permutes dates of adoption so often."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(value_case, "Rules", partial(Rules, permutations=times))
        yield

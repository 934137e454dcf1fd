"""Portfolios of which the truth is known, as tables: roll-outs with padded plans, thin departments.

The departments, quarters and heavy tails are those of `simulation`; here every project has a size,
what was approved for it, its days and its cost, as an export would have them.
"""

from dataclasses import dataclass
from zlib import crc32

import numpy as np
import pandas as pd

from builders.rollouts import PERIOD, day
from builders.simulation import NEVER, QUARTERS, RAMP, WAVES
from builders.tables import Tables, tables
from builders.views import settings
from pmo_lib.contract.settings import Settings
from pmo_lib.effect import lot
from pmo_lib.effect.finding import Evidence, Finding, Straddlers
from pmo_lib.effect.outcomes import OUTCOMES
from pmo_lib.effect.roll_out import findings, in_own_unit
from pmo_lib.effect.rules import Rules
from pmo_lib.engine.view import View
from pmo_lib.worth import value_case
from pmo_lib.worth.assumptions import Terms

MEDIAN_QUARTERS = 3.0  # of a plan


@dataclass(frozen=True)
class World:
    """A kind of portfolio; effects are shares, `size_noise` the sd of log(approved ÷ size).

    Under the PMO projects cost `saving` less and are approved `padding` dearer; of projects in
    flight at the adoption so much of it as of their life, where `straddlers_helped`. Without
    `size_noise` nobody records a size.
    """

    departments: int = 20
    projects: int = 1000
    saving: float = 0.0
    padding: float = 0.0
    straddlers_helped: bool = False
    size_noise: float | None = 0.15
    budget_sd: float = 1.0
    ramp: tuple[float, ...] = RAMP

    @property
    def name(self) -> str:
        said = f"{self.departments} departments, {self.projects} projects, saving {self.saving:.0%}"
        said += f", padding {self.padding:.0%}" * bool(self.padding)
        said += ", straddlers helped" * self.straddlers_helped
        return said + ("" if self.size_noise is not None else ", no size")


@dataclass(frozen=True)
class Drawn:
    """One portfolio, and of each project by its id the true effect on the log of its cost."""

    tables: Tables
    truth: pd.Series

    def evidence(self, straddlers: Straddlers = "left out") -> Evidence:
        view = View(self.tables, PERIOD, SETTINGS)
        return value_case.evidence(view, Terms(straddlers=straddlers))


SETTINGS: Settings = settings()


def verdicts(
    evidence: Evidence, smallest: float = 0.05, permutations: int = 199
) -> dict[str, Finding]:
    """What the product says of each outcome, by its id."""
    rules = Rules(
        {name: in_own_unit(each, smallest) for name, each in OUTCOMES.items()},
        permutations=permutations,
    )
    found = findings(evidence, "staggered roll-out", rules=rules)
    return {each.outcome.id: each for each in found}


def draw(world: World, number: int) -> Drawn:
    """The `number`-th portfolio of its kind."""
    chance = np.random.default_rng([crc32(world.name.encode()), number])
    g, n = world.departments, world.projects
    level, shock = chance.normal(0, 0.12, g), _shocks(g, chance)
    shares = chance.lognormal(0, 0.5, g)
    department = chance.choice(g, n, p=shares / shares.sum())
    start = chance.uniform(0, QUARTERS, n)
    size = chance.normal(0, world.budget_sd, n)
    kind = chance.integers(0, 3, n)
    planned = MEDIAN_QUARTERS * np.exp(0.2 * size + chance.normal(0, 0.3, n))
    luck = chance.normal(0, 0.18, n) + (chance.random(n) < 0.15) * chance.exponential(0.6, n)
    first = _adoption(g, chance)[department]
    since = start - first
    step = np.clip(np.floor(since), 0, len(world.ramp) - 1).astype("int64")
    dose = np.where(since >= 0, np.array(world.ramp)[np.where(since >= 0, step, 0)], 0.0)
    if world.straddlers_helped:
        dose = np.maximum(dose, np.clip(1 + since / planned, 0, 1))
    own = chance.uniform(0.5, 1.5, g)[department]
    truth = np.log1p(-world.saving) * dose * own
    padded = np.log1p(world.padding) * (since >= 0)
    noise = world.size_noise or 0.0
    budget = 500_000 * np.exp(size + np.array([0.0, 0.2, -0.2])[kind] + chance.normal(0, noise, n))
    over = level[department] - 0.1 * start / QUARTERS + shock[department, start.astype("int64")]
    cost = budget * np.exp(over + luck + truth)
    lasted = planned * np.exp(0.1 + 0.4 * luck + 0.6 * truth + chance.normal(0, 0.1, n))
    names = [f"D{d:02}" for d in department]
    ids = [f"p{i:05}" for i in range(n)]
    begins = [day(q, int(89 * (q % 1))) for q in start]
    ends = [b + pd.Timedelta(days=int(91.3 * q)) for b, q in zip(begins, lasted, strict=True)]
    plans = [b + pd.Timedelta(days=int(91.3 * q)) for b, q in zip(begins, planned, strict=True)]
    today = pd.Timestamp(f"{PERIOD}-30")
    over_now = np.array([end <= today for end in ends])
    projects = [
        {
            "project_id": ids[i], "department": names[i], "category": "ABC"[kind[i]],
            "status": "completed" if over_now[i] else "active", "started_on": begins[i],
            "finished_on": ends[i] if over_now[i] else None,
            "actual_cost": round(cost[i], 2) if over_now[i] else None,
            "work_size": None if world.size_noise is None else round(100 * np.exp(size[i]), 3),
        }
        for i in range(n)
    ]  # fmt: skip
    baselines = [
        {"project_id": ids[i], "version": 0, "start": begins[i], "finish": plans[i],
         "cost": round(budget[i] * np.exp(padded[i]), 2)}
        for i in range(n)
    ]  # fmt: skip
    rollouts = [
        {"department": f"D{d:02}", "service_id": "S1", "adopted_on": day(q)}
        for d, q in sorted(dict(zip(department, first, strict=True)).items())
        if np.isfinite(q)
    ]
    made = tables(projects=projects, baselines=baselines, rollouts=rollouts)
    return Drawn(made, pd.Series(truth, index=ids))


def true_effect(drawn: Drawn, found: Finding) -> float:
    """The mean true effect on the projects that the estimate speaks of."""
    assert found.sample is not None
    counted = found.sample.projects_in(found.sample.compared())
    return float(drawn.truth[counted].mean())


def _shocks(g: int, chance: np.random.Generator) -> np.ndarray:
    """Good and bad quarters, one after the other: AR(1) with sd 0.08."""
    shock = np.zeros((g, QUARTERS))
    shock[:, 0] = chance.normal(0, 0.08, g)
    for t in range(1, QUARTERS):
        shock[:, t] = 0.5 * shock[:, t - 1] + chance.normal(0, 0.08 * np.sqrt(0.75), g)
    return shock


def _adoption(g: int, chance: np.random.Generator) -> np.ndarray:
    """Each department's quarter of adoption, in waves; infinite for those that never do."""
    adopters = round(g * (1 - NEVER))
    first = np.full(g, np.inf)
    first[chance.permutation(g)[:adopters]] = [
        WAVES[i * len(WAVES) // adopters] for i in range(adopters)
    ]
    return first


@dataclass(frozen=True)
class LotWorld:
    """A service drawn by lot each quarter for half of the projects, ten departments, two years."""

    projects: int = 80
    departments: int = 10
    saving: float = 0.0
    size_noise: float | None = 0.15

    @property
    def name(self) -> str:
        return f"{self.projects} projects by lot, saving {self.saving:.0%}"


def draw_lots(world: LotWorld, number: int) -> Drawn:
    """The `number`-th portfolio of its kind; the draws are those of `pmo lot`."""
    chance = np.random.default_rng([crc32(world.name.encode()), number])
    g, n = world.departments, world.projects
    level, shock = chance.normal(0, 0.12, g), _shocks(g, chance)
    department = chance.integers(0, g, n)
    quarter = np.sort(chance.integers(0, 8, n))
    ids, names = [f"p{i:04}" for i in range(n)], [f"D{d:02}" for d in department]
    candidates = pd.DataFrame({"project_id": ids, "department": names, "quarter": quarter})
    lots = pd.concat(
        [
            lot.draw(
                own, lot_id=f"L{q}", service_id="S1", places=len(own) // 2,
                seed=f"number {number}", drawn_on=f"{day(q):%Y-%m-%d}",
            )
            for q, own in candidates.groupby("quarter")
            if len(own) >= lot.FEWEST
        ],
        ignore_index=True,
    )  # fmt: skip
    has = (
        candidates["project_id"]
        .isin(lots.loc[lots["assigned_by_lot"] == "yes", "project_id"])
        .to_numpy()
    )
    size = chance.normal(0, 1, n)
    budget = 500_000 * np.exp(size + chance.normal(0, world.size_noise or 0.0, n))
    luck = chance.normal(0, 0.18, n) + (chance.random(n) < 0.15) * chance.exponential(0.6, n)
    truth = np.log1p(-world.saving) * has
    cost = budget * np.exp(level[department] + shock[department, quarter] + luck + truth)
    projects, baselines = [], []
    for i, (name, q) in enumerate(zip(ids, quarter, strict=True)):
        start = day(int(q), 5)
        end = start + pd.Timedelta(days=int(250 * np.exp(0.3 * chance.normal())))
        projects.append(
            {"project_id": name, "department": names[i], "category": "A", "status": "completed",
             "started_on": start, "finished_on": end, "actual_cost": round(cost[i], 2),
             "work_size": None if world.size_noise is None else round(100 * np.exp(size[i]), 3)}
        )  # fmt: skip
        baselines.append(
            {"project_id": name, "version": 0, "start": start, "finish": end,
             "cost": round(budget[i], 2)}
        )  # fmt: skip
    made = tables(projects=projects, baselines=baselines, lots=lots.to_dict("records"))
    return Drawn(made, pd.Series(truth, index=ids))

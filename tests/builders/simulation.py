"""Simulated roll-outs of a PMO of which the truth is known (statistics.md section 5).

Departments differ for good, everybody improves a little, quarters are good and bad, projects have
heavy tails; starts are mis-dated and values missing. The dates of adoption fall at random, to the
worst first, after bad years, or to those who were improving anyway.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmo_lib.causal.panel import Panel, panel
from pmo_lib.effect.outcomes import winsorised

QUARTERS = 24
WAVES = (8, 10, 12, 14, 16, 18)
PROJECTS = {8: 300, 12: 450, 20: 1000, 40: 3000}
NEVER = 0.25
RAMP = (0.25, 0.5, 0.75, 1.0)
COVARIATES = ("size", "type1", "type2")


@dataclass(frozen=True)
class RollOut:
    """A kind of roll-out. `effect` is the share of the cost that the PMO saves."""

    departments: int
    adoption: str = "random"  # worst first, dip, improving
    effect: float = 0.0
    trend: float = -0.10  # of everybody, over the six years

    @property
    def name(self) -> str:
        said = f"{self.departments} departments, {self.adoption}"
        if self.trend != -0.10:
            said += ", everybody improving 30 %"
        return said + (f", effect {self.effect:.0%}" if self.effect else ", no effect")


@dataclass(frozen=True)
class Drawn:
    """One roll-out: the projects as reported, when departments adopted, and the true effects."""

    projects: pd.DataFrame  # department, quarter, finish_quarter, value, truth, size, type1, type2
    adopted: pd.Series

    def cells(self, tested: bool) -> Panel:
        values = self.projects["value"]
        rows = self.projects.assign(value=winsorised(values) if tested else values)
        return panel(rows, COVARIATES, self.adopted)


def draw(kind: RollOut, chance: np.random.Generator) -> Drawn:
    g, n = kind.departments, PROJECTS[kind.departments]
    level = chance.normal(0, 0.12, g)
    shock = np.zeros((g, QUARTERS))
    shock[:, 0] = chance.normal(0, 0.08, g)
    for t in range(1, QUARTERS):
        shock[:, t] = 0.5 * shock[:, t - 1] + chance.normal(0, 0.08 * np.sqrt(0.75), g)
    shares = chance.lognormal(0, 0.5, g)
    department = np.concatenate(
        [np.repeat(np.arange(g), 8), chance.choice(g, n - 8 * g, p=shares / shares.sum())]
    )
    quarter = chance.integers(0, QUARTERS, n)
    size, kinds = chance.normal(0, 1, n), chance.integers(0, 3, n)
    luck = chance.normal(0, 0.18, n) + (chance.random(n) < 0.15) * chance.exponential(0.6, n)
    value = level[department] + kind.trend * quarter / QUARTERS + shock[department, quarter]
    value += 0.03 * size + np.array([0.0, 0.05, -0.04])[kinds] + luck

    first = _adoption(kind, level, shock, chance)
    if kind.adoption == "improving":
        adopts = np.isfinite(first)[department]
        value -= 0.004 * quarter * adopts
    since = quarter - first[department]
    step = np.clip(since, 0, len(RAMP) - 1)
    ramp = np.where(since >= 0, np.array(RAMP)[np.where(since >= 0, step, 0).astype(int)], 0.0)
    own = chance.uniform(0.5, 1.5, g)[department]
    truth = (np.log1p(-kind.effect) if kind.effect else 0.0) * ramp * own
    seen = quarter + np.where(chance.random(n) < 0.05, chance.choice([-1, 1], n), 0)
    days = np.exp(chance.normal(np.log(3.0), 0.5, n))  # quarters that a project takes
    frame = pd.DataFrame(
        {
            "department": [f"D{d:02}" for d in department],
            "quarter": np.clip(seen, 0, QUARTERS - 1),
            "finish_quarter": quarter + np.ceil(days * np.exp(value + truth)).astype(int),
            "value": value + truth + chance.normal(0, 0.05, n),
            "truth": truth,
            "size": size,
            "type1": (kinds == 1) * 1.0,
            "type2": (kinds == 2) * 1.0,
        }
    )
    kept = frame[chance.random(n) >= 0.05].reset_index(drop=True)
    adopted = pd.Series(first, index=[f"D{d:02}" for d in range(g)]).replace(np.inf, np.nan)
    return Drawn(kept, adopted)


def _adoption(
    kind: RollOut, level: np.ndarray, shock: np.ndarray, chance: np.random.Generator
) -> np.ndarray:
    """Each department's quarter of adoption; infinite for the quarter of them that never do."""
    g = len(level)
    adopters = round(g * (1 - NEVER))
    dates = np.array([WAVES[i * len(WAVES) // adopters] for i in range(adopters)], dtype=float)
    first = np.full(g, np.inf)
    if kind.adoption == "worst first":
        first[np.argsort(-level)[:adopters]] = dates
    elif kind.adoption == "dip":  # each wave takes those with the worst last year
        left = list(range(g))
        for date in dates:
            bad = [shock[d, int(date) - 4 : int(date)].mean() for d in left]
            first[left.pop(int(np.argmax(bad)))] = date
    else:
        first[chance.permutation(g)[:adopters]] = dates
    return first

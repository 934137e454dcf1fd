"""Roll-outs drawn by chance, and their effect by hand: project by project, in explicit loops."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmo_lib.causal.panel import Panel, panel

NEVER = float("nan")


@dataclass(frozen=True)
class RollOut:
    """Projects (department, quarter, value, x1, x2, …) and the quarter each department adopted."""

    rows: pd.DataFrame
    adopted: pd.Series
    covariates: tuple[str, ...] = ()

    @property
    def cells(self) -> Panel:
        return panel(self.rows, self.covariates, self.adopted)

    @property
    def since(self) -> pd.Series:
        """Quarters since the adoption of each project's department; missing where it never did."""
        return self.rows["quarter"] - self.rows["department"].map(self.adopted)

    def with_values(self, values: object) -> "RollOut":
        return RollOut(self.rows.assign(value=values), self.adopted, self.covariates)


def every_cell(
    adopted: Mapping[str, float], quarters: int, each: int = 1, noise: float = 0.0, seed: int = 1
) -> RollOut:
    """`each` projects in every cell: a level of the department, one of the quarter, and noise."""
    chance = np.random.default_rng(seed)
    level = dict(zip(adopted, chance.normal(0, 1, len(adopted)), strict=True))
    season = chance.normal(0, 1, quarters)
    values = np.array([level[name] + each_season for name in adopted for each_season in season])
    frame = pd.DataFrame(
        {
            "department": [name for name in adopted for _ in range(quarters * each)],
            "quarter": np.tile(np.repeat(np.arange(quarters), each), len(adopted)),
            "value": np.repeat(values, each),
        }
    )
    frame["value"] += chance.normal(0, noise, len(frame)) if noise else 0.0
    return RollOut(frame, pd.Series(dict(adopted), dtype="float64"))


def drawn(seed: int, departments: int, quarters: int, covariates: int, mean: float) -> RollOut:
    """Cells of Poisson(`mean`) projects, many of them empty; a third never adopts."""
    chance = np.random.default_rng(seed)
    names = [f"D{i}" for i in range(departments)]
    last = [*range(1, quarters), *[NEVER] * (quarters // 2)]
    adopted = pd.Series(chance.choice(last, departments), index=names)
    xs = tuple(f"x{i + 1}" for i in range(covariates))
    rows = [
        {"department": name, "quarter": t, "value": chance.normal(i - t, 1)}
        | {x: chance.normal() for x in xs}
        for i, name in enumerate(names)
        for t in range(quarters)
        for _ in range(chance.poisson(mean))
    ]
    return RollOut(pd.DataFrame(rows, columns=["department", "quarter", "value", *xs]), adopted, xs)


@dataclass(frozen=True)
class ByHand:
    """The effect, each department's score, and which projects (by row) are compared."""

    effect: float
    scores: dict[str, float]
    compared: list[int]

    @property
    def error(self) -> float:
        """√(G ÷ (G - 1) × Σ score²) over departments with a share in it."""
        shares = [s for s in self.scores.values() if abs(s) > 1e-12]
        return float((len(shares) / (len(shares) - 1) * sum(s * s for s in shares)) ** 0.5)


def by_hand(
    rollout: RollOut, fewest_before: int = 2, weights: Sequence[float] | None = None
) -> ByHand | None:
    """Two-stage least squares with dummies, its error by Gardner's stacked moments.

    None where no treated project is supported, or the untreated ones cannot tell the covariates
    apart from the dummies.
    """
    rows = rollout.rows.reset_index(drop=True)
    of, at = rows["department"].tolist(), rows["quarter"].tolist()
    xs = rows[list(rollout.covariates)].to_numpy("float64").tolist()
    treated = [bool(s >= 0) for s in rollout.since]
    each = range(len(rows))
    departments, quarters = sorted(set(of)), sorted(set(at))
    known = {(of[i], at[i]) for i in each if not treated[i]}
    compared = [i for i in each if treated[i] and _supported(of[i], at[i], known, fewest_before)]
    untreated = [i for i in each if not treated[i]]
    z = np.array(
        [
            [float(of[i] == d) for d in departments] + [float(at[i] == t) for t in quarters] + xs[i]
            for i in each
        ]
    )
    y = rows["value"].to_numpy("float64")
    w = np.ones(len(rows)) if weights is None else np.array(weights)
    p = len(rollout.covariates)
    dummies = z[untreated][:, : z.shape[1] - p]
    if not compared or np.linalg.matrix_rank(z[untreated]) < np.linalg.matrix_rank(dummies) + p:
        return None
    root = np.sqrt(w[untreated])
    gamma = np.linalg.lstsq(z[untreated] * root[:, None], y[untreated] * root, rcond=None)[0]
    residual = y - z @ gamma
    total = w[compared].sum()
    effect = float((w * residual)[compared].sum() / total)
    asked = (w[:, None] * z)[compared].sum(axis=0)
    answer = np.linalg.pinv(z[untreated].T @ (w[untreated, None] * z[untreated])) @ asked
    scores = dict.fromkeys(departments, 0.0)
    for i in compared:
        scores[of[i]] += float(w[i] * (residual[i] - effect) / total)
    for i in untreated:
        scores[of[i]] -= float(w[i] * (z[i] @ answer) * residual[i] / total)
    return ByHand(effect, scores, compared)


def _supported(
    department: str, quarter: int, known: set[tuple[str, int]], fewest_before: int
) -> bool:
    """Two untreated departments in the quarter, quarters before, and a way between the two."""
    if len({d for d, t in known if t == quarter}) < 2:
        return False
    if len({t for d, t in known if d == department}) < fewest_before:
        return False
    reached, found = {department}, set[int]()
    while True:
        quarters = {t for d, t in known if d in reached}
        if quarters == found:
            return quarter in found
        found = quarters
        reached = {d for d, t in known if t in found}


def sides(rollout: RollOut) -> tuple[np.ndarray, np.ndarray]:
    """Untreated and treated cells (1, D, T)."""
    treated = rollout.cells.treated[None]
    return ~treated, treated

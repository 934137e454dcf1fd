"""What the value case says where the truth is known, beside the usual comparisons.

Every estimate, check and verdict is the product's own: `worlds.verdicts` calls its findings.
Part of `make bench`; alone: `PYTHONPATH=.:tests python tests/calibration_value_case.py [N]`, of
the portfolios as tables alone with `N worlds`.
docs/calibration_value_case.md has the tables. The same roll-outs in every run.
"""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from math import nan, sqrt
from zlib import crc32

import numpy as np
import pandas as pd

from builders.rollouts import FIRST_QUARTER, day
from builders.simulation import COVARIATES, Drawn, RollOut, draw
from builders.worlds import World, true_effect, verdicts
from builders.worlds import draw as draw_world
from pmo_lib.effect.adoption import Adoption
from pmo_lib.effect.finding import Evidence, Finding
from pmo_lib.effect.outcomes import OUTCOMES

LEVEL, ALPHA = 0.9, 0.05
PERMUTATIONS = 199
SIMULATIONS = 300
SIZES = (8, 12, 20, 40)
KINDS = [
    *(RollOut(g, how) for g in SIZES for how in ("random", "worst first")),
    *(RollOut(g, how) for g in (8, 20, 40) for how in ("dip", "improving")),
    RollOut(20, "worst first", trend=-0.30),
    *(RollOut(g, "random", e) for g in SIZES for e in (0.05, 0.10, 0.20)),
    *(RollOut(g, "worst first", 0.20) for g in (8, 20, 40)),
]
WORLDS = [
    *(World(g, n) for g, n in ((10, 240), (20, 1000), (40, 3000))),
    *(World(padding=p) for p in (0.05, 0.10, 0.15, 0.20)),
    World(padding=0.15, size_noise=None),
    *(
        World(g, n, saving=s)
        for s in (0.1, 0.2, 0.3)
        for g, n in ((10, 240), (20, 1000), (40, 3000))
    ),
    World(saving=0.2, straddlers_helped=True),
]
OURS = "ours"
CHECKS = (
    "jackknife", "pre-trend", "leave-one-out", "donut", "placebo in time", "adopters' trend",
    "dominance",
)  # fmt: skip
OF_RATIO = ("cost against approved counts", "cost against approved is associated")
NAIVE = ("before and after", "adopters against never", "two-way fixed effects", "dated by finish")


@dataclass(frozen=True)
class Run:
    """One roll-out: of each method whether it rejects no effect and holds the truth, its error."""

    rejects: dict[str, bool] = field(default_factory=dict)
    holds: dict[str, bool] = field(default_factory=dict)
    off: dict[str, float] = field(default_factory=dict)
    errors: dict[str, float] = field(default_factory=dict)
    word: str = "not testable"
    failed: tuple[str, ...] = ()
    detectable: float = nan


def evidence(drawn: Drawn) -> Evidence:
    """A roll-out as the product reads it: cost is the one outcome that is known.

    What was approved is as the work is large; every project is short, and none is in flight.
    """
    rows = drawn.projects
    start = pd.Series([day(q, 45) for q in rows["quarter"]])
    names = [*OUTCOMES, *(each.other_bound for each in OUTCOMES.values() if each.other_bound)]
    known = {
        "project_id": [f"p{i}" for i in range(len(rows))], "department": rows["department"],
        "started_on": start, "ended_on": start + pd.Timedelta(days=30), "cancelled": False,
        "quarter": rows["quarter"] + FIRST_QUARTER, "pmo_used": None,
        "category": np.select([rows["type1"] == 1, rows["type2"] == 1], ["B", "C"], "A"),
        "log_size": rows["size"], "approved_cost": rows["size"], "approved_days": np.log(30.0),
        "cost": rows["value"] + rows["size"],
    }  # fmt: skip
    projects = pd.DataFrame(dict.fromkeys(names, nan) | known)
    nobody = pd.Series(dtype="datetime64[us]")
    dates = drawn.adopted.dropna().map(day)
    return Evidence(projects, Adoption(dates, nobody), pd.Timestamp("2027-12-31"), LEVEL)


def run(kind: RollOut, number: int, permutations: int = PERMUTATIONS) -> Run:
    """The `number`-th roll-out of a kind, estimated by every method."""
    drawn = draw(kind, np.random.default_rng([crc32(kind.name.encode()), number]))
    given = evidence(drawn)
    found = verdicts(given, permutations=permutations)["cost"]
    tested, priced = found.tested, found.priced
    failed = tuple(each.id for each in found.checks if each.state == "failed")
    result = Run(word=found.claim.word, failed=failed, detectable=tested.detectable)
    if tested.refusal or priced.refusal or found.sample is None:
        return result
    truths = pd.Series(drawn.projects["truth"].to_numpy(), index=given.projects["project_id"])
    truth = float(truths[found.sample.projects_in(found.sample.compared())].mean())
    off, error = priced.value - truth, priced.jackknife_error
    holds = priced.low <= truth <= priced.high
    _note(result, OURS, tested.p <= ALPHA, holds, off, error)
    for how, own, degrees in (
        ("cluster-robust", priced.error, None), ("jackknife", error, priced.clusters - 1),
    ):  # fmt: skip
        _note_interval(result, how, priced.value, own, degrees, truth)
    for name, (value, own, freedom) in _naive(drawn).items():
        _note_interval(result, name, value, own, freedom, truth)
    return result


def _note_interval(
    result: Run, name: str, value: float, error: float, degrees: float | None, truth: float
) -> None:
    """An estimate whose interval and test are of a standard error."""
    low, high = _ends(value, error, LEVEL, degrees)
    wide_low, wide_high = _ends(value, error, 1 - ALPHA, degrees)
    rejects = wide_low > 0 or wide_high < 0
    _note(result, name, rejects, low <= truth <= high, value - truth, error)


def run_world(world: World, number: int) -> Run:
    """The `number`-th portfolio of a world: cost, and in `rejects` what else is counted."""
    drawn = draw_world(world, number)
    found = verdicts(drawn.evidence(), permutations=PERMUTATIONS)
    cost = found["cost"]
    ratio = found["cost_overrun"].claim
    result = Run(word=cost.claim.word, detectable=cost.tested.detectable)
    result.rejects["cost against approved counts"] = ratio.counts
    result.rejects["cost against approved is associated"] = ratio.word == "associated"
    if cost.sample is not None and not cost.tested.refusal:
        _note_truth(result, cost, true_effect(drawn, cost))
    return result


def _note_truth(result: Run, cost: Finding, truth: float) -> None:
    own = cost.priced
    holds = own.low <= truth <= own.high
    _note(result, OURS, cost.tested.p <= ALPHA, holds, own.value - truth, own.jackknife_error)


def _note(result: Run, name: str, rejects: bool, holds: bool, off: float, error: float) -> None:
    result.rejects[name], result.holds[name] = bool(rejects), bool(holds)
    result.off[name], result.errors[name] = off, error


def _ends(value: float, error: float, level: float, degrees: float | None) -> tuple[float, float]:
    from scipy.stats import norm, t

    q = norm.ppf((1 + level) / 2) if degrees is None else t.ppf((1 + level) / 2, degrees)
    return value - q * error, value + q * error


def _naive(drawn: Drawn) -> dict[str, tuple[float, float, float | None]]:
    """Value, standard error and degrees of freedom of what others do."""
    rows = drawn.projects
    first = rows["department"].map(drawn.adopted).fillna(np.inf)
    after, ever = rows["quarter"] >= first, np.isfinite(first)
    done = rows["finish_quarter"] < rows["quarter"].max() + 1
    by_finish = rows[done].assign(quarter=rows["finish_quarter"])
    late = by_finish["finish_quarter"] >= first[done]
    values = rows["value"]
    return {
        "before and after": _welch(values[after], values[ever & ~after]),
        "adopters against never": _welch(values[after], values[~ever]),
        "two-way fixed effects": _fixed_effects(rows, after),
        "dated by finish": _fixed_effects(by_finish, late),
    }


def _welch(a: pd.Series, b: pd.Series) -> tuple[float, float, float | None]:
    error = sqrt(a.var() / len(a) + b.var() / len(b))
    return float(a.mean() - b.mean()), error, None


def _fixed_effects(rows: pd.DataFrame, treated: pd.Series) -> tuple[float, float, float | None]:
    """OLS on treatment, departments, quarters and covariates; errors clustered by department."""
    dummies = pd.get_dummies(
        rows[["department", "quarter"]].astype("str"), dtype="float64", drop_first=True
    )
    x = np.column_stack(
        [treated.astype("float64"), np.ones(len(rows)), rows[list(COVARIATES)], dummies]
    )
    y = rows["value"].to_numpy()
    inverse = np.linalg.pinv(x.T @ x)
    beta = inverse @ x.T @ y
    scores = pd.DataFrame(x * (y - x @ beta)[:, None]).groupby(rows["department"].to_numpy()).sum()
    g = len(scores)
    meat = scores.to_numpy().T @ scores.to_numpy() * g / (g - 1)
    return float(beta[0]), float(np.sqrt((inverse @ meat @ inverse)[0, 0])), g - 1


def measure(one: Callable[[int], Run], simulations: int) -> list[Run]:
    """The runs of a kind, on all processors."""
    with ProcessPoolExecutor() as pool:
        return list(pool.map(one, range(simulations), chunksize=4))


def share(runs: list[Run], what: str, name: str) -> float:
    """Of the runs with an estimate, in which it is so."""
    return float(np.mean([getattr(r, what)[name] for r in runs if name in r.off]))


def bias(runs: list[Run], name: str) -> float:
    return float(np.mean([r.off[name] for r in runs if name in r.off]))


def words(runs: list[Run], *which: str) -> float:
    return float(np.mean([r.word in which for r in runs]))


def exaggeration(runs: list[Run]) -> str:
    """The mean error of the effect in the runs with a verdict of likely or more."""
    shown = [r.off[OURS] for r in runs if r.word in {"demonstrated", "likely"}]
    return f"{np.mean(shown):+.3f}" if len(shown) >= 5 else "–"


def rows(kind: RollOut, runs: list[Run]) -> dict[str, list[str]]:
    """The rows of the tables that the runs make, by the table's name."""
    found: dict[str, list[str]] = {}
    given = np.mean([bool(r.off) for r in runs])
    size = np.nanmean([r.errors[OURS] for r in runs if r.off])
    found["ours"] = [
        kind.name, f"{given:.0%}", f"{share(runs, 'rejects', OURS):.1%}",
        *(f"{share(runs, 'holds', n):.1%}" for n in (OURS, "jackknife", "cluster-robust")),
        f"{bias(runs, OURS):+.3f}", f"{bias(runs, OURS) / size:+.2f}",
        f"{np.nanmedian([r.detectable for r in runs]):.2f}",
        f"{words(runs, 'demonstrated'):.1%}", f"{words(runs, 'demonstrated', 'likely'):.1%}",
        exaggeration(runs),
    ]  # fmt: skip
    found["naive"] = [
        kind.name,
        *(f"{bias(runs, n):+.3f}, {share(runs, 'rejects', n):.1%}, {share(runs, 'holds', n):.1%}"
          for n in (*NAIVE, OURS)),
    ]  # fmt: skip
    if kind.adoption in {"dip", "improving"}:
        failed = [f"{np.mean([n in r.failed for r in runs]):.1%}" for n in CHECKS]
        found["checks"] = [kind.name, *failed]
    return found


def row_of_world(world: World, runs: list[Run]) -> list[str]:
    """What is said of a world, in shares of its portfolios."""
    given = [r for r in runs if r.off]
    return [
        world.name, f"{len(given) / len(runs):.0%}",
        f"{words(runs, 'demonstrated'):.1%}", f"{words(runs, 'demonstrated', 'likely'):.1%}",
        *(f"{np.mean([r.rejects[n] for r in runs]):.1%}" for n in OF_RATIO),
        f"{share(given, 'holds', OURS):.1%}" if given else "–",
        f"{bias(given, OURS):+.3f}" if given else "–",
        f"{np.nanmedian([r.detectable for r in given]):.2f}" if given else "–",
    ]  # fmt: skip


HEADS = {
    "ours": "roll-out|estimated|rejects at 5 %|holds|holds (jackknife)|holds (cluster-robust)|bias|"
    "bias in errors|detectable|demonstrated|likely or more|bias where likely",
    "naive": "roll-out|" + "|".join((*NAIVE, "ours")),
    "checks": "roll-out|" + "|".join(CHECKS),
    "worlds": "portfolios|estimated|cost demonstrated|cost likely or more|"
    + "|".join(OF_RATIO) + "|holds|bias|detectable",
}  # fmt: skip


def tables(simulations: int = SIMULATIONS, *, kinds: bool = True) -> Iterator[str]:
    """The tables in Markdown, one after the other; without `kinds` that of portfolios alone."""
    found: dict[str, list[list[str]]] = {name: [] for name in HEADS}
    for kind in KINDS if kinds else ():
        for name, row in rows(kind, measure(partial(run, kind), simulations)).items():
            found[name].append(row)
            print(name, *row, file=sys.stderr, flush=True)
    for world in WORLDS:
        row = row_of_world(world, measure(partial(run_world, world), simulations))
        found["worlds"].append(row)
        print("worlds", *row, file=sys.stderr, flush=True)
    for name, head in HEADS.items():
        yield f"\n### {name}\n"
        yield f"| {' | '.join(head.split('|'))} |"
        yield "|" + "---|" * len(head.split("|"))
        yield from (f"| {' | '.join(row)} |" for row in found[name])


def main() -> None:
    simulations, *which = sys.argv[1:] or [str(SIMULATIONS)]
    for line in tables(int(simulations), kinds=which != ["worlds"]):
        print(line, flush=True)


if __name__ == "__main__":
    main()

"""What the value case says where the truth is known, beside the usual comparisons.

Part of `make bench`; alone: `PYTHONPATH=.:tests python tests/calibration_value_case.py [N]`.
docs/calibration_value_case.md has the tables. The same roll-outs in every run.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from math import nan, sqrt
from zlib import crc32

import numpy as np
import pandas as pd

from builders.simulation import COVARIATES, Drawn, RollOut, draw
from pmo_lib.causal.attribution import attribution
from pmo_lib.causal.effect import Effect
from pmo_lib.causal.imputation import impute
from pmo_lib.effect.checks import Check
from pmo_lib.effect.claim import claim
from pmo_lib.effect.outcomes import OUTCOMES
from pmo_lib.effect.robustness import Robustness

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


def run(kind: RollOut, number: int, every_check: bool = False) -> Run:
    """The `number`-th roll-out of a kind, estimated by every method."""
    drawn = draw(kind, np.random.default_rng([crc32(kind.name.encode()), number]))
    tested, priced = (
        attribution(drawn.cells(t), LEVEL, permutations=PERMUTATIONS, seed=number)
        for t in (True, False)
    )
    result = Run(detectable=tested.detectable)
    cells = drawn.cells(True)
    counted = impute(cells, ~cells.treated[None], cells.treated[None]).cells[0]
    if tested.refusal or priced.refusal:
        return result
    for name, found in (("tested", tested), ("priced", priced)):
        truth = drawn.truth(counted, cells, name == "tested")
        _note(
            result,
            f"{name}, randomisation",
            found.p <= ALPHA,
            found.low <= truth <= found.high,
            found.value - truth,
            found.jackknife_error,
        )
        for how, error, degrees in (
            ("cluster-robust", found.error, None),
            ("jackknife", found.jackknife_error, found.clusters - 1),
        ):  # fmt: skip
            low, high = _ends(found.value, error, LEVEL, degrees)
            wide_low, wide_high = _ends(found.value, error, 1 - ALPHA, degrees)
            rejects = wide_low > 0 or wide_high < 0
            off = found.value - truth
            _note(result, f"{name}, {how}", rejects, low <= truth <= high, off, error)
    truth = drawn.truth(counted, cells, False)
    for name, (value, error, degrees) in _naive(drawn).items():
        low, high = _ends(value, error, LEVEL, degrees)
        wide_low, wide_high = _ends(value, error, 1 - ALPHA, degrees)
        rejects = wide_low > 0 or wide_high < 0
        _note(result, name, rejects, low <= truth <= high, value - truth, error)
    word, failed = _verdict(drawn, tested, every_check)
    return Run(**{**vars(result), "word": word, "failed": failed})


def _note(result: Run, name: str, rejects: bool, holds: bool, off: float, error: float) -> None:
    result.rejects[name], result.holds[name] = bool(rejects), bool(holds)
    result.off[name], result.errors[name] = off, error


def _verdict(drawn: Drawn, tested: Effect, every: bool) -> tuple[str, tuple[str, ...]]:
    """The verdict on the one outcome, and which checks failed; those only where it matters."""
    cells = drawn.cells(True)
    checks: list[Check] = []
    if every or tested.excludes_zero:
        checks = Robustness(cells, tested, LEVEL).checks()
    said = claim(OUTCOMES["cost"], tested, checks, p_adjusted=tested.p, smallest=0.05)
    return said.word, tuple(each.id for each in checks if each.state == "failed")


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


def measure(kind: RollOut, simulations: int) -> list[Run]:
    """The runs of a kind, on all processors."""
    every = kind.adoption in {"dip", "improving"}
    one = partial(run, kind, every_check=every)
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
    """The mean error of the priced effect in the runs with a verdict of likely or more."""
    shown = [r.off["priced, randomisation"] for r in runs if r.word in {"demonstrated", "likely"}]
    return f"{np.mean(shown):+.3f}" if len(shown) >= 5 else "–"


def rows(kind: RollOut, runs: list[Run]) -> dict[str, list[str]]:
    """The rows of the tables that the runs make, by the table's name."""
    found: dict[str, list[str]] = {}
    ours, priced = "tested, randomisation", "priced, randomisation"
    given = np.mean([bool(r.off) for r in runs])
    size = np.nanmean([r.errors[priced] for r in runs if r.off])
    found["ours"] = [
        kind.name, f"{given:.0%}",
        f"{share(runs, 'rejects', ours):.1%}",
        *(f"{share(runs, 'holds', n):.1%}" for n in (ours, priced)),
        *(f"{share(runs, 'holds', f'priced, {n}'):.1%}" for n in ("jackknife", "cluster-robust")),
        f"{bias(runs, priced):+.3f}", f"{bias(runs, priced) / size:+.2f}",
        f"{np.nanmedian([r.detectable for r in runs]):.2f}",
        f"{words(runs, 'demonstrated'):.1%}", f"{words(runs, 'demonstrated', 'likely'):.1%}",
        exaggeration(runs),
    ]  # fmt: skip
    found["naive"] = [
        kind.name,
        *(f"{bias(runs, n):+.3f}, {share(runs, 'rejects', n):.1%}, {share(runs, 'holds', n):.1%}"
          for n in (*NAIVE, ours)),
    ]  # fmt: skip
    if kind.adoption in {"dip", "improving"}:
        names = ("jackknife", "pre-trend", "leave-one-out", "donut", "placebo in time",
                 "adopters' trend", "smoothness", "dominance")  # fmt: skip
        found["checks"] = [kind.name, *(f"{np.mean([n in r.failed for r in runs]):.1%}"
                                        for n in names)]  # fmt: skip
    return found


HEADS = {
    "ours": "roll-out|estimated|rejects at 5 %|holds (tested)|holds (priced)|holds (jackknife)|"
    "holds (cluster-robust)|bias|bias in errors|detectable|demonstrated|likely or more|"
    "bias where likely",
    "naive": "roll-out|" + "|".join((*NAIVE, "ours")),
    "checks": "roll-out|jackknife|pre-trend|leave-one-out|donut|placebo in time|adopters' trend|"
    "smoothness|dominance",
}


def tables(simulations: int = SIMULATIONS) -> Iterator[str]:
    """The tables in Markdown, one after the other."""
    found: dict[str, list[list[str]]] = {name: [] for name in HEADS}
    for kind in KINDS:
        for name, row in rows(kind, measure(kind, simulations)).items():
            found[name].append(row)
            print(name, *row, file=sys.stderr, flush=True)
    for name, head in HEADS.items():
        yield f"\n### {name}\n"
        yield f"| {' | '.join(head.split('|'))} |"
        yield "|" + "---|" * len(head.split("|"))
        yield from (f"| {' | '.join(row)} |" for row in found[name])


def main() -> None:
    for line in tables(int(sys.argv[1]) if len(sys.argv) > 1 else SIMULATIONS):
        print(line, flush=True)


if __name__ == "__main__":
    main()

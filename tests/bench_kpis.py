"""All delivery KPIs of large portfolios, against the bare pandas group-bys of the same figures.

`python tests/bench_kpis.py` prints the table. Each side runs in a process of its own on the same
Parquet files, from reading them to the figures by department; memory is the peak beyond that of a
process with the same imports. Both must find the same values.
"""

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

import bench_kpis_bare
from pmo_lib.contract.tables import TABLES
from pmo_lib.engine.observe import results
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE

PERIOD = "2026-09"
FIRST = np.datetime64("2016-01")
MONTHS = 129  # to the period
DEPARTMENTS = [f"Department {i:02}" for i in range(1, 25)]
KPIS = [name for name in CATALOGUE if name.startswith("D")]
Figures = dict[str, dict[str, float]]


def rows() -> Iterator[tuple[str, str, str, float]]:
    """Time and memory at a million and at ten million status reports."""
    for reports in (1_000_000, 10_000_000):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, __file__, "write", folder, str(reports)], check=True)
            (_, _, idle), (ours, seconds, peak), (bare, bare_seconds, bare_peak) = (
                json.loads(subprocess.check_output([sys.executable, __file__, side, folder]))
                for side in ("idle", "ours", "bare")
            )
        pd.testing.assert_frame_equal(
            pd.DataFrame(ours), pd.DataFrame(bare)[KPIS], check_like=True, rtol=1e-9
        )
        what = f"delivery KPIs by department, {reports:,} status reports"
        yield what, f"{seconds:.1f} s", f"{bare_seconds:.1f} s bare", seconds / bare_seconds
        own, other = (peak - idle) / 1e3, (bare_peak - idle) / 1e3
        yield f"{what}: memory beyond imports", f"{own:.0f} MB", f"{other:.0f} MB bare", own / other


def figures(folder: Path) -> Figures:
    """The headlines of all delivery KPIs by department, with everything the engine adds."""
    tables = {path.stem: pd.read_parquet(path) for path in folder.glob("*.parquet")}
    found = {kpi: dict.fromkeys(DEPARTMENTS, np.nan) for kpi in KPIS}
    for result in results(View(tables, PERIOD), DEPARTMENTS, KPIS):
        if result.statistic == CATALOGUE[result.kpi_id].statistic:
            found[result.kpi_id][result.department] = result.value
    return found


def write_portfolio(folder: Path, reports: int) -> None:
    """Parquet files of a portfolio with about so many status reports, as validation leaves them."""
    draw = np.random.default_rng(1)
    n = reports // 25
    start = draw.integers(0, MONTHS, n)
    planned = draw.integers(12, 73, n)
    actual = np.maximum(1, (planned * draw.lognormal(0.05, 0.2, n)).round().astype(int))
    lengths = np.minimum(actual, MONTHS - start)
    # every twelfth report of a project has a second, of another rater
    n = int(np.searchsorted(np.cumsum(lengths), reports * 12 // 13))
    start, planned, actual, lengths = (each[:n] for each in (start, planned, actual, lengths))
    cost = draw.lognormal(12, 0.8, n).round(2)
    spent = (cost * draw.lognormal(0.05, 0.25, n)).round(2)
    ids = pd.array([f"P{i:07}" for i in range(n)], dtype="str")
    done = start + actual <= MONTHS

    projects = pd.DataFrame({"project_id": ids, "started_on": _days(start, 10)})
    projects["department"] = draw.choice(DEPARTMENTS, n)
    projects["status"] = np.where(done, "completed", "active")
    projects["finished_on"] = _days(start + actual - 1, 20).where(done)
    projects["actual_cost"] = np.where(done, spent, np.nan)
    _write(folder, "projects", projects)

    plan = pd.DataFrame({"project_id": ids, "version": 0, "cost": cost})
    plan = plan.assign(approved_on=_days(start - 1, 0), start=_days(start, 10))
    plan["finish"] = _days(start + planned - 1, 20)
    again = plan.assign(version=1, cost=plan["cost"] * 1.1)[draw.random(n) < 0.3]
    again["approved_on"] += pd.Timedelta(days=200)
    _write(folder, "baselines", pd.concat([plan, again]))

    parts = np.arange(1, 6)
    due = (start[:, None] + planned[:, None] * parts / 5).astype(int).ravel() - 1
    met = (start[:, None] + actual[:, None] * parts / 5).astype(int).ravel() - 1
    milestones = pd.DataFrame({"project_id": ids.repeat(5), "milestone_id": np.tile(parts, n)})
    milestones["baseline_date"] = _days(due, 20)
    milestones["actual_date"] = _days(met, draw.integers(10, 25, 5 * n)).where(met < MONTHS)
    _write(folder, "milestones", milestones)

    of = np.repeat(np.arange(n), lengths)
    age = np.arange(len(of)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + 1
    names = pd.array(np.datetime_as_string(FIRST + np.arange(MONTHS)), dtype="str")
    progress = age / actual[of]
    slipped = ((actual - planned)[of] * np.floor(progress * 4) / 4).astype(int)
    own = pd.DataFrame({"project_id": ids.take(of), "period": names.take(start[of] + age - 1)})
    own["planned_value"] = (cost[of] * np.minimum(1, age / planned[of])).round(2)
    own["earned_value"] = (cost[of] * progress).round(2)
    own["actual_cost"] = (spent[of] * progress * draw.uniform(0.95, 1.05, len(of))).round(2)
    own["estimate_at_completion"] = (spent[of] * draw.uniform(0.8, 1.1, len(of))).round(2)
    own["forecast_finish"] = _days((start + planned - 1)[of] + slipped, 20)
    own["rag"], own["rag_scale"] = draw.choice(["green", "amber", "red"], len(of)), 5
    own["rated_by"] = "owner"
    own["due_on"] = own["submitted_on"] = _days(start[of] + age, 5)
    reviews = own.loc[age % 12 == 0, ["project_id", "period", "rag", "rag_scale"]]
    _write(folder, "status_reports", pd.concat([own, reviews.assign(rated_by="independent")]))


def _days(months: Any, day: Any) -> pd.Series:
    """So many days into the months, counted from the first."""
    dates = (FIRST + months).astype("datetime64[D]") + day
    return pd.Series(dates.astype("datetime64[us]"))


def _write(folder: Path, name: str, table: pd.DataFrame) -> None:
    columns = {c.name: c.pandas_type for c in TABLES[name]}
    table = table.reindex(columns=list(columns)).astype(columns)
    table = table.sort_values(list(TABLES[name].key), ignore_index=True)
    table.to_parquet(folder / f"{name}.parquet")


def main(side: str, folder: Path, *reports: str) -> None:
    if side == "write":
        write_portfolio(folder, int(reports[0]))
        return
    begun = perf_counter()
    sides: Any = {"idle": lambda _: {}, "ours": figures, "bare": bench_kpis_bare.figures}
    found = sides[side](folder)
    seconds = perf_counter() - begun
    print(json.dumps([found, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))


if __name__ == "__main__":
    if sys.argv[1:]:
        main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
    else:
        for what, measured, against, ratio in rows():
            print(f"| {what} | {measured} | {against} | {ratio:.2f} |")

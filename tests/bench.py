"""Speed and memory, as ratios measured in one run, and then calibration: `make bench`.

Seconds differ from machine to machine; the ratios hardly do. Nothing here is a test.
"""

import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

import bench_kpis
import calibration
import calibration_answers
import calibration_value_case
from builders.simulation import RollOut, draw
from pmo_lib.causal.attribution import attribution

ROOT = Path(__file__).resolve().parents[1]
PMO = Path(sys.executable).with_name("pmo")
DEPARTMENTS = ("Finance", "Human Resources", "Marketing", "Operations", "Sales", "Supply Chain")
STATUS_ROWS = 1_000_000
LANDED = "c31f9b5"  # the release in which every report still computed everything
Row = tuple[str, str, str, float]


def main() -> None:
    rows = [
        *lines(),
        *imports(),
        *measured_once(),
        *unchanged_run(),
        *reports_a_minute(),
        *ingest(),
    ]
    rows += [*bench_kpis.rows(), *value_case()]
    print("| what | measured | against | ratio |\n|---|---|---|---|")
    for what, measured, against, ratio in rows:
        print(f"| {what} | {measured} | {against} | {ratio:.2f} |")
    print()
    calibration.main()
    calibration_answers.main()
    for line in calibration_value_case.tables():
        print(line, flush=True)


def value_case() -> Iterator[Row]:
    """One estimate with 999 permutations of the dates, against 999 regressions on the projects."""
    drawn = draw(RollOut(20), np.random.default_rng(1))
    cells = drawn.cells(tested=True)
    first = drawn.first(cells)
    attribution(cells, first, 0.9, permutations=99)  # what is imported when first needed
    begun = perf_counter()
    attribution(cells, first, 0.9, permutations=999)
    own = perf_counter() - begun
    rows = drawn.projects
    dummies = pd.get_dummies(rows[["department", "quarter"]].astype("str"), dtype="float64")
    x, y = dummies.to_numpy(), rows["value"].to_numpy()
    chance = np.random.default_rng(2)
    begun = perf_counter()
    for _ in range(999):
        untreated = chance.random(len(x)) < 0.6
        np.linalg.lstsq(x[untreated], y[untreated], rcond=None)
    plain = perf_counter() - begun
    what = "an effect with 999 permutations of the dates, 20 departments, 1,000 projects"
    yield what, f"{own:.2f} s", f"{plain:.2f} s for 999 plain regressions", own / plain


def lines() -> Iterator[Row]:
    """Lines of each package, against those of the release before."""
    with landed() as before:
        for package in ("pmo_lib", "pipelines"):
            own, then = (_lines(root / package) for root in (ROOT, before))
            yield f"lines of {package}", f"{own:,}", f"{then:,} in {LANDED}", own / then


def imports() -> Iterator[Row]:
    floor = best_of(5, "import numpy, pandas")
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([PMO, "check", "--out", out, "-q"], check=False)  # 1 tells of rejected rows
        opened = f"import pmo_lib; pmo_lib.open({out!r})"
        for what, code in (
            ("import pmo_lib", "import pmo_lib"),
            ("and opening a workbook", opened),
        ):
            own = best_of(5, f"import numpy, pandas; {code}")
            yield what, f"{own:.2f} s", f"{floor:.2f} s numpy and pandas", own / floor


def measured_once() -> Iterator[Row]:
    """CPU seconds of the sample's pack, against the release before in the same run; and its parts.

    A further report costs what its kernel uses beyond importing what every page is drawn with.
    """
    with tempfile.TemporaryDirectory() as folder, landed() as before:
        out = Path(folder) / "out"
        own = cpu([PMO, "run", "--out", out, "-q"])
        entry = "import sys; from pipelines.cli import main; sys.argv[0] = 'pmo'; main()"
        command = [sys.executable, "-c", entry, "run", "--out", Path(folder) / "before", "-q"]
        then = cpu(command, before)
        yield "CPU of `pmo run`, all anew", f"{own:.0f} s", f"{then:.0f} s in {LANDED}", own / then
        everything = float(python(EVERYTHING, out))
        what = "CPU of measuring everything, in one process"
        yield what, f"{everything:.1f} s", f"{then:.0f} s in {LANDED}", everything / then
        drawing = "import pandas, seaborn, matplotlib.pyplot"
        floor = min(cpu([sys.executable, "-c", drawing]) for _ in range(3))
        kernel = float(python(ONE_REPORT, out)) - floor
        what = "CPU of one further report in a cold kernel, beyond the imports"
        yield what, f"{kernel:.1f} s", f"{floor:.1f} s of imports", kernel / floor


EVERYTHING = """
import sys, time
import pmo_lib
from dataclasses import replace
measured = replace(pmo_lib.open(sys.argv[1]).measured(), kept={})
begun = time.process_time()
measured.published, measured.benchmarks(), measured.value_case, measured.customers
measured.observed, measured.reference_class
print(time.process_time() - begun)
"""
ONE_REPORT = """
import resource, sys
import papermill
papermill.execute_notebook("notebooks/03_kpi_report.ipynb", None, progress_bar=False,
                           parameters={"department": "Finance", "data_dir": sys.argv[1]})
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime)
"""


@contextmanager
def landed() -> Iterator[Path]:
    """The release before, checked out beside."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "before"
        git = ["git", "-C", ROOT, "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", root, LANDED], check=True)
        try:
            yield root
        finally:
            subprocess.run([*git, "remove", "--force", root], check=True)


def _lines(package: Path) -> int:
    return sum(len(path.read_text("utf-8").splitlines()) for path in package.rglob("*.py"))


def cpu(command: list[object], root: Path = ROOT) -> float:
    """CPU seconds of a command and of the processes that it waited for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [str(part) for part in command], check=False, cwd=root, stdout=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(root)},
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def unchanged_run() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as out:
        first = timed([PMO, "run", "--out", out, "-q"])
        again = timed([PMO, "run", "--out", out, "-q"])
    yield "`pmo run`, nothing changed", f"{again:.1f} s", f"{first:.1f} s all anew", again / first


def reports_a_minute() -> Iterator[Row]:
    """A pack of one report a department, against a shell loop of the two command lines."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        subprocess.run([PMO, "check", "--out", out, "-q"], check=False)
        bin_ = Path(sys.executable).parent
        loop = 0.0
        for number, department in enumerate(DEPARTMENTS):
            made = out / f"{number}.ipynb"
            notebook = ROOT / "notebooks" / "03_kpi_report.ipynb"
            loop += timed(
                [bin_ / "papermill", notebook, made, "--no-progress-bar", "--log-level", "ERROR",
                 "-p", "department", department, "-p", "data_dir", out]
            )  # fmt: skip
            loop += timed([bin_ / "jupyter-nbconvert", "--to", "html", "--log-level", "50", made])
        pack = timed([PMO, "run", "--out", out, "-q"])
        (record,) = out.glob("reports/monthly/*/run.json")
        reports = len(json.loads(record.read_text(encoding="utf-8"))["reports"])
    a_minute, loop_a_minute = 60 * reports / pack, 60 * len(DEPARTMENTS) / loop
    yield (
        "reports a minute, `pmo run` with validation",
        f"{a_minute:.0f}",
        f"{loop_a_minute:.0f} in a shell loop",
        a_minute / loop_a_minute,
    )


def ingest() -> Iterator[Row]:
    """Reading and validating a large status_reports.csv: peak memory against the file's size."""
    with big_portfolio() as (raw, out):
        size = sum(path.stat().st_size for path in raw.iterdir()) / 1e6
        code = (
            "import resource, sys; from pathlib import Path;"
            "from pipelines.prepare import prepare; from pmo_lib.contract.settings import Settings;"
            "prepare(Path(sys.argv[1]), Path(sys.argv[2]), Settings());"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        peak = float(python(code, raw, out)) / 1e3
        base = "import great_expectations, resource;"
        idle = float(python(f"{base}print(resource.getrusage(0).ru_maxrss)")) / 1e3
        seconds = timed([sys.executable, "-c", code, raw, out])
    what = f"`pmo check`, {STATUS_ROWS:,} status reports ({seconds:.0f} s): memory beyond imports"
    yield what, f"{peak - idle:.0f} MB", f"{size:.0f} MB of files", (peak - idle) / size


@contextmanager
def big_portfolio() -> Iterator[tuple[Path, Path]]:
    """A folder with 20,000 projects and a million status reports, and one for the output."""
    draw = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        raw, out = Path(folder) / "raw", Path(folder) / "out"
        raw.mkdir()
        projects = STATUS_ROWS // 50
        with (raw / "projects.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(["project_id", "name", "department", "status", "started_on"])
            for i in range(projects):
                department = DEPARTMENTS[i % len(DEPARTMENTS)]
                writer.writerow([f"P{i}", f"Project {i}", department, "active", "2021-01-15"])
        with (raw / "status_reports.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(
                ["project_id", "period", "planned_value", "earned_value", "actual_cost",
                 "rag", "rated_by", "due_on", "submitted_on"]
            )  # fmt: skip
            for i in range(projects):
                for month in range(50):
                    period = f"{2021 + month // 12}-{month % 12 + 1:02d}"
                    value = 1000 * (month + 1)
                    writer.writerow(
                        [f"P{i}", period, value, f"{value * draw.uniform(0.8, 1.1):.2f}",
                         f"{value * draw.uniform(0.9, 1.3):.2f}", "amber", "owner",
                         f"{period}-20", f"{period}-{draw.randint(15, 25)}"]
                    )  # fmt: skip
        yield raw, out


def best_of(times: int, code: str) -> float:
    return min(timed([sys.executable, "-c", code]) for _ in range(times))


def timed(command: list[object]) -> float:
    begun = perf_counter()
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return perf_counter() - begun


def python(code: str, *arguments: object) -> str:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip()


if __name__ == "__main__":
    main()

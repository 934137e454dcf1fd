"""What all tests share: the command, a small portfolio, and runs that are made once a session."""

import os
import shutil
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from click.testing import Result
from filelock import FileLock
from typer.testing import CliRunner

import pipelines  # noqa: F401 before numpy, to which it gives one thread

# the same examples in every run: what fails can be run again
hypothesis.settings.register_profile(
    "reproducible", deadline=None, derandomize=True, database=None, max_examples=40
)
hypothesis.settings.load_profile("reproducible")

Files = Mapping[str, str | bytes]
Pmo = Callable[..., Result]
Once = Callable[[str, Callable[[Path], None]], Path]
ROOT = Path(__file__).parents[1]

LEGAL = "<b>Legal & Co</b>"
SMALL: Files = {
    "projects.csv": f"""\
project_id,name,department,status,approved_on,started_on,finished_on,actual_cost
P1,Apollo,Finance,completed,2025-01-06,2025-01-13,2025-06-30,90000
P2,Borealis,Finance,completed,2025-01-20,2025-02-03,2025-09-12,125000
P3,Cascade,{LEGAL},completed,2025-02-03,2025-02-10,2025-07-31,40000
P4,Dynamo,{LEGAL},active,2025-05-05,2025-05-12,,22000
P5,Echo,Finance,active,2025-07-07,2025-07-14,,61000
""",
    "baselines.csv": """\
project_id,version,approved_on,start,finish,cost,benefit
P1,0,2025-01-06,2025-01-13,2025-06-30,100000,150000
P2,0,2025-01-20,2025-02-03,2025-08-29,100000,120000
P3,0,2025-02-03,2025-02-10,2025-07-31,40000,60000
P4,0,2025-05-05,2025-05-12,2026-01-30,50000,
P5,0,2025-07-07,2025-07-14,2026-03-31,200000,250000
""",
    "status_reports.csv": """\
project_id,period,planned_value,earned_value,actual_cost,rag,rag_scale,rated_by,due_on,submitted_on
P4,2025-08,20000,18000,17000,green,3,owner,2025-08-29,2025-08-29
P4,2025-09,26000,22000,22000,amber,3,owner,2025-09-26,2025-09-29
P5,2025-08,30000,31000,30000,green,3,owner,2025-08-29,2025-08-28
P5,2025-09,60000,60000,61000,green,3,owner,2025-09-26,2025-09-26
""",
    "settings.yml": "organisation: Small & Sons\ndisclosure: {too_few: 2, indicative: 3}\n",
}
SMALL_JOB = """\
title: Small pack
reports:
  - notebook: 03_kpi_report
    title: KPI report of the organisation
  - notebook: 03_kpi_report
    title: KPI report
    each: department
"""


def write_files(folder: Path, files: Files) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="session")
def great_expectations() -> None:
    """Great Expectations, imported where the deprecations in its dependencies do not count."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx
        import great_expectations.expectations

        gx.get_context(mode="ephemeral")


@pytest.fixture
def write() -> Callable[[Path, Files], Path]:
    """Write files by name into a folder, which is made where it is not there."""
    return write_files


@pytest.fixture(scope="session")
def pmo() -> Pmo:
    """The command, in this process: `pmo("check", "--raw", folder)`."""

    def invoke(*arguments: object) -> Result:
        from pipelines.cli import app

        return CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)

    return invoke


@pytest.fixture(scope="session")
def small() -> Files:
    """The files of five projects in two departments."""
    return SMALL


@pytest.fixture
def small_raw(tmp_path: Path) -> Path:
    return write_files(tmp_path / "raw", SMALL)


@pytest.fixture
def small_job(tmp_path: Path) -> Path:
    """A job with the organisation's report and one a department."""
    write_files(tmp_path, {"small.yml": SMALL_JOB})
    return tmp_path / "small.yml"


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """A folder that is filled once, by whichever test process comes first; others only read it."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent

    def made_once(name: str, make: Callable[[Path], None]) -> Path:
        folder, done = base / f"once-{name}", base / f"once-{name}.done"
        with FileLock(base / f"once-{name}.lock"):
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(folder)
                done.touch()
        return folder

    return made_once


@pytest.fixture(scope="session")
def published(once: Once, pmo: Pmo, great_expectations: None) -> Path:
    """The small portfolio published by the real command: raw, small.yml, out, first, said.txt.

    `out` was made and kept as `first`; then one department's report was made there once more, by
    force and in a cold kernel.
    """

    def make(folder: Path) -> None:
        raw = write_files(folder / "raw", SMALL)
        job = write_files(folder, {"small.yml": SMALL_JOB}) / "small.yml"
        arguments: list[Any] = ["run", job, "--raw", raw, "--out", folder / "out", "--workers", 1]
        first = pmo(*arguments)
        assert first.exit_code == 0, first.output
        shutil.copytree(folder / "out", folder / "first")
        again = pmo(*arguments, "--set", "department=Finance", "--force", "--no-warm")
        assert again.exit_code == 0, again.output
        write_files(folder, {"said.txt": first.stderr, "printed.txt": first.stdout})

    return once("published", make)

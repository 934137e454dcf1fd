"""Rows that meet every declared rule, and runs that make their pages without kernels."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import nullcontext
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pandas as pd
import pytest
from bs4 import BeautifulSoup

import pipelines.judge
import pipelines.reading.exports
import pipelines.run
from builders.catalogue import FEW, only_kpis
from pipelines.publishing.render import Record, Task, record
from pipelines.run import Request, RunResult, run
from pipelines.validate import Checked
from pmo_lib.contract.schema import Column, EmptyWhen, Table
from pmo_lib.workbook.measured import MEASURED

Rows = Callable[..., pd.DataFrame]
REFERRED_ROWS = 3


def emptying(table: Table, column: Column) -> set[str]:
    """The words of `column` where another one must be empty."""
    rules = [r for r in table.rules if isinstance(r, EmptyWhen) and r.when == column.name]
    return {word for rule in rules for word in rule.values}


def valid_cell(table: Table, column: Column, row: int) -> str:
    """A value that meets the column's rules; different in each row where it is part of the key."""
    if column.references:
        return f"{column.references.partition('.')[2]}-{row % REFERRED_ROWS}"
    if column.allowed:
        words = [word for word in column.allowed if word not in emptying(table, column)]
        return words[row % len(words)]
    is_key = column.name in table.key
    match column.kind:
        case "id" | "text":
            return f"{column.name}-{row}"
        case "date":
            day = pd.Timestamp("2026-03-01") + pd.Timedelta(days=-row if is_key else 0)
            return f"{day:%Y-%m-%d}"
        case "period":
            return str(pd.Period("2020-01", freq="M") + row)
        case "integer":
            return str(int(column.low or 0) + (row if is_key else 0))
        case _:
            return "0.5"


@pytest.fixture(scope="session")
def valid_rows() -> Rows:
    """`valid_rows(table, n)`: n rows of text in which every cell is filled and every rule met."""

    def rows(table: Table, count: int = REFERRED_ROWS) -> pd.DataFrame:
        return pd.DataFrame(
            [{c.name: valid_cell(table, c, row) for c in table} for row in range(count)],
            dtype="str",
        )

    return rows


class Inline(Executor):
    """Does the work at once, in this process; stands where a ProcessPoolExecutor would."""

    def __init__(self, workers: int = 1, **_: object) -> None:
        self.workers = workers

    def submit(self, work: Callable[..., Any], /, *args: Any, **more: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            future.set_result(work(*args, **more))
        except Exception as error:  # noqa: BLE001 as an executor does
            future.set_exception(error)
        return future


@dataclass
class Instant:
    """Makes pages without kernels: which reports were made, and which ones shall fail."""

    made: list[str] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)

    def render(self, task: Task) -> Record:
        name = task.report.name
        self.made.append(name)
        if name in self.failing:
            return record(task.report, state="failed", reason="No <milestones>", step="Scorecard")
        title = escape(task.report.title)
        task.page.write_text(
            f"<!DOCTYPE html><html lang='en'><title>{title}</title><h1>{title}</h1></html>"
        )
        return record(task.report)


class NoRules:
    """Stands where Great Expectations would, in tests of what comes after it."""

    def check(self, *_: object) -> list[Checked]:
        return []

    def close(self) -> None:
        """It keeps no rows."""


@pytest.fixture(autouse=True, scope="module")
def nothing_shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """As `shipped`, for what a module prepares once for all its tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipelines.reading.exports, "SHIPPED", tmp_path_factory.mktemp("shipped"))
        yield


@pytest.fixture(autouse=True)
def shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of the benchmarks that come with the workbook: in these tests there are none."""
    folder = tmp_path / "shipped"
    monkeypatch.setattr(pipelines.reading.exports, "SHIPPED", folder)
    return folder


@pytest.fixture
def no_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every readable row is taken."""
    monkeypatch.setattr(pipelines.judge, "Validator", NoRules)


@pytest.fixture
def instant(monkeypatch: pytest.MonkeyPatch, no_rules: None) -> Iterator[Instant]:
    """Runs take every readable row, measure few KPIs, and make pages by `Instant.render`."""
    made = Instant()
    monkeypatch.setattr(pipelines.run, "ProcessPoolExecutor", Inline)
    monkeypatch.setattr(pipelines.run, "warm_process", lambda: nullcontext(""))
    monkeypatch.setattr("pipelines.publishing.render_all.render", made.render)
    with only_kpis(FEW):
        yield made


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


@pytest.fixture(scope="session")
def broken_links() -> Callable[[Path], list[str]]:
    """Relative links of the page at that path which lead to no file."""

    def of(path: Path) -> list[str]:
        links = _Links()
        links.feed(path.read_text(encoding="utf-8"))
        own = [link for link in links.found if not link.startswith(("#", "http://", "https://"))]
        return [link for link in own if not (path.parent / unquote(link)).is_file()]

    return of


class Runs:
    """Runs of one job on one folder of exports into one output folder."""

    def __init__(self, raw: Path, out: Path, job: Path) -> None:
        self.raw, self.out, self.job = raw, out, job

    def __call__(self, *, force: bool = False, pdf: bool = False, **parameters: Any) -> RunResult:
        return run(Request(str(self.job), self.raw, self.out, parameters, 1, force, pdf=pdf))

    @property
    def pack(self) -> Path:
        return self.out / "reports" / "small" / "2025-09"

    def change(self, old: str, new: str, table: str = "projects") -> None:
        path = self.raw / f"{table}.csv"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def page(self, name: str) -> BeautifulSoup:
        return BeautifulSoup((self.pack / f"{name}.html").read_text(), "html.parser")


@pytest.fixture(scope="session")
def measured_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the runs of other tests have measured: of the same data, it is not measured again."""
    return tmp_path_factory.mktemp("measured")


@pytest.fixture
def runs(
    small_raw: Path, small_job: Path, tmp_path: Path, instant: Any, measured_before: Path
) -> Iterator[Runs]:
    made = Runs(small_raw, tmp_path / "out", small_job)
    shutil.copytree(measured_before, made.out / MEASURED)
    yield made
    for folder in (made.out / MEASURED).glob("*-*"):
        if not (measured_before / folder.name).exists():
            shutil.copytree(folder, measured_before / folder.name)


@pytest.fixture
def fresh(runs: Runs) -> Iterator[Runs]:
    """Runs that measure all anew, and of which no other test hears."""
    shutil.rmtree(runs.out / MEASURED)
    yield runs
    shutil.rmtree(runs.out / MEASURED)


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first of all runs keeps what it made, for those that begin with it."""
    return tmp_path_factory.mktemp("first-run") / "out"


@pytest.fixture(scope="session")
def august_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of the first run of August."""
    return tmp_path_factory.mktemp("august-run") / "out"


@pytest.fixture
def august(runs: Runs, instant: Instant, august_run: Path) -> Runs:
    """After the run of August, in which both open projects are long overdue and rated green."""
    runs.change("2026-01-30,50000", "2025-06-30,50000", "baselines")
    runs.change("2026-03-31,200000", "2025-06-30,200000", "baselines")
    path = runs.raw / "status_reports.csv"
    whole = path.read_text()
    path.write_text("".join(r for r in whole.splitlines(keepends=True) if ",2025-09," not in r))
    run_once(runs, instant, august_run)
    path.write_text(whole)
    return runs


@pytest.fixture
def rerun(runs: Runs, instant: Instant, first_run: Path) -> Runs:
    """Runs of which the first has been made; only one test has to wait for it."""
    run_once(runs, instant, first_run)
    return runs


def run_once(runs: Runs, instant: Instant, kept: Path) -> None:
    """Run, or take what the first such run has made, which is kept in a folder."""
    if kept.exists():
        shutil.copytree(kept, runs.out, dirs_exist_ok=True)
        instant.made += kept.with_name("made").read_text().splitlines()
    else:
        runs()
        shutil.copytree(runs.out, kept)
        kept.with_name("made").write_text("\n".join(instant.made))


@pytest.fixture(scope="session")
def contents() -> Callable[[Path], dict[str, bytes]]:
    """The bytes of every file beneath a folder."""

    def of(folder: Path) -> dict[str, bytes]:
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return {str(path.relative_to(folder)): path.read_bytes() for path in files}

    return of

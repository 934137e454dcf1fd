"""One truth: page, CSV and library tell the same of a run with parameters of its own."""

import re
import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from builders.catalogue import FEW, only_kpis
from conftest import SMALL, Files, write_files
from pipelines.measure import measure, moments
from pipelines.progress import Progress
from pipelines.publishing.plan import PlannedReport
from pmo_lib.benchmark.comparison import chosen, table
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.parameters import PARAMETERS
from pmo_lib.wording import number
from pmo_lib.workbook import Workbook, open_workbook
from pmo_lib.workbook.measured import MEASURED

JOB = """\
title: One truth
reports:
  - {notebook: 02_benchmark, title: Benchmark}
  - {notebook: 03_kpi_report, title: KPI report}
  - {notebook: 04_value_case, title: Value case}
"""
PEER: Files = {
    "projects.csv": str(SMALL["projects.csv"]).replace("90000", "99000"),
    "baselines.csv": SMALL["baselines.csv"],
    "settings.yml": "disclosure: {too_few: 2, indicative: 3}\n",
}
ASKED = {
    "baseline": "early", "peers": "Alpha", "hourly_rate": "10; 20; 30", "smallest_effect": "0.1",
}  # fmt: skip
PERIOD = "2025-09"


@pytest.fixture(scope="session")
def truth(once: Callable[..., Path], pmo: Callable[..., Any], great_expectations: None) -> Path:
    """A pack made with a baseline, peers and assumptions of its own: raw, out, job.yml."""

    def make(folder: Path) -> None:
        raw, out = write_files(folder / "raw", SMALL), folder / "out"
        for name in ("Alpha", "Beta"):
            write_files(raw / "benchmarks" / name, PEER)
        job = write_files(folder, {"job.yml": JOB}) / "job.yml"
        assert pmo("check", "--raw", raw, "--out", out).exit_code == 0
        for name, until in (("early", "2025-07"), ("late", "2025-08")):
            assert pmo("freeze", name, "--until", until, "--out", out).exit_code == 0
        given = [f"--set={name}={value}" for name, value in ASKED.items()]
        done = pmo("run", job, "--raw", raw, "--out", out, "--workers", "1", *given)
        assert done.exit_code == 0, done.output

    return once("truth", make)


@pytest.fixture(scope="session")
def pack(truth: Path) -> Path:
    (found,) = truth.glob("out/reports/*/*")
    return found


@pytest.fixture(scope="session")
def book(truth: Path) -> Workbook:
    return open_workbook(truth / "out")


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, dtype="str")


def as_csv(frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    frame.to_csv(folder / "own.csv", index=False)
    return read(folder / "own.csv")


def test_kpis_csv_is_compared_with_the_baseline_that_was_asked_for(
    pack: Path, book: Workbook, tmp_path: Path
) -> None:
    published = read(pack / "kpis.csv")
    assert_frame_equal(published, as_csv(book.measured(PERIOD, "early").kpis(), tmp_path))
    with only_kpis(FEW):
        late = as_csv(book.measured(PERIOD, "late").kpis(), tmp_path)
    own = published[published["kpi_id"].isin(FEW)].reset_index(drop=True)
    assert own.shape == late.shape
    assert not own.equals(late)


def test_page_shows_the_figures_of_kpis_csv(pack: Path, book: Workbook) -> None:
    page = (pack / "03_kpi_report.html").read_text(encoding="utf-8")
    assert "early, version 1" in page
    wrong = []
    rows = pd.read_csv(pack / "kpis.csv")
    own = rows[(rows["department"] == ORGANISATION) & (rows["state"] == "measured")]
    for row in own[own["segment"].isna()].to_dict("records"):
        if row["kpi_id"] in {"D1", "D3", "D5"} and row["statistic"] in {"rate", "median"}:
            shown = number(row["value"], "share")
            if shown not in page:
                wrong.append((row["kpi_id"], shown))
    assert len(own)
    assert not wrong


def test_benchmarks_csv_holds_the_peers_that_were_asked_for(
    pack: Path, book: Workbook, tmp_path: Path
) -> None:
    published = read(pack / "benchmarks.csv")
    comparisons = book.measured(PERIOD, "early").comparisons
    assert_frame_equal(published, as_csv(table(chosen(comparisons, ["Alpha"])), tmp_path))
    peers = set(published.loc[published["kind"] == "peer projects", "source"])
    assert peers == {"Alpha"}
    assert "Beta" in {each.source for each in comparisons}
    page = (pack / "02_benchmark.html").read_text(encoding="utf-8")
    assert "Alpha" in page
    assert "Beta" not in page


def test_value_case_csv_is_of_the_assumptions_that_were_asked_for(
    pack: Path, book: Workbook, tmp_path: Path
) -> None:
    asked = PARAMETERS["04_value_case"].from_mapping(
        {name: value for name, value in ASKED.items() if name != "peers"}
    )
    case = book.measured(PERIOD, "early").value_case_of(asked.terms(book.settings))
    assert_frame_equal(read(pack / "value_case.csv"), as_csv(case.table(), tmp_path))
    page = (pack / "04_value_case.html").read_text(encoding="utf-8")
    assert re.search(r"10.{1,30}20.{1,30}30", page)


def test_every_page_opened_what_the_run_measured(pack: Path, truth: Path) -> None:
    (folder,) = (truth / "out" / MEASURED).iterdir()
    unlike = [
        path.name for path in pack.glob("0*.html")
        if folder.name not in path.read_text(encoding="utf-8")
    ]  # fmt: skip
    assert not unlike


class Counting(ThreadPoolExecutor):
    """An executor that counts what it is given."""

    submitted = 0

    def submit(self, *given: Any, **more: Any) -> Future[Any]:
        Counting.submitted += 1
        return super().submit(*given, **more)


def planned(notebook: str, **parameters: str) -> PlannedReport:
    return PlannedReport("r", "R", "G", notebook, {"period": PERIOD} | parameters)


@pytest.fixture
def own(truth: Path, tmp_path: Path) -> Workbook:
    """A workbook of its own on the same tables, with what was measured of them."""
    shutil.copytree(truth / "out", tmp_path / "out", ignore=shutil.ignore_patterns("reports"))
    return open_workbook(tmp_path / "out")


def tasks(book: Workbook, *reports: PlannedReport) -> int:
    Counting.submitted = 0
    with Counting(1) as executor:
        measure(book, reports, executor, Progress())
    return Counting.submitted


def test_what_is_measured_is_not_measured_again(own: Workbook) -> None:
    report = planned("03_kpi_report", baseline="early")
    assert tasks(own, report) == 0
    (folder,) = (own.folder or Path()).glob(f"{MEASURED}/*")
    (folder / "results.json").write_text("[]", encoding="utf-8")
    before = own.measured(PERIOD, "early")
    assert not before.kept
    with only_kpis(FEW):
        assert tasks(own, report) > 0
    assert own.measured(PERIOD, "early").kept


def test_a_part_that_is_missing_is_added_to_the_others(own: Workbook) -> None:
    assert tasks(own, planned("04_value_case", baseline="early", hourly_rate="1; 2; 3")) == 1
    kept = own.measured(PERIOD, "early").kept
    assert len([part for part in kept if part.startswith("value_case")]) == 3


def test_what_was_measured_of_other_data_is_swept_away(own: Workbook) -> None:
    root = (own.folder or Path()) / MEASURED
    (root / "2025-01-0123456789ab").mkdir()
    (root / "notes.txt").write_text("a file of somebody's own", encoding="utf-8")
    tasks(own, planned("03_kpi_report", baseline="early"))
    (left,) = (path for path in root.iterdir() if path.is_dir())
    assert (root / "notes.txt").is_file()
    assert own.measured(PERIOD, "early").origin.endswith(left.name)


def test_each_month_and_baseline_is_a_moment_of_its_own(book: Workbook) -> None:
    reports = [
        planned("03_kpi_report", baseline="early"),
        planned("03_kpi_report", baseline="early", department="Finance"),
        planned("01_baseline", baseline="early", until="2025-07"),
        planned("04_value_case", baseline="early"),
    ]
    found = moments(reports, book)
    assert [(m.period, m.baseline, m.is_whole) for m in found] == [
        (PERIOD, "early", True), ("2025-07", None, False),
    ]  # fmt: skip
    assert len(found[0].terms) == 1

"""Published packs of real and synthetic portfolios, each made once a session for all back-tests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
RAW = ROOT / "data" / "raw"
SHARED = ROOT.parent / "shared" / "data"
DEPARTMENT = "Information Technology"
SAMPLE_JOB = f"""\
title: Back-test
reports:
  - notebook: 01_baseline
    title: The baseline
    parameters: {{freeze: original}}
  - notebook: 02_benchmark
    title: Where we stand
  - notebook: 03_kpi_report
    title: The organisation
  - notebook: 03_kpi_report
    title: One department
    parameters: {{department: {DEPARTMENT}}}
"""
GMPP_JOB = """\
reports:
  - {notebook: 02_benchmark, title: Where we stand}
  - {notebook: 03_kpi_report, title: The portfolio}
"""


@pytest.fixture(scope="session")
def sample(once: Callable[..., Path], pmo: Callable[..., Any], great_expectations: None) -> Path:
    """The shipped sample, a baseline frozen and three kinds of report published: `out`."""

    def make(folder: Path) -> None:
        (folder / "sample.yml").write_text(SAMPLE_JOB)
        done = pmo(
            "run", folder / "sample.yml", "--raw", RAW, "--out", folder / "out", "--workers", 1
        )
        assert done.exit_code == 0, done.output

    return once("sample", make) / "out"


@pytest.fixture(scope="session")
def gmpp(once: Callable[..., Path], pmo: Callable[..., Any], great_expectations: None) -> Path:
    """The UK's major projects, beside New York's as a peer, published: `raw` and `out`."""
    if not (SHARED / "gmpp").is_dir():
        pytest.skip("the published releases are not there")

    def make(folder: Path) -> None:
        raw = folder / "raw"
        files = sorted((SHARED / "gmpp").glob("uk_*.csv"))
        imported = pmo("import", "gmpp", *files, "--to", raw)
        assert imported.exit_code == 1, imported.output  # some cells are words, and are listed
        (raw / "benchmarks").mkdir()
        city = sorted((SHARED / "nyc_capital").glob("NYC_*.csv"))
        pmo("import", "nyc", *city, "--to", raw / "benchmarks" / "New York City")
        (folder / "gmpp.yml").write_text(GMPP_JOB)
        run = pmo("run", folder / "gmpp.yml", "--raw", raw, "--out", folder / "out", "--workers", 1)
        assert run.exit_code == 0, run.output

    return once("gmpp", make)

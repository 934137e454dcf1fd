"""What an import brings with it: a kernel starts without the pipeline's libraries."""

import subprocess
import sys
from functools import cache

import pytest

PIPELINE = {
    "great_expectations",
    "papermill",
    "nbconvert",
    "nbclient",
    "pipelines",
    "typer",
    "rich",
}
TABLES_ONLY = ["pmo_lib.workbook", "pmo_lib.engine.observe", "pmo_lib.parameters"]
KERNEL = [*TABLES_ONLY, "pmo_lib.reports.kpi.kpi_report",
          "pmo_lib.reports.baseline_report", "pmo_lib.reports.customer_report"]  # fmt: skip
DRAWING = {"matplotlib", "seaborn", "scipy"}


@cache
def loaded_by(module: str) -> set[str]:
    """Top-level modules in a fresh process after the import."""
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("module", KERNEL)
def test_reports_load_nothing_of_the_pipeline(module: str) -> None:
    loaded = loaded_by(module)
    assert "pmo_lib" in loaded
    assert not loaded & PIPELINE


@pytest.mark.parametrize(
    "module", ["pmo_lib.workbook", "pmo_lib.engine.observe", "pmo_lib.parameters"]
)
def test_tables_and_figures_load_nothing_to_draw_with(module: str) -> None:
    assert not loaded_by(module) & DRAWING


def test_the_package_alone_loads_no_data_library() -> None:
    assert not loaded_by("pmo_lib") & (PIPELINE | DRAWING | {"pandas", "numpy", "IPython"})

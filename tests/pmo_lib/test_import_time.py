"""What an import brings with it: a kernel starts without the pipeline's libraries."""

import subprocess
import sys

PIPELINE = {
    "great_expectations",
    "papermill",
    "nbconvert",
    "nbclient",
    "pipelines",
    "typer",
    "rich",
}
FIGURES = ("pmo_lib.workbook", "pmo_lib.engine.observe", "pmo_lib.parameters")
REPORTS = tuple(
    f"pmo_lib.reports.{name}" for name in ("kpi.kpi_report", "baseline_report", "customer_report")
)
DRAWING = {"matplotlib", "seaborn", "scipy"}


def loaded_by(*modules: str) -> set[str]:
    """Top-level modules in a fresh process after the imports."""
    code = f"import sys, {', '.join(modules)}"
    code += "; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_reports_load_nothing_of_the_pipeline() -> None:
    loaded = loaded_by(*FIGURES, *REPORTS)
    assert "pmo_lib" in loaded
    assert loaded & PIPELINE == set()


def test_tables_and_figures_load_nothing_to_draw_with() -> None:
    assert loaded_by(*FIGURES) & DRAWING == set()


def test_the_package_alone_loads_no_data_library() -> None:
    assert loaded_by("pmo_lib") & (PIPELINE | DRAWING | {"pandas", "numpy", "IPython"}) == set()

"""One report: papermill runs its notebook, nbconvert makes the page, a record says how it went.

The record is the only judge. A notebook whose kernel died looks as finished as any other.
"""

import logging
import os
import traceback
from dataclasses import dataclass, field, replace
from multiprocessing import parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import Any, Literal

from pipelines.publishing.html import to_html
from pipelines.publishing.plan import NOTEBOOKS, PlannedReport


@dataclass(frozen=True)
class Task:
    """A planned report with where it goes; plain values, so any executor can carry it."""

    report: PlannedReport
    data_dir: str
    page: Path
    executed: Path
    timeout_seconds: int
    notebooks: Path = NOTEBOOKS
    warm: str = ""  # where kernels can be asked for; empty to start them cold
    about: str = ""  # whose report it is and on which month, for its title and running head


@dataclass(frozen=True)
class Record:
    """How making one report went: published, or failed with the reason and the part it was in."""

    name: str
    title: str
    group: str
    file: str
    notebook: str
    parameters: dict[str, Any] = field(default_factory=dict)
    state: Literal["published", "failed"] = "published"
    reason: str = ""
    step: str = ""
    seconds: float = 0.0
    detail: str = ""
    kernel: str = "cold"  # warm, or cold and why

    @property
    def is_published(self) -> bool:
        return self.state == "published"


def render(task: Task) -> Record:
    """Make the page of one report; whatever goes wrong with it is in the record.

    Only an OSError is raised: a full disk fails every report, and the run with them.
    """
    made = _rendered(task)
    if not task.warm:
        return made
    from pipelines.publishing.kernels import how

    return replace(made, kernel=how(task.warm))


def _rendered(task: Task) -> Record:
    begun = perf_counter()
    try:
        notebook = _execute(task)
        unfinished = _unfinished(notebook)
        if unfinished:
            return _failed(task, begun, "The notebook stopped before its end.", unfinished)
        task.page.write_text(to_html(notebook, task.report.title, task.about), encoding="utf-8")
    except OSError as error:
        if error.errno is not None:  # a cell's time-out is an OSError too, without a number
            raise
        return _failed(task, begun, *_explained(error, task), detail=traceback.format_exc())
    except Exception as error:  # noqa: BLE001 a failed report must not stop the others
        return _failed(task, begun, *_explained(error, task), detail=traceback.format_exc())
    return record(task.report, seconds=perf_counter() - begun, detail=_warnings(notebook))


def die_with_parent() -> None:
    """Let a worker process, and the kernel it runs, end when the run that began it is killed."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def record(report: PlannedReport, **more: Any) -> Record:
    """The record of a planned report."""
    return Record(
        report.name, report.title, report.group, report.file, report.notebook,
        report.parameters, **more,
    )  # fmt: skip


def _execute(task: Task) -> Any:
    import papermill
    from traitlets.config import Config

    config = Config({"KernelManager": {"transport_encryption": "required"}})
    if task.warm:
        from pipelines.publishing.kernels import fork_from

        config.merge(fork_from(task.warm))
    # papermill logs each run at INFO, and our parameters need no second check by its parser
    logging.getLogger("papermill").setLevel(logging.ERROR)
    return papermill.execute_notebook(
        str(task.notebooks / f"{task.report.notebook}.ipynb"),
        str(task.executed),
        parameters={**task.report.parameters, "data_dir": task.data_dir},
        kernel_name="python3",
        progress_bar=False,
        request_save_on_cell_execute=False,
        autosave_cell_every=0,
        execution_timeout=task.timeout_seconds,
        # a kernel's own messages would stand between the lines of the run's log
        extra_arguments=["--log-level=50"],
        config=config,
    )


def _warnings(notebook: Any) -> str:
    """What libraries said on standard error, which no page shows."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output.text for output in outputs if output.get("name") == "stderr")


def _unfinished(notebook: Any) -> str:
    """The part with the first cell that did not run to its end, such as after sys.exit."""
    for position, cell in enumerate(notebook.cells):
        status = cell.metadata.get("papermill", {}).get("status")
        if cell.cell_type == "code" and status != "completed":
            return _part(notebook.cells[: position + 1])
    return ""


def _part(cells: list[Any]) -> str:
    """The last heading above and in `cells`, or their beginning."""
    for cell in reversed(cells):
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            return str(cell.source.splitlines()[0].lstrip("# "))
    return "the beginning of the notebook"


def _explained(error: Exception, task: Task) -> tuple[str, str]:
    """A failure in words for a reader, and the part of the notebook it was in."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    if isinstance(error, PapermillExecutionError):
        import nbformat

        cells = nbformat.read(task.executed, as_version=4).cells if task.executed.exists() else []
        failing = next((i for i, c in enumerate(cells) if _has_error(c)), len(cells) - 1)
        return f"{error.ename}: {error.evalue}", _part(cells[: failing + 1])
    if isinstance(error, DeadKernelError):
        return "The kernel died; most often the machine ran out of memory.", ""
    if isinstance(error, CellTimeoutError | TimeoutError):
        return (
            f"A step took longer than the {task.timeout_seconds} seconds of "
            "report_timeout_seconds in settings.yml.",
            "",
        )
    return f"{type(error).__name__}: {error}", ""


def _has_error(cell: Any) -> bool:
    return any(output.output_type == "error" for output in cell.get("outputs", []))


def _failed(task: Task, begun: float, reason: str, step: str, detail: str = "") -> Record:
    return record(
        task.report, state="failed", reason=reason, step=step,
        seconds=perf_counter() - begun, detail=detail,
    )  # fmt: skip

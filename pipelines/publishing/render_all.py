"""All reports of a pack, made on any executor."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, as_completed

from pipelines.ending import Ended
from pipelines.publishing.plan import PlannedReport
from pipelines.publishing.render import Record, Task, record, render


def render_all(
    tasks: Sequence[Task], executor: Executor, made: Callable[[Record], None]
) -> tuple[Record, ...]:
    """One record for each task, in their order, whatever fails.

    Only an OSError is raised: a full disk fails every report, and the run with them.
    """
    futures: dict[Future[Record], Task] = {}
    records: dict[str, Record] = {}
    try:
        for task in tasks:
            try:
                futures[executor.submit(render, task)] = task
            except RuntimeError as broken:
                records[task.report.name] = _lost(task.report, broken)
                made(records[task.report.name])
        for future in as_completed(futures):
            report = futures[future].report
            error = future.exception()
            if isinstance(error, OSError):
                raise error
            done = future.result() if error is None else _lost(report, error)
            records[report.name] = done
            made(done)
    except (Ended, KeyboardInterrupt, OSError):
        executor.shutdown(wait=False, cancel_futures=True)
        raise
    return tuple(records[task.report.name] for task in tasks)


def _lost(report: PlannedReport, error: BaseException) -> Record:
    reason = f"The process that made it died ({type(error).__name__}: {error})."
    return record(report, state="failed", reason=reason)

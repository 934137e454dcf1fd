"""pmo run: the whole pipeline, from a folder of exports to a published pack."""

import os
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from pipelines import last_pack, ours
from pipelines.configuration import configured
from pipelines.ending import leave_to_parent
from pipelines.files import locked, recorded, replaced_folder, sweep, temporary_folder
from pipelines.fingerprint import fingerprint, versions
from pipelines.freezing import frozen, refuse_a_second
from pipelines.measure import measure
from pipelines.places import check_places
from pipelines.prepare import examine
from pipelines.progress import Progress
from pipelines.publishing.log import log_name, write_log
from pipelines.publishing.made import UNREAD, Made, packs_in, read_made
from pipelines.publishing.pack import write_pack
from pipelines.publishing.pdf import PACK, Printer
from pipelines.publishing.plan import (
    Job,
    PlannedReport,
    load_job,
    plan,
    refuse_unknown,
    shortened_name,
    slug,
)
from pipelines.publishing.render import Record, Task, die_with_parent
from pipelines.publishing.render_all import render_all
from pipelines.publishing.warm import warm_process
from pmo_lib.assessment.collecting import in_words, steps
from pmo_lib.contract.verdict import Question
from pmo_lib.months import month
from pmo_lib.wording import counted
from pmo_lib.workbook import Workbook, open_workbook

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Request:
    """What to run: which job, on which exports, into which folder, with which parameters."""

    job: str = "monthly"
    raw: Path = ROOT / "data" / "raw"
    out: Path = ROOT / "data" / "processed"
    parameters: Mapping[str, Any] | None = None
    workers: int = 0
    force: bool = False
    warm: bool = True
    pdf: bool = False


@dataclass(frozen=True)
class RunResult:
    """The result of a run: the pack, its records, and whether anything was remade."""

    pack: Path
    records: tuple[Record, ...]
    withheld: Mapping[str, str]
    failed_kpis: Mapping[str, str]
    rows_rejected: int
    is_new: bool = True
    questions: tuple[Question, ...] = ()
    collect_next: tuple[str, ...] = ()
    month: str = ""  # that it is on, and why
    cells_unread: int = 0

    @property
    def exit_code(self) -> int:
        """0 all published, 1 something failed or was withheld."""
        whole = all(item.is_published for item in self.records)
        return 0 if whole and not self.withheld and not self.failed_kpis else 1


def run(request: Request, progress: Progress | None = None) -> RunResult:
    """Publish the job's pack.

    Raises PmoError where nothing can be done; what was published before is then untouched.
    """
    progress = progress or Progress()
    check_places(request.raw, request.out)
    settings, job = configured(request.raw), load_job(request.job)
    parameters = dict(request.parameters or {})
    refuse_unknown(job, parameters)
    with locked(request.out):
        packs = request.out / "reports" / _pack_name(job, parameters)
        ours.sweep_output(request.out)
        sweep(packs / "????-??", ours.pack)
        before = packs_in(packs, progress.warn)
        made_from = request.raw, request.out, settings, job, parameters
        mark = fingerprint(*made_from)
        same = None if request.force else _unchanged(request.out, before, mark, progress)
        if same is not None and (not request.pdf or (same.folder / PACK).exists()):
            return replace(_result(same), is_new=False)
        prepared = examine(request.raw, settings, progress.say)
        for name, peer in prepared.peers.items():
            if peer.rows_rejected:
                progress.warn(f"{counted(peer.rows_rejected, 'row')} of the peer {name} rejected")
        losses = last_pack.gone(before, prepared.workbook)
        fewer = last_pack.fewer(before, prepared.workbook)
        less = [*losses.values(), *fewer.values()]
        prepared = prepared.asking(less)
        workbook = replace(prepared.workbook, folder=request.out)
        reports = plan(job, workbook, parameters)
        period = str(reports[0].parameters["period"])
        if not request.force and "period" not in parameters:
            last_pack.refuse_to_replace(before, period, workbook.data_date.why, less)
        if not request.force:
            refuse_a_second(reports, workbook, before)
        progress.say(f"writing {request.out / 'tables'}")
        prepared.write(request.out)
        last_pack.keep(request.out, period, progress.warn)
        with frozen(reports, workbook, progress) as baselines:
            if baselines.hashes:
                mark = fingerprint(*made_from)
            facts = _facts(job, parameters, period, workbook)
            facts |= {"fingerprint": mark, "baselines": baselines.hashes}
            facts |= {"rows": last_pack.rows(before, workbook, losses.keys() | fewer.keys())}
            made = _make(request, job, packs / period, reports, facts, before, losses, progress)
            baselines.is_kept = any(item.is_published for item in made.reports)
        return _result(made)


def _make(
    request: Request,
    job: Job,
    target: Path,
    reports: list[PlannedReport],
    facts: dict[str, Any],
    before: Sequence[Made],
    losses: Collection[str],
    progress: Progress,
) -> Made:
    """Measure what the reports show, and publish them."""
    workbook = open_workbook(request.out)  # as the reports will open it
    workers = min(request.workers or _cores(), len(reports))
    with (
        warm_process() if request.warm and len(reports) > 1 else nullcontext("") as warm,
        ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=_begin_worker
        ) as executor,
    ):
        facts |= {"failed_kpis": measure(workbook, reports, executor, progress)}
        facts |= {"had": _had(workbook, reports[0]) | {n: before[-1].had[n] for n in losses}}
        _publish(request, job, target, reports, workbook, facts, before, progress, executor, warm)
    return read_made(target)


def _facts(
    job: Job, parameters: Mapping[str, Any], period: str, workbook: Workbook
) -> dict[str, Any]:
    """The record of the run, as far as it is known before anything is measured."""
    verdict = workbook.verdict
    return {
        "job": job.name,
        "period": period,
        "month": f"{month(period)}, {workbook.why(period)}",
        "parameters": parameters,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "data_hash": verdict.data_hash,
        "rows_rejected": verdict.rows_rejected,
        "cells_unread": verdict.cells_unread,
        "withheld": workbook.withheld,
        "questions": [asdict(question) for question in verdict.questions],
        "collect_next": in_words(steps(workbook.view(period))),
        "versions": versions(),
    }


def _had(workbook: Workbook, report: PlannedReport) -> dict[str, list[str]]:
    """What the tables hold, and the KPIs with a value that rest on it."""
    measured = workbook.measured(report.parameters["period"], report.parameters["baseline"])
    return last_pack.has(workbook, sorted({r.kpi_id for r in measured.results if r.is_measured}))


def _publish(
    request: Request,
    job: Job,
    target: Path,
    reports: list[PlannedReport],
    workbook: Workbook,
    facts: Mapping[str, Any],
    before: Sequence[Made],
    progress: Progress,
    executor: Executor,
    warm: str,
) -> None:
    """Make the reports beside the target, and put them in its place when the pack is whole."""
    progress.planned(reports)
    with (
        replaced_folder(target, ours.pack) as folder,
        temporary_folder(request.out / ours.EXECUTED) as executed,
    ):
        tasks = [
            Task(
                report,
                str(request.out.resolve()),
                (folder / report.file).resolve(),
                executed.resolve() / f"{report.name}.ipynb",
                workbook.settings.report_timeout_seconds,
                about=f"{workbook.settings.organisation}, {month(target.name)}",
                warm=warm,
            )
            for report in reports
        ]
        records = render_all(tasks, executor, progress.made)
        for reason in sorted({item.kernel for item in records if ":" in item.kernel}):
            progress.say(f"kernels started {reason}")
        # the pack that will be replaced, then those of earlier periods, the newest first
        earlier = sorted((p for p in before if p.period <= target.name), key=_month, reverse=True)
        title = f"{job.title}: {workbook.settings.organisation}"
        facts = {**facts, "log": log_name(target)}
        printer = Printer(min(request.workers or _cores(), len(reports)), progress.warn)
        write_pack(
            folder, title, target.name, records, workbook, facts, earlier,
            printer if request.pdf else None,
        )  # fmt: skip
    write_log(request.out, target, records)


def _begin_worker() -> None:
    die_with_parent()
    leave_to_parent()


def _cores() -> int:
    """The cores this process may use, where the system tells, else all there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _pack_name(job: Job, parameters: Mapping[str, Any]) -> str:
    """A run with parameters of its own never takes the place of the job's full pack."""
    own = {name: value for name, value in parameters.items() if name != "period"}
    parts = [job.name, *(f"{slug(name)}-{slug(str(own[name]))}" for name in sorted(own))]
    return shortened_name("-".join(parts))


def _month(pack: Made) -> str:
    return pack.period


def _unchanged(out: Path, packs: Sequence[Made], mark: str, progress: Progress) -> Made | None:
    """The published pack that was made from just the same, if all of it is there and good.

    The tables beside it must be those it was made from: notebooks run by hand read them.
    """
    verdict = out / "verdict.json"
    found = recorded(verdict)
    data_hash = found.get("data_hash")
    if not {"data_hash", "settings", "tables"} <= set(found) and verdict.exists():
        progress.warn(f"{verdict} {UNREAD}")
    same = (p for p in packs if (p.fingerprint, p.data_hash) == (mark, data_hash))
    return max((pack for pack in same if pack.is_whole), key=_month, default=None)


def _result(made: Made) -> RunResult:
    return RunResult(
        made.folder, made.reports, made.withheld, made.failed_kpis, made.rows_rejected,
        month=made.month, questions=made.questions, collect_next=made.collect_next,
        cells_unread=made.cells_unread,
    )  # fmt: skip

"""The baselines that a job asks for: frozen before its reports are made, kept where any is made."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.progress import Progress
from pipelines.publishing.made import Made
from pipelines.publishing.plan import PlannedReport
from pmo_lib.engine.baseline import Baseline
from pmo_lib.errors import DataError, KeptError
from pmo_lib.months import month
from pmo_lib.wording import listed
from pmo_lib.workbook import BASELINES, Workbook

HOW_TO_KEEP = "pipelines/schedules/README.md says how to keep it"


@dataclass
class Frozen:
    """The hashes of the baselines that are there now, by name; and whether they shall stay."""

    hashes: dict[str, str] = field(default_factory=dict)
    is_kept: bool = False


def refuse_a_second(
    reports: Sequence[PlannedReport], workbook: Workbook, before: Sequence[Made]
) -> None:
    """Raise KeptError where a pack was compared with a baseline that is not there any more."""
    for name in _wanted(reports):
        packs = [pack for pack in before if name in pack.baselines]
        if packs and not workbook.frozen_until(name):
            raise KeptError(
                f"the baseline {name}, which the pack of {month(packs[-1].period)} was compared "
                "with, is gone, and no report was made: a second one would be frozen",
                where=f"{workbook.folder}/{BASELINES}",
                remedy=f"Put it back ({HOW_TO_KEEP}), or freeze another by --force",
            )


@contextmanager
def frozen(
    reports: Sequence[PlannedReport], workbook: Workbook, progress: Progress
) -> Iterator[Frozen]:
    """Freeze the baselines that reports ask for, and add to them what they could not hold yet.

    What is new is taken back where no report comes of it.
    """
    assert workbook.folder is not None
    root, found = workbook.folder / BASELINES, Frozen()
    before = set(_lying(root))
    try:
        for name, parameters in _wanted(reports).items():
            try:
                baseline = _frozen(workbook, name, parameters["until"], progress)
                found.hashes[name] = baseline.hash()
            except DataError as error:
                progress.warn(str(error))
        yield found
    finally:
        if not found.is_kept:
            for folder in set(_lying(root)) - before:
                shutil.rmtree(folder, ignore_errors=True)
                with suppress(OSError):  # others lie there
                    folder.parent.rmdir()


def _wanted(reports: Sequence[PlannedReport]) -> dict[str, dict[str, Any]]:
    return {r.parameters["freeze"]: r.parameters for r in reports if r.parameters.get("freeze")}


def _lying(root: Path) -> Iterator[Path]:
    """The folders of all versions and supplements."""
    return (path.parent for path in root.rglob("baseline.json"))


def _frozen(workbook: Workbook, name: str, until: str, progress: Progress) -> Baseline:
    """The baseline of that name, new or grown, and what is to be told of it."""
    today, is_new = f"{date.today()}", not workbook.frozen_until(name)
    baseline = workbook.freeze(name, until, today)
    if is_new and os.environ.get("CI"):
        progress.warn(
            f"the baseline {name} is frozen for the first time here, and this machine may keep "
            f"nothing: without {BASELINES}/ the next run freezes another ({HOW_TO_KEEP})"
        )
    held = set(baseline.observations)
    grown = baseline if is_new else workbook.grow(baseline, today)
    if added := sorted(set(grown.observations) - held):
        progress.say(f"added to the baseline {name}, as they can be observed now: {listed(added)}")
    progress.say(f"baseline {grown.label}, up to {grown.until}")
    return grown

"""What the record of a pack, run.json, says of the run that made it, read back."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipelines.declared import declared
from pipelines.files import read_json
from pipelines.ours import RUN
from pipelines.publishing.render import Record
from pmo_lib.contract.verdict import Question
from pmo_lib.errors import PmoError, SettingsError
from pmo_lib.months import MONTH

UNREAD = "is cut off, changed by hand or of another version; it is read as if it were not there"


@dataclass(frozen=True)
class LastGood:
    """An earlier page of a report that now failed."""

    file: str
    period: str
    data_hash: str


@dataclass(frozen=True)
class Made:
    """A pack that is there.

    ``had`` is each table and column that held something, with its KPIs; ``baselines`` are those
    that it froze or found, by name, with their hashes.
    """

    period: str
    started: str
    fingerprint: str
    data_hash: str
    reports: tuple[Record, ...]
    month: str = ""
    rows_rejected: int = 0
    withheld: dict[str, str] = field(default_factory=dict)
    failed_kpis: dict[str, str] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    collect_next: tuple[str, ...] = ()
    had: dict[str, tuple[str, ...]] = field(default_factory=dict)
    baselines: dict[str, str] = field(default_factory=dict)
    last_good: dict[str, LastGood] = field(default_factory=dict)
    folder: Path = Path()
    cells_unread: int = 0

    def __post_init__(self) -> None:
        if not MONTH.fullmatch(self.period):
            raise SettingsError(f"{self.period!r} is no month")

    @property
    def is_whole(self) -> bool:
        """Whether every report is there, and every KPI measured."""
        files = ["index.html", "kpis.csv", *(item.file for item in self.reports)]
        good = all(item.is_published for item in self.reports) and not self.failed_kpis
        return good and all((self.folder / name).exists() for name in files)


def read_made(folder: Path) -> Made:
    """What the record of a pack says; PmoError where it is none of ours."""
    path = folder / RUN
    try:
        values: Any = read_json(path)
    except (OSError, ValueError, RecursionError):
        raise SettingsError(UNREAD, where=str(path)) from None
    return replace(declared(Made, values, str(path)), folder=folder)


def packs_in(packs: Path, warn: Callable[[str], None] = lambda _: None) -> list[Made]:
    """The packs of a job, the one that was made last at the end; `warn` is told of those unread."""
    found: list[Made] = []
    for path in sorted(packs.glob(f"[0-9]*/{RUN}")):
        try:
            found.append(read_made(path.parent))
        except PmoError:
            warn(f"{path} {UNREAD}")
    return sorted(found, key=lambda made: made.started)

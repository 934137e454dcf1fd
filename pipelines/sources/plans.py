"""A project's schedule as a planning tool holds it, and our tables of several."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd

from pipelines.sources import Imported
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import DataError, PmoError, raise_all
from pmo_lib.wording import counted

UNKNOWN = "Not stated"
_DAMAGED = "Export it again; the file is damaged, or not what its name says"
_OLE = b"\xd0\xcf\x11\xe0"  # how .mpp files begin


@dataclass(frozen=True)
class Task:
    """One task or activity, without those that only sum others."""

    id: str
    name: str = ""
    is_milestone: bool = False
    start: date | None = None  # as now planned
    finish: date | None = None
    started_on: date | None = None
    finished_on: date | None = None
    is_complete: bool = False
    cost: float = 0.0  # at completion
    actual_cost: float = 0.0
    planned_value: float | None = None
    earned_value: float | None = None
    baselines: tuple["Baseline", ...] = ()


@dataclass(frozen=True)
class Baseline:
    """The plan of a task or project in one version; 0 is the original."""

    version: int
    start: date | None
    finish: date | None
    cost: float


@dataclass(frozen=True)
class Plan:
    """One project with its tasks, as at a day."""

    id: str
    name: str
    as_at: date | None
    tasks: tuple[Task, ...]
    department: str = UNKNOWN
    whole: Task | None = None  # what the tool itself sums up
    baselines: tuple[Baseline, ...] = ()
    notes: tuple[str, ...] = field(default=())
    currency: str = ""  # its code, where the file says it

    @property
    def summed(self) -> Task:
        """The tool's own sum, or that of the tasks."""
        if self.whole is not None:
            return self.whole
        work = self.tasks
        done = bool(work) and all(task.is_complete for task in work)
        return Task(
            self.id, self.name, False,
            _first(task.start for task in work), _last(task.finish for task in work),
            _first(task.started_on for task in work),
            _last(task.finished_on for task in work) if done else None, done,
            sum(task.cost for task in work), sum(task.actual_cost for task in work),
            _sum(task.planned_value for task in work), _sum(task.earned_value for task in work),
        )  # fmt: skip

    @property
    def versions(self) -> list[Baseline]:
        """The project's baselines: the tool's own, or each version over its tasks."""
        if self.baselines:
            return list(self.baselines)
        found: dict[int, list[Baseline]] = {}
        for task in self.tasks:
            for each in task.baselines:
                found.setdefault(each.version, []).append(each)
        return [
            Baseline(number, _first(b.start for b in own), _last(b.finish for b in own),
                     sum(b.cost for b in own))
            for number, own in sorted(found.items())
        ]  # fmt: skip


def imported(plans: Sequence[Plan], notes: Iterable[str] = ()) -> Imported:
    """Our tables of the plans; DataError where two have one id, or unlike currencies."""
    ids = [plan.id for plan in plans]
    if twice := sorted({each for each in ids if ids.count(each) > 1}):
        raise DataError(
            f"two files hold the project {twice[0]!r}",
            remedy="Import the newest of them, or give each project an id of its own",
        )
    rows = {
        "projects": [_project(plan) for plan in plans],
        "baselines": [row for plan in plans for row in _baselines(plan)],
        "status_reports": [row for plan in plans for row in _report(plan)],
        "milestones": [row for plan in plans for row in _milestones(plan)],
    }
    said = [*notes, *(note for plan in plans for note in plan.notes)]
    nowhere = sum(plan.department == UNKNOWN for plan in plans)
    if nowhere:
        said.append(
            f"{counted(nowhere, 'project')} without a department, which this format does not "
            f"hold: called {UNKNOWN!r}; fill it in"
        )
    tables = {name: _typed(name, given) for name, given in rows.items() if given}
    codes = sorted({plan.currency for plan in plans} - {""})
    if len(codes) > 1:
        raise DataError(
            f"the projects' amounts are in {' and '.join(codes)}, which are never added",
            remedy="Import the files of each currency by themselves",
        )
    if codes:
        said.append(f"the amounts are in {codes[0]}: currency: {codes[0]} in settings.yml")
    elif any(each.cost or each.actual_cost for plan in plans for each in plan.tasks):
        said.append("no file says which currency its amounts are in: currency in settings.yml")
    settings = dict(zip(["currency"], codes, strict=False))
    return Imported(tables, notes=tuple(dict.fromkeys(said)), settings=settings)


def _project(plan: Plan) -> dict[str, object]:
    whole = plan.summed
    state = "completed" if whole.finished_on else "active" if whole.started_on else "proposed"
    return {
        "project_id": plan.id, "name": plan.name, "department": plan.department, "status": state,
        "started_on": whole.started_on, "finished_on": whole.finished_on,
        "actual_cost": whole.actual_cost if whole.cost or whole.actual_cost else None,
    }  # fmt: skip


def _baselines(plan: Plan) -> Iterator[dict[str, object]]:
    for each in plan.versions:
        yield {
            "project_id": plan.id, "version": each.version, "start": each.start,
            "finish": each.finish, "cost": each.cost or None,
        }  # fmt: skip


def _report(plan: Plan) -> Iterator[dict[str, object]]:
    """What the tool says at its data date; earned value only against a baseline with a cost."""
    if plan.as_at is None:
        return
    whole = plan.summed
    is_earned = any(each.cost for each in plan.versions)
    yield {
        "project_id": plan.id, "period": f"{plan.as_at:%Y-%m}", "rated_by": "owner",
        "planned_value": whole.planned_value if is_earned else None,
        "earned_value": whole.earned_value if is_earned else None,
        "actual_cost": whole.actual_cost if whole.cost or whole.actual_cost else None,
        "estimate_at_completion": whole.cost or None,
        "forecast_finish": whole.finished_on or whole.finish,
    }  # fmt: skip


def _milestones(plan: Plan) -> Iterator[dict[str, object]]:
    for task in plan.tasks:
        if task.is_milestone:
            first = next((each for each in task.baselines if each.version == 0), None)
            yield {
                "project_id": plan.id, "milestone_id": task.id, "name": task.name,
                "baseline_date": first.finish if first else None,
                "forecast_date": task.finish,
                "actual_date": task.finished_on,
            }  # fmt: skip


def _typed(name: str, rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            column.name: pd.Series([row.get(column.name) for row in rows], dtype=column.pandas_type)
            for column in TABLES[name]
        }
    )


def day(text: str | None) -> date | None:
    """The day of 2026-09-30T08:00:00 or 2026-09-30 08:00; None for an empty cell."""
    text = (text or "").strip()
    return datetime.fromisoformat(text[:10]).date() if text and text != "NA" else None


def amount(text: str | None) -> float:
    """A cost, with a point or comma as its decimal mark and no mark between thousands."""
    return float(text.replace(",", ".")) if text and text.strip() else 0.0


def base_currency(rates: Iterable[tuple[str, str]]) -> str:
    """The currency that amounts are kept in: the only one whose rate of exchange is 1."""
    codes = {code for code, rate in rates if amount(rate) == 1}
    return codes.pop() if len(codes) == 1 else ""


def each_file(files: Sequence[Path], read: Callable[[Path], Iterable[Plan]]) -> list[Plan]:
    """The plans in each file; all mistakes of all files together."""
    found: list[Plan] = []
    errors: list[PmoError] = []
    for path in files:
        try:
            found += read(path)
        except PmoError as error:
            errors.append(error)
        except KeyError as error:
            what = f"lacks the field {error}, which every such file has"
            errors.append(DataError(what, path.name, _DAMAGED))
        except ValueError as error:
            what = f"holds a date or number that cannot be read ({error})"
            errors.append(DataError(what, path.name, _DAMAGED))
    raise_all(errors)
    return found


def xml_root(path: Path, wanted: str, what: str) -> ElementTree.Element:
    """The root of an XML file that is a `wanted` element; DataError says what else it is."""
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(_OLE) or path.suffix.lower() == ".mpp":
        raise DataError(
            "is a Microsoft Project file (.mpp), which only Project reads", where=path.name,
            remedy="Open it in Project, choose File, Save As, XML Format (*.xml), and import that",
        )  # fmt: skip
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise DataError("declares entities of its own", where=path.name, remedy="Export it again")
    if b"mrproject-version" in head:
        raise DataError(
            "is of GNOME Planner, not of Microsoft's", where=path.name,
            remedy="Make a CSV of its projects and let pmo map look at it",
        )  # fmt: skip
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        raise DataError(f"is no whole XML file ({error})", path.name, "Export it again") from None
    if root.tag.rpartition("}")[2] != wanted:
        raise DataError(
            f"is not {what}: it begins with {root.tag.rpartition('}')[2]!r}", where=path.name,
            remedy=f"Give {what}",
        )  # fmt: skip
    return root


def _first(days: Iterable[date | None]) -> date | None:
    return min((each for each in days if each), default=None)


def _last(days: Iterable[date | None]) -> date | None:
    return max((each for each in days if each), default=None)


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None

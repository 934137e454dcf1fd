"""What a file seems to hold: for each of our columns the file's, with the reason, or nothing."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipelines.maps.columns import (
    ENOUGH,
    NEAR,
    FileColumn,
    Fit,
    Habits,
    alike,
    fit,
    habits,
    is_fact,
    known,
    normal,
)
from pipelines.maps.declared import AS_AT
from pipelines.maps.grid import Grid
from pipelines.maps.listed import Listed, header_line, listed, plain
from pipelines.reading.conventions import Conventions
from pipelines.reading.parse import parse
from pmo_lib.contract.tables import TABLES

OF_PROJECTS = ("projects", "baselines", "status_reports")
SAYS = {  # what a further table of a register is for
    "baselines": ("start", "finish", "cost", "benefit"),
    "status_reports": ("rag", "forecast_finish", "estimate_at_completion", "earned_value",
                       "planned_value"),
}  # fmt: skip
_DAYS = tuple(
    (re.compile(rf"(?<!\d){pattern}(?![\d/])", re.I), date_format, written)
    for pattern, date_format, written in (
        (r"\d{4}-\d{2}-\d{2}", "%Y-%m-%d", "%Y-%m-%d"),
        (r"(?:1[3-9]|2\d|3[01])/\d{1,2}/\d{4}", "%d/%m/%Y", "%Y-%m-%d"),
        (r"\d{1,2}/(?:1[3-9]|2\d|3[01])/\d{4}", "%m/%d/%Y", "%Y-%m-%d"),
        (r"\d{1,2}\.\d{1,2}\.\d{4}", "%d.%m.%Y", "%Y-%m-%d"),
        (r"\d{1,2} [a-z]{4,9} \d{4}", "%d %B %Y", "%Y-%m-%d"),
        (r"\d{1,2} [a-z]{3} \d{4}", "%d %b %Y", "%Y-%m-%d"),
        (r"[a-z]{4,9} \d{4}", "%B %Y", "%Y-%m"),
        (r"[a-z]{3} \d{4}", "%b %Y", "%Y-%m"),
        (r"\d{4}-\d{2}", "%Y-%m", "%Y-%m"),
    )
)  # fmt: skip
# what a list that holds one row a project and no history leaves unsaid
CONSTANTS = {
    "projects": {"department": "Not stated"},
    "baselines": {"version": "0"},
    "status_reports": {"period": AS_AT, "rated_by": "owner"},
}
OPEN = ("proposed", "active", "on_hold")


@dataclass(frozen=True)
class Proposal:
    """One column of ours, taken from one of the file's; ``confidence`` is from 0 to 1."""

    table: str
    column: str
    heading: str
    confidence: float
    reason: str
    fit: Fit


@dataclass(frozen=True)
class ProposedSheet:
    """What one list becomes, and the columns that have no place."""

    listed: Listed
    proposals: tuple[Proposal, ...] = ()
    left: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    snapshots: tuple[str, str] | None = None  # the heading of their dates, and how it writes them
    decimal_mark: str = ""

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.table for each in self.proposals))

    def missing(self, table: str) -> list[str]:
        """The required columns of a table for which neither a column nor a constant is found."""
        own = {each.column for each in self.proposals if each.table == table}
        known_else = own | set(CONSTANTS.get(table, {}))
        return [name for name in TABLES[table].required_columns if name not in known_else]

    @property
    def is_whole(self) -> bool:
        return not any(self.missing(table) for table in self.tables)


def proposed(grid: Grid) -> ProposedSheet:
    """The columns of ours that a list seems to hold."""
    one = listed(grid, header_line(grid))
    dated = _snapshots(one)
    now = one if dated is None else _newest(one, *dated)
    columns = [FileColumn(str(name), now.cells[name]) for name in now.cells]
    if dated is not None:
        columns = [column for column in columns if column.heading != dated[0]]
    ways = habits(columns)
    candidates = (_of(tables, columns, ways) for tables in _candidates(grid))
    found = max(candidates, key=lambda some: _weight(some, grid), default=[])
    if dated is not None:
        found = _with_first_plan(found)
    own = {each.heading for each in found}
    used = [column for column in columns if column.heading in own]
    words = dict.fromkeys(
        cell for c in used for cell in c.text[~c.text.index.isin(c.filled.index)].unique() if cell
    )
    doubts = tuple(
        f"{each.table}.{each.column} from {each.heading!r}: {each.fit.said}"
        for each in found
        if each.fit.is_doubtful
    )
    return ProposedSheet(
        one,
        tuple(each for each in found if not each.fit.is_doubtful),
        tuple(c.heading for c in columns if c.heading not in own),
        tuple(words),
        doubts,
        dated,
        ways.decimal_mark,
    )


def _with_first_plan(found: list[Proposal]) -> list[Proposal]:
    """What was forecast first is the plan, where no other is told."""
    tables = {each.table for each in found}
    first = {"forecast_finish": "finish", "estimate_at_completion": "cost"}
    plan = [
        replace(each, table="baselines", column=first[each.column])
        for each in found
        if each.table == "status_reports" and each.column in first
    ]
    if "baselines" in tables or not plan:
        return found
    key = next(each for each in found if each.column == "project_id")
    return [*found, replace(key, table="baselines"), *plan]


def _snapshots(one: Listed) -> tuple[str, str] | None:
    """The column of dates by which one list comes again and again, and how they are written."""
    headings = known()["headings"]
    columns = [FileColumn(str(name), one.cells[name]) for name in one.cells]
    keys = [
        c
        for c in columns
        if alike(c, TABLES["projects"]["project_id"], headings["projects"]["project_id"])[0] >= NEAR
    ]
    period = TABLES["status_reports"]["period"]
    for key in keys:
        if len(key.filled) < ENOUGH * len(key.text) or key.filled.nunique() > 0.7 * len(key.filled):
            continue
        for column in columns:
            if alike(column, period, headings["status_reports"]["period"])[0] < NEAR:
                continue
            together = one.cells[[key.heading, column.heading]]
            way = fit(column, period, habits(columns))
            is_dated = way.share >= ENOUGH and not way.is_doubtful
            if is_dated and together.duplicated().mean() <= 1 - ENOUGH:
                return column.heading, way.dates
    return None


def _newest(one: Listed, heading: str, dates: str) -> Listed:
    date_column = TABLES["projects"]["approved_on"]
    days = parse(date_column, one.cells[heading], Conventions(date_format=dates)).typed
    rows = (days == days.max()).to_numpy()
    return replace(one, cells=one.cells[rows].reset_index(drop=True), lines=one.lines[rows])


def as_at(one: Listed) -> str:
    """The day or month of a list: above its headings, or in the name of its sheet or file."""
    lines = [at for at, line in enumerate(one.grid.lines) if line < one.header_line]
    above = [cell for at in lines for cell in one.grid.row(at) if cell]
    found = (date_in(text) for text in (*above, one.grid.sheet, one.grid.file))
    return next((each for each in found if each), "")


def date_in(text: str) -> str:
    """The one day or month that a text names, as 2026-10-31 or 2026-10; else nothing."""
    words = " ".join(re.sub(r"[_,]", " ", text).split())
    for pattern, date_format, written in _DAYS:
        for match in pattern.finditer(words):
            try:
                return datetime.strptime(match[0], date_format).strftime(written)
            except ValueError:
                continue
    return ""


def _candidates(grid: Grid) -> Iterator[tuple[str, ...]]:
    """The tables that one list may hold: a register's three, or one of the others."""
    yield OF_PROJECTS
    yield from ((name,) for name in known()["headings"] if name not in OF_PROJECTS)


def _weight(found: Sequence[Proposal], grid: Grid) -> float:
    """How well a list fits: its sure columns, and more where file or sheet is called so."""
    if not found:
        return 0.0
    main = found[0].table
    required = set(TABLES[main].required_columns) - {each.column for each in found}
    called = plain(main) in plain(f"{grid.file} {grid.sheet}") or plain(main).rstrip("s") in plain(
        grid.sheet
    )
    own = {each.column for each in found if each.table == main}
    return sum(each.confidence for each in found) / 2 + len(own) - 2 * len(required) + 4 * called


def _of(tables: Sequence[str], columns: Sequence[FileColumn], ways: Habits) -> list[Proposal]:
    barred: set[tuple[str, str]] = set()
    own = _one_to_one(tables[0], columns, ways, barred)
    while tables == OF_PROJECTS and (planned := _planned_finish(own, columns)):
        barred.add(("finished_on", planned))
        own = _one_to_one(tables[0], columns, ways, barred)
    if tables == OF_PROJECTS:
        own = _identified(own, columns)
        rest = [each for table in tables[1:] for each in _one_to_one(table, columns, ways, set())]
        return _register(own, rest)
    return own


def _planned_finish(own: Sequence[Proposal], columns: Sequence[FileColumn]) -> str:
    """The column taken for the finish though open projects have one too: a plan, not a fact."""
    found = {each.column: each for each in own}
    if "finished_on" not in found:
        return ""
    heading = found["finished_on"].heading
    if is_fact(heading):
        return ""
    cells = {column.heading: column for column in columns}
    filled = cells[heading].text.index.isin(cells[heading].filled.index)
    if "status" not in found:
        return heading if filled.mean() >= ENOUGH else ""
    ways = dict(found["status"].fit.words)
    status = cells[found["status"].heading].text.map(lambda word: ways.get(word, normal(word)))
    is_open = status.isin(OPEN)
    return heading if is_open.any() and filled[is_open].mean() > 1 - ENOUGH else ""


def _one_to_one(
    table: str, columns: Sequence[FileColumn], ways: Habits, barred: Collection[tuple[str, str]]
) -> list[Proposal]:
    """The surest first; neither a column of the file nor one of ours is taken twice."""
    likely: list[Proposal] = []
    headings: Mapping[str, Sequence[str]] = known()["headings"].get(table, {})
    for ours in TABLES[table]:
        if ours.name not in headings:
            continue
        for column in columns:
            likeness, why = alike(column, ours, headings[ours.name])
            if likeness < NEAR or (ours.name, column.heading) in barred:
                continue
            way = fit(column, ours, ways)
            if way.share >= ENOUGH:
                sure = round(likeness * way.share, 3)
                likely.append(
                    Proposal(table, ours.name, column.heading, sure, f"{why}; {way.said}", way)
                )
    likely.sort(key=lambda each: -each.confidence)
    taken: dict[str, Proposal] = {}
    used: set[str] = set()
    for each in likely:
        if each.column not in taken and each.heading not in used:
            taken[each.column] = each
            used.add(each.heading)
    return [taken[ours.name] for ours in TABLES[table] if ours.name in taken]


def _identified(own: list[Proposal], columns: Sequence[FileColumn]) -> list[Proposal]:
    """Without a column of different ids the projects' names serve, where they differ."""
    by_heading = {column.heading: column for column in columns}

    def is_key(heading: str) -> bool:
        filled = by_heading[heading].filled
        text = by_heading[heading].text
        return len(filled) >= ENOUGH * len(text) and filled.nunique() >= 0.98 * len(filled)

    kept = [each for each in own if each.column != "project_id" or is_key(each.heading)]
    if any(each.column == "project_id" for each in kept):
        return kept
    name = next((each for each in kept if each.column == "name" and is_key(each.heading)), None)
    if name is None:
        return kept
    said = f"no column of ids; the names differ: {name.heading!r}"
    return [Proposal("projects", "project_id", name.heading, 0.85, said, Fit(1.0, said)), *kept]


def _register(own: list[Proposal], rest: Sequence[Proposal]) -> list[Proposal]:
    """One list of projects feeds three tables, each where it has something to say."""
    projects = {each.column: each for each in own}
    if "project_id" not in projects:
        return []
    used = {each.heading for each in own}
    further: list[Proposal] = []
    for table, says in SAYS.items():
        # a plan is not the fact; the cost to date may be told in both
        of_it = [
            e
            for e in rest
            if e.table == table and (e.heading not in used or e.column == "actual_cost")
        ]
        if any(each.column in says for each in of_it):
            further += [replace(projects["project_id"], table=table), *of_it]
            used |= {each.heading for each in of_it if each.column in says}
    return [*own, *further]

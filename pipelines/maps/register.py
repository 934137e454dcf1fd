"""One list of projects feeds three tables: what they are, what was planned, how they stand."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from pipelines.maps.columns import Fit, Habits, is_fact, normal
from pipelines.maps.declared import AS_AT
from pipelines.maps.file_column import ENOUGH, FileColumn
from pipelines.maps.listed import plain
from pipelines.maps.proposal import Proposal, one_to_one
from pipelines.maps.snapshots import OPEN
from pipelines.reading.conventions import Conventions
from pipelines.reading.parse import parse
from pmo_lib.contract.tables import TABLES

MOST_TO_COME = 0.5  # of the starts of a list that tells what has started
OF_PROJECTS = ("projects", "baselines", "status_reports")
SAYS = {  # what a further table of a register is for
    "baselines": ("start", "finish", "cost", "benefit"),
    "status_reports": ("rag", "forecast_finish", "estimate_at_completion", "earned_value",
                       "planned_value"),
}  # fmt: skip
# what a list that holds one row a project and no history leaves unsaid
CONSTANTS = {
    "projects": {"department": "Not stated"},
    "baselines": {"version": "0"},
    "status_reports": {"period": AS_AT, "rated_by": "owner"},
}
_INDEPENDENT = re.compile(r"\b(?:ipa|mpa|nista|independent|assurance|gateway|audit|pmo)\b")


def of_projects(columns: Sequence[FileColumn], ways: Habits, as_at: str) -> list[Proposal]:
    """The columns of the three tables; nothing where the list has no ids of projects."""
    barred: set[tuple[str, str]] = set()
    own = one_to_one("projects", columns, ways)
    while plans := {*_plans(own, columns, as_at)} - barred:
        barred |= plans
        own = one_to_one("projects", columns, ways, barred)
    own = [_cut(each, columns, as_at) for each in _identified(own, columns)]
    rest = [each for table in OF_PROJECTS[1:] for each in one_to_one(table, columns, ways)]
    return _register(own, rest)


def constants(table: str, found: Sequence[Proposal]) -> dict[str, str]:
    """What no column of the list says; who rates is told by the heading of the rating."""
    own = {each.column: each for each in found if each.table == table}
    unsaid = {name: said for name, said in CONSTANTS.get(table, {}).items() if name not in own}
    if "rated_by" in unsaid and "rag" in own and _INDEPENDENT.search(plain(own["rag"].heading)):
        unsaid["rated_by"] = "independent"
    return unsaid


def _plans(
    own: Sequence[Proposal], columns: Sequence[FileColumn], as_at: str
) -> Iterator[tuple[str, str]]:
    """Columns taken for facts that are plans: of days still to come, or of projects still open."""
    found = {each.column: each for each in own if not is_fact(each.heading)}
    cells = {column.heading: column for column in columns}
    for name in {"started_on", "finished_on"} & set(found):
        to_come = _to_come(cells[found[name].heading], found[name].fit.dates, as_at)
        may_be_cut = name == "started_on" and bool(as_at) and to_come <= MOST_TO_COME
        if to_come > 1 - ENOUGH and not may_be_cut:
            yield name, found[name].heading
    if "finished_on" in found and _open_have_it(own, cells, cells[found["finished_on"].heading]):
        yield "finished_on", found["finished_on"].heading


def _to_come(column: FileColumn, dates: str, as_at: str) -> float:
    """The share of its days that lie after the list was drawn up."""
    text = column.filled.reset_index(drop=True)
    days = parse(TABLES["projects"]["started_on"], text, Conventions(date_format=dates)).typed
    return float((days > pd.Period(as_at or f"{date.today()}").end_time).mean())


def _cut(own: Proposal, columns: Sequence[FileColumn], as_at: str) -> Proposal:
    """A start of which some are still to come counts up to the day of the list."""
    column = next(each for each in columns if each.heading == own.heading)
    if own.column != "started_on" or not as_at or not _to_come(column, own.fit.dates, as_at):
        return own
    said = "those after the list's day are still to come"
    return replace(own, reason=f"{own.reason}; {said}", fit=replace(own.fit, until=AS_AT))


def _open_have_it(
    own: Sequence[Proposal], cells: dict[str, FileColumn], finish: FileColumn
) -> bool:
    """Whether open projects have a finish too."""
    filled = finish.text.index.to_series().isin(finish.filled.index)
    status = next((each for each in own if each.column == "status"), None)
    if status is None:
        return bool(filled.mean() >= ENOUGH)
    ways = dict(status.fit.words)
    words = cells[status.heading].text.map(lambda word: ways.get(word, normal(word)))
    is_open = words.isin(OPEN)
    return bool(is_open.any() and filled[is_open].mean() > 1 - ENOUGH)


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
    said = {each.column for each in (*own, *further)} - {"project_id", "name"}
    return [*own, *further] if said else []  # a list of names alone may be of anything

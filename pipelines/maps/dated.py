"""When a list was drawn up, and lists that come again and again with a column that tells it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pipelines.maps.columns import NEAR, alike, fit, habits
from pipelines.maps.file_column import ENOUGH, FileColumn, known
from pipelines.maps.listed import Listed
from pipelines.maps.proposal import Proposal
from pipelines.reading.conventions import Conventions
from pipelines.reading.parse import parse
from pmo_lib.contract.tables import TABLES

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


def snapshots(one: Listed) -> tuple[str, str] | None:
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


def newest(one: Listed, heading: str, dates: str) -> Listed:
    date_column = TABLES["projects"]["approved_on"]
    days = parse(date_column, one.cells[heading], Conventions(date_format=dates)).typed
    rows = (days == days.max()).to_numpy()
    return replace(one, cells=one.cells[rows].reset_index(drop=True), lines=one.lines[rows])


def with_first_plan(found: Sequence[Proposal]) -> list[Proposal]:
    """What was forecast first is the plan, where no other is told."""
    first = {"forecast_finish": "finish", "estimate_at_completion": "cost"}
    told = {each.column for each in found if each.table == "baselines"}
    plan = [
        replace(each, table="baselines", column=first[each.column])
        for each in found
        if each.table == "status_reports" and first.get(each.column) not in {None, *told}
    ]
    if plan and not told:
        key = next(each for each in found if each.column == "project_id")
        plan = [replace(key, table="baselines"), *plan]
    return [*found, *plan]

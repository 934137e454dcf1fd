"""A proposal as YAML that a person corrects and keeps."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from pipelines.maps.dated import as_at
from pipelines.maps.listed import by_heading, plain
from pipelines.maps.proposal import Proposal
from pipelines.maps.proposed import ProposedSheet
from pipelines.maps.register import constants


def as_yaml(sheets: Sequence[ProposedSheet]) -> str:
    """The map of the lists of a file; each column has its reason beside it."""
    lines = [
        "# How this export becomes our tables. Correct what is wrong, then: "
        "pmo import FILE --map THIS --to DIR",
        "# A heading that is named here must be in every later export, or the import stops.",
    ]
    settings = {}
    if currency := next((sheet.currency for sheet in sheets if sheet.currency), ""):
        settings["currency"] = currency
    if any(sheet.snapshots for sheet in sheets):
        settings["baseline_definition"] = "first report"
    if settings:
        lines.append(f"settings: {_flow(settings)}")
    lines.append("sheets:")
    for sheet in sheets:
        lines += _sheet(sheet)
    return "\n".join(lines) + "\n"


def _sheet(sheet: ProposedSheet) -> Iterator[str]:
    grid = sheet.listed.grid
    head = {"sheet": grid.sheet} if grid.sheet else {"files": f"*{_suffix(grid.file)}"}
    yield f"- {_inline(head)}"
    yield from _date_of(sheet)
    if sheet.decimal_mark:
        yield f"  decimal_mark: {_flow(sheet.decimal_mark)}"
    if sheet.empty:
        yield f"  empty: {_flow(list(sheet.empty))}  # words for nothing"
    yield from (f"  # left to you, {' '.join(doubt.split())}" for doubt in sheet.doubts)
    if sheet.left:
        yield f"  # no place: {', '.join(' '.join(name.split()) for name in sheet.left)}"
    yield "  tables:"
    there = by_heading(map(str, sheet.listed.cells))
    for table in sheet.tables:
        yield f"    {table}:"
        own = [each for each in sheet.proposals if each.table == table]
        yield from (f"      {line}" for each in own for line in _column(each, there))
        for column, constant in constants(table, sheet.proposals).items():
            yield f"      {column}: {_flow({'constant': constant})}"
        yield from (f"      {c}: ''  # required: name a heading" for c in sheet.missing(table))


def _date_of(sheet: ProposedSheet) -> Iterator[str]:
    if sheet.snapshots is not None:
        heading, dates = sheet.snapshots
        yield f"  as_at: {_flow(heading)}"
        yield "  snapshots: true  # the newest row of a project stands, its first is the baseline"
        if dates:
            yield f"  dates: {_flow(dates)}"
    elif any(each.fit.until for each in sheet.proposals) or (
        "status_reports" in sheet.tables
        and not any(each.column == "period" for each in sheet.proposals)
    ):
        day = as_at(sheet.listed)
        note = "" if day else "  # the day the list was drawn up, YYYY-MM-DD"
        yield f"  as_at: {_value(day)}{note}"


def _column(each: Proposal, there: Mapping[str, str]) -> Iterator[str]:
    is_first = there.get(plain(f"{each.heading} (1)")) == each.heading
    heading = f"{each.heading} (1)" if is_first else each.heading
    options: dict[str, Any] = {}
    if each.fit.dates:
        options["dates"] = each.fit.dates
    if each.fit.scale != 1:
        options["scale"] = int(each.fit.scale) if each.fit.scale >= 1 else each.fit.scale
    if each.fit.pattern:
        options["pattern"] = each.fit.pattern
    if each.fit.until:
        options["until"] = each.fit.until
    if each.fit.words:
        options["words"] = dict(each.fit.words)
    taken = {"column": heading} | options if options else heading
    reason = " ".join(each.reason.split())
    yield f"{each.column}: {_flow(taken)}  # {each.confidence:.2f}: {reason}"


def _flow(value: Any) -> str:
    return _dump(value, flow=True)


def _value(text: str) -> str:
    return _flow(text) if text else "''"


def _inline(mapping: dict[str, str]) -> str:
    return ", ".join(f"{key}: {_flow(value)}" for key, value in mapping.items())


def _dump(value: Any, *, flow: bool) -> str:
    text = yaml.safe_dump(
        value, allow_unicode=True, default_flow_style=flow, width=10**6, sort_keys=False
    )
    return str(text).removesuffix("\n").removesuffix("\n...")


def _suffix(name: str) -> str:
    return f".{name.rsplit('.', 1)[-1]}" if "." in name else ""

"""The UK Government Major Projects Portfolio as published each year, in our tables.

What the tables say:

- **projects**: one row a project that was ever published. Its id is its latest project number;
  where it never had one (before 2020), its name. It is *active* if it is in the latest file; the
  status of one that has left is empty, for the files do not say whether it was completed or
  cancelled. `started_on` is the latest published start, unless that day was still to come.
- **status_reports**: one row a project, year and rater. Up to 2021 the one rating is the
  independent assessment, on five points; since 2022 there are two, on three points, the first
  the independent assessor's, the second the owner's. A project without any rating keeps one row
  with an empty one. `estimate_at_completion` and `forecast_finish` are the whole-life cost and
  the end date as published that year, on the project's first row of the year only, so that
  costs add up.
- **baselines**: version 0 is what was first published of start, finish, cost and benefit. A
  later version begins when one of them is published with another value (rounding aside). A value
  that is not published in a year has not changed: it stays in force, and one that is published
  for the first time completes the version in force instead of beginning another.

Money is published in £ million, in prices of the day (`price_base` is empty). A whole-life cost
of 0 stands for "no figure yet", as the narratives beside it say, and is left empty; one below 0
(the project earns more than it costs) is an estimate at completion, but no baseline. Dates are
read day first; a year of two digits is one of 1969 to 2068.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.sources import UNREAD_COLUMNS, Imported
from pipelines.sources.extracts import typed
from pipelines.sources.gmpp_entries import TWICE, Entry, Linked, link, read_entry, scale, snapshot
from pipelines.sources.gmpp_layouts import RATERS, Report, fold, read_report
from pmo_lib.errors import DataError

PLAN = ("start", "finish", "cost", "benefit")
Row = dict[str, Any]


def read(files: Sequence[Path]) -> Imported:
    """The projects, baselines and status reports in GMPP files of different years, in any order."""
    reports = _by_year(files)
    pairs = [read_entry(report, record) for report in reports for record in report.records]
    linked = link(entry for entry, _ in pairs)
    unread = [cell for report in reports for cell in report.strays]
    unread += [cell for _, cells in pairs for cell in cells]
    for entry in linked.repeated:
        texts = entry.record.cells.items()
        unread += [entry.report.unread(entry.record, f, TWICE) for f, text in texts if text.strip()]
    histories = dict(sorted(linked.histories.items()))
    tables = {
        "projects": list(_projects(histories, reports[-1].year)),
        "baselines": [row for key, past in histories.items() for row in _baselines(key, past)],
        "status_reports": [
            row for key, past in histories.items() for entry in past for row in _status(key, entry)
        ],
    }
    return Imported(
        {name: typed(name, pd.DataFrame(rows, dtype="object")) for name, rows in tables.items()},
        pd.DataFrame(unread, columns=list(UNREAD_COLUMNS)).astype(
            {name: "Int64" if name == "line" else "str" for name in UNREAD_COLUMNS}
        ),
        tuple(_notes(reports, linked)),
        {
            "organisation": "UK Government Major Projects Portfolio",
            "currency": "GBP",
            "baseline_definition": "first report",
            "prices": "nominal",
        },
    )


def _by_year(files: Sequence[Path]) -> list[Report]:
    if not files:
        raise DataError("There is no file to read", remedy="Give at least one GMPP file")
    reports = sorted(map(read_report, files), key=lambda report: (report.year, report.file))
    for one, other in pairwise(reports):
        if one.year == other.year:
            raise DataError(
                f"Two files report on {one.year}",
                where=f"{one.file}, {other.file}",
                remedy="Give one file a year",
            )
    return reports


def _projects(histories: Mapping[str, list[Entry]], latest: int) -> Iterator[Row]:
    entries = [entry for past in histories.values() for entry in past]
    spelling = {name: _one_spelling(entries, name) for name in ("department", "category")}
    for project, past in histories.items():
        said = {name: [e.text(name) for e in past if e.text(name)] for name in spelling}
        starts = [e.start for e in past if e.start and e.start <= snapshot(e.report.year)]
        yield {
            "project_id": project,
            "name": past[-1].record.name,
            **{name: spelling[name][fold(texts[-1])] for name, texts in said.items() if texts},
            "status": "active" if past[-1].report.year == latest else None,
            "started_on": starts[-1] if starts else None,
        }


def _one_spelling(entries: Iterable[Entry], name: str) -> dict[str, str]:
    """For texts that differ only in case and spaces, the most frequent one of the latest year."""
    counts = Counter((entry.report.year, entry.text(name)) for entry in entries)
    ranked = sorted((year, count, text) for (year, text), count in counts.items())
    return {fold(text): text for _, _, text in ranked}


def _baselines(project: str, past: Iterable[Entry]) -> Iterator[Row]:
    versions: list[tuple[date, Row]] = []
    for entry in past:
        published = {name: value for name in PLAN if (value := entry.planned(name)) is not None}
        since, in_force = versions[-1] if versions else (date.min, {})
        plan = in_force | published
        if plan.get("start", date.min) > plan.get("finish", date.max):
            # The one that was not published this year no longer holds.
            del plan["finish" if "start" in published else "start"]
        if versions and all(f in plan and _same(plan[f], value) for f, value in in_force.items()):
            versions[-1] = (since, plan | in_force)
        elif published:
            versions.append((snapshot(entry.report.year), plan))
    for number, (since, plan) in enumerate(versions):
        money = {name: _pounds(plan.get(name)) for name in ("cost", "benefit")}
        yield {"project_id": project, "version": number, "approved_on": since, **plan, **money}


def _same(one: Any, other: Any) -> bool:
    """Whether two values are equal as far as the coarser one is written out."""
    if isinstance(one, Decimal):
        unit = max(one, other, key=lambda amount: int(amount.as_tuple().exponent))
        return bool(one.quantize(unit, ROUND_HALF_UP) == other.quantize(unit, ROUND_HALF_UP))
    return bool(one == other)


def _status(project: str, entry: Entry) -> Iterator[Row]:
    year = entry.report.year
    figures = {"estimate_at_completion": _pounds(entry.cost), "forecast_finish": entry.finish}
    ratings = [(rater, rag) for rater in RATERS if (rag := getattr(entry, rater))]
    for rater, rag in ratings or [("independent", None)]:
        yield {
            "project_id": project,
            "period": f"{snapshot(year):%Y-%m}",
            "rag": rag,
            "rag_scale": len(scale(year)),
            "rated_by": rater,
            **figures,
        }
        figures = {}


def _pounds(millions: Decimal | None) -> float | None:
    return None if millions is None else round(float(millions * 1_000_000), 2)


def _notes(reports: Sequence[Report], linked: Linked) -> Iterator[str]:
    years = [report.year for report in reports]
    if absent := sorted(set(range(years[0], years[-1])) - set(years)):
        yield f"No file was given for {', '.join(map(str, absent))}."
    yield (
        f"{len(linked.by_name)} of {len(linked.histories)} projects were followed over some years "
        "by their name, for want of a project number."
    )
    yield (
        "The status of a project that has left the portfolio is empty: the files do not say "
        "whether it was completed or cancelled."
    )
    yield "The estimate at completion is the whole-life cost as published in the year."
    yield "Dates were read day before month, as the publisher writes them."
    if aside := sorted({heading for report in reports for heading in report.left_aside}):
        yield f"Columns that our tables have no place for: {'; '.join(aside)}."

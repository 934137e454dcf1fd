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
  the end date as published that year (of two, the forecast), on the project's first row of the
  year only, so that costs add up.
- **baselines**: version 0 is what was first published of start, finish, cost and benefit. A
  later version begins when one of them is published with another value (rounding aside). A value
  that is not published in a year has not changed: it stays in force, and one that is published
  for the first time completes the version in force instead of beginning another.

Money is in £ million unless a heading or a cell says otherwise, and in prices of the day unless
one states a price base (of "2025/26 prices" the first year). Of a range such as "Low: 1, Mid: 2,
High: 3" the middle is taken. A whole-life cost of 0 stands for "no figure yet", as the narratives
beside it say, and is left empty; one below 0 (the project earns more than it costs) is an estimate
at completion, but no baseline. Dates are read day first; a year of two digits is one of 1969 to
2068.
"""

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.sources import Imported
from pipelines.sources.extracts import typed
from pipelines.sources.gmpp.cells import middle
from pipelines.sources.gmpp.dates import year_of
from pipelines.sources.gmpp.entries import AMOUNTS, DATES, THREE_POINTS_SINCE, read_entries
from pipelines.sources.gmpp.headings import FIELDS, MEANINGS, RATERS, brief, rater
from pipelines.sources.gmpp.layouts import Report, read_report
from pipelines.sources.gmpp.links import Links
from pmo_lib.errors import DataError, PmoError, raise_all
from pmo_lib.wording import counted, listed

PLAN = ("start", "finish", "cost", "benefit", "price_base")
FIRST_YEAR_WITH = {"number": 2020, "benefit": 2023}
TWICE = "the project stands twice in the file"
Row = dict[str, Any]


def read(files: Sequence[Path]) -> Imported:
    """The projects, baselines and status reports in GMPP files of different years, in any order."""
    reports = _by_day(files)
    every = pd.concat([read_entries(report) for report in reports], keys=range(len(reports)))
    links = Links(every)
    every["project_id"] = links.projects
    for at, report in enumerate(reports):
        again = every["project_id"].loc[at] == ""
        for field in FIELDS:
            report.cells.set_aside(again & (report.cells.rows[field] != ""), field, TWICE)
    entries = every[every["project_id"] != ""].sort_values(["project_id", "day"])
    tables = {
        "projects": _projects(entries),
        "baselines": pd.DataFrame(_baselines(entries), dtype="object"),
        "status_reports": _status_reports(entries),
    }
    return Imported(
        {name: typed(name, rows.reset_index(drop=True)) for name, rows in tables.items()},
        pd.concat([report.cells.unread(report.strays) for report in reports], ignore_index=True),
        tuple(_notes(reports, entries, links)),
        {
            "organisation": "UK Government Major Projects Portfolio",
            "currency": "GBP",
            "baseline_definition": "first report",
            **_prices(entries),
        },
    )


def _by_day(files: Sequence[Path]) -> list[Report]:
    if not files:
        raise DataError("There is no file to read", remedy="Give at least one GMPP file")
    reports, errors = [], []
    for file in files:
        try:
            reports.append(read_report(file))
        except PmoError as error:
            errors.append(error)
    raise_all(errors)
    reports.sort(key=lambda report: (report.day, report.file))
    for one, other in pairwise(reports):
        if one.day == other.day:
            raise DataError(
                f"Two files report on {year_of(one.day)}",
                where=f"{one.file}, {other.file}",
                remedy="Give one file a year",
            )
    return reports


def _projects(entries: pd.DataFrame) -> pd.DataFrame:
    known = entries.assign(
        department=_one_spelling(entries, "department"),
        category=_one_spelling(entries, "category"),
        started_on=entries["start"].where(entries["start"] <= entries["day"]),
    )
    projects = known.groupby("project_id").last().reset_index()
    is_left = projects["day"] < entries["day"].max()
    return projects.assign(status=is_left.map({True: None, False: "active"}))


def _one_spelling(entries: pd.DataFrame, name: str) -> pd.Series:
    """For texts that differ only in case and spaces, the most frequent one of the latest year."""
    texts = entries[["day", name]].assign(**{name: entries[name].replace("", None)})
    texts["folded"] = texts[name].str.casefold().str.replace(" ", "")
    counts = texts.groupby(["day", name, "folded"]).size().reset_index(name="count")
    spelling = counts.sort_values(["day", "count", name]).groupby("folded")[name].last()
    return texts["folded"].map(spelling)


def _baselines(entries: pd.DataFrame) -> Iterator[Row]:
    for project, past in entries.groupby("project_id"):
        versions: list[tuple[Any, Row]] = []
        for entry in past.to_dict("records"):
            published = {name: entry[name] for name in PLAN if pd.notna(entry[name])}
            if published.get("cost", 0) < 0:
                del published["cost"]
            if not {"cost", "benefit"} & {*published}:
                published.pop("price_base", None)
            since, in_force = versions[-1] if versions else (None, {})
            plan = in_force | published
            if "start" in plan and "finish" in plan and plan["start"] > plan["finish"]:
                # The one that was not published this year no longer holds.
                del plan["finish" if "start" in published else "start"]
            if versions and all(
                f in plan and _same(plan[f], value) for f, value in in_force.items()
            ):
                versions[-1] = (since, plan | in_force)
            elif published:
                if "cost" in published and "price_base" not in published:
                    plan.pop("price_base", None)
                versions.append((entry["day"], plan))
        for number, (since, plan) in enumerate(versions):
            money = {name: _pounds(plan.get(name)) for name in ("cost", "benefit")}
            yield {"project_id": project, "version": number, "approved_on": since, **plan, **money}


def _same(one: Any, other: Any) -> bool:
    """Whether two values are equal as far as the coarser one is written out."""
    if isinstance(one, Decimal):
        unit = max(one, other, key=lambda amount: int(amount.as_tuple().exponent))
        return bool(one.quantize(unit, ROUND_HALF_UP) == other.quantize(unit, ROUND_HALF_UP))
    return bool(one == other)


def _status_reports(entries: pd.DataFrame) -> pd.DataFrame:
    """One row a project, day and rater; figures on the first of the day."""
    rated = [entries.assign(rag=entries[rater], rated_by=rater) for rater in RATERS]
    is_unrated = entries[list(RATERS)].isna().all(axis=1)
    rows = pd.concat(
        [rated[0][rated[0]["rag"].notna() | is_unrated], rated[1].dropna(subset="rag")]
    )
    rows = rows.sort_values(["project_id", "day", "rated_by"])
    is_first = ~rows.duplicated(["project_id", "day"])
    cost = rows["forecast_cost"].where(rows["forecast_cost"].notna(), rows["cost"])
    finish = rows["forecast_finish"].fillna(rows["finish"])
    return rows.assign(
        period=rows["day"].dt.strftime("%Y-%m"),
        estimate_at_completion=cost.where(is_first).map(_pounds),
        forecast_finish=finish.where(is_first),
    )


def _pounds(millions: Any) -> float | None:
    return None if pd.isna(millions) else round(float(millions * 1_000_000), 2)


def _prices(entries: pd.DataFrame) -> dict[str, str | int]:
    """What the settings say of prices: nominal, or those of the latest base that is stated."""
    stated = entries.sort_values("day")["price_base"].dropna()
    if stated.empty:
        return {"prices": "nominal"}
    return {"prices": "constant", "price_base": int(stated.iloc[-1])}


def _notes(reports: Sequence[Report], entries: pd.DataFrame, links: Links) -> Iterator[str]:
    years = [year_of(report.day) for report in reports]
    if absent := sorted(set(range(years[0], years[-1])) - set(years)):
        yield f"No file was given for {', '.join(map(str, absent))}."
    yield (
        f"{len(links.by_name)} of {entries['project_id'].nunique()} projects were followed over "
        "some years by their name, for want of a project number."
    )
    yield (
        "The status of a project that has left the portfolio is empty: the files do not say "
        "whether it was completed or cancelled."
    )
    yield "The estimate at completion is the whole-life cost as published in the year."
    yield "Dates were read day before month, as the publisher writes them."
    stated = entries.groupby(level=0)["price_base"].count().tolist()
    if silent := [r.file for r, n in zip(reports, stated, strict=True) if n == 0 < sum(stated)]:
        yield f"No price base is stated in {listed(silent)}: their amounts are not in like prices."
    for at, report in enumerate(reports):
        yield from _notes_on(report, entries[entries.index.get_level_values(0) == at])
    for what, aside in (
        ("Narratives left aside", {text for report in reports for text in report.narratives}),
        (
            "Columns that our tables have no place for",
            {text for report in reports for text in report.left_aside},
        ),
    ):
        if aside:
            yield f"{what}: {'; '.join(sorted(aside))}."


def _notes_on(report: Report, entries: pd.DataFrame) -> Iterator[str]:
    """What a user must know of how one file was read."""
    yield from report.notes
    texts, headings = report.cells.rows, report.headings
    for name in (*DATES, *AMOUNTS):
        if n := int((texts[name].map(middle) != texts[name]).sum()):
            where = f"{report.file}, {brief(headings[name])}"
            yield f"{where}: of {counted(n, 'range')} from low to high the middle was taken."
    if bases := sorted(entries["price_base"].dropna().unique()):
        yield f"{report.file}: amounts are in prices of {listed([*map(str, bases)])}."
    raters = {brief(headings[one]): rater(headings[one]) for one in RATERS if one in headings}
    if not all(raters.values()) and "rated_by" not in headings and report.day >= THREE_POINTS_SINCE:
        yield f"{report.file}: {listed([*raters])} names no rater: read as independent, then owner."
    absent = [
        one.what
        for one in MEANINGS
        if year_of(report.day) >= FIRST_YEAR_WITH.get(one.fields[0], 9999)
        and one.fields[0] not in headings
    ]
    if absent:
        yield f"{report.file}: no column was recognised as the {listed(absent)}."

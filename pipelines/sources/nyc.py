"""New York City's capital projects over US$25 million, in our tables.

The files are extracts of the data set n7gv-k5yt of NYC Open Data: one row a project and reporting
date, three or four dates a year since 2013. What the tables say:

- **projects**: one row a PID. The department is the managing agency. A project is *active* if the
  latest month says anything of it: a phase, a budget or a completion; a phase that says so makes
  it on hold, completed or cancelled. Else its status is empty: a row without a word, or none,
  does not tell an end from an agency that did not report. `started_on` is the latest design start
  that was not still to come.
- **status_reports**: one row a project and month of reporting, rated by the owner, without a
  rating. `estimate_at_completion` is the budget forecast, `forecast_finish` the forecast
  completion.
- **baselines**: version 0 only, the first design start, forecast completion and budget forecast
  that were published. Later ones are forecasts: the data do not say that anyone approved them.

Dates are read month first, or as ISO, with or without a time of day, which is always midnight. A
day more than 50 years from the report is a slip of the pen, and a budget of 0 or less is no
forecast of a cost: both are left empty. Money is in dollars of the day (`price_base` is empty).
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.sources import Imported
from pipelines.sources.extracts import Cells, read_extracts, typed
from pipelines.sources.nyc_reports import EXTRACT, monthly_reports, read_amount
from pmo_lib.errors import DataError
from pmo_lib.wording import counted, listed

LEAP = 100  # times the budget reported before, or a part of it: told, not mended
ENDED = {
    "completed": "completed",
    "complete": "completed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "on hold": "on_hold",
    "on-hold": "on_hold",
}


def read(files: Sequence[Path]) -> Imported:
    """The projects, baselines and status reports in extracts, which may overlap."""
    read, ragged, absent = read_extracts(files, EXTRACT)
    given = pd.concat(read, ignore_index=True).fillna("")
    repeated = given.duplicated(list(EXTRACT.columns))
    cells = Cells(given[~repeated], "project_name")
    rows = monthly_reports(cells)
    if rows.empty:
        raise DataError(
            "no row has both a PID and a date of reporting",
            where=", ".join(map(str, files)),
            remedy=EXTRACT.remedy,
        )
    tables = {
        "projects": _projects(rows),
        "baselines": _baselines(rows),
        "status_reports": _status_reports(rows),
    }
    left_aside = sorted(set(given.columns.astype(str)) - {*EXTRACT.columns, "file", "line"})
    return Imported(
        {name: typed(name, table) for name, table in tables.items()},
        cells.unread(ragged),
        (*_notes(rows, tables), *absent, *_notes_on_files(int(repeated.sum()), left_aside)),
        {
            "organisation": "New York City, capital projects",
            "currency": "USD",
            "baseline_definition": "first report",
            "prices": "nominal",
        },
    )


def _projects(rows: pd.DataFrame) -> pd.DataFrame:
    texts = rows[["pid", "project_name", "managing_agency", "category"]].replace("", None)
    of_project = texts.assign(start=rows["start"].where(rows["start"] <= rows["reported"]))
    latest = of_project.groupby("pid").last()
    last = rows.groupby("pid").tail(1).set_index("pid")
    says = (last["period"] == rows["period"].max()) & _says_anything(last)
    status = last["current_phase"].str.casefold().map(ENDED)
    return pd.DataFrame(
        {
            "project_id": latest.index,
            "name": latest["project_name"],
            "department": latest["managing_agency"],
            "category": latest["category"],
            "status": status.where(status.notna() | ~says, "active"),
            "started_on": latest["start"],
        }
    ).reset_index(drop=True)


def _says_anything(rows: pd.DataFrame) -> pd.Series:
    return (rows["current_phase"] != "") | rows[["budget", "finish"]].notna().any(axis=1)


def _baselines(rows: pd.DataFrame) -> pd.DataFrame:
    plan = rows[rows[["start", "finish", "budget"]].notna().any(axis=1)]
    first = plan.groupby("pid")[["reported", "start", "finish", "budget"]].first().reset_index()
    return pd.DataFrame(
        {
            "project_id": first["pid"],
            "version": 0,
            "approved_on": pd.NaT,  # it was published then; when it was approved nobody says
            # a start that was published only after the finish may no longer go with it
            "start": first["start"].where(~(first["start"] > first["finish"])),
            "finish": first["finish"],
            "cost": first["budget"],
        }
    )


def _status_reports(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "project_id": rows["pid"],
            "period": rows["period"],
            "estimate_at_completion": rows["budget"],
            "forecast_finish": rows["finish"],
            "rated_by": "owner",
        }
    )


def _notes(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    projects, months = tables["projects"], rows["period"]
    yield (
        f"{counted(len(projects), 'project')} in {counted(months.nunique(), 'month')} of reporting "
        f"from {months.min()} to {months.max()}."
    )
    yield from _notes_on_status(rows, projects)
    first = rows[rows["current_phase"] != ""].groupby("pid").head(1)
    building = int(first["current_phase"].str.casefold().eq("construction").sum())
    yield (
        "The original baseline is what was first published, not what was first approved: "
        f"{building} of {len(projects)} projects were already under construction by then. There "
        "is no later version: what follows are forecasts."
    )
    starts = rows.groupby("pid")["start"].count().gt(0).sum() - tables["baselines"]["start"].count()
    if starts:
        yield (
            f"{counted(int(starts), 'design start')} published only after a completion that it is "
            "later than: no part of the original baseline."
        )
    both = projects["category"].dropna().str.contains(",")
    if combined := sorted(projects.loc[both[both].index, "category"].unique()):
        yield f"Categories kept as published although they combine several: {'; '.join(combined)}."
    yield from _notes_on_money(rows)


def _notes_on_status(rows: pd.DataFrame, projects: pd.DataFrame) -> Iterator[str]:
    unknown = projects[projects["status"].isna()]
    if unknown.empty:
        return
    yield (
        f"{counted(len(unknown), 'project')} of which {rows['period'].max()} says nothing have no "
        "status: the data do not tell one that ended from one that was not reported."
    )
    sizes = projects.groupby("department")["status"].agg(["size", "count"])
    if silent := list(sizes.index[sizes["count"] == 0]):
        yield f"In that month nothing is said of any project of {listed(silent)}."


def _notes_on_money(rows: pd.DataFrame) -> Iterator[str]:
    known = rows[rows["budget"].notna()]
    by_project = known.groupby("pid")["budget"]
    steps = (np.log10(known["budget"]) - np.log10(by_project.shift())).abs() >= np.log10(LEAP)
    if places := [f"{row.pid} in {row.period}" for row in known[steps].itertuples()]:
        yield (
            f"Budgets at least {LEAP} times those of the report before, or less than one "
            f"{LEAP}th, kept as published: {', '.join(places)}."
        )
    last = rows.groupby("pid").tail(1).set_index("pid")
    totals = pd.to_numeric(last["total_budget_changes"].map(read_amount))
    changes = by_project.last() - by_project.first()
    both = pd.DataFrame({"published": totals, "counted": changes}).dropna()
    if len(both):
        same = int(((both["published"] - both["counted"]).abs() < 1).sum())
        yield (
            f"The total budget change as published is the last budget less the first for {same} "
            f"of {len(both)} projects; it is not used."
        )


def _notes_on_files(repeated: int, left_aside: Sequence[str]) -> Iterator[str]:
    if repeated:
        yield f"Left aside, because they repeat another to the letter: {counted(repeated, 'row')}."
    if left_aside:
        yield f"Columns without a place in our tables: {', '.join(left_aside)}."

"""Extracts of New York City's capital projects, cell by cell: one report a project and month."""

import re
from datetime import datetime

import pandas as pd

from pipelines.sources.extracts import Cells, ExtractKind
from pmo_lib.months import months_of

EXTRACT = ExtractKind(
    "an extract of New York City's capital projects (NYC Open Data, n7gv-k5yt)",
    ("date_reported_as_of", "pid", "managing_agency", "budget_forecast", "forecast_completion"),
    ("project_name", "category", "current_phase", "design_start", "total_budget_changes"),
    "the CSV as exported with the columns Date Reported As Of, PID, Managing Agency, Budget "
    "Forecast and Forecast Completion",
)
PLAN_DATES = {"start": "design_start", "finish": "forecast_completion"}
MOST_YEARS_FROM_REPORT = 50

FAR = f"more than {MOST_YEARS_FROM_REPORT} years from the report"
NO_AMOUNT = "not an amount"
NO_COST = "a budget of 0 or less is no forecast of a cost"
NO_DATE = "not a date"
NO_MONTH = "not a date: the row is left aside"
NO_PROJECT = "no PID: the row is left aside"
REVERSED = "the completion is before the design start"
TWICE = "the project has another report of the month"

_AMOUNT = re.compile(r"(-?)\$?(-?)(\d{1,3}(?:,\d{3})+|\d{1,15})(\.\d*)?", re.ASCII)
_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AP]M)?)?"
_DATES = {
    re.compile(rf"(\d{{1,2}}/\d{{1,2}}/\d{{4}}){_TIME}", re.ASCII | re.I): "%m/%d/%Y",
    re.compile(rf"(\d{{4}}-\d{{2}}-\d{{2}}){_TIME}", re.ASCII | re.I): "%Y-%m-%d",
    re.compile(rf"(\d{{4}} [a-z]{{3}} \d{{1,2}}){_TIME}", re.ASCII | re.I): "%Y %b %d",
}


def monthly_reports(cells: Cells) -> pd.DataFrame:
    """The rows with their cells read, one a project and month, by project from the oldest.

    Beside the texts they have reported, period, start, finish and budget.
    """
    reported = _days(cells, "date_reported_as_of", NO_MONTH)
    is_undated = cells.rows["date_reported_as_of"] == ""
    cells.set_aside(is_undated, "date_reported_as_of", NO_MONTH)
    has_no_pid = cells.rows["pid"] == ""
    cells.set_aside(has_no_pid, "pid", NO_PROJECT)
    plan = _plan_dates(cells, reported)
    budget = cells.read("budget_forecast", read_amount, NO_AMOUNT).astype("float64")
    cells.set_aside(budget <= 0, "budget_forecast", NO_COST)
    rows = cells.rows.assign(
        reported=reported, period=months_of(reported), budget=budget.where(budget > 0), **plan
    )
    return _last_of_month(rows[reported.notna() & ~has_no_pid], cells)


def read_date(text: str) -> datetime | None:
    """A day as 05/01/2014 12:00:00 AM, 2014-05-01T00:00:00 or 2014 May 01, month before day."""
    text = " ".join(text.split())
    for shape, written in _DATES.items():
        if match := shape.fullmatch(text):
            try:
                return datetime.strptime(match[1], written)
            except ValueError:  # no such day
                return None
    return None


def read_amount(text: str) -> float | None:
    """An amount of dollars as 182980960, -4318643.37 or $1,234.50."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None or (match[1] and match[2]):
        return None
    return float(f"{match[1] or match[2]}{match[3].replace(',', '')}{match[4] or ''}")


def _days(cells: Cells, column: str, reason: str) -> pd.Series:
    days: pd.Series = pd.to_datetime(cells.read(column, read_date, reason)).astype("datetime64[us]")
    return days


def _plan_dates(cells: Cells, reported: pd.Series) -> dict[str, pd.Series]:
    """Start and finish, without those that cannot be."""
    most = pd.Timedelta(days=366 * MOST_YEARS_FROM_REPORT)
    plan = {}
    for name, column in PLAN_DATES.items():
        days = _days(cells, column, NO_DATE)
        is_far = (days - reported).abs() > most
        cells.set_aside(is_far, column, FAR)
        plan[name] = days.mask(is_far)
    is_reversed = plan["start"] > plan["finish"]
    for column in PLAN_DATES.values():
        cells.set_aside(is_reversed, column, REVERSED)
    return {name: days.mask(is_reversed) for name, days in plan.items()}


def _last_of_month(rows: pd.DataFrame, cells: Cells) -> pd.DataFrame:
    """The last report of a project in a month; of those on one day the first that stands."""
    latest_first = rows.sort_values(["pid", "reported"], ascending=[True, False], kind="stable")
    is_again = latest_first.duplicated(["pid", "period"])
    again = is_again.reindex(cells.rows.index, fill_value=False)
    for column in EXTRACT.columns:
        cells.set_aside(again & (cells.rows[column] != ""), column, TWICE)
    return latest_first[~is_again].sort_values(["pid", "reported"], ignore_index=True)

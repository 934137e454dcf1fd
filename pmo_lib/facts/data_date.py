"""The data date: the last month in which something happened, as far as the tables say.

A plan is nothing that happened, nor is what lies after today; a month far from all others is
taken for a slip of the pen. Whoever knows better says so in the settings.
"""

from collections.abc import Iterator, Mapping

import pandas as pd

from pmo_lib.months import DataDate, month_number, months_of
from pmo_lib.wording import listed

DAYS = {
    "milestones": ("actual_date",),
    "gates": ("submitted_on", "decided_on"),
    "demands": ("created_on", "decided_on"),
    "risks": ("raised_on", "closed_on"),
    "service_requests": ("opened_on", "closed_on"),
    "communications": ("sent_on",),
}  # of things that happened
BY_MONTH = ("status_reports", "benefit_reports", "survey_responses", "pmo_costs")
DONE = ("earned_value", "actual_cost")
PLAN = ("planned_value", "due_on")
FORECAST = ("estimate_at_completion", "forecast_finish")
UNKNOWN_MONTHS = 20
LONE = 2  # so few rows after a long gap may be slips


def data_date(tables: Mapping[str, pd.DataFrame], today: str, declared: str) -> DataDate:
    """The last month that status reports are of; without any the last in which anything happened.

    Where one is `declared` (YYYY-MM or a day) it is that. Months after `today` (YYYY-MM-DD; empty:
    nobody knows) count only where there are no others. No month where nothing is dated.
    """
    if declared:
        is_early = not today or declared[:7] <= today[:7]
        why = "as data_date in settings.yml says"
        return DataDate(declared[:7], why if is_early else f"{why}, though today is {today}")
    seen = happened(tables)
    for until, though in ((today[:7], ""), ("", f", though today is {today}")):
        last = {name: month for name in seen if (month := last_month(name, seen[name], until))}
        if "status_reports" in last:
            return DataDate(last["status_reports"], f"the last month of status reports{though}")
        if last:
            month = max(last.values())
            tellers = listed([name.replace("_", " ") for name in last if last[name] == month])
            why = f"the last month in which something happened, according to {tellers}{though}"
            return DataDate(month, why)
    return DataDate()


def happened(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """The months in which something happened, by the table that says so."""
    found = {name: [*_months(name, tables[name])] for name in tables}
    joined = {name: pd.concat(parts).dropna() for name, parts in found.items() if parts}
    return {name: months for name, months in joined.items() if len(months)}


def _months(name: str, table: pd.DataFrame) -> Iterator[pd.Series]:
    match name:
        case "projects":
            begun = table["status"] != "proposed"
            ended = table["status"].isin(["completed", "cancelled"]) | table["status"].isna()
            yield from (months_of(table.loc[begun, day]) for day in ("approved_on", "started_on"))
            yield months_of(table.loc[ended, "finished_on"])
        case "status_reports":
            yield table.loc[reported(table), "period"]
        case "benefit_reports":
            yield table.loc[table["realised"].fillna(0) != 0, "period"]
        case "survey_responses":
            yield table["wave"]
        case "pmo_costs":
            yield table.loc[table["amount"] > 0, "period"]
        case _:
            yield from (months_of(table[day]) for day in DAYS.get(name, ()))


def reported(status_reports: pd.DataFrame) -> pd.Series:
    """Whether a row reports anything but a plan: a rating, that it came, work or a cost.

    Work and cost to date that are only written on while the plan moves are no report; nor is a
    rating beside a zero of both where there was work before.
    """
    came = status_reports["submitted_on"].notna()
    rated = status_reports["rag"].notna()
    worked = (status_reports[list(DONE)].fillna(0) != 0).any(axis=1)
    found = came | rated | worked
    if found.any() and status_reports["planned_value"].notna().any() and not came.all():
        gone, written_on = _unlike_work(status_reports)
        found = came | (rated & ~gone) | (worked & ~written_on)
    if found.any():
        return found
    forecast = status_reports[list(FORECAST)].notna().any(axis=1)
    return forecast if forecast.any() else status_reports[list(PLAN)].isna().all(axis=1)


def _unlike_work(status_reports: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Whether work and cost are zero though they were not, or stay while the plan moves."""
    rows = status_reports.sort_values("period", kind="stable")
    values, done = rows[[*DONE, "planned_value"]], list(DONE)
    whose = [rows["project_id"], rows["rated_by"]]
    before = values.fillna(0).groupby(whose, sort=False).shift()
    same = values.fillna(0) == before
    stays = same[done].all(axis=1) & ~same["planned_value"] & before["planned_value"].notna()
    is_zero = (values[done] == 0).all(axis=1)
    most = values[done].sum(axis=1).groupby(whose, sort=False).cummax()
    gone = is_zero & (most > 0)
    return gone.reindex(status_reports.index), stays.reindex(status_reports.index)


def last_month(table: str, months: pd.Series, until: str = "") -> str:
    """The last of a table's months, up to `until`, that is not far from all others; or none."""
    counts, gaps = _counted(months[months <= until] if until else months)
    for at in range(1, len(counts)):
        usual = _usual(gaps.iloc[1:at])
        rest, typical = counts.iloc[at:].sum(), counts.iloc[:at].median()
        is_lone = rest <= LONE and gaps[at] > max(12, 3 * usual)
        is_thin = table in BY_MONTH and rest < typical / 2 and gaps[at] > 2 * usual
        if is_lone or is_thin:
            return str(counts.index[at - 1])
    return str(counts.index[-1]) if len(counts) else ""


def first_month(months: pd.Series) -> str:
    """The first month that is not years before all others."""
    counts, gaps = _counted(months)
    lone = [at for at in range(1, len(counts)) if counts.iloc[:at].sum() <= LONE]
    begins = [at for at in lone if gaps[at] > max(60, 3 * _usual(gaps.iloc[at + 1 :]))]
    return str(counts.index[max(begins, default=0)])


def _counted(months: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Rows by month, and each month's distance from the one before."""
    counts = months.value_counts().sort_index()
    return counts, month_number(pd.Series(counts.index, dtype="str")).diff()


def _usual(gaps: pd.Series) -> float:
    """The usual distance of months that have rows; long where that is not known."""
    return float(gaps.median()) if len(gaps) else UNKNOWN_MONTHS

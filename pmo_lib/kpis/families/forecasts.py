"""How good and how steady forecasts of cost and finish are."""

import pandas as pd

from pmo_lib.contract.settings import Settings
from pmo_lib.facts.as_of import Dates
from pmo_lib.facts.portfolio import (
    comparable_cost,
    completed,
    in_flight,
    in_order,
    latest_reports,
    with_original,
    with_project,
)
from pmo_lib.kpis.kpi import Beside, flag, kpi, observations
from pmo_lib.months import month_number, months_of


@kpi(
    id="D11", name="Forecast accuracy", family="delivery", unit="share", better="lower",
    statistic="mean", also=("signed_mean",), population="completed projects", window="outcome",
    needs=("projects.status", "projects.finished_on", "projects.actual_cost",
           "status_reports.estimate_at_completion"),
    beside=(
        Beside("each report counted alike", "of_reports", "reports", "quotient"),
        Beside("and with its sign", "signed_of_reports", "reports", "quotient"),
    ),
)  # fmt: skip
def forecast_accuracy(
    projects: pd.DataFrame, status_reports: pd.DataFrame, data_date: pd.Timestamp
) -> pd.DataFrame:
    """|EAC ÷ final cost - 1|, mean of a project's past reports, then mean of those of projects.

    The owner's estimates at completion (EAC) in the months before that of the finish; one of 0
    is one that nobody entered. Beside it the same with its sign: below 0 what was forecast was
    less than what it came to cost; and both means of all reports alike, in which projects with
    many reports weigh more.
    """
    done = completed(projects, data_date)
    final = done["actual_cost"].where((done["actual_cost"] > 0) & done["status"].notna())
    done = done.assign(final_cost=final, finish_month=months_of(done["finished_on"]))
    reports = status_reports[["project_id", "period", "estimate_at_completion"]]
    stated = reports["estimate_at_completion"].notna() & (reports["estimate_at_completion"] != 0)
    own = reports[stated & (status_reports["rated_by"] == "owner")]
    past = with_project(own, done, ["final_cost", "finish_month"])
    past = past[past["period"] < past["finish_month"]]
    error = past["estimate_at_completion"] / past["final_cost"] - 1
    errors = pd.DataFrame({"absolute": error.abs(), "signed": error})
    by_project = errors.groupby(past["project_id"])
    sums = by_project.sum().reindex(done["project_id"]).set_axis(done.index)
    known = pd.Series(error.notna(), dtype="float64").groupby(past["project_id"]).sum()
    told = pd.Series(known.reindex(done["project_id"]).to_numpy(), index=done.index)
    told = told.where(told > 0)
    return observations(
        done,
        period=done["finish_month"],
        numerator=sums["absolute"] / told,
        signed=sums["signed"] / told,
        of_reports=sums["absolute"].where(told.notna()),
        signed_of_reports=sums["signed"].where(told.notna()),
        reports=told,
    )


@kpi(
    id="D12", name="Forecast stability", family="delivery", unit="days", better="lower",
    statistic="clustered_median", also=("slip_share",), population="changes of forecast finish",
    window="year", needs=("status_reports.forecast_finish",),
)  # fmt: skip
def forecast_stability(
    projects: pd.DataFrame, status_reports: pd.DataFrame, data_date: pd.Timestamp
) -> pd.DataFrame:
    """Median absolute change of the forecast finish in days from one month to the next.

    Beside it the share of changes that are slips, that is to later. The owner's reports up
    to the month of the finish, of projects in flight now as of those that have ended since: what
    has become of a project says nothing of how steady it was. A report that does not follow on
    one of the month before is left out; a project's first has nothing to follow on.
    """
    reports = status_reports[["project_id", "period", "rated_by", "forecast_finish"]]
    past = reports["period"] <= f"{data_date:%Y-%m}"
    own = in_order(reports[past & (reports["rated_by"] == "owner")])
    follows = own["project_id"] == own["project_id"].shift()
    next_month = month_number(own["period"]).diff() == 1
    moved = own["forecast_finish"].diff().dt.days.where(next_month)
    own = own.assign(moved=moved)[follows]
    own = with_project(own, projects, ["department", "finished_on"])
    running = own[~(months_of(own["finished_on"]) < own["period"])]
    return observations(
        running,
        period=running["period"],
        numerator=running["moved"].abs(),
        slipped=flag(running["moved"] > 0, running["moved"].notna()),
    )


@kpi(
    id="D15", name="Cost growth so far", family="delivery", unit="share", better="lower",
    statistic="median", also=("p80",), population="projects in flight",
    needs=("projects.status", "baselines.cost", "status_reports.estimate_at_completion"),
)  # fmt: skip
def cost_growth(
    projects: pd.DataFrame,
    baselines: pd.DataFrame,
    status_reports: pd.DataFrame,
    data_date: Dates,
    settings: Settings,
) -> pd.DataFrame:
    """Latest estimate at completion ÷ original cost - 1 of projects in flight; the median.

    What they are forecast to cost, not what they will have cost: for completed projects see D3.
    """
    running = with_original(in_flight(projects, data_date), baselines)
    cost = comparable_cost(running, settings.price_base)
    now = _latest(running, status_reports, "estimate_at_completion").astype("float64")
    return observations(running, numerator=now.where(now > 0) - cost, denominator=cost)


@kpi(
    id="D16", name="Schedule growth so far", family="delivery", unit="share", better="lower",
    statistic="median", also=("p80",), population="projects in flight",
    needs=("projects.status", "baselines.start", "baselines.finish",
           "status_reports.forecast_finish"),
)  # fmt: skip
def schedule_growth(
    projects: pd.DataFrame,
    baselines: pd.DataFrame,
    status_reports: pd.DataFrame,
    data_date: Dates,
) -> pd.DataFrame:
    """(Latest forecast finish - original finish) ÷ original duration of projects in flight.

    The median. Of completed projects see D5.
    """
    running = with_original(in_flight(projects, data_date), baselines)
    now = _latest(running, status_reports, "forecast_finish")
    original_days = (running["finish"] - running["start"]).dt.days
    return observations(
        running,
        numerator=(now - running["finish"]).dt.days,
        denominator=original_days.where(original_days > 0),
    )


def _latest(running: pd.DataFrame, status_reports: pd.DataFrame, column: str) -> pd.Series:
    """What each project's last report says; of projects without a recent one nothing."""
    return latest_reports(running, status_reports, [column])[column]

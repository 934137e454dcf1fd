"""How good and how steady forecasts of cost and finish are."""

import pandas as pd

from pmo_lib.kpi import flag, kpi, observations
from pmo_lib.periods import month_number, months_of
from pmo_lib.portfolio import completed, in_order, with_project


@kpi(
    id="D11", name="Forecast accuracy", family="delivery", unit="share", better="lower",
    statistic="mean", also=("signed_mean",), population="completed projects", window="outcome",
    needs=("projects.status", "projects.finished_on", "projects.actual_cost",
           "status_reports.estimate_at_completion"),
)  # fmt: skip
def forecast_accuracy(
    projects: pd.DataFrame, status_reports: pd.DataFrame, data_date: pd.Timestamp
) -> pd.DataFrame:
    """|EAC ÷ final cost - 1|, mean of a project's past reports, then of completed projects.

    The owner's estimates at completion (EAC) in the months before that of the finish; one of 0
    is one that nobody entered. Beside it the same with its sign: below 0 what was forecast was
    less than what it came to cost.
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
    means = errors.groupby(past["project_id"]).mean().reindex(done["project_id"])
    means = means.set_index(done.index)
    return observations(
        done, period=done["finish_month"], numerator=means["absolute"], signed=means["signed"]
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

    Beside it the share of months in which it slipped, that is moved later. The owner's reports up
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

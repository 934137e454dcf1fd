"""Delivery KPIs: time, cost and earned value against the original baseline."""

import pandas as pd

from pmo_lib.earned_schedule import earned_schedule_months
from pmo_lib.kpi import flag, kpi, observations
from pmo_lib.periods import months_of, shifted
from pmo_lib.portfolio import completed, in_flight, latest_reports, with_original
from pmo_lib.settings import Settings

STALE_MONTHS = 3  # an older status report says nothing of the data date
TAIL_OVERRUN_SHARE = 0.5
ROUNDING = 1e-9  # a cost at a limit is at it, whatever the floating point says


@kpi(
    id="D1", name="On-time completion", family="delivery", unit="share", better="higher",
    statistic="rate", population="completed projects", window="outcome",
    needs=("projects.status", "projects.finished_on", "baselines.finish"),
)  # fmt: skip
def on_time_completion(
    projects: pd.DataFrame, baselines: pd.DataFrame, data_date: pd.Timestamp, settings: Settings
) -> pd.DataFrame:
    """Completed projects finished by original finish + tolerance ÷ completed projects."""
    done = with_original(completed(projects, data_date), baselines)
    late_days = (done["finished_on"] - done["finish"]).dt.days
    on_time = flag(late_days <= settings.tolerances.schedule_days, late_days.notna())
    return observations(done, period=months_of(done["finished_on"]), numerator=on_time)


@kpi(
    id="D2", name="On-budget completion", family="delivery", unit="share", better="higher",
    statistic="rate", population="completed projects", window="outcome",
    needs=("projects.status", "projects.actual_cost", "baselines.cost"),
)  # fmt: skip
def on_budget_completion(
    projects: pd.DataFrame, baselines: pd.DataFrame, data_date: pd.Timestamp, settings: Settings
) -> pd.DataFrame:
    """Completed projects with cost ≤ original cost × (1 + tolerance) ÷ completed projects."""
    done = _costed(projects, baselines, data_date, settings)
    limit = done["cost"] * (1 + settings.tolerances.cost_share)
    within = flag(done["actual_cost"] <= limit * (1 + ROUNDING), _both_known(done))
    return observations(done, period=months_of(done["finished_on"]), numerator=within)


@kpi(
    id="D3", name="Cost overrun", family="delivery", unit="share", better="lower",
    statistic="median", also=("geometric_mean", "p80", "p95"), population="completed projects",
    window="outcome", needs=("projects.status", "projects.actual_cost", "baselines.cost"),
)  # fmt: skip
def cost_overrun(
    projects: pd.DataFrame, baselines: pd.DataFrame, data_date: pd.Timestamp, settings: Settings
) -> pd.DataFrame:
    """Actual cost ÷ original cost - 1 of completed projects, constant prices; the median."""
    done = _costed(projects, baselines, data_date, settings)
    return observations(
        done,
        period=months_of(done["finished_on"]),
        numerator=done["actual_cost"] - done["cost"],
        denominator=done["cost"],
    )


@kpi(
    id="D4", name="Cost tail share", family="delivery", unit="share", better="lower",
    statistic="rate", also=("tail_mean",), population="completed projects", window="outcome",
    needs=("projects.status", "projects.actual_cost", "baselines.cost"),
)  # fmt: skip
def cost_tail_share(
    projects: pd.DataFrame, baselines: pd.DataFrame, data_date: pd.Timestamp, settings: Settings
) -> pd.DataFrame:
    """Completed projects with a cost overrun of 50 % or more ÷ completed; and their mean."""
    done = _costed(projects, baselines, data_date, settings)
    overrun = done["actual_cost"] / done["cost"] - 1
    limit = done["cost"] * (1 + TAIL_OVERRUN_SHARE)
    in_tail = flag(done["actual_cost"] >= limit * (1 - ROUNDING), _both_known(done))
    finished = months_of(done["finished_on"])
    return observations(done, period=finished, numerator=in_tail, magnitude=overrun)


@kpi(
    id="D5", name="Schedule overrun", family="delivery", unit="share", better="lower",
    statistic="median", also=("geometric_mean", "p80"), population="completed projects",
    window="outcome",
    needs=("projects.status", "projects.started_on", "projects.finished_on", "baselines.start",
           "baselines.finish"),
)  # fmt: skip
def schedule_overrun(
    projects: pd.DataFrame, baselines: pd.DataFrame, data_date: pd.Timestamp
) -> pd.DataFrame:
    """Actual duration ÷ original duration - 1 of completed projects; the median."""
    done = with_original(completed(projects, data_date), baselines)
    actual_days = (done["finished_on"] - done["started_on"]).dt.days
    original_days = (done["finish"] - done["start"]).dt.days
    return observations(
        done,
        period=months_of(done["finished_on"]),
        numerator=actual_days - original_days,
        denominator=original_days.where(original_days > 0),
    )


@kpi(
    id="D6", name="Cost performance index (CPI)", family="delivery", unit="ratio",
    better="higher", statistic="ratio", population="projects in flight", cumulative=True,
    needs=("projects.status", "status_reports.earned_value", "status_reports.actual_cost"),
)  # fmt: skip
def cost_performance_index(
    projects: pd.DataFrame, status_reports: pd.DataFrame, data_date: pd.Timestamp
) -> pd.DataFrame:
    """ΣEV ÷ ΣAC to date, projects in flight with a report of the last three months."""
    open_projects = _with_report(
        projects, status_reports, data_date, ["earned_value", "actual_cost"]
    )
    return observations(
        open_projects,
        period=f"{data_date:%Y-%m}",
        numerator=open_projects["earned_value"],
        denominator=open_projects["actual_cost_to_date"],
    )


@kpi(
    id="D7", name="Schedule performance index, time (SPI(t))", family="delivery", unit="ratio",
    better="higher", statistic="mean", population="projects in flight", cumulative=True,
    needs=("projects.status", "projects.started_on", "status_reports.earned_value",
           "status_reports.planned_value"),
)  # fmt: skip
def schedule_performance_index(
    projects: pd.DataFrame,
    status_reports: pd.DataFrame,
    data_date: pd.Timestamp,
    baselines: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Earned schedule ÷ actual time of projects in flight, mean over projects (Lipke 2003).

    Time runs in months from the start. A project ahead of its plan to date is placed on a
    straight line from there to its original finish and cost; without baselines it is left out.
    """
    open_projects = _with_report(
        projects, status_reports, data_date, ["earned_value", "planned_value"]
    )
    past = status_reports[status_reports["period"] <= f"{data_date:%Y-%m}"]
    earned = earned_schedule_months(open_projects, past, baselines)
    return observations(
        open_projects,
        period=f"{data_date:%Y-%m}",
        numerator=earned["earned_schedule_months"],
        denominator=earned["actual_months"].where(earned["actual_months"] > 0),
    )


def _costed(
    projects: pd.DataFrame, baselines: pd.DataFrame, data_date: pd.Timestamp, settings: Settings
) -> pd.DataFrame:
    """Completed projects with their original cost, where it is above 0 and in our prices.

    A completed project that cost nothing is one whose cost nobody entered.
    """
    done = with_original(completed(projects, data_date), baselines)
    comparable = done["cost"] > 0
    if settings.price_base:
        comparable &= (
            done["price_base"].fillna(settings.price_base) == settings.price_base
        ).astype(bool)
    spent = done["actual_cost"].where(done["actual_cost"] > 0)
    return done.assign(cost=done["cost"].where(comparable), actual_cost=spent)


def _both_known(done: pd.DataFrame) -> pd.Series:
    return done["actual_cost"].notna() & done["cost"].notna()


def _with_report(
    projects: pd.DataFrame,
    status_reports: pd.DataFrame,
    data_date: pd.Timestamp,
    columns: list[str],
) -> pd.DataFrame:
    """Projects in flight with `columns` of their last report, missing where it is stale."""
    period = f"{data_date:%Y-%m}"
    reports = latest_reports(status_reports, period, columns)
    reports = reports[reports["period"] > shifted(period, -STALE_MONTHS)]
    values = reports[["project_id", "period", *columns]]
    values = values.rename(columns={"actual_cost": "actual_cost_to_date"})
    return in_flight(projects, data_date).merge(values, on="project_id", how="left")

"""Delivery KPIs: time and cost against the original baseline, and how often that was changed."""

import numpy as np
import pandas as pd

from pmo_lib.contract.settings import Settings
from pmo_lib.facts.as_of import Dates, with_facts
from pmo_lib.facts.portfolio import (
    comparable_cost,
    completed,
    current_baselines,
    in_flight,
    original_baselines,
    rows_of,
    with_original,
    with_project,
)
from pmo_lib.kpis.kpi import flag, kpi, observations
from pmo_lib.months import months_of

YEAR_DAYS = 365.25
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
    uses=("projects.finished_on",),
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
    statistic="median",
    also=(
        "geometric_mean", "p80", "p95", "total", "base_total", "carriers", "carried_total",
        "relative_total",
    ),
    population="completed projects", window="outcome",
    needs=("projects.status", "projects.actual_cost", "baselines.cost"),
    uses=("projects.finished_on",),
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
    id="D4", name="Cost tail share", plain="projects that overran by half or more",
    family="delivery", unit="share", better="lower",
    statistic="rate", also=("tail_mean",), population="completed projects", window="outcome",
    needs=("projects.status", "projects.actual_cost", "baselines.cost"),
    uses=("projects.finished_on",),
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
    id="D17", name="Cancelled", plain="projects that were cancelled",
    family="delivery", unit="share", better="context",
    statistic="rate", population="ended projects", window="outcome",
    needs=("projects.status", "projects.finished_on"),
)  # fmt: skip
def cancelled(projects: pd.DataFrame, data_date: pd.Timestamp) -> pd.DataFrame:
    """Cancelled ÷ completed and cancelled projects.

    For context beside D1 to D5, which are of completed projects: stopping the late and the dear
    makes those better. Whether it is well to stop a project no share can say.
    """
    ended = projects["status"].isin(["completed", "cancelled"]) | projects["status"].isna()
    over = ~(projects["finished_on"] > data_date)
    undated = projects["status"].isna() & projects["finished_on"].isna()
    done = projects[ended & over & ~undated]
    is_cancelled = flag(done["status"] == "cancelled", done["status"].notna())
    return observations(done, period=months_of(done["finished_on"]), numerator=is_cancelled)


@kpi(
    id="D8", name="Re-baselining", plain="re-approval of plans",
    family="delivery", unit="count", better="lower",
    statistic="event_rate", also=("cost_drift",), population="projects in flight", cumulative=True,
    needs=("projects.status", "baselines.approved_on"),
    uses=("projects.started_on", "baselines.cost"),
)  # fmt: skip
def rebaselining(
    projects: pd.DataFrame, baselines: pd.DataFrame, data_date: Dates, settings: Settings
) -> pd.DataFrame:
    """Re-baselines to date ÷ years, projects in flight; and Σ current ÷ Σ original cost - 1.

    The years run from the approval of the original baseline, where that is not known from the
    start. A version without a date of approval counts as approved.
    """
    open_projects = with_original(in_flight(projects, data_date), baselines)
    ids, now = open_projects["project_id"], open_projects["data_date"]
    original = original_baselines(baselines)
    approved = with_project(open_projects, original, ["approved_on"])["approved_on"]
    begun = approved.where(approved <= now).fillna(open_projects["started_on"])
    versions = with_facts(open_projects[["project_id", "data_date"]], baselines)
    later = (versions["version"] > 0) & ~(versions["approved_on"] > versions["data_date"])
    again = np.bincount(versions.loc[later, "row"], minlength=len(ids)).astype("float64")
    current = current_baselines(open_projects, baselines)
    return observations(
        open_projects,
        numerator=pd.Series(again, ids.index).where(rows_of(original, ids) >= 0),
        denominator=(now - begun).dt.days / YEAR_DAYS,
        current=comparable_cost(current, settings.price_base).astype("float64"),
        original=comparable_cost(open_projects, settings.price_base),
    )


def _costed(
    projects: pd.DataFrame, baselines: pd.DataFrame, data_date: pd.Timestamp, settings: Settings
) -> pd.DataFrame:
    """Completed projects with their original cost, where it is above 0 and in our prices.

    A completed project that cost nothing is one whose cost nobody entered.
    """
    done = with_original(completed(projects, data_date), baselines)
    spent = done["actual_cost"].where(done["actual_cost"] > 0)
    return done.assign(cost=comparable_cost(done, settings.price_base), actual_cost=spent)


def _both_known(done: pd.DataFrame) -> pd.Series:
    return done["actual_cost"].notna() & done["cost"].notna()

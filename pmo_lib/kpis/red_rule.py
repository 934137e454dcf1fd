"""Red by rule: what cost, schedule, milestones and age say of a project, whatever its rating."""

import pandas as pd

from pmo_lib.contract.settings import RedRule
from pmo_lib.facts.earned_schedule import WHOLE_SHARE, earned_schedule_months
from pmo_lib.facts.portfolio import original_baselines
from pmo_lib.kpis.kpi import flag

CRITERIA = ("cpi", "spi_t", "milestone", "finish")
ENDED = ("completed", "cancelled")
ROUNDING = 1e-9  # an index at a limit is at it, whatever the floating point says


def red_by_rule(
    reports: pd.DataFrame,
    projects: pd.DataFrame,
    status_reports: pd.DataFrame,
    rule: RedRule,
    baselines: pd.DataFrame | None = None,
    milestones: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Which criteria make each report's project red at the end of the report's month.

    One row per row of `reports`, a selection of `status_reports`; a column for each of `CRITERIA`
    with 1 where it is red, 0 where not, missing where that cannot be judged: cost performance
    below the rule, schedule performance in time below it, a milestone overdue by more days, the
    original finish passed by more days while work goes on.
    """
    life = projects[["project_id", "status", "started_on", "finished_on"]]
    dated = reports.merge(life, on="project_id", how="left", validate="m:1")
    dated["month_end"] = month_ends(dated["period"])
    judged = {
        "cpi": _cpi_red(dated, rule),
        "spi_t": _spi_t_red(dated, status_reports, baselines, rule),
        "milestone": _milestone_red(dated, milestones, rule),
        "finish": _finish_red(dated, baselines, rule),
    }
    return pd.DataFrame(judged, columns=list(CRITERIA)).set_axis(reports.index)


def is_red(criteria: pd.DataFrame) -> pd.Series:
    """1 where any criterion is red, 0 where none is, missing where none can be judged."""
    red: pd.Series = criteria.max(axis=1)
    return red


def month_ends(periods: pd.Series) -> pd.Series:
    """The last day of each month."""
    ends: pd.Series = pd.to_datetime(periods, format="%Y-%m") + pd.offsets.MonthEnd(0)
    return ends


def _cpi_red(reports: pd.DataFrame, rule: RedRule) -> pd.Series:
    spent = reports["actual_cost"].where(reports["actual_cost"] > 0)
    cpi = reports["earned_value"] / spent
    return flag(cpi < rule.cpi_below - ROUNDING, cpi.notna())


def _spi_t_red(
    reports: pd.DataFrame,
    status_reports: pd.DataFrame,
    baselines: pd.DataFrame | None,
    rule: RedRule,
) -> pd.Series:
    # where the plan to date is not given there may be no plan at all
    valued = reports.assign(
        earned_value=reports["earned_value"].where(reports["planned_value"].notna())
    )
    months = earned_schedule_months(valued, status_reports, baselines)
    spi_t = months["earned_schedule_months"] / months["actual_months"].where(
        months["actual_months"] > 0
    )
    return flag(spi_t < rule.spi_t_below - ROUNDING, spi_t.notna())


def _milestone_red(
    reports: pd.DataFrame, milestones: pd.DataFrame | None, rule: RedRule
) -> pd.Series:
    """Judged where the project has a milestone with a planned date."""
    if milestones is None:
        return pd.Series(float("nan"), index=reports.index)
    planned = milestones.dropna(subset=["baseline_date"])
    pairs = (
        reports[["project_id", "month_end"]]
        .reset_index()
        .merge(planned[["project_id", "baseline_date", "actual_date"]], on="project_id")
    )
    late = (pairs["month_end"] - pairs["baseline_date"]).dt.days > rule.milestone_late_days
    overdue = late & ~(pairs["actual_date"] <= pairs["month_end"])
    red = overdue.groupby(pairs["index"]).any().astype("float64")
    return red.reindex(reports.index)


def _finish_red(reports: pd.DataFrame, baselines: pd.DataFrame | None, rule: RedRule) -> pd.Series:
    """Judged where the original finish is known, and whether the project had ended.

    Work has ended too once the whole budget is earned, the largest of any version.
    """
    if baselines is None:
        return pd.Series(float("nan"), index=reports.index)
    plan = original_baselines(baselines)[["project_id", "finish"]]
    finish = reports.merge(plan, on="project_id", how="left", validate="m:1")["finish"]
    late = (reports["month_end"] - finish).dt.days > rule.finish_late_days
    costs = baselines["cost"].where(baselines["cost"] > 0)
    budget = (
        reports["project_id"].map(costs.groupby(baselines["project_id"]).max()).astype("float64")
    )
    all_earned = reports["earned_value"] >= budget * WHOLE_SHARE
    ended = (reports["finished_on"] <= reports["month_end"]) | all_earned
    undated = reports["status"].isin(ENDED) & reports["finished_on"].isna()
    return flag(late & ~ended, finish.notna() & ~undated)

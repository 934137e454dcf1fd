"""Earned schedule: the time at which the plan had earned what has been earned (Lipke 2003)."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from pmo_lib.periods import month_number, months_of
from pmo_lib.portfolio import original_baselines

Floats = npt.NDArray[np.float64]
WHOLE_SHARE = 0.999  # planned values are rounded


def earned_schedule(earned: float, times: Floats, planned: Floats) -> float:
    """ES = t_C + (EV - PV_C) ÷ (PV_C+1 - PV_C) × (t_C+1 - t_C), C the last time with PV_C ≤ EV.

    `times` and the non-decreasing `planned` values run from the start of work (0, 0) to the
    whole budget; once that is earned ES is the planned duration. A flat stretch before counts as
    passed: C is the last such time.
    """
    if earned >= planned[-1]:
        return float(times[int(np.argmax(planned == planned[-1]))])
    last = int(np.flatnonzero(planned <= earned)[-1])
    share = (earned - planned[last]) / (planned[last + 1] - planned[last])
    return float(times[last] + share * (times[last + 1] - times[last]))


def earned_schedule_months(
    projects: pd.DataFrame, status_reports: pd.DataFrame, baselines: pd.DataFrame | None
) -> pd.DataFrame:
    """Earned schedule and actual time in months, one row per row of `projects`.

    `projects` has project_id, started_on, and period and earned_value of the report that counts
    (missing where there is none). The plan is the reported planned value; where the original
    baseline is known it goes on in a straight line to its finish and cost.
    """
    known = projects.dropna(subset=["earned_value", "started_on"])
    start = month_number(months_of(known["started_on"]))
    actual = (month_number(known["period"]) - start + 1).reindex(projects.index)
    plans = _plans(status_reports, projects["project_id"])
    ends = _planned_ends(baselines)
    cases = zip(known["earned_value"], known["project_id"], start, strict=True)
    earned = [_of_project(ev, name, begun, plans, ends) for ev, name, begun in cases]
    months = pd.Series(earned, index=known.index, dtype="float64").reindex(projects.index)
    return pd.DataFrame({"earned_schedule_months": months, "actual_months": actual})


def _plans(status_reports: pd.DataFrame, project_ids: pd.Series) -> dict[str, pd.DataFrame]:
    """Each project's planned value by month, one row a month."""
    plan = status_reports[status_reports["project_id"].isin(project_ids)]
    plan = plan.dropna(subset=["planned_value"]).sort_values(["project_id", "period", "rated_by"])
    plan = plan.drop_duplicates(["project_id", "period"], keep="last")
    plan = plan.assign(month=month_number(plan["period"]))
    return {str(name): rows for name, rows in plan.groupby("project_id")}


def _planned_ends(baselines: pd.DataFrame | None) -> dict[str, tuple[float, float]]:
    """Each project's original finish as a month number, and original cost."""
    if baselines is None:
        return {}
    ends = original_baselines(baselines).dropna(subset=["finish", "cost"])
    months = month_number(months_of(ends["finish"]))
    return dict(zip(ends["project_id"], zip(months, ends["cost"], strict=True), strict=True))


def _of_project(
    earned: float,
    project_id: str,
    start: float,
    plans: dict[str, pd.DataFrame],
    ends: dict[str, tuple[float, float]],
) -> float:
    rows = plans[project_id]
    times = np.concatenate([[0.0], rows["month"].to_numpy() - start + 1])
    planned = np.concatenate([[0.0], rows["planned_value"].to_numpy()])
    used = times >= 0  # a plan reported before work began has no place on the time axis
    times, planned = times[used], np.maximum.accumulate(planned[used])  # a plan never un-plans
    month, budget = ends.get(project_id, (start - 1, float("inf")))
    if month - start + 1 > times[-1] and budget > planned[-1]:
        times, planned = np.append(times, month - start + 1), np.append(planned, budget)
    whole = planned[-1] >= budget * WHOLE_SHARE
    if earned >= planned[-1] and not whole:  # how far ahead, only a longer plan could say
        return float(times[-1]) if earned == planned[-1] else float("nan")
    return earned_schedule(earned, times, planned)

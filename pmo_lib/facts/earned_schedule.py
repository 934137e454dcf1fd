"""Earned schedule: the time at which the plan had earned what has been earned (Lipke 2003)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pmo_lib.facts.portfolio import in_order, original_baselines, rows_of
from pmo_lib.months import month_number, months_of
from pmo_lib.stats.numbers import Floats

Integers = npt.NDArray[np.int64]
WHOLE_SHARE = 0.999  # planned values are rounded


@dataclass(frozen=True)
class Plans:
    """Planned values of many projects over time, one plan after the other.

    Plan k is the points from first[k] up to first[k + 1]: its non-decreasing planned values from
    the start of work (0, 0) to the whole budget.
    """

    times: Floats
    planned: Floats
    first: Integers


def earned_schedule(earned: Floats, plan: Integers, plans: Plans) -> Floats:
    """ES = t_C + (EV - PV_C) ÷ (PV_C+1 - PV_C) × (t_C+1 - t_C), C the last time with PV_C ≤ EV.

    `plan` numbers the plan that each `earned` value is held against. Once the whole budget is
    earned ES is the planned duration. A flat stretch before counts as passed: C is the last such
    time.
    """
    times, planned = plans.times, plans.planned
    end = plans.first[1:] - 1
    short_of_all = planned < np.repeat(planned[end], np.diff(plans.first))
    duration = times[plans.first[:-1] + np.add.reduceat(short_of_all, plans.first[:-1], dtype=int)]
    last = _last_reached(planned, plans.first[plan], end[plan], earned)
    after = np.minimum(last + 1, end[plan])
    with np.errstate(divide="ignore", invalid="ignore"):  # nothing comes after the end
        share = (earned - planned[last]) / (planned[after] - planned[last])
        within = times[last] + share * (times[after] - times[last])
    return np.where(earned >= planned[end[plan]], duration[plan], within)


def _last_reached(planned: Floats, low: Integers, high: Integers, earned: Floats) -> Integers:
    """The last points from low to high with planned ≤ earned, by halving; low if there is none."""
    for _ in range(int((high - low).max(initial=0)).bit_length()):
        middle = (low + high + 1) // 2
        reached = planned[middle] <= earned
        low, high = np.where(reached, middle, low), np.where(reached, high, middle - 1)
    return low


def earned_schedule_months(
    queries: pd.DataFrame, status_reports: pd.DataFrame, baselines: pd.DataFrame | None
) -> pd.DataFrame:
    """Earned schedule and actual time in months, one row per row of `queries`.

    A query has project_id, started_on, and the period and earned_value it asks about; a project
    may have many. The plan is the reported planned value; where the original baseline is known it
    goes on in a straight line to its finish and cost. What is earned beyond the last known point
    of a plan, or without a plan, has no earned schedule. Actual time ends with the first report
    in which the whole budget was earned (Lipke 2003): who waits to be closed is not late for it.
    """
    if queries.empty:
        none = np.empty(0)
        return pd.DataFrame({"earned_schedule_months": none, "actual_months": none})
    begun = queries[["project_id", "started_on"]].drop_duplicates("project_id")
    begun = begun.sort_values("project_id", ignore_index=True)
    start = month_number(months_of(begun["started_on"])).to_numpy()
    plan = rows_of(begun, queries["project_id"])
    earned = queries["earned_value"].to_numpy(dtype="float64")
    actual = month_number(queries["period"]).to_numpy() - start[plan] + 1
    months, budget = _months(earned, plan, *_points(begun, start, status_reports),
                             *_planned_ends(begun, start, baselines))  # fmt: skip
    whole = _first_whole(begun, budget, status_reports) - start + 1
    done = earned >= budget[plan] * WHOLE_SHARE
    ended = np.where(done, np.fmin(actual, whole[plan]), actual)
    found = {"earned_schedule_months": months, "actual_months": ended}
    return pd.DataFrame(found, index=queries.index)


def _first_whole(begun: pd.DataFrame, budget: Floats, status_reports: pd.DataFrame) -> Floats:
    """The number of the first month in which each project's whole budget was earned, or missing."""
    at = rows_of(begun, status_reports["project_id"])
    earned = status_reports["earned_value"].to_numpy(dtype="float64")
    is_whole = (at >= 0) & (earned >= budget[at] * WHOLE_SHARE)
    months = month_number(status_reports.loc[is_whole, "period"])
    return months.groupby(at[is_whole]).min().reindex(range(len(begun))).to_numpy(dtype="float64")


def _months(
    earned: Floats,
    plan: Integers,
    lengths: Integers,
    times: Floats,
    planned: Floats,
    finish: Floats,
    budget: Floats,
) -> tuple[Floats, Floats]:
    """Earned schedules on plans of so many reported points, and of the original finish and cost.

    And each plan's whole budget, missing where its end is not known.
    """
    after = np.cumsum(lengths)
    reported = lengths > 0
    last_time, last_planned = np.full((2, len(lengths)), np.nan)
    last_time[reported] = times[after[reported] - 1]
    last_planned[reported] = planned[after[reported] - 1]
    goes_on = (finish > last_time) & (budget > last_planned)
    is_whole = goes_on | (last_planned >= budget * WHOLE_SHARE)
    # of points put in at the same place the first given comes first: ends before starts
    places = np.concatenate([after[goes_on], after - lengths])
    starts = np.zeros(len(lengths))
    plans = Plans(
        np.insert(times, places, np.concatenate([finish[goes_on], starts])),
        np.insert(planned, places, np.concatenate([budget[goes_on], starts])),
        np.concatenate([[0], np.cumsum(lengths + 1 + goes_on)]),
    )
    months = earned_schedule(earned, plan, plans)
    # how far ahead of a plan without its end a project is, only a longer plan could say
    beyond = np.where(earned == last_planned[plan], last_time[plan], np.nan)
    sayable = is_whole[plan] | (earned < last_planned[plan])
    whole = np.where(is_whole, np.where(goes_on, budget, last_planned), np.nan)
    return np.where(sayable, months, beyond), whole


def _points(
    begun: pd.DataFrame, start: Floats, status_reports: pd.DataFrame
) -> tuple[Integers, Floats, Floats]:
    """How many months of each project have a planned value; their times; their planned values."""
    reports = status_reports[["project_id", "period", "rated_by", "planned_value"]]
    reports = in_order(reports[reports["planned_value"].notna()])
    at = rows_of(begun, reports["project_id"])
    reports, at = reports[at >= 0], at[at >= 0]
    times = month_number(reports["period"]).to_numpy() - start[at] + 1
    used = times >= 0  # a plan reported before work began has no place on the time axis
    at, times, planned = at[used], times[used], reports["planned_value"].to_numpy()[used]
    repeated = (at[:-1] == at[1:]) & (times[:-1] == times[1:])
    single = ~np.append(repeated, False) if len(at) else used[:0]
    at, times = at[single], times[single]
    highest = pd.Series(planned[single]).groupby(at).cummax()  # a plan never un-plans
    return np.bincount(at, minlength=len(begun)), times, highest.to_numpy(dtype="float64")


def _planned_ends(
    begun: pd.DataFrame, start: Floats, baselines: pd.DataFrame | None
) -> tuple[Floats, Floats]:
    """Each project's original finish on its time axis, and original cost; missing where unknown."""
    if baselines is None:
        return np.full(len(begun), np.nan), np.full(len(begun), np.nan)
    plan = original_baselines(baselines)[["project_id", "finish", "cost"]]
    ends = begun.merge(plan, on="project_id", how="left", validate="1:1")
    finish = month_number(months_of(ends["finish"])).to_numpy() - start + 1
    return finish, ends["cost"].where(ends["cost"] > 0).to_numpy()

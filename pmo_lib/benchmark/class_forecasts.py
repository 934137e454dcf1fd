"""Completed projects and projects in flight by class, and what the class suggests for the latter.

Completed projects have a final cost. Projects in flight have an estimate, which still moves: they
are another population and are never mixed with completed ones.
"""

from collections.abc import Mapping
from math import isnan

import numpy as np
import pandas as pd

from pmo_lib.benchmark.uplift import Uplift, uplift
from pmo_lib.engine.observe import attempt
from pmo_lib.engine.summary import usable
from pmo_lib.engine.view import View
from pmo_lib.facts.portfolio import (
    comparable_cost,
    in_flight,
    latest_reports,
    with_original,
    with_project,
)
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.stats.estimate import Estimate
from pmo_lib.stats.numbers import Floats
from pmo_lib.wording import counted

OVERRUN = CATALOGUE["D3"]
NOT_STATED = "not stated"  # the class of projects without a category
MIDDLE, HIGH = 0.5, 0.8
NAMES = dict.fromkeys(["name", "department", "category"], "str")
HISTORY = {
    "case_id": "str", **NAMES, **dict.fromkeys(["approved_on", "finished_on"], "datetime64[us]"),
    **dict.fromkeys(["approved_cost", "actual_cost", "overrun"], "float64"),
}  # fmt: skip
IN_FLIGHT = {
    "project_id": "str", **NAMES, **dict.fromkeys(["approved_cost", "current_estimate"], "float64")
}  # fmt: skip

QUANTILES = ["p50", "p50_low", "p50_high", "p80", "p80_low", "p80_high"]
SUGGESTED = {
    "reference_class": "str", "n": "int64", "own_weight": "float64",
    **dict.fromkeys(QUANTILES, "float64"), "said": "str", "note": "str",
}  # fmt: skip


def history(view: View) -> pd.DataFrame:
    """Every completed project whose approved and actual cost are known, whenever it was completed.

    Young portfolios have completed their short projects first: their history is of those. A
    project without a day of approval counts as approved when its original baseline was, or else
    when it started.
    """
    units, state, _ = attempt(OVERRUN, view, windowed=False)
    if state != "measured":
        return _empty(HISTORY)
    units = usable(OVERRUN, units)
    named = units.assign(project_id=units["case_id"])
    more = ["name", "category", "approved_on", "started_on", "finished_on"]
    done = with_project(named, view.tables["projects"], more)
    baselines = view.tables["baselines"]
    original = with_project(done, baselines[baselines["version"] == 0], ["approved_on"])
    approved = done["approved_on"].fillna(original["approved_on"]).fillna(done["started_on"])
    found = done.assign(
        category=done["category"].fillna(NOT_STATED),
        approved_on=approved,
        approved_cost=done["denominator"],
        actual_cost=done["denominator"] + done["numerator"],
        overrun=done["numerator"] / done["denominator"],
    )
    return found[list(HISTORY)].reset_index(drop=True)


def left_out(view: View) -> str:
    """What the history leaves out, in words: ended but not known at what cost, and cancelled."""
    units, state, reason = attempt(OVERRUN, view, windowed=False)
    if state != "measured":
        return f"There is no history: {reason}"
    unknown = len(units) - len(usable(OVERRUN, units))
    projects = view.tables["projects"]
    ended = ~(projects["finished_on"] > view.data_date)
    cancelled = int((ended & (projects["status"] == "cancelled")).sum())
    why = "ended without an approved cost, a final cost or a status"
    parts = [
        f"{counted(unknown, 'project')} that {why}" if unknown else "",
        f"{counted(cancelled, 'cancelled project')} without a final cost" if cancelled else "",
    ]
    said = " and ".join(filter(None, parts))
    return f"Left out: {said}" if said else ""


def in_flight_growth(view: View) -> pd.DataFrame:
    """Latest estimate ÷ original cost - 1 of every project in flight that has both.

    For a portfolio that does not say what was completed. Growth so far: it is not an overrun.
    """
    projects = _open_projects(view)
    growth = projects["current_estimate"] / projects["approved_cost"] - 1
    found = projects.assign(growth=growth).dropna(subset=["growth"])
    return found.rename(columns={"project_id": "case_id"}).reset_index(drop=True)


def by_class(projects: pd.DataFrame, column: str = "overrun") -> dict[str, Floats]:
    """Each category's values of a column."""
    return {
        str(name): own.to_numpy(dtype="float64")
        for name, own in projects.groupby("category", sort=True)[column]
    }


def p50_and_p80(overruns: Floats, parent: Floats, level: float) -> tuple[Uplift, Uplift]:
    """Both uplifts of a class, of the class alone or both pooled with its parent."""
    middle = uplift(overruns, MIDDLE, level, parent, decided_at=HIGH)
    return middle, uplift(overruns, HIGH, level, parent)


def cells(middle: Estimate, high: Estimate) -> dict[str, float]:
    """Both with their ends, by `QUANTILES`."""
    ends = [end for each in (middle, high) for end in (each.value, each.low, each.high)]
    return dict(zip(QUANTILES, ends, strict=True))


def forecasts(view: View, classes: Mapping[str, Floats]) -> pd.DataFrame:
    """Each project in flight with its approved cost, current estimate and what its class suggests.

    `classes` are the overruns of the reference class of each category, ours or a peer's. P50 and
    P80 with their intervals are costs; `said` sets the current estimate beside them, `note` tells
    of the class, or why there is none.
    """
    parent, level = np.concatenate([*classes.values(), []]), view.settings.confidence_level
    projects = _open_projects(view)
    found = {
        category: p50_and_p80(classes.get(category, np.array([])), parent, level)
        for category in projects["category"].unique()
    }
    costs = zip(
        projects["category"], projects["approved_cost"], projects["current_estimate"], strict=True
    )
    rows = [
        _suggested(category, approved, estimate, *found[category])
        for category, approved, estimate in costs
    ]
    return projects.join(pd.DataFrame(rows, columns=list(SUGGESTED)).astype(SUGGESTED))


def _suggested(
    category: str, approved: float, estimate: float, middle: Uplift, high: Uplift
) -> dict[str, float | int | str]:
    """What the class says of a project of this approved cost and current estimate."""
    costs = {name: approved * (1 + share) for name, share in cells(middle, high).items()}
    return {
        "reference_class": _class_used(category, high),
        "n": high.n,
        "own_weight": high.own_weight,
        **costs,
        "said": _said(estimate, costs),
        "note": high.note if approved == approved else "no approved cost is known",
    }


def _open_projects(view: View) -> pd.DataFrame:
    """The projects in flight with their original cost and latest estimate, where known."""
    tables = view.usable
    if not {"projects", "baselines"} <= tables.keys():
        return _empty(IN_FLIGHT)
    projects = with_original(in_flight(tables["projects"], view.data_date), tables["baselines"])
    estimate = pd.Series(np.nan, index=projects.index)
    if "status_reports" in tables:
        column = "estimate_at_completion"
        estimate = latest_reports(projects, tables["status_reports"], [column])[column]
    return projects.assign(
        category=projects["category"].fillna(NOT_STATED),
        approved_cost=comparable_cost(projects, view.settings.price_base),
        # an estimate of nothing or less is of a project that pays for itself, or not entered
        current_estimate=estimate.where(estimate > 0).astype("float64"),
    )[list(IN_FLIGHT)].reset_index(drop=True)


def _empty(columns: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns)).astype(columns)


def _class_used(category: str, found: Uplift) -> str:
    if isnan(found.own_weight):
        return ""
    if found.own_weight == 1:
        return category
    return f"{category}, with all" if found.n else "all"


def _said(estimate: float, costs: Mapping[str, float]) -> str:
    """The current estimate beside what such projects cost."""
    if isnan(costs["p50"]):
        return ""
    if isnan(estimate):
        return "no current estimate"
    if estimate < costs["p50"]:
        # within the interval of the P50, or without one, it may be above the true one
        surely = "is" if estimate < costs["p50_low"] else "may be"
        return f"{surely} below what half of such projects cost"
    if estimate > costs["p80"]:
        surely = "is" if estimate > costs["p80_high"] else "may be"
        return f"{surely} above what 4 in 5 of such projects cost"
    return "between what half and what 4 in 5 of such projects cost"

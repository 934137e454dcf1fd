"""The delivery KPIs on the shipped sample say what is worked out here from the files, one by one.

Loops over projects in place of the workbook's joins, and formulas written anew.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pmo_lib.contract.tables import TABLES
from pmo_lib.engine.observe import results
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.engine.view import View

RAW = Path(__file__).parents[2] / "data" / "raw"
DATA_DATE = pd.Timestamp("2026-09-30")
DEPARTMENT = "Information Technology"
Tables = dict[str, Any]


def table(name: str) -> pd.DataFrame:
    dates = [column.name for column in TABLES[name] if column.kind == "date"]
    types = {c.name: c.pandas_type for c in TABLES[name] if c.kind != "date"}
    return pd.read_csv(RAW / f"{name}.csv", dtype=types, parse_dates=dates)


@pytest.fixture(scope="module")
def tables() -> Tables:
    return {n: table(n) for n in ("projects", "baselines", "milestones", "status_reports")}


def of(department: str, tables: Tables) -> Tables:
    own = tables["projects"]
    own = own if department == ORGANISATION else own[own["department"] == department]
    return {name: t[t["project_id"].isin(own["project_id"])] for name, t in tables.items()}


def rows(given: pd.DataFrame, project: Any, **cells: Any) -> Any:
    own = given[given["project_id"] == project.project_id]
    for name, value in cells.items():
        own = own[own[name] == value]
    return own


def in_flight(tables: Tables) -> Iterator[Any]:
    for project in tables["projects"].itertuples():
        if project.status in {"active", "on_hold"} and not project.started_on > DATA_DATE:
            yield project


def last_report(tables: Tables, project: Any, *columns: str) -> Any:
    own = rows(tables["status_reports"], project, rated_by="owner").dropna(subset=list(columns))
    own = own[own["period"].between("2026-07", "2026-09")].sort_values("period")
    return own.iloc[-1] if len(own) else None


def schedule(tables: Tables) -> Iterator[float]:
    for project in in_flight(tables):
        last = last_report(tables, project, "earned_value", "planned_value")
        first = rows(tables["baselines"], project, version=0)
        if last is None or pd.isna(project.started_on):
            continue
        own = rows(tables["status_reports"], project, rated_by="owner")
        plan = own.dropna(subset=["planned_value"]).sort_values("period")
        zero = 12 * project.started_on.year + project.started_on.month - 1
        at = [12 * int(p[:4]) + int(p[5:]) - zero for p in plan["period"]]
        points = [(0, 0.0), *zip(at, np.maximum.accumulate(plan["planned_value"]), strict=True)]
        if len(first) and first["finish"].notna().all():
            finish, cost = first["finish"].iloc[0], first["cost"].iloc[0]
            end = 12 * finish.year + finish.month - zero
            if end > points[-1][0] and cost > points[-1][1]:
                points.append((end, cost))
        reached = [point for point in points if point[1] <= last["earned_value"]]
        ahead = [point for point in points if point[1] > last["earned_value"]]
        (t, pv), actual = reached[-1], 12 * int(last["period"][:4]) + int(last["period"][5:]) - zero
        if ahead:
            share = (last["earned_value"] - pv) / (ahead[0][1] - pv)
            yield (t + share * (ahead[0][0] - t)) / actual
        else:
            yield min(t for t, v in points if v == pv) / actual


def rebaselines(tables: Tables) -> Iterator[tuple[int, float]]:
    for project in in_flight(tables):
        own = rows(tables["baselines"], project)
        own = own[~(own["approved_on"] > DATA_DATE)]
        if (own["version"] == 0).any():
            first = own.loc[own["version"] == 0, "approved_on"].fillna(project.started_on).iloc[0]
            yield int((own["version"] > 0).sum()), (DATA_DATE - first).days / 365.25


def milestones_due(tables: Tables) -> Iterator[bool]:
    projects = tables["projects"].set_index("project_id")
    for each in tables["milestones"].itertuples():
        project = projects.loc[each.project_id]
        gone = project["status"] == "cancelled" and project["finished_on"] < each.baseline_date
        if pd.Timestamp("2025-10-01") <= each.baseline_date <= DATA_DATE and not gone:
            yield bool(each.actual_date <= each.baseline_date)


def execution(tables: Tables) -> Iterator[tuple[bool, bool]]:
    for project in in_flight(tables):
        for each in rows(tables["milestones"], project).itertuples():
            done, due = each.actual_date <= DATA_DATE, each.baseline_date <= DATA_DATE
            if pd.notna(each.baseline_date) and (done or due):
                yield bool(done), bool(due)


def forecast_errors(tables: Tables) -> Iterator[float]:
    for project in tables["projects"].query("status == 'completed'").itertuples():
        month = f"{project.finished_on:%Y-%m}" if pd.notna(project.finished_on) else ""
        own = rows(tables["status_reports"], project, rated_by="owner")
        past = own.loc[own["period"] < month, "estimate_at_completion"].dropna()
        if "2023-10" <= month <= "2026-09" and project.actual_cost > 0 and len(past):
            yield float(np.mean([abs(eac / project.actual_cost - 1) for eac in past]))


def finish_changes(tables: Tables) -> Iterator[int]:
    for project in tables["projects"].itertuples():
        last = f"{project.finished_on:%Y-%m}" if pd.notna(project.finished_on) else "9999-12"
        own = rows(tables["status_reports"], project, rated_by="owner")
        forecast = dict(zip(own["period"], own["forecast_finish"], strict=True))
        for period in pd.period_range("2025-10", "2026-09", freq="M"):
            now, then = forecast.get(str(period)), forecast.get(str(period - 1))
            if str(period) <= last and pd.notna(now) and pd.notna(then):
                yield abs((now - then).days)


def credibility_gaps(tables: Tables) -> Iterator[float]:
    for project in in_flight(tables):
        needed = ("earned_value", "actual_cost", "estimate_at_completion")
        last = last_report(tables, project, *needed)
        own = rows(tables["baselines"], project).sort_values("version")
        own = own[~(own["approved_on"] > DATA_DATE)]
        if last is not None and len(own) and last["earned_value"] > 0 and last["actual_cost"] > 0:
            budget = own["cost"].iloc[-1]
            eac = budget / (last["earned_value"] / last["actual_cost"])
            yield (eac - last["estimate_at_completion"]) / budget


def _ratio(pairs: Any) -> float:
    return float(np.sum([a for a, _ in pairs]) / np.sum([b for _, b in pairs]))


INDEPENDENT: dict[str, tuple[Callable[[Tables], Iterator[Any]], Callable[[Any], float]]] = {
    "D7": (schedule, np.mean),
    "D8": (rebaselines, _ratio),
    "D9": (milestones_due, np.mean),
    "D10": (execution, _ratio),
    "D11": (forecast_errors, np.mean),
    "D12": (finish_changes, np.median),
    "D14": (credibility_gaps, np.median),
}


@pytest.mark.parametrize("department", [ORGANISATION, DEPARTMENT])
@pytest.mark.parametrize("kpi_id", INDEPENDENT)
def test_is_what_the_files_say(tables: Tables, kpi_id: str, department: str) -> None:
    units, summarise = INDEPENDENT[kpi_id]
    values = list(units(of(department, tables)))
    found = results(View(tables, "2026-09"), [department], [kpi_id])[0]
    assert found.n == len(values)
    if found.is_measured:
        assert found.value == pytest.approx(summarise(values), rel=1e-9)
    else:
        assert len(values) < 5

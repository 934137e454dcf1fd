"""The truths planted in the shipped sample, found again: who rates too well, which step is missing.

What is expected is worked out here from the files, without the workbook.
"""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipelines.sample.truths import TRUTHS
from pmo_lib.contract.tables import TABLES
from pmo_lib.engine.observe import observe, results
from pmo_lib.engine.view import View
from pmo_lib.facts.lifecycle import audit, headline
from pmo_lib.kpis.catalogue import CATALOGUE

RAW = Path(__file__).parents[2] / "data" / "raw"
DATA_DATE = pd.Timestamp("2026-09-30")
RATING_DAYS_LATE = 30


def table(name: str) -> pd.DataFrame:
    dates = [column.name for column in TABLES[name] if column.kind == "date"]
    types = {c.name: c.pandas_type for c in TABLES[name] if c.kind != "date"}
    return pd.read_csv(RAW / f"{name}.csv", dtype=types, parse_dates=dates)


@pytest.fixture(scope="module")
def seen() -> View:
    return View({name: table(name) for name in TABLES}, "2026-09")


def originals(tables: Any) -> pd.DataFrame:
    return tables["baselines"].query("version == 0").set_index("project_id")


class TestWatermelons:
    def test_department_that_rates_green_what_is_red(self, seen: View) -> None:
        departments = sorted(department.name for department in TRUTHS.departments)
        found = results(seen, departments, ["G2"])
        ranked = sorted((r for r in found if r.is_measured), key=lambda r: r.value)
        worst, next_worst = ranked[-1], ranked[-2]
        assert worst.department == TRUTHS.watermelon_department
        assert worst.value > next_worst.value + 0.2

    def test_reviewers_see_more_red_than_owners(self, seen: View) -> None:
        reports = seen.tables["status_reports"].query("period > '2025-09'").dropna(subset=["rag"])
        red = (reports["rag"] == "red").groupby(reports["rated_by"]).agg(["mean", "count"])
        (found,) = results(seen, kpis=["G3"])
        assert found.value == pytest.approx(red["mean"]["independent"] - red["mean"]["owner"])
        assert found.n == red["count"].sum()
        assert found.low > 0

    def test_watermelons_one_by_one(self, seen: View) -> None:
        tables = seen.tables
        projects = tables["projects"].set_index("project_id")
        finishes = originals(tables)["finish"]
        of_project = dict(list(tables["milestones"].dropna(subset=["baseline_date"])
                               .groupby("project_id")))  # fmt: skip
        green = tables["status_reports"].query(
            "rag == 'green' and rated_by == 'owner' and period > '2025-09'"
        )
        red_without_schedule = {}
        for row in green.itertuples():
            end = pd.Period(row.period, "M").end_time.normalize()
            limit = end - pd.Timedelta(days=RATING_DAYS_LATE)
            own = of_project.get(row.project_id)
            open_then = not projects.loc[row.project_id, "finished_on"] <= end
            red_without_schedule[row.Index] = (
                row.earned_value < 0.9 * row.actual_cost
                or (own is not None and bool(
                    ((own["baseline_date"] < limit) & ~(own["actual_date"] <= end)).any()))
                or (open_then and finishes.get(row.project_id, end) < limit)
            )  # fmt: skip
        found = observe(CATALOGUE["G2"], seen)
        expected = pd.Series(red_without_schedule).sum()
        assert len(found) == len(green)
        # the schedule index, which has a test of its own, can only add to them
        assert expected <= found["numerator"].sum() <= expected + 0.1 * len(green)


class TestRisk:
    def test_exposure_project_by_project(self, seen: View) -> None:
        tables = seen.tables
        exposure, left, n = 0.0, 0.0, 0
        for project in tables["projects"].query("status in ('active', 'on_hold')").itertuples():
            own = {name: tables[name][tables[name]["project_id"] == project.project_id]
                   for name in ("baselines", "status_reports", "risks")}  # fmt: skip
            spent = own["status_reports"].query("period > '2026-06'").dropna(subset=["actual_cost"])
            spent = spent.sort_values("period")["actual_cost"]
            risks = own["risks"].query("raised_on <= @DATA_DATE")
            risks = risks[~(risks["closed_on"] <= DATA_DATE)]
            expected = risks["probability"] * risks["impact"]
            budget = own["baselines"].sort_values("version")["cost"]
            if expected.isna().any() or spent.empty or budget.iloc[-1:].isna().all():
                continue
            exposure += expected.sum()
            left += max(0.0, budget.iloc[-1] - spent.iloc[-1])
            n += 1
        (found,) = results(seen, kpis=["G7"])
        assert (found.value, found.n) == (pytest.approx(exposure / left, rel=1e-12), n)


class TestLifecycle:
    def test_one_promise_lacks_one_step(self, seen: View) -> None:
        names = ("survey_responses", "services", "service_requests", "rollouts", "communications")
        steps = audit(
            seen.tables["value_statements"],
            seen.data_date,
            lambda _kpi, _department: "",
            **{name: seen.tables[name] for name in names},
        )
        gone = steps[~steps["is_present"]][["statement_id", "step", "reason"]]
        assert gone.to_numpy().tolist() == [
            [TRUTHS.broken_statement_id, TRUTHS.missing_step, "names no KPI"]
        ]
        assert headline(steps).said == (
            "22 of 23 value statements have all five steps; Measure is missing most often, in 1."
        )

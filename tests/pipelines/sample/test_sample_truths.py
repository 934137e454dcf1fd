"""Every planted truth can be seen in the data by a computation that fits on a few lines."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.sample import TRUTHS

Frames = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def finished(frames: Frames) -> pd.DataFrame:
    """Completed projects with log ratios of cost and duration, and whether the PMO was there."""
    projects, baselines = frames["projects"], frames["baselines"]
    rows = projects[projects["status"] == "completed"].merge(
        baselines[baselines["version"] == 0], on="project_id", suffixes=("", "_baseline")
    )
    adopted_on = frames["rollouts"].groupby("department")["adopted_on"].min()
    days = (rows["finished_on"] - rows["started_on"]).dt.days
    rows["cost_log"] = np.log(rows["actual_cost"] / rows["cost"])
    rows["schedule_log"] = np.log(days / (rows["finish"] - rows["start"]).dt.days)
    rows["adopted_on"] = rows["department"].map(adopted_on)
    rows["under_pmo"] = rows["started_on"] >= rows["adopted_on"]
    return rows


def effect(finished: pd.DataFrame, outcome: str) -> float:
    """Each adopter's change at its adoption, less that of those without a PMO at the same time.

    The departments are weighted by the projects they started under the PMO.
    """
    rows = finished.dropna(subset=[outcome, "started_on"])
    changes, weights = [], []
    for adopted_on, own in rows.groupby("adopted_on"):
        others = rows[(rows["department"] != own["department"].iloc[0]) & ~rows["under_pmo"]]
        control = [
            change_at(each, adopted_on, outcome)
            for _, each in others.groupby("department")
            if each["started_on"].max() >= adopted_on + pd.DateOffset(years=1)
        ]
        changes.append(change_at(own, adopted_on, outcome) - np.nanmean(control))
        weights.append(own["under_pmo"].sum())
    return float(np.average(changes, weights=weights))


def change_at(rows: pd.DataFrame, day: pd.Timestamp, outcome: str) -> float:
    after = rows["started_on"] >= day
    return float(rows.loc[after, outcome].mean() - rows.loc[~after, outcome].mean())


def test_adoptions_are_the_planted_ones(frames: Frames) -> None:
    first = frames["rollouts"].groupby("department")["adopted_on"].min()
    planted = {each.name: pd.Timestamp(each.adopted_on) for each in TRUTHS.adopters}
    assert first.to_dict() == planted
    assert len(planted) == 9
    assert len(set(planted.values())) == 9
    days = [each.adopted_on for each in TRUTHS.departments]
    assert str(days[0]) == "2022-04-01"
    assert days.count(None) == 3


def test_worst_departments_adopt_first() -> None:
    levels = [each.cost_level_log for each in TRUTHS.departments]
    assert levels == sorted(levels, reverse=True)


def test_effect_on_cost_is_in_the_data(finished: pd.DataFrame) -> None:
    assert effect(finished, "cost_log") == pytest.approx(TRUTHS.cost_effect_log, abs=0.08)


def test_effect_on_schedule_is_in_the_data(finished: pd.DataFrame) -> None:
    assert effect(finished, "schedule_log") == pytest.approx(TRUTHS.schedule_effect_log, abs=0.06)


def test_no_effect_is_seen_where_none_was_planted(finished: pd.DataFrame) -> None:
    """A year before adoption nothing changes; projects under the PMO are left out."""
    before = finished[~finished["under_pmo"]].copy()
    before["adopted_on"] -= pd.DateOffset(years=1)
    before["under_pmo"] = before["started_on"] >= before["adopted_on"]
    assert abs(effect(before, "cost_log")) < 0.10


def test_everybody_improves_a_little(finished: pd.DataFrame) -> None:
    rows = finished[~finished["under_pmo"]].dropna(subset=["cost_log", "started_on"])
    years = (rows["started_on"] - pd.Timestamp("2020-10-01")).dt.days / 365.25
    within_years = years - years.groupby(rows["department"]).transform("mean")
    within_cost = rows["cost_log"] - rows.groupby("department")["cost_log"].transform("mean")
    slope = (within_years * within_cost).sum() / (within_years**2).sum()
    assert slope == pytest.approx(TRUTHS.common_trend_log_per_year, abs=0.02)


def test_benefits_are_not_better_under_the_pmo(frames: Frames, finished: pd.DataFrame) -> None:
    assert TRUTHS.benefit_effect_log == 0
    reports = frames["benefit_reports"].dropna(subset=["realised"])
    realised = reports.groupby("benefit_id")["realised"].sum().rename("realised")
    benefits = frames["benefits"].join(realised, on="benefit_id", how="inner")
    benefits = benefits[benefits["due_on"] < "2026-01-01"].merge(finished, on="project_id")
    share = benefits["realised"] / benefits["target_value"]
    medians = share.groupby(benefits["under_pmo"]).median()
    assert abs(medians[True] - medians[False]) < 0.1


def test_one_department_leaks(frames: Frames) -> None:
    requests = frames["service_requests"]
    leaked = requests["channel"] != "pmo"
    shares = leaked.groupby(requests["department"]).mean().sort_values()
    assert shares.index[-1] == TRUTHS.leaking_department
    assert shares.iloc[-1] > shares.iloc[-2] + 0.25


def test_one_service_disappoints(frames: Frames) -> None:
    answers = frames["survey_responses"].dropna(subset=["perceived", "expected"])
    gaps = (answers["perceived"] - answers["expected"]).astype(float)
    means = gaps.groupby(answers["service_id"]).mean().sort_values()
    assert means.index[0] == TRUTHS.worst_gap_service_id
    assert means.iloc[0] < means.iloc[1] - 0.5


def test_one_role_is_overloaded(frames: Frames) -> None:
    hours = frames["capacity"].dropna().groupby("role")[["demand_hours", "capacity_hours"]].sum()
    load = (hours["demand_hours"] / hours["capacity_hours"]).sort_values()
    assert load.index[-1] == TRUTHS.overloaded_role
    assert load.iloc[-1] > 1.15
    assert load.iloc[-2] < 1


def test_one_department_is_green_outside_and_red_inside(frames: Frames) -> None:
    reports = frames["status_reports"].merge(frames["projects"][["project_id", "department"]])
    green = reports[reports["rag"] == "green"].dropna(subset=["earned_value"])
    red_inside = green["earned_value"] / green["actual_cost"] < 0.9
    shares = red_inside.groupby(green["department"]).mean().sort_values()
    assert shares.index[-1] == TRUTHS.watermelon_department
    assert shares.iloc[-1] > shares.iloc[-2] + 0.15


def test_reviewers_see_more_red_than_owners(frames: Frames) -> None:
    reports = frames["status_reports"].dropna(subset=["rag"])
    red = (reports["rag"] == "red").groupby(reports["rated_by"]).mean()
    assert red["independent"] > red["owner"] + 0.1


def test_one_statement_lacks_one_step_and_all_others_none(frames: Frames) -> None:
    missing = {
        statement.statement_id: lacking
        for statement in frames["value_statements"].fillna("").itertuples()
        if (lacking := missing_steps(statement, frames))
    }
    assert missing == {TRUTHS.broken_statement_id: [TRUTHS.missing_step]}


def missing_steps(statement: Any, frames: Frames) -> list[str]:
    """The steps of the value lifecycle of which the tables hold no sign."""
    what = (statement.department, statement.service_id)
    asked, adopted = (
        set(frames[name][["department", "service_id"]].itertuples(index=False, name=None))
        for name in ("survey_responses", "rollouts")
    )
    signs = {
        "Capture": statement.challenge and what in asked,
        "Convert": statement.challenge and statement.opportunity and statement.statement,
        "Deliver": statement.service_id in set(frames["services"]["service_id"])
        and what in adopted,
        "Measure": statement.kpi_id,
        "Communicate": statement.statement_id in set(frames["communications"]["statement_id"]),
    }
    return [step for step, sign in signs.items() if not sign]


def test_pmo_costs_a_few_per_cent_of_the_portfolio(frames: Frames) -> None:
    finished = frames["projects"].query("finished_on >= '2025-10-01'")
    spent = finished["actual_cost"].sum()
    pmo = frames["pmo_costs"].query("period >= '2025-10'")["amount"].sum()
    assert 0.02 < pmo / spent < 0.15

"""The sample looks like a portfolio: skewed, late, seasonal, and its earned value adds up."""

import pandas as pd
import pytest

from pipelines.sample import TRUTHS

Frames = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def finished(frames: Frames) -> pd.DataFrame:
    """Completed projects beside their original baseline."""
    projects, baselines = frames["projects"], frames["baselines"]
    return projects[projects["status"] == "completed"].merge(
        baselines[baselines["version"] == 0], on="project_id", suffixes=("", "_baseline")
    )


@pytest.fixture(scope="module")
def reports(frames: Frames) -> pd.DataFrame:
    reports = frames["status_reports"]
    return reports[reports["rated_by"] == "owner"].sort_values(["project_id", "period"])


def test_portfolio_has_projects_in_every_state(frames: Frames) -> None:
    counts = frames["projects"]["status"].value_counts()
    assert len(frames["projects"]) >= 240
    assert counts["completed"] > 240
    assert counts["active"] >= 25
    assert counts[["on_hold", "cancelled", "proposed"]].min() >= 3


def test_budgets_are_skewed(frames: Frames) -> None:
    cost = frames["baselines"].query("version == 0")["cost"].dropna()
    assert cost.mean() > 1.3 * cost.median()
    assert cost.max() > 10 * cost.median()


def test_overruns_have_a_heavy_tail(finished: pd.DataFrame) -> None:
    ratio = finished["actual_cost"] / finished["cost"]
    assert 0.95 < ratio.median() < 1.15
    assert 0.06 < (ratio >= 1.5).mean() < 0.20
    assert ratio.max() > 3
    assert (ratio < 1).mean() > 0.25


def test_dear_projects_are_late_ones(finished: pd.DataFrame) -> None:
    cost = finished["actual_cost"] / finished["cost"]
    days = (finished["finished_on"] - finished["started_on"]).dt.days
    planned_days = (finished["finish"] - finished["start"]).dt.days
    assert cost.corr(days / planned_days, method="spearman") > 0.4


def test_approvals_cluster_at_the_start_of_the_financial_year(frames: Frames) -> None:
    month = frames["projects"]["approved_on"].dropna().dt.month
    in_first_two = month.isin(
        [TRUTHS.financial_year_start_month, TRUTHS.financial_year_start_month + 1]
    )
    assert in_first_two.mean() > 1.5 * 2 / 12


def test_gates_and_reports_slip_in_august_and_december(
    frames: Frames, reports: pd.DataFrame
) -> None:
    gates = frames["gates"]
    days = (gates["decided_on"] - gates["submitted_on"]).dt.days
    slow = gates["submitted_on"].dt.month.isin([8, 12])
    assert days[slow].median() > 1.2 * days[~slow].median()

    late = (reports["submitted_on"] > reports["due_on"]) | reports["submitted_on"].isna()
    slow = reports["period"].str[5:].isin(["08", "12"])
    assert late[slow].mean() > 1.5 * late[~slow].mean()
    assert 0.02 < reports["submitted_on"].isna().mean() < 0.10


def test_gates_are_tried_again_only_after_a_hold(frames: Frames) -> None:
    gates = frames["gates"].sort_values(["project_id", "gate", "attempt"])
    followed = gates.duplicated(["project_id", "gate"], keep="last")
    assert followed.sum() > 50
    assert (gates.loc[followed, "decision"] == "hold").all()
    assert (gates.groupby(["project_id", "gate"])["attempt"].diff().dropna() == 1).all()


def test_earned_value_and_cost_never_fall(reports: pd.DataFrame) -> None:
    for column in ("planned_value", "earned_value", "actual_cost"):
        told = reports.dropna(subset=[column])
        assert (told.groupby("project_id")[column].diff().dropna() >= 0).all(), column


def test_earned_and_planned_value_stay_within_the_budget(
    frames: Frames, reports: pd.DataFrame
) -> None:
    original = frames["baselines"].query("version == 0")[["project_id", "cost"]].dropna()
    known = reports.merge(original, on="project_id")
    for column in ("planned_value", "earned_value"):
        assert (known[column].dropna() <= known.loc[known[column].notna(), "cost"]).all(), column


def test_last_report_of_a_completed_project_closes_the_account(
    finished: pd.DataFrame, reports: pd.DataFrame
) -> None:
    last = reports.groupby("project_id").tail(1)
    closed = finished.dropna(subset=["actual_cost", "cost"]).merge(
        last, on="project_id", suffixes=("", "_reported")
    )
    assert len(closed) > 240
    assert (closed["actual_cost_reported"] == closed["actual_cost"]).all()
    assert (closed["estimate_at_completion"] == closed["actual_cost"]).all()
    assert (closed["earned_value"] == closed["cost"]).all()
    assert (closed["forecast_finish"] == closed["finished_on"]).all()


def test_forecasts_converge(finished: pd.DataFrame, reports: pd.DataFrame) -> None:
    final = finished[["project_id", "cost", "started_on", "finished_on"]].assign(
        final_cost=finished["actual_cost"]
    )
    known = reports.merge(final, on="project_id").dropna(subset=["final_cost"])
    known["error"] = (known["estimate_at_completion"] / known["final_cost"] - 1).abs()
    number = known.groupby("project_id").cumcount()
    age = number / known.groupby("project_id")["period"].transform("size")
    assert known["error"][age < 0.3].mean() > 2 * known["error"][age > 0.7].mean()
    told = known.dropna(subset=["estimate_at_completion", "actual_cost"])
    assert (told["estimate_at_completion"] >= told["actual_cost"]).all()


def test_milestones_agree_with_the_finish(frames: Frames, finished: pd.DataFrame) -> None:
    go_live = frames["milestones"].query("name == 'Go-live'")
    both = finished.merge(go_live, on="project_id")
    assert (both["actual_date"] == both["finished_on"]).all()
    planned = both.dropna(subset=["baseline_date", "finish"])
    assert (planned["baseline_date"] == planned["finish"]).all()


def test_some_projects_were_rebaselined_twice(frames: Frames) -> None:
    versions = frames["baselines"]["version"].value_counts()
    assert versions[1] > 20
    assert versions[2] >= 5


def test_benefits_fall_short_and_some_are_never_measured(frames: Frames) -> None:
    reports = frames["benefit_reports"]
    measured = reports.dropna(subset=["planned", "realised"])
    realised_share = measured["realised"].sum() / measured["planned"].sum()
    assert 0.5 < realised_share < 0.98
    never = reports.groupby("benefit_id")["realised"].count() == 0
    assert 0.1 < never.mean() < 0.35
    units = frames["benefits"].dropna(subset=["class", "unit"])
    is_money = units["unit"] == "currency"
    assert (is_money == (units["class"] != "non_financial")).all()


def test_plan_of_a_benefit_adds_up_to_its_target(frames: Frames) -> None:
    planned = frames["benefit_reports"].groupby("benefit_id")["planned"].sum().rename("planned")
    benefits = frames["benefits"].dropna(subset=["target_value", "due_on"])
    due = benefits[benefits["due_on"] <= f"{TRUTHS.data_date_period}-30"].join(
        planned, on="benefit_id", how="inner"
    )
    assert len(due) > 300
    assert (due["planned"] - due["target_value"]).abs().max() < 0.01


def test_most_demands_became_projects(frames: Frames) -> None:
    demands = frames["demands"]
    assert 0.6 < demands["project_id"].notna().mean() < 0.85
    assert demands["decided_on"].isna().sum() >= 5
    refused = demands["decided_on"].notna() & demands["project_id"].isna()
    assert refused.sum() > 50


def test_surveys_have_waves_and_non_response(frames: Frames) -> None:
    answers = frames["survey_responses"]
    assert 4 <= answers["wave"].nunique() <= 6
    answered = answers.groupby("wave")["respondent_id"].nunique()
    assert answered.max() < 0.8 * 12 * 14
    unscored = frames["service_requests"]["satisfaction"].isna().mean()
    assert 0.3 < unscored < 0.7


def test_projects_are_rated_by_their_department_after_they_end(frames: Frames) -> None:
    answers, projects = frames["survey_responses"], frames["projects"]
    rated = answers.dropna(subset=["project_id"]).merge(
        projects, on="project_id", suffixes=("", "_of_project")
    )
    assert sorted(rated["wave"].unique()) == ["2024-09", "2025-09", "2026-09"]
    assert (rated["department"] == rated["department_of_project"]).all()
    assert (rated["finished_on"].dt.strftime("%Y-%m") <= rated["wave"]).all()
    assert set(rated["status"].dropna()) == {"completed"}
    assert not rated.duplicated(["respondent_id", "wave"]).any()
    assert 0 < rated["project_success"].isna().mean() < 0.1
    assert len(rated) > 60 * rated["wave"].nunique()


def test_statements_name_departments_services_and_kpis(frames: Frames) -> None:
    statements = frames["value_statements"]
    per_department = statements.groupby("department").size()
    assert set(per_department.index) == {each.name for each in TRUTHS.adopters}
    assert per_department.between(2, 3).all()
    assert not statements.duplicated(["department", "service_id"]).any()

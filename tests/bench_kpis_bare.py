"""The delivery figures by department as a good analyst writes them in plain pandas.

No interval, no left-out rows, no reasons: only what the values themselves take.
"""

from pathlib import Path

import pandas as pd

DATE = pd.Timestamp("2026-09-30")
COLUMNS = {
    "projects": ["project_id", "department", "status", "started_on", "finished_on", "actual_cost"],
    "baselines": ["project_id", "version", "approved_on", "start", "finish", "cost"],
    "milestones": ["project_id", "baseline_date", "actual_date"],
    "status_reports": ["project_id", "period", "planned_value", "earned_value", "actual_cost",
                       "estimate_at_completion", "forecast_finish", "rated_by"],
}  # fmt: skip


def figures(folder: Path) -> dict[str, dict[str, float]]:
    projects, baselines, milestones, reports = (
        pd.read_parquet(folder / f"{name}.parquet", columns=columns)
        for name, columns in COLUMNS.items()
    )
    reports = reports[reports["rated_by"] == "owner"].drop(columns="rated_by")
    original = baselines[baselines["version"] == 0].drop(columns=["version", "approved_on"])
    projects = projects.merge(original, on="project_id")
    done = projects[(projects["status"] == "completed") & (projects["finished_on"] > "2023-09-30")]
    active = projects[projects["status"] == "active"]
    found = (
        completed(done)
        | earned_value(active, baselines, reports)
        | rebaselining(active, baselines)
        | milestone_figures(projects, active, milestones)
        | forecasts(projects, done, reports)
    )
    return {kpi: values.to_dict() for kpi, values in found.items()}


def completed(done: pd.DataFrame) -> dict[str, pd.Series]:
    cost = done["actual_cost"] / done["cost"] - 1
    took, planned = done["finished_on"] - done["started_on"], done["finish"] - done["start"]
    by = done["department"]
    return {
        "D1": (done["finished_on"] <= done["finish"]).groupby(by).mean(),
        "D2": (cost <= 0).groupby(by).mean(),
        "D3": cost.groupby(by).median(),
        "D4": (cost >= 0.5).groupby(by).mean(),
        "D5": (took / planned - 1).groupby(by).median(),
    }


def earned_value(
    active: pd.DataFrame, baselines: pd.DataFrame, reports: pd.DataFrame
) -> dict[str, pd.Series]:
    last = reports[reports["period"].isin(["2026-07", "2026-08", "2026-09"])]
    last = last.groupby("project_id", as_index=False).last().drop(columns="planned_value")
    seen = active.drop(columns="actual_cost").merge(last, on="project_id")
    plan = reports[["project_id", "planned_value"]].merge(
        seen[["project_id", "earned_value"]], on="project_id"
    )
    reached = plan[plan["planned_value"] <= plan["earned_value"]].groupby("project_id")
    ahead = plan[plan["planned_value"] > plan["earned_value"]].groupby("project_id")
    months = reached["planned_value"].agg(["size", "max"])
    months = months.join(ahead["planned_value"].min().rename("next"), how="outer")
    seen = seen.join(months, on="project_id")
    whole, before = seen["size"].fillna(0), seen["max"].fillna(0)
    finish, start, now = (
        dates.dt.year * 12 + dates.dt.month
        for dates in (seen["finish"], seen["started_on"], pd.Series(DATE, index=seen.index))
    )
    step = (finish - start + 1 - whole).where(seen["next"].isna(), 1)
    share = (seen["earned_value"] - before) / (seen["next"].fillna(seen["cost"]) - before)
    spi = (whole + share.where(before < seen["cost"], 0) * step) / (now - start + 1)
    by = seen["department"]
    sums = seen.groupby("department")[["earned_value", "actual_cost"]].sum()
    in_force = baselines[baselines["approved_on"] <= DATE]
    current = in_force.groupby("project_id")["cost"].last()
    budget = seen["project_id"].map(current)
    gap = seen["actual_cost"] / seen["earned_value"] - seen["estimate_at_completion"] / budget
    return {
        "D6": sums["earned_value"] / sums["actual_cost"],
        "D7": spi.groupby(by).mean(),
        "D14": gap.groupby(by).median(),
    }


def rebaselining(active: pd.DataFrame, baselines: pd.DataFrame) -> dict[str, pd.Series]:
    again = baselines[(baselines["version"] > 0) & (baselines["approved_on"] <= DATE)]
    approved = baselines[baselines["version"] == 0].set_index("project_id")["approved_on"]
    counts = active["project_id"].map(again["project_id"].value_counts()).fillna(0)
    years = (DATE - active["project_id"].map(approved)).dt.days / 365.25
    by = active["department"]
    return {"D8": counts.groupby(by).sum() / years.groupby(by).sum()}


def milestone_figures(
    projects: pd.DataFrame, active: pd.DataFrame, milestones: pd.DataFrame
) -> dict[str, pd.Series]:
    owned = milestones.merge(projects[["project_id", "department"]], on="project_id")
    due = owned[owned["baseline_date"].between("2025-10-01", DATE)]
    met = (due["actual_date"] <= due["baseline_date"]).groupby(due["department"]).mean()
    going = owned[owned["project_id"].isin(active["project_id"])]
    dates = going[["baseline_date", "actual_date"]] <= DATE
    counts = dates.groupby(going["department"]).sum()
    return {"D9": met, "D10": counts["actual_date"] / counts["baseline_date"]}


def forecasts(
    projects: pd.DataFrame, done: pd.DataFrame, reports: pd.DataFrame
) -> dict[str, pd.Series]:
    final = done[["project_id", "actual_cost"]]
    final = final.assign(month=done["finished_on"].dt.strftime("%Y-%m"))
    past = reports[["project_id", "period", "estimate_at_completion"]].merge(final, on="project_id")
    past = past[past["period"] < past["month"]]
    error = (past["estimate_at_completion"] / past["actual_cost"] - 1).abs()
    accuracy = done["project_id"].map(error.groupby(past["project_id"]).mean())
    recent = reports.loc[reports["period"] >= "2025-09", ["project_id", "forecast_finish"]]
    moved = recent.groupby("project_id")["forecast_finish"].diff().dt.days.abs()
    owner = recent["project_id"].map(projects.set_index("project_id")["department"])
    return {
        "D11": accuracy.groupby(done["department"]).mean(),
        "D12": moved.groupby(owner).median(),
    }

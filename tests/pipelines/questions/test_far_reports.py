"""Status reports of another unit, and costs that cannot be, are asked about."""

import pandas as pd

from builders.asking import changed, delivery, findings, mended, questions
from pipelines.questions.asked import REPORTED

CLEAN = delivery()
REPORTS = CLEAN["status_reports"]
LAST = REPORTS["period"] == REPORTS["period"].max()
OLD = REPORTS["period"] == "2026-01"


def in_thousands(rows: pd.Series) -> dict[str, pd.Series]:
    money = [c for c in REPORTED if REPORTS[c].notna().any()]
    return {f"status_reports__{c}": REPORTS[c].mask(rows, REPORTS[c] / 1000) for c in money}


def test_months_in_thousands_are_not_used() -> None:
    wrong: dict[str, object] = {}
    for name, rows in {"last": LAST, "one before": OLD, "two": LAST | OLD}.items():
        given = changed(CLEAN, **in_thousands(rows))
        found = findings(given)
        one = found.get("money_unit_of_some status_reports")
        if one is None:
            wrong[name] = list(found)
            continue
        left = mended(given, one)["status_reports"]
        many = REPORTS.groupby("project_id")["period"].transform("size") >= 5
        had = rows & many & (REPORTS["actual_cost"] > 0)
        lost = left["actual_cost"].isna() & REPORTS["actual_cost"].notna()
        if (lost & ~rows & many).any() or (had & lost).sum() < 0.9 * had.sum():
            wrong[name] = (int(lost.sum()), int((lost & ~rows & many).sum()), int(had.sum()))
    assert wrong == {}


def test_a_single_slip_is_told() -> None:
    at = REPORTS.index[LAST & (REPORTS["actual_cost"] > 0)][:1]
    given = changed(CLEAN, **in_thousands(pd.Series(REPORTS.index.isin(at), REPORTS.index)))
    found = findings(given)
    assert list(found) == ["far_amount status_reports"]
    assert found["far_amount status_reports"].mend is None


def test_what_is_still_to_be_spent_is_no_estimate_at_completion() -> None:
    spent = REPORTS["actual_cost"]
    whole = spent.groupby(REPORTS["project_id"]).transform("max") * 1.1
    right = changed(CLEAN, status_reports__estimate_at_completion=whole)
    wrong = changed(CLEAN, status_reports__estimate_at_completion=whole - spent)
    assert questions(right) == {}
    found = questions(wrong)
    assert list(found) == ["to_complete status_reports.estimate_at_completion"]
    (one,) = found.values()
    assert one.withholds == ("status_reports.estimate_at_completion",)


def test_final_cost_is_not_below_what_was_reported() -> None:
    costs = CLEAN["projects"]["actual_cost"]
    found = questions(changed(CLEAN, projects__actual_cost=costs / 3))
    assert "final_cost projects.actual_cost" in found
    assert found["final_cost projects.actual_cost"].withholds == (
        "projects.actual_cost", "status_reports.actual_cost",
    )  # fmt: skip
    few = costs.mask(costs.index % 10 == 0, costs / 3)
    assert questions(changed(CLEAN, projects__actual_cost=few)) == {}

"""Zeros that other amounts of the same project contradict are asked about and not used."""

import pandas as pd
import pytest

from builders.asking import Change, changed, delivery, findings, mended, questions
from builders.tables import baseline, project, report, tables

CLEAN = delivery()
ENDED = CLEAN["projects"].index[CLEAN["projects"]["status"] == "completed"][:4]
IDS = set(CLEAN["projects"].loc[ENDED, "project_id"])


def zero(values: pd.Series, ids: pd.Series) -> pd.Series:
    return values.mask(ids.isin(IDS), 0.0)


WRONG: dict[str, Change] = {
    f"{table}.{column}": {
        f"{table}__{column}": zero(CLEAN[table][column], CLEAN[table]["project_id"])
    }
    for table, column in (
        ("projects", "actual_cost"), ("baselines", "cost"), ("status_reports", "earned_value"),
    )
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_zeros_are_not_used(name: str) -> None:
    given = changed(CLEAN, **WRONG[name])
    found = findings(given)
    assert list(found) == [f"zeros {name}"]
    (one,) = found.values()
    assert "really 0 of 4 projects" in one.question.asks
    table, column = name.split(".")
    left, rows = mended(given, one)[table], CLEAN[table]["project_id"].isin(IDS)
    assert left.loc[rows, column].isna().all()
    pd.testing.assert_series_equal(left.loc[~rows, column], CLEAN[table].loc[~rows, column])


def test_zeros_that_may_be_true_are_not_asked_about() -> None:
    def asked(spent: float, cost: float, *reports: dict[str, float]) -> list[str]:
        rows = [report("p1", f"2026-0{at}", **each) for at, each in enumerate(reports, 1)]
        return list(
            questions(
                tables(
                    projects=[project("p1", actual_cost=spent)],
                    baselines=[baseline("p1", cost=cost)],
                    status_reports=rows,
                )
            )
        )

    true = {
        "of no cost": asked(0.0, 0.0),
        "first month": asked(90.0, 100.0, {"actual_cost": 9.0, "earned_value": 0.0}),
        "begun late": asked(
            90.0, 100.0, {"planned_value": 50.0, "earned_value": 0.0, "actual_cost": 0.0}
        ),
        "earned since": asked(
            90.0, 100.0, {"actual_cost": 30.0, "earned_value": 0.0},
            {"actual_cost": 50.0, "earned_value": 40.0},
        ),
    }  # fmt: skip
    zeros = {n: [each for each in ids if each.startswith("zeros")] for n, ids in true.items()}
    assert zeros == {name: [] for name in true}

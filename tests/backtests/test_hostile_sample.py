"""The sample with what real exports hold: the right state and reason, no answer unearned."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from builders.reports import measured_once, report_on
from pmo_lib.workbook import open_workbook

RAW = Path(__file__).parents[2] / "data" / "raw"
KEPT = ("Finance", "Information Technology")
WHOLE, LONE = "All departments", "One project"


def of_few_departments(table: pd.DataFrame) -> pd.DataFrame:
    """What is of the departments in `KEPT`, or of none; what a missing project leaves is kept."""
    projects = pd.read_csv(RAW / "projects.csv", dtype=str)
    gone = projects.loc[~projects["department"].isin(KEPT), "project_id"]
    if "project_id" in table:
        table = table[~table["project_id"].isin(gone)]
    return table[table["department"].isin(KEPT)] if "department" in table else table


def spoil(raw: Path) -> None:
    """One lone project, no cost in many reports, a month without any, and much more."""

    def change(table: str, how: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
        there = (raw if (raw / f"{table}.csv").exists() else RAW) / f"{table}.csv"
        rows = pd.read_csv(there, dtype=str, keep_default_na=False)
        how(rows).to_csv(raw / f"{table}.csv", index=False)

    for path in RAW.glob("*.csv"):
        if path.stem != "risks":
            change(path.stem, of_few_departments)
    lone = {"project_id": "LONE", "department": LONE, "status": "active", "finished_on": ""}
    change("projects", lambda t: pd.concat([t, t.head(1).assign(**lone)]))
    change("baselines", lambda t: t.assign(cost=t["cost"].mask(t.index < 5, "0")))
    last = pd.read_csv(RAW / "survey_responses.csv")["wave"].max()
    change("survey_responses", lambda t: pd.concat([t[t["wave"] != last],
                                                    t[t["wave"] == last].head(1)]))  # fmt: skip
    change("milestones", lambda t: t.assign(baseline_date="31.02.2025"))
    change("status_reports", lambda t: t[t["period"] != "2026-05"].assign(
        actual_cost=lambda u: u["actual_cost"].mask(u.index < 400, "0")
    ))  # fmt: skip
    change("capacity", lambda t: t.assign(capacity_hours="1500", booked_hours="1200"))
    change("value_statements", lambda t: t.assign(kpi_id=t["kpi_id"].mask(t.index == 0, "Z99")))


@pytest.fixture(scope="module")
def results(
    tmp_path_factory: Any, pmo: Callable[..., Any], great_expectations: None
) -> Iterator[Any]:
    """The published results by KPI and department, beside a baseline, and the workbook."""
    folder = tmp_path_factory.mktemp("hostile")
    raw, out = folder / "raw", folder / "out"
    raw.mkdir()
    spoil(raw)
    assert pmo("check", "--raw", raw, "--out", out).exit_code == 1
    opened = open_workbook(out)
    opened.freeze("early", "2022-03", "2026-11-24")
    with measured_once():
        table = opened.measured("2026-09").published
        whole = table[table["segment"] == ""].drop_duplicates(["kpi_id", "department"])
        yield whole.set_index(["kpi_id", "department"]), opened


@pytest.mark.parametrize(
    ("kpi", "department", "state", "reason"),
    [
        ("V5", LONE, "too few", "fewer than 5 projects in flight"),
        ("D1", LONE, "undefined", "there are no completed projects"),
        ("R8", LONE, "undefined", "there are no occasions"),
        ("D9", WHOLE, "withheld", "cells of milestones.baseline_date could not be read"),
        ("D10", "Finance", "withheld", "cells of milestones.baseline_date could not be read"),
        ("R1", WHOLE, "too few", "fewer than 5 answers"),
        ("R3", WHOLE, "too few", "fewer than 5 answers"),
        ("G7", WHOLE, "not measured", "needs risks.csv"),
        ("P9", WHOLE, "measured", "all ratios are equal"),
        ("V3", WHOLE, "measured", ""),
    ],
)
def test_state_and_reason(results: Any, kpi: str, department: str, state: str, reason: str) -> None:
    found = results[0].loc[(kpi, department)]
    assert found["state"] == state
    assert reason in found["reason"]
    assert pd.isna(found["value"]) == (state != "measured")


def test_no_answer_that_was_not_earned(results: Any) -> None:
    table = results[0]
    sure = table["than_before"].isin(["better", "worse", "no clear change"])
    sure |= table["against_target"].isin(["kept", "not kept"])
    answered = table[sure & ~table["statistic"].isin(["count", "max_ratio"])]
    assert len(answered)
    assert (answered["state"] == "measured").all()
    assert answered[["low", "high"]].notna().all(axis=None)
    assert (answered["cases"] >= 10).all()


@pytest.mark.parametrize("department", ["", LONE])
def test_every_piece_of_the_report_can_be_shown(results: Any, department: str) -> None:
    report = report_on("03_kpi_report", results[1], department=department)
    pieces = ["one_page", "what_else", "dearest", "promises", "scorecard", "signals", "trust",
              "service_gaps", "service_map", "services", "uptake", "leakage", "lifecycle",
              "collect_next", "unshown"]  # fmt: skip
    for name in pieces:
        assert getattr(report, name)() is not None
    assert report.trend(0) is not None

"""The worked cases of tests/cases: inputs, expected values and how those were derived."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from builders.views import view, with_baseline
from builders.workbooks import facts, table_facts
from pmo_lib.contract.verdict import Verdict
from pmo_lib.engine.observe import results
from pmo_lib.engine.view import View
from pmo_lib.stats.estimate import Estimate

FOLDER = Path(__file__).resolve().parents[1] / "cases"
FILES = sorted(path.stem for path in FOLDER.glob("*.json"))
WHOSE = {"projects", "survey_responses", "service_requests"}  # of a department


def load(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return cases


def chosen(name: str, **only: str) -> list[dict[str, Any]]:
    """The cases of a file, all or those whose fields are as in `only`."""
    found = [case for case in load(name) if all(case[k] == v for k, v in only.items())]
    assert found, f"{name}.json has no case of {only}"
    return found


def parameters(name: str, **only: str) -> list[Any]:
    """The same as pytest parameters."""
    return [pytest.param(case, id=case["id"]) for case in chosen(name, **only)]


def check_kpi(case: dict[str, Any]) -> None:
    """Every expected field of every expected statistic, through the engine."""
    found = results(view_of(case), kpis=[case["kpi"]])
    for expected in case["expected"]:
        result = next(
            r
            for r in found
            if r.statistic.id == expected["statistic"]
            and r.segment == expected.get("segment", r.segment)
        )
        assert result.state == "measured" or expected["value"] is None, result.reason
        for name, value in expected.items():
            if name not in {"statistic", "segment"}:
                said = getattr(result, name)
                assert close(said, value, case["tolerance"]), f"{name}: {said}, not {value}"


def view_of(case: dict[str, Any]) -> View:
    """What the case's KPI is computed on: tables, or a verdict, or draws of a value case.

    `verdict` says of each table how many expectations were evaluated and how many met; `baseline`
    is the month at whose end one was frozen.
    """
    given = {"disclosure": {"too_few": 1, "indicative": 1}} | case.get("settings", {})
    rows = {
        name: [_whole(name, row) for row in rows]
        for name, rows in case["inputs"].items()
        if name != "value_case"
    }
    seen = view(given=given, **rows)
    if "value_case" in case["inputs"]:
        seen = replace(seen, value_case=pd.DataFrame(case["inputs"]["value_case"]))
    if "verdict" in case:
        found = {
            name: table_facts(name, 9, expectations=evaluated, expectations_met=met)
            for name, (evaluated, met) in case["verdict"].items()
        }
        seen = replace(seen, verdict=Verdict.from_mapping(facts({}) | {"tables": found}))
    return with_baseline(seen, case["baseline"]) if "baseline" in case else seen


def _whole(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row with the department or the rater that the case does not care for."""
    if table == "status_reports":
        return {"rated_by": "owner"} | row
    return {"department": "Finance"} | row if table in WHOSE else row


def close(found: float, expected: float | None, tolerance: float) -> bool:
    """Within the tolerance; None stands for no number."""
    if expected is None:
        return found != found
    return abs(found - expected) <= tolerance


def check_estimate(found: Estimate, case: dict[str, Any]) -> None:
    """Every expected field of an estimate."""
    for name, expected in case["expected"].items():
        value = getattr(found, name)
        assert close(value, expected, case["tolerance"]), f"{name}: {value}, not {expected}"


def floats(values: Any) -> Any:
    return np.array(values, dtype="float64")

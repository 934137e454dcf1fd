"""The worked cases of tests/cases: inputs, expected values and how those were derived."""

import json
from pathlib import Path
from typing import Any

import pytest
from handmade import view

from pmo_lib.engine import results

FOLDER = Path(__file__).resolve().parents[1] / "cases"


def load(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return cases


def parameters(name: str, **only: str) -> list[Any]:
    """The cases of a file as pytest parameters, all or those whose fields are as in `only`."""
    found = [case for case in load(name) if all(case[k] == v for k, v in only.items())]
    assert found, f"{name}.json has no case of {only}"
    return [pytest.param(case, id=case["id"]) for case in found]


def of_kpis(*kpi_ids: str) -> list[Any]:
    """The cases of these KPIs as pytest parameters."""
    return [case for kpi_id in kpi_ids for case in parameters("kpi", kpi=kpi_id)]


def check_kpi(case: dict[str, Any]) -> None:
    """Every expected field of every expected statistic, through the engine."""
    given = {"disclosure": {"too_few": 1, "indicative": 1}} | case.get("settings", {})
    rows = {name: [_whole(name, row) for row in rows] for name, rows in case["inputs"].items()}
    found = results(view(given=given, **rows), kpis=[case["kpi"]])
    for expected in case["expected"]:
        result = next(
            r
            for r in found
            if r.statistic == expected["statistic"]
            and r.segment == expected.get("segment", r.segment)
        )
        assert result.state == "measured", result.reason
        for name, value in expected.items():
            if name not in {"statistic", "segment"}:
                said = getattr(result, name)
                assert close(said, value, case["tolerance"]), f"{name}: {said}, not {value}"


def _whole(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row with the department or the rater that the case does not care for."""
    extra = {"projects": {"department": "Finance"}, "status_reports": {"rated_by": "owner"}}
    extra |= {name: {"department": "Finance"} for name in ("survey_responses", "service_requests")}
    return extra.get(table, {}) | row


def close(found: float, expected: float | None, tolerance: float) -> bool:
    """Within the tolerance; None stands for no number."""
    if expected is None:
        return found != found
    return abs(found - expected) <= tolerance

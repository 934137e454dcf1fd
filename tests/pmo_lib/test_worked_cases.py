"""The worked cases are whole: each says what it expects, from where, and why."""

from typing import Any

import pytest
import worked_cases as cases

from pmo_lib.catalogue import CATALOGUE

FILES = sorted(path.stem for path in cases.FOLDER.glob("*.json"))


@pytest.mark.parametrize("name", FILES)
def test_ids_are_unique(name: str) -> None:
    ids = [case["id"] for case in cases.load(name)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case["id"]) for name in FILES for case in cases.load(name)]
)
def test_case_says_where_its_number_comes_from(case: dict[str, Any]) -> None:
    assert {"id", "inputs", "expected", "tolerance", "source", "derivation"} <= set(case)
    assert ("kpi" in case) != ("function" in case)
    assert len(case["source"]) > 5
    assert len(case["derivation"]) > 15


@pytest.mark.parametrize("kpi_id", CATALOGUE)
def test_every_kpi_has_a_worked_case(kpi_id: str) -> None:
    assert any(case.get("kpi") == kpi_id for name in FILES for case in cases.load(name))

"""R10: the engine's view of the value-lifecycle audit."""

from dataclasses import replace
from typing import Any

import pytest

from builders import worked_cases as cases
from builders.tables import open_project
from builders.views import view
from pmo_lib.engine.freezing import freeze
from pmo_lib.engine.observe import results
from pmo_lib.engine.view import View


def with_baseline(seen: View, until: str) -> View:
    frozen = freeze(
        replace(seen, period=until), "start",
        version=1, frozen_on="2026-07-01", data_hash="abc", workbook_version="1",
    )  # fmt: skip
    return replace(seen, baseline=frozen)


@pytest.mark.parametrize("case", cases.parameters("kpi_promises"))
def test_worked_case(case: dict[str, Any]) -> None:
    rows = {n: [{"department": "Finance"} | row if n == "projects" else row for row in rows]
            for n, rows in case["inputs"].items()}  # fmt: skip
    (found,) = results(with_baseline(view(**rows), case["baseline"]), kpis=[case["kpi"]])
    (expected,) = case["expected"]
    for name in ("value", "low", "high", "n", "missing"):
        assert cases.close(getattr(found, name), expected[name], case["tolerance"]), name


STATEMENT = {"statement_id": "1", "department": "Finance", "statement": "Less waiting"}


class TestCompleteness:
    def test_without_any_other_table_no_promise_is_whole(self) -> None:
        (found,) = results(view(value_statements=[STATEMENT]), kpis=["R10"])
        assert (found.value, found.n) == (0.0, 1)

    def test_no_statement_is_not_zero(self) -> None:
        (found,) = results(view(value_statements=[]), kpis=["R10"])
        assert found.state == "undefined"
        assert "there are no value statements" in found.reason

    def test_promise_on_promises_does_not_ask_itself_for_ever(self) -> None:
        seen = view(value_statements=[STATEMENT | {"kpi_id": "R10"}], projects=[open_project()])
        (found,) = results(with_baseline(seen, "2026-06"), kpis=["R10"])
        assert found.value == 0.0

    def test_of_a_department_without_a_project(self) -> None:
        rows = [STATEMENT | {"department": "Legal", "kpi_id": kpi} for kpi in ("P2", "D1", "X9")]
        rows = [row | {"statement_id": f"{i}"} for i, row in enumerate(rows)]
        seen = with_baseline(view(value_statements=rows, projects=[open_project()]), "2026-06")
        (found,) = results(seen, ["Legal"], ["R10"])
        assert (found.value, found.n) == (0.0, 3)

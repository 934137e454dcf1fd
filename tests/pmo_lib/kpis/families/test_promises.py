"""R10: the engine's view of the value-lifecycle audit."""

from dataclasses import replace

import pytest

from builders.tables import DEPARTMENTS, open_project
from builders.views import view, with_baseline
from builders.whole import whole, whole_view
from pmo_lib.engine.observe import results
from pmo_lib.engine.result import ORGANISATION

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


class TestOnAPortfolio:
    """Six promises to each department: one names an unknown KPI, one none; neither was told."""

    def test_needs_no_baseline_which_could_not_be_mended(self) -> None:
        (found,) = results(whole_view(whole()), kpis=["R10"])
        assert (found.value, found.n) == (pytest.approx(4 / 6), 18)

    def test_with_one_those_whose_kpi_was_known_are(self) -> None:
        seen = with_baseline(whole_view(whole()), "2025-09")
        for found in results(seen, [ORGANISATION, *DEPARTMENTS], ["R10"]):
            assert found.value == pytest.approx(4 / 6), found.department
        # without baselines, work in progress and leakage can be shown
        seen = replace(seen, withheld={"baselines": "too many rows were rejected"})
        assert results(seen, kpis=["R10"])[0].value == pytest.approx(2 / 6)

"""P6 and P8 on tables small enough to work out by hand."""

from typing import Any

import pytest

from builders.tables import numbered, open_project, project
from builders.value import with_value
from builders.views import view
from pmo_lib.engine.observe import observe, results
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE


def gate(project_id: str = "p1", **cells: Any) -> dict[str, Any]:
    return {"project_id": project_id, "gate": "Start", "attempt": 1} | cells


class TestDecisionTime:
    def test_all_decided_is_the_plain_median(self) -> None:
        tables = with_value()
        gates = tables["gates"].dropna(subset=["decided_on"])
        tables["gates"] = gates
        recent = gates[gates["submitted_on"] >= "2025-10-01"]
        days = (recent["decided_on"] - recent["submitted_on"]).dt.days.sort_values()
        (found,) = results(View(tables, "2026-09"), kpis=["P6"])
        assert found.value == days.iloc[(len(days) - 1) // 2]
        assert found.n == len(days)

    def test_those_that_wait_make_it_longer_than_the_median_of_the_decided(self) -> None:
        decided = ["2026-08-03", "2026-08-04", "2026-08-05", None, None, "2026-08-21"]
        seen = view(
            projects=numbered(6, open_project),
            gates=numbered(6, gate, submitted_on="2026-08-01", decided_on=decided),
        )
        (found,) = results(seen, kpis=["P6"])
        assert found.value == 4  # S(4) = 3/6; of the four decided the median would be 3.5
        waiting = observe(CATALOGUE["P6"], seen).query("not ended")
        assert waiting["numerator"].tolist() == [60, 60]

    def test_none_decided_is_undefined(self) -> None:
        seen = view(
            projects=numbered(6, open_project),
            gates=[gate("p1", submitted_on="2026-09-01", decided_on="2026-10-01")],
        )
        (found,) = results(seen, kpis=["P6"])
        assert (found.state, "none has ended" in found.reason) == ("undefined", True)

    @pytest.mark.parametrize(
        ("finished_on", "days"),
        [("2026-09-11", 10), ("2026-09-01", 0), ("2026-08-01", 29), ("2026-10-05", 29)],
    )
    def test_waits_until_its_project_ends_but_not_for_one_that_ended_before(
        self, finished_on: str, days: int
    ) -> None:
        seen = view(
            projects=[project(finished_on=finished_on)], gates=[gate(submitted_on="2026-09-01")]
        )
        assert observe(CATALOGUE["P6"], seen)["numerator"].tolist() == [days]


class TestConversion:
    def test_against_plain_pandas(self) -> None:
        tables = with_value()
        cohort = tables["demands"].query("'2024-10-01' <= created_on <= '2025-09-30'")
        (found,) = results(View(tables, "2026-09"), kpis=["P8"])
        assert found.value == pytest.approx(cohort["project_id"].notna().mean())
        assert found.n == len(cohort)

    def test_cohort_moves_with_the_data_date(self) -> None:
        demands = [
            {"demand_id": f"d{i}", "department": "Finance", "created_on": day, "project_id": "p1"}
            for i, day in enumerate(["2024-08-31", "2024-09-30", "2025-08-15", "2025-09-15"])
        ]
        for period, expected in (("2026-08", 2), ("2026-09", 2), ("2025-08", 1), ("2025-09", 2)):
            seen = view(period, projects=[open_project()], demands=demands)
            assert len(observe(CATALOGUE["P8"], seen)) == expected


def test_what_each_wants() -> None:
    assert (CATALOGUE["P6"].better, CATALOGUE["P8"].better) == ("lower", "context")

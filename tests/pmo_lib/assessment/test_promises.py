"""Promises are judged by their own target and for their own service."""

from typing import Any

import numpy as np
import pytest

from builders.results import result as result_of
from builders.tables import frame
from builders.views import settings
from pmo_lib.assessment.promises import COLUMNS, Promise, promises, table
from pmo_lib.engine.result import KpiResult
from pmo_lib.engine.view import View

SERVICES = [{"service_id": "S06", "name": "Reporting"}, {"service_id": "S08", "name": "Academy"}]


def statement(number: int = 1, **cells: Any) -> dict[str, Any]:
    return {
        "statement_id": f"v{number}", "department": "Finance", "challenge": "Late again",
        "statement": "You will be on time", "kpi_id": "D1", "service_id": "S06", "target": "80 %",
    } | cells  # fmt: skip


def result(kpi: str = "D1", **more: Any) -> KpiResult:
    given = {"value": 0.6, "low": 0.5, "high": 0.7, "n": 60, "cases": 60, "state": "measured"}
    return result_of(kpi, **(given | more))


def judged(*rows: dict[str, Any], results: Any = (), **thresholds: Any) -> list[Promise]:
    tables = {
        "value_statements": frame("value_statements", list(rows)),
        "services": frame("services", SERVICES),
    }
    view = View(tables, "2026-09", settings(thresholds=thresholds))
    return promises(view, results)


def one(row: dict[str, Any], *results: KpiResult, **thresholds: Any) -> Promise:
    return judged(row, results=results, **thresholds)[0]


class TestByItsOwnTarget:
    def test_is_kept_not_kept_or_cannot_be_told(self) -> None:
        found = {
            target: one(statement(target=target), result()).verdict
            for target in ("40 %", "80 %", "65 %")
        }
        assert found == {"40 %": "kept", "80 %": "not kept", "65 %": "cannot tell yet"}

    def test_ten_working_days_are_fourteen_of_the_calendar(self) -> None:
        """16 days against a promise of ten working days, whatever it was before."""
        days = {"low": 15.2, "high": 17.0, "baseline": 20.0, "than_before": "better"}
        row = statement(kpi_id="P6", target="10 working days")
        late = one(row, result("P6", value=16.0, **days))
        assert late.verdict == "not kept"
        assert late.result is not None
        assert late.result.target.high == 14.0
        soon = result("P6", value=9.0, low=8.0, high=11.0)
        assert one(row, soon).verdict == "kept"

    def test_every_is_a_promise_of_all(self) -> None:
        most = result("G8", value=0.82, low=0.78, high=0.86, than_before="better")
        assert one(statement(kpi_id="G8", target="100 %"), most).verdict == "not kept"
        every = result("G8", value=1.0, low=0.96, high=1.0)
        assert one(statement(kpi_id="G8", target="100 %"), every).verdict == "kept"

    def test_better_than_before_is_what_the_comparison_says(self) -> None:
        words = {
            "better": "kept", "worse": "not kept", "no clear change": "cannot tell yet",
            "cannot be compared": "cannot tell yet",
        }  # fmt: skip
        found = {
            word: one(statement(target="better than before"), result(than_before=word)).verdict
            for word in words
        }
        assert found == words

    def test_without_one_the_settings_target_counts_or_it_cannot_be_told(self) -> None:
        bare = statement(target=None)
        assert one(bare, result(), D1={"target": 0.8}).verdict == "not kept"
        found = one(bare, result(than_before="worse"))
        assert found.verdict == "cannot tell yet"
        assert "has no target" in found.reason

    def test_one_that_cannot_be_read_is_told(self) -> None:
        found = one(statement(target="soon"), result())
        assert found.verdict == "cannot tell yet"
        assert found.reason.startswith("'soon' is no target of On-time completion")


class TestForItsOwnService:
    WHOLE = result("R4", value=0.4, low=0.3, high=0.5)
    ACADEMY = result("R4", segment="Academy", value=0.9, low=0.85, high=0.94)

    def test_is_judged_by_the_part_of_the_service(self) -> None:
        found = one(statement(kpi_id="R4", service_id="S08"), self.WHOLE, self.ACADEMY)
        assert found.verdict == "kept"
        assert found.result is not None
        assert found.result.segment == found.service == "Academy"

    def test_of_too_few_requests_it_cannot_be_told(self) -> None:
        ends = dict.fromkeys(["value", "low", "high"], float("nan"))
        few = result("R4", segment="Academy", **ends, state="too few", reason="fewer than 5")
        found = one(statement(kpi_id="R4", service_id="S08"), self.WHOLE, few)
        assert (found.verdict, found.reason) == ("cannot tell yet", "fewer than 5")
        seven = result("R4", segment="Academy", value=0.71, low=0.4, high=0.9, n=7, cases=7)
        found = one(statement(kpi_id="R4", service_id="S08"), self.WHOLE, seven)
        assert (found.verdict, found.reason) == (
            "cannot tell yet",
            "7 cases are too few to be judged",
        )

    def test_without_any_of_it_says_so(self) -> None:
        found = one(statement(kpi_id="R4", service_id="S06"), self.WHOLE, self.ACADEMY)
        assert found.verdict == "cannot tell yet"
        assert found.reason == "Finance has no requests served by the PMO of Reporting"

    def test_a_kpi_over_all_services_shows_no_promise_on_one(self) -> None:
        given = result("R8", value=0.1, low=0.05, high=0.15)
        on_one = one(statement(kpi_id="R8", target="20 %"), given)
        assert on_one.verdict == "cannot tell yet"
        assert on_one.reason.endswith("over all services, not for Reporting alone")
        assert one(statement(kpi_id="R8", target="20 %", service_id=None), given).verdict == "kept"

    def test_a_kpi_of_projects_is_the_departments(self) -> None:
        found = one(statement(), result())
        assert found.result is not None
        assert found.result.segment == ""


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"kpi_id": None}, "names no KPI"),
        ({"kpi_id": "X9"}, "names X9, which is no KPI"),
        ({"kpi_id": "R10"}, "R10 counts the promises themselves"),
        ({"department": "Sales"}, "Sales has no completed projects"),
    ],
)
def test_what_cannot_be_shown_says_why(cells: dict[str, Any], said: str) -> None:
    found = one(statement(**cells), result())
    assert (found.verdict, found.result) == ("cannot tell yet", None)
    assert found.reason.startswith(said)


def test_an_unmeasured_kpi_gives_its_reason() -> None:
    none = float("nan")
    given = result(value=none, low=none, high=none, state="withheld", reason="half were rejected")
    assert one(statement(), given).reason == "half were rejected"


def test_chance_breaks_hardly_any_of_many_promises() -> None:
    chance = np.random.default_rng(5)
    half, broken = 0.06 * 1.6448536, 0
    rows = [statement(i, department=f"d{i}") for i in range(300)]
    for _ in range(5):
        values = 0.8 + chance.normal(0, 0.06, 300)
        results = [
            result(department=f"d{i}", value=v, low=v - half, high=v + half, cases=1000)
            for i, v in enumerate(values)
        ]
        broken += sum(p.verdict != "cannot tell yet" for p in judged(*rows, results=results))
    assert broken <= 5  # of 1,500, a tenth of which lie off by more than p = 0.1


def test_table_has_a_row_a_promise_in_the_units_of_the_kpi() -> None:
    found = judged(statement(), statement(2, kpi_id=None), results=[result()])
    rows = table(found, "2026-09")
    assert list(rows.columns) == list(COLUMNS)
    assert rows["verdict"].tolist() == ["not kept", "cannot tell yet"]
    first = rows.iloc[0]
    assert (first["target_low"], first["value"], first["n"]) == (0.8, 0.6, 60)
    assert (first["target"], first["service"]) == ("80 %", "Reporting")
    assert rows.iloc[1][["value", "n"]].isna().all()
    assert table([], "2026-09").dtypes.to_dict() == rows.dtypes.to_dict()

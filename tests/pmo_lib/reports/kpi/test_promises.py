"""Promises in the customers' words, each with the number that shows it, or why there is none."""

from typing import Any

import pytest

from builders.pages import parsed
from builders.results import result as result_of
from builders.tables import frame
from pmo_lib.engine.result import KpiResult
from pmo_lib.reports.kpi.promises import in_words, promised_kpis, promises, since

EVIL = '<script>alert(1)</script> & "x"'


def statement(number: int = 1, **cells: Any) -> dict[str, Any]:
    return {
        "statement_id": f"v{number}", "department": "Finance", "challenge": "Late again",
        "statement": "You will be on time", "kpi_id": "D1",
    } | cells  # fmt: skip


def result(**more: Any) -> KpiResult:
    given = {"value": 0.6, "low": 0.5, "high": 0.7, "n": 60, "cases": 60, "state": "measured"}
    return result_of("D1", **(given | more))


def row_of(given: dict[str, Any], *results: KpiResult) -> list[str]:
    table = promises(frame("value_statements", [given]), results)
    return [cell.replace("\u00a0", " ") for cell in parsed(table).rows[1]]


COMPARED = {"baseline": 0.5, "change": 0.1, "change_low": 0.02, "change_high": 0.18}


class TestRow:
    def test_has_now_baseline_change_and_flag(self) -> None:
        promise, kpi, now, before, moved, answer = row_of(
            statement(), result(**COMPARED, detectable=0.12, than_before="better")
        )
        assert promise.startswith("You will be on time")
        assert "The challenge: Late again" in promise
        assert "Finance, v1" in promise
        assert kpi == "D1 On-time completion"
        assert now.startswith("60 %")
        assert "50 % to 70 %" in now
        assert "n = 60" in now
        assert before == "50 %"
        assert moved.startswith("+10 points")
        assert "+2 points to +18 points" in moved
        assert "minimum detectable change 12 points" in moved
        assert answer == "▲ better"

    @pytest.mark.parametrize(
        ("kpi_id", "said"), [(None, "names no KPI"), ("X9", "names X9, which is no KPI")]
    )
    def test_without_a_kpi_says_so(self, kpi_id: str | None, said: str) -> None:
        assert row_of(statement(kpi_id=kpi_id), result())[1] == said

    def test_unmeasured_kpi_gives_its_reason_and_no_number(self) -> None:
        given = result(
            value=float("nan"), state="too few", reason="fewer than 5 completed projects"
        )
        row = row_of(statement(), given)
        assert row[2].startswith("too few")
        assert "fewer than 5 completed projects" in row[2]
        assert row[3:] == ["–", "–", "–"]

    def test_is_of_the_statements_own_department(self) -> None:
        other = result_of("D1", "Sales", value=0.1, n=9)
        assert row_of(statement(), other, result())[2].startswith("60 %")

    def test_what_looks_like_html_stays_text(self) -> None:
        table = promises(frame("value_statements", [statement(statement=EVIL)]), [result()])
        assert EVIL in parsed(table).text
        assert "script" not in {tag for tag, _ in parsed(table).tags}


class TestInWords:
    def test_quotes_both_and_tells_the_number(self) -> None:
        said = in_words(statement(), [result(**COMPARED)]).replace("\u00a0", " ")
        assert said.startswith("You said: “Late again.” We promised: “You will be on time.”")
        assert "On-time completion is 60 % (50 % to 70 %, n = 60), against 50 % in the" in said
        assert said.endswith("a change of +10 points (+2 points to +18 points).")

    def test_says_where_no_kpi_was_named(self) -> None:
        assert in_words(statement(kpi_id=None), []).endswith("No KPI was named to show it.")

    def test_says_why_it_cannot_be_told(self) -> None:
        given = result(state="withheld", reason="half the rows were rejected")
        assert "cannot be determined: half the rows were rejected." in in_words(
            statement(), [given]
        )


class TestSince:
    def test_a_change_on_both_sides_of_zero_may_be_chance(self) -> None:
        found = since(result(baseline=0.5, change=0.1, change_low=-0.02, change_high=0.22))
        assert "may be chance" in found

    def test_a_change_without_an_interval_claims_nothing(self) -> None:
        assert "more than chance cannot be determined" in since(result(baseline=0.5, change=0.1))

    def test_no_change_without_a_baseline(self) -> None:
        assert since(result()).endswith("cannot be determined (no baseline)")
        assert "no value there" in since(result(compared="no value there"))


class TestPromisedKpis:
    def test_are_the_most_often_named_first(self) -> None:
        named = ["D1", "G8", "G8", "P3", "D2", "X9", None, "D5", "P3", "P3"]
        rows = [statement(i, kpi_id=kpi) for i, kpi in enumerate(named)]
        found = promised_kpis(frame("value_statements", rows))
        assert found == ["P3", "G8", "D1", "D2", "D5"]

    def test_of_nothing_are_none(self) -> None:
        assert promised_kpis(frame("value_statements", [])) == []

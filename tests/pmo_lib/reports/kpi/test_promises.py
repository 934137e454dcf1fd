"""Promises in the customers' words: kept or not, the broken ones first, each with its number."""

from typing import Any

from builders.pages import parsed
from builders.results import result as result_of
from pmo_lib.assessment.promises import Promise
from pmo_lib.engine.result import KpiResult
from pmo_lib.reports.kpi.promises import (
    in_words,
    kept_in_words,
    promised,
    promised_kpis,
    section,
    since,
)

EVIL = '<script>alert(1)</script> & "x"'
NAN = float("nan")


def result(kpi: str = "D1", **more: Any) -> KpiResult:
    given = {"value": 0.6, "low": 0.5, "high": 0.7, "n": 60, "cases": 60, "state": "measured"}
    return result_of(kpi, **(given | more))


def promise(number: int = 1, **more: Any) -> Promise:
    given: dict[str, Any] = {
        "statement_id": f"v{number}", "department": "Finance", "challenge": "Late again",
        "statement": f"You will be on time {number}", "service": "", "kpi_id": "D1",
        "target": "80 %", "result": result(target_low=0.8), "verdict": "not kept",
    }  # fmt: skip
    return Promise(**(given | more))


COMPARED = {"baseline": 0.5, "change": 0.1, "change_low": 0.02, "change_high": 0.18}
OPEN = {"verdict": "cannot tell yet", "reason": "names no KPI", "result": None, "kpi_id": ""}


def texts(given: list[Promise]) -> list[list[str]]:
    return [[c.replace("\u00a0", " ") for c in row] for row in parsed(section(given)).rows]


class TestSection:
    def test_opens_with_how_many_are_kept(self) -> None:
        given = [promise(), promise(2, verdict="kept"), promise(3, **OPEN), promise(4)]
        said = parsed(section(given)).text.replace("\u00a0", " ")
        assert said.startswith(
            "Of 4 promises 1 is kept, 2 are not, and of 1 it cannot be told yet."
        )
        assert kept_in_words([promise()]) == "The one promise is not kept."
        assert kept_in_words([promise(**OPEN)]).endswith("cannot be told yet to be kept or not.")
        assert kept_in_words([promise(), promise()]).endswith("and of none it cannot be told yet.")

    def test_broken_ones_stand_first_and_open_all_others_are_folded(self) -> None:
        page = section([promise(1, **OPEN), promise(2, verdict="kept"), promise(3)])
        rows = [row[0].split("\n")[0] for row in parsed(page).rows if row[0] != "Promise"]
        assert [row[-1] for row in rows] == ["3", "2", "1"]
        before = str(page.data).partition("<details>")[0]
        assert "on time 3" in before
        assert "on time 2" not in before

    def test_row_has_the_promise_its_target_and_its_number(self) -> None:
        head, row = texts([promise(result=result(target_low=0.8, baseline=0.4))])
        assert head == ["Promise", "Shown by", "Promised", "Now", "Kept?"]
        assert row[0].split("\n")[::2] == ["You will be on time 1"]
        assert row[1:3] == ["D1 On-time completion", "at least 80 %"]
        assert row[3].split("\n") == ["60 % (50 to 70)", "n = 60, before 40 %"]
        assert row[4] == "✗ not kept"

    def test_of_a_service_says_of_which(self) -> None:
        own = result("R4", segment="Academy", target_low=0.8)
        row = texts([promise(kpi_id="R4", service="Academy", result=own)])[1]
        assert row[1] == "R4 Service satisfaction, Academy"

    def test_reason_stands_where_it_cannot_be_told(self) -> None:
        head, row = texts([promise(**OPEN)])
        assert head[-1] == "Why it cannot be told"
        assert row[1:] == ["–", "80 %", "–", "? cannot tell yet", "names no KPI"]

    def test_what_looks_like_html_stays_text(self) -> None:
        page = parsed(section([promise(statement=EVIL, challenge=EVIL)]))
        assert EVIL in page.text
        assert "script" not in {tag for tag, _ in page.tags}


class TestPromised:
    def test_working_days_are_told_in_both(self) -> None:
        late = result("P6", target_high=14.0)
        found = promised(promise(kpi_id="P6", target="10 working days", result=late))
        assert found.replace("\u00a0", " ") == "at most 14 days (10 working days)"

    def test_without_a_number_it_is_what_was_written(self) -> None:
        assert (
            promised(promise(target="better than before", result=result())) == "better than before"
        )
        assert promised(promise(target="", result=result())) == "–"
        assert promised(promise(target="soon", result=result())) == "soon"


class TestInWords:
    def test_quotes_both_and_tells_the_number_and_the_target(self) -> None:
        said = in_words(promise()).replace("\u00a0", " ")
        assert said == (
            "You said: “Late again.” We promised: “You will be on time 1.” It is not kept: On-time "
            "completion is 60 % (50 % to 70 %, n = 60); promised was at least 80 %."
        )

    def test_better_than_before_tells_the_change(self) -> None:
        given = promise(target="better than before", verdict="kept", result=result(**COMPARED))
        said = in_words(given).replace("\u00a0", " ")
        assert "It is kept: On-time completion is 60 % (50 % to 70 %, n = 60), against 50 %" in said
        assert said.endswith("a change of +10 points (+2 points to +18 points).")

    def test_says_why_it_cannot_be_told(self) -> None:
        assert in_words(promise(**OPEN)).endswith("cannot be told yet: names no KPI.")
        few = promise(verdict="cannot tell yet", reason="7 cases are too few")
        assert "cannot be told yet (7 cases are too few): On-time completion is" in in_words(few)
        assert in_words(promise(challenge="")).startswith("We promised")


class TestSince:
    def test_a_change_on_both_sides_of_zero_may_be_chance(self) -> None:
        found = since(result(baseline=0.5, change=0.1, change_low=-0.02, change_high=0.22))
        assert "may be chance" in found

    def test_a_change_without_an_interval_claims_nothing(self) -> None:
        assert "more than chance cannot be determined" in since(result(baseline=0.5, change=0.1))

    def test_no_change_without_a_baseline(self) -> None:
        assert since(result()).endswith("cannot be determined (no baseline)")
        assert "no value there" in since(result(compared="no value there"))


def test_promised_kpis_are_the_most_often_named_first() -> None:
    named = ["D1", "G8", "G8", "P3", "D2", "X9", "", "D5", "P3", "P3"]
    assert promised_kpis([promise(kpi_id=kpi) for kpi in named]) == ["P3", "G8", "D1", "D2", "D5"]
    assert promised_kpis([]) == []

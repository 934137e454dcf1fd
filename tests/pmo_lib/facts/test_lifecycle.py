"""The value-lifecycle audit: each step present or missing, and why, in words."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from builders.tables import Row, Tables, frame
from pmo_lib.facts.lifecycle import STEPS, Completeness, audit, completeness, headline

DATA_DATE = pd.Timestamp("2026-09-30")
TABLES = ("survey_responses", "services", "service_requests", "rollouts", "communications")
STATEMENT: Row = {
    "statement_id": "V1",
    "department": "Finance",
    "challenge": "Reports are late",
    "opportunity": "Collect once",
    "statement": "Reports on the day",
    "service_id": "S1",
    "kpi_id": "G8",
}
SIGNS: dict[str, list[Row]] = {
    "survey_responses": [
        {"respondent_id": "r", "wave": "2026-09", "department": "Finance", "service_id": "S1",
         "importance": 6}
    ],
    "services": [{"service_id": "S1", "name": "Status reporting"}],
    "service_requests": [],
    "rollouts": [{"department": "Finance", "service_id": "S1", "adopted_on": "2026-09-30"}],
    "communications": [
        {"department": "Finance", "statement_id": "V1", "report": "Half year",
         "sent_on": "2026-09-30"}
    ],
}  # fmt: skip


def shown(_kpi_id: str, _department: str) -> str:
    return ""


def signs(**changes: list[Row] | None) -> Tables:
    """The tables that show every step, with changes; None leaves the table out."""
    rows = {name: given for name, given in (SIGNS | changes).items() if given is not None}
    return {name: frame(name, given) for name, given in rows.items()}


def audited(*statements: Row, shown_by: Any = shown, **changes: list[Row] | None) -> pd.DataFrame:
    return audit(frame("value_statements", statements), DATA_DATE, shown_by, **signs(**changes))


def missing(found: pd.DataFrame) -> dict[str, str]:
    """The reasons of the missing steps."""
    gone = found[~found["is_present"]]
    return dict(zip(gone["step"], gone["reason"], strict=True))


def lacking(*, shown_by: Any = shown, tables: Any = None, **cells: Any) -> dict[str, str]:
    return missing(audited(STATEMENT | cells, shown_by=shown_by, **(tables or {})))


def test_all_five_steps_in_order_one_row_each() -> None:
    found = audited(STATEMENT)
    assert list(found.columns) == ["statement_id", "department", "step", "is_present", "reason"]
    assert list(found["step"]) == list(STEPS)
    assert found["is_present"].all()
    assert list(found["reason"][:-1]) == [""] * 4


class TestCapture:
    def test_challenge_must_be_written_down(self) -> None:
        for nothing in (None, "", "  "):
            found = lacking(challenge=nothing)
            assert found["Capture"] == "no challenge is written down"
            assert list(found) == ["Capture", "Convert"]

    @pytest.mark.parametrize(
        "cells",
        [{"department": "Sales"}, {"service_id": "S2"}, {"wave": "2026-10"}, {"importance": None}],
    )
    def test_the_department_must_have_answered_on_the_service(self, cells: Row) -> None:
        answers = [SIGNS["survey_responses"][0] | cells]
        assert lacking(tables={"survey_responses": answers}) == {
            "Capture": "no survey answer of Finance on Status reporting"
        }

    def test_a_promise_without_a_service_needs_an_answer_on_any(self) -> None:
        answers = [SIGNS["survey_responses"][0] | {"service_id": "S7"}]
        found = lacking(service_id=None, tables={"survey_responses": answers})
        assert "Capture" not in found
        found = lacking(service_id=None, tables={"survey_responses": []})
        assert found["Capture"] == "no survey answer of Finance"

    def test_both_reasons_are_told(self) -> None:
        found = lacking(challenge=None, tables={"survey_responses": []})
        assert found["Capture"] == (
            "no challenge is written down; no survey answer of Finance on Status reporting"
        )


class TestConvert:
    @pytest.mark.parametrize("column", ["opportunity", "statement"])
    def test_names_what_is_not_written_down(self, column: str) -> None:
        assert lacking(**{column: None}) == {"Convert": f"no {column} is written down"}

    def test_names_both(self) -> None:
        found = lacking(opportunity=None, statement="")
        assert found == {"Convert": "no opportunity and no statement is written down"}


class TestDeliver:
    def test_names_no_service(self) -> None:
        assert lacking(service_id=None) == {"Deliver": "names no service"}

    def test_unknown_service(self) -> None:
        found = lacking(service_id="S9")
        assert found["Deliver"] == "S9 is no known service"
        assert found["Capture"] == "no survey answer of Finance on S9"

    def test_rolled_out_later_or_elsewhere_is_not_delivered(self) -> None:
        for cells in ({"adopted_on": "2026-10-01"}, {"department": "Sales"}, {"service_id": "S2"}):
            found = lacking(tables={"rollouts": [SIGNS["rollouts"][0] | cells]})
            assert found == {"Deliver": "not rolled out to Finance and never used"}

    @pytest.mark.parametrize(
        ("cells", "delivered"),
        [
            ({}, True),
            ({"channel": "shadow"}, False),
            ({"closed_on": "2026-10-01"}, False),
            ({"closed_on": None}, False),
            ({"department": "Sales"}, False),
        ],
    )
    def test_served_by_the_pmo_is_delivered(self, cells: Row, delivered: bool) -> None:
        request = {
            "request_id": "q", "service_id": "S1", "department": "Finance", "channel": "pmo",
            "opened_on": "2026-09-01", "closed_on": "2026-09-30",
        }  # fmt: skip
        found = lacking(tables={"rollouts": [], "service_requests": [request | cells]})
        assert ("Deliver" not in found) == delivered

    def test_one_table_that_is_not_there_is_not_blamed(self) -> None:
        found = lacking(tables={"rollouts": [], "service_requests": None})
        assert found == {"Deliver": "not rolled out to Finance"}
        assert lacking(tables={"rollouts": None}) == {"Deliver": "never used"}


class TestMeasure:
    def test_names_no_kpi(self) -> None:
        assert lacking(kpi_id=None) == {"Measure": "names no KPI"}

    def test_reason_is_why_the_kpi_cannot_show_it(self) -> None:
        asked = []

        def refused(kpi_id: str, department: str) -> str:
            asked.append((kpi_id, department))
            return f"{kpi_id} is too few"

        assert lacking(shown_by=refused) == {"Measure": "G8 is too few"}
        assert asked == [("G8", "Finance")]

    def test_each_kpi_of_a_department_is_asked_for_once(self) -> None:
        asked = []

        def noted(kpi_id: str, department: str) -> str:
            asked.append((kpi_id, department))
            return ""

        audited(*[STATEMENT | {"statement_id": f"V{i}"} for i in range(5)], shown_by=noted)
        assert asked == [("G8", "Finance")]

    def test_promises_cannot_be_shown_kept_by_their_own_count(self) -> None:
        assert "itself" not in lacking(kpi_id="R10")
        assert "can show none of them kept" in lacking(kpi_id="R10")["Measure"]


class TestCommunicate:
    REPORT = SIGNS["communications"][0]

    def said(self, *reports: Row) -> tuple[bool, str]:
        (row,) = (
            audited(STATEMENT, communications=list(reports))
            .query("step == 'Communicate'")[["is_present", "reason"]]
            .itertuples(index=False, name=None)
        )
        return row

    @pytest.mark.parametrize(
        "cells", [{"sent_on": "2026-10-01"}, {"statement_id": "V2"}, {"department": "Sales"}]
    )
    def test_only_what_the_department_was_told_by_the_data_date(self, cells: Row) -> None:
        assert self.said(self.REPORT | cells) == (False, "never reported to Finance")

    def test_a_decision_is_said_but_not_asked_for(self) -> None:
        assert self.said(self.REPORT) == (True, "last on 2026-09-30; no decision recorded")
        before = self.REPORT | {"sent_on": "2026-03-01", "decision": "Extend"}
        later = self.REPORT | {"sent_on": "2026-10-01", "decision": "Stop"}
        assert self.said(self.REPORT, before, later) == (
            True,
            "last on 2026-09-30; last decision: Extend",
        )


@pytest.mark.parametrize(
    ("table", "step", "reason"),
    [
        ("survey_responses", "Capture", "needs survey_responses.csv"),
        ("services", "Deliver", "needs services.csv"),
        ("communications", "Communicate", "needs communications.csv"),
    ],
)
def test_table_that_is_not_there_is_named(table: str, step: str, reason: str) -> None:
    assert lacking(tables={table: None}) == {step: reason}


def test_without_rollouts_and_requests_both_are_named() -> None:
    found = lacking(tables={"rollouts": None, "service_requests": None})
    assert found == {"Deliver": "needs rollouts.csv or service_requests.csv"}


class TestHeadline:
    def test_step_most_often_missing(self) -> None:
        found = headline(
            audited(
                STATEMENT,
                STATEMENT | {"statement_id": "V2", "kpi_id": None},
                STATEMENT | {"statement_id": "V3", "kpi_id": None, "opportunity": None},
            )
        )
        assert (found.statements, found.complete) == (3, 1)
        # V2 and V3 were never told of, and name no KPI
        assert (found.most_missing, found.lacking) == (("Measure", "Communicate"), 2)
        assert found.said == (
            "1 of 3 value statements have all five steps; "
            "Measure and Communicate are missing most often, in 2 each."
        )

    def test_one_step(self) -> None:
        found = headline(audited(STATEMENT | {"kpi_id": None}))
        assert found.said == (
            "0 of 1 value statements have all five steps; Measure is missing most often, in 1."
        )

    def test_all_whole(self) -> None:
        found = headline(audited(STATEMENT))
        assert found == Completeness(1, 1, (), 0)
        assert found.said == "1 of 1 value statements have all five steps."

    def test_no_statement(self) -> None:
        found = audited()
        assert found.empty
        assert completeness(found).empty
        assert headline(found) == Completeness(0, 0, (), 0)
        assert headline(found).said == "There is no value statement."


def test_completeness_names_the_missing_steps_of_each_statement() -> None:
    found = completeness(
        audited(STATEMENT, STATEMENT | {"statement_id": "V2", "opportunity": None})
    )
    assert found.to_dict("records") == [
        {"statement_id": "V1", "department": "Finance", "missing": "", "is_complete": True},
        {"statement_id": "V2", "department": "Finance", "missing": "Convert, Communicate",
         "is_complete": False},
    ]  # fmt: skip


NAMES = st.sampled_from(["Finance", "Sales"])
STATEMENTS = st.lists(
    st.fixed_dictionaries(
        {
            "department": NAMES,
            "challenge": st.sampled_from([None, "", "c"]),
            "opportunity": st.sampled_from([None, "o"]),
            "statement": st.sampled_from([None, "s"]),
            "service_id": st.sampled_from([None, "S1", "S9"]),
            "kpi_id": st.sampled_from([None, "G8", "R10", "X1"]),
        }
    ),
    max_size=6,
)


class TestAnyStatements:
    @examples(max_examples=25)
    @given(rows=STATEMENTS, absent=st.sets(st.sampled_from(TABLES)), seed=st.integers(0, 99))
    def test_department_by_department_in_any_order(
        self, rows: list[Row], absent: set[str], seed: int
    ) -> None:
        numbered = [row | {"statement_id": f"V{i}"} for i, row in enumerate(rows)]
        statements = frame("value_statements", numbered)
        tables = signs(**dict.fromkeys(absent))
        before = statements.copy(deep=True)
        whole = audit(statements, DATA_DATE, shown, **tables)
        assert_frame_equal(statements, before)
        assert len(whole) == len(STEPS) * len(rows)
        # whatever is missing says why
        assert (whole.loc[~whole["is_present"], "reason"] != "").all()
        shuffled = audit(statements.sample(frac=1, random_state=seed), DATA_DATE, shown, **tables)
        keys = ["statement_id", "step"]
        assert_frame_equal(
            whole.sort_values(keys, ignore_index=True),
            shuffled.sort_values(keys, ignore_index=True),
        )
        for name in ("Finance", "Sales"):
            own = {n: t[t["department"] == name] if "department" in t else t
                   for n, t in tables.items()}  # fmt: skip
            of_name = statements[statements["department"] == name]
            assert_frame_equal(
                whole[whole["department"] == name].reset_index(drop=True),
                audit(of_name, DATA_DATE, shown, **own),
            )

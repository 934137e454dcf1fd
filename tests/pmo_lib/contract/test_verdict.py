"""The verdict on the data: shares, withholding, and the way through JSON."""

import json
from typing import Any

import pytest

from builders.workbooks import table_facts
from pmo_lib.contract.verdict import Verdict, Violation


def verdict(**tables: Any) -> Verdict:
    return Verdict.from_mapping(
        {"data_hash": "h", "tables": tables, "ignored": ["notes.txt"], "questions": []}
    )


def test_mapping_through_json_and_back_is_the_same() -> None:
    violation = {
        "severity": "critical", "column": "cost", "rule": "0 or more", "rows": 2,
        "examples": ["a.csv line 2"],
    }  # fmt: skip
    facts = table_facts("gates", 10, 2, violations=[violation], extra_columns=["colour"])
    given = verdict(gates=facts)
    assert Verdict.from_mapping(json.loads(json.dumps(given.to_mapping()))) == given
    assert given.tables["gates"].violations == (
        Violation("critical", "cost", "0 or more", 2, ("a.csv line 2",)),
    )
    assert given.ignored == ("notes.txt",)


def test_rejected_are_read_less_accepted() -> None:
    given = verdict(gates=table_facts("gates", 40, 3), risks=table_facts("risks", 7, 1))
    assert given.rows_rejected == 4
    assert given.tables["gates"].rows_rejected == 3
    assert given.tables["gates"].rejected_share == 3 / 40


def test_table_without_rows_has_nothing_rejected() -> None:
    assert verdict(gates=table_facts("gates", 0)).tables["gates"].rejected_share == 0


@pytest.mark.parametrize(("rejected", "withheld"), [(0, False), (5, False), (6, True), (100, True)])
def test_withheld_above_the_share_not_at_it(rejected: int, withheld: bool) -> None:
    given = verdict(gates=table_facts("gates", 100, rejected), risks=table_facts("risks", 9))
    assert set(given.withheld(0.05)) == ({"gates"} if withheld else set())


@pytest.mark.parametrize(("cells", "withheld"), [(5, False), (6, True)])
def test_column_is_withheld_above_the_share_of_its_cells(cells: int, withheld: bool) -> None:
    lost = {"column": "decision", "cells": cells, "of": 100, "reason": "is none",
            "words": {"?": cells}, "examples": ["gates.csv line 3"]}  # fmt: skip
    given = verdict(gates=table_facts("gates", 400, unread=[lost]))
    reasons = {
        "gates.decision": "6 of 100 cells of gates.decision could not be read (6.0 %; up to 5.0 % "
        "is accepted), such as gates.csv line 3: '?' 6 times: is none"
    }
    assert given.withheld(0.05) == (reasons if withheld else {})
    assert given.cells_unread == cells


def test_rows_set_aside_are_neither_accepted_nor_rejected() -> None:
    facts = table_facts("gates", 100, 30, rows_set_aside=26)
    given = verdict(gates=facts).tables["gates"]
    assert (given.rows_rejected, given.rejected_share) == (4, 4 / 74)


def test_table_that_cannot_be_read_is_withheld() -> None:
    given = Verdict("h", {}, unusable={"gates": "gates.csv: is empty"})
    assert given.withheld(1) == {"gates": "gates.csv: is empty"}
    assert Verdict.from_mapping(given.to_mapping()) == given


def test_withheld_tells_the_rows_and_the_limit() -> None:
    given = verdict(gates=table_facts("gates", 90, 9))
    assert given.withheld(0.05) == {
        "gates": "9 of 90 rows of gates were rejected (10.0 %; up to 5.0 % is accepted)"
    }

"""How good the data are, told in the report."""

from builders.pages import parsed
from builders.portfolio import portfolio
from builders.tables import frame
from builders.workbooks import table_facts, workbook
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import Verdict
from pmo_lib.reports import quality
from pmo_lib.workbook import Workbook

EVIL = '<script>alert(1)</script> & "x".csv'


def judged(ignored: tuple[str, ...] = (), **facts: object) -> Workbook:
    given = {"data_hash": "h", "tables": facts, "ignored": ignored, "questions": []}
    verdict = Verdict.from_mapping(given)
    return Workbook({name: frame(name, []) for name in facts}, verdict, Settings(), "1")


def violation(severity: str, **more: object) -> dict[str, object]:
    return {
        "severity": severity, "column": "cost", "rule": f"a {severity} rule", "rows": 1,
        "examples": ["a.csv line 2"],
    } | more  # fmt: skip


class TestPerTable:
    def test_has_a_row_for_every_table_of_the_design(self) -> None:
        rows = parsed(quality.per_table(workbook(portfolio()))).rows
        assert [row[0] for row in rows[1:]] == list(TABLES)

    def test_tells_rows_and_rules(self) -> None:
        facts = table_facts("gates", 1200, 3, expectations=9, expectations_met=7)
        rows = {row[0]: row[1:] for row in parsed(quality.per_table(judged(gates=facts))).rows}
        assert rows["gates"] == ["1,200", "1,197", "3", "7 of 9"]
        assert rows["risks"] == ["–", "–", "–", "no file"]

    def test_marks_a_withheld_table(self) -> None:
        facts = table_facts("gates", 100, 50)
        rows = {row[0]: row[1:] for row in parsed(quality.per_table(judged(gates=facts))).rows}
        assert rows["gates"][-1] == "3 of 3, withheld"

    def test_marks_a_table_that_cannot_be_read(self) -> None:
        given = {"data_hash": "h", "tables": {}, "ignored": [], "questions": [],
                 "unusable": {"gates": "gates.csv: is empty"}}  # fmt: skip
        book = Workbook({}, Verdict.from_mapping(given), Settings(), "1")
        rows = {row[0]: row[1:] for row in parsed(quality.per_table(book)).rows}
        assert rows["gates"] == ["–", "–", "–", "cannot be read, withheld"]
        assert "withheld: gates: gates.csv: is empty" in parsed(quality.violations(book)).text


class TestFindings:
    def test_name_the_cells_that_were_not_read(self) -> None:
        lost = {"column": "cost", "cells": 2, "of": 9, "reason": "is no number",
                "words": {"lots": 2}, "examples": ["a.csv line 2"]}  # fmt: skip
        book = judged(gates=table_facts("gates", 9, unread=[lost]))
        assert (
            "unread: gates, cost: 2 of 9 cells could not be read and are empty: 'lots' 2 times: "
            "is no number (a.csv line 2)"
        ) in parsed(quality.violations(book)).text

    def test_critical_come_first(self) -> None:
        found = [violation("info"), violation("critical"), violation("warning")]
        text = parsed(
            quality.violations(judged(gates=table_facts("gates", 9, violations=found)))
        ).text
        order = [text.index(f"a {severity} rule") for severity in ("critical", "warning", "info")]
        assert order == sorted(order)
        assert "3 violations" in text

    def test_tells_place_and_count(self) -> None:
        found = [violation("warning", rows=7, examples=["a.csv line 2", "b.csv line 4"])]
        text = parsed(
            quality.violations(judged(gates=table_facts("gates", 9, violations=found)))
        ).text
        assert "gates, cost: a warning rule; 7 rows, such as a.csv line 2, b.csv line 4" in text

    def test_names_columns_and_files_that_are_not_known(self) -> None:
        facts = table_facts("gates", 9, extra_columns=["colour"])
        text = parsed(quality.violations(judged(ignored=("notes.txt",), gates=facts))).text
        assert "colour" in text
        assert "not a table: notes.txt" in text

    def test_none_is_said(self) -> None:
        assert "No violation." in parsed(quality.violations(workbook(portfolio()))).text

    def test_names_of_files_are_escaped(self) -> None:
        found = parsed(quality.violations(judged(ignored=(EVIL,))))
        assert EVIL in found.text
        assert "script" not in {tag for tag, _ in found.tags}

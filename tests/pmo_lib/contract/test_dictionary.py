"""The data dictionary says every column once, as it is declared."""

import pytest

from pmo_lib.contract.dictionary import dictionary
from pmo_lib.contract.tables import TABLES


def test_has_one_row_a_column_in_the_declared_order() -> None:
    found = dictionary()
    expected = [(table.name, column.name) for table in TABLES.values() for column in table]
    assert list(zip(found["table"], found["column"], strict=True)) == expected


def test_every_column_has_a_type_and_a_meaning() -> None:
    assert (dictionary()[["type", "need", "meaning"]] != "").all(axis=None)


@pytest.mark.parametrize(
    ("table", "column", "need", "allowed"),
    [
        ("projects", "project_id", "key", ""),
        ("projects", "department", "required", ""),
        ("projects", "status", "expected", "proposed, active, on_hold, completed, cancelled"),
        ("projects", "actual_cost", "optional", "0 or more"),
        ("baselines", "project_id", "key", "one of projects.project_id"),
        ("risks", "probability", "expected", "0 to 1"),
        ("service_requests", "satisfaction", "optional", "1 to 5"),
        ("status_reports", "estimate_at_completion", "optional", ""),
    ],
)
def test_says_what_is_needed_and_allowed(table: str, column: str, need: str, allowed: str) -> None:
    found = dictionary().query("table == @table and column == @column").iloc[0]
    assert (found["need"], found["allowed"]) == (need, allowed)

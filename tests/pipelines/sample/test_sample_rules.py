"""The sample keeps every critical rule of the declaration; checked here on the text of the files.

The checks are written anew from the declaration's meaning, so that they do not share a mistake
with the validator that users meet.
"""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pipelines.sample import TRUTHS
from pmo_lib.contract.schema import InOrder
from pmo_lib.contract.tables import TABLES

SHIPPED = Path(__file__).parents[3] / "data" / "raw"
PATTERNS = {
    "date": r"\d{4}-\d\d-\d\d",
    "period": r"\d{4}-(0[1-9]|1[0-2])",
    "money": r"\d+\.\d\d",
    "number": r"-?\d+(\.\d+)?",
    "integer": r"-?\d+",
    "share": r"\d(\.\d+)?",
}
COLUMNS = [(table.name, column) for table in TABLES.values() for column in table]
# Days of a plan, a forecast or a promise; every other date is of something that has happened.
FUTURE_ALLOWED = {"start", "finish", "forecast_finish", "due_on", "baseline_date", "forecast_date"}


@pytest.fixture(scope="module")
def texts() -> dict[str, pd.DataFrame]:
    return {
        name: pd.read_csv(SHIPPED / f"{name}.csv", dtype=str, keep_default_na=False)
        for name in TABLES
    }


def given(texts: dict[str, pd.DataFrame], table: str, column: str) -> pd.Series:
    cells = texts[table][column]
    return cells[cells != ""]


def test_keys_are_given_and_unique(
    texts: dict[str, pd.DataFrame], subtests: pytest.Subtests
) -> None:
    for name in TABLES:
        with subtests.test(name):
            keys = texts[name][list(TABLES[name].key)]
            required = [column for column in keys if TABLES[name][column].need == "required"]
            assert not (keys[required] == "").any(axis=None)
            assert not keys.duplicated().any()


def test_cells_are_as_declared(texts: dict[str, pd.DataFrame], subtests: pytest.Subtests) -> None:
    for table, column in COLUMNS:
        with subtests.test(f"{table}.{column.name}"):
            cells = given(texts, table, column.name)
            if column.need == "required":
                assert len(cells) == len(texts[table])
            if column.kind in PATTERNS:
                assert cells.str.fullmatch(PATTERNS[column.kind]).all()
            if column.kind == "date":
                assert [date.fromisoformat(cell).isoformat() for cell in cells] == cells.tolist()
            if column.allowed:
                assert set(cells) <= set(column.allowed)
            if column.low is not None:
                assert (cells.astype(float) >= column.low).all()
            if column.high is not None:
                assert (cells.astype(float) <= column.high).all()
            if column.references:
                to_table, _, to_column = column.references.partition(".")
                assert set(cells) <= set(texts[to_table][to_column])


def test_expected_values_are_missing_in_few_rows(
    texts: dict[str, pd.DataFrame], subtests: pytest.Subtests
) -> None:
    for table, column in COLUMNS:
        with subtests.test(f"{table}.{column.name}"):
            if column.need == "expected":
                missing = (texts[table][column.name] == "").sum()
                assert missing <= max(1, 0.035 * len(texts[table]))


def test_some_expected_values_are_missing(texts: dict[str, pd.DataFrame]) -> None:
    gaps = [
        (table.name, column.name)
        for table in TABLES.values()
        for column in table
        if column.need == "expected" and (texts[table.name][column.name] == "").any()
    ]
    assert len(gaps) >= 10


def test_order_rules_hold(texts: dict[str, pd.DataFrame], subtests: pytest.Subtests) -> None:
    for name in TABLES:
        with subtests.test(name):
            for rule in TABLES[name].rules:
                if isinstance(rule, InOrder):
                    rows = texts[name][[rule.first, rule.second]]
                    rows = rows[(rows != "").all(axis=1)]
                    assert (rows[rule.first] <= rows[rule.second]).all(), rule.meaning


def test_finished_projects_have_a_day_and_mostly_a_cost(texts: dict[str, pd.DataFrame]) -> None:
    projects = texts["projects"]
    finished = projects[projects["status"].isin(["completed", "cancelled"])]
    assert (finished["finished_on"] != "").all()
    assert 0.95 < (finished["actual_cost"] != "").mean() < 1
    original = texts["baselines"].query("version == '0'")["project_id"]
    assert finished["project_id"].isin(original).mean() > 0.97


def test_departments_are_the_declared_ones(texts: dict[str, pd.DataFrame]) -> None:
    names = {each.name for each in TRUTHS.departments}
    assert len(names) == 12
    assert set(texts["projects"]["department"]) == names
    for name, table in TABLES.items():
        if "department" in table.column_names:
            assert set(texts[name]["department"]) <= names, name


def test_nothing_is_known_from_after_the_data_date(
    texts: dict[str, pd.DataFrame], subtests: pytest.Subtests
) -> None:
    for table, column in COLUMNS:
        with subtests.test(f"{table}.{column.name}"):
            if column.kind == "period" or (
                column.kind == "date" and column.name not in FUTURE_ALLOWED
            ):
                cells = given(texts, table, column.name)
                assert (cells.str.slice(0, 7) <= TRUTHS.data_date_period).all()

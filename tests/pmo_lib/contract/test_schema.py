"""The words in which tables are declared refuse what cannot be meant."""

import pytest

from pmo_lib.contract.schema import (
    KIND_MEANINGS,
    PANDAS_TYPES,
    Column,
    InOrder,
    NeededWhen,
    Rule,
    Table,
)

A, B = Column("a", "id", "first"), Column("b", "date", "second", "required")


def test_column_declared_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="declares a column twice"):
        Table("t", "a row", ("a",), (A, A))


def test_key_on_no_column_is_refused() -> None:
    with pytest.raises(ValueError, match="key or rule on c, not a column"):
        Table("t", "a row", ("c",), (A, B))


@pytest.mark.parametrize(
    "rule",
    [InOrder("a", "c", ""), InOrder("c", "a", ""), NeededWhen("c", "a", ("x",), ""),
     NeededWhen("a", "c", ("x",), "")],
)  # fmt: skip
def test_rule_on_no_column_is_refused(rule: Rule) -> None:
    with pytest.raises(ValueError, match="key or rule on c"):
        Table("t", "a row", ("a",), (A, B), (rule,))


def test_table_gives_its_columns_by_name_and_in_order() -> None:
    table = Table("t", "a row", ("a",), (A, B))
    assert table["b"] is B
    assert list(table) == [A, B]
    assert table.column_names == ("a", "b")
    assert table.required_columns == ("b",)
    with pytest.raises(KeyError, match="t has no column 'c'"):
        table["c"]


def test_references_name_each_other_table_once() -> None:
    columns = (
        Column("a", "id", "", references="x.id"),
        Column("b", "id", "", references="x.id"),
        Column("c", "id", "", references="t.a"),
        Column("d", "id", "", references="y.id"),
    )
    assert Table("t", "a row", ("a",), columns).references == ("x", "y")


def test_every_kind_has_a_type_and_a_meaning() -> None:
    assert set(PANDAS_TYPES) == set(KIND_MEANINGS)

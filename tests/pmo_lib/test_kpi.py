"""How KPIs are declared, and that the catalogue of them is whole."""

import re
from typing import Any

import pandas as pd
import pytest
from handmade import frame

from pmo_lib.catalogue import CATALOGUE, definitions
from pmo_lib.kpi import FAMILIES, GIVEN, OBSERVATION_COLUMNS, Kpi, flag, kpi, observations
from pmo_lib.tables import TABLES

ITEMS = [pytest.param(item, id=item.id) for item in CATALOGUE.values()]
EXPECTED = ["D1", "D2", "D3", "D4", "D5", "D6", "D7", "P1", "P2", "P3", "G5", "G8"]


def declare(**changes: Any) -> Any:
    facts = {
        "id": "X1", "name": "Ten", "family": "delivery", "unit": "share", "better": "higher",
        "statistic": "rate", "population": "projects",
    }  # fmt: skip
    return kpi(**(facts | changes))


class TestDeclaring:
    def test_parameter_names_are_the_tables_it_needs(self) -> None:
        @declare()
        def ten(projects: Any, data_date: Any, settings: Any, baselines: Any = None) -> Any:
            """Ten ÷ ten."""

        assert ten.tables == ("projects",)
        assert ten.optional_tables == ("baselines",)
        assert ten.given == ("data_date", "settings")
        assert ten.definition == "Ten ÷ ten."

    def test_unknown_table_is_refused(self) -> None:
        def ten(projects: Any, projcets: Any) -> Any:
            """Ten."""

        with pytest.raises(ValueError, match=r"KPI X1 names \['projcets'\]"):
            declare()(ten)

    @pytest.mark.parametrize(
        "need", ["project.status", "projects.state", "projects", "status", "projects."]
    )
    def test_unknown_need_is_refused(self, need: str) -> None:
        def ten(projects: Any) -> Any:
            """Ten."""

        with pytest.raises(ValueError, match="X1"):
            declare(needs=(need,))(ten)

    def test_is_called_as_the_function(self) -> None:
        @declare()
        def rows_of(projects: pd.DataFrame) -> pd.DataFrame:
            """Rows."""
            return projects.head(1)

        assert len(rows_of(projects=pd.DataFrame({"a": [1, 2]}))) == 1


class TestCatalogue:
    def test_holds_the_kpis_promised_by_family_and_number(self) -> None:
        assert set(EXPECTED) <= set(CATALOGUE)
        order = [(list(FAMILIES).index(k.family), int(k.id[1:])) for k in CATALOGUE.values()]
        assert order == sorted(order)

    @pytest.mark.parametrize("item", ITEMS)
    def test_each_is_told_in_words(self, item: Kpi) -> None:
        assert re.fullmatch(r"[VDPRG]\d+", item.id)
        assert len(item.definition) > 20
        assert item.definition.split("\n")[0].endswith(".")
        assert item.name
        assert item.population

    @pytest.mark.parametrize("item", ITEMS)
    def test_each_needs_only_declared_tables_and_columns_of_them(self, item: Kpi) -> None:
        assert item.tables
        assert {*item.tables, *item.optional_tables} <= set(TABLES)
        for need in item.needs:
            table, _, column = need.partition(".")
            assert table in item.tables
            assert column in TABLES[table].column_names

    @pytest.mark.parametrize("item", ITEMS)
    def test_each_gives_observations_even_of_nothing(self, item: Kpi) -> None:
        from pmo_lib.settings import Settings

        given: dict[str, Any] = {"data_date": pd.Timestamp("2026-09-30"), "settings": Settings()}
        tables: dict[str, Any] = {name: frame(name, []) for name in item.tables}
        found = item(**tables, **{name: given[name] for name in item.given})
        assert set(OBSERVATION_COLUMNS) <= set(found.columns)
        assert len(found) == 0

    def test_definitions_cover_every_kpi(self) -> None:
        words = definitions()
        assert list(words["id"]) == list(CATALOGUE)
        assert (words.map(len) > 0).all(axis=None)
        assert not words["definition"].str.contains("\n").any()

    def test_given_names_are_no_tables(self) -> None:
        assert not set(GIVEN) & set(TABLES)


class TestObservations:
    UNITS = pd.DataFrame({"department": ["A", "B"], "project_id": ["p1", "p2"]})

    def test_one_row_a_unit(self) -> None:
        found = observations(self.UNITS, period="2026-09", numerator=pd.Series([1, None]))
        assert list(found["department"]) == ["A", "B"]
        assert list(found["period"]) == ["2026-09"] * 2
        assert list(found["denominator"]) == [1.0, 1.0]
        assert list(found["numerator"].isna()) == [False, True]
        assert list(found["case_id"]) == ["p1", "p2"]

    def test_missing_period_stays_missing(self) -> None:
        found = observations(self.UNITS, period=pd.Series(["2026-09", None]), numerator=1.0)
        assert list(found["period"].isna()) == [False, True]


def test_flag_is_missing_where_not_known() -> None:
    found = flag(pd.Series([True, False, True]), pd.Series([True, True, False]))
    assert list(found[:2]) == [1.0, 0.0]
    assert found.isna().tolist() == [False, False, True]

"""How KPIs are declared, and that the catalogue of them is whole."""

import re
from typing import Any

import pandas as pd
import pytest

from builders.tables import frame
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import Verdict
from pmo_lib.kpis.catalogue import CATALOGUE, definitions
from pmo_lib.kpis.kpi import GIVEN, OBSERVATION_COLUMNS, flag, kpi, observations

# as kpi_catalogue.md has them: the 50 that are not marked as later, G9, G10, P12 and D17
EXPECTED = """
    V1 share higher, V2 share near, V3 share higher, V4 share higher, V5 share higher,
    V6 share context, V7 points higher, V8 days lower,
    D1 share higher, D2 share higher, D3 share lower, D4 share lower, D5 share lower,
    D6 ratio higher, D7 ratio higher, D8 count lower, D9 share higher, D10 ratio higher,
    D11 share lower, D12 days lower, D14 share lower, D15 share lower, D16 share lower,
    D17 share context,
    P1 count higher, P2 count lower, P3 days lower, P4 share lower, P5 ratio near, P6 days lower,
    P8 share context, P9 share near, P10 ratio lower, P11 hours lower,
    P12 money context,
    R1 points higher, R2 score context, R3 points higher, R4 share higher, R5 share higher,
    R6 share higher, R8 share lower, R9 share higher, R10 share higher, R11 share context,
    R12 share higher,
    G1 score higher, G2 share lower, G3 share near, G4 share higher, G5 share higher,
    G6 share higher, G7 ratio lower, G8 share higher, G9 share context, G10 days lower
"""
NEAR = {"V2": (0.0, 0.0), "P5": (0.8, 1.25), "P9": (0.8, 0.85), "G3": (0.0, 0.0)}
OF = {"V": "value", "D": "delivery", "P": "productivity", "R": "role", "G": "governance"}
NOTHING: dict[str, Any] = {
    "data_date": pd.Timestamp("2026-09-30"),
    "settings": Settings(),
    "verdict": Verdict("", {}),
    "shown_by": lambda kpi_id, department: f"{kpi_id} is not known in {department}",
    "value_case": pd.DataFrame(columns=["avoided", "uplift", "cost"], dtype="float64"),
}


def declare(**changes: Any) -> Any:
    facts = {
        "id": "X1", "name": "Ten", "family": "delivery", "unit": "share", "better": "higher",
        "statistic": "rate", "population": "projects in flight",
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
        promised = [tuple(words.split()) for words in EXPECTED.split(",")]
        assert len(promised) == 56
        assert [(k.id, k.unit, k.better) for k in CATALOGUE.values()] == promised

    def test_each_is_of_the_family_of_its_letter(self, subtests: pytest.Subtests) -> None:
        for item in CATALOGUE.values():
            with subtests.test(item.id):
                assert item.family == OF[item.id[0]]
                assert CATALOGUE[item.id] is item

    def test_each_that_should_be_near_something_says_near_what(
        self, subtests: pytest.Subtests
    ) -> None:
        for item in CATALOGUE.values():
            with subtests.test(item.id):
                assert item.near == NEAR.get(item.id)
                assert (item.better == "near") == (item.id in NEAR)

    def test_each_statistic_is_named_once(self, subtests: pytest.Subtests) -> None:
        for item in CATALOGUE.values():
            with subtests.test(item.id):
                statistics = [item.statistic, *item.also]
                assert len(set(statistics)) == len(statistics)

    def test_each_is_told_in_words(self, subtests: pytest.Subtests) -> None:
        for item in CATALOGUE.values():
            with subtests.test(item.id):
                assert re.fullmatch(r"[VDPRG]\d+", item.id)
                assert len(item.definition) > 20
                assert item.definition.split("\n")[0].endswith(".")
                assert item.name
                assert item.population.name

    def test_each_needs_only_declared_tables_and_columns_of_them(
        self, subtests: pytest.Subtests
    ) -> None:
        for item in CATALOGUE.values():
            with subtests.test(item.id):
                assert item.tables or {"verdict", "value_case"} & set(item.given)
                assert {*item.tables, *item.optional_tables} <= set(TABLES)
                for need in item.needs:
                    table, _, column = need.partition(".")
                    assert table in item.tables
                    assert column in TABLES[table].column_names

    def test_each_gives_observations_even_of_nothing(self, subtests: pytest.Subtests) -> None:
        for item in CATALOGUE.values():
            with subtests.test(item.id):
                tables: dict[str, Any] = {
                    name: frame(name, []) for name in (*item.tables, *item.optional_tables)
                }
                for given_tables in (tables, {name: tables[name] for name in item.tables}):
                    found = item(**given_tables, **{name: NOTHING[name] for name in item.given})
                    assert set(OBSERVATION_COLUMNS) <= set(found.columns)
                    assert len(found) == 0
                    assert found["numerator"].dtype == found["denominator"].dtype == "float64"

    def test_nothing_is_given_of_everything_that_may_be(self) -> None:
        assert set(NOTHING) == set(GIVEN)

    def test_definitions_cover_every_kpi(self) -> None:
        words = definitions()
        assert list(words["id"]) == list(CATALOGUE)
        where = words.set_index("id")["tables"]
        assert where["D1"] == "projects, baselines"
        assert (where["G6"], where["R12"]) == ("verdict of validation", "value case")
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

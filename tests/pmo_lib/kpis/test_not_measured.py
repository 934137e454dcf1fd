"""No KPI makes a figure of what is not there, is withheld, or lies at the edge of what may be."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from builders.gaps import without_rows, without_tables
from builders.results import ALL, differing, result_table
from builders.tables import PERIOD, Tables, frame
from builders.whole import whole, whole_view
from builders.workbooks import facts
from pipelines.reading.parse import FIRST_YEAR, LAST_YEAR, MOST
from pmo_lib.contract.schema import Column
from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import Verdict
from pmo_lib.engine.observe import observe_all, results
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import OBSERVATION_COLUMNS

KEPT_BY_DEPARTMENT = [item.id for item in CATALOGUE.values() if item.level == "department"]
FOR_THE_ORGANISATION = [item.id for item in CATALOGUE.values() if item.level == "organisation"]
FROM_TABLES = [name for name in CATALOGUE if name not in {"R12", "G6"}]


class TestNotMeasured:
    def test_missing_table_is_named(self, subtests: pytest.Subtests) -> None:
        for gap in without_tables(whole()):
            wanting = [k.id for k in CATALOGUE.values() if gap.table in k.tables]
            for found in results(whole_view(gap.tables), ALL, wanting):
                with subtests.test(found.kpi_id, missing=gap.table):
                    assert found.state == "not measured"
                    assert f"{gap.table}.csv" in found.reason
                    assert np.isnan(found.value)
                    assert found.n == 0

    @pytest.mark.parametrize("absent", [True, False], ids=["absent", "empty"])
    def test_missing_column_is_named_with_its_table(
        self, absent: bool, subtests: pytest.Subtests
    ) -> None:
        """An awaited one that is there and empty only says that nothing has happened yet."""
        given_tables = whole()
        for need in sorted({need for k in CATALOGUE.values() for need in k.needs}):
            name, _, column = need.partition(".")
            if TABLES[name][column].awaited and not absent:
                continue
            left = given_tables[name].drop(columns=column)
            left = left if absent else _emptied(given_tables, need)
            seen = whole_view(given_tables | {name: left})
            seen = replace(seen, verdict=_lacking(name, column)) if absent else seen
            wanting = [k.id for k in CATALOGUE.values() if need in k.needs]
            for found in results(seen, ALL, wanting):
                with subtests.test(found.kpi_id, missing=need):
                    assert found.state == "not measured"
                    assert f"{column} in {name}.csv" in found.reason
                    assert np.isnan(found.value)

    def test_tables_without_rows_measure_nothing_and_are_never_zero(
        self, subtests: pytest.Subtests
    ) -> None:
        nothing = whole_view({name: frame(name, []) for name in TABLES})
        for found in results(nothing, ALL, FROM_TABLES):
            with subtests.test(found.kpi_id, department=found.department):
                needs = (need.partition(".") for need in CATALOGUE[found.kpi_id].needs)
                lacks = any(not TABLES[name][column].awaited for name, _, column in needs)
                assert found.state == ("not measured" if lacks else "undefined")
                assert np.isnan(found.value)

    @pytest.mark.parametrize(
        ("kpi_id", "reason"),
        [
            ("R12", "needs a value case in which an effect of the PMO is at least likely"),
            ("G6", "needs the verdict of validation"),
        ],
    )
    def test_what_else_it_is_given_is_named(self, kpi_id: str, reason: str) -> None:
        for result in results(View(whole(), PERIOD), ALL, [kpi_id]):
            assert (result.state, result.reason) == ("not measured", reason)


class TestWithoutRows:
    def test_of_one_table_break_nothing(self, subtests: pytest.Subtests) -> None:
        """Even where the columns it needs would keep the engine from asking."""
        for gap in without_rows(whole()):
            seen = whole_view(gap.tables)
            for kpi in CATALOGUE.values():
                if gap.table in (*kpi.tables, *kpi.optional_tables):
                    with subtests.test(kpi.id, empty=gap.table):
                        assert set(OBSERVATION_COLUMNS) <= set(observe_all(kpi, seen))


class TestExtremes:
    """What validation lets through at most: dates of 1950 and 2100, numbers exact to one."""

    @staticmethod
    def values(column: Column) -> list[Any]:
        if column.kind == "date":
            return [pd.Timestamp(f"{FIRST_YEAR}-01-01"), pd.Timestamp(f"{LAST_YEAR}-12-31")]
        low = -MOST if column.low is None else column.low
        return [low, 0.0, MOST if column.high is None else column.high]

    def test_break_nothing(self, subtests: pytest.Subtests) -> None:
        """All columns of a table at once, each in rows of its own, as far as there are enough."""
        for name, table in whole().items():
            readers = [k.id for k in CATALOGUE.values() if name in (*k.tables, *k.optional_tables)]
            columns = [c for c in TABLES[name] if c.kind in {"date", "money", "number", "share"}]
            row = np.arange(len(table))
            spoilt = {}
            for which, column in enumerate(columns):
                cells = table[column.name]
                for at, value in enumerate(self.values(column)):  # each in other rows
                    cells = cells.mask(row % 21 == (3 + 7 * at + 2 * which) % 21, value)
                spoilt[column.name] = cells
            with subtests.test(name):
                seen = whole_view(whole() | {name: table.assign(**spoilt)})
                found = result_table(seen, [ORGANISATION, "Finance"], readers)
                assert not np.isinf(found[["value", "low", "high"]]).any(axis=None)
                assert found.loc[found["state"] == "measured", "value"].notna().all()


class TestWithheld:
    def test_reason_is_that_of_the_table(self, subtests: pytest.Subtests) -> None:
        for name in whole():
            why = f"9 of 90 rows of {name} were rejected"
            seen = replace(whole_view(whole()), withheld={name: why})
            needing = [k.id for k in CATALOGUE.values() if name in k.tables]
            for found in results(seen, ALL, needing):
                with subtests.test(found.kpi_id, withheld=name):
                    assert (found.state, found.reason) == ("withheld", why)
                    assert np.isnan(found.value)

    def test_table_it_can_do_without_is_as_if_not_there(self, subtests: pytest.Subtests) -> None:
        for gap in without_tables(whole()):
            readers = [k.id for k in CATALOGUE.values() if gap.table in k.optional_tables]
            withheld = replace(whole_view(whole()), withheld={gap.table: "many rows were rejected"})
            with subtests.test(gap.table):
                absent = result_table(whole_view(gap.tables), kpis=readers)
                assert not differing(absent, result_table(withheld, kpis=readers))

    def test_other_tables_do_not_matter(self) -> None:
        for item in CATALOGUE.values():
            others = set(TABLES) - {*item.tables, *item.optional_tables}
            withheld = {} if "shown_by" in item.given else dict.fromkeys(others, "rejected")
            seen = replace(whole_view(whole()), withheld=withheld)
            assert results(seen, kpis=[item.id])[0].is_measured


class TestUndefined:
    def test_before_anything_began_there_is_nothing(self, subtests: pytest.Subtests) -> None:
        none = {"P2", "R10"}  # of projects in progress, and of promises with every step taken
        for found in results(
            whole_view(whole(), "2019-12"), [ORGANISATION, "Finance"], FROM_TABLES
        ):
            elsewhere = found.department != ORGANISATION and found.kpi_id in FOR_THE_ORGANISATION
            with subtests.test(found.kpi_id, department=found.department):
                if found.kpi_id in none:
                    assert found.value == 0
                else:
                    assert found.state == ("not measured" if elsewhere else "undefined")

    def test_department_that_has_nothing(self, subtests: pytest.Subtests) -> None:
        for found in results(whole_view(whole()), ["Nobody"], KEPT_BY_DEPARTMENT):
            with subtests.test(found.kpi_id):
                assert found.state == ("measured" if found.kpi_id == "P2" else "undefined")
                assert found.n == found.missing == 0


def _emptied(given_tables: Tables, need: str) -> pd.DataFrame:
    """The table with nothing in the column."""
    name, _, column = need.partition(".")
    table = given_tables[name]
    empty = frame(name, [{}] * len(table))[column].set_axis(table.index)
    return table.assign(**{column: empty})


def _lacking(table: str, column: str) -> Verdict:
    """What validation says of a portfolio in whose file the column is not."""
    said = facts(whole())
    said["tables"][table]["absent_columns"] = [column]
    return Verdict.from_mapping(said)

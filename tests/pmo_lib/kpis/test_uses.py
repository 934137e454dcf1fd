"""What is in doubt reaches no figure: a KPI names every column that it hangs on."""

from typing import Any

import pandas as pd
import pytest

from builders.gaps import EVERY_KPI, small
from builders.tables import PERIOD, Tables
from builders.views import settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.engine.observe import attempt, results
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import OBSERVATION_COLUMNS, Kpi

GIVEN = small()


def seen(tables: Tables, **withheld: str) -> View:
    return View(tables, PERIOD, settings(disclosure=EVERY_KPI), withheld)


def without(table: str, column: str) -> Tables:
    rows = GIVEN[table]
    return GIVEN | {table: rows.assign(**{column: pd.Series(dtype=rows[column].dtype)})}


def observed(kpi: Kpi, tables: Tables) -> list[Any]:
    units = attempt(kpi, seen(tables))[0]
    columns = [*OBSERVATION_COLUMNS, *(c for c in units if c not in OBSERVATION_COLUMNS)]
    return [units[column].astype("str").tolist() for column in columns]


@pytest.mark.parametrize("table", sorted(set(GIVEN) - {"benchmarks"}))
def test_kpis_name_the_columns_that_they_hang_on(table: str) -> None:
    reading = [k for k in CATALOGUE.values() if table in {*k.tables, *k.optional_tables}]
    before = {kpi.id: observed(kpi, GIVEN) for kpi in reading}
    unnamed = []
    for column in (c.name for c in TABLES[table] if c.need != "required"):
        emptied, name = without(table, column), f"{table}.{column}"
        rest = [kpi for kpi in reading if name not in {*kpi.needs, *kpi.uses}]
        unnamed += [(k.id, name) for k in rest if observed(k, emptied) != before[k.id]]
    assert unnamed == []


def test_what_is_withheld_withholds_it() -> None:
    wrong = []
    for kpi in CATALOGUE.values():
        for name in (*kpi.needs, *kpi.uses):
            found = results(seen(GIVEN, **{name: "is it so"}), kpis=[kpi.id])
            states = {(result.state, result.reason) for result in found}
            wrong += [(kpi.id, name)] if states != {("withheld", "is it so")} else []
    assert wrong == []

"""What is in doubt reaches no figure: a KPI names every column that it hangs on."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

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


def without(columns: Iterable[str]) -> Tables:
    """The tables with nothing in these columns, named table.column."""
    left = dict(GIVEN)
    for name, _, column in (each.partition(".") for each in columns):
        left[name] = left[name].assign(**{column: pd.Series(dtype=left[name][column].dtype)})
    return left


def observed(kpi: Kpi, tables: Tables) -> list[Any]:
    units = attempt(kpi, seen(tables))[0]
    columns = [*OBSERVATION_COLUMNS, *(c for c in units if c not in OBSERVATION_COLUMNS)]
    return [units[column].astype("str").tolist() for column in columns]


def test_kpis_name_the_columns_that_they_hang_on() -> None:
    """Without all others it is what it was; where not, no other counts on its own.

    Of two of which either will do, such as two days of approval, neither need be named.
    """
    unnamed = []
    for kpi in CATALOGUE.values():
        columns = {
            f"{name}.{column.name}"
            for name in {*kpi.tables, *kpi.optional_tables} - {"benchmarks"}
            for column in TABLES[name]
            if column.need != "required"
        }
        before, others = observed(kpi, GIVEN), columns - {*kpi.needs, *kpi.uses}
        if observed(kpi, without(others)) != before:
            unnamed += [(kpi.id, n) for n in others if observed(kpi, without([n])) != before]
    assert unnamed == []


def test_what_is_withheld_withholds_it() -> None:
    wrong = []
    for kpi in CATALOGUE.values():
        for name in (*kpi.needs, *kpi.uses):
            found = results(seen(GIVEN, **{name: "is it so"}), kpis=[kpi.id])
            states = {(result.state, result.reason) for result in found}
            wrong += [(kpi.id, name)] if states != {("withheld", "is it so")} else []
    assert wrong == []

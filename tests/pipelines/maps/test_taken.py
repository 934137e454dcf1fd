"""Cells as a map says they are written: read right, or certainly not read."""

import pandas as pd
import pytest

from pipelines.maps.declared import SheetMap, Taken
from pipelines.maps.taken import as_given, read
from pipelines.reading.conventions import Conventions
from pipelines.reading.parse import parse
from pmo_lib.contract.tables import TABLES

COST = TABLES["projects"]["actual_cost"]


def values(cells: list[str], column: str, taken: Taken, **of_sheet: str) -> list[object]:
    """The cells as they end up in a table: read by the map, then as all tables are."""
    table, _, name = column.partition(".")
    ours = TABLES[table][name]
    text = read(pd.Series(cells, dtype="str"), ours, taken, SheetMap({}, **of_sheet))
    return parse(ours, text, Conventions()).typed.astype("object").tolist()


class TestScale:
    """An amount in thousands is either times 1,000 or empty: never the bare figure."""

    @pytest.mark.parametrize("others", [[], ["90.5"], ["1.300,5"], ["90,5"], ["260"], ["£ 1 300"]])
    @pytest.mark.parametrize(
        "cell", ["1,300", "1.300", "about 9", "12 (est.)", "50%", "£1.2m", "9/10"]
    )
    def test_is_never_left_out(self, cell: str, others: list[str]) -> None:
        value, *_ = values([cell, *others], "projects.actual_cost", Taken("x", scale=1000))
        # by what other cells show, 1,300 is 1,300 thousand or 1.3 thousand
        assert pd.isna(value) or value in (1_300_000, 1_300)

    def test_is_never_left_out_under_a_decimal_mark(self) -> None:
        taken = Taken("x", scale=1000)
        read_so = {
            ("1,300", "."): 1_300_000, ("1,300", ","): 1_300, ("1.300", "."): 1_300,
            ("1.300", ","): 1_300_000, ("(5)", "."): -5_000, ("€ 20", "."): 20_000,
        }  # fmt: skip
        found = {
            (cell, mark): values([cell], "projects.actual_cost", taken, decimal_mark=mark)[0]
            for cell, mark in read_so
        }
        assert found == read_so

    def test_of_shares_leaves_those_with_a_sign(self) -> None:
        taken = Taken("x", scale=0.01)
        assert values(["80", "80 %", "0.5%"], "risks.probability", taken) == [0.8, 0.8, 0.005]

    def test_keeps_the_currency(self) -> None:
        text = read(pd.Series(["£20", "EUR 1.5", "3"]), COST, Taken("x", scale=10), SheetMap({}))
        assert text.tolist() == ["£200", "EUR15", "30"]

    def test_tells_the_cell_as_it_was_and_why(self) -> None:
        text = read(pd.Series(["1,300"]), COST, Taken("x", scale=1000), SheetMap({}))
        cell, why = as_given(text[0])
        assert cell == "1,300"
        assert "decimal_mark" in why


def test_words_leave_the_other_cells_to_be_read() -> None:
    taken = Taken("x", words={"Ongoing": ""}, dates="%d/%m/%Y")
    found = values(["Ongoing", "03/02/2026"], "projects.finished_on", taken)
    assert pd.isna(found[0])
    assert found[1] == pd.Timestamp("2026-02-03")

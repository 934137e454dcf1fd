"""Which rows are totals of others, and which are only called so."""

import pytest

from builders.tables import Row, frame
from pipelines.reading.totals import totals
from pmo_lib.contract.tables import TABLES

WORDS = ("Total", "TOTAL:", "Summary", "All", "Overall", "Gesamt", "Subtotal", "All departments")


def project(number: int, department: str, cost: float | None = None, **more: object) -> Row:
    own: Row = {"project_id": f"P{number}", "department": department, "actual_cost": cost}
    return own | {"started_on": "2025-03-04", "status": "active"} | more


PLAIN = [project(1, "IT", 10.0), project(2, "IT", 20.0), project(3, "HR", 5.0)]
BARE: Row = {"started_on": None, "status": None}


def found(rows: list[Row], table: str = "projects") -> list[int]:
    return totals(TABLES[table], frame(table, rows)).tolist()


@pytest.mark.parametrize("word", WORDS)
def test_department_of_that_name_keeps_its_rows(word: str) -> None:
    own = [project(4, word, 35.0), project(5, word, 7.0), project(6, word), project(7, word, 8.0)]
    assert found([*PLAIN, *own]) == []
    assert found([*own, *PLAIN]) == []
    assert found([*PLAIN, project(4, word, 7.0)]) == []
    assert found([*PLAIN, *own, {"project_id": word, "department": None, "actual_cost": 85.0}]) == [
        7
    ]


@pytest.mark.parametrize("word", ["Average", "Mean:", "Durchschnitt", "Count"])
def test_figures_of_all_rows_are_no_row(word: str) -> None:
    assert found([*PLAIN, project(4, "IT", 12.0, project_id=word)]) == [3]
    assert (
        found([*PLAIN, project(4, "IT", 12.0, project_id=word, name="Mean time to repair")]) == []
    )


@pytest.mark.parametrize("word", WORDS)
def test_rows_that_hold_but_the_sum_are_totals_by_whatever_number(word: str) -> None:
    sums = {
        "of all": project(99, word, 35.0),
        "of all, rounded": project(99, word, 35.01),
        "of what the files show of it": project(99, word, 40.0, **BARE),
        "without a sum": project(99, word, None, **BARE),
        "without an id": project(99, word, 40.0, project_id=None),
        "by its name": project(99, "IT", 35.0, name=word),
    }
    wrong = {what: got for what, row in sums.items() if (got := found([*PLAIN, row])) != [3]}
    assert not wrong


def test_totals_of_each_department_are_totals() -> None:
    rows = [*PLAIN[:2], project(8, "Total", 30.0), PLAIN[2], project(9, "Total", 5.0)]
    assert found(rows) == [2, 4]
    rows = [*PLAIN, project(8, "IT", 30.0, name="Subtotal"), project(9, "HR", 5.0, name="Subtotal")]
    assert found(rows) == [3, 4]


def test_id_of_that_word_is_a_project_where_it_has_a_name_and_dates_of_its_own() -> None:
    own = project(4, "HR", 6.0, project_id="Total", name="Refinery of a customer")
    cases = {
        "its own": ([*PLAIN, own], []),
        "no name": ([*PLAIN, own | {"name": None}], [3]),
        "a name that says so": ([*PLAIN, own | {"name": "Total 2026"}], [3]),
        "the sum": ([*PLAIN, own | {"actual_cost": 35.0}], [3]),
        "nothing else": ([*PLAIN, own | BARE], [3]),
    }
    assert {what: found(rows) for what, (rows, _) in cases.items()} == {
        what: wanted for what, (_, wanted) in cases.items()
    }


def test_category_of_a_month_is_a_total_beside_others_only() -> None:
    def cost(period: str, category: str, amount: float) -> Row:
        return {"period": period, "category": category, "amount": amount}

    parts = [cost("2026-01", "staff", 3.0), cost("2026-01", "tools", 1.0)]
    assert found([*parts, cost("2026-01", "Total", 4.5)], "pmo_costs") == [2]
    assert found([cost("2026-01", "Total", 4.0), cost("2026-02", "Total", 5.0)], "pmo_costs") == []


def test_department_of_that_name_has_its_roll_outs() -> None:
    rows = [
        {"department": name, "service_id": "S1", "adopted_on": "2026-01-05"}
        for name in ("IT", "HR", "Total")
    ]
    assert found(rows, "rollouts") == []

"""A value that stands in nearly all rows is asked about."""

import pandas as pd

from builders.asking import changed, delivery, questions

CLEAN = delivery()
DAY = pd.Timestamp("2026-09-30")


def asked(table: str, column: str, value: object, share: float) -> dict[str, tuple[str, ...]]:
    values = CLEAN[table][column]
    known = values.dropna().index
    first = values.index.isin(known[: int(share * len(known))])
    given = changed(CLEAN, **{f"{table}__{column}": values.mask(first, value)})
    found = questions(given)
    return {name: each.withholds for name, each in found.items() if name.startswith("default")}


def test_one_value_in_nearly_all_rows_is_withheld() -> None:
    columns = {
        "projects.finished_on": DAY, "projects.actual_cost": 100_000.0, "baselines.finish": DAY,
        "baselines.cost": 100_000.0,
    }  # fmt: skip
    wrong = {}
    for name, value in columns.items():
        table, column = name.split(".")
        found = asked(table, column, value, 0.95), asked(table, column, value, 0.6)
        if found != ({f"default {name}": (name,)}, {}):
            wrong[name] = found
    assert wrong == {}


def test_plans_that_end_as_they_begin_are_withheld() -> None:
    found = questions(changed(CLEAN, baselines__finish=CLEAN["baselines"]["start"]))
    assert found["default baselines"].withholds == ("baselines.start", "baselines.finish")


def test_one_colour_for_all_is_told() -> None:
    green = CLEAN["status_reports"]["rag"].fillna("green")
    given = changed(CLEAN, status_reports__rag=green)
    (found,) = questions(given).values()
    assert (found.id, found.withholds) == ("default status_reports.rag", ())
    mixed = green.mask(green.index == green.index[3], "red")
    assert questions(changed(CLEAN, status_reports__rag=mixed)) == {}

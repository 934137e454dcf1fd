"""One value in nearly all rows: a default that nobody has changed, or the day of the export."""

from collections.abc import Iterator

import pandas as pd

from pipelines.questions.asked import Asked
from pmo_lib.contract.verdict import Question

FEWEST = 10  # rows
NEARLY_ALL = 0.9
REPORTS = 300  # that are all of one colour
STARTS = 5  # on different days: what began together may end together
COLUMNS = {
    "projects": ("finished_on", "actual_cost"),
    "baselines": ("finish", "cost"),
}


def check(asked: Asked) -> Iterator[Question]:
    """Of each column of which projects differ in truth; and plans that end as they begin."""
    if asked.tables["projects"]["started_on"].nunique() < STARTS:
        return
    for table, columns in COLUMNS.items():
        for column in columns if table in asked.tables else ():
            known = asked.tables[table][column].dropna()
            counts = known.value_counts()
            if len(known) >= FEWEST and counts.iloc[0] >= NEARLY_ALL * len(known):
                yield _of_one(table, column, counts)
    if asked.has("status_reports.rag"):
        colours = asked.tables["status_reports"]["rag"].dropna()
        if len(colours) >= REPORTS and (colours == colours.iloc[0]).all():
            yield Question(
                "default", "status_reports", "rag",
                f"is every project {colours.iloc[0]}, or is that a default; it stands in rag of "
                f"all {len(colours):,} reports that have one",
                "Export what was reported",
            )  # fmt: skip
    if asked.has("baselines.start", "baselines.finish"):
        plans = asked.tables["baselines"].dropna(subset=["start", "finish"])
        same = plans["start"] == plans["finish"]
        if len(plans) >= FEWEST and same.mean() >= NEARLY_ALL:
            yield Question(
                "default", "baselines", "",
                f"is finish of baselines the planned finish; in {same.sum():,} of {len(plans):,} "
                "rows it is the day of the start",
                "Export both days of the plan", ("baselines.start", "baselines.finish"),
            )  # fmt: skip


def _of_one(table: str, column: str, counts: pd.Series) -> Question:
    value = counts.index[0]
    shown = f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else f"{value:,.0f}"
    return Question(
        "default", table, column,
        f"is {shown} in {column} of {table} a default, or the day of the export; it stands in "
        f"{counts.iloc[0]:,} of {counts.sum():,} rows",
        "Export what is true of each project", (f"{table}.{column}",),
    )  # fmt: skip

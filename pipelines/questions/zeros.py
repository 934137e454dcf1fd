"""Zeros that stand for what nobody filled in: a cost of nothing, work that never earns."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipelines.questions.asked import REPORTED, Asked, Mended, Tables
from pmo_lib.contract.verdict import Question
from pmo_lib.wording import counted

BEGUN = 0.2  # of its budget: so much is done or spent where it is not the first months
OF = {"earned_value": "actual_cost", "actual_cost": "earned_value"}  # what speaks against a zero


def check(asked: Asked) -> Iterator[Mended]:
    """Of each column the zeros that other amounts of the same project contradict."""
    amounts = _amounts(asked)
    done = asked.tables["projects"]["status"].eq("completed").to_numpy()
    free = done & amounts["spent"].eq(0) & (amounts[["budget", "reported"]] > 0).any(axis=1)
    yield from _of("projects", "actual_cost", amounts["project_id"][free], "that have ended")
    unplanned = amounts["budget"].eq(0) & (amounts[["spent", "reported"]] > 0).any(axis=1)
    yield from _of("baselines", "cost", amounts["project_id"][unplanned], "that cost something")
    for column, other in OF.items():
        if asked.has(f"status_reports.{column}", f"status_reports.{other}"):
            most = _most(asked, [column, other]).set_axis(amounts.index)
            begun = most[other] >= BEGUN * amounts["budget"].where(amounts["budget"] > 0)
            never = amounts["project_id"][begun & most[column].eq(0)]
            why = f"whose {other} has come to a fifth of the budget"
            yield from _of("status_reports", column, never, why)


def _amounts(asked: Asked) -> pd.DataFrame:
    """Of each project what it has cost, what was reported of that, and what was planned at last."""
    found = asked.tables["projects"][["project_id", "actual_cost"]]
    found = found.rename(columns={"actual_cost": "spent"}).assign(budget=np.nan, reported=np.nan)
    if "baselines" in asked.tables:
        costs = asked.tables["baselines"].dropna(subset=["cost"])
        last = costs.drop_duplicates("project_id", keep="last").set_index("project_id")["cost"]
        found = found.assign(budget=found["project_id"].map(last))
    if "status_reports" in asked.tables:
        found = found.assign(reported=_most(asked, REPORTED[1:3]).max(axis=1).to_numpy())
    return found


def _most(asked: Asked, columns: list[str]) -> pd.DataFrame:
    """The most that was ever reported of each project, in the order of the projects."""
    reports = asked.reports
    most = reports[columns].groupby(reports["at"].to_numpy()).max()
    return most.reindex(range(len(asked.tables["projects"])))


def _of(table: str, column: str, ids: pd.Series, why: str) -> Iterator[Mended]:
    if ids.empty:
        return
    asks = (
        f"is {column} of {table} really 0 of {counted(len(ids), 'project')} {why}, or is it not "
        "known; the zeros are not used"
    )
    question = Question(
        "zeros", table, column, asks, "Leave the cells empty where nobody knows",
        examples=tuple(ids.head(3)),
    )  # fmt: skip

    def without(tables: Tables) -> Tables:
        rows = tables[table]
        unknown = rows["project_id"].isin(ids) & rows[column].eq(0)
        return {table: rows.assign(**{column: rows[column].mask(unknown)})}

    yield Mended(question, without)

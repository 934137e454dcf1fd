"""Amounts a thousand times those beside them: mistyped, or of another unit than the others."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from pipelines.questions.asked import REPORTED, Asked, Mended, Tables
from pmo_lib.contract.verdict import Question
from pmo_lib.facts.portfolio import rows_of
from pmo_lib.wording import counted

FAR = 2.3  # powers of ten: two hundred times
SPREADS = 5  # of the logarithms of those beside it, robustly measured
NEIGHBOURS = 6
FEWEST = 3
SOME = 0.05  # of the projects: more are no slip of the pen,
MOST = 0.75  # and of so many the units are unlike
COSTS = {"projects": "actual_cost", "baselines": "cost"}


def check(asked: Asked) -> Iterator[Question | Mended]:
    """One is told; several of one unit are left out, with what they are set against."""
    costs = _costs(asked)
    is_far = costs["off"].abs() > FAR
    far = costs[is_far & (is_far.groupby(costs["done"]).transform("mean") < MOST)]
    if len(far) >= FEWEST and len(far) > SOME * len(costs):
        yield _of_several(far)
    elif len(far):
        yield _told("projects", "actual_cost", far, "its own baseline's cost", "spent")
    known = set(costs["project_id"])
    for table, column in COSTS.items():
        alone = _beyond_neighbours(asked, table, column, known)
        if len(alone):
            yield _told(table, column, alone, "the costs beside it", column)
    yield from _of_the_office(asked)


def _costs(asked: Asked) -> pd.DataFrame:
    """What each project has come to cost, and how many powers of ten off its last baseline.

    Of projects that go on it is the most that was planned, earned or spent to date: they may be
    far below their baseline.
    """
    projects, baselines = asked.tables["projects"], asked.tables.get("baselines")
    if baselines is None:
        return pd.DataFrame({"project_id": [], "spent": [], "done": [], "off": []})
    last = baselines.dropna(subset=["cost"]).drop_duplicates("project_id", keep="last")
    done, spent = projects["status"] == "completed", projects["actual_cost"]
    if "status_reports" in asked.tables:
        reports = asked.reports
        most = reports[REPORTED[:3]].max(axis=1).groupby(reports["at"].to_numpy()).max()
        spent = spent.where(done, spent.combine(most.reindex(projects.index), np.fmax))
    both = projects[["project_id"]].assign(spent=spent, done=done)
    both = both.merge(last[["project_id", "cost"]], on="project_id")
    both = both.assign(off=_log10(both["spent"]) - _log10(both["cost"])).dropna()
    return both[both["done"] | (both["off"] > -FAR)]


def _of_several(far: pd.DataFrame) -> Mended:
    ids = set(far["project_id"])
    asks = (
        f"are the costs and baselines of {counted(len(ids), 'project')} in the same unit; they are "
        f"{10**FAR:,.0f} times or more apart, and neither is used"
    )
    remedy = "Give them in the unit of the others"
    question = Question(
        "money_unit_of_some", "projects", "actual_cost", asks, remedy,
        examples=tuple(far["project_id"].head(3)),
    )  # fmt: skip

    def without(tables: Tables) -> Tables:
        changed: Mapping[str, pd.DataFrame] = {
            table: tables[table].assign(
                **{c: tables[table][c].mask(tables[table]["project_id"].isin(ids))}
            )
            for table, c in COSTS.items()
        }
        return changed

    return Mended(question, without)


def _beyond_neighbours(asked: Asked, table: str, column: str, told: set[str]) -> pd.DataFrame:
    """Rows of which nothing of their own project says whether so large an amount is right."""
    if not asked.has(f"{table}.{column}"):
        return pd.DataFrame({"project_id": []})
    rows, projects = asked.tables[table], asked.tables["projects"]
    kind = "category" if projects["category"].notna().any() else "department"
    at = rows_of(projects, rows["project_id"])
    group = projects[kind].array.take(at, allow_fill=True)
    far = _far(rows[column], pd.Series(group, index=rows.index))
    return rows[far & ~rows["project_id"].isin(told)]


def _far(amounts: pd.Series, group: pd.Series) -> pd.Series:
    """Which amounts are far above the median of their group, in powers of ten."""
    logs = _log10(amounts)
    grouped = logs.groupby(group)
    off = logs - grouped.transform("median")
    spread = 1.4826 * off.abs().groupby(group).transform("median")
    enough = grouped.transform("count") >= NEIGHBOURS
    far: pd.Series = enough & (off > FAR) & (off > SPREADS * spread)
    return far


def _log10(amounts: pd.Series) -> pd.Series:
    return pd.Series(np.log10(amounts.where(amounts > 0).to_numpy()), amounts.index)


def _of_the_office(asked: Asked) -> Iterator[Question]:
    if asked.has("pmo_costs.amount"):
        costs = asked.tables["pmo_costs"]
        far = costs[_far(costs["amount"], costs["category"])]
        if len(far):
            beside = "other months' of its category"
            yield _told("pmo_costs", "amount", far, beside, "amount", "period")


def _told(
    table: str, column: str, rows: pd.DataFrame, beside: str, amount: str, name: str = "project_id"
) -> Question:
    asks = (
        f"is {column} of {table} mistyped in {counted(len(rows), 'row')}; it is not within "
        f"{10**FAR:,.0f} times {beside}"
    )
    some = zip(rows[name].head(3), rows[amount].head(3), strict=True)
    examples = tuple(f"{row} ({each:,.0f})" for row, each in some)
    return Question("far_amount", table, column, asks, "Mend it in the export", examples=examples)

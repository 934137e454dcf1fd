"""Reports of some months in another unit than the others, and forecasts that cannot be."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.questions.asked import REPORTED, Asked, Mended, Tables
from pipelines.questions.far_amounts import FAR
from pmo_lib.contract.verdict import Question
from pmo_lib.facts.portfolio import rows_of
from pmo_lib.wording import counted

FEWEST = 3  # projects, or reports
MOST_BELOW = 0.25  # of the forecasts of the final cost are below what was spent already
SOME_COSTS = 0.5  # of the projects that have ended cost less than was reported of them
LESS = 0.8  # times what was reported,
OTHER_UNIT = 0.05  # and above what money_units asks about
ROUNDED = 0.99


def check(asked: Asked) -> Iterator[Question | Mended]:
    if "status_reports" in asked.tables:
        yield from _of_another_unit(asked)
        yield from _below_what_is_spent(asked)
        yield from _less_than_reported(asked)


def _of_another_unit(asked: Asked) -> Iterator[Question | Mended]:
    """Amounts to date that fall to less than a 200th: those far from the project's others.

    A few are told, more are not used.
    """
    reports = asked.tables["status_reports"]
    far = _far(reports)
    rows = reports[far.any(axis=1)]
    places = zip(rows["project_id"], rows["period"], strict=True)
    examples = tuple(f"{project} in {period}" for project, period in places)
    beside = f"other months of the same project are {10**FAR:,.0f} times or more apart"
    reports_of = f"{counted(len(rows), 'report')} of status_reports"
    if len(rows) < FEWEST:
        if len(rows):
            asks = f"is an amount mistyped in {reports_of}; {beside}"
            remedy = "Mend it in the export"
            yield Question("far_amount", "status_reports", "", asks, remedy, (), examples)
        return
    question = Question(
        "money_unit_of_some", "status_reports", "",
        f"are {reports_of} in another unit than the others; {beside}, and these are not used",
        "Give all months in one unit", (), examples[:3],
    )  # fmt: skip

    def without(tables: Tables) -> Tables:
        own = tables["status_reports"]
        return {"status_reports": own.assign(**{c: own[c].mask(far[c]) for c in REPORTED})}

    yield Mended(question, without)


def _far(reports: pd.DataFrame) -> pd.DataFrame:
    """Which amounts are far from the others of their project, where they fall as none can.

    One column at a time: of a million reports a copy of all is a quarter of the memory.
    """
    series = reports.groupby(["project_id", "rated_by"], sort=False).ngroup().to_numpy()
    month, _ = pd.factorize(reports["period"], sort=True)
    order = np.lexsort((month, series))
    of = series[order]
    falls = {name: _falls(_logs(reports[name])[order], of) for name in REPORTED}
    wrong = np.isin(of, of[np.logical_or.reduce([*falls.values()])])
    own = reports.index[order[wrong]]
    far = pd.DataFrame(index=reports.index)
    for name, fall in falls.items():
        logs, group = pd.Series(_logs(reports.loc[own, name]), own), of[wrong]
        off = (logs - logs.groupby(group).transform("median")).abs()
        is_far = pd.Series(fall[wrong], own).groupby(group).transform("any") & (off > FAR / 2)
        far[name] = is_far.reindex(reports.index, fill_value=False)
    return far


def _logs(amounts: pd.Series) -> npt.NDArray[np.float64]:
    logs: npt.NDArray[np.float64] = np.log10(amounts.where(amounts > 0).to_numpy())
    return logs


def _falls(logs: npt.NDArray[np.float64], series: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Where an amount to date, in order of months, falls to less than a 200th."""
    return (pd.Series(logs).groupby(series).cummax() - logs > FAR).to_numpy()


def _below_what_is_spent(asked: Asked) -> Iterator[Question]:
    """Forecasts of the final cost below the cost to date: they are of what is still to be spent."""
    reports = asked.reports
    known = reports[(reports["actual_cost"] > 0) & (reports["estimate_at_completion"] >= 0)]
    below = known[known["estimate_at_completion"] < ROUNDED * known["actual_cost"]]
    if below["project_id"].nunique() >= FEWEST and len(below) >= MOST_BELOW * len(known):
        name = "estimate_at_completion"
        yield Question(
            "to_complete", "status_reports", name,
            f"is {name} of status_reports what is still to be spent; in {len(below):,} of "
            f"{counted(len(known), 'report')} it is less than actual_cost, what was spent already, "
            "and the table wants the whole",
            "Add what was spent to it in the export", (f"status_reports.{name}",),
            tuple(dict.fromkeys(below["project_id"]))[:3],
        )  # fmt: skip


def _less_than_reported(asked: Asked) -> Iterator[Question]:
    """Projects that cost less in the end than was reported of them on the way."""
    projects, reports = asked.tables["projects"], asked.reports
    spent = reports.assign(at=rows_of(projects, reports["project_id"])).groupby("at")["actual_cost"]
    last = spent.last().reindex(range(len(projects))).to_numpy()
    ended = projects.assign(last=last)[projects["status"].eq("completed").to_numpy()]
    known = ended[(ended["last"] > 0) & (ended["actual_cost"] > 0)]
    share = known["actual_cost"] / known["last"]
    less = known[share.between(OTHER_UNIT, LESS, inclusive="neither")]
    if len(less) >= FEWEST and len(less) >= SOME_COSTS * len(known):
        yield Question(
            "final_cost", "projects", "actual_cost",
            f"is actual_cost of projects the whole cost; {len(less):,} of "
            f"{counted(len(known), 'project')} that have ended cost less than status_reports said "
            "that they had cost before (a year's cost, or a difference from the plan)",
            "Export the cost of the whole project",
            ("projects.actual_cost", "status_reports.actual_cost"),
            tuple(less["project_id"].head(3)),
        )  # fmt: skip

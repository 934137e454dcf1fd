"""Percent complete where earned or planned value, an amount of money, is wanted."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipelines.questions.asked import Asked, Tables
from pmo_lib.contract.declarations import declared_of
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.verdict import Question
from pmo_lib.facts.portfolio import current_baselines
from pmo_lib.wording import listed

COLUMNS = ("planned_value", "earned_value")
FEWEST = 3
UNLIKE = 3.0  # times what was spent is what was earned, or the reverse, at the median
NEAR = 0.2  # in powers of ten
OF_THE_BUDGET = 20.0  # times the budget is what was earned, even of young projects


def answer(tables: Tables, settings: Settings) -> Tables:
    """Percent complete × the cost of the baseline in force at the end of the month."""
    names = declared_of("percent_complete", settings.percent_complete)
    if not names or not {"status_reports", "baselines"} <= set(tables):
        return {}
    reports = tables["status_reports"]
    ends = pd.to_datetime(reports["period"], format="%Y-%m") + pd.offsets.MonthEnd(0)
    seen = reports[["project_id"]].assign(data_date=ends)
    budget = current_baselines(seen, tables["baselines"])["cost"].astype("float64")
    columns = [name.partition(".")[2] for name in names]
    money = {c: reports[c] / (_points(reports[c]) or 100.0) * budget for c in columns}
    return {"status_reports": reports.assign(**money)}


def in_per_cent(asked: Asked) -> tuple[str, ...]:
    """Which of planned and earned value hold a share of the work, from 0 to 1 or to 100."""
    if "status_reports" not in asked.tables:
        return ()
    return tuple(f"status_reports.{c}" for c in COLUMNS if _is_share(asked, c))


def check(asked: Asked) -> Iterator[Question]:
    names = in_per_cent(asked)
    if not names:
        return
    columns = [name.partition(".")[2] for name in names]
    highest = asked.reports[columns].max().max()
    asks = (
        f"{'are' if len(names) > 1 else 'is'} {listed(columns)} of status_reports percent "
        f"complete; no value is above {highest:g}, whatever the projects cost"
    )
    remedy = (
        f"Say so in settings.yml by percent_complete: [{', '.join(names)}], which is then read as "
        "that share of the baseline's cost"
    )
    column = columns[0] if len(columns) == 1 else ""
    yield Question(
        "percent_complete", "status_reports", column, asks, remedy, withholds=names
    )  # fmt: skip


def _points(values: pd.Series) -> float:
    """1 or 100 where no value is above it, but for work beyond the plan; else 0."""
    highest = values.max()
    return 1.0 if highest <= 1.1 else 100.0 if highest <= 110 else 0.0


def _is_share(asked: Asked, column: str) -> bool:
    reports = asked.reports
    points = _points(reports[column]) if (reports[column] > 0).any() else 0.0
    if not points:
        return False
    known = reports[(reports["at"] >= 0) & (reports[column] > 0)]
    last = known.drop_duplicates("at", keep="last").set_index("at")
    spent = _times(last["actual_cost"], last[column])
    budgets = _budgets(asked).reindex(last.index)
    of_budget = _times(budgets, last[column])
    if max(len(spent), len(of_budget)) < FEWEST:
        return False
    if len(spent) >= FEWEST and not 1 / UNLIKE <= spent.median() <= UNLIKE:
        return not _in_thousands(spent)
    if len(spent) < FEWEST and of_budget.median() > OF_THE_BUDGET:
        return True
    # ended work is all earned, whatever its budget
    ended = last[column][np.isclose(last[column], points) & ~np.isclose(budgets, points)]
    theirs = budgets[ended.index].dropna()
    return len(theirs) >= FEWEST and bool(theirs.max() > theirs.min())


def _in_thousands(times: pd.Series) -> bool:
    """Whether most are near to one power of a thousand: an amount of money in another unit."""
    logs = pd.Series(np.log10(times.to_numpy()))
    whole = 3 * round(float(logs.median()) / 3)
    return whole != 0 and bool((logs - whole).abs().quantile(0.8) < NEAR)


def _budgets(asked: Asked) -> pd.Series:
    """The cost of each project's last baseline, by the row of `projects`."""
    projects, baselines = asked.tables["projects"], asked.tables.get("baselines")
    if baselines is None:
        return pd.Series(dtype="float64")
    last = baselines.dropna(subset=["cost"]).drop_duplicates("project_id", keep="last")
    costs = projects["project_id"].map(last.set_index("project_id")["cost"])
    return costs.astype("float64").reset_index(drop=True)


def _times(larger: pd.Series, smaller: pd.Series) -> pd.Series:
    times: pd.Series = (larger.where(larger > 0) / smaller).dropna()
    return times

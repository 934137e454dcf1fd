"""Projects whose status and dates contradict one another: the status counts."""

from collections.abc import Iterator

import pandas as pd

from pipelines.questions.asked import Asked, Mended, Tables
from pmo_lib.contract.verdict import Question
from pmo_lib.wording import counted

OPEN = ("proposed", "active", "on_hold")


def check(asked: Asked) -> Iterator[Mended]:
    """A date of the finish where the status says that there has been none: it is a plan."""
    projects = asked.tables["projects"]
    rows = projects[_planned(projects)]
    if rows.empty:
        return
    asks = (
        f"is finished_on a planned finish where the status is "
        f"{' or '.join(sorted(rows['status'].unique()))} ({counted(len(rows), 'project')}, counted "
        "as not finished; the date is not used)"
    )
    remedy = "Leave finished_on empty until a project has ended, or mend the status"
    examples = tuple(rows["project_id"].head(3))
    question = Question(
        "planned_finish", "projects", "finished_on", asks, remedy, examples=examples
    )
    yield Mended(question, _without_plans)


def _planned(projects: pd.DataFrame) -> pd.Series:
    return projects["status"].isin(OPEN) & projects["finished_on"].notna()


def _without_plans(tables: Tables) -> Tables:
    projects = tables["projects"]
    finished = projects["finished_on"].mask(_planned(projects))
    return {"projects": projects.assign(finished_on=finished)}

"""A finish date of a project that goes on is a plan: the status counts."""

from typing import Any

import pytest

from builders.asking import mended
from builders.tables import frame, open_project, project, tables
from pipelines.questions import ask, found
from pipelines.questions.asked import Asked
from pmo_lib.contract.settings import Settings

SETTLED = [project(), open_project("p2"), project("p3", status=None)]


def asked(*rows: Any, **given: Any) -> Asked:
    return Asked(tables(projects=rows), Settings(**given))


@pytest.mark.parametrize("status", ["proposed", "active", "on_hold"])
def test_date_of_an_open_project_is_not_used_and_told(status: str) -> None:
    seen = asked(*SETTLED, open_project("late", status=status, finished_on="2026-01-31"))
    (one,) = found(seen)
    assert f"where the status is {status} (1 project, counted as not finished" in one.question.asks
    assert (one.question.withholds, one.question.examples) == ((), ("late",))
    finished = mended(dict(seen.tables), one)["projects"]["finished_on"]
    assert finished.isna().tolist() == [False, True, False, True]
    assert seen.tables["projects"]["finished_on"].notna().sum() == 3


def test_ended_projects_keep_theirs() -> None:
    rows = [*SETTLED, project("p4", status="cancelled")]
    assert ask(tables(projects=rows), Settings()) == ()


def test_waived_the_dates_stay() -> None:
    row = open_project("late", finished_on="2026-01-31")
    (one,) = found(asked(row))
    assert found(asked(row, waived=[one.question.id])) == ()


def test_no_project() -> None:
    assert ask({"projects": frame("projects", [])}, Settings()) == ()

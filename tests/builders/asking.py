"""What is asked about tables made by hand."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from builders.portfolio import portfolio
from builders.tables import Tables
from builders.views import settings
from pipelines.questions import answered, found
from pipelines.questions.asked import Asked, Mended
from pmo_lib.contract.verdict import Question

Change = Mapping[str, Any]


def delivery() -> Tables:
    """A portfolio of which nothing is to be asked."""
    given = portfolio()
    return {name: given[name] for name in ("projects", "baselines", "status_reports")}


def changed(given: Tables, **columns: Any) -> Tables:
    """The tables with columns, such as baselines__cost, changed by a function or put in."""
    made = dict(given)
    for name, change in columns.items():
        table, column = name.split("__")
        values = change(made[table][column]) if callable(change) else change
        made[table] = made[table].assign(**{column: values})
    return made


def findings(
    given: Tables, extra: Mapping[str, pd.DataFrame] | None = None, **declared: Any
) -> dict[str, Mended]:
    """What is found in the tables as the settings read them, by the questions' ids."""
    own = settings(**declared)
    read = answered(given, own)
    every = found(Asked(read, own, read, extra or {}))
    return {each.question.id: each for each in every}


def questions(given: Tables, **declared: Any) -> dict[str, Question]:
    return {name: each.question for name, each in findings(given, **declared).items()}


def withheld(given: Tables, **declared: Any) -> set[str]:
    """The tables and columns that are not used."""
    return {name for each in questions(given, **declared).values() for name in each.withholds}


def mended(given: Tables, found: Mended) -> Tables:
    """The tables as a finding leaves them."""
    assert found.mend is not None
    return given | dict(found.mend(given))

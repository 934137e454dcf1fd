"""What a check looks at, and what it has found."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import Question
from pmo_lib.facts.data_date import happened
from pmo_lib.facts.portfolio import rows_of
from pmo_lib.months import DataDate

Tables = Mapping[str, pd.DataFrame]
REPORTED = ["planned_value", "earned_value", "actual_cost", "estimate_at_completion"]


@dataclass(frozen=True)
class Asked:
    """The accepted rows of every table that is there, and the settings they were read under.

    ``read`` are the rows before any was rejected, ``extra`` the text of the columns that are not
    ours beside the key of each accepted row. ``as_read`` are the departments before the
    settings gave them another name. ``data_date`` is up to when they go, ``today`` the day they
    were read (YYYY-MM-DD).
    """

    tables: Tables
    settings: Settings
    read: Tables = field(default_factory=dict)
    extra: Tables = field(default_factory=dict)
    as_read: Tables = field(default_factory=dict)
    data_date: DataDate = field(default_factory=DataDate)
    today: str = ""

    def has(self, *names: str) -> bool:
        """Whether each column, as "table.column", is there and holds something."""
        return all(self._holds(*name.split(".", 1)) for name in names)

    def _holds(self, table: str, column: str) -> bool:
        return table in self.tables and bool(self.tables[table][column].notna().any())

    @cached_property
    def happened(self) -> dict[str, pd.Series]:
        """The months in which something happened, by the table that says so."""
        return happened(self.tables)

    def place(self, table: str, key: object) -> str:
        """Where the first row with this first part of the key stands: projects.csv line 9."""
        rows = self.extra.get(table)
        if rows is None:
            return table
        row = rows[rows[TABLES[table].key[0]] == key].iloc[0]
        return f"{row['file']} line {row['line']}"

    @cached_property
    def reports(self) -> pd.DataFrame:
        """Months and amounts of the status reports, by project and month; `at` numbers projects.

        Of two raters the owner's, where there are any.
        """
        reports = self.tables["status_reports"]
        is_own = (reports["rated_by"] == "owner").to_numpy()
        columns = ["project_id", "period", *REPORTED]
        own = reports.loc[is_own if is_own.any() else ~is_own, columns]
        return own.assign(at=rows_of(self.tables["projects"], own["project_id"]))


class Mended(NamedTuple):
    """A question, and what becomes of the tables as long as nobody waives it.

    ``mend`` gives those tables that it changes; without it none is.
    """

    question: Question
    mend: Callable[[Tables], Tables] | None


def mended(tables: Tables, questions: Iterable[Mended]) -> Tables:
    """The tables as these questions leave them, as long as nobody waives one."""
    for each in questions:
        tables = {**tables, **each.mend(tables)} if each.mend else tables
    return tables


Check = Callable[[Asked], Iterable[Question | Mended]]
Answer = Callable[[Tables, Settings], Tables]


def counts(column: pd.Series) -> Counter[str]:
    """How often each word stands in a column of text."""
    return Counter({str(word): int(n) for word, n in column.value_counts().items()})

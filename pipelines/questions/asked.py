"""What a check looks at."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from pmo_lib.contract.settings import Settings
from pmo_lib.contract.verdict import Question
from pmo_lib.months import DataDate


@dataclass(frozen=True)
class Asked:
    """The accepted rows of every table that is there, and the settings they were read under.

    ``data_date`` is up to when they go, ``today`` the day they were read (YYYY-MM-DD).
    """

    tables: Mapping[str, pd.DataFrame]
    settings: Settings
    data_date: DataDate = field(default_factory=DataDate)
    today: str = ""

    def has(self, *names: str) -> bool:
        """Whether each column, as "table.column", is there and holds something."""
        return all(self._holds(*name.split(".", 1)) for name in names)

    def _holds(self, table: str, column: str) -> bool:
        return table in self.tables and bool(self.tables[table][column].notna().any())


Check = Callable[[Asked], Iterable[Question]]

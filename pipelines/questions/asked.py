"""What a check looks at."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from pmo_lib.contract.settings import Settings
from pmo_lib.contract.verdict import Question


@dataclass(frozen=True)
class Asked:
    """The accepted rows of every table that is there, and the settings they were read under."""

    tables: Mapping[str, pd.DataFrame]
    settings: Settings

    def has(self, *names: str) -> bool:
        """Whether each column, as "table.column", is there and holds something."""
        return all(self._holds(*name.split(".", 1)) for name in names)

    def _holds(self, table: str, column: str) -> bool:
        return table in self.tables and bool(self.tables[table][column].notna().any())


Check = Callable[[Asked], Iterable[Question]]

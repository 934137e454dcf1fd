"""Opening the workbook in a folder: what was validated there, each table read when asked for."""

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pmo_lib.contract.schema import Table
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import Verdict
from pmo_lib.errors import DataError, PmoError
from pmo_lib.months import MONTH
from pmo_lib.workbook.book import Workbook
from pmo_lib.workbook.lazy import Lazy

PEERS = "peers"
DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "data" / "processed"


def open_workbook(folder: str | Path = "") -> Workbook:
    """The workbook in `folder`; empty means data/processed of this project.

    Raises DataError where nothing has been validated there yet.

    >>> book = pmo.open()
    >>> projects, last_month = book.tables["projects"], book.periods[-1]
    """
    path = Path(folder) if folder else DEFAULT_FOLDER
    verdict = path / "verdict.json"
    if not verdict.is_file():
        raise DataError(
            "there are no validated tables",
            where=str(path),
            remedy="Run `pmo check` first, or name the folder in the parameter data_dir",
        )
    try:
        written = verdict.read_bytes()
        facts = json.loads(written)
        judged, settings = Verdict.from_mapping(facts), Settings.from_mapping(facts["settings"])
        version = facts["version"]
        if judged.data_date.period and not MONTH.fullmatch(judged.data_date.period):
            raise ValueError(f"{judged.data_date.period!r} is no month")
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, PmoError) as error:
        raise DataError(
            f"was written by another version or changed by hand ({error!r})",
            where=str(verdict),
            remedy="Run `pmo check` to write it anew",
        ) from None
    tables = {name: path / "tables" / f"{name}.parquet" for name in TABLES}
    peers = {file.parent.name: file.parent for file in sorted(path.glob(f"{PEERS}/*/verdict.json"))}
    return Workbook(
        Lazy(
            {name: file for name, file in tables.items() if file.exists()}, Opened(verdict, written)
        ),
        judged,
        settings,
        version,
        path,
        Lazy(peers, open_workbook),
    )


@dataclass(frozen=True)
class Opened:
    """Reads the tables beside a verdict, as long as it is the one that was read with them."""

    verdict: Path
    written: bytes

    def __call__(self, table: Path) -> pd.DataFrame:
        """The table; DataError where it is broken, or where a run has put in others."""
        try:
            found, broken = pd.read_parquet(table), ""
            if not _is_declared(found, TABLES[table.stem]):
                broken = "its columns are not those of the table"
        except (ValueError, OSError) as error:
            found, broken = pd.DataFrame(), " ".join(str(error).split())[:80]
        if not self.verdict.exists() or self.verdict.read_bytes() != self.written:
            raise DataError(
                "a run has put other tables in the place of those that were opened",
                where=str(self.verdict.parent),
                remedy="Run the notebook again from its first cell",
            )
        if broken:
            raise DataError(
                f"is cut off or was changed by hand ({broken})",
                where=str(table),
                remedy="Run `pmo check` to write it anew",
            )
        return found


def _is_declared(found: pd.DataFrame, table: Table) -> bool:
    """Whether every column of the table is there, with its type."""
    kinds = {str(name): str(kind) for name, kind in found.dtypes.items()}
    return all(kinds.get(column.name) == column.pandas_type for column in table)

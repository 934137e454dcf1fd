"""The validated tables, opened for a report. The only module of pmo_lib that reads files."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from pmo_lib.engine import View, result_table
from pmo_lib.errors import DataError
from pmo_lib.periods import month_range, months_of
from pmo_lib.result import ORGANISATION
from pmo_lib.settings import Settings
from pmo_lib.tables import TABLES
from pmo_lib.verdict import Verdict

DEFAULT_FOLDER = Path(__file__).resolve().parents[1] / "data" / "processed"


class _Tables(Mapping[str, pd.DataFrame]):
    """The tables of a folder, each read when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._paths = {name: folder / f"{name}.parquet" for name in TABLES}
        self._paths = {name: path for name, path in self._paths.items() if path.exists()}
        self._read: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._read:
            self._read[name] = pd.read_parquet(self._paths[name])
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._paths  # a Mapping's own way would read the table

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


@dataclass(frozen=True)
class Workbook:
    """The validated tables, the verdict on them and the settings they were read under."""

    tables: Mapping[str, pd.DataFrame]
    verdict: Verdict
    settings: Settings
    version: str

    @cached_property
    def departments(self) -> list[str]:
        """The departments that have projects, in alphabetical order."""
        return sorted(self.tables["projects"]["department"].unique())

    @cached_property
    def periods(self) -> list[str]:
        """The months a report can be on: from the first date in the data to the last.

        The last is that of the latest status report, and without any that of the latest start or
        finish of a project that has started or ended; a plan for later makes no period.
        """
        projects = self.tables["projects"]
        begun = projects["status"] != "proposed"
        ended = projects["status"].isin(["completed", "cancelled"])
        dates = [
            projects.loc[begun, "approved_on"],
            projects.loc[begun, "started_on"],
            projects.loc[ended | projects["status"].isna(), "finished_on"],
        ]
        months = set(months_of(pd.concat(dates).dropna()))
        reported = set(self.tables["status_reports"]["period"]) if self._has_reports else set()
        if not months | reported:
            raise DataError(
                "no project has a date and there is no status report, so no period is known",
                where="projects",
                remedy="Fill started_on and finished_on of the projects",
            )
        last = max(reported or months)
        return month_range(min(min(months | reported), last), last)

    @property
    def _has_reports(self) -> bool:
        return "status_reports" in self.tables and not self.tables["status_reports"].empty

    @property
    def withheld(self) -> dict[str, str]:
        return self.verdict.withheld(self.settings.withhold_above_rejected_share)

    def view(self, period: str) -> View:
        """The tables as seen at the end of `period`."""
        return View(self.tables, period, self.settings, self.withheld)

    def results(self, period: str, department: str = "") -> pd.DataFrame:
        """Every KPI for one department, or the whole organisation; see `engine.result_table`."""
        return result_table(self.view(period), [department or ORGANISATION])

    def all_results(self, period: str) -> pd.DataFrame:
        """Every KPI for the organisation and each department."""
        return result_table(self.view(period), [ORGANISATION, *self.departments])


def open_workbook(folder: str | Path = "") -> Workbook:
    """The workbook in `folder`; empty means data/processed of this project.

    Raises DataError where nothing has been validated there yet.
    """
    path = Path(folder) if folder else DEFAULT_FOLDER
    verdict = path / "verdict.json"
    if not verdict.exists():
        raise DataError(
            "there are no validated tables",
            where=str(path),
            remedy="Run `pmo check` first, or name the folder in the parameter data_dir",
        )
    facts = json.loads(verdict.read_text(encoding="utf-8"))
    return Workbook(
        _Tables(path / "tables"),
        Verdict.from_mapping(facts),
        Settings.from_mapping(facts["settings"], str(verdict)),
        facts["version"],
    )

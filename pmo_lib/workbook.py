"""The validated tables and frozen baselines of a folder. The only module of pmo_lib with files."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pandas as pd

from pmo_lib.assessment.assessed import assessed
from pmo_lib.assessment.series import behaviours
from pmo_lib.benchmark.benchmarks import compared
from pmo_lib.benchmark.comparison import table
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import Verdict
from pmo_lib.engine.baseline import Baseline
from pmo_lib.engine.freezing import freeze
from pmo_lib.engine.result import ORGANISATION, is_headline, tidy
from pmo_lib.engine.view import View
from pmo_lib.errors import DataError, ParameterError, allowed_values
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.months import month_range, months_of
from pmo_lib.worth.assumptions import Question
from pmo_lib.worth.value_case import ValueCase, value_case

BASELINES = "baselines"
PEERS = "peers"
DEFAULT_FOLDER = Path(__file__).resolve().parents[1] / "data" / "processed"


@dataclass(frozen=True)
class Workbook:
    """The validated tables, the verdict on them and the settings they were read under.

    ``folder`` is where they lie, and the frozen baselines with them; None where that is nowhere.
    ``peers`` are portfolios of others in the same form, by the names of their folders.
    """

    tables: Mapping[str, pd.DataFrame]
    verdict: Verdict
    settings: Settings
    version: str
    folder: Path | None = None
    peers: Mapping[str, "Workbook"] = field(default_factory=dict)

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

    def view(self, period: str, baseline: Baseline | None = None) -> View:
        """The tables as seen at the end of `period`, results compared with `baseline`."""
        draws = self.value_case(period).for_kpi
        return View(
            self.tables, period, self.settings, self.withheld, self.verdict, baseline, draws
        )

    def value_case(self, period: str, question: Question | None = None) -> ValueCase:
        """What difference the PMO made up to the end of `period`.

        Without a `question` under the assumptions of the settings, as KPI R12 takes it.
        """
        seen = View(self.tables, period, self.settings, self.withheld, self.verdict)
        if period not in self._value_cases:
            self._value_cases[period] = value_case(seen)
        own = self._value_cases[period]
        return own if question in (None, own.question) else value_case(seen, question)

    @cached_property
    def _value_cases(self) -> dict[str, ValueCase]:
        """Those asked for so far: they take a second each, and every report shows R12."""
        return {}

    def results(self, period: str, department: str = "") -> pd.DataFrame:
        """Every KPI for one department, or the organisation, against the latest baseline."""
        found = self.all_results(period)
        return found[found["department"] == (department or ORGANISATION)].reset_index(drop=True)

    def all_results(self, period: str) -> pd.DataFrame:
        """Every KPI for the organisation and each department, against the latest baseline."""
        return tidy(assessed(self.view(period, self.baseline()), self.departments))

    def published_results(self, period: str) -> pd.DataFrame:
        """`all_results` with what the process-behaviour charts say, as every pack publishes them.

        Only KPIs that happen by the month have a signal there; the reports chart further ones.
        """
        baseline = self.baseline()
        view, until = self.view(period, baseline), baseline.until if baseline else ""
        names = [ORGANISATION, *self.departments]
        charted = {
            kpi.id: behaviours(kpi.id, view, names, until)
            for kpi in CATALOGUE.values()
            if kpi.window != "data date"
        }
        return tidy(
            replace(result, signal=charted[result.kpi_id][result.department].signal)
            if result.kpi_id in charted and result.is_measured and is_headline(result)
            else result
            for result in assessed(view, self.departments)
        )

    def benchmarks(self, period: str) -> pd.DataFrame:
        """Every benchmark beside the organisation and each department, one row a comparison."""
        view = self.view(period)
        peers = {name: peer.view(peer.periods[-1]) for name, peer in self.peers.items()}
        names = [ORGANISATION, *self.departments]
        return table(compared(view, peers, names))

    def baseline(self, name: str = "") -> Baseline | None:
        """The frozen baseline called `name`, in its last version; without a name the latest.

        None where none is frozen; ParameterError where there is none of that name.
        """
        frozen = self._frozen
        if name and name not in {facts["name"] for facts in frozen.values()}:
            raise ParameterError(
                f"there is no baseline {name!r}",
                remedy=allowed_values(name, {facts["name"] for facts in frozen.values()}),
            )
        chosen = {path: f for path, f in frozen.items() if not name or f["name"] == name}
        if not chosen:
            return None
        return _read_baseline(max(chosen, key=lambda path: _age(chosen[path])))

    def freeze(self, name: str, until: str, frozen_on: str, *, again: bool = False) -> Baseline:
        """Freeze the KPIs' observations up to `until` under a name; what is frozen stays.

        A name that is frozen already is left as it is, or, where asked for `again` and the data
        now say otherwise, gets a further version.
        """
        last = max((f["version"] for f in self._frozen.values() if f["name"] == name), default=0)
        if last and not again:
            return self._frozen_before(name)
        baseline = freeze(
            self.view(until), name, version=last + 1, frozen_on=frozen_on,
            data_hash=self.verdict.data_hash, workbook_version=self.version,
        )  # fmt: skip
        if last and self._frozen_before(name).hash() == baseline.hash():
            return self._frozen_before(name)
        if self.folder is None:
            raise DataError("these tables lie in no folder, so nothing can be frozen beside them")
        _write_baseline(baseline, self.folder / BASELINES / name / str(last + 1))
        return baseline

    def _frozen_before(self, name: str) -> Baseline:
        found = self.baseline(name)
        if found is None:
            raise DataError(f"baseline {name!r} cannot be read")
        return found

    @property
    def _frozen(self) -> dict[Path, dict[str, Any]]:
        """The facts of every frozen baseline, by its folder."""
        folder = self.folder / BASELINES if self.folder else None
        paths = sorted(folder.glob("*/*/baseline.json")) if folder else []
        return {path.parent: json.loads(path.read_text(encoding="utf-8")) for path in paths}


def _age(facts: Mapping[str, Any]) -> tuple[str, str, int]:
    return facts["frozen_on"], facts["name"], facts["version"]


def _read_baseline(folder: Path) -> Baseline:
    facts = json.loads((folder / "baseline.json").read_text(encoding="utf-8"))
    observed = {path.stem: pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}
    own = [item.name for item in fields(Baseline) if item.name != "observations"]
    baseline = Baseline(**{name: facts[name] for name in own}, observations=observed)
    if baseline.hash() != facts["hash"]:
        raise DataError(
            f"the baseline {baseline.label} is not as it was frozen",
            where=str(folder),
            remedy="Put its files back from a copy, or freeze another and name it",
        )
    return baseline


def _write_baseline(baseline: Baseline, folder: Path) -> None:
    """Write it beside and rename: it is there whole or not at all, and never over another."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=".") as temporary:
        new = Path(temporary) / folder.name
        new.mkdir()
        for kpi_id, units in baseline.observations.items():
            units.to_parquet(new / f"{kpi_id}.parquet", index=False)
        text = json.dumps(baseline.facts(), indent=2, ensure_ascii=False, allow_nan=False)
        (new / "baseline.json").write_text(text + "\n", encoding="utf-8")
        new.rename(folder)


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
    try:
        facts = json.loads(verdict.read_text(encoding="utf-8"))
        judged, settings = Verdict.from_mapping(facts), Settings.from_mapping(facts["settings"])
        version = facts["version"]
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"was written by another version or changed by hand ({error!r})",
            where=str(verdict),
            remedy="Run `pmo check` to write it anew",
        ) from None
    tables = {name: path / "tables" / f"{name}.parquet" for name in TABLES}
    peers = {file.parent.name: file.parent for file in sorted(path.glob(f"{PEERS}/*/verdict.json"))}
    return Workbook(
        Lazy({name: file for name, file in tables.items() if file.exists()}, _read_table),
        judged,
        settings,
        version,
        path,
        Lazy(peers, open_workbook),
    )


def _read_table(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path)


T = TypeVar("T")


class Lazy(Mapping[str, T]):
    """What `read` makes of each of the `paths`."""

    def __init__(self, paths: Mapping[str, Path], read: Callable[[Path], T]) -> None:
        self._paths, self._read = dict(paths), read
        self._known: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        if name not in self._known:
            self._known[name] = self._read(self._paths[name])
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._paths  # a Mapping's own way would read the file

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

"""The validated tables of a folder, and what is frozen and measured beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pmo_lib.contract.settings import Settings
from pmo_lib.contract.verdict import Verdict
from pmo_lib.display import facts_table
from pmo_lib.engine.baseline import Baseline, check_name
from pmo_lib.engine.freezing import can_be_added, freeze
from pmo_lib.engine.view import View
from pmo_lib.errors import DataError, ParameterError, allowed_values, shown
from pmo_lib.facts.data_date import data_date, happened
from pmo_lib.months import DataDate, month_range
from pmo_lib.workbook.frozen import (
    frozen_in,
    latest,
    read_baseline,
    write_baseline,
    write_supplement,
)

if TYPE_CHECKING:
    from pmo_lib.measurement import Measurement

FIRST = ("projects", "status_reports")  # tables whose first month begins the periods


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

    def __repr__(self) -> str:
        held = f"{len(self.tables)} tables, {self.periods[0]} to {self.periods[-1]}"
        return f"<Workbook of {self.settings.organisation}: {held}>"

    def _repr_html_(self) -> str:
        facts = {
            "Months": f"{self.periods[0]} to {self.periods[-1]}",
            "Departments": ", ".join(self.departments),
            "Tables": ", ".join(self.tables),
            "Rows rejected": f"{self.verdict.rows_rejected:,}",
            "Withheld": "; ".join(self.withheld.values()) or "nothing",
            "Peers": ", ".join(self.peers) or "none",
            "Folder": self.folder or "none",
        }
        return facts_table(f"Workbook of {self.settings.organisation}", facts)

    @cached_property
    def departments(self) -> list[str]:
        """The departments that have projects, in alphabetical order."""
        return sorted(self.tables["projects"]["department"].unique())

    @cached_property
    def data_date(self) -> DataDate:
        """Up to when the data go: as was found at the door, or by what the tables say."""
        found = self.verdict.data_date
        return found if found.period else data_date(self.tables, "", self.settings.data_date)

    @cached_property
    def periods(self) -> list[str]:
        """The months a report can be on: from the first date in the data to the data date's."""
        last = self.data_date.period
        if not last:
            raise DataError(
                "nothing has a date and there is no status report, so no period is known",
                where="projects",
                remedy="Fill started_on and finished_on of the projects, or give data_date in "
                "settings.yml",
            )
        seen = happened({n: self.tables[n] for n in FIRST if n in self.tables})
        return month_range(min([last, *(months.min() for months in seen.values())]), last)

    def why(self, period: str) -> str:
        """Why a report is on this month: it is the data date's, or was asked for."""
        found = self.data_date
        return found.why if period == found.period else f"as asked for; the data go to {found}"

    @property
    def withheld(self) -> dict[str, str]:
        return self.verdict.withheld(self.settings.withhold_above_rejected_share)

    def view(self, period: str, baseline: Baseline | None = None) -> View:
        """The tables as seen at the end of `period`, results compared with `baseline`."""
        return View(self.tables, period, self.settings, self.withheld, self.verdict, baseline)

    def measured(self, period: str = "", baseline: str | None = "") -> "Measurement":
        """Every figure of a month, the last by default, against a frozen baseline.

        The latest baseline without a name, none at all for None. What a run has measured of the
        same data, settings, baseline and code is opened; else figures are computed when asked for.
        """
        # not above: all that measures takes half as long to import as numpy and pandas do, and
        # who opens a workbook for its tables need not wait for it
        from pmo_lib.measurement import Measurement
        from pmo_lib.workbook.last import last_pack
        from pmo_lib.workbook.measured import MEASURED, folder_name, parts_in, read_files

        month = period or self.periods[-1]
        against = None if baseline is None else self.baseline(baseline)
        made, origin = self.made_from(month, against), ""
        kept: Mapping[str, Any] = {}
        if self.folder is not None:
            lies = self.folder / MEASURED / folder_name(made)
            try:
                kept, origin = parts_in(read_files(lies, made)), f"measured by a run, {lies.name}"
            except ValueError as fault:
                origin = f"computed by this report: {lies.name} {fault}" if lies.exists() else ""
        return Measurement(
            self.view(month, against),
            tuple(self.departments),
            {name: peer.view(peer.periods[-1]) for name, peer in self.peers.items()},
            kept,
            origin or "computed by this report: nothing of just this was measured before",
            last_pack(self.folder, month),
        )

    def made_from(self, period: str, baseline: Baseline | None) -> dict[str, str]:
        """What every figure of a month depends on: data, settings, baseline, code."""
        from pmo_lib.workbook.last import last_hash
        from pmo_lib.workbook.measured import made_from

        settings = {"": self.settings} | {name: p.settings for name, p in self.peers.items()}
        last = last_hash(self.folder, period)
        return made_from(self.verdict.data_hash, settings, period, baseline) | {"last": last}

    def baseline(self, name: str = "") -> Baseline | None:
        """The frozen baseline called `name`, in its last version; without a name the latest.

        None where none is frozen; ParameterError where there is none of that name.
        """
        frozen = frozen_in(self.folder)
        names = {facts["name"] for facts in frozen.values()}
        if name and name not in names:
            raise ParameterError(
                f"there is no baseline {shown(name)}", remedy=allowed_values(name, names)
            )
        chosen = {path: f for path, f in frozen.items() if not name or f["name"] == name}
        return read_baseline(latest(chosen)) if chosen else None

    def freeze(self, name: str, until: str, frozen_on: str, *, again: bool = False) -> Baseline:
        """Freeze the KPIs' observations up to `until` under a name; what is frozen stays.

        A name that is frozen already is left as it is, or, where asked for `again` and the data
        now say otherwise, gets a further version.
        """
        check_name(name)
        frozen = frozen_in(self.folder).values()
        names = {f["name"] for f in frozen if f["name"].casefold() == name.casefold()}
        if names - {name}:
            raise ParameterError(
                f"there is a baseline {' and '.join(sorted(names))}: {name!r} is the same folder "
                "on some systems", remedy="Write it the same, or choose another name",
            )  # fmt: skip
        versions = [f["version"] for f in frozen if f["name"] == name]
        before = self.baseline(name) if versions else None
        if before is not None and not again:
            return before
        baseline = self.as_baseline(name, until, frozen_on, max(versions, default=0) + 1)
        if before is not None and before.comes_out_in(baseline):
            return self.grow(before, frozen_on)
        if not baseline.observations:
            why = next(iter(baseline.unmeasured.values()))
            raise DataError(f"no baseline was frozen: no KPI can be observed up to {until} ({why})")
        write_baseline(baseline, self._place)
        return baseline

    def frozen_until(self, name: str = "") -> str:
        """The last month of a frozen baseline, by default the latest; empty where there is none."""
        frozen = {p: f for p, f in frozen_in(self.folder).items() if f["name"] == name or not name}
        return str(frozen[latest(frozen)]["until"]) if frozen else ""

    def grow(self, baseline: Baseline, frozen_on: str) -> Baseline:
        """The baseline with the KPIs that can be observed of its month now, and could not then.

        They are frozen beside it, marked with the day. None is where they would be observed
        under other settings.
        """
        missing = can_be_added(baseline)
        if not missing or baseline.differing_settings(self.settings.to_mapping()):
            return baseline
        if baseline.until not in self.periods:
            return baseline
        more = freeze(
            self.view(baseline.until), baseline.name, version=baseline.version, kpis=missing,
            frozen_on=frozen_on, data_hash=self.verdict.data_hash, workbook_version=self.version,
        )  # fmt: skip
        if not more.observations:
            return baseline
        write_supplement(more, self._place)
        return baseline.with_added(more)

    @property
    def _place(self) -> Path:
        if self.folder is None:
            raise DataError("these tables lie in no folder, so nothing can be frozen beside them")
        return self.folder

    def as_baseline(self, name: str, until: str, frozen_on: str, version: int) -> Baseline:
        """The KPIs' observations up to `until` as a baseline, which is not yet frozen."""
        return freeze(
            self.measured(until, None).seen, name, version=version, frozen_on=frozen_on,
            data_hash=self.verdict.data_hash, workbook_version=self.version,
        )  # fmt: skip

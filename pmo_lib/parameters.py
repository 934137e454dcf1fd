"""The parameters of each notebook: one class a notebook, used by the runner before it starts any.

Names, defaults and meanings are those of the notebook's cell tagged `parameters`; a test holds
the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from pmo_lib.baseline import check_name
from pmo_lib.errors import ParameterError, PmoError, allowed_values, raise_all
from pmo_lib.periods import MONTH, shifted
from pmo_lib.workbook import Workbook, open_workbook


@dataclass(frozen=True)
class ReportParameters:
    """What every report can be asked: for whom, for which month, on which tables."""

    department: str = ""
    period: str = ""
    baseline: str = ""
    data_dir: str = ""

    def __post_init__(self) -> None:
        errors: list[PmoError] = []
        for item in fields(self):
            value = getattr(self, item.name)
            if not isinstance(value, str):
                errors.append(_wrong_type(item.name, value))
            elif item.name in self.month_names and value and not MONTH.fullmatch(value):
                errors.append(_wrong_month(item.name, value))
        raise_all(errors)

    @property
    def month_names(self) -> tuple[str, ...]:
        return ("period",)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], where: str = "") -> Self:
        """Parameters from names and values; ParameterError names what is unknown or mistyped."""
        names = [item.name for item in fields(cls)]
        unknown = [name for name in values if name not in names]
        raise_all(
            [
                ParameterError(
                    f"unknown parameter {name!r}", where=where, remedy=allowed_values(name, names)
                )
                for name in unknown
            ]
        )
        return cls(**values)

    def resolved(self, workbook: Workbook) -> Self:
        """The same with the period filled in; ParameterError where the data have no such value."""
        errors: list[PmoError] = []
        if self.department and self.department not in workbook.departments:
            errors.append(
                ParameterError(
                    f"there is no department {self.department!r}",
                    remedy=allowed_values(self.department, workbook.departments),
                )
            )
        for name in self.month_names:
            value = getattr(self, name)
            if value and value not in workbook.periods:
                first, last = workbook.periods[0], workbook.periods[-1]
                errors.append(
                    ParameterError(
                        f"{name} {value} is outside the data", remedy=f"Allowed: {first} to {last}"
                    )
                )
        if self.baseline:
            try:
                workbook.baseline(self.baseline)
            except PmoError as error:
                errors.append(error)
        raise_all(errors)
        return replace(self, period=self.period or workbook.periods[-1])

    def open(self) -> tuple[Self, Workbook]:
        """The resolved parameters and the workbook they speak of."""
        workbook = open_workbook(self.data_dir)
        return self.resolved(workbook), workbook


@dataclass(frozen=True)
class KpiReportParameters(ReportParameters):
    """Parameters of 03_kpi_report."""


@dataclass(frozen=True)
class BaselineParameters(ReportParameters):
    """Parameters of 01_baseline.

    `until` is the last month before the PMO's first service, `freeze` the name under which this
    baseline is frozen, if no other has the name.
    """

    until: str = ""
    freeze: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.freeze:
            check_name(self.freeze)

    @property
    def month_names(self) -> tuple[str, ...]:
        return ("period", "until")

    def resolved(self, workbook: Workbook) -> Self:
        checked = super().resolved(workbook)
        return replace(checked, until=self.until or _before_first_rollout(workbook, checked.period))


@dataclass(frozen=True)
class BenchmarkParameters(ReportParameters):
    """Parameters of 02_benchmark: `peers` are the names of the peers to use, empty for all."""

    peers: str = ""

    def resolved(self, workbook: Workbook) -> Self:
        checked = super().resolved(workbook)
        raise_all(
            [
                ParameterError(
                    f"there is no peer {name!r}", remedy=allowed_values(name, workbook.peers)
                )
                for name in self._names
                if name not in workbook.peers
            ]
        )
        return checked

    def chosen_peers(self, workbook: Workbook) -> list[str]:
        """The peers to use, in alphabetical order."""
        return sorted(self._names or workbook.peers)

    @property
    def _names(self) -> list[str]:
        return [name.strip() for name in self.peers.split(";") if name.strip()]


PARAMETERS: Mapping[str, type[ReportParameters]] = {
    "01_baseline": BaselineParameters,
    "02_benchmark": BenchmarkParameters,
    "03_kpi_report": KpiReportParameters,
}


def _before_first_rollout(workbook: Workbook, period: str) -> str:
    """The month before the first roll-out, or `period` where none is recorded within the data."""
    if "rollouts" not in workbook.tables or workbook.tables["rollouts"].empty:
        return period
    first = workbook.tables["rollouts"]["adopted_on"].min()
    before = shifted(f"{first:%Y-%m}", -1)
    return before if workbook.periods[0] <= before <= period else period


def _wrong_type(name: str, value: object) -> ParameterError:
    hint = "; with papermill use -r instead of -p" if isinstance(value, int | float) else ""
    kind = type(value).__name__
    return ParameterError(
        f"{name} must be text; not {value!r} ({kind})", remedy=f"Write it in quotes{hint}"
    )


def _wrong_month(name: str, value: str) -> ParameterError:
    return ParameterError(
        f"{name} must be a month; not {value!r}", remedy="Write it as YYYY-MM, such as 2026-09"
    )

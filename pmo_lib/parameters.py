"""The parameters of each notebook: one class a notebook, used by the runner before it starts any.

Here each is declared with its default and meaning; `make notebooks` writes them into the cells
tagged `parameters`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from math import isfinite, nan
from typing import Any, Self

from pmo_lib.contract.settings import Settings
from pmo_lib.effect.finding import STRADDLERS
from pmo_lib.engine.baseline import check_name
from pmo_lib.errors import ParameterError, PmoError, allowed_values, raise_all, shown
from pmo_lib.months import MONTH, month_range, shifted
from pmo_lib.workbook import Workbook, open_workbook
from pmo_lib.worth.assumptions import Assumptions, Terms, ThreePoint

MOST_LETTERS = 2000  # of a parameter: enough for many peers


def _text(meaning: str, default: str = "") -> Any:
    return field(default=default, metadata={"meaning": meaning, "is_month": False})


def _month(meaning: str) -> Any:
    return field(default="", metadata={"meaning": meaning, "is_month": True})


@dataclass(frozen=True)
class ReportParameters:
    """What every report can be asked: for whom, for which month, on which tables."""

    department: str = _text(
        "one department, as the projects name it; empty for the whole organisation"
    )
    period: str = _month("the month to report on, YYYY-MM; empty for the last one in the data")
    baseline: str = _text("frozen baseline to compare with; empty for the latest")
    data_dir: str = _text("folder with the validated tables; empty for data/processed")

    def __post_init__(self) -> None:
        errors: list[PmoError] = []
        for item in fields(self):
            value = getattr(self, item.name)
            if not isinstance(value, str):
                errors.append(_wrong_type(item.name, value))
            elif len(value) > MOST_LETTERS:
                what = f"{item.name} has {len(value):,} letters, more than {MOST_LETTERS:,}"
                errors.append(ParameterError(what, remedy="Write the name, and nothing else"))
            elif item.metadata["is_month"] and value and not MONTH.fullmatch(value):
                errors.append(_wrong_month(item.name, value))
        raise_all(errors)

    @classmethod
    def cell(cls) -> str:
        """The notebook's cell of parameters: a line each, with its default and its meaning."""
        return "\n".join(
            f"{item.name}: str = {json.dumps(item.default)}  # {item.metadata['meaning']}"
            for item in fields(cls)
        )

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], where: str = "") -> Self:
        """Parameters from names and values; ParameterError names what is unknown or mistyped."""
        names = [item.name for item in fields(cls)]
        unknown = [name for name in values if name not in names]
        raise_all(
            [
                ParameterError(
                    f"unknown parameter {shown(name)}",
                    where=where,
                    remedy=allowed_values(name, names),
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
                    f"there is no department {shown(self.department)}",
                    remedy=allowed_values(self.department, workbook.departments),
                )
            )
        first, last = workbook.periods[0], workbook.periods[-1]
        for item in fields(self):
            month = getattr(self, item.name)
            if item.metadata["is_month"] and month and month not in workbook.periods:
                what = f"{item.name} {month} is outside the data"
                errors.append(ParameterError(what, remedy=f"Allowed: {first} to {last}"))
        if self.baseline:
            try:
                workbook.baseline(self.baseline)
            except PmoError as error:
                errors.append(error)
        raise_all(errors)
        return replace(self, period=self.period or last)

    def open(self) -> tuple[Self, Workbook]:
        """The resolved parameters and the workbook they speak of."""
        workbook = open_workbook(self.data_dir)
        return self.resolved(workbook), workbook


@dataclass(frozen=True)
class KpiReportParameters(ReportParameters):
    """Parameters of 03_kpi_report and 05_one_page."""


@dataclass(frozen=True)
class BaselineParameters(ReportParameters):
    """Parameters of 01_baseline."""

    until: str = _month(
        "last month of the baseline, YYYY-MM; empty for that of the frozen one, else the month "
        "before the first roll-out, else up to twelve months before the report"
    )
    freeze: str = _text("name under which to freeze this baseline; empty to freeze none")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.freeze:
            check_name(self.freeze)

    def resolved(self, workbook: Workbook) -> Self:
        checked = super().resolved(workbook)
        frozen = workbook.frozen_until(self.freeze or self.baseline)
        return replace(checked, until=self.until or _until(workbook, frozen, checked.period))


@dataclass(frozen=True)
class BenchmarkParameters(ReportParameters):
    """Parameters of 02_benchmark."""

    peers: str = _text(
        "peers to compare with, by the names of their folders, separated by semicolons; "
        "empty for all"
    )

    def resolved(self, workbook: Workbook) -> Self:
        checked = super().resolved(workbook)
        raise_all(
            [
                ParameterError(
                    f"there is no peer {shown(name)}", remedy=allowed_values(name, workbook.peers)
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


@dataclass(frozen=True)
class ValueCaseParameters(ReportParameters):
    """Parameters of 04_value_case: which service, since when, and the assumptions in money.

    Three numbers with semicolons between are the lowest, the likeliest and the highest.
    """

    department: str = _text("stays empty: the value case is of the whole organisation")
    service: str = _text("one service, by its service_id; empty for all services together")
    pmo_since: str = _month(
        "the month the PMO began for everybody, YYYY-MM, where no roll-out is recorded"
    )
    smallest_effect: str = _text(
        "the smallest effect of interest, a share; of cost what pays for the PMO, where its cost "
        "is known",
        "0.05",
    )
    straddlers: str = _text(
        "projects in flight at the adoption: left out, or untreated", "left out"
    )
    sceptical_effect: str = _text(
        "an effect on cost, a share, that a sceptic takes for possible in one PMO of twenty", "0.2"
    )
    discount_rate: str = _text("a year, real, such as 0.035; empty for the setting")
    imposed_hours: str = _text(
        "hours a month that the PMO takes of each project: low; likely; high", "2; 4; 8"
    )
    hourly_rate: str = _text(
        "what an hour of a project's people costs: low; likely; high", "45; 60; 80"
    )
    delay_lost: str = _text(
        "share of a delayed benefit that is lost: low; likely; high", "0.25; 0.5; 1"
    )
    budget_returned: str = _text(
        "share of an avoided overrun returned to the budget; empty: nobody has stated it"
    )
    change_cost: str = _text("one-off cost of setting up the PMO", "0")
    former_cost_a_year: str = _text("what the departments' former project offices cost a year", "0")

    def resolved(self, workbook: Workbook) -> Self:
        checked = super().resolved(workbook)
        has_services = "services" in workbook.tables
        services = list(workbook.tables["services"]["service_id"]) if has_services else []
        errors: list[PmoError] = []
        if self.department:
            errors.append(
                ParameterError(
                    "the value case is of the whole organisation: departments are its evidence",
                    remedy="Leave department empty",
                )
            )
        if self.service and self.service not in services:
            errors.append(
                ParameterError(
                    f"there is no service {shown(self.service)}",
                    remedy=allowed_values(self.service, services),
                )
            )
        raise_all(errors)
        self.terms(workbook.settings)  # raises where a text is not a number
        return checked

    def terms(self, settings: Settings) -> Terms:
        """The terms, assumptions as numbers; ParameterError where one is not a number."""
        smallest = _effect("smallest_effect", self.smallest_effect)
        sceptical = _effect("sceptical_effect", self.sceptical_effect)
        straddlers = next((each for each in STRADDLERS if each == self.straddlers), None)
        if straddlers is None:
            raise ParameterError(
                f"straddlers is {shown(self.straddlers)}",
                remedy=allowed_values(self.straddlers, STRADDLERS),
            )
        returned = self.budget_returned
        assumptions = Assumptions(
            imposed_hours=ThreePoint.parse(self.imposed_hours, "imposed_hours"),
            hourly_rate=ThreePoint.parse(self.hourly_rate, "hourly_rate"),
            delay_lost=ThreePoint.parse(self.delay_lost, "delay_lost"),
            budget_returned=ThreePoint.parse(returned, "budget_returned") if returned else None,
            discount_rate=_number("discount_rate", self.discount_rate, settings.discount_rate),
            change_cost=_number("change_cost", self.change_cost),
            former_cost_a_year=_number("former_cost_a_year", self.former_cost_a_year),
        )
        return Terms(self.service, self.pmo_since, smallest, straddlers, sceptical, assumptions)


PARAMETERS: Mapping[str, type[ReportParameters]] = {
    "01_baseline": BaselineParameters,
    "02_benchmark": BenchmarkParameters,
    "03_kpi_report": KpiReportParameters,
    "04_value_case": ValueCaseParameters,
    "05_one_page": KpiReportParameters,
}


def _until(workbook: Workbook, frozen: str, period: str) -> str:
    """The month in which a baseline ends that is compared with `period`.

    That of the `frozen` one, else the last before the first roll-out; where none is in the data,
    twelve months before, or half of what there is.
    """
    first = workbook.periods[0]
    past = len(month_range(first, period)) // 2
    ends = [frozen, _before_first_rollout(workbook), shifted(period, -min(12, past))]
    return next(end for end in ends if first <= end <= period)


def _before_first_rollout(workbook: Workbook) -> str:
    """The month before the first roll-out; empty where none is recorded."""
    if "rollouts" not in workbook.tables or workbook.tables["rollouts"].empty:
        return ""
    return shifted(f"{workbook.tables['rollouts']['adopted_on'].min():%Y-%m}", -1)


def _number(name: str, text: str, empty: float = nan) -> float:
    """The number, or the default for an empty text; ParameterError where it is not a number."""
    if not text.strip() and empty == empty:
        return empty
    try:
        found = float(text)
    except ValueError:
        found = nan
    if not isfinite(found):
        raise ParameterError(
            f"{name} must be a number; not {shown(text)}",
            remedy="Write it with a point, such as 0.035",
        )
    return found


def _effect(name: str, text: str) -> float:
    """The size of an effect, a share between 0 and 1; ParameterError where it is none."""
    size = _number(name, text)
    if not 0 < size < 1:
        raise ParameterError(
            f"{name} must be between 0 and 1; not {shown(text)}", remedy="Write 5 % as 0.05"
        )
    return size


def _wrong_type(name: str, value: object) -> ParameterError:
    hint = "; with papermill use -r instead of -p" if isinstance(value, int | float) else ""
    kind = type(value).__name__
    return ParameterError(
        f"{name} must be text; not {shown(value)} ({kind})", remedy=f"Write it in quotes{hint}"
    )


def _wrong_month(name: str, value: str) -> ParameterError:
    return ParameterError(
        f"{name} must be a month; not {shown(value)}", remedy="Write it as YYYY-MM, such as 2026-09"
    )

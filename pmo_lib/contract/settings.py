"""The settings of an organisation; `pipelines.configuration` checks what people write of them."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import isnan, nan
from typing import Any, ClassVar, Literal

from pmo_lib.contract.plain import rebuilt
from pmo_lib.contract.profile import Profile
from pmo_lib.errors import SettingsError, raise_all
from pmo_lib.months import MONTH

DATE = re.compile(rf"{MONTH.pattern}(-\d\d)?")
BaselineDefinition = Literal["approval", "decision to build", "first report"]


def _must(*rules: tuple[str, bool]) -> None:
    """Raise SettingsError for each rule that is not kept, all together."""
    raise_all([SettingsError(said) for said, is_kept in rules if not is_kept])


def _not_negative(settings: "Tolerances | RedRule") -> None:
    _must(*((f"{name} must be 0 or more", value >= 0) for name, value in asdict(settings).items()))


@dataclass(frozen=True)
class Tolerances:
    """How far off a project may be and still count as on time and on budget."""

    schedule_days: int = 0
    cost_share: float = 0.0

    def __post_init__(self) -> None:
        _not_negative(self)


@dataclass(frozen=True)
class Disclosure:
    """Below `too_few` observations nothing is shown; below `indicative` nothing is judged."""

    too_few: int = 5
    indicative: int = 10

    def __post_init__(self) -> None:
        _must(("too_few must be 1 or more", self.too_few >= 1))


@dataclass(frozen=True)
class RedRule:
    """A project is red by rule, whatever its rating, where any of these is so."""

    cpi_below: float = 0.9
    spi_t_below: float = 0.9
    milestone_late_days: int = 30  # a milestone is overdue by more
    finish_late_days: int = 30  # the original finish has passed by more

    def __post_init__(self) -> None:
        _not_negative(self)


@dataclass(frozen=True)
class Threshold:
    """What a KPI should reach, and how far off it may be before that matters, in its own unit."""

    target: float = nan
    material: float = nan

    def __post_init__(self) -> None:
        _must(("material must be 0 or more", not self.material < 0))


@dataclass(frozen=True)
class Settings:
    """What an organisation decides once; settings.yml says each key's meaning."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}  # for whoever checks what people write

    organisation: str = "Our organisation"
    currency: str = "GBP"
    price_base: int = 0  # year of the prices; 0 = not stated, any year is taken as the same
    prices: Literal["", "constant", "nominal"] = ""  # with a price_base they are constant
    baseline_definition: BaselineDefinition = "approval"  # the original baseline's
    data_date: str = ""  # YYYY-MM or YYYY-MM-DD; empty: the last month in which something happened
    date_formats: dict[str, str] = field(default_factory=dict)
    decimal_marks: dict[str, str] = field(default_factory=dict)
    money_unit: dict[str, float] = field(default_factory=dict)
    percent: list[str] = field(default_factory=list)
    percent_complete: list[str] = field(default_factory=list)
    periodic: list[str] = field(default_factory=list)
    cumulative: list[str] = field(default_factory=list)
    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    survey_points: dict[str, int] = field(default_factory=dict)
    first_version: int = 0  # of a project's baseline: the original
    customers: dict[str, int] = field(default_factory=dict)
    segments: dict[str, list[str]] = field(default_factory=dict)
    profile: Profile = field(default_factory=Profile)
    tolerances: Tolerances = Tolerances()
    red_rule: RedRule = RedRule()
    thresholds: dict[str, Threshold] = field(default_factory=dict)
    false_discovery_share: float = 0.1
    disclosure: Disclosure = Disclosure()
    confidence_level: float = 0.9
    outcome_window_months: int = 36
    discount_rate: float = 0.035  # a year, real: of the value case
    withhold_above_rejected_share: float = 0.05
    waived: list[str] = field(default_factory=list)  # questions on the data, by their ids
    report_timeout_seconds: int = 600

    def __post_init__(self) -> None:
        share = self.withhold_above_rejected_share
        _must(
            (
                "data_date must be a month or a day, such as 2026-10 or 2026-10-31",
                not self.data_date or bool(DATE.fullmatch(self.data_date)),
            ),
            ("confidence_level must be from 0.5 to below 1", 0.5 <= self.confidence_level < 1),
            ("outcome_window_months must be 1 or more", self.outcome_window_months >= 1),
            ("discount_rate must be from 0 to below 1", 0 <= self.discount_rate < 1),
            ("report_timeout_seconds must be 1 or more", self.report_timeout_seconds >= 1),
            ("false_discovery_share must be between 0 and 1", 0 < self.false_discovery_share < 1),
            ("withhold_above_rejected_share must be from 0 to 1", 0 <= share <= 1),
            ("customers must be 1 or more", all(n >= 1 for n in self.customers.values())),
            ("first_version must be 0 or 1", self.first_version in {0, 1}),
            ("money_unit must be above 0", all(unit > 0 for unit in self.money_unit.values())),
            ("survey_points must be 2 or more", all(n > 1 for n in self.survey_points.values())),
            (
                "prices must be constant where price_base names their year",
                not (self.price_base and self.prices == "nominal"),
            ),
            *(
                (f"decimal_marks.{name} must be '.' or ','", mark in {".", ","})
                for name, mark in self.decimal_marks.items()
            ),
            *(
                (
                    f"segments.{name} must be a list of at least one category, none of them empty",
                    bool(categories) and all(category.strip() for category in categories),
                )
                for name, categories in self.segments.items()
            ),
        )

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Settings":
        """The settings that `to_mapping` was made from."""
        return rebuilt(cls, values)

    def to_mapping(self) -> dict[str, Any]:
        """Nested plain values; what is not set in a threshold is left out."""
        values = asdict(self)
        values["thresholds"] = {
            name: {key: value for key, value in threshold.items() if not isnan(value)}
            for name, threshold in values["thresholds"].items()
        }
        return values

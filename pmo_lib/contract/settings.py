"""The settings of an organisation; `pipelines.configuration` checks what people write of them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from math import isnan, nan
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pmo_lib.contract.plain import rebuilt
from pmo_lib.contract.profile import Profile
from pmo_lib.errors import SettingsError, raise_all

BaselineDefinition = Literal["approval", "decision to build", "first report"]


def _must(*rules: tuple[str, bool]) -> None:
    """Raise SettingsError for each rule that is not kept, all together."""
    raise_all([SettingsError(said) for said, is_kept in rules if not is_kept])


def _not_negative(settings: "Tolerances | RedRule") -> None:
    _must(*((f"{name} must be 0 or more", value >= 0) for name, value in asdict(settings).items()))


def _gives_the_day(pattern: str) -> bool:
    """Whether a day written by `pattern` is read back as that day."""
    days = (datetime(2024, 11, 23, tzinfo=UTC), datetime(2025, 2, 3, tzinfo=UTC))
    try:
        read = [datetime.strptime(day.strftime(pattern), pattern) for day in days]
    except ValueError:
        return False
    return [day.date() for day in read] == [day.date() for day in days]


def _reads_ascii(encoding: str) -> bool:
    """Whether plain letters are themselves in `encoding`, as in all that CSV files are in."""
    try:
        return b"project_id;1".decode(encoding) == "project_id;1"
    except (LookupError, ValueError):
        return False


def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


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
    date_formats: dict[str, str] = field(default_factory=dict)
    decimal_marks: dict[str, str] = field(default_factory=dict)
    encodings: dict[str, str] = field(default_factory=dict)  # of files that are not UTF-8
    timezone: str = ""  # whose days times with an offset are turned into; "" = their own
    missing: list[str] = field(default_factory=list)  # words for nothing, beside the usual ones
    strict: bool = False  # whether a cell that cannot be read costs its row
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
            ("confidence_level must be from 0.5 to below 1", 0.5 <= self.confidence_level < 1),
            ("outcome_window_months must be 1 or more", self.outcome_window_months >= 1),
            ("discount_rate must be from 0 to below 1", 0 <= self.discount_rate < 1),
            ("report_timeout_seconds must be 1 or more", self.report_timeout_seconds >= 1),
            ("false_discovery_share must be between 0 and 1", 0 < self.false_discovery_share < 1),
            ("withhold_above_rejected_share must be from 0 to 1", 0 <= share <= 1),
            ("customers must be 1 or more", all(n >= 1 for n in self.customers.values())),
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
                    f"date_formats.{name} must be a pattern with year, month and day, such as "
                    f"%d/%m/%Y; not {pattern!r}",
                    _gives_the_day(pattern),
                )
                for name, pattern in self.date_formats.items()
            ),
            *(
                (
                    f"encodings.{name} must be an encoding that Python knows, such as cp1250 or "
                    f"iso8859_2; not {encoding!r}",
                    _reads_ascii(encoding),
                )
                for name, encoding in self.encodings.items()
            ),
            (
                f"timezone must be a place such as Europe/Berlin; not {self.timezone!r}",
                not self.timezone or _is_zone(self.timezone),
            ),
            ("missing must be words, none of them empty", all(w.strip() for w in self.missing)),
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

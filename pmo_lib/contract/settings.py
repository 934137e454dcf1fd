"""The settings of an organisation; `pipelines.configuration` checks what people write of them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from math import isnan, nan
from typing import Any, ClassVar, Literal
from unicodedata import normalize
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pmo_lib.contract.mail import Mail
from pmo_lib.contract.plain import rebuilt
from pmo_lib.contract.profile import Profile
from pmo_lib.errors import SettingsError, raise_all, shown
from pmo_lib.months import MONTH

DATE = re.compile(rf"{MONTH.pattern}(-(0[1-9]|[12]\d|3[01]))?")
MOST_DAYS = 36_500
DATE_FORMAT = (
    "Write the day as %d, the month as %m or by its name as %b or %B, and the year as %Y, such as "
    "%d/%m/%Y"
)
BaselineDefinition = Literal["approval", "decision to build", "first report"]


Rule = tuple[str, bool] | tuple[str, bool, str]  # what must be, whether it is, the remedy


def per_cent(value: float, low: float, high: float) -> str:
    """Did you mean 0.8 (80 %), where that lies between; else nothing."""
    is_meant = value > 1 and low <= value / 100 <= high
    return f"Did you mean {value / 100:g} ({value:g} %)?" if is_meant else ""


def _must(*rules: Rule) -> None:
    """Raise SettingsError for each rule that is not kept, all together."""
    raise_all([SettingsError(rule[0], "", *rule[2:]) for rule in rules if not rule[1]])


def _share(name: str, value: float, low: float = 0, *, below: bool = False) -> Rule:
    """A share from `low` to 1, or `below` it."""
    said = f"{name} must be from {low:g} to {'below ' if below else ''}1; not {value:g}"
    return said, low <= value <= 1 and not (below and value == 1), per_cent(value, low, 1)


def _count(name: str, value: int, low: int, high: int) -> Rule:
    said = f"{name} must be {low:,} or more"
    return said if value < low else f"{name} must be {high:,} or less", low <= value <= high


def _is_year(year: int) -> bool:
    return year == 0 or 1900 <= year <= 2200


def _is_month_or_day(text: str) -> bool:
    try:
        date.fromisoformat(text if len(text) > len("2026-10") else f"{text}-01")
    except ValueError:
        return False
    return bool(DATE.fullmatch(text))


def _is_date_format(form: str) -> bool:
    """Whether days that are written so are read as the same days."""
    days = [datetime(*day, tzinfo=UTC) for day in ((1999, 2, 3), (2024, 12, 31))]
    try:
        read = [datetime.strptime(day.strftime(form), form) for day in days]
    except (ValueError, re.error):
        return False
    return [day.date() for day in read] == [day.date() for day in days]


def _no_twins(key: str, names: Iterable[str]) -> Rule:
    """No two names that differ in nothing but case, accents' make or spaces."""
    known: dict[str, list[str]] = {}
    for name in names:
        plain = " ".join(normalize("NFKC", name).casefold().split())
        known.setdefault(plain, []).append(shown(name))
    twins = [" and ".join(alike) for alike in known.values() if len(alike) > 1]
    return f"{key}: {'; '.join(twins)} are written alike", not twins, "Keep one of them"


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
        _must(
            _count("schedule_days", self.schedule_days, 0, MOST_DAYS),
            _share("cost_share", self.cost_share),
        )


@dataclass(frozen=True)
class Disclosure:
    """Below `too_few` observations nothing is shown; below `indicative` nothing is judged."""

    too_few: int = 5
    indicative: int = 10

    def __post_init__(self) -> None:
        _must(
            _count("too_few", self.too_few, 1, 1000),
            (
                f"indicative must be {self.too_few} (too_few) or more; not {self.indicative}",
                self.indicative >= self.too_few,
                "Set both: of fewer than too_few nothing is shown that could be judged",
            ),
        )


@dataclass(frozen=True)
class RedRule:
    """A project is red by rule, whatever its rating, where any of these is so."""

    cpi_below: float = 0.9
    spi_t_below: float = 0.9
    milestone_late_days: int = 30  # a milestone is overdue by more
    finish_late_days: int = 30  # the original finish has passed by more

    def __post_init__(self) -> None:
        _must(
            _share("cpi_below", self.cpi_below),
            _share("spi_t_below", self.spi_t_below),
            _count("milestone_late_days", self.milestone_late_days, 0, MOST_DAYS),
            _count("finish_late_days", self.finish_late_days, 0, MOST_DAYS),
        )


@dataclass(frozen=True)
class Threshold:
    """What a KPI should reach, and how far off it may be before that matters, in its own unit."""

    target: float = nan
    material: float = nan

    def __post_init__(self) -> None:
        _must((f"material must be 0 or more; not {self.material:g}", not self.material < 0))


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
    map: dict[str, str] = field(default_factory=dict)  # by which map files of such names are read
    date_formats: dict[str, str] = field(default_factory=dict)
    decimal_marks: dict[str, str] = field(default_factory=dict)
    encodings: dict[str, str] = field(default_factory=dict)  # of files that are not UTF-8
    timezone: str = ""  # whose days times with an offset are turned into; "" = their own
    missing: list[str] = field(default_factory=list)  # words for nothing, beside the usual ones
    strict: bool = False  # whether a cell that cannot be read costs its row
    money_unit: dict[str, float] = field(default_factory=dict)
    percent: list[str] = field(default_factory=list)
    percent_complete: list[str] = field(default_factory=list)
    periodic: list[str] = field(default_factory=list)
    cumulative: list[str] = field(default_factory=list)
    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    survey_points: dict[str, int] = field(default_factory=dict)
    first_version: int = 0  # of a project's baseline: the original
    departments: dict[str, str] = field(default_factory=dict)  # what each alias stands for
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
    mail: Mail = field(default_factory=Mail)  # who is told

    def __post_init__(self) -> None:
        _must(
            ("organisation must have a name", bool(self.organisation.strip())),
            ("currency must be named, such as GBP", bool(self.currency.strip())),
            ("price_base must be a year, such as 2025", _is_year(self.price_base)),
            (
                f"data_date must be a month or a day, such as 2026-10; not {shown(self.data_date)}",
                not self.data_date or _is_month_or_day(self.data_date),
            ),
            _share("confidence_level", self.confidence_level, 0.5, below=True),
            _count("outcome_window_months", self.outcome_window_months, 1, 1200),
            _share("discount_rate", self.discount_rate, below=True),
            _count("report_timeout_seconds", self.report_timeout_seconds, 1, 7 * 86_400),
            _share("false_discovery_share", self.false_discovery_share, 0.001, below=True),
            _share("withhold_above_rejected_share", self.withhold_above_rejected_share),
            *(_count(f"customers: {name}:", n, 1, 10**9) for name, n in self.customers.items()),
            (
                "departments must have names",
                all(name.strip() for pair in self.departments.items() for name in pair),
            ),
            *(
                (
                    f"departments: {shown(alias)} stands for {shown(name)}, which itself stands "
                    f"for {shown(self.departments.get(name))}",
                    self.departments.get(name, name) == name,
                    "Name the last one at both",
                )
                for alias, name in self.departments.items()
            ),
            ("first_version must be 0 or 1", self.first_version in {0, 1}),
            ("money_unit must be above 0", all(unit > 0 for unit in self.money_unit.values())),
            *(_count(f"survey_points: {n}:", p, 2, 1000) for n, p in self.survey_points.items()),
            (
                "prices must be constant where price_base names their year",
                not (self.price_base and self.prices == "nominal"),
            ),
            *(
                (
                    f"date_formats: {name}: {shown(form)} is no format of a date with its year",
                    _is_date_format(form),
                    DATE_FORMAT,
                )
                for name, form in self.date_formats.items()
            ),
            *(
                _no_twins(name, getattr(self, name))
                for name in ("customers", "segments", "departments")
            ),
            *(
                (f"decimal_marks.{name} must be '.' or ','", mark in {".", ","})
                for name, mark in self.decimal_marks.items()
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

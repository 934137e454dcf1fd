"""The settings of an organisation, checked as they are read."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from math import isnan, nan
from typing import Any, get_args, get_origin, get_type_hints

from pmo_lib.contract.profile import Profile
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import ErrorList, PmoError, SettingsError, allowed_values, raise_all

BASELINE_DEFINITIONS = ("approval", "decision to build", "first report")


@dataclass(frozen=True)
class Tolerances:
    """How far off a project may be and still count as on time and on budget."""

    schedule_days: int = 0
    cost_share: float = 0.0


@dataclass(frozen=True)
class Disclosure:
    """Below `too_few` observations nothing is shown; below `indicative` nothing is judged."""

    too_few: int = 5
    indicative: int = 10


@dataclass(frozen=True)
class RedRule:
    """A project is red by rule, whatever its rating, where any of these is so."""

    cpi_below: float = 0.9
    spi_t_below: float = 0.9
    milestone_late_days: int = 30  # a milestone is overdue by more
    finish_late_days: int = 30  # the original finish has passed by more


@dataclass(frozen=True)
class Threshold:
    """What a KPI should reach, and how far off it may be before that matters, in its own unit."""

    target: float = nan
    material: float = nan


@dataclass(frozen=True)
class Settings:
    """What an organisation decides once; settings.yml says each key's meaning."""

    organisation: str = "Our organisation"
    currency: str = "GBP"
    price_base: int = 0  # year of the prices; 0 = not stated, any year is taken as the same
    prices: str = ""  # constant or nominal (prices of the day); with a price_base they are constant
    baseline_definition: str = "approval"  # what the original baseline is the plan at
    date_formats: dict[str, str] = field(default_factory=dict)
    decimal_marks: dict[str, str] = field(default_factory=dict)
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
    report_timeout_seconds: int = 600

    def __post_init__(self) -> None:
        errors: list[PmoError] = []

        def check(name: str, good: bool, allowed: str) -> None:
            if not good:
                errors.append(SettingsError(f"{name} must be {allowed}", where="settings"))

        check("confidence_level", 0.5 <= self.confidence_level < 1, "from 0.5 to below 1")
        check("outcome_window_months", self.outcome_window_months >= 1, "1 or more")
        check("discount_rate", 0 <= self.discount_rate < 1, "from 0 to below 1")
        check("report_timeout_seconds", self.report_timeout_seconds >= 1, "1 or more")
        if self.baseline_definition not in BASELINE_DEFINITIONS:
            what = f"baseline_definition cannot be {self.baseline_definition!r}"
            remedy = allowed_values(self.baseline_definition, BASELINE_DEFINITIONS)
            errors.append(SettingsError(what, where="settings", remedy=remedy))
        for name, categories in self.segments.items():
            good = bool(categories) and all(category.strip() for category in categories)
            check(f"segments.{name}", good, "a list of at least one category, none of them empty")
        tolerances = asdict(self.tolerances).values()
        check("tolerances", all(value >= 0 for value in tolerances), "0 or more")
        check("disclosure.too_few", self.disclosure.too_few >= 1, "1 or more")
        check("customers", all(n >= 1 for n in self.customers.values()), "1 or more")
        check("red_rule", all(v >= 0 for v in asdict(self.red_rule).values()), "0 or more")
        check("false_discovery_share", 0 < self.false_discovery_share < 1, "between 0 and 1")
        check("thresholds", not any(t.material < 0 for t in self.thresholds.values()),
              "0 or more where material")  # fmt: skip
        check("prices", self.prices in {"", "constant", "nominal"},
              f"constant or nominal; not {self.prices!r}")  # fmt: skip
        check("prices", not (self.price_base and self.prices == "nominal"),
              "constant where price_base names their year")  # fmt: skip
        share = self.withhold_above_rejected_share
        check("withhold_above_rejected_share", 0 <= share <= 1, "from 0 to 1")
        for name, mark in self.decimal_marks.items():
            check(f"decimal_marks.{name}", mark in {".", ","}, "'.' or ','")
        for name in [*self.date_formats, *self.decimal_marks]:
            if name not in TABLES:
                errors.append(_unknown("table", name, TABLES))
        raise_all(errors)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], where: str = "settings") -> "Settings":
        """Settings from nested mappings; SettingsError names unknown keys and wrong types."""
        settings: Settings = _build(cls, values, where)
        return settings

    def to_mapping(self) -> dict[str, Any]:
        """Nested plain values; what is not set in a threshold is left out."""
        values = asdict(self)
        values["thresholds"] = {
            name: {key: value for key, value in threshold.items() if not isnan(value)}
            for name, threshold in values["thresholds"].items()
        }
        return values


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the keys of `over` put in its place, level by level."""
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            value = merged(old, value)
        result[key] = value
    return result


def _build(cls: type[Any], values: object, where: str) -> Any:
    if not isinstance(values, Mapping):
        raise SettingsError(f"must be keys with values; not {values!r}", where=where)
    types = get_type_hints(cls)
    errors: list[PmoError] = []
    given: dict[str, Any] = {}
    for key, value in values.items():
        try:
            if key not in types:
                raise _unknown("setting", str(key), [f.name for f in fields(cls)], where)
            given[key] = _value(types[key], value, f"{where}: {key}")
        except PmoError as error:
            errors.append(error)
    raise_all(errors)
    try:
        return cls(**given)
    except PmoError as error:  # a value out of range: the class does not know of the file
        found = error.errors if isinstance(error, ErrorList) else (error,)
        raise_all([SettingsError(e.what, where=where, remedy=e.remedy) for e in found])


def _value(kind: Any, value: object, where: str) -> Any:
    if is_dataclass(kind):
        return _build(kind, value, where)  # type: ignore[arg-type]
    if get_origin(kind) is dict:
        if not isinstance(value, Mapping):
            raise SettingsError(f"must be keys with values; not {value!r}", where=where)
        inner = get_args(kind)[1]
        return {str(key): _value(inner, item, f"{where}.{key}") for key, item in value.items()}
    if get_origin(kind) is list:
        if not isinstance(value, list):
            raise SettingsError(f"must be a list, such as [this, that]; not {value!r}", where=where)
        inner = get_args(kind)[0]
        numbered = enumerate(value, start=1)
        return [_value(inner, item, f"{where}: entry {at}") for at, item in numbered]
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise SettingsError(f"must be of type {kind.__name__}; not {value!r}", where=where)
    return value


def _unknown(what: str, key: str, known: Any, where: str = "settings") -> SettingsError:
    return SettingsError(f"unknown {what} {key!r}", where=where, remedy=allowed_values(key, known))

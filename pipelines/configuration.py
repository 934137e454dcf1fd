"""The settings in force: the project's, overridden by those of the folder of exports."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.declared import declared, read_yaml
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import SettingsError, allowed_values, raise_all
from pmo_lib.kpis.catalogue import CATALOGUE

DEFAULTS = Path(__file__).parent / "settings.yml"


def configured(raw: Path, organisation: str = "") -> Settings:
    """The settings for the exports in `raw`; SettingsError names the file and key of a mistake.

    `organisation` is what it is called where they do not say.
    """
    own = raw / "settings.yml"
    values = read_yaml(DEFAULTS)
    if organisation:
        values["organisation"] = organisation
    if not own.exists():
        return declared(Settings, values, DEFAULTS.name)
    mine = read_yaml(own)
    _refuse_unknown_names(declared(Settings, mine, str(own)), str(own))
    return declared(Settings, merged(values, mine), str(own))


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` overridden by `over`, level by level."""
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            value = merged(old, value)
        result[key] = value
    return result


def _refuse_unknown_names(settings: Settings, where: str) -> None:
    """Raise SettingsError for tables and KPIs that do not exist."""
    named = (
        ("date_formats", settings.date_formats, "table", TABLES),
        ("decimal_marks", settings.decimal_marks, "table", TABLES),
        ("encodings", settings.encodings, "table", TABLES),
        ("thresholds", settings.thresholds, "KPI", CATALOGUE),
    )
    raise_all(
        [
            SettingsError(
                f"unknown {what} {name!r}",
                where=f"{where}: {key}",
                remedy=allowed_values(name, known),
            )
            for key, given, what, known in named
            for name in given
            if name not in known
        ]
    )

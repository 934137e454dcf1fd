"""The settings in force: the project's, overridden by those of the folder of exports."""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import SequenceMatcher
from pathlib import Path, PurePath
from typing import Any

from pipelines.declared import declared
from pipelines.maps.applied import ALL, reader_of
from pipelines.maps.source import MapSource
from pipelines.targets import threshold_mistakes
from pipelines.yaml_file import Written, read_yaml
from pmo_lib.contract.declarations import DECLARABLE
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import PmoError, SettingsError, allowed_values, shown
from pmo_lib.kpis.catalogue import CATALOGUE

NAME = "settings.yml"
DEFAULTS = Path(__file__).parent / NAME
_KINDS = {"", ".yml", ".yaml", ".json", ".txt", ".toml", ".ini", ".cfg", ".conf"}
ALIKE = 0.85  # of the letters are shared by settings and setting, but not by ratings


def configured(raw: Path, organisation: str = "") -> Settings:
    """The settings for the exports in `raw`; SettingsError names the file and key of a mistake.

    `organisation` is what it is called where they do not say.
    """
    own = raw / NAME
    _refuse_other_files(raw)
    values = read_yaml(DEFAULTS).values
    if organisation:
        values["organisation"] = organisation
    if not (own.exists() or own.is_symlink()):
        return declared(Settings, values, DEFAULTS.name)
    mine, where = read_yaml(own), str(own)
    if isinstance(name := mine.values.get("map"), str):
        mine.values["map"] = {ALL: name} if name else {}
    mistakes = [*mine.mistakes, *_unknown_names(mine, where)]
    mistakes += threshold_mistakes(mine.values.get("thresholds"), where)
    checked = declared(Settings, mine.values, where, mistakes)
    for name in dict.fromkeys(checked.map.values()):
        reader = reader_of(raw, name)
        if isinstance(reader, MapSource):
            values = merged(values, reader.declared.settings)
    return declared(Settings, merged(values, mine.values), where)


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` overridden by `over`, level by level."""
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            value = merged(old, value)
        result[key] = value
    return result


def _refuse_other_files(raw: Path) -> None:
    """Raise SettingsError for a file that somebody takes for the settings, and nobody reads.

    Beside a settings.yml only one of the same name is that; the others are copies.
    """
    names = {path.name for path in raw.iterdir()} if raw.is_dir() else set[str]()
    for name in sorted(names - {NAME}):
        path = PurePath(name.lower().strip("._ "))
        if path.suffix not in _KINDS or (raw / name).is_dir():
            continue
        words = re.findall("[a-z]+", path.stem)
        if words == ["settings"] if NAME in names else any(map(_is_like_settings, words)):
            raise SettingsError(
                "is not read: settings are called settings.yml", where=str(raw / name),
                remedy="Rename it to settings.yml, or remove it",
            )  # fmt: skip


def _is_like_settings(word: str) -> bool:
    return SequenceMatcher(None, word, "settings").ratio() >= ALIKE


def _unknown_names(mine: Written, where: str) -> Iterator[PmoError]:
    """Tables, columns and KPIs that do not exist."""
    known: dict[str, tuple[str, Collection[str]]] = {
        "date_formats": ("table", TABLES),
        "decimal_marks": ("table", TABLES),
        "encodings": ("table", TABLES),
        "thresholds": ("KPI", CATALOGUE),
        **{key: ("table or column", names) for key, names in DECLARABLE.items()},
    }
    for key, (what, names) in known.items():
        given = mine.values.get(key)
        for name in given if isinstance(given, dict | list) else ():
            if isinstance(name, str) and name not in names:
                yield SettingsError(
                    f"unknown {what} {shown(name)}", where=f"{where}: {key}",
                    remedy=allowed_values(name, names),
                )  # fmt: skip

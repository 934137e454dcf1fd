"""The settings in force: those of the project, with the exporting folder's own put over them."""

from pathlib import Path

from pipelines.plan import read_yaml
from pmo_lib.settings import Settings, merged

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
        return Settings.from_mapping(values, DEFAULTS.name)
    mine = read_yaml(own)
    Settings.from_mapping(mine, str(own))  # a mistake is told of the file that has it
    return Settings.from_mapping(merged(values, mine), str(own))

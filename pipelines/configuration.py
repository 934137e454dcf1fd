"""The settings in force: those of the project, with the exporting folder's own put over them."""

from pathlib import Path

from pipelines.publishing.plan import read_yaml
from pmo_lib.contract.settings import Settings, merged
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
        return Settings.from_mapping(values, DEFAULTS.name)
    mine = read_yaml(own)
    _known_kpis(Settings.from_mapping(mine, str(own)), str(own))  # told of the file that has it
    return Settings.from_mapping(merged(values, mine), str(own))


def _known_kpis(settings: Settings, where: str) -> None:
    """Raise SettingsError for thresholds of KPIs that the catalogue does not have."""
    raise_all(
        [
            SettingsError(
                f"unknown KPI {name!r}",
                where=f"{where}: thresholds",
                remedy=allowed_values(name, CATALOGUE),
            )
            for name in settings.thresholds
            if name not in CATALOGUE
        ]
    )

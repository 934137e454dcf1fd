"""The fingerprint of a pack: the hash of all that it is made from."""

from collections.abc import Mapping
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipelines.maps.applied import claimed, map_files
from pipelines.publishing.plan import Job
from pipelines.reading.exports import inputs
from pmo_lib.contract.settings import Settings
from pmo_lib.errors import DataError
from pmo_lib.workbook import BASELINES

ROOT = Path(__file__).resolve().parents[1]
CODE = ("pmo_lib", "pipelines", "notebooks")
PACKAGES = ("great-expectations", "matplotlib", "nbconvert", "numpy", "pandas", "papermill",
            "pyarrow", "scipy", "seaborn")  # fmt: skip


def fingerprint(
    raw: Path, out: Path, settings: Settings, job: Job, parameters: Mapping[str, Any]
) -> str:
    """SHA-256 over data, baselines, settings, job, parameters, code and versions."""
    digest = sha256(repr((settings, job, sorted(parameters.items()), versions())).encode())
    code = [
        p for folder in CODE for p in (ROOT / folder).rglob("*") if "__pycache__" not in p.parts
    ]
    if not raw.is_dir():
        raise DataError(
            "there is no such folder", where=str(raw), remedy="Name the folder with the exports"
        )
    baselines = (out / BASELINES).rglob("baseline.json")
    maps = map_files(raw, settings.map)
    others = [(p.name, p) for p in [*sorted(baselines), *sorted(code), *maps] if p.is_file()]
    hashes = [(name, sha256(path.read_bytes()).hexdigest()) for name, path in others]
    mapped = [path for paths in claimed(raw, settings.map).values() for path in paths]
    for name, hashed in [*inputs(raw, mapped), *hashes]:
        digest.update(f"{name} {hashed}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """The versions of the packages that a page depends on."""
    return {name: version(name) for name in PACKAGES}

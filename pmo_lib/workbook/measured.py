"""Measurements in files: what a measurement is made from, its parts as JSON and Parquet, and back.

A measurement lies in a folder named after what it was made from. Its `facts.json` holds that and
the hash of every file: one of other data, half-written or changed by hand is never shown.
"""

import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from pmo_lib.archive import Archive, archived, restored
from pmo_lib.contract.settings import Settings
from pmo_lib.engine.baseline import Baseline
from pmo_lib.measurement import DECLARED, kind_of
from pmo_lib.workbook.lazy import Lazy

MEASURED, FACTS = "measured", "facts.json"
FORMAT = 1
PACKAGES = ("numpy", "pandas", "scipy")
Files = Mapping[str, bytes]


def made_from(
    data_hash: str, settings: Mapping[str, Settings], period: str, baseline: Baseline | None
) -> dict[str, str]:
    """What every figure of a measurement depends on; `settings` are ours and the peers' by name."""
    texts = {name: own.to_mapping() for name, own in settings.items()}
    return {
        "format": str(FORMAT),
        "period": period,
        "baseline": f"{baseline.label} {baseline.hash(whole=True)}" if baseline else "none",
        "data": data_hash,
        "settings": _hash(json.dumps(texts, sort_keys=True).encode()),
        "code": code_hash(),
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
    }


@cache
def code_hash() -> str:
    """SHA-256 over the library but for its pages: figures of another version are not this one's."""
    root = Path(__file__).resolve().parents[1]
    digest = sha256()
    own = (p for p in root.rglob("*.py") if "reports" not in p.relative_to(root).parts)
    for path in sorted(own):
        digest.update(f"{path.relative_to(root).as_posix()}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def folder_name(made: Mapping[str, str]) -> str:
    """2026-09-1f2e3d4c5b6a: the month, and the beginning of the hash of what it is made from."""
    return f"{made['period']}-{_hash(json.dumps(made, sort_keys=True).encode())[:12]}"


def part_files(part: str, value: object) -> dict[str, bytes]:
    """A part of a measurement as files: a JSON document, and the frames it points into."""
    archive, stem = archived(value, kind_of(part), DECLARED), part.replace("/", "-")
    document = json.dumps(archive.document, ensure_ascii=False, allow_nan=False)
    files = {f"{stem}.json": document.encode()}
    for number, frame in archive.frames.items():
        buffer = BytesIO()
        frame.to_parquet(buffer, index=False)
        files[f"{stem}.{number}.parquet"] = buffer.getvalue()
    return files


def write_measured(folder: Path, made: Mapping[str, str], files: Files) -> None:
    """Write a measurement into an empty folder, its facts last."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    hashes = {name: _hash(content) for name, content in sorted(files.items())}
    text = json.dumps({"made_from": dict(made), "files": hashes}, indent=2)
    (folder / FACTS).write_text(text + "\n", encoding="utf-8")


def read_files(folder: Path, made: Mapping[str, str]) -> dict[str, bytes]:
    """The files of a measurement, all read together; ValueError where they are not as written."""
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        files = {name: (folder / name).read_bytes() for name in facts["files"]}
        hashes = {name: _hash(content) for name, content in files.items()}
    except FileNotFoundError as gone:
        raise ValueError("is not whole") from gone
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise ValueError("cannot be read") from fault
    if hashes != facts["files"]:
        raise ValueError("was changed after it was made")
    if facts["made_from"] != dict(made):
        raise ValueError("is of other data, settings, baseline or code")
    return files


def parts_in(files: Files) -> Lazy[Any]:
    """The parts among the files of a measurement, each read when it is first asked for."""
    stems = {name.removesuffix(".json") for name in files if name.endswith(".json")}
    return Lazy(
        {stem.replace("-", "/", 1): stem for stem in stems}, lambda stem: _part(files, stem)
    )


def _part(files: Files, stem: str) -> Any:
    frames = {
        name.split(".")[1]: pd.read_parquet(BytesIO(content))
        for name, content in files.items()
        if name.startswith(f"{stem}.") and name.endswith(".parquet")
    }
    archive = Archive(json.loads(files[f"{stem}.json"]), frames)
    return restored(archive, kind_of(stem.replace("-", "/", 1)), DECLARED)


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()

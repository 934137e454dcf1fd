"""What the last pack said, as a run keeps it beside the tables: its results and its asks."""

import json
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from pmo_lib.brief import ask
from pmo_lib.brief.last_pack import LastPack

LAST, KPIS, PAGE_ONE = "last", "kpis.parquet", "page_one.json"
NONE = "none"


def last_pack(folder: Path | None, period: str) -> LastPack | None:
    """The pack of a month before `period`; None where none is kept, or none that can be read."""
    found = _read(folder)
    if found is None:
        return None
    page, kpis = found
    then = str(page["period"])
    if then >= period:
        return None
    shown = {
        subject: tuple(str(one["id"]) for one in brief["asks"])
        for subject, brief in page["subjects"].items()
    }
    promises = {str(name): str(verdict) for name, verdict in page.get("promises", {}).items()}
    return LastPack(then, kpis, ask.from_records(page["asks"]), shown, promises)


def last_hash(folder: Path | None, period: str) -> str:
    """What tells the pack of a month before `period` from any other."""
    if last_pack(folder, period) is None:
        return NONE
    assert folder is not None
    digest = sha256()
    for name in (PAGE_ONE, KPIS):
        digest.update((folder / LAST / name).read_bytes())
    return digest.hexdigest()


def _read(folder: Path | None) -> tuple[dict[str, Any], pd.DataFrame] | None:
    place = None if folder is None else folder / LAST
    if place is None or not (place / PAGE_ONE).is_file() or not (place / KPIS).is_file():
        return None
    try:
        page = json.loads((place / PAGE_ONE).read_text(encoding="utf-8"))
        kpis = pd.read_parquet(BytesIO((place / KPIS).read_bytes()))
        ask.from_records(page["asks"])
        _ = page["period"], [brief["asks"] for brief in page["subjects"].values()]
    except (ValueError, KeyError, TypeError, AttributeError, OSError):
        return None  # of another version, or cut off: this pack begins anew
    return page, kpis

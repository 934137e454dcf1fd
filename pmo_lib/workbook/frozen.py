"""Frozen baselines in files: a folder a version, never overwritten, never changed."""

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from pmo_lib.engine.baseline import Baseline
from pmo_lib.errors import DataError
from pmo_lib.months import MONTH

BASELINES = "baselines"
ADDED = "added"  # beneath a version: the KPIs that could be observed only later
FACTS = "baseline.json"
KINDS = {
    "name": str, "version": int, "until": str, "frozen_on": str, "data_hash": str,
    "workbook_version": str, "hash": str, "settings": dict, "unmeasured": dict,
}  # fmt: skip
PUT_BACK = (
    "Put its files back from a copy; or take its folder out of the output, and freeze another "
    "under a name of its own"
)


def frozen_in(folder: Path | None) -> dict[Path, dict[str, Any]]:
    """The facts of every baseline frozen under `folder`, by the folder it lies in."""
    paths = sorted((folder / BASELINES).glob(f"*/*/{FACTS}")) if folder else []
    return {path.parent: _facts(path.parent) for path in paths}


def latest(frozen: Mapping[Path, Mapping[str, Any]]) -> Path:
    """The one frozen last; of those of a day the last by name and version."""
    return max(frozen, key=lambda p: tuple(frozen[p][k] for k in ("frozen_on", "name", "version")))


def read_baseline(folder: Path) -> Baseline:
    """The baseline as it was frozen, and what was added to it; DataError where that was changed."""
    baseline = _read(folder)
    for path in sorted((folder / ADDED).glob(f"*/{FACTS}"), key=_number):
        baseline = baseline.with_added(_read(path.parent))
    return baseline


def _number(path: Path) -> int:
    return int(path.parent.name) if path.parent.name.isdecimal() else 0


def _read(folder: Path) -> Baseline:
    facts = _facts(folder)
    own = [item.name for item in fields(Baseline) if item.name not in {"observations", "added"}]
    try:
        observed = {path.stem: pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}
        baseline = Baseline(**{name: facts[name] for name in own}, observations=observed)
        is_as_frozen = baseline.hash() == facts["hash"]
    except (ValueError, OSError):
        is_as_frozen = False
    if not is_as_frozen:
        what = f"the baseline {facts['name']}, version {facts['version']}, is not as it was frozen"
        raise DataError(what, where=str(folder), remedy=PUT_BACK)
    return baseline


def _facts(folder: Path) -> dict[str, Any]:
    """What the record of a frozen baseline says; DataError where it is cut off or none of ours."""
    path = folder / FACTS
    try:
        facts = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    except (OSError, ValueError, RecursionError):
        facts = None
    own = facts if isinstance(facts, dict) else {}
    is_ours = all(isinstance(own.get(name), kind) for name, kind in KINDS.items())
    if not is_ours or not MONTH.fullmatch(own["until"]):
        what = "the record of a frozen baseline is cut off, changed by hand or of another version"
        raise DataError(what, where=str(path), remedy=PUT_BACK)
    return own


def write_baseline(baseline: Baseline, folder: Path) -> Path:
    """Write it as a version of its name; where it lies."""
    return _write(baseline, folder / BASELINES / baseline.name / str(baseline.version))


def write_supplement(more: Baseline, folder: Path) -> Path:
    """Write KPIs that were observed later beneath the version they belong to; where they lie."""
    added = folder / BASELINES / more.name / str(more.version) / ADDED
    numbers = [_number(path) for path in added.glob(f"*/{FACTS}")]
    return _write(more, added / str(max(numbers, default=0) + 1))


def _write(baseline: Baseline, target: Path) -> Path:
    """Write it beside and rename: it is there whole or not at all, and never over another."""
    target.parent.mkdir(parents=True, exist_ok=True)
    # whoever sweeps up after a killed run knows it by its name
    with TemporaryDirectory(
        dir=target.parent, prefix=f".{target.name}.", suffix=".new"
    ) as temporary:
        new = Path(temporary) / target.name
        new.mkdir()
        for kpi_id, units in baseline.observations.items():
            units.to_parquet(new / f"{kpi_id}.parquet", index=False)
        text = json.dumps(baseline.facts(), indent=2, ensure_ascii=False, allow_nan=False)
        (new / FACTS).write_text(text + "\n", encoding="utf-8")
        new.rename(target)
    return target

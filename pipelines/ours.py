"""What we have made in a folder, by name: whatever else lies there is somebody's own."""

import re
from collections.abc import Callable, Collection
from pathlib import Path

from pipelines.files import read_json, sweep
from pmo_lib.contract.tables import TABLES
from pmo_lib.workbook import ADDED, BASELINES, PEERS
from pmo_lib.workbook.last import KPIS, LAST, PAGE_ONE
from pmo_lib.workbook.measured import FACTS, MEASURED

RUN, EXECUTED, LOGS = "run.json", "executed", "logs"
_FILES = (".verdict.json.new", "..verdict.json.new.new", "..lock.json.new")
_PAGE_OR_FIGURES = re.compile(
    r"(?:previous/)?[^/]+\.html|[^/]+\.pdf|kpis\.parquet|(?:run|page_one)\.json"
    r"|(?:kpis|benchmarks|value_case|value_money|promises|asks)\.csv"
)


def tables(_folder: Path) -> Collection[str]:
    return [f"{name}.parquet" for name in TABLES]


def lists(_folder: Path) -> Collection[str]:
    """Rejected rows, and columns of no use to us."""
    return [f"{name}.csv" for name in TABLES]


def last(_folder: Path) -> Collection[str]:
    """What the last pack said."""
    return [KPIS, PAGE_ONE]


def peers(folder: Path) -> Collection[str]:
    own = ["verdict.json", *(f"tables/{name}" for name in tables(folder))]
    own += [f"{kind}/{name}" for kind in ("rejected", "extra_columns") for name in lists(folder)]
    return [f"{peer.name}/{name}" for peer in folder.iterdir() for name in own]


def pack(folder: Path) -> Collection[str] | None:
    """What its record names; all of it where it was not finished."""
    return _named(folder, RUN, lambda name: _PAGE_OR_FIGURES.fullmatch(name) is not None)


def measured(folder: Path) -> Collection[str] | None:
    return _named(folder, FACTS, lambda name: name.endswith((".json", ".parquet")))


def sweep_output(out: Path) -> None:
    """Clean up after a killed run in the output folder; to be called under the lock."""
    for name, ours in (("tables", tables), ("rejected", lists), ("extra_columns", lists),
                       (PEERS, peers), (LAST, last), (f"{MEASURED}/*", measured),
                       (EXECUTED, None)):  # fmt: skip
        sweep(out / name, ours)
    for baseline in (out / BASELINES).glob("*"):
        sweep(baseline / "*")
    for added in (out / BASELINES).glob(f"*/*/{ADDED}"):
        sweep(added / "*")
    for name in _FILES:
        (out / name).unlink(missing_ok=True)


def _named(folder: Path, record: str, is_ours: Callable[[str], bool]) -> Collection[str] | None:
    """The files that a record names and the record; those of our kind where it does not say."""
    if not (folder / record).exists():
        return None
    try:
        return {*read_json(folder / record)["files"], record}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        there = (path.relative_to(folder).as_posix() for path in folder.rglob("*"))
        return {name for name in there if is_ours(name)}

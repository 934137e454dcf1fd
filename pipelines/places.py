"""Where a run reads and writes: never over the exports, under names that every system has."""

import os
from collections.abc import Iterator
from pathlib import Path

from pmo_lib.errors import ParameterError, PmoError, raise_all, shown
from pmo_lib.portable import name_problems

REPLACED = ("tables", "rejected", "extra_columns", "peers", "measured", "reports", "baselines")


def check_places(raw: Path, out: Path) -> None:
    """Raise ParameterError where `out` is no folder to write to, or the exports lie in its way."""
    check_new(out, "--out")
    if os.path.lexists(out) and not out.is_dir():
        raise ParameterError("is no folder", where=str(out), remedy="Name a folder with --out")
    inner, outer = Path(os.path.realpath(out)), Path(os.path.realpath(raw))
    if any(_is_same(path, outer) for path in (inner, *inner.parents)):
        raise ParameterError(
            "lies in the folder of the exports" if inner != outer else "holds the exports",
            where=str(out), remedy="Name a folder with --out that is neither --raw nor in it",
        )  # fmt: skip
    if any(_is_same(path, inner / name) for path in (outer, *outer.parents) for name in REPLACED):
        raise ParameterError(
            "lies in a folder that is made anew in the output", where=str(raw),
            remedy="Put the exports elsewhere, or name another folder with --out",
        )  # fmt: skip


def check_new(path: Path, option: str) -> None:
    """Raise ParameterError for what is not there yet and could not be on every system."""
    raise_all(list(_problems(path, option)))


def check_new_file(path: Path, option: str) -> None:
    """Raise ParameterError for a file that could not be written, or not on every system."""
    check_new(path, option)
    if path.is_dir():
        raise ParameterError("is a folder", where=str(path), remedy=f"Name a file with {option}")
    if not path.parent.is_dir():
        what = "is no folder" if os.path.lexists(path.parent) else "there is no such folder"
        raise ParameterError(what, where=str(path.parent), remedy="Make it first, or name another")


def _problems(path: Path, option: str) -> Iterator[PmoError]:
    whole = Path(os.path.abspath(path))  # noqa: PTH100 Path has nothing that only drops dots
    for place in (whole, *whole.parents):
        if place.name and not os.path.lexists(place):
            for problem in name_problems(place.name):
                what = f"{option} {shown(place.name)} {problem}"
                yield ParameterError(what, remedy="Name it so that every system can have it")


def _is_same(first: Path, second: Path) -> bool:
    """Whether both are one place, also where the system takes Data for data."""
    try:
        return first == second or first.samefile(second)
    except OSError:
        return False

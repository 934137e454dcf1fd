"""Files and folders that are either the old ones or the new ones, whole; and the lock."""

import ctypes
import errno
import json
import os
import re
import shutil
import socket
import stat
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from itertools import count
from pathlib import Path
from secrets import token_hex
from typing import Any

from filelock import FileLock, Timeout

from pmo_lib.errors import PmoError

Ours = Callable[[Path], Collection[str] | None]
"""The files in a folder that we have made, as paths from it; None where all are."""
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


class LockedError(PmoError):
    """Another run works in the same output folder."""


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the output folder for one run; raises LockedError naming who holds it.

    The operating system releases the lock when a run dies, however it dies.
    """
    out.mkdir(parents=True, exist_ok=True)
    holder = out / ".lock.json"
    lock = FileLock(out / ".lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        who = recorded(holder)
        said = ", ".join(f"{key} {value}" for key, value in who.items()) or "unknown"
        raise LockedError(
            "another run holds the lock", where=str(out), remedy=f"Wait for it to end ({said})"
        ) from None
    try:
        write_json(
            holder,
            {
                "process": os.getpid(),
                "on": socket.gethostname(),
                "since": datetime.now(UTC).isoformat(timespec="seconds"),
            },
        )
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def recorded(path: Path) -> dict[str, Any]:
    """What a file of ours records; nothing where it is gone, cut off or changed."""
    try:
        return dict(read_json(path))
    except (OSError, ValueError, TypeError, RecursionError):
        return {}


def write_json(path: Path, value: object) -> None:
    """The value as JSON, keys in the order given; the file is the old one or the new, whole."""
    new = path.with_name(f".{path.name}.new")
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    # half a letter, as in the name of a file that is no text, is written as JSON does
    new.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
    new.replace(path)


@contextmanager
def replaced_folder(target: Path, ours: Ours | None = None) -> Iterator[Path]:
    """An empty folder beside `target` that takes its place, whole, when the block ends well.

    When it ends badly the old folder stays untouched and the new one is removed. A link stays one:
    what it leads to is replaced. Files that are not `ours` are put from the old folder into the
    new one; without `ours` all are.
    """
    target = Path(os.path.realpath(target))
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "is a file where our folder goes", f"{target}")
    new = _beside(target, "new")
    new.mkdir(parents=True)
    old: Path | None = None
    try:
        yield new
        old = _exchange(new, target)
    finally:
        for left in (new, old):
            if left is not None:
                _tidy(left, ours, target)


@contextmanager
def temporary_folder(name: Path) -> Iterator[Path]:
    """A folder whose name begins like that, removed at the end; `sweep` removes it after a kill."""
    new = _beside(name, "new")
    new.mkdir(parents=True)
    try:
        yield new
    finally:
        shutil.rmtree(new, ignore_errors=True)


def sweep(target: Path, ours: Ours | None = None) -> None:
    """Clean up beside `target` after a killed run: put an old folder back, remove unfinished ones.

    To be called under the lock. `target` may be a pattern of names, as of `Path.glob`.
    """
    real = Path(os.path.realpath(target))
    for path in sorted(real.parent.glob(f".{real.name}.*")):
        left = re.fullmatch(r"\.(.+)\.[0-9a-z_]{8}\.(new|old)", path.name)
        if left and path.is_dir() and fnmatchcase(left[1], real.name):
            place = path.with_name(left[1])
            if left[2] == "old" and not place.exists():
                path.rename(place)  # it was killed between the two renames of `_exchange`
            else:
                with suppress(OSError):
                    remove(path, ours, place)


def remove(folder: Path, ours: Ours | None, into: Path) -> None:
    """Remove a folder of ours; what somebody put there goes `into` another, under a free name."""
    if not folder.is_dir():
        return
    names = ours(folder) if ours else None
    if names is None:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for root, folders, files in os.walk(folder, topdown=False):
        here = Path(root)
        for path in (here / name for name in (*files, *folders)):
            name = path.relative_to(folder)
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            elif name.as_posix() in names:
                path.unlink()
            else:
                _move(path, into / name)
    folder.rmdir()


def _tidy(folder: Path, ours: Ours | None, into: Path) -> None:
    """Remove the folder as far as the system lets us; once more where that is interrupted."""
    try:
        remove(folder, ours, into)
    except OSError:
        return
    except BaseException:
        with suppress(OSError):
            remove(folder, ours, into)
        raise


def _move(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    free = (target.with_stem(f"{target.stem} ({n})") if n else target for n in count())
    path.rename(next(place for place in free if not os.path.lexists(place)))


def _beside(target: Path, kind: str) -> Path:
    """A name beside the target that is nobody's."""
    return target.with_name(f".{target.name}.{token_hex(4)}.{kind}")


def _exchange(new: Path, target: Path) -> Path | None:
    """`new` becomes `target`: in one atomic step where the system has one, else in two renames.

    Returns where the old one is now, if there was one.
    """
    if not target.exists():
        new.rename(target)
        return None
    if _exchanged_atomically(new, target):
        return new
    old = _beside(target, "old")
    target.rename(old)
    try:
        new.rename(target)
    except BaseException:
        old.rename(target)
        raise
    return old


def _exchanged_atomically(first: Path, second: Path) -> bool:
    """Whether Linux swapped the two names; file systems without the call say no."""
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    paths = os.fsencode(first), os.fsencode(second)
    done: int = rename(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE)
    return done == 0


def not_a_file(path: Path) -> str:
    """What stands at `path` where it is no file, such as "a folder"; nothing where it is one.

    To open a pipe may wait for ever, and a device has no end: neither is ever opened.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "a link to nothing" if path.is_symlink() else "not there"
    kinds = {
        stat.S_ISREG: "",
        stat.S_ISDIR: "a folder",
        stat.S_ISFIFO: "a pipe",
        stat.S_ISSOCK: "a socket",
    }
    return next((said for is_kind, said in kinds.items() if is_kind(mode)), "a device")

"""Files and folders that are either the old ones or the new ones, whole; and the lock."""

import ctypes
import json
import os
import shutil
import socket
import stat
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from pmo_lib.errors import PmoError

EXECUTED = ".executed-"  # how temporary folders of executed notebooks begin
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
        who = read_json(holder) if holder.exists() else {}
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


def write_json(path: Path, value: object) -> None:
    """The value as JSON, keys in the order given; the file is the old one or the new, whole."""
    new = path.with_name(f".{path.name}.new")
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    new.write_text(text + "\n", encoding="utf-8")
    new.replace(path)


@contextmanager
def replaced_folder(target: Path) -> Iterator[Path]:
    """An empty folder beside `target` that takes its place, whole, when the block ends well.

    When it ends badly the old folder stays untouched and the new one is removed.
    """
    new = target.with_name(f".{target.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        yield new
        _exchange(new, target)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Clean up after a killed run in `folder`: put old folders back, remove unfinished ones.

    To be called under the lock.
    """
    for path in folder.glob(".*") if folder.is_dir() else ():
        if path.name.endswith(".old"):
            target = path.with_name(path.name[1:-4])
            if target.exists():
                shutil.rmtree(path)
            else:  # it was killed between the two renames of `_exchange`
                path.rename(target)
        elif path.name.endswith(".new") or path.name.startswith(EXECUTED):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _exchange(new: Path, target: Path) -> None:
    """`new` becomes `target`: in one atomic step where the system has one, else in two renames."""
    if not target.exists():
        new.rename(target)
    elif not _exchanged_atomically(new, target):
        old = target.with_name(f".{target.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
        new.rename(target)
        shutil.rmtree(old, ignore_errors=True)


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


def shown(name: str) -> str:
    """A file's name in letters that can be printed: others as escapes, such as \\x1b."""
    return "".join(c if _is_printable(c) else _escape(c) for c in name)


def _is_printable(letter: str) -> bool:
    return letter.isprintable() and unicodedata.category(letter) not in {"Cf", "Cs"}


def _escape(letter: str) -> str:
    byte = ord(letter) - 0xDC00  # how Python holds a byte that is no UTF-8
    return f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else repr(letter)[1:-1]

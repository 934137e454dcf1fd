"""Asked to end, a run says so with its exit code, and leaves no process and no folder behind."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from pipelines.ending import Ended, endable

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
# who runs the tests in the background may have told them to ignore Ctrl-C
HEARD = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
PMO = [sys.executable, "-c", f"{HEARD}from pipelines.cli import main; main()"]
SLOW = f"""\
{HEARD}import os, sys, time
from pipelines import cli, ending
def slow(*_):
    try:
        print("working", flush=True)
        time.sleep(60)
    finally:
        print("tidying", flush=True)
        time.sleep(1)
        print("tidied", flush=True)
import pipelines.run
pipelines.run.run = slow
sys.argv = ["pmo", "run"]
cli.main()
"""


def descendants(pid: int) -> set[int]:
    """The processes that it began, and those that these began."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it may have ended meanwhile
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
    found: set[int] = set()
    while more := {p for p, parent in parents.items() if parent in {pid, *found}} - found:
        found |= more
    return found


def wait_until(met: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not met():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1].startswith("Z")
    except FileNotFoundError:
        return True


@pytest.mark.parametrize(
    ("number", "again", "code", "said"),
    [
        (signal.SIGTERM, False, 143, "Ended by SIGTERM"),
        (signal.SIGHUP, True, 129, "Ended by SIGHUP"),
        (signal.SIGINT, True, 130, "Interrupted"),
    ],
)
def test_while_it_tidies_up_nothing_more_ends_it(
    number: signal.Signals, again: bool, code: int, said: str
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SLOW], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        process.send_signal(number)
        assert process.stdout.readline() == "tidying\n"
        if again:
            process.send_signal(number)
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (code, "tidied\n")
    assert err == f"error: {said}. What was published before is untouched.\n"


@pytest.mark.parametrize(
    ("moment", "number"), [("reading", signal.SIGINT), ("making", signal.SIGTERM)]
)
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_whole_run_leaves_no_process_and_the_old_pack(
    published: Path,
    contents: Callable[[Path], dict[str, bytes]],
    tmp_path: Path,
    moment: str,
    number: signal.Signals,
) -> None:
    """Ctrl-C goes to the whole group of a terminal, and twice; SIGTERM to the process alone."""
    out, temporary = tmp_path / "out", tmp_path / "temporary"
    temporary.mkdir()
    shutil.copytree(published / "first", out)
    process = subprocess.Popen(
        [*PMO, "run", published / "small.yml", "--raw", published / "raw", "--out", out, "--force"],
        stderr=subprocess.PIPE, text=True, start_new_session=True,
        env=os.environ | {"TMPDIR": str(temporary)},
    )  # fmt: skip
    assert process.stderr is not None
    said = ""
    while not said.startswith(moment):
        said = process.stderr.readline()
        assert said, "it ended before"
    time.sleep(0.5)
    began = descendants(process.pid)
    send = os.killpg if number == signal.SIGINT else os.kill
    for _ in range(2):
        send(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert f"error: {Ended(number)}. What was published before is untouched." in err
    assert "Traceback" not in err
    assert wait_until(lambda: all(map(is_gone, began)), 15)
    left = [path for path in out.rglob("*") if path.name[-4:] in {".new", ".old"}]
    assert left == []
    assert contents(out / "reports") == contents(published / "first" / "reports")


def test_what_is_ignored_stays_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """As nohup does with SIGHUP."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with endable():
            os.kill(os.getpid(), signal.SIGHUP)
            with pytest.raises(Ended, match="SIGTERM"):
                os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGHUP, before)
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.default_int_handler if each == 2 else signal.SIG_DFL)


def test_handlers_are_put_back() -> None:
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    with endable():
        assert signal.getsignal(signal.SIGTERM) not in before
    after: Any = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    assert after == before

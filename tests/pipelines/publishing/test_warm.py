"""Forked kernels: they find all that cold ones find, and none outlives who asked for it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from pipelines.publishing.kernels import LAUNCHER, ForkedKernel
from pipelines.publishing.plan import PlannedReport
from pipelines.publishing.render import Task, render
from pipelines.publishing.warm import warm_process

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")
HOLD = """
import sys, time
from multiprocessing import get_context
from pipelines.publishing.kernels import LAUNCHER, ForkedKernel
from pipelines.publishing.warm import warm_process

def ask(address, connection):
    kernel = ForkedKernel(address, [*LAUNCHER, "-f", connection], {})
    print(kernel.pid, flush=True)
    time.sleep(600)

if __name__ == "__main__":
    with warm_process() as address:
        asking = get_context("spawn").Process(target=ask, args=(address, sys.argv[1]))
        asking.start()
        print(asking.pid, flush=True)
        time.sleep(600)
"""


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with warm_process() as found:
        yield found


def task(folder: Path, notebook: str, name: str, address: str) -> Task:
    report = PlannedReport(name, name, "Organisation", notebook, {"department": ""})
    page, executed = folder / f"{name}.html", folder / f"{name}.ipynb"
    return Task(report, str(folder), page, executed, 60, NOTEBOOKS, address)


def outputs(made: Task) -> list[Any]:
    return [cell.get("outputs") for cell in nbformat.read(made.executed, as_version=4).cells]


def ask(address: str, folder: Path) -> ForkedKernel:
    """A kernel that waits for somebody to connect."""
    return ForkedKernel(address, [*LAUNCHER, "-f", str(folder / "kernel.json")], {})


def ends(process: psutil.Process) -> bool:
    """Whether the process is gone, or only waits for its parent to take note of it."""
    return until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)


def until(is_so: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(0.05)
    return is_so()


class TestReport:
    def test_has_the_outputs_of_a_cold_kernel(
        self, tmp_path: Path, executor: Executor, address: str
    ) -> None:
        cold = task(tmp_path, "finds_itself", "cold", "")
        warm = task(tmp_path, "finds_itself", "warm", address)
        kernels = [executor.submit(render, each).result().kernel for each in (cold, warm)]
        assert kernels == ["cold", "warm"]
        pairs = zip(outputs(cold), outputs(warm), strict=True)
        assert [pair for pair in pairs if pair[0] != pair[1]] == []
        shown = [o.get("data", {}) for cell in outputs(warm) for o in cell]
        assert sum("image/png" in data for data in shown) == 3

    def test_draws_numbers_that_no_other_has_drawn(
        self, tmp_path: Path, executor: Executor, address: str
    ) -> None:
        tasks = [task(tmp_path, "draws", name, address) for name in ("one", "two")]
        assert [executor.submit(render, each).result().kernel for each in tasks] == ["warm"] * 2
        one, two = (each.page.read_text(encoding="utf-8") for each in tasks)
        drawn = [text.partition("<h1>")[2].partition("</h1>")[0].split() for text in (one, two)]
        assert [a for a, b in zip(*drawn, strict=True) if a == b] == ["drew", "and"]

    def test_of_a_kernel_that_is_killed_fails_alone(
        self, tmp_path: Path, executor: Executor, address: str
    ) -> None:
        names = ("kills_its_kernel", "good")
        done = [
            executor.submit(render, task(tmp_path, name, name, address)).result() for name in names
        ]
        assert [(r.state, r.kernel) for r in done] == [("failed", "warm"), ("published", "warm")]
        assert done[0].reason.startswith("The kernel died")

    def test_is_made_in_a_cold_kernel_once_the_warm_process_is_gone(
        self, tmp_path: Path, executor: Executor
    ) -> None:
        with warm_process() as address:
            pass
        done = executor.submit(render, task(tmp_path, "good", "good", address)).result()
        assert (done.state, done.kernel) == ("published", "cold: [Errno 111] Connection refused")


class TestForkedKernel:
    @pytest.fixture
    def kernel(self, address: str, tmp_path: Path) -> Iterator[ForkedKernel]:
        asked = ask(address, tmp_path)
        yield asked
        asked.kill()
        asked.wait()

    def test_runs_until_it_is_told_to_end(self, kernel: ForkedKernel) -> None:
        assert kernel.poll() is None
        kernel.terminate()
        assert kernel.wait() == -signal.SIGTERM
        assert kernel.poll() == kernel.returncode == -signal.SIGTERM
        kernel.send_signal(signal.SIGTERM)  # which now goes to nobody
        assert not psutil.pid_exists(kernel.pid)

    def test_killed_by_anybody_is_known_to_be(self, kernel: ForkedKernel) -> None:
        os.kill(kernel.pid, signal.SIGKILL)
        assert kernel.wait() == -signal.SIGKILL

    def test_ends_with_the_warm_process(self, tmp_path: Path) -> None:
        with warm_process() as address:
            kernel = ask(address, tmp_path)
            process = psutil.Process(kernel.pid)
            parent = process.parent()
            assert parent is not None
            parent.kill()
            assert kernel.wait() == -signal.SIGKILL
            assert ends(process)

    def test_is_of_no_other_python(self, address: str) -> None:
        with pytest.raises(ValueError, match="is no kernel of this Python"):
            ForkedKernel(address, ["/usr/bin/python3", "-m", "ipykernel_launcher"], {})

    def test_is_not_asked_of_another_user(
        self, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "getuid", lambda: -1)
        with pytest.raises(ValueError, match="another user"):
            ask(address, tmp_path)


@pytest.mark.parametrize("killed", ["who began it", "who asked"])
def test_kernel_ends_with(killed: str, tmp_path: Path) -> None:
    script = tmp_path / "hold.py"
    script.write_text(HOLD, encoding="utf-8")
    command = [sys.executable, script, tmp_path / "kernel.json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as runner:
        assert runner.stdout is not None
        asking, kernel = (psutil.Process(int(runner.stdout.readline())) for _ in range(2))
        warm = kernel.parent()
        assert warm is not None
        if killed == "who asked":
            asking.kill()
            assert ends(kernel)
            assert warm.is_running()
        runner.kill()
        assert [p for p in (kernel, warm) if not ends(p)] == []
        asking.kill()


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_kernels_start_cold_where_it_cannot_begin_or_forks_are_unsafe(
    platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError("no more processes") if platform == "linux" else AssertionError

    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(subprocess, "Popen", fails)
    with warm_process() as address:
        assert address == ""

"""A process that has imported what reports are drawn with, and whose forks are kernels.

`python -m pipelines.publishing.warm FD` forks a kernel for each request on the listening socket
FD. It ends, and its kernels with it, when its standard input does: who began it is then gone.
"""

import gc
import json
import os
import runpy
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from select import select
from typing import Any

PRELOADED = (
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "matplotlib.backends.backend_agg",
    "pmo_lib.reports.baseline_report",
    "pmo_lib.reports.benchmark.benchmark_report",
    "pmo_lib.reports.kpi.kpi_report",
    "pmo_lib.reports.notebooks",
    "pmo_lib.reports.value.value_report",
    "pmo_lib.workbook.measured",
    "seaborn",
    # what these import only when they first draw or read
    "PIL.BmpImagePlugin",
    "PIL.GifImagePlugin",
    "PIL.JpegImagePlugin",
    "PIL.PpmImagePlugin",
    "pandas.core.methods.to_dict",
    "pandas.io.formats.csvs",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "zmq.utils.garbage",
)
# pyarrow's second allocator, which nothing uses, tidies up in a thread
WITHOUT_THREADS = {"JE_ARROW_MALLOC_CONF": "background_thread:false"}
LIFELINE = 0  # standard input
INLINE = "module://matplotlib_inline.backend_inline"  # what ipykernel draws with, if not told
MOST_BYTES = 2**20  # of a request: more than any socket takes


@contextmanager
def warm_process() -> Iterator[str]:
    """The address at which kernels can be asked for; none where the system cannot fork safely."""
    begun = _begun() if sys.platform == "linux" else None  # macOS kills forks of its frameworks
    if begun is None:
        yield ""
        return
    address, process = begun
    with process:
        try:
            yield address
        finally:
            process.kill()


def _begun() -> tuple[str, subprocess.Popen[bytes]] | None:
    """The process and its address: a socket without a file, of which no killed run leaves one."""
    with (
        suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener,
    ):
        listener.bind("")  # the system chooses the name
        listener.listen()
        process = subprocess.Popen(
            [sys.executable, "-m", "pipelines.publishing.warm", str(listener.fileno())],
            stdin=subprocess.PIPE, pass_fds=[listener.fileno()], start_new_session=True,
            env=os.environ | WITHOUT_THREADS,
        )  # fmt: skip
        # our end is closed now: as soon as the process has ended, who asks is refused
        return os.fsdecode(listener.getsockname()), process
    return None


def is_ours(connection: socket.socket) -> bool:
    """Whether at the other end is a process of the same user: the address is no secret."""
    size = struct.calcsize("3i")
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    return bool(struct.unpack("3i", found)[1] == os.getuid())


@dataclass(frozen=True)
class Kernel:
    """A forked kernel, and the connection over which it was asked for."""

    pid: int
    pidfd: int
    asked: socket.socket

    def kill(self) -> None:
        """End it, and what it started itself: it leads a group of processes."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def tell(self) -> None:
        """Say how it ended to who asked for it."""
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        with suppress(OSError):
            self.asked.send(str(status).encode())
        self.close()

    def close(self) -> None:
        """Close this process's descriptors of it."""
        os.close(self.pidfd)
        self.asked.close()


def main(listening: int) -> None:
    """Import, then serve; what comes back from serving is a fork, and becomes a kernel."""
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # ipykernel reads it as it is imported
    for module in PRELOADED:
        import_module(module)
    if (threads := len(os.listdir("/proc/self/task")) - 1) > 0:  # noqa: PTH208
        raise SystemExit(f"kernels start cold: imports started {threads} threads")
    gc.freeze()  # no fork's collector goes through, and so copies, what all share
    become_kernel(served(socket.socket(fileno=listening)))


def served(listener: socket.socket) -> dict[str, Any]:
    """Fork for each request until the lifeline ends; in a fork, return its request."""
    kernels: list[Kernel] = []
    while True:
        watched = [end for kernel in kernels for end in (kernel.pidfd, kernel.asked)]
        ready = select([LIFELINE, listener, *watched], [], [])[0]
        if LIFELINE in ready:
            for kernel in kernels:
                kernel.kill()
            raise SystemExit
        for kernel in list(kernels):
            if kernel.asked in ready:  # nothing more is asked: its end, of which ours is told
                kernel.kill()
            if kernel.pidfd in ready:
                kernel.tell()
                kernels.remove(kernel)
        if listener in ready:
            asked, _ = listener.accept()
            request = _request(asked)
            if request is None:
                asked.close()
                continue
            pid = os.fork()
            if pid == 0:
                os.setsid()
                for kernel in kernels:
                    kernel.close()
                asked.close()
                listener.close()
                return request
            kernels.append(Kernel(pid, os.pidfd_open(pid), asked))
            with suppress(OSError):  # who asked is gone: the next round ends the kernel
                asked.send(str(pid).encode())


def _request(asked: socket.socket) -> dict[str, Any] | None:
    asked.settimeout(1)
    try:
        return dict(json.loads(asked.recv(MOST_BYTES))) if is_ours(asked) else None
    except (OSError, ValueError):
        return None


def become_kernel(request: dict[str, Any]) -> None:
    """Go on as a kernel that was started cold would: its directory, environment, arguments."""
    import matplotlib
    import numpy as np

    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, LIFELINE)
    os.close(nothing)
    os.chdir(request["cwd"])
    parent = os.environ["JPY_PARENT_PID"]
    os.environ.clear()
    os.environ.update(request["env"], JPY_PARENT_PID=parent)
    matplotlib.rcParams["backend"] = os.environ.get("MPLBACKEND") or INLINE
    np.random.seed()  # else every fork would draw what the others draw
    sys.argv[1:] = request["arguments"]
    runpy.run_module("ipykernel_launcher", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""Kernels forked from the warm process; where that fails, they start cold.

A kernel provisioner of `jupyter_client`: papermill and nbclient know nothing of it.
"""

import json
import os
import signal
import socket
import sys
from contextlib import suppress
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, ClassVar

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Unicode
from traitlets.config import Config

from pipelines.publishing.warm import is_ours

NAME = "pmo-warm"
LAUNCHER = [sys.executable, "-m", "ipykernel_launcher"]
SECONDS_TO_FORK = 60  # the first waits for the imports, on a machine that may be busy


def fork_from(address: str) -> Config:
    """Let this process's kernels be forked from the warm process; the configuration they need."""
    home = f"{__name__}:{WarmProvisioner.__name__}"
    factory = KernelProvisionerFactory.instance()
    factory.provisioners[NAME] = EntryPoint(NAME, home, factory.GROUP_NAME)
    factory.default_provisioner_name = NAME
    return Config({"WarmProvisioner": {"address": address}})


def how(address: str) -> str:
    """How the kernels of this process are started, when asked for at the address."""
    reason = WarmProvisioner.refused.get(address)
    return f"cold: {reason}" if reason else "warm"


class WarmProvisioner(LocalProvisioner):
    """Forks its kernel from the warm process, and starts it cold where that fails."""

    address = Unicode(help="Where kernels can be asked for.").tag(config=True)
    process: Any
    refused: ClassVar[dict[str, str]] = {}  # addresses that are not asked again, and why

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel that would be started with `cmd`; it leads a group of its own."""
        if self.address not in self.refused:
            try:
                kernel = ForkedKernel(self.address, cmd, kwargs)
            except (OSError, ValueError) as error:
                self.refused[self.address] = str(error)
            else:
                self.process, self.pid, self.pgid = kernel, kernel.pid, kernel.pid
                self.cwd = kwargs.get("cwd") or Path.cwd()
                return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)


class ForkedKernel:
    """A forked kernel, to be handled as a `Popen`: no child of ours, so we are told how it ends."""

    stdin = stdout = stderr = None

    def __init__(self, address: str, cmd: list[str], options: dict[str, Any]) -> None:
        if cmd[: len(LAUNCHER)] != LAUNCHER:
            raise ValueError(f"{' '.join(cmd)} is no kernel of this Python")
        request = {
            "arguments": cmd[len(LAUNCHER) :],
            "env": options.get("env") or dict(os.environ),
            "cwd": str(options.get("cwd") or Path.cwd()),
        }
        self.returncode: int | None = None
        self._told = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._told.settimeout(SECONDS_TO_FORK)
            self._told.connect(address)
            if not is_ours(self._told):
                raise ValueError("another user listens where kernels are forked")
            self._told.send(json.dumps(request).encode())
            answer = self._told.recv(64)
            if not answer:
                raise ValueError("the process that forks kernels has ended")
            self.pid = int(answer)
        except (OSError, ValueError):
            self._told.close()
            raise

    def poll(self) -> int | None:
        """How it ended; None as long as it runs."""
        return self._ended(0)

    def wait(self) -> int | None:
        """How it ended, once it has."""
        return self._ended(None)

    def _ended(self, seconds: float | None) -> int | None:
        if self.returncode is None:
            self._told.settimeout(seconds)
            try:
                status = self._told.recv(64)
            except (BlockingIOError, TimeoutError):
                return None
            except OSError:
                status = b""
            if not status:  # the warm process was killed: nobody would tell of the kernel
                self.kill()
            self.returncode = int(status or -signal.SIGKILL)
            self._told.close()
        return self.returncode

    def send_signal(self, signum: int) -> None:
        """Send it a signal, if it runs."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signum)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

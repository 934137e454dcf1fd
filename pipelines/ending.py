"""Ctrl-C and the signals of a system that ends a run: it says so, and leaves nothing half-made."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ASKED = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
MOST_SECONDS = 20  # to tidy up; what has not ended then is killed


class Ended(BaseException):
    """The run was asked to end, by a person or by the system; no error that may be passed over."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number

    def __str__(self) -> str:
        name = str(self.args[0])
        return "Interrupted" if name == "SIGINT" else f"Ended by {name}"


@contextmanager
def endable() -> Iterator[None]:
    """Raise Ended where the process is asked to end; once, as the second Ctrl-C ends nothing more.

    What is ignored already, as by nohup, stays ignored.
    """
    heard = [each for each in ASKED if signal.getsignal(each) != signal.SIG_IGN]
    watchdogs: list[threading.Timer] = []

    def end(number: int, _frame: FrameType | None) -> None:
        for each in ASKED:
            signal.signal(each, signal.SIG_IGN)
        _end_processes(kill=False)
        watchdogs.append(threading.Timer(MOST_SECONDS, _give_up, (128 + number,)))
        watchdogs[0].daemon = True
        watchdogs[0].start()
        raise Ended(number)

    before = {each: signal.signal(each, end) for each in heard}
    try:
        yield
    finally:
        for watchdog in watchdogs:
            watchdog.cancel()
        for each, handler in before.items():
            if signal.getsignal(each) == end:
                signal.signal(each, handler)


def leave_to_parent() -> None:
    """In a worker: Ctrl-C reaches all processes of a terminal, and the parent ends this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end_processes(*, kill: bool) -> None:
    for child in multiprocessing.active_children():
        (child.kill if kill else child.terminate)()


def _give_up(exit_code: int) -> None:
    _end_processes(kill=True)
    os._exit(exit_code)

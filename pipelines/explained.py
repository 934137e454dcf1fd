"""A user's mistake, a full disk or an interruption as a message and an exit code."""

from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGINT

import typer

from pipelines.console import Console
from pipelines.ending import Ended
from pmo_lib.errors import KeptError, PmoError


@contextmanager
def explained() -> Iterator[None]:
    """Turn a user's mistake, or a disk error, into a message and exit code 2."""
    try:
        yield
    except PmoError as error:
        Console().error(str(error))
        raise typer.Exit(1 if isinstance(error, KeptError) else 2) from None
    except OSError as error:
        where = error.filename or "the output folder"
        Console().error(
            f"{where}: {error.strerror or error}. Nothing was published; make room or give access, "
            "or name another folder with --out, then run again."
        )
        raise typer.Exit(2) from None
    except (Ended, KeyboardInterrupt) as error:
        asked = error if isinstance(error, Ended) else Ended(SIGINT)
        Console().error(f"{asked}. What was published before is untouched.")
        raise typer.Exit(asked.exit_code) from None

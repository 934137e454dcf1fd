"""What can go wrong, reported so that a person can correct it."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

MOST_SHOWN = 50  # mistakes of many
MOST_LETTERS = 80  # of what was given


class PmoError(ValueError):
    """A user's mistake: what is wrong, where, and the remedy, in one message.

    Parameters
    ----------
    what : what is wrong, as a sentence without its full stop.
    where : file, row or column, as precise as known.
    remedy : what to do, as a sentence without its full stop.
    """

    def __init__(self, what: str, where: str = "", remedy: str = "") -> None:
        super().__init__(what, where, remedy)
        self.what, self.where, self.remedy = what, where, remedy

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}." if self.where else f"{self.what}."
        end = "" if self.remedy.endswith("?") else "."
        return f"{text} {self.remedy}{end}" if self.remedy else text


class DataError(PmoError):
    """The data cannot be used as they are."""


class SettingsError(PmoError):
    """A settings or job file says something that is not allowed."""


class KeptError(PmoError):
    """What is there was kept: nothing takes its place unasked."""


class ParameterError(PmoError):
    """A report's parameter is unknown, of the wrong type or outside the data."""


class KpiError(PmoError):
    """A KPI's function raised an error, or gave no observations."""


class ErrorList(PmoError):
    """Several mistakes, reported together so that they can be corrected in one go."""

    def __init__(self, errors: Sequence[PmoError]) -> None:
        super().__init__("; ".join(str(error) for error in errors))
        self.args = (errors,)  # what another process makes it of
        self.errors = tuple(errors)

    def __str__(self) -> str:
        lines = [str(error) for error in self.errors[:MOST_SHOWN]]
        more = len(self.errors) - len(lines)
        return "\n".join([*lines, *([f"and {more:,} mistakes more"] if more else [])])


def raise_all(errors: Sequence[PmoError]) -> None:
    """Raise what was collected: nothing, the one error, or all of them as one."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise ErrorList(errors)


def shown(given: object) -> str:
    """What was given as code writes it, or its beginning and its length where it is long."""
    text = given if isinstance(given, str) else repr(given)
    if len(text) <= MOST_LETTERS:
        return repr(given)
    begins = text[:MOST_LETTERS]
    return f"{repr(begins) if text is given else begins}… ({len(text):,} letters)"


def allowed_values(given: str, allowed: Iterable[str], *, most: int = 20) -> str:
    """The allowed values as a remedy, the nearest first where one is near."""
    names = sorted(allowed)
    near = get_close_matches(given[:MOST_LETTERS], names, n=1, cutoff=0.6)
    shown = ", ".join(names[:most]) + (
        f" and {len(names) - most} more" if len(names) > most else ""
    )
    hint = f"Did you mean {near[0]!r}? " if near else ""
    return f"{hint}Allowed: {shown or 'none'}"

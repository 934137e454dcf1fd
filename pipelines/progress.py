"""What a run says of itself while it works."""

from collections.abc import Sequence

from pipelines.publishing.plan import PlannedReport
from pipelines.publishing.render import Record


class Progress:
    """Silent; the command's subclasses show bars to a person, and lines in a log."""

    def say(self, text: str) -> None:
        """A step begins."""

    def warn(self, text: str) -> None:
        """Something went otherwise than it should, and the run goes on."""

    def planned(self, reports: Sequence[PlannedReport]) -> None:
        """These reports will be made."""

    def made(self, item: Record) -> None:
        """A report has been made, or has failed."""

"""What the command prints: progress bars in a terminal, plain lines in a log."""

import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import rich.console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from pipelines.progress import Progress
from pipelines.publishing.plan import PlannedReport
from pipelines.publishing.render import Record
from pmo_lib.contract.verdict import Question, Verdict
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.printable import cut, printable
from pmo_lib.wording import counted, interval, number

if TYPE_CHECKING:
    from pipelines.maps.proposed import ProposedSheet
    from pipelines.run import RunResult
    from pipelines.sources import Imported
    from pmo_lib.engine.baseline import Baseline
    from pmo_lib.worth.pledge import Pledge


WIDE = 1000  # letters of a line that no terminal shows


class Lines(Progress):
    """Progress as plain lines, one an event."""

    def __init__(self, console: "Console") -> None:
        self._console = console
        self._done = self._all = 0

    def say(self, text: str) -> None:
        self._console.say(text)

    def warn(self, text: str) -> None:
        self._console.warn(text)

    def planned(self, reports: Sequence[PlannedReport]) -> None:
        self._all = len(reports)
        self.say(f"making {counted(self._all, 'report')}")

    def made(self, item: Record) -> None:
        self._done += 1
        self.say(f"{self._done}/{self._all} {_said(item)}")


class Watched(Progress):
    """Progress as a bar."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task = bars.add_task("starting", total=None)

    def say(self, text: str) -> None:
        self._bars.update(self._task, description=_plain(text))

    def warn(self, text: str) -> None:
        self._bars.console.print(f"[yellow]warning:[/yellow] {_plain(text)}")

    def planned(self, reports: Sequence[PlannedReport]) -> None:
        self._bars.update(self._task, description="making reports", total=len(reports))

    def made(self, item: Record) -> None:
        if not item.is_published:
            self._bars.console.print(f"[red]{_plain(_said(item))}[/red]")
        self._bars.advance(self._task)


class Console:
    """Messages on standard error, results on standard output."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        style: dict[str, Any] = {"soft_wrap": True, "highlight": False, "emoji": False}
        # a log or file has no edge at which a table would have to be cut
        self._out = rich.console.Console(**style, width=None if sys.stdout.isatty() else WIDE)
        self._err = rich.console.Console(stderr=True, **style)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A bar in a terminal, else lines."""
        if self._quiet or not sys.stderr.isatty():
            yield Lines(self)
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Bars(*columns, TimeElapsedColumn(), console=self._err, transient=True) as bars:
            yield Watched(bars)

    def say(self, text: str) -> None:
        """A line of news."""
        if not self._quiet:
            self._err.print(_plain(text))

    def warn(self, text: str) -> None:
        """What somebody should look at, said quietly as well."""
        self._err.print(f"[yellow]warning:[/yellow] {_plain(text)}")

    def error(self, text: str) -> None:
        """What went wrong."""
        self._err.print(f"[red]error:[/red] {_plain(text)}")

    def unforeseen(self) -> None:
        """A bug, with what we need to fix it."""
        self._err.print(_plain(traceback.format_exc()))
        self.error(
            "This is a mistake of the workbook, not of your data. Nothing was published. "
            "Please report it with the lines above."
        )

    def outcome(self, outcome: "RunResult") -> None:
        """Where the pack is, and what is wrong with it."""
        failed = [item for item in outcome.records if not item.is_published]
        for item in failed:
            self.error(_said(item))
        asked = {question.asks for question in outcome.questions}
        for reason in outcome.withheld.values():
            if reason not in asked:
                self.error(f"withheld: {reason}")
        self.questions(outcome.questions)
        for kpi_id, reason in outcome.failed_kpis.items():
            self.error(f"KPI {kpi_id}: {reason}")
        where = outcome.pack.parents[2] / "rejected"
        if outcome.rows_rejected:
            self.warn(f"{counted(outcome.rows_rejected, 'row')} rejected, see {where}")
        if outcome.cells_unread:
            self.warn(f"{counted(outcome.cells_unread, 'cell')} not read and empty, see {where}")
        if outcome.collect_next:
            self.say(f"to collect next: {outcome.collect_next[0]}")
        if outcome.month:
            self.say(f"the report is on {outcome.month}")
        published = len(outcome.records) - len(failed)
        what = f"{published} of {counted(len(outcome.records), 'report')} published"
        self.say(
            what if outcome.is_new else f"Nothing has changed; {what} before. --force remakes."
        )
        self._out.print(_plain(str(outcome.pack / "index.html")))

    def verdict(self, verdict: Verdict, out: Path, above_share: float, peer: str = "") -> None:
        """Rows read, accepted and rejected per table, what is wrong, and what is withheld.

        That is what more is lost of than `above_share`.
        """
        whose = f"peer {peer}: " if peer else ""
        table = Table("table", "files", "read", "accepted", "rejected", "warnings", box=None)
        for name, found in verdict.tables.items():
            warnings = sum(f.rows for f in found.violations if f.severity == "warning")
            counts = (found.rows_read, found.rows_accepted, found.rows_rejected, warnings)
            table.add_row(
                _plain(f"{whose}{name}"), str(len(found.files)), *(f"{n:,}" for n in counts)
            )
        if not self._quiet:
            self._out.print(table)
        for name, found in verdict.tables.items():
            for violation in found.violations:
                tell = {"critical": self.error, "warning": self.say}.get(violation.severity)
                if tell:
                    tell(f"{whose}{name}, {violation.column or 'row'}: {violation}")
            for lost in found.unread:
                if lost.share <= above_share:
                    self.error(f"{whose}{name}, {lost.column}: {lost}")
        for why in verdict.lost(above_share).values():
            self.error(f"{whose}withheld: {why}")
        self.questions(verdict.questions)
        self.say(f"{whose}the data go to {verdict.data_date}")
        for file in verdict.ignored:
            self.say(f"not a table, not read: {file}")
        if verdict.rows_rejected or verdict.cells_unread:
            self.say(f"rejected rows with reasons: {out / 'rejected'}")

    def questions(self, questions: Sequence[Question]) -> None:
        """What the data leave open; what is withheld for it is an error."""
        for question in questions:
            withheld = ", ".join(question.withholds)
            if withheld:
                self.error(f"withheld: {withheld}: {question}")
            else:
                self.warn(f"{question}")

    def catalogue(self, results: pd.DataFrame) -> None:
        """Each KPI of the organisation with value, interval and n, or what it needs."""
        table = Table("id", "KPI", "value", "interval", "n", "state", "reason", box=None)
        whole = results[results["department"] == ORGANISATION].drop_duplicates("kpi_id")
        for row in whole.to_dict("records"):
            kpi = CATALOGUE[row["kpi_id"]]
            n = "" if pd.isna(row["n"]) else f"{row['n']:,}"
            table.add_row(
                kpi.id, kpi.name, number(row["value"], kpi.unit),
                interval(row["low"], row["high"], kpi.unit), n, row["state"],
                _plain(row["reason"]),
            )  # fmt: skip
        self._out.print(table)

    def frozen(self, baseline: "Baseline") -> None:
        """Which baseline is frozen, from what, and what it does not hold."""
        self.say(f"{baseline.label}, up to {baseline.until}, frozen on {baseline.frozen_on}")
        self.say(
            f"{counted(len(baseline.observations), 'KPI')} observed; SHA-256 {baseline.hash()}"
        )
        for kpi_id, day in baseline.added.items():
            self.say(f"  {kpi_id} added on {day}")
        for kpi_id, reason in baseline.unmeasured.items():
            self.say(f"  not {kpi_id}: {reason}")

    def drawn(self, lot: pd.DataFrame, file: Path) -> None:
        """Which projects got the service by lot, and where the draw is recorded."""
        has = lot["assigned_by_lot"] == "yes"
        self.say(f"{lot['lot_id'].iloc[0]}: {int(has.sum())} of {counted(len(lot), 'project')}")
        for department, own in lot[has].groupby("department"):
            self.say(f"  {department}: {', '.join(own['project_id'])}")
        self.say(f"Recorded in {file}; candidates' SHA-256 {lot['candidates_hash'].iloc[0]}")

    def pledged(self, pledge: "Pledge", file: Path) -> None:
        """What is pledged, and the hash that is worth laying down elsewhere."""
        self.say(f"{pledge.pledge_id}: {pledge.question}")
        self.say(f"  answered by {pledge.outcome}, {pledge.design}, in {pledge.look_on}")
        self.say(f"Recorded in {file}; SHA-256 {pledge.hash()}")
        self.say(
            "Put this hash where others keep it, such as minutes: no later change stays unseen"
        )

    def proposed(self, sheet: "ProposedSheet") -> None:
        """What becomes of each column of a list, how sure that is and why, and what is left."""
        self.say(f"{sheet.listed.grid.where}, headings in line {sheet.listed.header_line}:")
        table = Table("ours", "the file's column", "sure", "why", box=None)
        for each in sheet.proposals:
            sure = f"{each.confidence:.2f}"
            table.add_row(f"{each.table}.{each.column}", _plain(each.heading), sure,
                          _plain(each.reason))  # fmt: skip
        self._out.print(table)
        for what in (*sheet.listed.left_out, *sheet.doubts):
            self.say(f"left out: {what}")
        if sheet.left:
            self.say(f"no place for: {', '.join(sheet.left)}")
        for name in sheet.tables:
            for column in sheet.missing(name):
                self.error(f"nothing found for the required column {name}.{column}")

    def imported(self, imported: "Imported", to: Path) -> None:
        """Rows per table, and how many cells could not be read and why."""
        for name, rows in imported.tables.items():
            self.say(f"{name}: {counted(len(rows), 'row')}")
        for note in imported.notes:
            self.say(note)
        if len(imported.unread):
            self.say(f"{counted(len(imported.unread), 'cell')} could not be read, each listed in "
                     f"{to / 'unread'}:")  # fmt: skip
            for reason, count in imported.unread["reason"].value_counts().items():
                self.say(f"  {count:>6,}  {reason}")
        self._out.print(_plain(str(to)))


def _plain(text: str) -> str:
    """Text of others as it is: no markup, nothing that a terminal obeys, no endless words."""
    return escape(cut(printable(text)))


def _said(item: Record) -> str:
    how = "published" if item.is_published else f"FAILED: {item.reason}"
    return f"{item.title}: {how} ({item.seconds:.1f} s)"

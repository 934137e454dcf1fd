"""What validation found: per table how many rows were read, accepted and rejected, and why."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pmo_lib.contract.plain import rebuilt
from pmo_lib.contract.schema import Severity
from pmo_lib.months import DataDate
from pmo_lib.wording import counted, in_yaml


@dataclass(frozen=True)
class SourceFile:
    """A file or sheet that was read."""

    name: str
    sha256: str
    encoding: str
    rows: int
    blank_rows: int


@dataclass(frozen=True)
class Violation:
    """One expectation that some rows did not meet."""

    severity: Severity
    column: str
    rule: str
    rows: int
    examples: tuple[str, ...] = ()
    words: Mapping[str, int] = field(default_factory=dict)  # found in them most often

    def __str__(self) -> str:
        found = f": {words_found(self.words)}" if self.words else ""
        rows = counted(self.rows, "row")
        return f"{self.rule}{found}; {rows}, such as {', '.join(self.examples[:3])}"


@dataclass(frozen=True)
class UnreadCells:
    """The cells of a column that could not be read and are empty; their rows are kept."""

    column: str
    cells: int
    of: int  # that hold something
    reason: str
    words: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        return self.cells / self.of

    def __str__(self) -> str:
        return (
            f"{self.cells:,} of {counted(self.of, 'cell')} could not be read and "
            f"{'are' if self.cells > 1 else 'is'} empty: {words_found(self.words)}: {self.reason} "
            f"({', '.join(self.examples[:3])})"
        )


def words_found(words: Mapping[str, int]) -> str:
    """'NA' 8 times, 'soon' once."""
    return ", ".join(
        f"{word!r} {'once' if count == 1 else f'{count:,} times'}" for word, count in words.items()
    )


@dataclass(frozen=True)
class Question:
    """What the data leave open, asked in words; nothing that hangs on it is taken on trust.

    ``withholds`` are the tables ("projects") and columns ("baselines.cost") that are not used
    until it is answered; without any it is only told. Settings waive it by its ``id``.
    """

    check: str
    table: str
    column: str
    asks: str  # as a sentence without its full stop, such as "is baselines.cost in thousands"
    remedy: str = ""
    withholds: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return (
            f"{self.check} {self.table}.{self.column}"
            if self.column
            else (f"{self.check} {self.table}")
        )

    def __str__(self) -> str:
        seen = f", such as {', '.join(self.examples[:3])}" if self.examples else ""
        remedy = f"{self.remedy}; or" if self.remedy else "If all is well,"
        waived = f"waived: [{in_yaml(self.id)}]"
        return f"{self.asks}{seen}. {remedy} waive it in settings.yml by {waived}"


@dataclass(frozen=True)
class TableVerdict:
    """How one table fared; `expectations` counts those that were evaluated.

    ``rows_set_aside`` are none of the table's own, such as totals, or another row stands for them;
    they are no fault of the data.
    """

    name: str
    files: tuple[SourceFile, ...]
    rows_read: int
    rows_accepted: int
    expectations: int
    expectations_met: int
    violations: tuple[Violation, ...] = ()
    absent_columns: tuple[str, ...] = ()
    extra_columns: tuple[str, ...] = ()
    rows_set_aside: int = 0
    unread: tuple[UnreadCells, ...] = ()

    @property
    def rows_rejected(self) -> int:
        return self.rows_read - self.rows_accepted - self.rows_set_aside

    @property
    def rejected_share(self) -> float:
        own = self.rows_read - self.rows_set_aside
        return self.rows_rejected / own if own else 0.0

    def why_withheld(self, above_share: float) -> dict[str, str]:
        """The table, or its columns as "table.column", of which more is lost than `above_share`."""
        limit = f"up to {_percent(above_share)} is accepted"
        reasons = {
            f"{self.name}.{lost.column}": f"{lost.cells:,} of {counted(lost.of, 'cell')} of "
            f"{self.name}.{lost.column} could not be read ({_percent(lost.share)}; {limit}), such "
            f"as {', '.join(lost.examples[:1])}: {words_found(lost.words)}: {lost.reason}"
            for lost in self.unread
            if lost.share > above_share
        }
        if self.rejected_share > above_share:
            own = counted(self.rows_read - self.rows_set_aside, "row")
            reasons[self.name] = (
                f"{self.rows_rejected:,} of {own} of {self.name} were rejected "
                f"({_percent(self.rejected_share)}; {limit}){self._worst}"
            )
        return reasons

    @property
    def _worst(self) -> str:
        critical = [each for each in self.violations if each.severity == "critical"]
        if not critical:
            return ""
        more = f"; and {counted(len(critical) - 1, 'other rule')}" if critical[1:] else ""
        return f": {critical[0].column or 'row'}: {critical[0]}{more}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


@dataclass(frozen=True)
class Verdict:
    """Every table's verdict, the files that were no table, and the hash of all that was read.

    ``questions`` are those that nobody has waived, ``unusable`` the tables that could not be read
    at all, with the reason; ``data_date`` is up to when the data go.
    """

    data_hash: str
    tables: Mapping[str, TableVerdict]
    ignored: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    data_date: DataDate = field(default_factory=DataDate)
    unusable: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows_rejected(self) -> int:
        return sum(table.rows_rejected for table in self.tables.values())

    @property
    def cells_unread(self) -> int:
        return sum(lost.cells for table in self.tables.values() for lost in table.unread)

    def withheld(self, above_share: float) -> dict[str, str]:
        """What may not be used, each with the reason in words.

        Tables that could not be read, tables and columns (as "table.column") of which more rows or
        cells are lost than `above_share`, and those that a question withholds.
        """
        asked = {name: each.asks for each in self.questions for name in each.withholds}
        return asked | self.lost(above_share)

    def lost(self, above_share: float) -> dict[str, str]:
        """What cannot be used as it is, whatever anybody answers."""
        reasons = dict(self.unusable)
        for table in self.tables.values():
            reasons |= table.why_withheld(above_share)
        return reasons

    def to_mapping(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Verdict":
        """The verdict that `to_mapping` was made from."""
        known = {"data_hash", "tables", "ignored", "questions", "data_date", "unusable"}
        own = {name: value for name, value in values.items() if name in known}
        later = {"data_date", "unusable"}  # a release ago they were not written
        if missing := known - later - set(own):
            raise KeyError(*sorted(missing))
        return rebuilt(cls, own)

"""What validation found: per table how many rows were read, accepted and rejected, and why."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pmo_lib.contract.plain import rebuilt
from pmo_lib.contract.schema import Severity
from pmo_lib.months import DataDate


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
        return f"{self.asks}{seen}. {remedy} waive it in settings.yml by waived: [{self.id}]"


@dataclass(frozen=True)
class TableVerdict:
    """How one table fared; `expectations` counts those that were evaluated."""

    name: str
    files: tuple[SourceFile, ...]
    rows_read: int
    rows_accepted: int
    expectations: int
    expectations_met: int
    violations: tuple[Violation, ...] = ()
    absent_columns: tuple[str, ...] = ()
    extra_columns: tuple[str, ...] = ()

    @property
    def rows_rejected(self) -> int:
        return self.rows_read - self.rows_accepted

    @property
    def rejected_share(self) -> float:
        return self.rows_rejected / self.rows_read if self.rows_read else 0.0


@dataclass(frozen=True)
class Verdict:
    """Every table's verdict, the files that were no table, and the hash of all that was read.

    ``questions`` are those that nobody has waived; ``data_date`` is up to when the data go.
    """

    data_hash: str
    tables: Mapping[str, TableVerdict]
    ignored: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    data_date: DataDate = field(default_factory=DataDate)

    @property
    def rows_rejected(self) -> int:
        return sum(table.rows_rejected for table in self.tables.values())

    def withheld(self, above_share: float) -> dict[str, str]:
        """What may not be used, each with the reason in words.

        Tables with more rejected rows than `above_share`, and tables and columns (as
        "table.column") that a question withholds.
        """
        asked = {name: each.asks for each in self.questions for name in each.withholds}
        return asked | self.rejected_too_many(above_share)

    def rejected_too_many(self, above_share: float) -> dict[str, str]:
        """Tables with more rejected rows than `above_share`, each with the reason in words."""
        return {
            name: f"{table.rows_rejected} of {table.rows_read} rows of {name} were rejected "
            f"({table.rejected_share:.0%}; up to {above_share:.0%} is accepted)"
            for name, table in self.tables.items()
            if table.rejected_share > above_share
        }

    def to_mapping(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Verdict":
        """The verdict that `to_mapping` was made from."""
        known = {"data_hash", "tables", "ignored", "questions", "data_date"}
        own = {name: value for name, value in values.items() if name in known}
        if missing := known - {"data_date"} - set(own):  # a release ago it was not written
            raise KeyError(*sorted(missing))
        return rebuilt(cls, own)

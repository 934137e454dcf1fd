"""How the files of a table write what they hold, as declared and as assumed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import pandas as pd

from pipelines.reading.numbers import Declared
from pmo_lib.contract.declarations import declared_of
from pmo_lib.contract.settings import Settings


@dataclass(frozen=True)
class Conventions:
    """How a table's files write what they hold, where their owner has said so.

    ``scores`` says by column what each score stands for.
    """

    date_format: str = ""
    decimal_mark: Declared = ""
    timezone: str = ""
    currency: str = ""
    missing: frozenset[str] = frozenset()  # words for nothing, in small letters
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    per_cent: frozenset[str] = frozenset()  # amounts that may bear its sign

    @classmethod
    def of(cls, table: str, settings: Settings) -> "Conventions":
        return cls(
            settings.date_formats.get(table, ""),
            cast(Declared, settings.decimal_marks.get(table, "")),
            settings.timezone,
            settings.currency,
            frozenset(word.strip().lower() for word in settings.missing),
            {
                column: meanings
                for name, meanings in settings.scores.items()
                for of, _, column in [name.partition(".")]
                if of == table
            },
            frozenset(
                column
                for name in declared_of("percent_complete", settings.percent_complete)
                for of, _, column in [name.partition(".")]
                if of == table
            ),
        )


@dataclass(frozen=True)
class Assumed:
    """What was taken for granted when a column was read.

    ``nothing`` counts the words for nothing, which are read as empty, ``cut`` the times with an
    offset that lost their time of day, ``quoted`` the apostrophes that were taken off, ``rounded``
    the amounts that a spreadsheet has cut to a few digits; ``swapped`` says that day and month seem
    to have been turned round in some dates. ``days`` are those of periods that were given as days,
    where there are several in a month.
    """

    nothing: Mapping[str, int] = field(default_factory=dict)
    cut: int = 0
    quoted: int = 0
    rounded: int = 0
    swapped: bool = False
    days: pd.Series | None = None

"""Amounts that a column beside them says are in another currency."""

import re
from collections import Counter
from collections.abc import Iterator

import pandas as pd

from pipelines.questions.asked import Asked, counts
from pipelines.reading.currencies import may_be, named_in
from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import Question
from pmo_lib.wording import listed

_WORDS = "currency|ccy|curr|currencies|w[aä]hrung|devise|valuta|monnaie|moneda|moeda|munteenheid"
NAMED = re.compile(rf"(?:(.+)_)?(?:{_WORDS})(?:_(?:code|iso|name|unit|symbol|id))?")


def check(asked: Asked) -> Iterator[Question]:
    """Of each table the money whose currency, in a column of its own, is not the settings'."""
    ours = asked.settings.currency
    for name, extra in asked.extra.items():
        money = [column.name for column in TABLES[name] if column.kind == "money"]
        held = [column for column in money if asked.has(f"{name}.{column}")]
        for column in extra.columns:
            found = _others(extra[column], ours) if (match := NAMED.fullmatch(column)) else {}
            whose = [match[1]] if match and match[1] in held else held
            if found and whose:
                said = listed([f"{code} ({rows:,})" for code, rows in found.items()])
                yield Question(
                    "currency", name, column,
                    f"are amounts of {name} in {said}, as {column} says? The settings' currency is "
                    f"{ours}, and amounts of unlike currencies are never added or compared",
                    "Convert them, or leave out what is in another currency",
                    tuple(f"{name}.{each}" for each in whose),
                )  # fmt: skip


def _others(column: pd.Series, ours: str) -> dict[str, int]:
    """The currencies in a column of text that are not ours, and how often."""
    found: Counter[str] = Counter()
    for text, rows in counts(column).items():
        if (named := named_in(text)) and not may_be(named, ours):
            found[named] += rows
    return dict(found)

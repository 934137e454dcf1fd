"""Amounts that a column beside them says are in another currency."""

import re
from collections.abc import Iterator

import pandas as pd

from pipelines.questions.asked import Asked, counts
from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import Question
from pmo_lib.wording import listed

NAMED = re.compile(r"(?:(.+)_)?(?:currency|ccy|curr|currencies|wahrung|devise|valuta)(?:_code)?")
CODES = frozenset(
    """AED ARS AUD BDT BGN BHD BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP GHS HKD HUF IDR ILS INR
    ISK JOD JPY KES KRW KWD LKR MAD MXN MYR NGN NOK NZD OMR PEN PHP PKR PLN QAR RON RSD RUB SAR
    SEK SGD THB TND TRY TWD TZS UAH UGX USD UYU VND XAF XOF ZAR ZMW""".split()  # noqa: SIM905
)
SIGNS = {"£": "GBP", "€": "EUR", "$": "USD", "US$": "USD", "¥": "JPY", "₹": "INR", "EURO": "EUR"}


def check(asked: Asked) -> Iterator[Question]:
    """Of each table the money whose currency, in a column of its own, is not the settings'."""
    ours = _code(asked.settings.currency)
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
    rows = {_code(text): n for text, n in counts(column).items()}
    return {code: n for code, n in rows.items() if code != ours and code in CODES}


def _code(text: str) -> str:
    plain = text.strip().upper()
    return SIGNS.get(plain, plain)

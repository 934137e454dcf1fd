"""Amounts in a GMPP file, the unit and the prices that their headings state."""

import re
from decimal import Decimal

from pipelines.sources.gmpp.cells import middle
from pmo_lib.errors import DataError
from pmo_lib.wording import shortened

EXPONENTS = {  # of ten, from the unit to £ million
    **dict.fromkeys(("bn", "billion", "billions"), 3),
    **dict.fromkeys(("m", "mn", "million", "millions"), 0),
    **dict.fromkeys(("k", "000", "000s", "thousand", "thousands"), -3),
}
_AMOUNT = re.compile(
    r"([-−]?)£? ?([-−]?)(\d{1,3}(?:,\d{3}){1,3}|\d{1,12})(\.\d{1,20})?"
    r" ?(m|mn|million|bn|billion|k)?",
    re.ASCII | re.IGNORECASE,
)
MOST_DECIMALS = 12  # of what a spreadsheet writes as 331.47000000000003
PRICES = re.compile(
    r"\b(?:price|base)s?(?:\W+(?:base|year|of|in|at))*\W+(20\d\d)(?:\W(?:20)?\d\d)?\b"
    r"|\b(20\d\d)(?:\W(?:20)?\d\d)?\W+(?:constant |real |fixed )?(?:price|term)"
    r"|\b(?:real|constant)(?:\W+(?:terms|prices|£\w*|in))*\W+(20\d\d)(?:\W(?:20)?\d\d)?\b",
    re.IGNORECASE,
)
_UNIT = re.compile(
    rf"(?:£|\bgbp)\W*({'|'.join(EXPONENTS)})\b|\b(billion|million|thousand)s?\b", re.IGNORECASE
)
_POUNDS = re.compile(r"£\s*(\)|$)|\bin (pounds|£)")
_FOREIGN = re.compile(r"[$€¥]|\b(usd|eur|dollars?|euros?)\b", re.IGNORECASE)


def read_money(text: str, exponent: int = 0) -> Decimal | None:
    """£ million, with the decimals as published, of '£1,996', '-7,169.20', '£26.19m' or a range.

    A number without a unit is in millions times ten to the power of `exponent`.
    """
    match = _AMOUNT.fullmatch(" ".join(middle(text).split()))
    if match is None or (match[1] and match[2]):
        return None
    minus, digits, unit = match[1] or match[2], match[3].replace(",", ""), match[5]
    amount = Decimal(f"{'-' if minus else ''}{digits}{(match[4] or '')[: MOST_DECIMALS + 1]}")
    return amount.scaleb(EXPONENTS[unit.casefold()] if unit else exponent)


def exponent(heading: str, where: str) -> int:
    """The power of ten from the heading's unit to £ million; 0 where it states none."""
    if _FOREIGN.search(heading):
        raise DataError(
            f"the amounts under {shortened(heading.strip(), 80)!r} are not in pounds",
            where=where,
            remedy="Give them in £ million",
        )
    if match := _UNIT.search(heading):
        return EXPONENTS[(match[1] or match[2]).casefold()]
    return -6 if _POUNDS.search(heading) else 0


def price_base(heading: str) -> int | None:
    """The year of the prices as in '(£m, 2025/26 prices)': of a financial year its first."""
    match = PRICES.search(heading)
    return int(match[match.lastindex or 0]) if match else None

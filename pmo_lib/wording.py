"""Numbers in words and symbols, as people read them."""

import re
from decimal import ROUND_HALF_UP, Decimal
from math import isfinite, isnan
from typing import Literal

Unit = Literal["share", "ratio", "days", "hours", "count", "points", "score", "money"]

DASH = "–"
INDICATIVE = " (indicative)"
TIED = "\u00a0"  # a space at which no line is broken


def number(value: float, unit: Unit) -> str:
    """48 %, 0.99, 275 days, 1 day, 5.2; a dash where there is none. A half is rounded up."""
    if isnan(value):
        return DASH
    match unit:
        case "share":
            return f"{_rounded(value, 0, by=100)}{TIED}%"
        case "days" | "hours":
            return _with_unit(_rounded(value, 0), unit)
        case "points":
            return _rounded(value, 1, "+")
        case "money":
            return money(value, "").replace(TIED, "", 1)  # the page says in which currency
        case "count":
            return _rounded(value, 0 if value == round(value) else 1)
        case _:
            return _rounded(value, 2)


def money(amount: float, currency: str) -> str:
    """GBP 18.7 million, −GBP 0.34 million, GBP 12,300; a dash where there is none."""
    if isnan(amount):
        return DASH
    size = abs(amount)
    if size >= 999.95e6:
        said = f"{size / 1e9:,.1f}{TIED}billion"
    elif size >= 9_995_000:
        said = f"{size / 1e6:,.1f}{TIED}million"
    elif size >= 99_500:
        said = f"{size / 1e6:,.2f}{TIED}million"
    else:
        said = f"{size:,.0f}"
    minus = "−" if amount < 0 and said != "0" else ""
    return f"{minus}{currency}{TIED}{said}"


def interval(low: float, high: float, unit: Unit) -> str:
    """42 % to 55 %; open ends in words; a dash where there is no interval."""
    if isnan(low) and isnan(high):
        return DASH
    if isnan(high):
        return f"{number(low, unit)} or more"
    if isnan(low):
        return f"{number(high, unit)} or less"
    return f"{number(low, unit)} to {number(high, unit)}"


def change(value: float, unit: Unit) -> str:
    """A difference with its sign: +5 points of a share, −12 days, +0.04.

    What would be rounded to 0 has a digit more, so that its sign is seen.
    """
    if isnan(value):
        return DASH
    by = 100 if unit == "share" else 1
    places = {"share": 0, "days": 0, "hours": 0, "points": 1}.get(unit, 2)
    if unit == "count":
        places = 0 if value == round(value) else 1
    digits = _rounded(value, places, "+", by)
    if digits == "0":
        digits = _rounded(value, places + 1, "+", by)
    match unit:
        case "share":
            return _with_unit(digits, "points")
        case "days" | "hours":
            return _with_unit(digits, unit)
        case "money":
            said = number(value, unit)
            return said if said == "0" or value < 0 else f"+{said}"
        case _:
            return digits


def growth(share: float) -> str:
    """A relative change with its sign: −18 %, +3 %, −0.3 %; a dash where there is none."""
    if isnan(share):
        return DASH
    digits = _rounded(share, 0, "+", by=100)
    return f"{_rounded(share, 1, '+', by=100) if digits == '0' else digits}{TIED}%"


def change_interval(low: float, high: float, unit: Unit) -> str:
    """−3 points to +19 points; a dash where there is none."""
    return DASH if isnan(low) or isnan(high) else f"{change(low, unit)} to {change(high, unit)}"


def beside(value: str, ends: str) -> str:
    """48 % (42 to 55): the interval beside its value, whose unit it does not repeat."""
    if ends == DASH:
        return value
    unit = value.partition(TIED)[2]
    if unit:
        ends = " ".join(word.partition(TIED)[0] for word in ends.split(" "))
    return f"{value} ({ends.replace(' ', TIED)})"


def wanted(low: float, high: float, unit: Unit) -> str:
    """At least 80 %, at most 14 days, 0.80 to 1.25, 100 %; a dash where nothing is wanted."""
    if isnan(low) and isnan(high):
        return DASH
    if unit == "share" and (low == 1 or high == 0):
        return number(1.0 if low == 1 else 0.0, unit)  # all, or none
    if isnan(high):
        return f"at least {number(low, unit)}"
    if isnan(low):
        return f"at most {number(high, unit)}"
    return number(low, unit) if low == high else interval(low, high, unit)


def compared(overrun_share: float) -> str:
    """A cost beside the approved one: cost 12 % more than first approved."""
    shown = number(abs(overrun_share), "share")
    if shown == number(0, "share"):
        return "cost what was first approved"
    return f"cost {shown} {'more' if overrun_share > 0 else 'less'} than first approved"


def capital(text: str) -> str:
    """A sentence's beginning: its first letter is a capital, the others as they are."""
    return text[:1].upper() + text[1:]


def listed(words: list[str]) -> str:
    """a, b and c."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""


def listed_names(names: list[str]) -> str:
    """A, B and C; where a name holds a comma or an and of its own: A; B, C and D; and E."""
    if len(names) > 1 and any("," in name or " and " in name for name in names):
        return f"{'; '.join(names[:-1])}; and {names[-1]}"
    return listed(names)


def shortened(text: str, letters: int) -> str:
    """The text, or its beginning and an ellipsis, in at most so many letters."""
    return text if len(text) <= letters else f"{text[: letters - 1].rstrip()}…"


def counted(n: int, singular: str) -> str:
    """1 project, 2 projects."""
    return f"{n:,} {singular}{'' if n == 1 else 's'}"


def are(n: int) -> str:
    """None is, 1 is, 2 are."""
    return f"{n:,} are" if n > 1 else f"{'1' if n else 'none'} is"


def _rounded(value: float, places: int, sign: Literal["", "+"] = "", by: int = 1) -> str:
    """The number as it is written in decimals, times `by`, a half rounded away from 0."""
    if not isfinite(value):
        return f"{value:{sign}}".replace("-", "−")
    exact = Decimal(repr(float(value))) * by
    half_up = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{half_up:{sign},}".replace("-", "−") if half_up else "0"


def _with_unit(digits: str, plural: str) -> str:
    """12 days, 1 day, −1 point."""
    is_one = digits.lstrip("+−") == "1"
    return f"{digits}{TIED}{plural.removesuffix('s') if is_one else plural}"


def in_yaml(text: str) -> str:
    """A text as one writes it within a list or mapping of YAML: in quotes where it must be."""
    is_plain = re.fullmatch(r"[^\W\d_](?:[\w .()/+€£$-]*[\w.()/+€£$-])?", text)
    is_word = text.lower() in {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
    return text if is_plain and not is_word else "'" + text.replace("'", "''") + "'"

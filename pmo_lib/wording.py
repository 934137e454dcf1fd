"""Numbers in words and symbols, as people read them."""

from math import isnan
from typing import Literal

Unit = Literal["share", "ratio", "days", "hours", "count", "points", "score"]

DASH = "–"
INDICATIVE = " (indicative)"
TIED = "\u00a0"  # a space at which no line is broken


def number(value: float, unit: Unit) -> str:
    """48 %, 0.99, 275 days, 5.2; a dash where there is none."""
    if isnan(value):
        return DASH
    match unit:
        case "share":
            return f"{_unsigned(f'{100 * value:.0f}')}{TIED}%"
        case "days" | "hours":
            return f"{_unsigned(f'{value:,.0f}')}{TIED}{unit}"
        case "points":
            return _unsigned(f"{value:+.2f}" if abs(value) < 10 else f"{value:+.0f}")
        case "score":
            return _unsigned(f"{value:.2f}")
        case "count":
            return _unsigned(f"{value:,.0f}" if value == round(value) else f"{value:,.1f}")
        case _:
            return _unsigned(f"{value:.2f}")


def money(amount: float, currency: str) -> str:
    """GBP 18.7 million, −GBP 0.34 million, GBP 12,300; a dash where there is none."""
    if isnan(amount):
        return DASH
    size = abs(amount)
    if size >= 9_995_000:
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
    """A difference with its sign: +5 points of a share, −12 days, +0.04."""
    if isnan(value):
        return DASH
    match unit:
        case "share":
            return f"{_unsigned(f'{100 * value:+.0f}')}{TIED}points"
        case "days" | "hours":
            return f"{_unsigned(f'{value:+,.0f}')}{TIED}{unit}"
        case "count":
            return _unsigned(f"{value:+,.0f}" if value == round(value) else f"{value:+,.1f}")
        case "points":
            return number(value, unit)
        case _:
            return _unsigned(f"{value:+.2f}")


def change_interval(low: float, high: float, unit: Unit) -> str:
    """−3 points to +19 points; a dash where there is none."""
    return DASH if isnan(low) or isnan(high) else f"{change(low, unit)} to {change(high, unit)}"


def wanted(low: float, high: float, unit: Unit) -> str:
    """At least 80 %, at most 14 days, 0.80 to 1.25; a dash where nothing is wanted."""
    if isnan(low) and isnan(high):
        return DASH
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


def listed(words: list[str]) -> str:
    """a, b and c."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""


def shortened(text: str, letters: int) -> str:
    """The text, or its beginning and an ellipsis, in at most so many letters."""
    return text if len(text) <= letters else f"{text[: letters - 1].rstrip()}…"


def counted(n: int, singular: str) -> str:
    """1 project, 2 projects."""
    return f"{n:,} {singular}{'' if n == 1 else 's'}"


def _unsigned(digits: str) -> str:
    return (
        "0"
        if digits in {"-0", "+0", "+0.0", "-0.0", "+0.00", "-0.00"}
        else digits.replace("-", "−")
    )

"""The rows that the generators hand over, before they are text or typed frames."""

from datetime import date

Cell = str | int | float | date | None
Row = dict[str, Cell]  # a column that is not named is a gap


def money(amount: float) -> float:
    return round(amount, 2)

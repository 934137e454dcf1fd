"""Which currency a list's amounts are in, as headings and cells name it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pipelines.maps.file_column import FileColumn
from pipelines.maps.proposal import Proposal
from pipelines.reading.currencies import named_in
from pipelines.reading.numbers import bare
from pmo_lib.contract.tables import TABLES

# in capitals: a heading's word All is not of Albania
_IN_HEADING = re.compile(
    r"[£€¥₹₩₺₽₪₫฿₦₴₱]|\b(?:GBP|EUR|USD|CHF|SEK|NOK|DKK|AUD|CAD|NZD|JPY|INR|PLN|CZK|HUF)\b"
)


def named(heading: str, cells: Iterable[str]) -> set[str]:
    """The codes of the currencies that a heading and its cells name; a mere $ names none."""
    tokens = [*_IN_HEADING.findall(heading), *(bare(cell).currency for cell in cells)]
    return {code for code in map(named_in, filter(None, tokens)) if re.fullmatch("[A-Z]{3}", code)}


def by_heading(
    found: Sequence[Proposal], columns: Mapping[str, FileColumn]
) -> tuple[str, dict[str, set[str]]]:
    """The currency of most columns of money, and those that name another."""
    money = {p.heading for p in found if TABLES[p.table][p.column].kind == "money"}
    codes = {each: named(each, map(str, columns[each].counts.index)) for each in sorted(money)}
    counts = Counter(code for each in codes.values() for code in each)
    ours = counts.most_common(1)[0][0] if counts else ""
    return ours, {heading: each - {ours} for heading, each in codes.items() if each - {ours}}

"""The columns of a file against those of its table: missing, mistyped, twice, or none of ours."""

import re
from collections.abc import Collection, Iterator

import pandas as pd

from pipelines.reading.headers import slip_of
from pipelines.reading.readers import RawTable
from pmo_lib.contract.schema import ColumnKind, Table
from pmo_lib.contract.verdict import Question
from pmo_lib.errors import DataError, PmoError, allowed_values
from pmo_lib.wording import in_yaml

SEEN = 500  # different texts of a column by which it is known what it holds
MOST_OF = 0.8  # of them must look alike

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}(?:[-/.]\d{1,2})?(?:[T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}(?: .*)?"
    rf"|(?:\d{{1,2}}[- ])?{_MONTH}(?:[- ,]+\d{{1,2}})?[- ,]+\d{{2,4}}",
    re.IGNORECASE,
)
_RATING = re.compile(
    r"[rag]|(?:red|amber|green|yellow|blue|orange|high|medium|med|low|on track|at risk|off track"
    r"|critical|good|fair|poor)(?:[ /_-](?:red|amber|green|high|low))?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[-+(]?[^\W\d_]{0,3}[£$€¥₹]?\s?\d[\d.,'\u00a0 ]*\s?[^\W\d_]{0,3}[€]?\)?")
_MONEY_NAME = re.compile(
    r"cost|budget|price|value|amount|spend|spent|expen|fund|saving|benefit|revenue|actuals?\b"
    r"|total|forecast|(?:^|_)(?:eac|bac|etc|ac|ev|pv|gbp|eur|usd)(?:$|_)"
)
_RATING_NAME = re.compile(r"rating|score|rag|health|confidence|priority|severity|traffic|light")
_SHARE_NAME = re.compile(r"percent|pct|share|complete|progress|probab|likelihood|%")


def refused(table: Table, raw: RawTable, waived: Collection[str]) -> Iterator[PmoError]:
    """What is wrong with a file's columns: ours twice, mistyped or missing."""
    where = f"{raw.where} line {raw.header_line}"
    have = list(map(str, raw.cells.columns))
    for name, (first, second) in raw.repeated.items():
        if name in table.column_names:
            yield DataError(
                f"column {name!r} appears twice (columns {first} and {second})",
                where=where,
                remedy="Keep one of them, or rename the other",
            )
    absent = [name for name in table.column_names if name not in have]
    slips = {header: slip_of(header, absent) for header in have if header not in table.column_names}
    for header, ours in slips.items():
        if ours and (name := f"header {table.name}.{header}") not in waived:
            yield DataError(
                f"column {header!r} is none of ours, but is nearly {ours}",
                where=where,
                remedy=f"Rename it to {ours}; or, if it is another column, say so in settings.yml "
                f"by waived: [{in_yaml(name)}]",
            )
    missing = [n for n in table.required_columns if n in absent and n not in slips.values()]
    if missing:
        hint = allowed_values(missing[0], have).partition("Allowed: ")[2]
        yield DataError(
            f"required column{'s' if len(missing) > 1 else ''} missing: {', '.join(missing)}",
            where=where,
            remedy=f"Add or rename the column. The file has: {hint}",
        )


def left_aside(table: Table, extra: pd.DataFrame, absent: Collection[str]) -> Iterator[Question]:
    """A question for each column that is none of ours and looks like what we would use."""
    for name in map(str, extra.columns):
        what, kinds = looks_like(name, extra[name])
        if what:
            ours = [c.name for c in table if c.kind in kinds and c.name in absent]
            yield Question(
                "left_aside",
                table.name,
                name,
                f"column {name} of {table.name} looks like {what} and is none of ours: it is not "
                "used",
                f"If it is one of {', '.join(ours)}, rename it" if ours else "",
            )


def looks_like(name: str, text: pd.Series) -> tuple[str, tuple[ColumnKind, ...]]:
    """What a column seems to hold, of what we would use, and the kinds of ours that it may be."""
    seen = text.dropna().str.strip()
    texts = seen[seen != ""].unique()[:SEEN].tolist()
    if _most(_DATE, texts):
        return "dates", ("date", "period")
    if len(texts) > 1 and _most(_RATING, texts):
        return "ratings", ("text",)
    if not _most(_NUMBER, texts) and not _most(_PERCENT, texts):
        return "", ()
    if _SHARE_NAME.search(name) or _most(_PERCENT, texts):
        return "shares", ("share", "money", "number")
    if _RATING_NAME.search(name):
        return "ratings", ("text", "integer", "number", "share")
    if _MONEY_NAME.search(name) or _most(_ROUND, texts):
        return "amounts", ("money", "number")
    return "", ()


_PERCENT = re.compile(r"[-+]?\d+(?:[.,]\d+)?\s?%")
_ROUND = re.compile(r".*(?:[£$€¥₹].*|\d[.,]\d\d|\d{1,3}(?:[.,' ]\d{3})+|[1-9]\d*000)")


def _most(pattern: re.Pattern[str], texts: list[str]) -> bool:
    found = sum(pattern.fullmatch(text) is not None for text in texts)
    return bool(texts) and found >= MOST_OF * len(texts)

"""Ids that look alike: two of one table, or one in another table that names none of the first."""

import re
from collections.abc import Iterator

import pandas as pd

from pipelines.questions.alike import same
from pipelines.questions.asked import Asked
from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import Question
from pmo_lib.wording import counted


def check(asked: Asked) -> Iterator[Question]:
    """Twins among the keys of each table, and references that miss one by its spelling."""
    for name, table in asked.tables.items():
        key = TABLES[name].key
        if len(key) == 1 and TABLES[name][key[0]].kind == "id":
            yield from _twins(asked, name, key[0], table[key[0]])
    for name, read in asked.read.items():
        for column in TABLES[name]:
            target, _, key_column = column.references.partition(".")
            if target in asked.read and column.name in read:
                keys = asked.read[target][key_column].dropna()
                yield from _misspelt(name, column.name, read[column.name], target, keys)


def _twins(asked: Asked, table: str, column: str, ids: pd.Series) -> Iterator[Question]:
    seen = looks(ids)
    twins = ids[seen.duplicated(keep=False)].groupby(seen, sort=False).unique()
    if twins.empty:
        return
    said = [" and ".join(f"{i!r} ({asked.place(table, i)})" for i in alike) for alike in twins[:3]]
    more = f", and {counted(len(twins) - 3, 'pair')} more" if len(twins) > 3 else ""
    asks = f"are these one row of {table}: {'; '.join(said)}{more}"
    yield Question("twin", table, column, asks, "Write the id alike, or remove one of the rows")


def _misspelt(
    table: str, column: str, values: pd.Series, target: str, keys: pd.Series
) -> Iterator[Question]:
    unknown = values[values.notna() & ~values.isin(keys)].value_counts()
    by_look = dict(zip(looks(keys), keys, strict=True)) if len(unknown) else {}
    numbers = {_as_number(key): key for key in by_look.values()}
    meant = {i: by_look.get(look(i)) or numbers.get(_as_number(i)) for i in unknown.index}
    found = {i: key for i, key in meant.items() if key}
    if not found:
        return
    rows = int(unknown[list(found)].sum())
    said = "; ".join(f"{i!r} ({target} has {key!r})" for i, key in list(found.items())[:3])
    asks = f"{counted(rows, 'row')} of {table} misspell {column}: {said}"
    yield Question("misspelt", table, column, asks, f"Write it as {target} does")


def _as_number(text: str) -> str:
    """What a spreadsheet makes of an id of digits: 7 of 007, and a database 7.0."""
    return re.sub(r"^0+(?=\d)|\.0+$", "", text)


def looks(ids: pd.Series) -> pd.Series:
    """What is left of each id in which case, spaces and make of letters do not count."""
    is_plain = ids.str.fullmatch(r"[!-~]*").fillna(value=True)
    return ids.str.lower().where(is_plain, ids[~is_plain].map(look, na_action="ignore"))


def look(text: str) -> str:
    return same(text).replace(" ", "")

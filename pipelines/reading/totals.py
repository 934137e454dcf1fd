"""Rows that sum up others: told from what may be called so by what else they hold."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from pmo_lib.contract.schema import Column, Table

SAME = 1e-3  # totals are often rounded
MOST = 0.5  # of the rows that bear one word look like totals, or none is one

_WORDS = (
    "total|totals|subtotal|sub-total|sub total|grand total|overall total|total general|"
    "total général|sous-total|total geral|sum|summe|gesamt|gesamtsumme|zwischensumme|insgesamt|"
    "somme|totale|subtotale|totaal|subtotaal|suma|razem|summa|totalt|yhteensä|celkem|összesen"
)
_WHOLES = (
    "all|overall|summary|all projects|all departments|alle|tous|todos|tutti|итого|всего|合計|总计"
)
_FIGURES = (
    "average|averages|avg|mean|median|minimum|maximum|count|durchschnitt|mittelwert|anzahl|moyenne|"
    "promedio|gemiddelde|średnia|genomsnitt"
)
TOTAL = re.compile(rf"[\W_]*(?:{_WORDS})[\W_]*(?:\(\d+\))?", re.IGNORECASE)
WHOLE = re.compile(rf"[\W_]*(?:{_WORDS}|{_WHOLES})[\W_]*(?:\(\d+\))?", re.IGNORECASE)
# "Total Archives", "Archives total", "Total: 24 projects": so only in place of an identifier
_PART = re.compile(
    rf"\W*(?:{_WORDS})(?:\s*[:(].*|\s+.*)?|.*\s(?:{_WORDS})\W*|{WHOLE.pattern}|"
    rf"\W*(?:{_FIGURES})\W*",
    re.IGNORECASE | re.DOTALL,
)


def totals(table: Table, typed: pd.DataFrame) -> pd.Index:
    """The rows that are totals of others.

    A row whose id is such a word is one, and so is one without an id whose name is. What has an id
    or a name of its own may well be called so: it is a total where its amounts are the sum of
    others, or where it lacks all that others have.
    """
    bearing = _bearing(table, typed)
    sure = _without_own_name(table, typed, bearing)
    doubtful = {name: rows.difference(sure) for name, rows in bearing.items()}
    candidates = sure.union([row for rows in doubtful.values() for row in rows])
    if len(candidates) == len(sure):
        return sure
    looks = _looks_like_one(table, typed, candidates)
    for name, rows in doubtful.items():
        word = typed.loc[rows, name].str.casefold()
        share = looks[rows].groupby(word).transform("mean")
        sure = sure.union(rows[(looks[rows] & (share >= MOST)).to_numpy()])
    return sure


def rows_with(text: pd.Series, pattern: re.Pattern[str]) -> pd.Index:
    """The rows whose text is wholly of a pattern; each distinct text is looked at once."""
    texts = [each for each in text.dropna().unique().tolist() if pattern.fullmatch(each)]
    return text.index[text.isin(texts)] if texts else text.index[:0]


def _bearing(table: Table, typed: pd.DataFrame) -> dict[str, pd.Index]:
    """The rows that bear a word for a total, by the column that says what a row is of."""
    first = table.key[0]
    patterns = {column.name: WHOLE for column in _names(table)}
    if table[first].kind == "id":
        patterns[first] = _PART
    return {name: rows_with(typed[name], pattern) for name, pattern in patterns.items()}


def _names(table: Table) -> list[Column]:
    own = {*table.key, "name", "department"}
    return [c for c in table if c.name in own and c.kind in ("id", "text") and not c.allowed]


def _without_own_name(table: Table, typed: pd.DataFrame, bearing: dict[str, pd.Index]) -> pd.Index:
    """Rows with such a word for an id and no other name, or without an id and with one for it."""
    first, none = table.key[0], typed.index[:0]
    if table[first].kind != "id":
        return none
    nameless = typed.loc[typed[first].isna()]
    named = [rows_with(nameless[column.name], _PART) for column in _names(table)]
    by_id = bearing[first]
    if "name" in typed and first != "name":
        own = typed.loc[by_id, "name"].dropna()
        by_id = by_id.difference(own.index.difference(rows_with(own, _PART)))
    return by_id.union([row for rows in named for row in rows])


def _looks_like_one(table: Table, typed: pd.DataFrame, candidates: pd.Index) -> pd.Series:
    """Of each row whether it may be a total, by what it holds beside its word."""
    is_other = pd.Series(~typed.index.isin(candidates), typed.index)
    looks = _lacks_all(table, typed, is_other) | _stands_beside_parts(table, typed, is_other)
    for amount in _amounts(table):
        own = typed[amount]
        for parts in _sums(typed, own.where(is_other).fillna(0.0), is_other):
            looks |= (own > 0) & np.isclose(parts, own, rtol=SAME)
    return looks[candidates]


def _sums(typed: pd.DataFrame, parts: pd.Series, is_other: pd.Series) -> Iterator[pd.Series]:
    """What each row's amount would be as the total of all, of those above, of its department."""
    above = parts.cumsum()
    yield pd.Series(parts.sum(), typed.index)
    yield above
    yield above - above.where(~is_other).shift().ffill().fillna(0.0)  # since the last total
    if "department" in typed:
        yield parts.groupby(typed["department"]).transform("sum")


def _lacks_all(table: Table, typed: pd.DataFrame, is_other: pd.Series) -> pd.Series:
    """Whether a row holds nothing but amounts, where most others hold more."""
    aside = {*table.key, "name", "department", *_amounts(table)}
    more = [column.name for column in table if column.name not in aside]
    held = typed[more].notna()
    usual = held.columns[held[is_other].mean() > MOST]
    return ~held[usual].any(axis=1) & bool(len(usual))


def _stands_beside_parts(table: Table, typed: pd.DataFrame, is_other: pd.Series) -> pd.Series:
    """Whether a row with amounts stands beside others that differ by its word: of its month."""
    found = pd.Series(False, typed.index)
    if table[table.key[0]].kind == "id" or not _amounts(table):
        return found
    for name in (c.name for c in _names(table) if c.name in table.key):
        rest = [each for each in table.key if each != name]
        found |= is_other.groupby([typed[each] for each in rest]).transform("any").astype("bool")
    return found


def _amounts(table: Table) -> list[str]:
    return [column.name for column in table if column.kind in ("money", "number")]

"""Ids under waived in the settings that are no question's: they answer nothing."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches

import pandas as pd

from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import Question

_KINDS = """
    after_data_date apostrophe beneath called_total copied cumulative currency default empty
    encoding far_after far_amount far_before fewer final_cost first_version gone header hidden
    hours joint left_aside letters misread misspelt money_unit money_unit_of_some no_row
    not_read nothing of_some_files of_the_future offset old_copy original_baseline
    percent_complete periodic periodic_of_some plan_as_outcome planned_finish programme_benefits
    programmes promised rounded scores several_a_month side source spelling stranger
    sum_of_others survey_order survey_points swapped title to_complete twin unread whole zeros
"""
KINDS = frozenset(_KINDS.split())  # what an id begins with
_ELSEWHERE = ("settings", "thresholds", "data_date")  # what is asked about but the tables
_OF_OTHERS = {"currency", "header", "left_aside", "programmes"}  # asked of columns not ours
_ID = re.compile(r"(\w+) (\w+)(?:\.(.+))?")
NEAR = 0.75
MOST = 3


def unknown(
    waived: Collection[str], asked: Collection[str], extra: Mapping[str, pd.DataFrame]
) -> Iterator[Question]:
    """The ids that no question can have, each with the nearest: of one that is `asked` first.

    So is one of a column that is not there, where a question with nearly that id is asked.
    """
    said = []
    for name in dict.fromkeys(waived):
        if not _is_known(name):
            near = _close(name, asked) or _nearest(name)
            said.append(f"{name!r}{f' (near to {near!r})' if near else ''}")
        elif near := _instead(name, asked, extra):
            said.append(f"{name!r} (near to {near!r})")
    if said:
        more = f" and {len(said) - MOST:,} more" if len(said) > MOST else ""
        asks = f"waived of settings is the id of no question: {', '.join(said[:MOST])}{more}"
        yield Question("stranger", "settings", "waived", asks, "Mend or remove them")


def _is_known(name: str) -> bool:
    found = _ID.fullmatch(name)
    if not found or found[1] not in KINDS:
        return False
    kind, table, column = found.groups()
    if table not in TABLES:
        return table in _ELSEWHERE
    return not column or kind in _OF_OTHERS or column in TABLES[table].column_names


def _instead(name: str, asked: Collection[str], extra: Mapping[str, pd.DataFrame]) -> str:
    """The id that is asked of a column spelt nearly as one that is not there; none mostly."""
    about, _, column = name.partition(".")
    kind, table = about.split(" ")
    if kind not in _OF_OTHERS or table not in extra or column in extra[table]:
        return ""
    near = _close(column, [each.removeprefix(f"{about}.") for each in asked])
    return f"{about}.{near}" if f"{about}.{near}" in asked else ""


def _nearest(name: str) -> str:
    """The id whose words are nearest to these; none where the first or second has none."""
    kind, _, rest = " ".join(name.split()).partition(" ")
    table, _, column = rest.partition(".")
    kind, table = _close(kind, KINDS), _close(table, [*TABLES, *_ELSEWHERE])
    if not (kind and table):
        return ""
    if kind not in _OF_OTHERS and table in TABLES:
        column = _close(column, TABLES[table].column_names)
    return f"{kind} {table}.{column}" if column else f"{kind} {table}"


def _close(word: str, known: Iterable[str]) -> str:
    return next(iter(get_close_matches(word.casefold(), sorted(known), 1, NEAR)), "")

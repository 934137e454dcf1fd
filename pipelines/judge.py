"""Each table after validation: what is accepted, what is rejected and why, the verdict."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipelines.reading.ingest import Ingested
from pipelines.reading.loaded import REJECTION_COLUMNS, Loaded, without
from pipelines.validate import Checked, Validator
from pmo_lib.contract.schema import SEVERITIES
from pmo_lib.contract.tables import in_reference_order
from pmo_lib.contract.verdict import TableVerdict, UnreadCells, Violation

EXAMPLES = 5
WORDS = 3  # found most often where something is wrong
LONGEST_WORD = 60  # letters of them that are told
EMPTIED = "; the cell is empty now, the row is kept"


@dataclass(frozen=True)
class Judged:
    """One table after validation: what is accepted, what is rejected with reasons, the rest."""

    accepted: pd.DataFrame
    rejected: pd.DataFrame
    extra: pd.DataFrame
    verdict: TableVerdict


def judge(ingested: Ingested, say: Callable[[str], None] = lambda _: None) -> dict[str, Judged]:
    """Every table validated, each after those it refers to."""
    validator = Validator()
    judged: dict[str, Judged] = {}
    references: dict[str, set[str]] = {}
    for table in in_reference_order():
        if table.name in ingested.tables:
            say(f"validating {table.name}")
            result = _judge(ingested.tables[table.name], validator, references)
            judged[table.name] = result
            key = table.key[0]
            references[f"{table.name}.{key}"] = set(result.accepted[key])
    validator.close()
    return judged


def _judge(loaded: Loaded, validator: Validator, references: Mapping[str, set[str]]) -> Judged:
    readable = loaded.kept
    checked = validator.check(loaded.table, readable, references) if len(readable) else []
    critical = [check for check in checked if check.severity == "critical"]
    refused = pd.Index([row for check in critical for row in check.rows])
    accepted = without(readable, refused)
    lost = [loaded.rejections, loaded.set_aside, loaded.unread]
    text = loaded.text(row for index in (*(each.index for each in lost), refused) for row in index)
    reasons = [_rejections(loaded, check, text) for check in critical]
    unread = loaded.unread.assign(rule=loaded.unread["rule"] + EMPTIED)
    listed = pd.concat([loaded.rejections, loaded.set_aside, unread, *reasons])
    key = loaded.typed[list(loaded.table.key)]
    extra = loaded.origin.join(_beside(key.join(loaded.extra)))
    if len(accepted) < len(extra):
        extra = extra.loc[accepted.index]
    violations = [
        _unreadable(column, group) for column, group in loaded.rejections.groupby("column")
    ]
    violations += [_violation(loaded, check, text) for check in checked if check.rows]
    return Judged(
        _in_order(accepted, loaded.table.key),
        listed.sort_values(["file", "line"], kind="stable").join(_beside(text)),
        extra,
        TableVerdict(
            loaded.table.name,
            loaded.files,
            loaded.rows_read,
            len(accepted),
            len(checked),
            sum(not check.rows for check in checked),
            tuple(sorted(violations, key=lambda f: (SEVERITIES.index(f.severity), -f.rows))),
            loaded.absent_columns,
            loaded.extra_columns,
            len(loaded.set_aside),
            _unread(loaded),
        ),
    )


def _in_order(rows: pd.DataFrame, key: tuple[str, ...]) -> pd.DataFrame:
    """The rows by their key; a large table that is so already is not copied for nothing."""
    codes = [pd.factorize(rows[name], sort=True, use_na_sentinel=False)[0] for name in key]
    order = np.lexsort(codes[::-1])
    is_so = bool((np.diff(order) == 1).all())
    return (rows if is_so else rows.take(order)).reset_index(drop=True)


def _beside(text: pd.DataFrame) -> pd.DataFrame:
    """The text with columns renamed that have the names of ours, such as file and line."""
    return text.rename(columns={name: f"{name}_given" for name in REJECTION_COLUMNS})


def _rejections(loaded: Loaded, check: Checked, text: pd.DataFrame) -> pd.DataFrame:
    rows = list(check.rows)
    columns = [name for name in check.columns if name in text]
    values = text.loc[rows, columns].agg(" | ".join, axis=1) if rows and columns else ""
    return loaded.origin.loc[rows].assign(
        column=", ".join(check.columns), value=values, rule=check.rule
    )


def _violation(loaded: Loaded, check: Checked, text: pd.DataFrame) -> Violation:
    rows = list(check.rows)
    column = loaded.table[check.columns[0]]
    tells = check.severity == "critical" and len(check.columns) == 1 and column.allowed
    words = _words(text.loc[rows, column.name]) if tells and column.name in text else {}
    places = _places(loaded.origin.loc[rows[:EXAMPLES]])
    named = ", ".join(check.columns)
    return Violation(check.severity, named, check.rule, len(rows), places, words)


def _unreadable(column: object, group: pd.DataFrame) -> Violation:
    reasons = "; ".join(group["rule"].unique()[:3])
    words = _words(group["value"]) if column else {}
    rule = f"must be readable: {reasons}"
    return Violation("critical", str(column), rule, len(group), _places(group), words)


def _unread(loaded: Loaded) -> tuple[UnreadCells, ...]:
    """The cells of each column that are empty because they could not be read."""
    lost = loaded.unread.groupby("column", sort=False)
    return tuple(
        UnreadCells(
            str(column),
            len(group),
            len(group) + int(loaded.kept[str(column)].notna().sum()),
            "; ".join(group["rule"].unique()[:2]),
            _words(group["value"]),
            _places(group),
        )
        for column, group in lost
    )


def _words(values: pd.Series) -> dict[str, int]:
    """The texts that stand most often, with how often."""
    counts = values.str.slice(0, LONGEST_WORD).value_counts().head(WORDS)
    return {str(word): int(count) for word, count in counts.items()}


def _places(rows: pd.DataFrame) -> tuple[str, ...]:
    shown = rows.head(EXAMPLES)
    return tuple(f"{f} line {n}" for f, n in zip(shown["file"], shown["line"], strict=True))

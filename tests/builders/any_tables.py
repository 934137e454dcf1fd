"""Tables of whatever validation lets through: a few rows of every table, gaps and zeros among them.

They are drawn from the declarations in contract.tables: keys do not repeat, references are to rows
that are there, what is critical holds, and what is only a warning need not.
"""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from builders.tables import DEPARTMENTS, Row, Tables, frame
from pmo_lib.contract.schema import Column, InOrder, Table
from pmo_lib.contract.tables import RAG, STATUSES, in_reference_order

FIRST_DAY, DAYS = pd.Timestamp("2025-03-01"), 650  # to two months after the data date
WHOLE_PENCE = 100_000
FEW_WORDS = ("currency", "GBP", "hours", "analyst", "tester")
USUAL = {
    "status": ("active",) * 3 + ("completed",) * 3 + STATUSES,
    "rag": ("green", "red", *RAG),
    "rated_by": ("owner", "owner", "independent"),
}
FEW, MANY = (12, 50), (120, 700)  # projects, services and benefits; rows of other tables
DRAWN = ((*FEW, 0.6), (*MANY, 0.1))  # and the share of gaps


def any_portfolios() -> list[Tables]:
    """Two, each drawn from a seed: few rows full of gaps, and many with some."""
    seeds = range(len(DRAWN))
    return [{name: table.copy() for name, table in _drawn(seed).items()} for seed in seeds]


@cache
def _drawn(seed: int) -> Tables:
    chance = np.random.default_rng(seed)
    projects, others, gaps = DRAWN[seed]
    made: Tables = {}
    for table in in_reference_order():
        most = projects if table.name in {"projects", "services", "benefits"} else others
        least = 0 if most <= max(FEW) else most // 2
        count = int(chance.integers(least, most))
        rows = [_row(table, made, gaps, chance, i) for i in range(count)]
        if table.name == "projects":
            rows = [row | {"project_id": f"p{i}"} for i, row in enumerate(rows or [{}])]
            rows = [{"department": DEPARTMENTS[0]} | row for row in rows]
        made[table.name] = frame(table.name, _accepted(table, rows))
    made["survey_responses"] = _on_own_projects(made)
    return made


def _on_own_projects(made: Tables) -> pd.DataFrame:
    """Answers on projects of the respondent's department; else they would hang on two."""
    answers = made["survey_responses"]
    whose = made["projects"].set_index("project_id")["department"].reindex(answers["project_id"])
    own = whose.set_axis(answers.index).fillna(answers["department"])
    return answers.assign(department=own)


def _row(table: Table, made: Tables, gaps: float, chance: np.random.Generator, at: int) -> Row:
    return {
        column.name: _cell(column, made, chance, at)
        for column in table
        if column.need == "required" or chance.random() >= gaps
    }


def _cell(column: Column, made: Tables, chance: np.random.Generator, at: int) -> Any:
    if column.references:  # to one after another, that each has some, and now and then to any
        table, _, key = column.references.partition(".")
        known = made[table][key]
        which = at if chance.random() < 0.8 else int(chance.integers(999))
        return known.iloc[which % len(known)] if len(known) else None
    if column.allowed:
        return str(chance.choice(USUAL.get(column.name, column.allowed)))
    match column.kind:
        case "date":
            return _day(chance)
        case "period":
            return f"{max(_day(chance), _day(chance)):%Y-%m}"
        case "share":
            return float(chance.choice([0.0, 1.0, chance.random()]))
        case "integer":
            low = int(column.low or 0)
            high = low + (at > 2 * FEW[0]) if column.high is None else int(column.high)
            return int(chance.integers(low, high + 1))
        case "money" | "number":
            low = -WHOLE_PENCE if column.low is None else 0
            return float(chance.integers(low, WHOLE_PENCE)) if chance.random() < 0.8 else 0.0
        case "id":
            return f"{column.name} {chance.integers(1000)}"
    if column.name == "department":
        return str(chance.choice(DEPARTMENTS))
    return str(chance.choice(FEW_WORDS))


def _day(chance: np.random.Generator) -> pd.Timestamp:
    return FIRST_DAY + pd.Timedelta(days=int(DAYS * chance.random()))


def _accepted(table: Table, rows: list[Row]) -> list[Row]:
    """The rows that validation would accept: whole where required, in order, no key twice."""
    found: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        for rule in table.rules:
            if isinstance(rule, InOrder) and rule.severity == "critical":
                first, second = row.get(rule.first), row.get(rule.second)
                if first is not None and second is not None and second < first:
                    row |= {rule.first: second, rule.second: first}
        if all(row.get(name) is not None for name in table.required_columns):
            found.setdefault(tuple(row.get(name) for name in table.key), row)
    return list(found.values())

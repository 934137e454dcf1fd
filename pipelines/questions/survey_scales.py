"""Answers on another scale than the one that is wanted."""

from collections.abc import Iterator

import pandas as pd

from pipelines.questions.asked import Asked, Tables
from pmo_lib.contract.declarations import DECLARABLE
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import Question
from pmo_lib.wording import listed

ENOUGH = 20  # answers of which none uses the upper points of the scale
SCALES = (5, 7, 10, 100)  # their highest points
REVERSED = -0.5  # correlation of answers that should go together


def answer(tables: Tables, settings: Settings) -> Tables:
    """Answers moved in a straight line from the ends of their own scale to those of ours."""
    changed: dict[str, pd.DataFrame] = {}
    for name, points in settings.survey_points.items():
        table, column = name.split(".")
        if table not in tables:
            continue
        low, high = _ends(table, column)
        lowest = 0 if points % 10 == 1 and points > 10 else 1  # 11 points are 0 to 10
        rows = changed.get(table, tables[table])
        share = (rows[column].astype("float64") - lowest) / (points - 1)
        changed[table] = rows.assign(**{column: low + share * (high - low)})
    return changed


def check(asked: Asked) -> Iterator[Question]:
    for (table, end), names in _by_scale().items():
        used = {name: top for name in names if (top := _used(asked, table, name, end))}
        if used and len(used) == len([n for n in names if asked.read[table][n].notna().any()]):
            top, columns = max(used.values()), list(used)
            low = int(asked.read[table][columns].min().min())
            points = top + 1 if top == 100 or (low == 0 and top == 10) else top
            asks = (
                f"{'are' if len(columns) > 1 else 'is'} {listed(columns)} of {table} on a scale "
                f"up to {top}; ours goes up to {end}, and the highest answer of "
                f"{len(asked.read[table]):,} rows is {_highest(asked.read[table][columns]):g}"
            )
            said = ", ".join(f"{table}.{name}: {points}" for name in columns)
            yield Question(
                "survey_points", table, columns[0] if len(columns) == 1 else "", asks,
                f"Say so in settings.yml by survey_points: {{{said}}}",
                withholds=tuple(f"{table}.{name}" for name in columns),
            )  # fmt: skip
    yield from _turned_round(asked)


def _ends(table: str, column: str) -> tuple[float, float]:
    declared = TABLES[table][column]
    return float(declared.low or 0), float(declared.high or 0)


def _by_scale() -> dict[tuple[str, int], list[str]]:
    """The columns that are judged together, by table and highest point: of 1 to 7 all three."""
    found: dict[tuple[str, int], list[str]] = {}
    for name in DECLARABLE["survey_points"]:
        table, column = name.split(".")
        found.setdefault((table, int(_ends(table, column)[1])), []).append(column)
    return found


def _used(asked: Asked, table: str, column: str, end: int) -> int:
    """The highest point of the scale that answers seem to be on; 0 where it is ours."""
    if table not in asked.read or f"{table}.{column}" in asked.settings.survey_points:
        return 0
    given = asked.read[table][column].dropna()
    if len(given) < ENOUGH:
        return 0
    highest = given.max()
    if highest > end:
        above = (given > end).mean()
        return min(top for top in (*SCALES, int(highest)) if top >= highest) if above > 0.05 else 0
    return next((top for top in SCALES if highest <= top < end), 0)


def _highest(answers: pd.DataFrame) -> float:
    return float(answers.max().max())


def _turned_round(asked: Asked) -> Iterator[Question]:
    """Who was given more recommends less: one of the two scales may begin with the best."""
    if not asked.has("survey_responses.perceived", "survey_responses.recommend"):
        return
    both = asked.tables["survey_responses"][["perceived", "recommend"]].dropna().astype("float64")
    if len(both) >= ENOUGH and both["perceived"].corr(both["recommend"]) < REVERSED:
        asks = (
            "is 1 the best answer in one of perceived and recommend of survey_responses; those who "
            "say that they received more recommend less"
        )
        names = ("survey_responses.perceived", "survey_responses.recommend")
        yield Question(
            "survey_order", "survey_responses", "", asks,
            "Turn the answers round in the export, so that the highest is the best",
            withholds=names,
        )  # fmt: skip

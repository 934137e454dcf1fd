"""Scores and per cent where money or a share is wanted, in the register of risks."""

from collections.abc import Iterator

import pandas as pd

from pipelines.questions.asked import Asked, Tables
from pmo_lib.contract.declarations import declared_of
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.verdict import Question

FEWEST = 3
HIGHEST = 25  # likelihood 5 × impact 5
IMPACT, PROBABILITY = "risks.impact", "risks.probability"


def answer(tables: Tables, settings: Settings) -> Tables:
    """Per cent without its sign ÷ 100; scores are read as they are typed."""
    changed: dict[str, pd.DataFrame] = {}
    for name in declared_of("percent", settings.percent):
        table, column = name.split(".")
        if table in tables:
            rows = changed.get(table, tables[table])
            changed[table] = rows.assign(**{column: rows[column] / 100})
    return changed


def are_scores(asked: Asked) -> bool:
    """Whether all impacts of risks are whole numbers from 1 to 5, 10 or 25."""
    if IMPACT in asked.settings.scores:
        return False
    impact = _impacts(asked)
    return len(impact) >= FEWEST and _are_whole(impact) and bool(impact.max() <= HIGHEST)


def check(asked: Asked) -> Iterator[Question]:
    if are_scores(asked):
        impact = _impacts(asked)
        asks = (
            f"is the impact of risks a score; it is money, and all of {len(impact)} are whole "
            f"numbers up to {impact.max():g}"
        )
        remedy = (
            "Say in settings.yml what each score stands for, such as scores: {risks.impact: "
            "{1: 10000, 2: 50000, …}}"
        )
        yield Question("scores", "risks", "impact", asks, remedy, withholds=(IMPACT,))
    yield from _probability(asked)


def _impacts(asked: Asked) -> pd.Series:
    """As they were read: of scores of both, most rows are rejected for their probability."""
    rows = asked.read.get("risks", asked.tables.get("risks"))
    return pd.Series(dtype="float64") if rows is None else rows["impact"].dropna()


def _probability(asked: Asked) -> Iterator[Question]:
    """Most are above 1, which validation rejects: it alone does not say what they may be."""
    read = asked.read.get("risks")
    if read is None:
        return
    given = read["probability"].dropna()
    above = given[given > 1]
    if len(above) < FEWEST or len(above) < len(given) / 2:
        return
    highest = above.max()
    asks = f"is the probability of risks {{}}; {len(above)} of {len(given)} are above 1, up to "
    asks += f"{highest:g}"
    if _are_whole(given) and highest <= 10:
        remedy = "Say in settings.yml what share each stands for, such as scores: "
        remedy += "{risks.probability: {1: 0.1, 2: 0.3, …}}"
        asks = asks.format("a score")
    else:
        remedy = "Say so in settings.yml by percent: [risks.probability]"
        asks = asks.format("in per cent")
    yield Question("scores", "risks", "probability", asks, remedy, withholds=(PROBABILITY,))


def _are_whole(values: pd.Series) -> bool:
    return bool((values % 1 == 0).all())

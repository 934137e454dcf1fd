"""Months in which some KPIs got worse, some better and most stayed: how far each seems to move."""

from dataclasses import dataclass

import numpy as np

from pmo_lib.stats.numbers import Bools, Floats

FIGURES = 533
MIXES = ((0.0, 0.0), (0.02, 0.0), (0.02, 0.2), (0.02, 0.5), (0.1, 0.0), (0.1, 0.3))
MATERIAL = 0.05


@dataclass(frozen=True)
class Mix:
    """By how much each of 533 KPIs moved as measured, its standard error, and which got worse.

    Those that moved did so by what matters and four standard errors; of a share, up is better.
    """

    by: Floats
    error: Floats
    is_worse: Bools

    @classmethod
    def drawn(cls, worse: float, better: float, chance: np.random.Generator) -> "Mix":
        error = chance.uniform(0.02, 0.1, FIGURES)
        counts = [round(FIGURES * share) for share in (worse, better)]
        way = np.repeat([-1.0, 1.0, 0.0], [*counts, FIGURES - sum(counts)])
        by = way * (MATERIAL + 4 * error) + chance.normal(0, error)
        return cls(by, error, way < 0)

"""An estimate: a value, its interval, and what both rest on."""

from dataclasses import dataclass
from math import nan


@dataclass(frozen=True)
class Estimate:
    """A value, its two-sided interval, the number of units it rests on, and what to know of it.

    ``clusters`` counts the independent cases where units come in clusters, and is 0 elsewhere.
    """

    value: float
    low: float
    high: float
    n: int
    note: str = ""
    clusters: int = 0

    @property
    def cases(self) -> int:
        """How many independent cases there are."""
        return self.clusters or self.n


NOTHING = Estimate(nan, nan, nan, 0)


def t_quantile(level: float, cases: float) -> float:
    """Student's t of a two-sided interval from so many cases."""
    from scipy.special import stdtrit  # scipy.stats takes a second to import

    return float(stdtrit(cases - 1, (1 + level) / 2))

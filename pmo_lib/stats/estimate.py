"""An estimate: a value, its interval, and what both rest on."""

from dataclasses import dataclass
from math import nan


@dataclass(frozen=True)
class Estimate:
    """A value, its two-sided interval, the number of units it rests on, and what to know of it.

    What is not known is missing. ``clusters`` counts the independent cases where units come in
    clusters, and is 0 elsewhere.
    """

    value: float = nan
    low: float = nan
    high: float = nan
    n: int = 0
    note: str = ""
    clusters: int = 0

    @property
    def cases(self) -> int:
        """How many independent cases there are."""
        return self.clusters or self.n

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0


NOTHING = Estimate()


def around(value: float, half: float, n: int = 0, note: str = "") -> Estimate:
    """value ± half."""
    return Estimate(value, value - half, value + half, n, note)


def t_quantile(level: float, cases: float) -> float:
    """Student's t of a two-sided interval from so many cases."""
    from scipy.special import stdtrit  # scipy.stats takes a second to import

    return float(stdtrit(cases - 1, (1 + level) / 2))


def t_p_value(value: float, error: float, freedom: float) -> float:
    """Two-sided p of value ÷ error against 0, by Student's t."""
    from scipy.special import stdtr

    return float(2 * stdtr(freedom, -abs(value) / error))

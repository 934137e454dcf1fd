"""Arrays of numbers, what rounding leaves of none, and sums over cases."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ROUNDING = 1e-12  # what a computer's sums of squares may leave where there is no spread at all


def total(values: Floats) -> float:
    """Σ values; 0 where they cancel but for what a computer's rounding leaves."""
    found = float(values.sum())
    return 0.0 if abs(found) <= ROUNDING * float(np.abs(values).sum()) else found


def standardised(x: Floats) -> Floats:
    """Each column less its mean, by its standard deviation; a constant one is 0."""
    spread = x.std(axis=0)
    found: Floats = (x - x.mean(axis=0)) / np.where(spread > ROUNDING, spread, 1.0)
    return found


@dataclass(frozen=True)
class Sums:
    """How many cases, and Σy, Σx, Σy², Σxy, Σx² over them."""

    n: int
    y: float
    x: float
    yy: float
    xy: float
    xx: float

    @classmethod
    def of(cls, y: Floats, x: Floats) -> "Sums":
        return cls(len(y), total(y), total(x), *(float(s) for s in (y @ y, y @ x, x @ x)))

    @property
    def ratio(self) -> float:
        """R = Σy ÷ Σx."""
        return self.y / self.x

    @property
    def error(self) -> float:
        """Standard error of R, linearised: √(n ÷ (n - 1) × (Σy² - 2RΣxy + R²Σx²)) ÷ Σx."""
        r = self.ratio
        parts = self.yy, -2 * r * self.xy, r * r * self.xx
        squares = sum(parts)
        if self.n < 2 or squares <= ROUNDING * sum(map(abs, parts)):
            return 0.0
        return sqrt(self.n / (self.n - 1) * squares) / self.x

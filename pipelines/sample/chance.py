"""Random draws that come out the same on every machine and under every version of Python."""

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

from pipelines.sample.truths import TRUTHS

T = TypeVar("T")


class Stream:
    """The draws for one purpose, independent of the draws for any other.

    Only `Random.random` is used: Python promises its sequence for ever, and that of no other
    method. Logarithms and cosines differ in the last digit between machines, so results that
    rest on them are rounded well above that.
    """

    def __init__(self, *purpose: str) -> None:
        self._random = Random(":".join((str(TRUTHS.seed), *purpose)))

    def uniform(self, low: float, high: float) -> float:
        return low + (high - low) * self._random.random()

    def normal(self, mean: float, sd: float) -> float:
        radius = math.sqrt(-2 * math.log(1 - self._random.random()))
        return round(mean + sd * radius * math.cos(math.tau * self._random.random()), 9)

    def exponential(self, mean: float) -> float:
        return round(-mean * math.log(1 - self._random.random()), 9)

    def lognormal(self, median: float, sd_log: float) -> float:
        return median * round(math.exp(self.normal(0, sd_log)), 9)

    def happens(self, probability: float) -> bool:
        return self._random.random() < probability

    def integer(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def one_of(self, values: Sequence[T]) -> T:
        return values[self.integer(0, len(values) - 1)]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """One of the keys, by its weight."""
        left = self.uniform(0, sum(weights.values()))
        for value, weight in weights.items():
            left -= weight
            if left < 0:
                return value
        return value

    def mostly(self, value: T, missing: float = 0.02) -> T | None:
        """The value, or nothing in a share `missing` of the calls."""
        return None if self._random.random() < missing else value

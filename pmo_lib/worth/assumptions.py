"""The assumptions of the value case: ranges and rates that were not measured."""

from dataclasses import dataclass, field, fields
from math import isfinite, nan
from typing import Self

import numpy as np
import pandas as pd

from pmo_lib.effect.finding import Straddlers
from pmo_lib.errors import ParameterError, PmoError, raise_all, shown
from pmo_lib.stats.numbers import Floats

WEIGHT_OF_LIKELY = 4.0  # in the mean of PERT: (low + 4 × likely + high) ÷ 6


@dataclass(frozen=True)
class ThreePoint:
    """The lowest, the likeliest and the highest value, all 0 or more: a beta-PERT distribution.

    Beta(1 + 4 (likely - low) ÷ range, 1 + 4 (high - likely) ÷ range) over low to high (Malcolm,
    Roseboom, Clark & Fazar 1959); a constant where all three are equal.
    """

    low: float
    likely: float
    high: float

    def __str__(self) -> str:
        points = (self.low,) if self.is_constant else (self.low, self.likely, self.high)
        return "; ".join(f"{point:g}" for point in points)

    @classmethod
    def parse(cls, text: str, name: str) -> Self:
        """ "2; 4; 8" or, where there is no doubt, "4"; ParameterError names the assumption."""
        try:
            points = [float(cell) for cell in text.split(";")]
        except ValueError:
            points = [nan]
        low, likely, high = points if len(points) == 3 else points[:1] * 3
        if len(points) not in (1, 3):
            why = f"has {len(points)} numbers"
        elif not all(map(isfinite, points)):
            why = "is not made of numbers"
        elif min(points) < 0:
            why = "is negative"
        elif not low <= likely <= high:
            why = "is not in order"
        else:
            return cls(low, likely, high)
        raise ParameterError(
            f"{name} {why}: {shown(text)}",
            remedy="Write the lowest, the likeliest and the highest value, 0 or more and in this "
            "order, such as '2; 4; 8', or one number where there is no doubt",
        )

    @property
    def is_constant(self) -> bool:
        return self.low == self.high

    def draws(self, n: int, random: np.random.Generator) -> Floats:
        """n independent draws; a constant takes none from the generator."""
        if self.is_constant:
            return np.full(n, self.low)
        return self.low + (self.high - self.low) * random.beta(*self._shape, n)

    def quantile(self, p: float) -> float:
        """The value that a share p of the distribution is at or below."""
        from scipy.special import betaincinv

        if self.is_constant:
            return self.low
        return self.low + (self.high - self.low) * float(betaincinv(*self._shape, p))

    @property
    def _shape(self) -> tuple[float, float]:
        scale = WEIGHT_OF_LIKELY / (self.high - self.low)
        return 1 + scale * (self.likely - self.low), 1 + scale * (self.high - self.likely)


MEANINGS = {
    "imposed_hours": "hours a month that the PMO takes of each project under it: reports, reviews",
    "hourly_rate": "what an hour of a project's people costs",
    "delay_lost": "share of a delayed benefit that is lost; the rest only comes later",
    "budget_returned": "share of an avoided overrun that was really returned to the budget; "
    "where it is not stated, none of it counts as cash",
    "discount_rate": "real discount rate a year; 0.035 is the Green Book's for years 0 to 30",
    "pmo_cost_spread": "by what share the cost of the PMO may be more or less than recorded",
    "change_cost": "one-off cost of setting up the PMO, at the base date",
    "former_cost_a_year": "what the departments' former project offices cost a year; deducted "
    "from the cost of the PMO, 0 where nothing is deducted",
}


@dataclass(frozen=True)
class Assumptions:
    """Every number of the value case that comes from no data; `MEANINGS` says what each is.

    Money is in constant prices. ParameterError where a share is above 1 or an amount negative.
    """

    imposed_hours: ThreePoint
    hourly_rate: ThreePoint
    delay_lost: ThreePoint
    budget_returned: ThreePoint | None = None
    discount_rate: float = 0.035
    pmo_cost_spread: float = 0.05
    change_cost: float = 0.0
    former_cost_a_year: float = 0.0

    def __post_init__(self) -> None:
        errors: list[PmoError] = []
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, int | float) and not (isfinite(value) and value >= 0):
                errors.append(
                    ParameterError(
                        f"{item.name} must be a number of 0 or more; not {value!r}",
                        remedy=f"It is: {MEANINGS[item.name]}",
                    )
                )
        shares = {name: getattr(self, name) for name in ("delay_lost", "budget_returned")}
        highest = {name: share.high for name, share in shares.items() if share is not None}
        highest |= {n: getattr(self, n) for n in ("pmo_cost_spread", "discount_rate")}
        errors += [
            ParameterError(
                f"{name} is a share and must be at most 1; not {value:g}",
                remedy="Write 30 % as 0.3",
            )
            for name, value in highest.items()
            if value > 1
        ]
        raise_all(errors)

    @property
    def ranges(self) -> dict[str, ThreePoint]:
        """The three-point assumptions that are stated, in the order of the fields."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, ThreePoint)}

    def table(self) -> pd.DataFrame:
        """One row per assumption: name, value as text, meaning."""
        rows = [
            (item.name, _shown(getattr(self, item.name)), MEANINGS[item.name])
            for item in fields(self)
        ]
        return pd.DataFrame(rows, columns=["name", "value", "meaning"], dtype="str")


def _shown(value: ThreePoint | float | None) -> str:
    if value is None:
        return "not stated"
    return str(value) if isinstance(value, ThreePoint) else f"{value:,.10g}"


DEFAULT = Assumptions(
    imposed_hours=ThreePoint(2, 4, 8),
    hourly_rate=ThreePoint(45, 60, 80),
    delay_lost=ThreePoint(0.25, 0.5, 1),
)


@dataclass(frozen=True)
class Terms:
    """What is asked: of which service (all together where empty), under which assumptions.

    ``began`` is the month the PMO began for everybody, where no roll-out says so; ``smallest`` is
    the smallest effect of interest, as a share. ``straddlers`` says whether projects in flight at
    the adoption are left out or count as untreated; ``sceptical`` is the effect, as a share, that
    a sceptic takes for possible in one of twenty PMOs.
    """

    service: str = ""
    began: str = ""
    smallest: float = 0.05
    straddlers: Straddlers = "left out"
    sceptical: float = 0.2
    assumptions: Assumptions = field(default_factory=lambda: DEFAULT)

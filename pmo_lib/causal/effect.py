"""What every design says of an effect: its estimate, and what that rests on."""

from dataclasses import dataclass, field
from math import nan

import numpy as np
import pandas as pd

from pmo_lib.causal.imputation import jackknife_error
from pmo_lib.stats.estimate import NOTHING, Estimate
from pmo_lib.stats.numbers import Floats


@dataclass(frozen=True)
class Effect(Estimate):
    """An effect on ``n`` projects of so many departments (``clusters``), with its standard error.

    All is missing where ``refusal`` says why, and ``remedy`` what to do about it. ``support`` is
    the share of the treated projects that could be compared.

    Of a staggered roll-out the interval and ``p`` are of randomisation inference, ``permuted`` the
    estimates under other dates of adoption, and ``detectable`` the minimum detectable effect at a
    power of 80 %, from how the statistic falls under those dates; ``without`` are those leaving
    out each department, by its name, and ``jackknife`` has their interval, t of G - 1. Of a time
    series ``series`` holds the quarters; of matched projects ``balance`` the covariates,
    ``e_values`` how strong an unmeasured confounder would have to be to explain the effect away,
    and to bring 0 within the interval.
    """

    p: float = nan
    error: float = nan
    support: float = nan
    refusal: str = ""
    remedy: str = ""
    jackknife: Estimate = NOTHING
    without: pd.Series = field(default_factory=lambda: pd.Series(dtype="float64"))
    permuted: Floats = field(default_factory=lambda: np.array([]), repr=False)
    series: pd.DataFrame = field(default_factory=pd.DataFrame, compare=False, repr=False)
    balance: pd.DataFrame = field(default_factory=pd.DataFrame, compare=False, repr=False)
    e_values: tuple[float, float] = (nan, nan)
    detectable: float = nan

    @property
    def jackknife_error(self) -> float:
        """The standard error of the jackknife over departments, CV3."""
        return jackknife_error(self.without.to_numpy("float64"), self.value)

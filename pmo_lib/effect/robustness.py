"""Robustness of an estimate: another method, placebo dates, leave-one-out, trend sensitivity."""

from dataclasses import dataclass
from functools import cached_property
from math import isnan, nan

import numpy as np
import pandas as pd

from pmo_lib.causal.effect import Effect
from pmo_lib.causal.event_study import PreTrend, lags, leads, year_before
from pmo_lib.causal.imputation import impute, jackknife_error, leaving_out_each
from pmo_lib.causal.panel import Panel
from pmo_lib.causal.randomisation import PERMUTATIONS, randomised
from pmo_lib.causal.sensitivity import Trended, breakdown, trended
from pmo_lib.effect.checks import ALARM, Check, effect_in_words, tested, voted
from pmo_lib.wording import TIED, listed, number

YEARS_EARLIER = (1, 2)  # by which a placebo date comes before the true one
PRE_TREND_ALARM = 0.10
LARGEST_SHARE = 0.5  # of the projects compared, in one department
KEPT_SHARE = 0.5  # of the effect that a variation must leave


@dataclass(frozen=True)
class Robustness:
    """An estimate with all that its checks need; each is computed once, when asked for."""

    cells: Panel
    found: Effect
    level: float
    logarithm: bool = False
    permutations: int = PERMUTATIONS

    @property
    def half(self) -> float:
        """Half of the effect: a check that would not see as much has no vote."""
        return self.found.value / 2

    def said(self, value: float) -> str:
        """An effect as a share: of a logarithm exp - 1, else in points."""
        return effect_in_words(value, self.logarithm)

    @cached_property
    def _leads(self) -> tuple[pd.DataFrame, PreTrend]:
        return leads(self.cells, self.level)

    @cached_property
    def pre_trend(self) -> PreTrend:
        return self._leads[1]

    @property
    def quarters(self) -> pd.DataFrame:
        """The event study: the differences by quarters before and since adoption."""
        return pd.concat([self._leads[0], lags(self.cells, self.level)])

    @cached_property
    def trended(self) -> Trended:
        return trended(self.cells, self.level)

    @cached_property
    def breakdown(self) -> float:
        """The largest curvature, a quarter², at which the effect still differs from 0."""
        return breakdown(self.trended, self.level, self.found.clusters)

    def checks(self) -> list[Check]:
        """Every check that the panel itself allows, in the order of the report."""
        return [
            self.jackknife(),
            self.pre_trend_check(),
            self.leave_one_out(),
            self.donut(),
            self.placebo_in_time(),
            self.adopters_trend(),
            self.dominance(),
        ]

    def jackknife(self) -> Check:
        """Whether the interval of the jackknife over departments excludes 0 as well."""
        own = self.found.jackknife
        said = f"its interval is {self.said(own.low)} to {self.said(own.high)}"
        return tested("jackknife", said, failed=not own.excludes_zero)

    def pre_trend_check(self) -> Check:
        """The pre-trend test: whether adopters already differed in the year before adoption."""
        found = self.pre_trend
        if isnan(found.p):
            return Check("pre-trend", "cannot tell", "too few projects before adoption")
        said = f"p = {found.p:.2f}; the year's mean was {self.said(found.mean)} off"
        failed = found.p <= PRE_TREND_ALARM
        return voted("pre-trend", said, failed=failed, error=found.error, half=self.half)

    def leave_one_out(self) -> Check:
        """Whether the sign is the same whichever department is left out."""
        unknown = [str(name) for name in self.found.without.index[self.found.without.isna()]]
        without = self.found.without.dropna()
        flips = [str(name) for name in without.index[without * self.found.value <= 0]]
        said = f"from {self.said(without.min())} to {self.said(without.max())}"
        if flips:
            said += f"; it changes sign without {listed(flips)}"
        elif unknown:
            why = f"nothing can be estimated without {listed(unknown)}"
            return Check("leave-one-out", "cannot tell", why)
        return tested("leave-one-out", said, failed=bool(flips))

    def donut(self) -> Check:
        """Whether the effect holds without the year before adoption (Ashenfelter's dip)."""
        treated = self.cells.treated
        untreated = self.cells.untreated & ~year_before(self.cells)
        value = float(impute(self.cells, untreated[None], treated[None]).effect[0, 0])
        if isnan(value):
            return Check("donut", "cannot tell", "nothing is left to compare with")
        without = impute(self.cells, *leaving_out_each(untreated, treated)).effect[:, 0]
        plain = self.found.without.to_numpy("float64")
        away = value - self.found.value
        error = jackknife_error(without - plain, away)
        said = (
            f"{self.said(value)}; the difference of {self.said(away)} has a standard error of "
            f"{100 * error:.0f}{TIED}{'%' if self.logarithm else 'points'}"
        )
        return voted("donut", said, failed=not self._keeps(value), error=error, half=self.half)

    def placebo_in_time(self) -> Check:
        """The placebo test in time: whether earlier, fictitious adoption dates show no effect."""
        found = {
            years: randomised(
                self.cells, self.level, permutations=self.permutations, ends=False,
                earlier=years * self.cells.per_year,
            )
            for years in YEARS_EARLIER
        }  # fmt: skip
        known = {years: each for years, each in found.items() if not isnan(each.p)}
        if not known:
            return Check("placebo in time", "cannot tell", "too few projects before it")
        said = [f"p = {e.p:.2f} for {n} year{'s' * (n > 1)} earlier" for n, e in known.items()]
        failed = min(each.p for each in known.values()) <= ALARM / len(known)
        spreads = [float(e.permuted.std()) for e in known.values() if len(e.permuted) > 1]
        error = min(spreads, default=nan)
        return voted("placebo in time", listed(said), failed=failed, error=error, half=self.half)

    def adopters_trend(self) -> Check:
        """Whether the effect holds with a linear trend of the adopters' own."""
        found = self.trended
        if found.note:
            return Check("adopters' trend", "cannot tell", found.note)
        said = f"{self.said(found.value)} ({self.said(found.low)} to {self.said(found.high)})"
        failed = not self._keeps(found.value)
        return voted("adopters' trend", said, failed=failed, error=found.error, half=self.half)

    @property
    def bending(self) -> str:
        """The breakdown value in words: the curvature of trends at which the effect is lost.

        A number and no vote: hardly any effect outlives a curvature as large as chance alone
        makes the years before adoption seem to have.
        """
        if self.trended.note or isnan(self.breakdown):
            return ""
        most, before = (
            self.said(self.cells.per_year**2 * each).lstrip("+")
            for each in (self.breakdown, self.pre_trend.curvature)
        )
        if not self.breakdown:
            return "holds only while trends do not bend at all"
        seen = "" if isnan(self.pre_trend.curvature) else f"; before adoption they bent by {before}"
        return f"holds while trends bend by up to {most} a year, each year{seen}"

    def dominance(self) -> Check:
        """Whether no single department makes up most of the projects compared."""
        treated = self.cells.treated
        counted = impute(self.cells, self.cells.untreated[None], treated[None]).cells[0]
        of_each = (self.cells.cases * counted).sum(axis=1)
        share, name = float(of_each.max() / of_each.sum()), int(of_each.argmax())
        said = (
            f"{self.cells.departments[name]} has {number(share, 'share')} of the projects compared"
        )
        return tested("dominance", said, failed=share > LARGEST_SHARE)

    def _keeps(self, value: float) -> bool:
        """Whether the sign and at least half of the effect are left."""
        own = self.found.value
        return bool(value * np.sign(own) >= KEPT_SHARE * abs(own))

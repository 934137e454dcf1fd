"""Robustness of an estimate: another method, placebo dates, leave-one-out, trend sensitivity."""

from dataclasses import dataclass
from functools import cached_property
from math import isnan

import numpy as np
import pandas as pd

from pmo_lib.causal.effect import DETECTABLE, Effect
from pmo_lib.causal.event_study import PreTrend, lags, leads, year_before
from pmo_lib.causal.imputation import impute, jackknife_error, leaving_out_each
from pmo_lib.causal.panel import Panel
from pmo_lib.causal.randomisation import FEWER_PERMUTATIONS, randomised
from pmo_lib.causal.sensitivity import Trended, breakdown, trended
from pmo_lib.effect.checks import ALARM, Check, effect_in_words, tested
from pmo_lib.wording import TIED, listed, number

EARLIER = (4, 8)  # quarters by which a placebo date comes before the true one
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
            self.smoothness(),
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
        failed, seen = found.p <= PRE_TREND_ALARM, DETECTABLE * found.error
        if not failed and seen >= abs(self.found.value):
            blind = f"{said}, but only differences above {self.said(seen)} would have been seen"
            return Check("pre-trend", "cannot tell", blind)
        return tested("pre-trend", said, failed=failed)

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
        untreated = ~treated & ~year_before(self.cells)
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
        return tested("donut", said, failed=not self._keeps(value))

    def placebo_in_time(self) -> Check:
        """The placebo test in time: whether earlier, fictitious adoption dates show no effect."""
        p = {
            earlier // 4: randomised(
                self.cells, self.level, permutations=FEWER_PERMUTATIONS, ends=False, earlier=earlier
            ).p
            for earlier in EARLIER
        }
        known = {years: each for years, each in p.items() if not isnan(each)}
        if not known:
            return Check("placebo in time", "cannot tell", "too few projects before it")
        said = [f"p = {p:.2f} for {n} year{'s' * (n > 1)} earlier" for n, p in known.items()]
        failed = min(known.values()) <= ALARM / len(known)
        return tested("placebo in time", listed(said), failed=failed)

    def adopters_trend(self) -> Check:
        """Whether the effect holds with a linear trend of the adopters' own."""
        found = self.trended
        if found.note:
            return Check("adopters' trend", "cannot tell", found.note)
        said = f"{self.said(found.value)} ({self.said(found.low)} to {self.said(found.high)})"
        same = found.value * self.found.value > 0
        if same and not found.excludes_zero and self._keeps(found.value):
            return Check("adopters' trend", "cannot tell", said)
        return tested("adopters' trend", said, failed=not (same and found.excludes_zero))

    def smoothness(self) -> Check:
        """Whether the effect holds under a trend curvature as large as before adoption."""
        if self.trended.note:
            return Check("smoothness", "cannot tell", self.trended.note)
        before, most = self.pre_trend.curvature, self.breakdown
        holds = f"while trends bend by up to {self.said(16 * most).lstrip('+')} a year, each year"
        holds = holds if most else "only while trends do not bend at all"
        if isnan(before):
            why = "the years before adoption are too few to estimate it"
            return Check("smoothness", "cannot tell", f"it holds {holds}; {why}")
        said = (
            f"it holds {holds}; before adoption they bent by {self.said(16 * before).lstrip('+')}"
        )
        return tested("smoothness", said, failed=not (most >= before and most > 0))

    def dominance(self) -> Check:
        """Whether no single department makes up most of the projects compared."""
        treated = self.cells.treated
        counted = impute(self.cells, ~treated[None], treated[None]).cells[0]
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

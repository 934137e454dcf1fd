"""Robustness of an estimate: another method, placebo dates, leave-one-out, trend sensitivity."""

from dataclasses import dataclass
from functools import cached_property
from math import isnan

import numpy as np
import pandas as pd

from pmo_lib.causal.attribution import DETECTABLE, Attribution
from pmo_lib.causal.event_study import LEADS, PreTrend, event_times, lags, leads
from pmo_lib.causal.imputation import impute, jackknife_error, leaving_out_each
from pmo_lib.causal.panel import Ints, Panel, treated_cells
from pmo_lib.causal.randomisation import FEWER_PERMUTATIONS, randomised
from pmo_lib.causal.sensitivity import Trended, breakdown, trended
from pmo_lib.effect.checks import ALARM, Check, CheckState, effect_in_words
from pmo_lib.wording import TIED, listed

EARLIER = (4, 8)  # quarters by which a placebo date comes before the true one
PRE_TREND_ALARM = 0.10
LARGEST_SHARE = 0.5  # of the projects compared, in one department
KEPT_SHARE = 0.5  # of the effect that a variation must leave


@dataclass(frozen=True)
class Robustness:
    """An estimate with all that its checks need; each is computed once, when asked for."""

    cells: Panel
    first: Ints
    found: Attribution
    level: float
    seed: int = 1
    logarithm: bool = False

    def said(self, value: float) -> str:
        """An effect as a share: of a logarithm exp - 1, else in points."""
        return effect_in_words(value, self.logarithm)

    @cached_property
    def _leads(self) -> tuple[pd.DataFrame, PreTrend]:
        return leads(self.cells, self.first, self.level)

    @cached_property
    def pre_trend(self) -> PreTrend:
        return self._leads[1]

    @property
    def quarters(self) -> pd.DataFrame:
        """The event study: the differences by quarters before and since adoption."""
        return pd.concat([self._leads[0], lags(self.cells, self.first, self.level)])

    @cached_property
    def trended(self) -> Trended:
        return trended(self.cells, self.first, self.level)

    @cached_property
    def breakdown(self) -> float:
        """The largest curvature, a quarter², at which the effect still differs from 0."""
        return breakdown(self.trended, self.level, self.found.n_departments)

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
        found = self.found
        ends = f"{self.said(found.jackknife_low)} to {self.said(found.jackknife_high)}"
        return Check(
            "jackknife", "Does the jackknife over departments agree?",
            "passed" if found.jackknife_excludes_zero else "failed",
            f"its interval is {ends}", found.jackknife_error,
        )  # fmt: skip

    def pre_trend_check(self) -> Check:
        """The pre-trend test: whether adopters already differed in the year before adoption."""
        found = self.pre_trend
        question = "Parallel trends: did adopters move like the others in the year before?"
        if isnan(found.p):
            return Check("pre-trend", question, "cannot tell", "too few projects before adoption")
        said = f"p = {found.p:.2f}; the year's mean was {self.said(found.mean)} off"
        if found.p <= PRE_TREND_ALARM:
            return Check("pre-trend", question, "failed", said, found.p)
        seen = DETECTABLE * found.error
        if seen >= abs(self.found.value):
            blind = f"{said}, but only differences above {self.said(seen)} would have been seen"
            return Check("pre-trend", question, "cannot tell", blind, found.p)
        return Check("pre-trend", question, "passed", said, found.p)

    def leave_one_out(self) -> Check:
        """Whether the sign is the same whichever department is left out."""
        unknown = [str(name) for name in self.found.without.index[self.found.without.isna()]]
        without = self.found.without.dropna()
        flips = [str(name) for name in without.index[without * self.found.value <= 0]]
        ends = f"from {self.said(without.min())} to {self.said(without.max())}"
        return Check(
            "leave-one-out", "Leave-one-out: does the sign hold without any one department?",
            "failed" if flips else "cannot tell" if unknown else "passed",
            f"nothing can be estimated without {listed(unknown)}" if unknown and not flips else
            f"{ends}; it changes sign without {listed(flips)}" if flips else ends,
            float(without.max() - without.min()),
        )  # fmt: skip

    def donut(self) -> Check:
        """Whether the effect holds without the year before adoption (Ashenfelter's dip)."""
        times = event_times(self.first, self.cells.quarters)
        near = (times < 0) & (times >= -LEADS)
        treated = treated_cells(self.first, self.cells.quarters)
        untreated = ~treated & ~near
        value = float(impute(self.cells, untreated[None], treated[None]).effect[0, 0])
        question = "Does it hold without the year before adoption (Ashenfelter's dip)?"
        if isnan(value):
            return Check("donut", question, "cannot tell", "nothing is left to compare with")
        without = impute(self.cells, *leaving_out_each(untreated, treated)).effect[:, 0]
        plain = self.found.without.to_numpy("float64")
        away = value - self.found.value
        error = jackknife_error(without - plain, away)
        said = (
            f"{self.said(value)}; the difference of {self.said(away)} has a standard error of "
            f"{100 * error:.0f}{TIED}{'%' if self.logarithm else 'points'}"
        )
        return Check("donut", question, self._kept(value), said, value)

    def placebo_in_time(self) -> Check:
        """The placebo test in time: whether earlier, fictitious adoption dates show no effect."""
        question = "Placebo test: is there no effect before adoption?"
        p = [
            randomised(
                self.cells, self.first, self.level, permutations=FEWER_PERMUTATIONS, seed=self.seed,
                ends=False, earlier=earlier,
            ).p
            for earlier in EARLIER
        ]  # fmt: skip
        known = [
            f"p = {each:.2f} for {e // 4} year{'s' * (e > 4)} earlier"
            for each, e in zip(p, EARLIER, strict=True)
            if not isnan(each)
        ]
        if not known:
            return Check("placebo in time", question, "cannot tell", "too few projects before it")
        least = float(np.nanmin(p))
        failed = least <= ALARM / len(known)
        state: CheckState = "failed" if failed else "passed"
        return Check("placebo in time", question, state, listed(known), least)

    def adopters_trend(self) -> Check:
        """Whether the effect holds with a linear trend of the adopters' own."""
        found = self.trended
        question = "Does it hold if adopters followed a linear trend of their own?"
        if found.reason:
            return Check("adopters' trend", question, "cannot tell", found.reason)
        said = f"{self.said(found.value)} ({self.said(found.low)} to {self.said(found.high)})"
        same = found.value * self.found.value > 0
        if not same:
            return Check("adopters' trend", question, "failed", said, found.value)
        clear = found.low > 0 or found.high < 0
        state: CheckState = "passed" if clear else "cannot tell"
        if self._kept(found.value) == "failed" and not clear:
            state = "failed"
        return Check("adopters' trend", question, state, said, found.value)

    def smoothness(self) -> Check:
        """Whether the effect holds under a trend curvature as large as before adoption."""
        question = "Does it hold if trends diverged as much as they did before?"
        if self.trended.reason:
            return Check("smoothness", question, "cannot tell", self.trended.reason)
        before, most = self.pre_trend.curvature, self.breakdown
        said = (
            f"it holds up to a curvature of {16 * most:.3f} a year²"
            if most
            else "it holds for none"
        )
        if isnan(before):
            return Check(
                "smoothness", question, "cannot tell",
                f"{said}; the years before adoption are too few to estimate it", most,
            )  # fmt: skip
        state: CheckState = "passed" if most >= before and most > 0 else "failed"
        return Check(
            "smoothness", question, state, f"{said}; before adoption it was {16 * before:.3f}", most
        )

    def dominance(self) -> Check:
        """Whether no single department makes up most of the projects compared."""
        treated = treated_cells(self.first, self.cells.quarters)
        counted = impute(self.cells, ~treated[None], treated[None]).cells[0]
        of_each = (self.cells.cases * counted).sum(axis=1)
        share, name = float(of_each.max() / of_each.sum()), int(of_each.argmax())
        said = f"{self.cells.departments[name]} has {share:.0%} of the projects compared"
        state: CheckState = "failed" if share > LARGEST_SHARE else "passed"
        question = "Does it rest on more than one department?"
        return Check("dominance", question, state, said, share)

    def _kept(self, value: float) -> CheckState:
        """Passed where the sign and at least half of the effect are left."""
        kept = value * np.sign(self.found.value) >= KEPT_SHARE * abs(self.found.value)
        return "passed" if kept else "failed"

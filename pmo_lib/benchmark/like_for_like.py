"""The gap to peers three ways: unadjusted, directly standardised, and entropy-balanced.

If the way of comparing decides who is ahead, nobody is: the two are not comparable. The units are
those of `standardisation`.
"""

from dataclasses import dataclass, replace
from math import expm1

import pandas as pd

from pmo_lib.benchmark.comparability import Judgement
from pmo_lib.stats.balancing import balanced_gap
from pmo_lib.stats.estimate import Estimate
from pmo_lib.stats.numbers import ROUNDING
from pmo_lib.stats.standardisation import ENOUGH, FEWEST, standardised_gap
from pmo_lib.wording import number


@dataclass(frozen=True)
class LikeForLike:
    """The gaps (ours less the peers') adjusted to the peers' mix, and whether the raw one holds."""

    standardised: Estimate
    balanced: Estimate
    judgement: Judgement
    reason: str

    def as_shares(self) -> "LikeForLike":
        """Gaps of logarithms as shares, exp(gap) - 1."""
        return replace(self, standardised=_share(self.standardised), balanced=_share(self.balanced))

    def within(self, most: float) -> "LikeForLike":
        """Gaps whose intervals end where there can be no larger one: 1 between two shares."""

        def ended(gap: Estimate) -> Estimate:
            return replace(gap, low=max(gap.low, -most), high=min(gap.high, most))

        return replace(self, standardised=ended(self.standardised), balanced=ended(self.balanced))


def like_for_like(ours: pd.DataFrame, peers: pd.DataFrame, level: float) -> LikeForLike:
    """The gaps of means with intervals that count the peers' variance too, and the judgement."""
    if min(len(ours), len(peers)) < FEWEST:
        side, n = ("peers", len(peers)) if len(peers) < FEWEST else ("of ours", len(ours))
        why = f"{n} {side} are too few to have a mix of projects; it takes {FEWEST}"
        none = Estimate(note=why)
        return LikeForLike(none, none, "context only", why)
    raw = float(ours["value"].mean() - peers["value"].mean())
    standardised, coverage = standardised_gap(ours, peers, level)
    balanced = balanced_gap(ours, peers, level)
    judged = _judged(raw, standardised, balanced, coverage)
    return LikeForLike(standardised, balanced, *judged)


def _share(gap: Estimate) -> Estimate:
    return replace(gap, value=expm1(gap.value), low=expm1(gap.low), high=expm1(gap.high))


def _judged(
    raw: float, standardised: Estimate, balanced: Estimate, coverage: float
) -> tuple[Judgement, str]:
    fair = [gap.value for gap in (standardised, balanced) if gap.value == gap.value]
    if not fair:
        return "context only", (
            f"the mix of projects may explain the gap: {standardised.note}, and {balanced.note}"
        )
    if min(raw, *fair) < -ROUNDING and max(raw, *fair) > ROUNDING:
        return "not comparable", (
            "who is ahead depends on how the mix of projects is allowed for: "
            "the gap changes its sign once like is compared with like"
        )
    if balanced.value != balanced.value and coverage < ENOUGH:
        return "context only", (
            "the kinds of project that we have hold only "
            f"{number(coverage, 'share')} of the peers, and {balanced.note}"
        )
    gaps = [gap for gap in (standardised, balanced) if gap.value == gap.value]
    if all(not (gap.low > 0 or gap.high < 0) for gap in gaps):
        return "comparable", "there is no clear gap once the mix of projects is allowed for"
    return "comparable", "the gap keeps its sign once the mix of projects is allowed for"

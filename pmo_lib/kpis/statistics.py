"""The statistics that a KPI may name, each declared once with all that is asked of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import inf, nan
from typing import Literal

import pandas as pd

from pmo_lib.errors import allowed_values
from pmo_lib.kpis import estimators, influence, points
from pmo_lib.kpis.cells import UnitCells
from pmo_lib.stats import rates, ratios
from pmo_lib.stats.estimate import Estimate
from pmo_lib.wording import Unit

Estimator = Callable[[pd.DataFrame, float], Estimate]
Influence = Callable[[pd.DataFrame], pd.Series]

NEVER_BELOW_0 = (0.0, inf)
SHARE = (0.0, 1.0)


@dataclass(frozen=True, eq=False, repr=False)
class Statistic:
    """A statistic: from usable observations and a confidence level to an estimate.

    Equal are those of the same id, wherever they were made.

    Attributes
    ----------
    estimator : the estimate of observations, at a confidence level.
    benchmark : the word that a published figure of the kind has for it, or one that none has.
    reads : the columns of its own that it needs, see `estimators`; `may_read` those that it uses
        where they are there.
    words : shown beside the KPI's name, where it is not the name itself.
    unit : its own unit, whatever the KPI's.
    bounds : between what it can lie.
    of_nothing : what it is of no unit at all: of nothing there is a count, but no share.
    is_clustered : whether units come in cases, so that cases are counted and not units.
    is_summed : whether numerators and denominators are summed, so that one unit may have nothing
        to be divided by.
    is_fact : whether it is as true, and as harmless, of few as of many.
    is_rate : whether it is a share of units.
    is_ratio : whether it is Σ ÷ Σ above 0, whose change is best looked at in logarithms.
    is_survival : whether it is of durations, of which some have not ended.
    by_month : whether its units are months; what is left out are things that happened in them.
    shown_of : the whole, its parts (as which a KPI says by its segment), or both.
    sample : the independent values whose plain mean it is; None where it is no such mean.
    influence : how far each case moves it.
    per_case : whether every case has a value of its own, to be ranked among others.
    among_peers : whether it can be compared with peers case by case.
    per_cell : its values in many cells at once, where there is a way quicker than the estimator's.
    """

    id: str
    estimator: Estimator
    benchmark: str
    words: str = ""
    unit: Unit | None = None
    bounds: tuple[float, float] = (-inf, inf)
    of_nothing: float = nan
    is_clustered: bool = False
    is_summed: bool = False
    is_fact: bool = False
    is_of_window: bool = False
    is_rate: bool = False
    is_ratio: bool = False
    is_survival: bool = False
    by_month: bool = False
    shown_of: Literal["whole", "parts", "both"] = "whole"
    sample: Influence | None = None
    influence: Influence = influence.of_mean
    per_case: bool = False
    among_peers: bool = False
    per_cell: Callable[[UnitCells], points.Points] | None = None
    reads: tuple[str, ...] = ()
    may_read: tuple[str, ...] = ()

    @property
    def is_share_of_cases(self) -> bool:
        """Whether it is a share of independent cases, each of which is in it or not."""
        return self.is_rate and not self.is_clustered

    def __call__(self, units: pd.DataFrame, level: float) -> Estimate:
        return self.estimator(units, level)

    def in_cells(self, cells: UnitCells) -> points.Points:
        """Its value in each cell, and how many independent cases that rests on."""
        return self.per_cell(cells) if self.per_cell else points.by_estimator(self.estimator, cells)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Statistic) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __str__(self) -> str:
        return self.id

    __repr__ = __str__


_DECLARED = (
    Statistic(
        "rate", estimators.rate, "share", bounds=SHARE, is_summed=True, is_rate=True,
        influence=influence.of_sums, among_peers=True,
        per_cell=points.rate,
    ),
    Statistic(
        "clustered_rate", partial(estimators.by_case, rates.clustered_rate), "share",
        bounds=SHARE, is_clustered=True, is_summed=True, is_rate=True,
        influence=influence.of_sums, among_peers=True,
        per_cell=points.rate_by_case,
    ),
    Statistic(
        "rate_difference", estimators.rate_difference, "difference of shares",
        is_clustered=True, influence=influence.unknown,
        per_cell=points.rate_difference, reads=("group",),
    ),
    Statistic(
        "ratio", partial(estimators.by_case, ratios.ratio_of_sums), "total",
        is_clustered=True, is_summed=True, is_ratio=True, influence=influence.of_sums,
        per_cell=points.ratio,
    ),
    Statistic(
        "bounded_ratio", partial(estimators.by_case, ratios.bounded_ratio), "total",
        bounds=NEVER_BELOW_0, is_clustered=True, is_summed=True, is_ratio=True,
        influence=influence.of_sums, among_peers=True,
        per_cell=points.ratio,
    ),
    Statistic(
        "event_rate", partial(estimators.by_case, ratios.event_rate), "rate of events",
        bounds=NEVER_BELOW_0, is_clustered=True, is_summed=True, is_ratio=True,
        influence=influence.of_sums,
        per_cell=points.ratio,
    ),
    Statistic(
        "total", estimators.total, "total", "in all", "money", is_fact=True, is_of_window=True,
        influence=influence.unknown,
    ),
    Statistic(
        "base_total", partial(estimators.total, column="denominator"), "total",
        "what it is measured against, in all", "money", is_fact=True, is_of_window=True,
        influence=influence.unknown,
    ),
    Statistic(
        "carriers", estimators.carriers, "count", "projects that carry four fifths of it", "count",
        is_fact=True, is_of_window=True, influence=influence.unknown,
    ),
    Statistic(
        "carried_total", estimators.carried_total, "total", "what these carry, in all", "money",
        is_fact=True, is_of_window=True, influence=influence.unknown,
    ),
    Statistic(
        "relative_total", estimators.relative_total, "total", "all together", "share",
        is_clustered=True, influence=influence.unknown,
    ),
    Statistic("quotient", estimators.quotient, "total", is_summed=True, per_cell=points.quotient),
    Statistic(
        "max_ratio", estimators.max_ratio, "maximum", bounds=NEVER_BELOW_0, is_summed=True,
        is_fact=True, reads=("segment",),
    ),
    Statistic(
        "mean", estimators.mean, "mean", "mean", sample=estimators.values, among_peers=True,
        per_cell=points.mean,
    ),
    Statistic(
        "clustered_mean", estimators.mean_by_case, "mean", "mean", is_clustered=True,
        among_peers=True,
        per_cell=points.mean_by_case,
    ),
    Statistic(
        "signed_mean", partial(estimators.mean_by_case, column="signed"), "mean with its sign",
        "mean with its sign", is_clustered=True,
        influence=partial(influence.of_mean, column="signed"), reads=("signed",),
    ),
    Statistic(
        "importance_mean", partial(estimators.mean_by_case, column="importance"),
        "mean importance", "importance, mean", is_clustered=True, shown_of="both",
        influence=partial(influence.of_mean, column="importance"), reads=("importance",),
    ),
    Statistic(
        "monthly_mean", estimators.monthly_mean, "mean", bounds=NEVER_BELOW_0, by_month=True,
        sample=estimators.month_totals,
        per_cell=points.monthly_mean,
    ),
    Statistic(
        "count", estimators.count, "count", bounds=NEVER_BELOW_0, of_nothing=0.0, is_fact=True,
        per_cell=points.count,
    ),
    Statistic(
        "geometric_mean", estimators.geometric_mean, "geometric mean", "geometric mean",
        influence=influence.of_geometric_mean, per_case=True,
    ),
    Statistic(
        "cost_drift", estimators.cost_drift, "total", "cost, current against original", "share",
        is_clustered=True, reads=("current", "original"),
    ),
    Statistic(
        "median", partial(estimators.quantile, p=0.5), "median", "median",
        influence=partial(influence.of_quantile, p=0.5), per_case=True, among_peers=True,
        per_cell=points.median,
    ),
    Statistic(
        "clustered_median", estimators.clustered_median, "median", "median", is_clustered=True,
        influence=partial(influence.of_quantile, p=0.5),
        per_cell=points.median_by_case,
    ),
    Statistic(
        "p80", partial(estimators.quantile, p=0.8), "p80", "P80 (4 in 5 are below)",
        influence=partial(influence.of_quantile, p=0.8),
    ),
    Statistic(
        "p95", partial(estimators.quantile, p=0.95), "p95", "P95 (19 in 20 are below)",
        influence=partial(influence.of_quantile, p=0.95),
    ),
    Statistic(
        "survival_median", partial(estimators.survival_quantile, p=0.5), "median",
        "median, open ones counted in", bounds=NEVER_BELOW_0, is_survival=True,
        influence=influence.unknown,
        per_cell=points.survival_median, reads=("ended",),
    ),
    Statistic(
        "survival_p85", partial(estimators.survival_quantile, p=0.85), "p85",
        "P85, open ones counted in", bounds=NEVER_BELOW_0, is_survival=True,
        influence=influence.unknown, reads=("ended",),
    ),
    Statistic(
        "tail_mean", estimators.tail_mean, "mean of the tail", "mean of those in the tail",
        reads=("magnitude",),
    ),
    Statistic(
        "slip_share", estimators.slip_share, "share of slips", "share of changes that are slips",
        "share", is_clustered=True, influence=influence.of_slips,
        reads=("slipped",),
    ),
    Statistic(
        "nps", estimators.nps, "index", is_clustered=True, influence=influence.of_nps,
        per_cell=points.nps, may_read=("person",),
    ),
    Statistic(
        "mean_nps", estimators.mean_nps, "index", is_clustered=True,
        influence=influence.of_mean_nps, per_cell=points.mean_nps,
    ),
    Statistic(
        "skill", estimators.rating_skill, "index", is_clustered=True, influence=influence.unknown,
        per_cell=points.rating_skill, reads=("segment",),
    ),
    Statistic(
        "quadrant_share", estimators.quadrant_share, "share of resamples",
        "how sure its quadrant is", "share", is_fact=True, shown_of="parts",
        reads=("segment", "importance"),
    ),
    Statistic("draws", estimators.draws, "median", "median", is_fact=True),
)  # fmt: skip

STATISTICS: Mapping[str, Statistic] = {each.id: each for each in _DECLARED}


def statistic(named: str | Statistic) -> Statistic:
    """The statistic of that name; ValueError with the nearest one where there is none."""
    if isinstance(named, Statistic):
        return named
    if named not in STATISTICS:
        raise ValueError(
            f"There is no statistic {named!r}. {allowed_values(named, STATISTICS, most=40)}. "
            "Declare a new one as a Statistic in pmo_lib.kpis.statistics"
        )
    return STATISTICS[named]

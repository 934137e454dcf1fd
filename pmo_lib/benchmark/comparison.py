"""One statistic of a KPI beside a benchmark: what was judged, and what the comparison says."""

from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass, replace
from math import isnan
from typing import Literal

import pandas as pd

from pmo_lib.benchmark.comparability import Judgement
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.stats.estimate import NOTHING, Estimate

BenchmarkKind = Literal["published", "published quantiles", "peer projects", "own departments"]

HIDDEN = "Ours is not shown: too few cases, or lest those of others could be worked out from it."
COUNTED = ("ours", "theirs")  # the estimates whose number of cases is a column too


@dataclass(frozen=True)
class Comparison:
    """A benchmark, whether it may be set beside ours, and where it may the position and the gap.

    ``reasons`` say why it is refused or context only, ``remedies`` how it could become comparable.
    ``gap`` is ours less theirs; ``percentile`` our percentile rank among the peers (0 to 1), or
    with ``bound`` the side of the published ones on which ours lies; ``superiority`` the
    probability that one of ours is better than one of theirs. ``standardised`` and ``balanced``
    are the gap of means (of an overrun, of geometric means) with the peers' mix of projects,
    ``mix`` the conclusion. An estimate is missing where it is not known.
    """

    kpi_id: str
    department: str
    kind: BenchmarkKind
    source: str
    judgement: Judgement
    year: int = 0
    metric: str = ""
    segment: str = ""
    statistic: str = ""
    version: str = ""
    reasons: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    ours: Estimate = NOTHING
    theirs: Estimate = NOTHING
    unit: str = ""
    gap: Estimate = NOTHING
    percentile: Estimate = NOTHING
    bound: str = ""
    superiority: Estimate = NOTHING
    standardised: Estimate = NOTHING
    balanced: Estimate = NOTHING
    mix: str = ""
    to_move: str = ""
    note: str = ""
    url: str = ""

    @property
    def is_fair(self) -> bool:
        return self.judgement == "comparable"

    @property
    def stands(self) -> str:
        """Better, worse or not significantly different; empty where that is not known."""
        if not self.is_fair or isnan(self.gap.low) or isnan(self.gap.high):
            return ""
        if self.gap.low <= 0 <= self.gap.high:
            return "no different"
        better = CATALOGUE[self.kpi_id].better
        if better not in {"higher", "lower"}:
            return "higher" if self.gap.value > 0 else "lower"
        return "better" if (self.gap.value > 0) == (better == "higher") else "worse"


def chosen(comparisons: Iterable[Comparison], peers: Collection[str]) -> list[Comparison]:
    """The comparisons less those with other peers; published figures and our departments stay."""
    return [each for each in comparisons if each.kind != "peer projects" or each.source in peers]


def disclosable(
    comparisons: Iterable[Comparison], hidden: Set[tuple[str, str, str]]
) -> list[Comparison]:
    """The comparisons, those of a KPI, department and statistic not shown without any figure.

    An empty statistic is all of them.
    """
    return [
        replace(
            each, judgement="not comparable", reasons=(HIDDEN,), remedies=(), ours=NOTHING,
            theirs=NOTHING if each.kind == "own departments" else each.theirs, gap=NOTHING,
            percentile=NOTHING, bound="", superiority=NOTHING, standardised=NOTHING,
            balanced=NOTHING, mix="", to_move="", note="",
        )
        if {(each.kpi_id, each.department, name) for name in ("", each.statistic)} & hidden
        else each
        for each in comparisons
    ]  # fmt: skip


def table(comparisons: Iterable[Comparison]) -> pd.DataFrame:
    """One row a comparison, typed: estimates with their ends, reasons as sentences in a row."""
    nothing = _row(Comparison("", "", "published", "", "comparable"))
    types = {
        name: {float: "float64", int: "int64"}.get(type(value), "str")
        for name, value in nothing.items()
    }
    return pd.DataFrame(map(_row, comparisons), columns=list(types)).astype(types)


def _row(comparison: Comparison) -> dict[str, object]:
    row: dict[str, object] = {}
    for name, value in vars(comparison).items():
        if isinstance(value, Estimate):
            row |= {name: value.value, f"{name}_low": value.low, f"{name}_high": value.high}
            row |= {f"{name}_n": value.cases} if name in COUNTED else {}
        else:
            row[name] = " ".join(value) if isinstance(value, tuple) else value
    return row

"""One statistic of a KPI beside a benchmark: what was judged, and what the comparison says."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from math import isnan, nan
from typing import Literal

import pandas as pd

from pmo_lib.benchmark.comparability import Judgement
from pmo_lib.kpis.catalogue import CATALOGUE

Kind = Literal["published", "published quantiles", "peer projects", "own departments"]


@dataclass(frozen=True)
class Comparison:
    """A benchmark, whether it may be set beside ours, and where it may the position and the gap.

    ``reasons`` say why it is refused or context only, ``remedies`` how it could become comparable.
    ``gap`` is ours less theirs; ``percentile`` (0 to 1) the share of the peers below ours, or with
    ``bound`` the side of the published ones on which it lies; ``superiority`` the probability that
    one of ours is better than one of theirs. ``standardised`` and ``balanced`` are the gap of means
    (of an overrun, of geometric means) with the peers' mix of projects, ``mix`` what became of it.
    Each is missing where it cannot be told.
    """

    kpi_id: str
    department: str
    kind: Kind
    source: str
    judgement: Judgement
    year: int = 0
    metric: str = ""
    segment: str = ""
    statistic: str = ""
    version: str = ""
    reasons: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    ours: float = nan
    ours_low: float = nan
    ours_high: float = nan
    ours_n: int = 0
    theirs: float = nan
    theirs_low: float = nan
    theirs_high: float = nan
    theirs_n: int = 0
    unit: str = ""
    gap: float = nan
    gap_low: float = nan
    gap_high: float = nan
    percentile: float = nan
    percentile_low: float = nan
    percentile_high: float = nan
    bound: str = ""
    superiority: float = nan
    superiority_low: float = nan
    superiority_high: float = nan
    standardised: float = nan
    standardised_low: float = nan
    standardised_high: float = nan
    balanced: float = nan
    balanced_low: float = nan
    balanced_high: float = nan
    mix: str = ""
    to_move: str = ""
    note: str = ""
    url: str = ""

    @property
    def is_fair(self) -> bool:
        return self.judgement == "comparable"

    @property
    def stands(self) -> str:
        """better, worse or no different from chance; nothing where that cannot be told."""
        if not self.is_fair or isnan(self.gap_low) or isnan(self.gap_high):
            return ""
        if self.gap_low <= 0 <= self.gap_high:
            return "no different"
        better = CATALOGUE[self.kpi_id].better
        if better not in {"higher", "lower"}:
            return "higher" if self.gap > 0 else "lower"
        return "better" if (self.gap > 0) == (better == "higher") else "worse"


def chosen(comparisons: Iterable[Comparison], peers: Iterable[str]) -> list[Comparison]:
    """The comparisons but those with peers that were not asked for."""
    names = set(peers)
    return [each for each in comparisons if each.kind != "peer projects" or each.source in names]


def table(comparisons: Iterable[Comparison]) -> pd.DataFrame:
    """One row a comparison, typed, its reasons and remedies as sentences one after another."""
    rows = [
        asdict(each) | {"reasons": " ".join(each.reasons), "remedies": " ".join(each.remedies)}
        for each in comparisons
    ]
    names = [item.name for item in fields(Comparison)]
    types = {
        item.name: {"float": "float64", "int": "int64"}.get(str(item.type.__name__), "str")
        if isinstance(item.type, type)
        else "str"
        for item in fields(Comparison)
    }
    return pd.DataFrame(rows, columns=names).astype(types)

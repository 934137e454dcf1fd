"""Raw peers: another portfolio, or our own other departments, set beside ours case by case."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import expm1

import numpy as np
import pandas as pd

from pmo_lib.benchmark.against_published import rating_scale
from pmo_lib.benchmark.comparability import comparability, facts_of
from pmo_lib.benchmark.comparison import Comparison, Kind
from pmo_lib.benchmark.like_for_like import LikeForLike, like_for_like
from pmo_lib.engine.observe import observe
from pmo_lib.engine.result import ORGANISATION, KpiResult
from pmo_lib.engine.summary import of_department, pooled, usable
from pmo_lib.engine.view import View, availability
from pmo_lib.facts.portfolio import TIERS, original_baselines, rows_of, tier_bounds
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import Kpi
from pmo_lib.stats import position
from pmo_lib.stats.estimate import Estimate
from pmo_lib.stats.numbers import Floats

OTHERS = "our other departments"


@dataclass(frozen=True)
class Side:
    """One side of a comparison: its result and the cases that it rests on."""

    view: View
    result: KpiResult
    units: pd.DataFrame

    @property
    def estimate(self) -> Estimate:
        found = self.result
        return Estimate(found.value, found.low, found.high, found.n, clusters=found.cases)

    @property
    def each(self) -> Floats:
        """Every case's own value."""
        found: Floats = (self.units["numerator"] / self.units["denominator"]).to_numpy()
        return found


def against_peers(
    view: View, peers: Mapping[str, View], departments: Iterable[str] = (ORGANISATION,)
) -> list[Comparison]:
    """Every KPI that we and a peer measure by shares, means or medians, per department.

    A department is set beside each peer, and beside our other departments together.
    """
    own = _cases(view)
    others = {name: (peer, _cases(peer)) for name, peer in peers.items()}
    found = []
    for department in departments:
        sides = {kpi_id: _side(kpi_id, view, department, own[kpi_id]) for kpi_id in own}
        measured = {kpi_id: side for kpi_id, side in sides.items() if side.result.is_measured}
        for name, (peer, cases) in others.items():
            found += [
                _beside(ours, _side(kpi_id, peer, ORGANISATION, cases[kpi_id]), "peer projects",
                        name, department)
                for kpi_id, ours in measured.items()
                if len(cases.get(kpi_id, ()))
            ]  # fmt: skip
        if department != ORGANISATION:
            found += [
                _beside(ours, theirs, "own departments", OTHERS, department)
                for kpi_id, ours in measured.items()
                if len((theirs := _others(kpi_id, view, department, own[kpi_id])).units)
            ]
    return found


def _cases(view: View) -> dict[str, pd.DataFrame]:
    """The usable cases of every KPI that can be compared and is measured at all."""
    return {
        kpi.id: usable(kpi, pooled(observe(kpi, view)))
        for kpi in CATALOGUE.values()
        if kpi.statistic.among_peers
        and kpi.level == "department"
        and availability(kpi, view)[0] == "measured"
    }


def _side(kpi_id: str, view: View, department: str, units: pd.DataFrame) -> Side:
    if department != ORGANISATION:
        units = units[units["department"] == department]
    return _side_of(CATALOGUE[kpi_id], view, department, units)


def _others(kpi_id: str, view: View, department: str, units: pd.DataFrame) -> Side:
    kpi = CATALOGUE[kpi_id]
    return _side_of(kpi, view, department, units[units["department"] != department])


def _side_of(kpi: Kpi, view: View, department: str, units: pd.DataFrame) -> Side:
    return Side(view, of_department(kpi, view, department, units)[0], units)


def _beside(ours: Side, theirs: Side, kind: Kind, name: str, department: str) -> Comparison:
    """One KPI of ours beside the peer's: judged, and where it is fair position and gap."""
    kpi = CATALOGUE[ours.result.kpi_id]
    mine, other = (
        facts_of(kpi, "", side.view.settings, rating_scale(side.view)) for side in (ours, theirs)
    )
    judged = comparability(mine, replace(other, segment="all"))
    found = Comparison(
        kpi_id=kpi.id, department=department, kind=kind, source=name,
        judgement=judged.judgement, reasons=judged.reasons, remedies=judged.remedies,
        year=int(theirs.view.period[:4]), segment="all", statistic=mine.statistic,
        ours=ours.result.value, ours_low=ours.result.low, ours_high=ours.result.high,
        ours_n=ours.result.cases, theirs=theirs.result.value,
        theirs_low=theirs.result.low, theirs_high=theirs.result.high,
        theirs_n=theirs.result.cases or len(theirs.units),
        unit=kpi.unit,
    )  # fmt: skip
    few = ours.view.settings.disclosure.too_few
    if not theirs.result.is_measured:
        why = f"Of the peer's only {len(theirs.units)} cases are known; {few} are needed."
        return replace(found, judgement="not comparable", reasons=(*found.reasons, why))
    return _with_position(found, kpi, ours, theirs) if found.is_fair else found


def _with_position(found: Comparison, kpi: Kpi, ours: Side, theirs: Side) -> Comparison:
    level = ours.view.settings.confidence_level
    gap = position.gap_between(ours.estimate, theirs.estimate)
    found = replace(found, gap=gap.value, gap_low=gap.low, gap_high=gap.high, note=gap.note)
    if kpi.statistic.per_case or kpi.statistic.is_share_of_cases:
        found = _with_mix(found, kpi, ours, theirs)
    if not kpi.statistic.per_case:
        return found
    at = position.percentile_of_statistic(ours.each, theirs.each, 0.5, level)
    chance = position.superiority(
        ours.each, theirs.each, level, better="higher" if kpi.better == "higher" else "lower"
    )
    return replace(
        found, note="; ".join(filter(None, [found.note, at.note])),
        percentile=at.percentile, percentile_low=at.low, percentile_high=at.high,
        superiority=chance.value, superiority_low=chance.low, superiority_high=chance.high,
    )  # fmt: skip


def _with_mix(found: Comparison, kpi: Kpi, ours: Side, theirs: Side) -> Comparison:
    """With the gaps on the peers' mix of projects; refused where they turn the difference round."""
    view = ours.view
    gaps = like_for_like(
        _with_kind(kpi, ours, view), _with_kind(kpi, theirs, view), view.settings.confidence_level
    )
    gaps = _as_shares(gaps) if kpi.statistic.per_case else gaps
    same, balanced = gaps.standardised, gaps.balanced
    found = replace(
        found, mix=gaps.reason,
        standardised=same.value, standardised_low=same.low, standardised_high=same.high,
        balanced=balanced.value, balanced_low=balanced.low, balanced_high=balanced.high,
    )  # fmt: skip
    if gaps.judgement == "context only":  # the gap stands, but with the doubt beside it
        return replace(found, note="; ".join(filter(None, [found.note, gaps.reason])))
    if gaps.judgement == "comparable":
        return found
    return replace(found, judgement="not comparable", reasons=(_sentence(gaps.reason),))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _as_shares(gaps: LikeForLike) -> LikeForLike:
    """Gaps of logarithms as shares, exp(gap) - 1."""
    return replace(
        gaps,
        **{
            name: replace(gap, value=expm1(gap.value), low=expm1(gap.low), high=expm1(gap.high))
            for name in ("raw", "standardised", "balanced")
            for gap in [getattr(gaps, name)]
        },
    )


def _with_kind(kpi: Kpi, side: Side, view: View) -> pd.DataFrame:
    """Its cases with what may be averaged, their category and size by our own bounds.

    Overruns are averaged as logarithms. Sizes in another currency are not told.
    """
    ids, projects = side.units["case_id"].astype("str"), side.view.tables["projects"]
    category = projects["category"].array.take(rows_of(projects, ids), allow_fill=True)
    value = side.each if kpi.statistic.is_share_of_cases else np.log1p(np.maximum(side.each, -0.99))
    return pd.DataFrame({"value": value, "category": category, "size_tier": _tiers(side, view)})


def _tiers(side: Side, view: View) -> pd.Series:
    unknown = pd.Series(pd.NA, index=range(len(side.units)), dtype="str")
    if side.view.settings.currency != view.settings.currency or "baselines" not in view.tables:
        return unknown
    lower, upper = tier_bounds(view.tables["baselines"])
    costs = original_baselines(side.view.tables["baselines"]).set_index("project_id")["cost"]
    own = side.units["case_id"].map(costs).astype("float64").reset_index(drop=True)
    small, medium, large = TIERS
    tiers = unknown.mask(own > 0, large).mask(own <= upper, medium).mask(own <= lower, small)
    return tiers.where(own > 0)

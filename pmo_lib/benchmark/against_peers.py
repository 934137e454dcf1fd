"""Peers of which we have the cases: another portfolio, or our own other departments."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from pmo_lib.benchmark.comparability import comparability, facts_of
from pmo_lib.benchmark.comparison import BenchmarkKind, Comparison
from pmo_lib.benchmark.like_for_like import like_for_like
from pmo_lib.benchmark.side import Side
from pmo_lib.engine.result import ORGANISATION, KpiResult, of_subject
from pmo_lib.engine.summary import of_department
from pmo_lib.engine.view import availability
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import Kpi
from pmo_lib.stats import position
from pmo_lib.stats.estimate import Estimate
from pmo_lib.stats.numbers import Floats

OTHERS = "our other departments"


@dataclass(frozen=True)
class Cases:
    """The cases of a KPI on one side, what its headline comes to on them, and each one's value."""

    kpi: Kpi
    side: Side
    department: str
    units: pd.DataFrame

    @cached_property
    def result(self) -> KpiResult:
        return of_department(self.kpi, self.side.view, self.department, self.units)[0]

    @property
    def estimate(self) -> Estimate:
        """The headline without its note, which is of one side and not of the comparison."""
        return replace(self.result.estimate, note="")

    @cached_property
    def each(self) -> Floats:
        found: Floats = (self.units["numerator"] / self.units["denominator"]).to_numpy()
        return found


def against_peers(
    ours: Side, peers: Mapping[str, Side], departments: Iterable[str] = (ORGANISATION,)
) -> list[Comparison]:
    """Every KPI that we and a peer measure by shares, means or medians, per department.

    A department is set beside each peer, and beside our other departments together.
    """
    kpis = _compared(ours)
    theirs = {
        name: {kpi.id: Cases(kpi, peer, ORGANISATION, peer.cases(kpi)) for kpi in _compared(peer)}
        for name, peer in peers.items()
    }
    found = []
    for department in departments:
        own = [Cases(kpi, ours, department, of_subject(ours.cases(kpi), department))
               for kpi in kpis]  # fmt: skip
        measured = [cases for cases in own if cases.result.is_measured]
        beside: list[tuple[BenchmarkKind, str, Mapping[str, Cases]]] = [
            ("peer projects", name, cases) for name, cases in theirs.items()
        ]
        if department != ORGANISATION:
            beside.append(("own departments", OTHERS, _others(measured, department)))
        found += [
            _beside(cases, other[cases.kpi.id], kind, name)
            for kind, name, other in beside
            for cases in measured
            if cases.kpi.id in other and len(other[cases.kpi.id].units)
        ]
    return found


def _compared(side: Side) -> list[Kpi]:
    """The KPIs that can be compared and are measured at all, with their headline alone."""
    return [
        replace(kpi, also=(), segment="")
        for kpi in CATALOGUE.values()
        if kpi.statistic.among_peers
        and kpi.level == "department"
        and availability(kpi, side.view)[0] == "measured"
    ]


def _others(measured: Iterable[Cases], department: str) -> dict[str, Cases]:
    """The cases of all departments but this one."""
    found = {}
    for kpi, ours in ((cases.kpi, cases.side) for cases in measured):
        units = ours.cases(kpi)
        found[kpi.id] = Cases(kpi, ours, department, units[units["department"] != department])
    return found


def _beside(ours: Cases, theirs: Cases, kind: BenchmarkKind, name: str) -> Comparison:
    """One KPI of ours beside the peer's: judged, and where it is fair position and gap."""
    kpi, view = ours.kpi, ours.side.view
    mine, other = (
        facts_of(kpi, "", side.view.settings, side.rating_scale)
        for side in (ours.side, theirs.side)
    )
    found = Comparison(
        kpi_id=kpi.id, department=ours.department, kind=kind, source=name,
        **vars(comparability(mine, other)),
        year=int(theirs.side.view.period[:4]), segment="all", statistic=mine["statistic"],
        ours=ours.estimate, unit=kpi.unit,
        theirs=replace(theirs.estimate, clusters=theirs.result.cases or len(theirs.units)),
    )  # fmt: skip
    few = view.settings.disclosure.too_few
    if not theirs.result.is_measured:
        why = f"Of the peer's only {len(theirs.units)} cases are known; {few} are needed."
        return replace(found, judgement="not comparable", reasons=(*found.reasons, why))
    return _with_position(found, ours, theirs) if found.is_fair else found


def _with_position(found: Comparison, ours: Cases, theirs: Cases) -> Comparison:
    kpi, level = ours.kpi, ours.side.view.settings.confidence_level
    gap = position.gap_between(ours.estimate, theirs.estimate)
    found = replace(found, gap=gap, note=gap.note)
    if kpi.statistic.per_case or kpi.statistic.is_share_of_cases:
        found = _with_mix(found, ours, theirs, level)
    if not kpi.statistic.per_case:
        return found
    at = position.percentile_of_quantile(ours.each, theirs.each, 0.5, level)
    better: Literal["higher", "lower"] = "higher" if kpi.better == "higher" else "lower"
    return replace(
        found, percentile=at, note="; ".join(filter(None, [found.note, at.note])),
        superiority=position.superiority(ours.each, theirs.each, level, better),
    )  # fmt: skip


def _with_mix(found: Comparison, ours: Cases, theirs: Cases, level: float) -> Comparison:
    """With the gaps standardised to the peers' mix; refused where these reverse the difference."""
    gaps = like_for_like(_averaged(ours), _averaged(theirs), level)
    if ours.kpi.statistic.per_case:
        gaps = gaps.as_shares()
    elif ours.kpi.statistic.is_share_of_cases:
        gaps = gaps.within(1.0)
    found = replace(found, mix=gaps.reason, standardised=gaps.standardised, balanced=gaps.balanced)
    if gaps.judgement == "context only":  # the gap stands, but with the doubt beside it
        return replace(found, note="; ".join(filter(None, [found.note, gaps.reason])))
    if gaps.judgement == "comparable":
        return found
    why = f"{gaps.reason[:1].upper()}{gaps.reason[1:]}."
    return replace(found, judgement="not comparable", reasons=(why,))


def _averaged(cases: Cases) -> pd.DataFrame:
    """What may be averaged of each case: 0 or 1 of a rate, the logarithm of an overrun."""
    is_rate = cases.kpi.statistic.is_share_of_cases
    value = cases.each if is_rate else np.log1p(np.maximum(cases.each, -0.99))
    return cases.units[["category", "size_tier"]].assign(value=value)

"""Published figures compared with ours: comparable, context only, or not comparable because …"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pandas as pd

from pmo_lib.benchmark.comparability import WHAT, comparability, facts_of
from pmo_lib.benchmark.comparison import Comparison
from pmo_lib.benchmark.published import p_of, published, quantiles
from pmo_lib.benchmark.side import Side
from pmo_lib.contract.settings import Settings
from pmo_lib.engine.result import ORGANISATION, of_subject
from pmo_lib.engine.view import availability
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import Kpi
from pmo_lib.stats import means, position
from pmo_lib.stats.estimate import NOTHING, Estimate
from pmo_lib.stats.quantiles import quantile
from pmo_lib.stats.tails import FEWEST, HEAVY, tail_index

Row = Mapping[Hashable, Any]


# our own figure of a KPI, a statistic, a department and a segment, or why there is none
Own = Callable[[str, str, str, str], tuple[Estimate, str]]


@dataclass(frozen=True)
class Figure:
    """A published figure, or a set of quantiles of one thing, judged.

    ``statistic`` and ``segment`` say of which figure of ours it is; where ``statistic`` is empty
    there is none. ``sd`` is that of a published mean, ``quantiles`` the set by their probability.
    """

    said: Comparison
    statistic: str = ""
    segment: str = "all"
    sd: float = float("nan")
    quantiles: pd.Series | None = None


def against_published(ours: Side, departments: Iterable[str] = (ORGANISATION,)) -> list[Comparison]:
    """Every published figure in `benchmarks`, in their order, then every set of quantiles.

    A figure that belongs to a set is reported with its set only.
    """
    view = ours.view
    benchmarks = view.table("benchmarks")
    if benchmarks is None:
        return []
    rows = published(benchmarks)
    sets = quantiles(rows)
    alone = rows.drop(index=[row for group in sets for row in group.index]).to_dict("records")
    figures = [_judged(row, ours) for row in alone] + [_judged_set(group, ours) for group in sets]

    @cache  # many sources report the same thing
    def own(kpi_id: str, statistic: str, department: str, segment: str) -> tuple[Estimate, str]:
        return _own(CATALOGUE[kpi_id], statistic, ours, department, segment)

    return [
        _beside(figure, department, own, view.settings.confidence_level)
        for department in departments
        for figure in figures
    ]


def _judged(row: Row, ours: Side) -> Figure:
    """Whether the figure is comparable, and with which of ours: its statistic and segment."""
    said, projects = _said(row), ours.view.tables.get("projects")
    if row["fault"]:
        return Figure(replace(said, judgement="not comparable", reasons=(row["fault"],)))
    if not said.kpi_id:
        return Figure(replace(said, reasons=("No KPI of ours measures that.",)))
    kpi = CATALOGUE[said.kpi_id]
    settings, segment = ours.view.settings, "all"
    if projects is not None and categories_of(said.segment, projects, settings):
        segment = said.segment
    mine = said.statistic if kpi.statistic.per_case and said.statistic != "share" else ""
    facts = facts_of(kpi, mine, settings, ours.rating_scale, segment)
    scale = row["rating_scale"]
    stated = {name: row[name] for name in (*WHAT, "sector")}
    stated["rating_scale"] = "" if pd.isna(scale) else str(int(scale))
    said = replace(said, **vars(comparability(facts, stated)))
    if said.judgement == "not comparable":
        return Figure(said)
    return Figure(said, facts["statistic"], segment, row["sd"])


def _judged_set(group: pd.DataFrame, ours: Side) -> Figure:
    """A set of published quantiles, beside which our median is set."""
    fault = str(group["fault"].iloc[0])
    found = _judged({**group.iloc[0].to_dict(), "statistic": "median", "fault": ""}, ours)
    medians = group.loc[group["statistic"] == "median", "value"]
    theirs = replace(found.said.theirs, value=medians.iloc[0] if len(medians) else float("nan"))
    said = replace(found.said, kind="published quantiles", theirs=theirs)
    if fault:
        return Figure(replace(said, judgement="not comparable", reasons=(fault,)))
    return replace(found, said=said, quantiles=group.set_index("p")["value"])


def _said(row: Row) -> Comparison:
    """What the figure says, not yet judged."""
    n: int = 0 if pd.isna(row["n"]) else int(row["n"])
    names = ("kpi_id", "source", "metric", "segment", "statistic", "unit", "url")
    text: dict[str, Any] = {name: row[name] for name in names}
    return Comparison(
        **text, department="", kind="published", judgement="context only", year=int(row["year"]),
        version=f"{row['version']} of {row['versions']}" if row["versions"] > 1 else "",
        theirs=replace(NOTHING, value=float(row["value"]), n=n),
    )  # fmt: skip


def _beside(figure: Figure, department: str, own: Own, level: float) -> Comparison:
    """The figure beside one department's: where that is fair, with the gap to it."""
    found = replace(figure.said, department=department)
    if not figure.statistic:
        return found
    ours, why_not = own(found.kpi_id, figure.statistic, department, figure.segment)
    if why_not:
        return replace(found, judgement="context only", reasons=(*found.reasons, why_not))
    found = replace(found, ours=ours)
    if not found.is_fair:
        return found
    return (
        _placed(found, figure.quantiles)
        if figure.quantiles is not None
        else _with_gap(found, figure.sd, level)
    )


def _own(
    kpi: Kpi, statistic: str, ours: Side, department: str, segment: str
) -> tuple[Estimate, str]:
    """Our own figure of a published one's kind, on the projects of a segment alone."""
    view = ours.view
    state, reason = availability(kpi, view)
    if state != "measured":
        return NOTHING, f"{kpi.id} is {state}: {reason}"
    units = of_subject(ours.cases(kpi), department)
    if segment != "all":
        inside = categories_of(segment, view.tables["projects"], view.settings)
        units = units[units["category"].isin(inside)]
    estimate, why_not = _estimate(kpi, statistic, units, view.settings.confidence_level)
    few = view.settings.disclosure.too_few
    if not why_not and estimate.cases < few:
        why_not = f"We have fewer than {few} {kpi.population} to set beside it."
    return estimate, why_not


def categories_of(segment: str, projects: pd.DataFrame, settings: Settings) -> list[str]:
    """Our categories that are the segment: those named so in the settings, or called the same."""
    named = {name.casefold(): own for name, own in settings.segments.items()}
    wanted = {name.casefold() for name in named.get(segment.casefold(), [segment])}
    known = projects["category"].dropna().unique()
    return [category for category in known if category.casefold() in wanted]


def _estimate(kpi: Kpi, statistic: str, units: pd.DataFrame, level: float) -> tuple[Estimate, str]:
    """Our statistic of that kind, and why there can be none."""
    if units.empty:
        return NOTHING, f"We have no {kpi.population} to set beside it."
    if statistic == kpi.statistic.benchmark:
        return kpi.statistic(units, level), ""
    if not kpi.statistic.per_case:
        return NOTHING, f"We cannot give a {statistic} of {kpi.name}."
    values = (units["numerator"] / units["denominator"]).to_numpy()
    if statistic != "mean":
        return quantile(values, p_of(statistic), level), ""
    if len(values) < FEWEST or tail_index(1 + values).value <= HEAVY:
        return NOTHING, (
            f"Our own mean would rest on the few largest of {len(values)}: no interval would "
            "hold for it, so the median is what we report."
        )
    return means.mean(values, level), ""


def _with_gap(found: Comparison, sd: float, level: float) -> Comparison:
    """With the gap to a published figure, and what it would take to be level."""
    figure, n = found.theirs.value, found.theirs.n
    gap = position.gap_to_published(found.ours, found.statistic, figure, sd, n, level)
    found = replace(found, gap=gap, note=gap.note)
    return replace(found, to_move=_to_move(found))


def _to_move(found: Comparison) -> str:
    """How many more of ours would have had to succeed to match them."""
    kpi, n = CATALOGUE[found.kpi_id], found.ours.n
    if found.stands != "worse" or not kpi.statistic.is_share_of_cases:
        return ""
    k = round(found.ours.value * n)
    if kpi.better == "lower":
        more = position.successes_needed(n, n - k, 1 - found.theirs.value)
        return f"{more} fewer of {n} would have made us level"
    more = position.successes_needed(n, k, found.theirs.value)
    return f"{more} more of {n} would have made us level"


def _placed(found: Comparison, quantiles: pd.Series) -> Comparison:
    """With our percentile rank among the published quantiles, and the gap to their median."""
    rank, bound = position.percentile_from_quantiles(
        found.ours, quantiles.index.to_numpy(), quantiles.to_numpy()
    )
    gap = position.gap_to_constant(found.ours, found.theirs.value)
    return replace(found, percentile=rank, bound=bound, note=rank.note, gap=gap)

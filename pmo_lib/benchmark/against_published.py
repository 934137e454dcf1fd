"""Published figures set beside ours: comparable, context only, or not comparable because …"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pandas as pd

from pmo_lib.benchmark.comparability import Comparability, Facts, comparability, facts_of
from pmo_lib.benchmark.comparison import Comparison
from pmo_lib.benchmark.published import p_of, published, quantiles
from pmo_lib.contract.settings import Settings
from pmo_lib.engine.observe import observe
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.engine.summary import pooled, usable
from pmo_lib.engine.view import View, availability
from pmo_lib.facts.portfolio import rows_of
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import Kpi
from pmo_lib.stats import means, position
from pmo_lib.stats.estimate import NOTHING, Estimate
from pmo_lib.stats.quantiles import quantile
from pmo_lib.stats.tails import FEWEST, HEAVY, hill_index

Row = Mapping[Hashable, Any]


@dataclass(frozen=True)
class Ours:
    """Our figure of the kind that was published, or why there is none."""

    estimate: Estimate = NOTHING
    units: pd.DataFrame | None = None
    why_not: str = ""


Cases = Callable[[str], pd.DataFrame]  # a KPI's usable cases, by its id


def against_published(view: View, departments: Iterable[str] = (ORGANISATION,)) -> list[Comparison]:
    """Every published figure in `benchmarks`, in their order, then every set of quantiles.

    A figure that is one of a set is told with its set alone.
    """
    if "benchmarks" not in view.tables or "benchmarks" in view.withheld:
        return []
    rows = published(view.tables["benchmarks"])
    sets = quantiles(rows)
    alone = rows.drop(index=[row for group in sets for row in group.index]).to_dict("records")

    @cache
    def cases(kpi_id: str) -> pd.DataFrame:
        kpi = CATALOGUE[kpi_id]
        return usable(kpi, pooled(observe(kpi, view)))

    found = []
    for department in departments:
        found += [_beside(row, view, cases, department) for row in alone]
        found += [_among(group, view, cases, department) for group in sets]
    return found


def _figure(
    kpi: Kpi, statistic: str, view: View, cases: Cases, department: str, segment: str
) -> Ours:
    """Our own figure of a published one's kind, on the projects of a segment alone."""
    state, reason = availability(kpi, view)
    if state != "measured":
        return Ours(why_not=f"{kpi.id} is {state}: {reason}")
    units = cases(kpi.id)
    if department != ORGANISATION:
        units = units[units["department"] == department]
    if segment != "all":
        inside = categories_of(segment, view.tables["projects"], view.settings)
        units = units[_categories(units, view).isin(inside)]
    estimate, why_not = _estimate(kpi, statistic, units, view.settings.confidence_level)
    few = view.settings.disclosure.too_few
    if not why_not and estimate.cases < few:
        why_not = f"We have fewer than {few} {kpi.population} to set beside it."
    return Ours(estimate, units, why_not)


def categories_of(segment: str, projects: pd.DataFrame, settings: Settings) -> list[str]:
    """Our categories that are the segment: those named so in the settings, or called the same."""
    named = {name.casefold(): own for name, own in settings.segments.items()}
    wanted = {name.casefold() for name in named.get(segment.casefold(), [segment])}
    known = projects["category"].dropna().unique()
    return [category for category in known if category.casefold() in wanted]


def _categories(units: pd.DataFrame, view: View) -> pd.Series:
    projects = view.tables["projects"]
    at = rows_of(projects, units["case_id"].astype("str"))
    found = projects["category"].array.take(at, allow_fill=True)
    return pd.Series(found, index=units.index)


def _estimate(kpi: Kpi, statistic: str, units: pd.DataFrame, level: float) -> tuple[Estimate, str]:
    """Our statistic of that kind, and why there can be none."""
    if units.empty:
        return NOTHING, f"We have no {kpi.population} to set beside it."
    own = facts_of(kpi, "", Settings()).statistic
    if statistic == own:
        return kpi.statistic(units, level), ""
    if not kpi.statistic.per_case:
        return NOTHING, f"We cannot give a {statistic} of {kpi.name}."
    values = (units["numerator"] / units["denominator"]).to_numpy()
    if statistic == "mean":
        if len(values) < FEWEST or hill_index(1 + values) <= HEAVY:
            return NOTHING, (
                f"Our own mean would rest on the few largest of {len(values)}: no interval would "
                "hold for it, so the median is what we report."
            )
        return means.mean(values, level), ""
    return quantile(values, p_of(statistic), level), ""


def _common(row: Row, department: str) -> dict[str, Any]:
    """What every comparison says of the figure it is with."""
    text = {name: _text(row, name) for name in ("source", "metric", "segment", "statistic", "url")}
    version = f"{row['version']} of {row['versions']}" if row["versions"] > 1 else ""
    return text | {
        "kpi_id": _text(row, "kpi_id"), "department": department, "year": int(row["year"]),
        "version": version, "theirs": row["value"], "unit": _text(row, "unit"),
        "theirs_n": 0 if pd.isna(row["n"]) else int(row["n"]),
    }  # fmt: skip


def _beside(row: Row, view: View, cases: Cases, department: str) -> Comparison:
    """One published figure: judged, and where it is fair the gap to it."""
    common = _common(row, department)
    if row["fault"]:
        return Comparison(
            **common, kind="published", judgement="not comparable", reasons=(row["fault"],)
        )
    if not common["kpi_id"]:
        return Comparison(
            **common, kind="published", judgement="context only",
            reasons=("No KPI of ours measures that.",),
        )  # fmt: skip
    kpi = CATALOGUE[common["kpi_id"]]
    judged, ours = _judged(kpi, row, view, cases, department)
    found = Comparison(
        **common, kind="published", judgement=judged.judgement, reasons=judged.reasons,
        remedies=judged.remedies,
    )  # fmt: skip
    if ours.why_not:
        worse = "context only" if found.is_fair else found.judgement
        return replace(found, judgement=worse, reasons=(*found.reasons, ours.why_not))
    found = _with_ours(found, ours.estimate)
    return _with_gap(found, kpi, row, ours, view) if found.is_fair else found


def _judged(
    kpi: Kpi, row: Row, view: View, cases: Cases, department: str
) -> tuple[Comparability, Ours]:
    """Whether the figure is comparable, and ours of the same kind on the same segment."""
    segment, statistic = _text(row, "segment"), _text(row, "statistic")
    has_segment = segment == "all" or (
        "projects" in view.tables
        and bool(categories_of(segment, view.tables["projects"], view.settings))
    )
    mine = statistic if kpi.statistic.per_case and statistic != "share" else ""
    ours = facts_of(kpi, mine, view.settings, rating_scale(view), segment if has_segment else "all")
    judged = comparability(ours, _facts(row))
    if judged.judgement == "not comparable":
        return judged, Ours()
    return judged, _figure(kpi, ours.statistic, view, cases, department, ours.segment)


def _facts(row: Row) -> Facts:
    scale = row["rating_scale"]
    return Facts(
        statistic=_text(row, "statistic"),
        unit_of_analysis=_text(row, "unit_of_analysis"),
        population=_text(row, "population"),
        baseline_definition=_text(row, "baseline_definition"),
        prices=_text(row, "prices"),
        rating_scale=0 if pd.isna(scale) else int(scale),
        segment=_text(row, "segment"),
        sector=_text(row, "sector"),
    )


def rating_scale(view: View) -> int:
    """The number of colours of our latest ratings; 0 where there are none."""
    reports = view.tables.get("status_reports")
    if reports is None:
        return 0
    rated = reports[reports["rag"].notna() & (reports["period"] <= view.period)]
    latest = rated.loc[rated["period"] == rated["period"].max(), "rag_scale"].dropna()
    return int(latest.mode().iloc[0]) if len(latest) else 0


def _with_ours(found: Comparison, own: Estimate) -> Comparison:
    return replace(found, ours=own.value, ours_low=own.low, ours_high=own.high, ours_n=own.cases)


def _with_gap(found: Comparison, kpi: Kpi, row: Row, ours: Ours, view: View) -> Comparison:
    level, their_n = view.settings.confidence_level, found.theirs_n
    if found.statistic == "share":
        gap = position.gap_to_share(ours.estimate, found.theirs, their_n, level)
    elif found.statistic == "mean":
        gap = position.gap_to_mean(ours.estimate, found.theirs, row["sd"], their_n, level)
    else:
        gap = position.gap_to_constant(ours.estimate, found.theirs)
    found = replace(found, gap=gap.value, gap_low=gap.low, gap_high=gap.high, note=gap.note)
    return replace(found, to_move=_to_move(found, kpi, ours))


def _to_move(found: Comparison, kpi: Kpi, ours: Ours) -> str:
    """How many more of ours would have had to succeed to be where they are."""
    if found.stands != "worse" or not kpi.statistic.is_share_of_cases or ours.units is None:
        return ""
    n, k = ours.estimate.n, round(ours.estimate.value * ours.estimate.n)
    if kpi.better == "lower":
        more = position.successes_needed(n, n - k, 1 - found.theirs)
        return f"{more} fewer of {n} would have made us level"
    return f"{position.successes_needed(n, k, found.theirs)} more of {n} would have made us level"


def _among(group: pd.DataFrame, view: View, cases: Cases, department: str) -> Comparison:
    """A set of published quantiles: where our median lies among them."""
    row = {**group.iloc[0].to_dict(), "statistic": "median"}
    common = _common(row, department) | {
        "statistic": "median", "theirs_n": 0 if pd.isna(row["n"]) else int(row["n"]),
        "theirs": _median_of(group),
    }  # fmt: skip
    kpi = CATALOGUE[common["kpi_id"]]
    judged, ours = _judged(kpi, row, view, cases, department)
    found = Comparison(
        **common, kind="published quantiles", judgement=judged.judgement, reasons=judged.reasons,
        remedies=judged.remedies,
    )  # fmt: skip
    if fault := str(group["fault"].iloc[0]):
        return replace(found, judgement="not comparable", reasons=(fault,))
    if ours.why_not:
        worse = "context only" if found.is_fair else found.judgement
        return replace(found, judgement=worse, reasons=(*found.reasons, ours.why_not))
    found = _with_ours(found, ours.estimate)
    if not found.is_fair:
        return found
    p = group["statistic"].map(p_of).to_numpy(dtype="float64")
    at = position.percentile_from_quantiles(
        ours.estimate, p, group["value"].to_numpy(dtype="float64")
    )
    gap = position.gap_to_constant(ours.estimate, found.theirs)
    return replace(
        found, percentile=at.percentile, percentile_low=at.low, percentile_high=at.high,
        bound=at.bound, note=at.note,
        gap=gap.value, gap_low=gap.low, gap_high=gap.high,
    )  # fmt: skip


def _median_of(group: pd.DataFrame) -> float:
    medians = group.loc[group["statistic"] == "median", "value"]
    return float(medians.iloc[0]) if len(medians) else float("nan")


def _text(row: Row, name: str) -> str:
    value = row[name]
    return "" if pd.isna(value) else str(value)

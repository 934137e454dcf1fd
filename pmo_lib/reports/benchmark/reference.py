"""The reference class on a page: uplifts, the tail, projects under way, past forecasts."""

from collections.abc import Hashable, Mapping
from math import isnan
from typing import Any

import numpy as np
import pandas as pd
from IPython.display import HTML

from pmo_lib.benchmark.class_forecasts import (
    HIGH,
    MIDDLE,
    NOT_STATED,
    forecasts,
    history,
    in_flight_growth,
    left_out,
)
from pmo_lib.benchmark.forecast_calibration import back_test, calibration_sentence
from pmo_lib.benchmark.published import published, quantiles
from pmo_lib.benchmark.reference_class import Uplift, by_class, tail, uplift
from pmo_lib.engine.view import View
from pmo_lib.reports import page
from pmo_lib.stats.numbers import Floats
from pmo_lib.wording import DASH, counted, interval, listed, number

ALL = "all projects"
OWN, SO_FAR = "our own history", "so far, of projects still in flight"
MOST_PROJECTS = 60  # more would make a page nobody reads; the largest are told


def uplifts(view: View, peers: Mapping[str, View]) -> HTML:
    """The P50 and P80 uplift of each class: our own history, the peers', and as published.

    Of a peer's classes those that are ours too, and all its projects together.
    """
    level, ours = view.settings.confidence_level, _our_categories(view)
    rows: list[dict[str, object]] = [
        {
            "Class": page.lines(name, source),
            "Projects": f"{len(values):,}",
            "P50": _uplift(uplift(values, MIDDLE, level, parent, decided_at=HIGH)),
            "P80": _uplift(uplift(values, HIGH, level, parent)),
        }
        for source, (parent, classes) in _sources(view, peers).items()
        for name, values in ({ALL: parent} | dict(classes)).items()
        if name == ALL or source.startswith(OWN) or name in ours
    ] + _published(view)
    if not rows:
        return page.paragraph(f"No reference class is known: needs {NEEDED}.")
    gone = left_out(view)
    return page.joined(
        page.paragraph(
            f"Share of the approved cost to add; in small type the {number(level, 'share')} "
            "interval. A class that is too small borrows from all projects of its portfolio, and "
            "says so. A young portfolio has completed its short projects first, so its history "
            "leans that way.",
            f"{gone}." if gone else "",
        ),
        page.table(pd.DataFrame(rows), "What to add to an approved cost", "cards"),
    )


def tails(view: View, peers: Mapping[str, View]) -> HTML:
    """The share of overruns of 50 % and more, and how heavy the tail is, source by source."""
    level = view.settings.confidence_level
    said = [
        f"{source[0].upper()}{source[1:]}: "
        + tail(parent, level, "have grown" if source.endswith(SO_FAR) else "overran").sentence
        for source, (parent, _) in _sources(view, peers).items()
    ]
    return page.bullets(said, f"The tail cannot be told: needs {NEEDED}.")


def in_flight(view: View, peers: Mapping[str, View], department: str = "") -> HTML:
    """Our projects in flight: approved, current estimate, and the P50 and P80 of their class.

    The class is of our own history, or where there is none of a peer's.
    """
    past = {name: each for name, each in _completed(view, peers).items() if len(each)}
    running = forecasts(view, {}, department=department)
    if running.empty:
        return page.paragraph("No project is in flight.")
    if not past:
        return page.paragraph(
            f"What the {counted(len(running), 'project')} in flight will cost cannot be told: "
            f"nobody's completed projects are known with both costs. Needs {NEEDED}."
        )
    source, completed = next(iter(past.items()))
    found = forecasts(view, by_class(completed), department=department)
    shown = found.sort_values("approved_cost", ascending=False).head(MOST_PROJECTS)
    below = int(found["said"].str.contains("below what half").sum())
    known = int((found["current_estimate"].notna() & found["p50"].notna()).sum())
    told = [
        f"{below} of {counted(known, 'project')} with a current estimate put it below what half of "
        f"the completed projects of their class came to ({source}).",
        f"Money in {view.settings.currency}.",
    ]
    if len(found) > len(shown):
        told.append(f"The {len(found) - len(shown)} smallest are left out of the table.")
    rows = [_project(row) for row in shown.to_dict("records")]
    return page.joined(
        page.paragraph(*told),
        page.table(pd.DataFrame(rows), "Projects in flight and their class", "cards"),
    )


def calibration(view: View) -> HTML:
    """Whether the class, as it was known then, would have told the P50 and P80 right."""
    level, past = view.settings.confidence_level, history(view)
    if past.empty:
        return page.paragraph(f"That cannot be told: needs {NEEDED}.")
    return page.bullets(
        [calibration_sentence(back_test(past, p, level), p) for p in (MIDDLE, HIGH)]
    )


NEEDED = "actual_cost in projects.csv and cost in baselines.csv of completed projects"


def _completed(view: View, peers: Mapping[str, View]) -> dict[str, pd.DataFrame]:
    return {name: history(each) for name, each in {OWN: view, **peers}.items()}


def _sources(
    view: View, peers: Mapping[str, View]
) -> dict[str, tuple[Floats, Mapping[str, Floats]]]:
    """Each portfolio's overruns, all and by class; where none is completed its growth so far."""
    found = {}
    for name, each in {OWN: view, **peers}.items():
        past, column = history(each), "overrun"
        if past.empty:
            name, past, column = f"{name}, {SO_FAR}", in_flight_growth(each), "growth"
        if len(past):
            found[name] = (past[column].to_numpy(dtype="float64"), by_class(past, column))
    return found


def _our_categories(view: View) -> set[str]:
    if "projects" not in view.tables:
        return set()
    return set(view.tables["projects"]["category"].dropna()) | {NOT_STATED}


def _published(view: View) -> list[dict[str, object]]:
    """Classes whose quantiles were published: as they stand, nothing between or beyond them."""
    if "benchmarks" not in view.tables or "benchmarks" in view.withheld:
        return []
    rows = published(view.tables["benchmarks"])
    found: list[dict[str, object]] = []
    for group in quantiles(rows[rows["kpi_id"] == "D3"]):
        if group["fault"].iloc[0]:
            continue
        at = dict(zip(group["p"], group["value"], strict=True))
        first = group.iloc[0]
        found.append(
            {
                "Class": page.lines(first["segment"], f"{first['source']} {first['year']}"),
                "Projects": DASH if pd.isna(first["n"]) else f"{first['n']:,}",
                "P50": number(at.get(MIDDLE, np.nan), "share"),
                "P80": number(at.get(HIGH, np.nan), "share"),
            }
        )
    return found


def _project(row: Mapping[Hashable, Any]) -> dict[str, object]:
    beneath = listed([str(row["department"]), f"class {row['reference_class'] or 'unknown'}"])
    return {
        "Project": page.lines(str(row["name"]), beneath),
        "Approved": _money(row["approved_cost"]),
        "Current estimate": _money(row["current_estimate"]),
        "P50": page.lines(_money(row["p50"]), _ends(row["p50_low"], row["p50_high"])),
        "P80": page.lines(_money(row["p80"]), _ends(row["p80_low"], row["p80_high"])),
        "The estimate": row["said"] or row["note"],
    }


def _uplift(found: Uplift) -> HTML:
    if isnan(found.value):
        return page.lines(DASH, found.note)
    ends = interval(found.low, found.high, "share")
    return page.lines(number(found.value, "share"), "; ".join(filter(None, [ends, found.note])))


def _ends(low: float, high: float) -> str:
    return DASH if isnan(low) or isnan(high) else f"{_money(low)} to {_money(high)}"


def _money(value: float) -> str:
    return DASH if isnan(value) else f"{value:,.0f}"

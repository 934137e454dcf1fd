"""The reference class on a page: uplifts, the tail, projects under way, past forecasts."""

from collections.abc import Hashable, Mapping
from math import isnan
from typing import Any

import pandas as pd
from IPython.display import HTML

from pmo_lib.benchmark.class_forecasts import HIGH, MIDDLE
from pmo_lib.benchmark.forecast_calibration import calibration_sentence
from pmo_lib.benchmark.reference_class import ReferenceClass
from pmo_lib.engine.result import of_subject
from pmo_lib.reports import page
from pmo_lib.wording import DASH, counted, interval, listed, number

MOST_PROJECTS = 60  # more would make a page nobody reads; the largest are shown
NEEDED = "actual_cost in projects.csv and cost in baselines.csv of completed projects"


def uplifts(known: ReferenceClass, level: float) -> HTML:
    """The P50 and P80 uplift of each class: our own history, the peers', and as published.

    Of a peer's classes those that are ours too, and all its projects together.
    """
    if known.uplifts.empty:
        return page.paragraph(f"No reference class is known: needs {NEEDED}.")
    rows = [
        {
            "Class": page.lines(row["class"], row["source"]),
            "Projects": DASH if isnan(row["n"]) else f"{row['n']:,.0f}",
            "P50": _uplift(row, "p50"),
            "P80": _uplift(row, "p80"),
        }
        for row in known.uplifts.to_dict("records")
    ]
    return page.joined(
        page.paragraph(
            f"Share of the approved cost to add; in small type the {number(level, 'share')} "
            "interval. A class that is too small borrows from all projects of its portfolio, and "
            "says so. A young portfolio has completed its short projects first, so its history "
            "leans that way.",
            f"{known.left_out}." if known.left_out else "",
        ),
        page.table(pd.DataFrame(rows), "What to add to an approved cost", "cards"),
    )


def tails(known: ReferenceClass) -> HTML:
    """The share of overruns of 50 % and more, and how heavy the tail is, source by source."""
    sources = known.uplifts.groupby("portfolio")["source"].first()
    said = [
        f"{sources[name][:1].upper()}{sources[name][1:]}: {tail}"
        for name, tail in known.tails.items()
    ]
    return page.bullets(said, f"The tail cannot be assessed: needs {NEEDED}.")


def in_flight(known: ReferenceClass, department: str, currency: str) -> HTML:
    """Our projects in flight: approved, current estimate, and the P50 and P80 of their class.

    The class is of our own history, or where there is none of a peer's.
    """
    source, found = next(iter(known.forecasts.items()))
    found = of_subject(found, department)
    if found.empty:
        return page.paragraph("No project is in flight.")
    if not source:
        return page.paragraph(
            f"What the {counted(len(found), 'project')} in flight will cost cannot be forecast: "
            f"nobody's completed projects are known with both costs. Needs {NEEDED}."
        )
    shown = found.sort_values("approved_cost", ascending=False).head(MOST_PROJECTS)
    below = int(found["said"].str.contains("below what half").sum())
    with_both = int((found["current_estimate"].notna() & found["p50"].notna()).sum())
    past = known.calibration[0] if known.calibration else None
    is_off = past is not None and (past.low > MIDDLE or past.high < MIDDLE)
    caveat = [calibration_sentence(past, MIDDLE)] if past is not None and is_off else []
    said = [
        *caveat,
        f"{below} of {counted(with_both, 'project')} with a current estimate put it below what "
        f"half of the completed projects of their class came to ({source}).",
        f"Money in {currency}.",
    ]
    if len(found) > len(shown):
        said.append(f"The {len(found) - len(shown)} smallest are left out of the table.")
    rows = [_project(row) for row in shown.to_dict("records")]
    return page.joined(
        page.paragraph(*said),
        page.table(pd.DataFrame(rows), "Projects in flight and their class", "cards"),
    )


def calibration(known: ReferenceClass) -> HTML:
    """Whether the class, as it was known then, would have predicted the P50 and P80 well."""
    said = [
        calibration_sentence(found, p)
        for found, p in zip(known.calibration, (MIDDLE, HIGH), strict=False)
    ]
    return page.bullets(said, f"That cannot be determined: needs {NEEDED}.")


def _project(row: Mapping[Hashable, Any]) -> dict[str, object]:
    beneath = listed([str(row["department"]), f"class {row['reference_class'] or 'unknown'}"])
    return {
        "Project": page.lines(_name(row), beneath),
        "Approved": _money(row["approved_cost"]),
        "Current estimate": _money(row["current_estimate"]),
        "P50": page.lines(_money(row["p50"]), _ends(row["p50_low"], row["p50_high"])),
        "P80": page.lines(_money(row["p80"]), _ends(row["p80_low"], row["p80_high"])),
        "The estimate": row["said"] or row["note"],
    }


def _name(row: Mapping[Hashable, Any]) -> str:
    """What people call the project; its id where nobody wrote that down."""
    return str(row["project_id"] if pd.isna(row["name"]) else row["name"])


def _uplift(row: Mapping[Hashable, Any], name: str) -> HTML:
    value, note = row[name], row[f"{name}_note"]
    if isnan(value):
        return page.lines(DASH, note)
    ends = interval(row[f"{name}_low"], row[f"{name}_high"], "share")
    known = "" if not row["portfolio"] else ends
    return page.lines(number(value, "share"), "; ".join(filter(None, [known, note])))


def _ends(low: float, high: float) -> str:
    return DASH if isnan(low) or isnan(high) else f"{_money(low)} to {_money(high)}"


def _money(value: float) -> str:
    return DASH if isnan(value) else f"{value:,.0f}"

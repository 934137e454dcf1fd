"""The reference class on a page: uplifts, the tail, projects under way, past forecasts."""

from collections.abc import Mapping
from math import isnan

import numpy as np
import pandas as pd
from IPython.display import HTML

from pmo_lib.published import published, quantiles
from pmo_lib.reference_class import (
    ALL,
    Uplift,
    back_test,
    classes,
    growth,
    history,
    tail,
    uplift,
)
from pmo_lib.reference_class import (
    forecasts as forecast,
)
from pmo_lib.reports import page
from pmo_lib.view import View
from pmo_lib.wording import DASH, counted, interval, number

MOST_PROJECTS = 60  # more would make a page nobody reads; the largest are told
OWN, SO_FAR = "our own history", "so far, of projects still in flight"


def uplifts(view: View, peers: Mapping[str, View]) -> HTML:
    """The P50 and P80 uplift of each class: our own history, the peers', and as published.

    Of a peer's classes those that are ours too, and all its projects together.
    """
    level, ours = view.settings.confidence_level, _our_categories(view)
    rows: list[dict[str, object]] = [
        {
            "Class": page.lines(name, source),
            "Projects": f"{len(values):,}",
            "P50": _uplift(uplift(values, 0.5, level, parent)),
            "P80": _uplift(uplift(values, 0.8, level, parent)),
        }
        for source, past in _sources(view, peers).items()
        for parent in [past["overrun"].to_numpy(dtype="float64")]
        for name, values in ({ALL: parent} | classes(past)).items()
        if name == ALL or source.startswith(OWN) or name in ours
    ] + _published(view)
    if not rows:
        return page.paragraph(f"No reference class is known: needs {_needed()}.")
    return page.joined(
        page.paragraph(
            f"Share of the approved cost to add; in small type the {number(level, 'share')} "
            "interval. A class with fewer than 11 projects (P50: 5) borrows from all projects of "
            "its portfolio, and says so. Cancelled projects are not in it."
        ),
        page.table(pd.DataFrame(rows), "What to add to an approved cost", "cards"),
    )


def tails(view: View, peers: Mapping[str, View]) -> HTML:
    """The share of overruns of 50 % and more, their mean, and how heavy the tail is."""
    level, few = view.settings.confidence_level, view.settings.disclosure.too_few
    rows = []
    for source, past in _sources(view, peers).items():
        values = past["overrun"].to_numpy(dtype="float64")
        found = tail(values, level)
        beyond = int((values >= 0.5).sum())
        rows.append(
            {
                "Projects": page.lines(source, counted(len(values), "project")),
                "Overrun of 50 % or more": page.lines(
                    number(found.share.value, "share"),
                    interval(found.share.low, found.share.high, "share"),
                ),
                "Mean of those": number(found.mean, "share") if beyond >= few else DASH,
                "Tail index": _index(found.index, found.error),
                "So": found.said,
            }
        )
    if not rows:
        return page.paragraph(f"The tail cannot be told: needs {_needed()}.")
    return page.table(pd.DataFrame(rows), "How heavy the tail is", "cards")


def forecasts(view: View, peers: Mapping[str, View], department: str = "") -> HTML:
    """Our projects in flight: approved, current estimate, and the P50 and P80 of their class."""
    own = history(view)
    by_class, parent = classes(own), own["overrun"].to_numpy(dtype="float64")
    found = forecast(view, by_class, parent)
    if department and not found.empty:
        found = found[found["department"] == department]
    if found.empty:
        return page.paragraph("No project is in flight whose approved cost is known.")
    if len(own) == 0:
        return page.paragraph(
            f"What the {counted(len(found), 'project')} in flight will cost cannot be told from "
            f"our own past: no completed project has both costs. Needs {_needed()}."
        )
    shown = found.sort_values("approved", ascending=False).head(MOST_PROJECTS)
    rows = [
        {
            "Project": page.lines(str(row["name"]), f"{row['department']}, {row['class']}"),
            "Approved": _money(row["approved"]),
            "Current estimate": _money(row["estimate"]),
            "P50": page.lines(_money(row["p50"]), _ends(row, "p50")),
            "P80": page.lines(_money(row["p80"]), _ends(row, "p80")),
            "The estimate is": row["word"],
        }
        for row in shown.to_dict("records")
    ]
    below = int(found["word"].str.startswith("below").sum())
    known = int(found["estimate"].notna().sum())
    left = len(found) - len(shown)
    return page.joined(
        page.paragraph(
            f"{below} of {counted(known, 'project')} with a current estimate put it below what "
            f"half of the completed projects of their class came to. Money in "
            f"{view.settings.currency}."
            + (f" The {left} smallest are left out of the table." if left else "")
        ),
        page.table(pd.DataFrame(rows), "Projects in flight and their class", "cards"),
    )


def calibration(view: View) -> HTML:
    """Whether the class, as it was known then, would have told the P50 and P80 right."""
    level, past = view.settings.confidence_level, history(view)
    said = []
    for p in (0.5, 0.8):
        found = back_test(past, p, level)
        if found.n < view.settings.disclosure.indicative:
            continue
        right = found.low <= p <= found.high
        said.append(
            f"Of {counted(found.n, 'project')} {number(found.value, 'share')} "
            f"({number(level, 'share')} interval {interval(found.low, found.high, 'share')}) ended "
            f"at or below the P{100 * p:.0f} of those that had ended before them; "
            f"{'as' if right else 'not as'} it should be."
        )
    if not said:
        return page.paragraph(
            "That cannot be told: too few projects ended after enough others of known cost."
        )
    return page.paragraph(*said)


def _sources(view: View, peers: Mapping[str, View]) -> dict[str, pd.DataFrame]:
    """The histories there are, ours and each peer's; of projects in flight under their own name."""
    found = {}
    for name, each in {OWN: view, **peers}.items():
        past, running = history(each), growth(each)
        if len(past):
            found[name] = past
        if len(running) and len(past) == 0:
            found[f"{name}, {SO_FAR}"] = running
    return {name: past for name, past in found.items() if len(past)}


def _our_categories(view: View) -> set[str]:
    return set(view.tables["projects"]["category"].dropna()) if "projects" in view.tables else set()


def _published(view: View) -> list[dict[str, object]]:
    """Classes whose quantiles were published: as they stand, nothing between or beyond them."""
    if "benchmarks" not in view.tables or "benchmarks" in view.withheld:
        return []
    rows = published(view.tables["benchmarks"])
    found = []
    for group in quantiles(rows[rows["kpi_id"] == "D3"]):
        if group["fault"].iloc[0]:
            continue
        at = dict(zip(group["p"], group["value"], strict=True))
        first = group.iloc[0]
        n = first["n"]
        found.append(
            {
                "Class": page.lines(first["segment"], f"{first['source']} {first['year']}"),
                "Projects": DASH if pd.isna(n) else f"{n:,}",
                "P50": number(at.get(0.5, np.nan), "share"),
                "P80": number(at.get(0.8, np.nan), "share"),
            }
        )
    return found


def _uplift(found: Uplift) -> HTML:
    if isnan(found.value):
        return page.lines(DASH, found.note)
    ends = interval(found.low, found.high, "share")
    return page.lines(number(found.value, "share"), "; ".join(filter(None, [ends, found.note])))


def _ends(row: Mapping[object, object], name: str) -> str:
    low, high = (float(str(row[f"{name}{end}"])) for end in ("_low", "_high"))
    return DASH if isnan(low) or isnan(high) else f"{_money(low)} to {_money(high)}"


def _index(index: float, error: float) -> str:
    if not np.isfinite(index):
        return DASH
    return f"{index:.1f} (standard error {error:.1f})"


def _money(value: float) -> str:
    return DASH if isnan(value) else f"{value:,.0f}"


def _needed() -> str:
    return "actual_cost in projects.csv and cost in baselines.csv of completed projects"

"""A KPI over time with the control limits, as a figure and, small, as a line in a table."""

from html import escape

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from pmo_lib.assessment.behaviour import Behaviour
from pmo_lib.assessment.signals import BEYOND, ROW
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.months import months_in, spoken
from pmo_lib.reports.picture import ACCENT, BAND, PAPER, SHADE, SOFT, STRONG, Picture, drawn
from pmo_lib.wording import Unit, interval, number, shortened

MARKS = {BEYOND: ("D", STRONG), ROW: ("s", PAPER)}  # told apart without colour too
BAND_SHOWS = 0.5
LABEL_LETTERS = 34
MOST_YEARS = 8
WIDTH, HEIGHT, EDGE = 90, 22, 3
NEARLY = 0.005  # what a reader sees as the end of the scale


def behaviour_chart(kpi_id: str, found: Behaviour, department: str = "") -> Picture | str:
    """The points, their centre and limits, the baseline, and signals marked by their shape.

    Where it cannot tell, the reason instead, as the end of a sentence.
    """
    if not found.can_tell:
        return found.signal.removeprefix("cannot tell: ")
    kpi, points = CATALOGUE[kpi_id], found.points
    if _says_nothing(points, kpi.statistic.bounds):
        return "its limits span all that is possible, so that no value can be a signal"
    with drawn(3.4) as (figure, axes):
        at = np.arange(len(points))
        lower, upper = points["lower"], points["upper"]
        axes.fill_between(at, lower, upper, color=BAND, alpha=BAND_SHOWS, linewidth=0,
                          label="control limits")  # fmt: skip
        _baseline(axes, points, found.grain)
        for limit in (lower, upper):
            axes.plot(at, limit, color=SOFT, linewidth=0.8, linestyle=(0, (4, 2)))
        axes.plot(at, points["centre"], color=SOFT, linewidth=1.6)
        axes.plot(at, points["value"], "-o", color=ACCENT, linewidth=1, markersize=4)
        for rule, (shape, colour) in MARKS.items():
            marked = (points["rule"] == rule).to_numpy()
            if marked.any():
                axes.plot(
                    at[marked], points["value"].to_numpy()[marked], shape, markersize=7,
                    markerfacecolor=colour, markeredgecolor=STRONG, markeredgewidth=1.5, label=rule,
                )  # fmt: skip
        axes.set(xlim=(-0.7, len(points) - 0.3), ylabel=shortened(kpi.name, LABEL_LETTERS))
        _years(axes, points["period"])
        if kpi.unit == "share":
            axes.yaxis.set_major_formatter(PercentFormatter(1.0))
        axes.grid(visible=False, axis="x")
        figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=10)
    alt = _alt(kpi_id, found, department)
    return Picture(figure, alt, _as_table(found, kpi.unit))


def _says_nothing(points: pd.DataFrame, bounds: tuple[float, float]) -> bool:
    """Whether there is no signal, and the limits of the last point leave nothing beyond them."""
    last = points[points["lower"].notna()].tail(1)
    low, high = bounds
    nothing = (last["lower"] <= low + NEARLY) & (last["upper"] >= high - NEARLY)
    return bool(nothing.any()) and not points["rule"].ne("").any()


def sparkline_svg(points: pd.DataFrame, unit: Unit) -> str:
    """A line for a table's cell, its last point marked; nothing where there is no line.

    `points` has period and value, one row a period; a missing value is a gap in the line. Shares
    are drawn between 0 % and 100 %, so that those of a column can be compared.
    """
    values = points["value"].to_numpy("float64")
    at = np.flatnonzero(~np.isnan(values))
    if not (np.diff(at) == 1).any():  # lone points tell no course
        return ""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    x = EDGE + (WIDTH - 2 * EDGE) * np.arange(len(values)) / max(len(values) - 1, 1)
    bottom, top = (0.0, 1.0) if unit == "share" and low >= 0 and high <= 1 else (low, high)
    share = (values - bottom) / (top - bottom) if top > bottom else values * 0 + 0.5
    y = HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * share
    places = [f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True)]
    # a step to the next point is drawn, over a gap only moved; a lone point is a dot
    path = "".join(("L" if i and i - 1 in at else "M") + places[i] for i in at)
    path = path.replace("M", " M").strip() + "h.01"
    grain = "quarter" if "Q" in str(points["period"].iloc[0]) else "month"
    span = f"between {number(low, unit)} and {number(high, unit)}"
    label = (
        f"{len(at)} {grain}{'s' * (len(at) != 1)} {span}, the last {number(values[at[-1]], unit)}"
    )
    return (
        f'<svg class="spark" role="img" aria-label="{escape(label)}" width="{WIDTH}" '
        f'height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"><path d="{path}" fill="none" '
        'stroke="currentColor" stroke-width="1.5" stroke-linecap="round"/>'
        f'<circle cx="{x[at[-1]]:.1f}" cy="{y[at[-1]]:.1f}" r="2.5" fill="currentColor"/></svg>'
    )


def _baseline(axes: Axes, points: pd.DataFrame, grain: str) -> None:
    """The span of the points that the limits rest on, shaded."""
    own = np.flatnonzero(points["is_baseline"])
    if own.size:
        label = f"{grain}s of the baseline"
        axes.axvspan(own[0] - 0.5, own[-1] + 0.5, color=SHADE, linewidth=0, zorder=0, label=label)


def _years(axes: Axes, periods: pd.Series) -> None:
    """The years at their first month or quarter, not more than can be read."""
    starts = [at for at, name in enumerate(periods) if months_in(name)[0].endswith("-01")]
    starts = starts[:: -(-len(starts) // MOST_YEARS) or 1] or [0]
    axes.set_xticks(starts, [periods.iloc[at][:4] for at in starts])


def _alt(kpi_id: str, found: Behaviour, department: str) -> str:
    kpi = CATALOGUE[kpi_id]
    known = found.points[found.points["value"].notna()]
    last = known.iloc[-1]
    limits = interval(last["lower"], last["upper"], kpi.unit)
    between = f", control limits {limits}" if np.isfinite(last["centre"]) else ""
    signal = found.signal[0].upper() + found.signal[1:]
    return (
        f"{kpi.name}, {department or ORGANISATION}, {found.grain}s from "
        f"{spoken(known['period'].iloc[0])}; last {spoken(last['period'])}: "
        f"{number(last['value'], kpi.unit)}{between}. {signal}."
    )


def _as_table(found: Behaviour, unit: Unit) -> pd.DataFrame:
    """The points as a table."""
    points = found.points
    limits = zip(points["lower"], points["upper"], strict=True)
    return pd.DataFrame(
        {
            found.grain.capitalize(): [spoken(period) for period in points["period"]],
            "Value": [number(value, unit) for value in points["value"]],
            "n": points["n"],
            "Centre": [number(value, unit) for value in points["centre"]],
            "Limits": [interval(low, high, unit) for low, high in limits],
            "In the baseline": ["yes" if own else "no" for own in points["is_baseline"]],
            "Signal": list(points["rule"]),
        }
    )

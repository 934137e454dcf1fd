"""The figures of the reports, each with its alt text and the numbers it shows."""

from collections.abc import Sequence

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from pmo_lib.catalogue import CATALOGUE
from pmo_lib.engine import View, availability, observe, results, yearly_results
from pmo_lib.picture import ACCENT, INK, SOFT, STRONG, Picture, drawn
from pmo_lib.result import ORGANISATION, KpiResult
from pmo_lib.size import TIERS, size_tiers
from pmo_lib.wording import DASH, interval, number, shortened

LABEL_LETTERS = 34  # more would leave no room for the figure


def rates(found: Sequence[KpiResult], level: float) -> Picture | None:
    """Shares as dots with their intervals, one row a KPI; None where none is measured."""
    shown = [r for r in found if r.is_measured and r.statistic == "rate"]
    return (
        _dots(shown, [CATALOGUE[r.kpi_id].name for r in shown], level, "Shares") if shown else None
    )


def by_department(
    kpi_id: str, view: View, departments: Sequence[str], own: str = ""
) -> Picture | None:
    """One rate for the organisation and each department, best first; the `own` one stands out.

    Departments with too few cases to be ranked come last, marked as indicative.
    """
    kpi, few = CATALOGUE[kpi_id], view.settings.disclosure.indicative
    found = [
        result
        for result in results(view, [ORGANISATION, *departments], [kpi_id])
        if result.is_measured and result.statistic == kpi.statistic
    ]
    if len(found) < 3:
        return None
    sign = -1 if kpi.better == "higher" else 1
    ordered = sorted(
        found, key=lambda r: (r.n < few, r.department if r.n < few else sign * r.value)
    )
    names = [r.department + (" (indicative)" if r.n < few else "") for r in ordered]
    stands_out = [r.department == (own or ORGANISATION) for r in ordered]
    level = view.settings.confidence_level
    return _dots(ordered, names, level, f"{kpi.name} by department", stands_out)


def yearly(kpi_id: str, view: View, department: str = "", years: int = 5) -> Picture | None:
    """A rate by calendar year with intervals, no line between; None with fewer than two years."""
    kpi, level = CATALOGUE[kpi_id], view.settings.confidence_level
    found = yearly_results(kpi_id, view, department or ORGANISATION, years)
    if sum(result.is_measured for result in found) < 2:
        return None
    whole = view.period.endswith("-12")
    labels = [
        result.period if whole or result.period != view.period[:4] else f"{result.period} so far"
        for result in found
    ]
    with drawn(3.6) as (figure, axes):
        for at, result in enumerate(found):
            if result.is_measured:
                axes.vlines(at, result.low, result.high, color=SOFT, linewidth=3)
                axes.plot(at, result.value, "o", color=ACCENT, ms=9, clip_on=False)
            said = f"n = {result.n}" if result.is_measured else result.state
            axes.annotate(said, (at, 1.02), xycoords=("data", "axes fraction"), ha="center")
        axes.set(ylim=(0, 1), xlim=(-0.5, len(found) - 0.5), ylabel=kpi.name)
        axes.set_xticks(range(len(found)), labels)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
        axes.grid(visible=False, axis="x")
    return _with_words(figure, f"{kpi.name} by year of completion", labels, found, level)


def overruns(kpi_id: str, view: View, department: str = "") -> Picture | None:
    """The distribution of an overrun: one dot a project by size tier, median and P80 marked."""
    kpi = CATALOGUE[kpi_id]
    if availability(kpi, view)[0] != "measured":
        return None
    units = observe(kpi, view)
    units = units[units["department"] == department] if department else units
    units = units.assign(
        overrun=units["numerator"] / units["denominator"],
        tier=units["project_id"].map(size_tiers(view.tables["baselines"])),
    ).dropna(subset=["overrun", "tier"])
    counts = units["tier"].value_counts()
    tiers = [tier for tier in TIERS if counts.get(tier, 0) >= view.settings.disclosure.too_few]
    if not tiers:
        return None
    units = units[units["tier"].isin(tiers)]
    spread = {tier: units.loc[units["tier"] == tier, "overrun"] for tier in tiers}
    edge = max(1.0, float(units["overrun"].quantile(0.97)))
    with drawn(1.3 + 0.75 * len(tiers)) as (figure, axes):
        shown = units.assign(overrun=units["overrun"].clip(upper=edge))
        sns.stripplot(
            shown, x="overrun", y="tier", order=tiers, ax=axes, color=ACCENT, alpha=0.55, jitter=0
        )
        for row, values in enumerate(spread.values()):
            for p, style in ((0.5, "-"), (0.8, ":")):
                axes.vlines(
                    values.quantile(p), row - 0.33, row + 0.33, INK, linestyle=style, linewidth=2.5
                )
        axes.axvline(0, color=SOFT, linewidth=1)
        axes.set(xlabel=f"{kpi.name}: solid line median, dotted line P80", ylabel="")
        axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    data = pd.DataFrame(
        {
            "size of project": tiers,
            "projects": [len(values) for values in spread.values()],
            "median": [number(float(values.quantile(0.5)), "share") for values in spread.values()],
            "P80": [number(float(values.quantile(0.8)), "share") for values in spread.values()],
        }
    )
    words = [
        f"{tier}: {n} projects, median {median}, P80 {p80}"
        for tier, n, median, p80 in data.itertuples(index=False)
    ]
    beyond = int((units["overrun"] > edge).sum())
    tail = f" {beyond} above {number(edge, 'share')} are drawn at the edge." if beyond else ""
    return Picture(figure, f"{kpi.name} by size of project. {'; '.join(words)}.{tail}", data)


def _dots(
    found: Sequence[KpiResult],
    names: Sequence[str],
    level: float,
    what: str,
    stands_out: Sequence[bool] = (),
) -> Picture:
    marked = list(stands_out) or [False] * len(found)
    with drawn(1.2 + 0.42 * len(found)) as (figure, axes):
        for row, (result, bold) in enumerate(zip(found, marked, strict=True)):
            colour = STRONG if bold else ACCENT
            axes.hlines(row, result.low, result.high, color=colour if bold else SOFT, linewidth=3)
            axes.plot(
                result.value,
                row,
                "D" if bold else "o",
                color=colour,
                ms=9 if bold else 8,
                clip_on=False,
            )
            said = f"{number(result.value, 'share')}  (n = {result.n})"
            axes.annotate(said, (1.02, row), xycoords=("axes fraction", "data"), va="center")
        axes.set_yticks(range(len(found)), [shortened(n, LABEL_LETTERS) for n in names])
        for label, bold in zip(axes.get_yticklabels(), marked, strict=True):
            label.set_fontweight("bold" if bold else "normal")
        axes.set(xlim=(0, 1), ylim=(len(found) - 0.5, -0.5))
        axes.set_xlabel(f"Share of the cases; line: {number(level, 'share')} interval")
        axes.xaxis.set_major_formatter(PercentFormatter(1.0))
        axes.grid(visible=False, axis="y")
    return _with_words(figure, what, names, found, level)


def _with_words(
    figure: Figure, what: str, names: Sequence[str], found: Sequence[KpiResult], level: float
) -> Picture:
    """The picture of shares with their intervals, told again as alt text and as a table."""
    data = pd.DataFrame(
        {
            "": list(names),
            "value": [number(r.value, "share") if r.is_measured else r.state for r in found],
            f"{number(level, 'share')} interval": [interval(r.low, r.high, "share") for r in found],
            "n": [r.n if r.is_measured else DASH for r in found],
        }
    )
    words = "; ".join(
        f"{name} {number(r.value, 'share')} ({interval(r.low, r.high, 'share')})"
        for name, r in zip(names, found, strict=True)
        if r.is_measured
    )
    return Picture(figure, f"{what} with {number(level, 'share')} intervals: {words}.", data)

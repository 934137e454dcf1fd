"""The figures of the reports, each with its alt text and the numbers it shows.

A figure that cannot be drawn is the reason instead, as the end of a sentence.
"""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from pmo_lib.contract.settings import Settings
from pmo_lib.engine.result import ORGANISATION, KpiResult
from pmo_lib.engine.view import View, availability
from pmo_lib.facts.portfolio import TIERS, size_tiers
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.measurement import Measurement
from pmo_lib.reports.lettering import label
from pmo_lib.reports.picture import ACCENT, INK, PAPER, SOFT, STRONG, Picture, drawn
from pmo_lib.stats.quantiles import quantile
from pmo_lib.wording import DASH, INDICATIVE, interval, number

LABEL_LETTERS = 34  # more would leave no room for the figure
MOST_ROWS = 30  # more departments are in the table, not in the figure
PLACES = 150  # along the axis of a distribution: closer dots would cover each other
MOST_WORDS = 12  # more are not read out to who cannot see


def rates(found: Sequence[KpiResult], level: float) -> Picture | str:
    """Shares as dots with their intervals, one row a KPI."""
    shown = [r for r in found if r.is_measured and r.statistic.is_rate and not r.segment]
    if not shown:
        return "no share is measured"
    names = [CATALOGUE[result.kpi_id].name for result in shown]
    data = _as_table(shown, names, level, "KPI")
    caption = f"Shares of the cases, each with its {number(level, 'share')} interval and n."
    return Picture(_dots(shown, names, data, level), _alt("Shares", data, level), data, caption)


def by_department(
    kpi_id: str, everything: Sequence[KpiResult], settings: Settings, own: str = ""
) -> Picture | str:
    """One rate for the organisation and each department, best first; the `own` one stands out.

    `everything` are the results of all departments, as they may be shown. Departments with too
    few cases to be ranked come last, marked as indicative. Of very many only the first and last
    are drawn; the table has all.
    """
    kpi, limits, level = CATALOGUE[kpi_id], settings.disclosure, settings.confidence_level
    found = [
        result
        for result in everything
        if (result.kpi_id, result.statistic, result.segment) == (kpi_id, kpi.statistic, "")
        and result.is_measured
    ]
    if sum(result.department != ORGANISATION for result in found) < 2:
        return f"fewer than two departments have {limits.too_few} cases"
    ranked = sorted(
        (result for result in found if result.cases >= limits.indicative),
        key=lambda result: result.value,
        reverse=kpi.better == "higher",
    )
    ordered = ranked + [result for result in found if result.cases < limits.indicative]
    named = [r.department + INDICATIVE * (r.cases < limits.indicative) for r in ordered]
    data = _as_table(ordered, named, level, "Department")
    half = MOST_ROWS // 2
    outer = ordered if len(ordered) <= MOST_ROWS else [*ordered[:half], *ordered[-half:]]
    drawn_ones = [r for r in ordered if r in outer or r.department in {own, ORGANISATION}]
    figure = _dots(
        drawn_ones,
        [result.department for result in drawn_ones],
        data,
        level,
        [result.department == (own or ORGANISATION) for result in drawn_ones],
        sum(result.cases >= limits.indicative for result in drawn_ones),
    )
    caption = (
        f"{kpi.name} by department{_ends(ranked)}. Each is a share of its n, with the "
        f"{number(level, 'share')} interval."
    )
    return Picture(figure, _alt(f"{kpi.name} by department", data, level), data, caption)


def _ends(ranked: Sequence[KpiResult]) -> str:
    """: from Sales, 79 %, to Operations, 40 %; nothing for fewer than two departments."""
    first, *rest = [r for r in ranked if r.department != ORGANISATION] or ranked
    if not rest:
        return ""
    best, worst = (f"{r.department}, {number(r.value, 'share')}," for r in (first, rest[-1]))
    return f": from {best} to {worst.rstrip(',')}"


def yearly(kpi_id: str, found: Sequence[KpiResult], view: View) -> Picture | str:
    """A rate by calendar year with intervals, no line between; `found` has a result a year."""
    kpi, level = CATALOGUE[kpi_id], view.settings.confidence_level
    if not found:
        return availability(kpi, view)[1]
    if sum(result.is_measured for result in found) < 2:
        return f"fewer than two years have {view.settings.disclosure.too_few} cases"
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
    data = _as_table(found, labels, level, "Year")
    known = [(at, r) for at, r in enumerate(found) if r.is_measured]
    ends = [f"{number(r.value, 'share')} in {labels[at]}" for at, r in (known[0], known[-1])]
    caption = (
        f"{kpi.name} by year of completion: {ends[0]}, {ends[1]}. Share of n projects, with the "
        f"{number(level, 'share')} interval."
    )
    return Picture(figure, _alt(f"{kpi.name} by year of completion", data, level), data, caption)


def overruns(kpi_id: str, measured: Measurement, department: str = "") -> Picture | str:
    """The distribution of an overrun: one dot a project by size tier, median and P80 marked."""
    view = measured.view
    kpi, limits = CATALOGUE[kpi_id], view.settings.disclosure
    state, reason = availability(kpi, view)
    if state != "measured":
        return reason
    units = measured.observations(kpi_id, department or None)
    units = units.assign(
        overrun=units["numerator"] / units["denominator"],
        tier=units["case_id"].map(size_tiers(view.tables["baselines"])),
    ).dropna(subset=["overrun", "tier"])
    spread = {
        tier: values
        for tier in TIERS
        if len(values := units.loc[units["tier"] == tier, "overrun"]) >= limits.too_few
    }
    if not spread:
        return f"no size of project has {limits.too_few} cases with a known original cost"
    units = units[units["tier"].isin(spread)]
    edge = max(1.0, float(units["overrun"].quantile(0.97)))
    with drawn(1.3 + 0.75 * len(spread)) as (figure, axes):
        shown = units.assign(overrun=units["overrun"].clip(upper=edge))
        _strips(axes, shown, list(spread))
        for row, values in enumerate(spread.values()):
            for p, style in ((0.5, "-"), (0.8, ":")):
                at = values.quantile(p)
                axes.vlines(at, row - 0.33, row + 0.33, INK, linestyle=style, linewidth=2.5)
        axes.axvline(0, color=SOFT, linewidth=1)
        axes.set(xlabel=f"{kpi.name}: solid line median, dotted line P80", ylabel="")
        axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    level = view.settings.confidence_level
    data = pd.DataFrame(
        [_of_tier(tier, values, level, limits.indicative) for tier, values in spread.items()]
    )
    words = [f"{row.iloc[0]}: {row.iloc[1]} projects, median {row.iloc[2]}, P80 {row.iloc[4]}"
             for _, row in data.iterrows()]  # fmt: skip
    beyond = int((units["overrun"] > edge).sum())
    tail = f" {beyond} above {number(edge, 'share')} are drawn at the edge." if beyond else ""
    return Picture(figure, f"{kpi.name} by size of project. {'; '.join(words)}.{tail}", data)


def _strips(axes: Axes, shown: pd.DataFrame, tiers: Sequence[str]) -> None:
    """A row of dots a tier: the darker, the more projects stand in one place."""
    width = (shown["overrun"].max() - shown["overrun"].min()) / PLACES or 1.0
    place = (shown["overrun"] / width).round() * width
    counts = shown.groupby(["tier", place])["overrun"].size().reset_index(name="n")
    axes.scatter(
        counts["overrun"], [tiers.index(tier) for tier in counts["tier"]], s=30,
        linewidth=0, clip_on=False,
        color=[to_rgba(ACCENT, min(0.45 + 0.2 * (n - 1), 1)) for n in counts["n"]],
    )  # fmt: skip
    axes.set_yticks(range(len(tiers)), tiers)
    axes.set_ylim(len(tiers) - 0.5, -0.5)


def _of_tier(tier: str, values: pd.Series, level: float, indicative: int) -> dict[str, object]:
    row: dict[str, object] = {
        "Size of project": tier + INDICATIVE * (len(values) < indicative),
        "Projects": len(values),
    }
    for name, p in (("Median", 0.5), ("P80", 0.8)):
        found = quantile(values.to_numpy(), p, level)
        row[name] = number(found.value, "share")
        row[f"{number(level, 'share')} interval of {name}"] = interval(
            found.low, found.high, "share"
        )
    return row


def _dots(
    found: Sequence[KpiResult],
    names: Sequence[str],
    table: pd.DataFrame,
    level: float,
    stands_out: Sequence[bool] = (),
    ranked: int | None = None,
) -> Figure:
    """One row a result; those from place `ranked` on stand beneath a rule, as indicative."""
    marked = list(stands_out) or [False] * len(found)
    with drawn(1.2 + 0.42 * len(found)) as (figure, axes):
        for row, (result, bold) in enumerate(zip(found, marked, strict=True)):
            colour, line = (STRONG, STRONG) if bold else (ACCENT, SOFT)
            axes.hlines(row, result.low, result.high, color=line, linewidth=3)
            axes.plot(result.value, row, "D" if bold else "o", color=colour, ms=8, clip_on=False)
            said = f"{number(result.value, 'share')}  (n = {result.n})"
            axes.annotate(said, (1.02, row), xycoords=("axes fraction", "data"), va="center")
        known = [str(name).removesuffix(INDICATIVE) for name in table.iloc[:, 0]]
        if ranked is not None and 0 < ranked < len(found):
            axes.axhline(ranked - 0.5, color=SOFT, linewidth=1, linestyle=":")
            axes.annotate(
                "few independent cases: indicative", (1.0, ranked - 0.5), ha="right", va="center",
                fontsize=8, bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1},
                xycoords=("axes fraction", "data"), color=SOFT,
            )  # fmt: skip
        axes.set_yticks(range(len(found)), [label(name, LABEL_LETTERS, known) for name in names])
        for tick, bold in zip(axes.get_yticklabels(), marked, strict=True):
            tick.set_fontweight("bold" if bold else "normal")
        axes.set(xlim=(0, 1), ylim=(len(found) - 0.5, -0.5))
        axes.set_xlabel(f"Share of the cases; line: {number(level, 'share')} interval")
        axes.xaxis.set_major_formatter(PercentFormatter(1.0))
        axes.grid(visible=False, axis="y")
    return figure


def _as_table(
    found: Sequence[KpiResult], names: Sequence[str], level: float, what: str
) -> pd.DataFrame:
    """Shares with their intervals as a table."""
    return pd.DataFrame(
        {
            what: list(names),
            "Value": [number(r.value, "share") if r.is_measured else r.state for r in found],
            f"{number(level, 'share')} interval": [interval(r.low, r.high, "share") for r in found],
            "n": [f"{r.n:,}" if r.is_measured else DASH for r in found],
        }
    )


def _alt(what: str, data: pd.DataFrame, level: float) -> str:
    """The table's first rows as a sentence."""
    rows = list(data.head(MOST_WORDS).itertuples(index=False, name=None))
    words = [f"{name} {value}" + f" ({ends})" * (ends != DASH) for name, value, ends, _ in rows]
    rest = len(data) - len(rows)
    more = f"; and {rest} more in the table" if rest else ""
    return f"{what} with {number(level, 'share')} intervals: {'; '.join(words)}{more}."

"""Comparisons on a page: the picture of where we stand, the fair ones, the refused ones."""

from collections.abc import Sequence
from math import isnan

import pandas as pd
from IPython.display import HTML
from matplotlib.ticker import PercentFormatter
from scipy.stats import false_discovery_control

from pmo_lib.benchmark.against_peers import OTHERS
from pmo_lib.benchmark.comparability import Judgement
from pmo_lib.benchmark.comparison import Comparison
from pmo_lib.contract.settings import Settings
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.reports import page
from pmo_lib.reports.picture import ACCENT, SOFT, STRONG, Picture, drawn
from pmo_lib.stats.significance import p_value
from pmo_lib.wording import (
    DASH,
    Unit,
    change,
    change_interval,
    counted,
    interval,
    number,
    shortened,
)

LABEL_LETTERS = 40
STANDS = {"better": "better", "worse": "worse", "no different": "may be chance", "": DASH,
          "higher": "higher", "lower": "lower"}  # fmt: skip


def positions(fair: Sequence[Comparison], level: float) -> Picture | str:
    """Our place among the peers, 0 to 100, a dot with its interval, one row a comparison."""
    placed = [each for each in fair if not isnan(each.percentile)]
    if not placed:
        return "no fair comparison gives a place among peers"
    names = [f"{each.kpi_id} {CATALOGUE[each.kpi_id].name}" for each in placed]
    with drawn(1.6 + 0.62 * len(placed)) as (figure, axes):
        axes.axvspan(0.25, 0.75, color="#e8edf1", zorder=0)
        axes.axvline(0.5, color=SOFT, linewidth=1.5)
        for row, each in enumerate(placed):
            colour = STRONG if each.stands == "worse" else ACCENT
            axes.hlines(row, each.percentile_low, each.percentile_high, color=colour, linewidth=3)
            axes.plot(each.percentile, row, "o", color=colour, ms=9, clip_on=False)
            place = f"{round(100 * each.percentile)} of 100"
            axes.annotate(place, (1.02, row), xycoords=("axes fraction", "data"), va="center")
        labels = [
            f"{shortened(name, LABEL_LETTERS)}\n{shortened(_against(each), LABEL_LETTERS)}"
            for name, each in zip(names, placed, strict=True)
        ]
        axes.set_yticks(range(len(placed)), labels)
        axes.set(xlim=(0, 1), ylim=(len(placed) - 0.5, -0.5))
        axes.set_xlabel(
            "Share of the peers' projects below ours\n"
            f"line: {number(level, 'share')} interval; band: the middle half of the peers"
        )
        axes.xaxis.set_major_formatter(PercentFormatter(1.0))
        axes.grid(visible=False, axis="y")
    data = pd.DataFrame(
        [
            {
                "KPI": name,
                "Beside": _against(each),
                "Place": f"{100 * each.percentile:.0f} of 100",
                "Interval": _ends(each),
                "Better is": CATALOGUE[each.kpi_id].better,
            }
            for name, each in zip(names, placed, strict=True)
        ]
    )
    words = "; ".join(f"{r['KPI']} beside {r['Beside']}: {r['Place']}" for _, r in data.iterrows())
    return Picture(figure, f"Our place among the peers. {words}.", data)


def fair(comparisons: Sequence[Comparison], level: str) -> HTML:
    """Each comparison of like with like: ours, theirs, the gap and what it would take."""
    if not comparisons:
        return page.paragraph("No benchmark compares like with like; below is why.")
    rows = [
        {
            "KPI": f"{each.kpi_id} {CATALOGUE[each.kpi_id].name}",
            "Beside": page.lines(_against(each), _what(each)),
            "Ours": page.lines(
                number(each.ours, unit := CATALOGUE[each.kpi_id].unit),
                f"{interval(each.ours_low, each.ours_high, unit)}, n = {each.ours_n:,}",
            ),
            "Theirs": page.lines(number(each.theirs, unit), _certainty(each)),
            "Ours less theirs": page.lines(
                change(each.gap, unit), change_interval(each.gap_low, each.gap_high, unit)
            ),
            "We are": STANDS[each.stands],
            "To know": " ".join(_to_know(each)),
        }
        for each in sorted(comparisons, key=lambda each: list(CATALOGUE).index(each.kpi_id))
    ]
    return page.joined(
        page.paragraph(
            f"In small type the {level}. Where the interval of the difference holds 0, the "
            "difference may be chance."
        ),
        page.table(pd.DataFrame(rows), "Comparisons of like with like", "cards"),
    )


def like_for_like(comparisons: Sequence[Comparison], level: str) -> HTML:
    """The gap as it stands and those with the peers' mix of projects, side by side."""
    rows = []
    for each in comparisons:
        if not each.mix:
            continue
        unit = CATALOGUE[each.kpi_id].unit
        rows.append(
            {
                "KPI": f"{each.kpi_id} {CATALOGUE[each.kpi_id].name}",
                "Beside": _against(each),
                "As it stands": _gap(each.gap, each.gap_low, each.gap_high, unit),
                "Same mix": _gap(
                    each.standardised, each.standardised_low, each.standardised_high, unit
                ),
                "Balanced": _gap(each.balanced, each.balanced_low, each.balanced_high, unit),
                "So": _sentence(each.mix),
            }
        )
    if not rows:
        return page.paragraph(
            "That needs a peer's own projects on the same baseline, and there are none."
        )
    return page.joined(
        page.paragraph(
            "Same mix weights the means of our kinds of projects as the peer's are spread over "
            "categories and sizes; Balanced finds weights that give our projects the peer's "
            "averages. For overruns both compare geometric means, and the first column medians. "
            f"In small type the {level}. Where the difference turns round, it is one of the mix, "
            "and the comparison is refused."
        ),
        page.table(pd.DataFrame(rows), "Like for like", "cards"),
    )


def departments(comparisons: Sequence[Comparison], settings: Settings) -> HTML:
    """The departments that stand apart from all others, under false-discovery control."""
    tested = [each for each in comparisons if each.is_fair and not isnan(_p_value(each, settings))]
    if not tested:
        return page.paragraph("No two departments have enough cases of a KPI to be compared.")
    share = settings.false_discovery_share
    adjusted = false_discovery_control([_p_value(each, settings) for each in tested], method="bh")
    apart = [each for each, p in zip(tested, adjusted, strict=True) if p <= share]
    said = page.paragraph(
        f"{counted(len(tested), 'comparison')} of one department with {OTHERS} could be made. "
        f"Standing out: {len(apart)}; about {number(share, 'share')} of such may be chance."
    )
    rows = [
        {
            "Department": each.department,
            "KPI": f"{each.kpi_id} {CATALOGUE[each.kpi_id].name}",
            "Its own": page.lines(
                number(each.ours, unit := CATALOGUE[each.kpi_id].unit), f"n = {each.ours_n:,}"
            ),
            "The others": page.lines(number(each.theirs, unit), f"n = {each.theirs_n:,}"),
            "Difference": _gap(each.gap, each.gap_low, each.gap_high, unit),
            "It is": STANDS[each.stands],
        }
        for each in apart
    ]
    if not rows:
        return said
    return page.joined(said, page.table(pd.DataFrame(rows), "Departments apart", "cards"))


def _p_value(each: Comparison, settings: Settings) -> float:
    cases = min(each.ours_n, each.theirs_n)
    return p_value(each.gap, each.gap_low, each.gap_high, 0.0, cases, settings.confidence_level)


def told(comparisons: Sequence[Comparison], judgement: Judgement) -> HTML:
    """Every benchmark so judged: what it is, what it says, and why it is no comparison."""
    rows = [
        {
            "Figure": page.lines(_against(each), each.metric),
            "Beside": each.kpi_id or DASH,
            "It says": _said(each),
            "Why": " ".join(each.reasons),
        }
        for each in comparisons
        if each.judgement == judgement
    ]
    if not rows:
        return page.paragraph("None.")
    summary = f"{counted(len(rows), 'figure')}, each with its reason"
    table = page.table(pd.DataFrame(rows), judgement.capitalize(), "cards")
    return page.folded(summary, table)


def _against(each: Comparison) -> str:
    year = f" {each.year}" if each.year and each.kind != "own departments" else ""
    of = f", {each.segment}" if each.segment and each.segment != "all" else ""
    version = f" (version {each.version})" if each.version else ""
    return f"{each.source}{year}{of}{version}"


def _what(each: Comparison) -> str:
    return f"{each.kind}: {each.statistic}"


def _said(each: Comparison) -> str:
    unit: Unit | None = CATALOGUE[each.kpi_id].unit if each.kpi_id in CATALOGUE else None
    figure = number(each.theirs, unit) if unit else f"{each.theirs:,.3g} {each.unit}"
    n = f", n = {each.theirs_n:,}" if each.theirs_n else ""
    return f"{each.statistic} {figure}{n}"


def _gap(value: float, low: float, high: float, unit: Unit) -> HTML:
    return page.lines(change(value, unit), change_interval(low, high, unit))


def _to_know(each: Comparison) -> list[str]:
    """Our place among them, how often ours are better, and what else to know of the figure."""
    said = []
    if each.bound:
        said.append(f"Ours is {each.bound} of what was published.")
    elif not isnan(each.percentile):
        ends = f" ({_ends(each)})" * (_ends(each) != DASH)
        said.append(f"Ours is at {100 * each.percentile:.0f} of 100 of theirs{ends}.")
    if not isnan(each.superiority):
        low, high = f"{100 * each.superiority_low:.0f}", f"{100 * each.superiority_high:.0f}"
        said.append(
            f"One of ours does better than one of theirs in {100 * each.superiority:.0f} of 100 "
            f"pairs ({low} to {high})."
        )
    return [*said, *filter(None, [_sentence(each.note), _sentence(each.to_move)])]


def _certainty(each: Comparison) -> str:
    """Their interval, where we have their cases, and their n."""
    ends = interval(each.theirs_low, each.theirs_high, CATALOGUE[each.kpi_id].unit)
    n = f"n = {each.theirs_n:,}" if each.theirs_n else "n not published"
    return n if ends == DASH else f"{ends}, {n}"


def _ends(each: Comparison) -> str:
    low, high = each.percentile_low, each.percentile_high
    return DASH if isnan(low) or isnan(high) else f"{100 * low:.0f} to {100 * high:.0f}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""

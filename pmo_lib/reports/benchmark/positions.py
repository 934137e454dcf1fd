"""Comparisons on a page: the picture of where we stand, the fair ones, the refused ones."""

from collections.abc import Sequence
from math import isnan

import pandas as pd
from IPython.display import HTML
from matplotlib.ticker import PercentFormatter

from pmo_lib.benchmark.against_peers import OTHERS
from pmo_lib.benchmark.comparability import Judgement
from pmo_lib.benchmark.comparison import Comparison
from pmo_lib.contract.settings import Settings
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.reports import page
from pmo_lib.reports.lettering import label
from pmo_lib.reports.picture import ACCENT, SHADE, SOFT, STRONG, Picture, drawn
from pmo_lib.stats.estimate import Estimate
from pmo_lib.stats.significance import discovery, p_value
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
SURVEYS = (
    "Our survey is taken here as a sample of all who could answer one, as the peers' is; the KPI "
    "report's interval is narrower, for it is of those asked alone (finite population correction)."
)
STANDS = {"better": "better", "worse": "worse", "no different": "may be chance", "": DASH,
          "higher": "higher", "lower": "lower"}  # fmt: skip


def positions(fair: Sequence[Comparison], level: float) -> Picture | str:
    """Our percentile rank among the peers with its interval, one row a comparison."""
    placed = [each for each in fair if not isnan(each.percentile.value)]
    if not placed:
        return "no fair comparison gives a percentile rank among peers"
    names = [_kpi(each) for each in placed]
    with drawn(1.6 + 0.62 * len(placed)) as (figure, axes):
        axes.axvspan(0.25, 0.75, color=SHADE, zorder=0)
        axes.axvline(0.5, color=SOFT, linewidth=1.5)
        for row, each in enumerate(placed):
            at, colour = each.percentile, STRONG if each.stands == "worse" else ACCENT
            axes.hlines(row, at.low, at.high, color=colour, linewidth=3)
            axes.plot(at.value, row, "o", color=colour, ms=9, clip_on=False)
            place = f"{round(100 * at.value)}"
            axes.annotate(place, (1.02, row), xycoords=("axes fraction", "data"), va="center")
        beside = [_against(each) for each in placed]
        labels = [
            f"{shortened(name, LABEL_LETTERS)}\n{label(other, LABEL_LETTERS, beside)}"
            for name, other in zip(names, beside, strict=True)
        ]
        axes.set_yticks(range(len(placed)), labels)
        axes.set(xlim=(0, 1), ylim=(len(placed) - 0.5, -0.5))
        axes.set_xlabel(
            "Percentile rank: share of the peers' projects below ours\n"
            f"line: {number(level, 'share')} interval; band: the peers' interquartile range"
        )
        axes.xaxis.set_major_formatter(PercentFormatter(1.0))
        axes.grid(visible=False, axis="y")
    data = pd.DataFrame(
        [
            {
                "KPI": name,
                "Beside": _against(each),
                "Percentile rank": f"{100 * each.percentile.value:.0f}",
                "Interval": _ends(each),
                "Better is": CATALOGUE[each.kpi_id].better,
            }
            for name, each in zip(names, placed, strict=True)
        ]
    )
    words = "; ".join(
        f"{r['KPI']} beside {r['Beside']}: percentile rank {r['Percentile rank']}"
        for _, r in data.iterrows()
    )
    return Picture(figure, f"Our percentile rank among the peers. {words}.", data)


def fair(comparisons: Sequence[Comparison], level: str) -> HTML:
    """Each comparison of like with like: ours, theirs, the gap and what it would take."""
    if not comparisons:
        return page.paragraph("No benchmark compares like with like; below is why.")
    rows = [
        {
            "KPI": _kpi(each),
            "Beside": page.lines(_against(each), f"{each.kind}: {each.statistic}"),
            "Ours": page.lines(
                number(each.ours.value, unit := CATALOGUE[each.kpi_id].unit),
                f"{interval(each.ours.low, each.ours.high, unit)}, n = {each.ours.cases:,}",
            ),
            "Theirs": page.lines(number(each.theirs.value, unit), _certainty(each)),
            "Difference: ours − theirs": _gap(each.gap, unit),
            "We are": STANDS[each.stands],
            "Notes": " ".join(_to_know(each)),
        }
        for each in sorted(comparisons, key=lambda each: list(CATALOGUE).index(each.kpi_id))
    ]
    asked = any(CATALOGUE[each.kpi_id].scale for each in comparisons)
    return page.joined(
        page.paragraph(
            f"In small type the {level}. Where the interval of the difference includes 0, the "
            "difference may be chance.",
            SURVEYS if asked else "",
        ),
        page.table(pd.DataFrame(rows), "Comparisons of like with like", "cards"),
    )


def like_for_like(comparisons: Sequence[Comparison], level: str) -> HTML:
    """The gap as it stands and those with the peers' mix of projects, side by side."""
    rows = [
        {
            "KPI": _kpi(each),
            "Beside": _against(each),
            "Unadjusted": _gap(each.gap, unit := CATALOGUE[each.kpi_id].unit),
            "Standardised": _gap(each.standardised, unit),
            "Entropy-balanced": _gap(each.balanced, unit),
            "Conclusion": _sentence(each.mix),
        }
        for each in comparisons
        if each.mix
    ]
    if not rows:
        return page.paragraph(
            "That needs a peer's own projects on the same baseline, and there are none."
        )
    return page.joined(
        page.paragraph(
            "Standardised weights the means of our strata of category and size as the peer's "
            "projects are spread over them; Entropy-balanced finds weights that give our projects "
            "the peer's averages. For overruns both compare geometric means, the first column "
            f"medians. In small type the {level}. Where the difference reverses, it is one of the "
            "mix, and the comparison is refused."
        ),
        page.table(pd.DataFrame(rows), "Like for like", "cards"),
    )


def departments(comparisons: Sequence[Comparison], settings: Settings) -> HTML:
    """The departments that stand apart from all others, under false-discovery control."""
    beside = [each for each in comparisons if each.kind == "own departments" and each.is_fair]
    adjusted = discovery([_p_value(each, settings.confidence_level) for each in beside])
    tested = [(each, p) for each, p in zip(beside, adjusted, strict=True) if not isnan(p)]
    if not tested:
        return page.paragraph("No two departments have enough cases of a KPI to be compared.")
    share = settings.false_discovery_share
    apart = [each for each, p in tested if p <= share]
    said = page.paragraph(
        f"{counted(len(tested), 'comparison')} of one department with {OTHERS} could be made. "
        f"Significant: {len(apart)}, at a false discovery rate of {number(share, 'share')}."
    )
    if not apart:
        return said
    rows = [
        {
            "Department": each.department,
            "KPI": _kpi(each),
            "Its own": _with_n(each.ours, unit := CATALOGUE[each.kpi_id].unit),
            "The others": _with_n(each.theirs, unit),
            "Difference": _gap(each.gap, unit),
            "It is": STANDS[each.stands],
        }
        for each in apart
    ]
    return page.joined(
        said, page.table(pd.DataFrame(rows), "Departments that differ from the others", "cards")
    )


def _p_value(each: Comparison, level: float) -> float:
    gap, cases = each.gap, min(each.ours.cases, each.theirs.cases)
    return p_value(gap.value, gap.low, gap.high, 0.0, cases, level)


def listing(comparisons: Sequence[Comparison], judgement: Judgement) -> HTML:
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


def _kpi(each: Comparison) -> str:
    return f"{each.kpi_id} {CATALOGUE[each.kpi_id].name}"


def _said(each: Comparison) -> str:
    theirs, kpi = each.theirs, CATALOGUE.get(each.kpi_id)
    figure = number(theirs.value, kpi.unit) if kpi else f"{theirs.value:,.3g} {each.unit}"
    return f"{each.statistic} {figure}" + f", n = {theirs.cases:,}" * bool(theirs.cases)


def _gap(gap: Estimate, unit: Unit) -> HTML:
    return page.lines(change(gap.value, unit), change_interval(gap.low, gap.high, unit))


def _with_n(found: Estimate, unit: Unit) -> HTML:
    return page.lines(number(found.value, unit), f"n = {found.cases:,}")


def _to_know(each: Comparison) -> list[str]:
    """Our percentile rank, the probability of superiority, and the notes of the comparison."""
    said = []
    if each.bound:
        said.append(f"Ours is {each.bound} of what was published.")
    elif not isnan(each.percentile.value):
        ends = f" ({_ends(each)})" * (_ends(each) != DASH)
        said.append(f"Percentile rank among theirs: {100 * each.percentile.value:.0f}{ends}.")
    chance = each.superiority
    if not isnan(chance.value):
        said.append(
            f"Probability of superiority: one of ours does better than one of theirs in "
            f"{100 * chance.value:.0f} of 100 pairs ({100 * chance.low:.0f} to "
            f"{100 * chance.high:.0f})."
        )
    return [*said, *filter(None, [_sentence(each.note), _sentence(each.to_move)])]


def _certainty(each: Comparison) -> str:
    """Their interval, where we have their cases, and their n."""
    theirs = each.theirs
    ends = interval(theirs.low, theirs.high, CATALOGUE[each.kpi_id].unit)
    n = f"n = {theirs.cases:,}" if theirs.cases else "n not published"
    return n if ends == DASH else f"{ends}, {n}"


def _ends(each: Comparison) -> str:
    low, high = each.percentile.low, each.percentile.high
    return DASH if isnan(low) or isnan(high) else f"{100 * low:.0f} to {100 * high:.0f}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""

"""Two questions of every headline: is it better than before, and is its target kept?

than before      better or worse by more than matters and more than chance; else no clear change
against target   kept where the whole interval lies in the target range, not kept where all of it
                 lies outside; else cannot tell yet. A target of all is missed by a single one

Of many KPIs × departments some always look good or bad by chance. So the sure answers of each
question are limited to a false discovery rate (Benjamini & Hochberg 1995): over all KPIs of the
organisation, and over those of all departments together. Each direction is tested by itself, one
side only: where much gets better, the many small p-values of that would let chance pass for worse.
A change is tested against the largest that does not matter. A KPI that should be near a value has
that range as its target unless another is set.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from math import isnan, nan

from pmo_lib.assessment.materiality import material, off, target_of, widened
from pmo_lib.contract.settings import Settings
from pmo_lib.engine.result import (
    ORGANISATION,
    AgainstTarget,
    KpiResult,
    Target,
    ThanBefore,
    is_headline,
)
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import Kpi
from pmo_lib.stats.significance import discovery, p_above, p_value

TOO_FEW = "too few cases to be judged"
MOVED: tuple[ThanBefore, ...] = ("better", "worse")
NO_INTERVAL = "without an interval no change can be told from chance"


def judged(results: Iterable[KpiResult], settings: Settings) -> list[KpiResult]:
    """The results with target and both answers on every headline but those for context only."""
    found = [_aimed(result, settings) for result in results]
    adjust, share = partial(_adjusted, found), settings.false_discovery_share
    asked = [result if _is_judged(result) else None for result in found]
    moved = {
        word: adjust([nan if each is None else p_of_change(each, word, settings) for each in asked])
        for word in MOVED
    }
    inside = [off(each.value, _wide(each, settings)) == 0 for each in found]
    away = sure_sides([each.target.p_value for each in found], inside, adjust)
    return [
        result if each is None else _answering(
            each, [word for word in moved if moved[word][i] <= share], away[i] <= share, settings
        )
        for i, (result, each) in enumerate(zip(found, asked, strict=True))
    ]  # fmt: skip


def sure_sides(
    p: Sequence[float],
    inside: Sequence[bool],
    adjust: Callable[[Sequence[float]], list[float]] = discovery,
) -> list[float]:
    """Adjusted one-sided p of each lying where it does, in the range or out of it.

    `p` are the two-sided ones of lying on the nearest end. Each side is adjusted by itself.
    """
    both = list(zip(p, inside, strict=True))
    kept, missed = (
        adjust([each / 2 if is_in == side else 1 - each / 2 for each, is_in in both])
        for side in (True, False)
    )
    return [k if is_in else m for k, m, is_in in zip(kept, missed, inside, strict=True)]


def p_of_change(result: KpiResult, word: ThanBefore, settings: Settings) -> float:
    """One-sided p of being better, or worse, than before by more than what does not matter."""
    kpi, base, change = CATALOGUE[result.kpi_id], result.baseline, result.change
    slack, level = material(kpi, base, settings), settings.confidence_level

    def above(edge: float) -> float:
        return p_above(change.value, change.low, change.high, edge, change.cases, level)

    def below(edge: float) -> float:
        return p_above(-change.value, -change.high, -change.low, -edge, change.cases, level)

    if kpi.better != "near":
        return above(slack) if (kpi.better == "higher") == (word == "better") else below(-slack)
    low, high = result.target.low - base, result.target.high - base
    was = off(base, result.target)
    if word == "worse":  # beyond one end or the other, and both tails count
        ends = low - was - slack, high + was + slack
        return min(sum(map(above, ends)), sum(map(below, ends)), 1.0)
    if was <= slack:
        return nan  # so near its range that nothing could be better
    return max(above(low - was + slack), below(high + was - slack))


def without_reference(results: Iterable[KpiResult], first: Sequence[str] = ()) -> list[str]:
    """The measured KPIs with neither a target nor a baseline; those named `first` first."""
    lacking = [
        r.kpi_id for r in results
        if r.is_measured and r.against_target == "no target set" and isnan(r.baseline)
    ]  # fmt: skip
    return sorted(lacking, key=lambda each: first.index(each) if each in first else len(first))


def against(result: KpiResult, target: Target, is_sure: bool, few: int) -> AgainstTarget:
    """Whether the result keeps the target; `is_sure` says that chance does not explain it."""
    if isnan(target.low) and isnan(target.high):
        return "no target set"
    if not result.is_measured:
        return "cannot tell yet"
    if _is_of_all(result, target) and off(result.value, target) > 0:
        return "not kept"  # however few the cases: of all, one that misses is one too many
    if not (is_plain(result) or result.cases >= few):
        return "cannot tell yet"
    if _is_of_all(result, target):
        return "kept"
    ends = _ends(result)
    if not (is_sure or is_plain(result)) or any(map(isnan, ends)):
        return "cannot tell yet"
    if all(off(end, target) == 0 for end in ends):
        return "kept"
    low, high = ends
    return "not kept" if high < target.low or low > target.high else "cannot tell yet"


def aimed_at(result: KpiResult, low: float, high: float, level: float) -> Target:
    """The range with the p-value of lying on its nearest end; a missing end is open."""
    nearest = [end for end in (low, high) if not isnan(end)]
    if not result.is_measured or not nearest or is_plain(result):  # a fact is not tested
        return Target(low, high)
    value = result.value
    end = min(nearest, key=lambda each: abs(each - value))
    p = p_value(value, result.low, result.high, end, result.cases, level)
    return Target(low, high, p)


def _adjusted(found: Sequence[KpiResult], p: Sequence[float]) -> list[float]:
    """The p of results adjusted for false discovery, the organisation's apart from departments'.

    Else the one page that a board reads could say nothing for the many that it does not.
    """
    adjusted = [nan] * len(found)
    for is_whole in (True, False):
        at = [i for i, r in enumerate(found) if (r.department == ORGANISATION) == is_whole]
        for i, each in zip(at, discovery([p[i] for i in at]), strict=True):
            adjusted[i] = each
    return adjusted


def is_plain(result: KpiResult) -> bool:
    """Whether it is a plain count, which chance is not in and which is true of however few."""
    return result.statistic.is_fact and isnan(result.low)


def _is_judged(result: KpiResult) -> bool:
    return is_headline(result) and CATALOGUE[result.kpi_id].better != "context"


def _aimed(result: KpiResult, settings: Settings) -> KpiResult:
    """The result with its target, where it is judged and has one."""
    kpi = CATALOGUE[result.kpi_id]
    wanted = target_of(kpi, settings) if _is_judged(result) else None
    if wanted is None:
        return result
    p = aimed_at(result, *widened(kpi, wanted, settings), settings.confidence_level).p_value
    return replace(result, target=Target(*wanted, p))


def _wide(result: KpiResult, settings: Settings) -> Target:
    target = result.target
    return Target(*widened(CATALOGUE[result.kpi_id], (target.low, target.high), settings))


def _answering(
    result: KpiResult, moved: Sequence[ThanBefore], is_away: bool, settings: Settings
) -> KpiResult:
    before, why = _than_before(result, moved, settings)
    few = settings.disclosure.indicative
    return replace(
        result,
        than_before=before,
        against_target=against(result, _wide(result, settings), is_away, few),
        compared="; ".join(filter(None, [result.compared, why])),
    )


def _than_before(
    result: KpiResult, moved: Sequence[ThanBefore], settings: Settings
) -> tuple[ThanBefore, str]:
    """Whether it is better than before, and why that cannot be told where it cannot.

    `moved` is what chance does not explain; the whole interval has to say the same.
    """
    change, base = result.change, result.baseline
    if not result.is_measured or isnan(change.value):
        return "cannot be compared", ""
    if result.cases < settings.disclosure.indicative:
        return "cannot be compared", TOO_FEW
    if isnan(change.low) or isnan(change.high):
        return "cannot be compared", NO_INTERVAL
    kpi = CATALOGUE[result.kpi_id]
    corners = [end - base for end in (result.target.low, result.target.high)]
    between = [at for at in corners if change.low < at < change.high]
    was = _badness(kpi, base, result.target)
    ends = [
        _badness(kpi, base + by, result.target) - was for by in (change.low, change.high, *between)
    ]
    if "better" in moved and max(ends) < 0:
        return "better", ""
    if "worse" in moved and min(ends) > 0:
        return "worse", ""
    return "no clear change", ""


def _badness(kpi: Kpi, value: float, target: Target) -> float:
    """What is larger the worse the value is."""
    match kpi.better:
        case "higher":
            return -value
        case "lower":
            return value
        case _:
            return off(value, target)


def _is_of_all(result: KpiResult, target: Target) -> bool:
    """Whether the target is the end of the scale, such as 100 %: no chance is in it."""
    least, most = CATALOGUE[result.kpi_id].scale or result.statistic.bounds
    return target.low >= most or target.high <= least


def _ends(result: KpiResult) -> tuple[float, float]:
    """The interval; of a plain fact, which has none, the value itself."""
    return (result.value, result.value) if is_plain(result) else (result.low, result.high)

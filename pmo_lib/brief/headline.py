"""The at most five numbers of a page: each with its interval, what it was, and how it moved."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan

from pmo_lib.brief.evidence import Evidence
from pmo_lib.engine.result import KpiResult
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.families.ratings import BY_OTHERS
from pmo_lib.months import month
from pmo_lib.wording import TIED, change, counted, interval, money, number

MOST = 5


@dataclass(frozen=True)
class Headline:
    """One number: what it is, and in words its interval, basis, past and last month.

    ``kpi_id`` and ``statistic`` say which row of kpis.csv it is.
    """

    kpi_id: str
    statistic: str
    what: str
    value: str
    range: str
    basis: str
    before: str
    since: str


def headlines(evidence: Evidence, department: str) -> tuple[Headline, ...]:
    """The first five that have a value, of those that sponsors ask for first."""
    found = (make(evidence, department) for make in _ORDER)
    return tuple(one for one in found if one is not None)[:MOST]


def _plain(kpi_id: str, what: str, basis: str) -> Callable[[Evidence, str], Headline | None]:
    """A KPI's own value; `basis` says what one case is."""

    def make(evidence: Evidence, department: str) -> Headline | None:
        result = evidence.result(kpi_id, department)
        if result is None:
            return None
        unit = CATALOGUE[kpi_id].unit
        ends = interval(result.low, result.high, unit)
        return Headline(
            kpi_id, result.statistic.id, what, number(result.value, unit),
            "" if isnan(result.low) and isnan(result.high) else ends,
            f"of {counted(result.n, basis)}", _before(result), _since(evidence, result),
        )  # fmt: skip

    return make


def _overspend(evidence: Evidence, department: str) -> Headline | None:
    """What completed projects cost above approval, in money and as a share."""
    total = evidence.result("D3", department, "total")
    share = evidence.result("D3", department, "relative_total")
    if total is None or share is None:
        return None
    currency = evidence.view.settings.currency
    above = "more" if total.value >= 0 else "less"
    return Headline(
        "D3", "total", f"spent {'above' if total.value >= 0 else 'below'} approval",
        _short(money(abs(total.value), currency)),
        interval(share.low, share.high, "share") if not isnan(share.low) else "",
        f"{number(abs(share.value), 'share')} {above}, {counted(total.n, 'project')}",
        _beside_approval(share), _since(evidence, total),
    )  # fmt: skip


def _in_flight(evidence: Evidence, department: str) -> Headline | None:
    """How many projects are in flight, what is approved for them, and how many are rated red."""
    count = evidence.result("P2", department)
    if count is None:
        return None
    approved, red = evidence.result("P12", department), evidence.result("G9", department)
    rated = ""
    if red is not None:
        first = " (independent first)" * _has_independent(evidence, department)
        rated = f"{round(red.value * red.n) or 'none'} of {red.n:,} rated red{first}"
    said = approved_for(approved, count, evidence.view.settings.currency)
    return Headline(
        "P2", count.statistic.id, "in flight", number(count.value, "count"), "",
        ", ".join(filter(None, [said, rated])), _before(count), _since(evidence, count),
    )  # fmt: skip


_ORDER = (
    _plain("D1", "completed on time", "project"),
    _plain("D2", "completed on budget", "project"),
    _overspend,
    _in_flight,
    _plain("R4", "satisfied with our services", "answer"),
    _plain("V1", "of planned benefits realised", "benefit"),
    _plain("G2", "of green reports hide a red project", "green report"),
    _plain("P3", "from start to finish, median", "project"),
    _plain("R8", "of needs met elsewhere", "need"),
    _plain("D9", "of milestones met", "milestone"),
)


def approved_for(approved: KpiResult | None, count: KpiResult, currency: str) -> str:
    """GBP 15.9 million approved for 36; nothing where it is not known."""
    if approved is None:
        return ""
    some = f" for {approved.n:,}" * (approved.n < count.value)
    return f"{money(approved.value, currency)} approved{some}"


def _has_independent(evidence: Evidence, department: str) -> bool:
    """Whether others than owners rated: a project may be green by one and red by the other."""
    return any(
        (r.kpi_id, r.department, r.segment) == ("G9", department, BY_OTHERS)
        for r in evidence.results
    )


def _beside_approval(share: KpiResult) -> str:
    """before: 15 % more; of the share, as the sum then was of other projects."""
    if isnan(share.baseline):
        return ""
    more = "more" if share.baseline >= 0 else "less"
    return f"before: {number(abs(share.baseline), 'share')} {more}"


def _short(amount: str) -> str:
    """GBP 8.01 m: a box is narrow."""
    return amount.replace("million", "m").replace(TIED, " ", 1)


def _before(result: KpiResult) -> str:
    if isnan(result.baseline):
        return ""
    unit = result.statistic.unit or CATALOGUE[result.kpi_id].unit
    return f"before: {number(result.baseline, unit)}"


def _since(evidence: Evidence, result: KpiResult) -> str:
    """The step since the last pack; one too small for the figure's own digits is not told."""
    if evidence.last is None:
        return ""
    unit = result.statistic.unit or CATALOGUE[result.kpi_id].unit
    step = result.value - evidence.last.value(result)
    then = month(evidence.last.period).split()[0]
    if isnan(step) or number(result.value, unit) == number(result.value - step, unit):
        return ""
    return f"{change(step, unit)} since {then}"

"""Asks on figures: an overloaded role, a signal for the worse, a promise without a yardstick."""

from pmo_lib.assessment.behaviour import Behaviour
from pmo_lib.assessment.judgement import without_reference
from pmo_lib.brief.ask import Ask, Figure
from pmo_lib.brief.evidence import Evidence
from pmo_lib.brief.rule import FINANCE, HEAD, Found, rule
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.months import spoken
from pmo_lib.wording import counted, interval, listed, number

OVERLOADED = 1.0  # demand ÷ capacity of the year
MOST_MONTHS = 0.75  # of the year in which demand is above capacity: no short peak
MOST_NAMED = 3
PAID_BY_FINANCE = ("R11",)


@rule("role-overloaded", "roles asked for more hours than they have, most months of the year")
def role_overloaded(evidence: Evidence) -> Found:
    """Roles whose demand is above capacity over the year and in three months of four."""
    units = evidence.observed["P10"]
    for role, own in units.groupby("segment") if "segment" in units else ():
        own = own[own["denominator"] > 0]
        load = own["numerator"].sum() / own["denominator"].sum() if len(own) else 0.0
        above = (own["numerator"] > own["denominator"]).mean() if len(own) else 0.0
        if load <= OVERLOADED or above < MOST_MONTHS:
            continue
        hours = float((own["numerator"] - own["denominator"]).sum())
        rate = evidence.value_case.terms.assumptions.hourly_rate.likely
        short = hours / own["period"].nunique()
        yield Ask(
            f"role-overloaded:{role}", ORGANISATION,
            f"Start fewer projects, or add {role}s: {short:,.0f} hours a month are missing",
            HEAD,
            f"asked for {number(load, 'share')} of their hours over a year, more than they have in "
            f"{counted(round(above * len(own)), 'month')} of {own['period'].nunique()}",
            money=hours * rate, figure=Figure("P10", str(role), float(load)),
        )  # fmt: skip


@rule("signal", "figures that have changed for the worse by more than chance", months=1)
def signal(evidence: Evidence) -> Found:
    """KPIs whose last points are a signal: eight in a row, or two of the last three beyond.

    One point beyond is a false alarm on one chart or another in most months, so it is news and no
    ask.
    """
    for kpi_id, found in evidence.charted(ORGANISATION).items():
        kpi, result = CATALOGUE[kpi_id], evidence.result(kpi_id)
        if result is None or not _lasts(found):
            continue
        last = found.points[found.points["value"].notna()].iloc[-1]
        rises = last["value"] > last["centre"]
        is_bad = (kpi.better == "lower" and rises) or (kpi.better == "higher" and not rises)
        if not is_bad and not (kpi_id in PAID_BY_FINANCE and rises):
            continue
        who = FINANCE if kpi_id in PAID_BY_FINANCE else HEAD
        yield Ask(
            f"signal:{kpi_id}", ORGANISATION,
            f"Find out why {kpi.plain} is {'up' if rises else 'down'}, and decide what to "
            "do", who,
            f"{number(last['value'], kpi.unit)} in {spoken(last['period'])}, outside the control "
            f"limits of {interval(last['lower'], last['upper'], kpi.unit)}: {found.signal}",
            figure=Figure.of(result),
        )  # fmt: skip


@rule("no-yardstick", "promised figures with neither target nor baseline", months=2)
def no_yardstick(evidence: Evidence) -> Found:
    """KPIs that promises name, are measured, and are held against nothing."""
    promises = evidence.table("value_statements")
    if promises is None:
        return
    named = promises["kpi_id"].dropna().value_counts()
    own = [r for r in evidence.results if r.department == ORGANISATION]
    lacking = without_reference(own)
    bare = [(str(kpi_id), count) for kpi_id, count in named.items() if kpi_id in lacking]
    if not bare:
        return
    names = [CATALOGUE[kpi_id].plain for kpi_id, _ in bare[:MOST_NAMED]]
    rest = len(bare) - len(names)
    yield Ask(
        "no-yardstick:kpis", ORGANISATION,
        f"Set targets for {listed([*names, f'{rest} more'] if rest else names)}", HEAD,
        f"{counted(sum(count for _, count in bare), 'promise')} rest on them, and they have "
        "neither a target nor a baseline",
    )  # fmt: skip


def _lasts(found: Behaviour) -> bool:
    rules = found.points.loc[found.points["value"].notna(), "rule"].tail(3)
    if rules.empty or not rules.iloc[-1]:
        return False
    return bool(rules.iloc[-1].startswith("8") or (rules != "").sum() >= 2)

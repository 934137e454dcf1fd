"""What was found for each outcome of the value case: estimate, checks and verdict.

The test is on values drawn in at the 5th and 95th percentile, which has more power and holds its
level; money is reckoned with the effect on the values as they are (statistics.md, "more measured
facts"). Both were declared beforehand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isnan, log1p, nan

import numpy as np
import pandas as pd

from pmo_lib.adoption import Adoption, Design, on_the_edge, refusal_of_service, under_pmo
from pmo_lib.attribution import Attribution, attribution
from pmo_lib.checks import Check, Checked, negative_control, same_mix
from pmo_lib.claim import Claim, claim, sentence, without_controls
from pmo_lib.interrupted import Interrupted, interrupted
from pmo_lib.matching import Matched, matched
from pmo_lib.outcomes import OUTCOMES, PRIMARY, SECONDARY, Outcome, cases, drawn_in, with_plan
from pmo_lib.panel import Ints, Panel, first_quarters, panel
from pmo_lib.randomisation import PERMUTATIONS

FEWER_PERMUTATIONS = 199  # where p alone is wanted, of what is no primary outcome
ITS_CAVEAT = (
    "Without departments that had not adopted yet, anything else that changed at the time looks "
    "the same."
)
MATCHED_CAVEAT = "Projects that choose the PMO may differ in ways that nobody recorded."


NOT_YET = Claim("not testable", "", "")


@dataclass(frozen=True)
class Sample:
    """The projects with an outcome, as cells for the test and for the money, and the dates."""

    rows: pd.DataFrame
    tested: Panel
    priced: Panel
    first: Ints


@dataclass(frozen=True)
class Finding:
    """One outcome: ``tested`` is the estimate of the verdict, ``priced`` that of the money.

    ``n_left_out`` projects should have the outcome and do not; ``n_edge`` started in the quarter
    of the adoption but before its day. ``series`` and ``matching`` are of the designs without a
    control group.
    """

    outcome: Outcome
    design: Design
    tested: Attribution
    priced: Attribution
    claim: Claim = NOT_YET
    checks: tuple[Check, ...] = ()
    p_adjusted: float = nan
    n_left_out: int = 0
    n_edge: int = 0
    sample: Sample | None = None
    checked: Checked | None = field(default=None, repr=False)
    series: Interrupted | None = field(default=None, repr=False)
    matching: Matched | None = field(default=None, repr=False)


def findings(
    projects: pd.DataFrame,
    adopted: Adoption,
    design: Design,
    data_date: pd.Timestamp,
    level: float,
    *,
    smallest: Mapping[str, float],
    began: str = "",
) -> list[Finding]:
    """Every primary and secondary outcome, the primary first.

    `projects` as `outcomes.outcome_projects` gives them; `smallest` is the smallest effect of
    interest by outcome, in its own unit; `began` the month the PMO began for everybody.
    """
    if design != "staggered roll-out":
        return [
            _without_controls(projects, each, adopted, design, data_date, level,
                              smallest[each.id], began)
            for each in (*PRIMARY, *SECONDARY)
        ]  # fmt: skip
    of_service = refusal_of_service(projects, adopted)
    shared = [] if of_service else _shared_checks(projects, adopted, data_date, level)
    primary = [
        _staggered(projects, each, adopted, data_date, level, of_service) for each in PRIMARY
    ]
    secondary = [
        _staggered(projects, each, adopted, data_date, level, of_service) for each in SECONDARY
    ]
    both = zip([*primary, *secondary], [*holm(_ps(primary)), *discovery(_ps(secondary))],
               strict=True)  # fmt: skip
    return [
        _concluded(each, p, shared if each.outcome.role == "primary" else [], smallest)
        for each, p in both
    ]


def estimated(
    projects: pd.DataFrame, outcome: Outcome, adopted: Adoption, data_date: pd.Timestamp,
    level: float, *, weight: str = "", permutations: int = PERMUTATIONS,
) -> Finding:  # fmt: skip
    """The estimate of one outcome from the staggered roll-out, without checks and verdict."""
    wanted = cases(projects, outcome, data_date)
    edge = on_the_edge(wanted, adopted.dates)
    known = wanted[~edge].dropna(subset=["value", *([weight] if weight else [])])
    left_out, on_edge = int(wanted["value"].isna().sum()), int(edge.sum())
    if known.empty:
        nothing = Attribution(refusal=f"no project has this outcome: needs {outcome.needs}")
        return Finding(
            outcome, "staggered roll-out", nothing, nothing, n_left_out=left_out, n_edge=on_edge
        )
    rows, plan = with_plan(known, outcome)
    if not adopted.others.empty:
        others = under_pmo(rows, adopted.others).astype("float64")
        rows, plan = rows.assign(others_on=others), [*plan, "others_on"]
    drawn = drawn_in(rows["value"]) if outcome.logarithm or outcome.months else rows["value"]
    tested, priced = (
        panel(rows.assign(value=values), plan, weight=weight) for values in (drawn, rows["value"])
    )
    first = first_quarters(tested, adopted.quarters)
    of_test, of_money = (
        attribution(cells, first, level, permutations=permutations) for cells in (tested, priced)
    )
    return Finding(
        outcome, "staggered roll-out", of_test, of_money, n_left_out=left_out, n_edge=on_edge,
        sample=Sample(rows, tested, priced, first),
    )  # fmt: skip


def holm(p: Sequence[float]) -> list[float]:
    """p × (m - rank), never below a smaller one's (Holm 1979); missing ones are no tests."""
    given = np.array(p, dtype="float64")
    tested = np.flatnonzero(~np.isnan(given))
    order = tested[np.argsort(given[tested], kind="stable")]
    steps = given[order] * (len(order) - np.arange(len(order)))
    adjusted = given.copy()
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return [float(each) for each in adjusted]


def discovery(p: Sequence[float]) -> list[float]:
    """p after Benjamini & Hochberg 1995; missing ones are no tests."""
    from scipy.stats import false_discovery_control

    given = np.array(p, dtype="float64")
    tested = ~np.isnan(given)
    if tested.any():
        given[tested] = false_discovery_control(given[tested])
    return [float(each) for each in given]


def _staggered(
    projects: pd.DataFrame, outcome: Outcome, adopted: Adoption, data_date: pd.Timestamp,
    level: float, refusal: str,
) -> Finding:  # fmt: skip
    if refusal:
        nothing = Attribution(refusal=refusal)
        return Finding(outcome, "staggered roll-out", nothing, nothing)
    draws = PERMUTATIONS if outcome.role == "primary" else FEWER_PERMUTATIONS
    found = estimated(projects, outcome, adopted, data_date, level, permutations=draws)
    if found.tested.refusal or found.sample is None:
        return found
    checked = Checked(
        found.sample.tested, found.sample.first, found.tested, level, logarithm=outcome.logarithm
    )
    return replace(found, checked=checked, checks=tuple(checked.checks()))


def _concluded(
    found: Finding, p_adjusted: float, shared: Sequence[Check], smallest: Mapping[str, float]
) -> Finding:
    checks = (*found.checks, *(shared if found.checks else ()))
    said = claim(
        found.outcome, found.tested, checks, p_adjusted=p_adjusted,
        smallest=smallest[found.outcome.id],
    )  # fmt: skip
    return replace(found, checks=checks, claim=said, p_adjusted=p_adjusted)


def _shared_checks(
    projects: pd.DataFrame, adopted: Adoption, data_date: pd.Timestamp, level: float
) -> list[Check]:
    """What holds for all outcomes: the negative control where given, and the mix of projects."""

    def of(name: str) -> Attribution:
        found = estimated(
            projects, OUTCOMES[name], adopted, data_date, level, permutations=FEWER_PERMUTATIONS
        )
        return found.tested

    given = projects["control"].notna().any()
    names = ("planned_cost", "planned_days")
    mix = same_mix([(OUTCOMES[name].name.lower(), of(name)) for name in names])
    return [*([negative_control(of("control"))] if given else []), mix]


def _without_controls(
    projects: pd.DataFrame, outcome: Outcome, adopted: Adoption, design: Design,
    data_date: pd.Timestamp, level: float, smallest: float, began: str,
) -> Finding:  # fmt: skip
    """The narrower claim of a time series, or of projects that chose for themselves."""
    wanted = cases(projects, outcome, data_date)
    known = wanted.dropna(subset=["value"])
    left_out = int(wanted["value"].isna().sum())
    if design == "none":
        nothing = Attribution(refusal="nobody says when which department began to use the PMO")
        remedy = "Fill rollouts.csv, or name the month in the parameter pmo_since."
        said = Claim("not testable", f"{sentence(nothing.refusal)}.", remedy)
        return Finding(outcome, design, nothing, nothing, said, n_left_out=left_out)
    if known.empty:
        nothing = Attribution(refusal=f"no project has this outcome: needs {outcome.needs}")
        said = Claim("not testable", f"{sentence(nothing.refusal)}.", "Collect it.")
        return Finding(outcome, design, nothing, nothing, said, n_left_out=left_out)
    drawn = known.assign(value=drawn_in(known["value"]) if outcome.logarithm else known["value"])
    if design == "matched projects":
        return _matched(outcome, drawn, level, smallest, left_out)
    day = adopted.dates.min() if len(adopted.dates) else pd.Timestamp(f"{began}-01")
    edge = (drawn["quarter"] == day.year * 4 + day.quarter - 1) & (drawn["started_on"] < day)
    series = interrupted(drawn.loc[~edge], day.year * 4 + day.quarter - 1, level)
    found = Attribution(
        series.value, series.error, nan, series.low, series.high, series.p,
        n_projects=series.n_projects, n_departments=int(known["department"].nunique()),
        refusal=series.refusal,
    )  # fmt: skip
    remedy = "A roll-out department by department, or departments that stay without, would show it."
    said = without_controls(
        outcome, found, word="consistent with", smallest=smallest, caveat=ITS_CAVEAT, remedy=remedy
    )
    return Finding(
        outcome, design, found, found, said, p_adjusted=found.p, n_left_out=left_out,
        n_edge=int(edge.sum()), series=series,
    )  # fmt: skip


def _matched(
    outcome: Outcome, drawn: pd.DataFrame, level: float, smallest: float, left_out: int
) -> Finding:
    chosen = drawn.dropna(subset=["pmo_used"])
    chosen = chosen[chosen["log_cost"].notna() & chosen["log_days"].notna()]
    units = pd.DataFrame(
        {
            "department": chosen["department"],
            "start_year": chosen["started_on"].dt.year.astype("int64"),
            "category": chosen["category"],
            "log_budget": chosen["log_cost"],
            "log_planned_days": chosen["log_days"],
            "risk": chosen["approval_risk"].astype("float64"),
            "treated": chosen["pmo_used"] == "yes",
            "value": chosen["value"],
        }
    )
    result = matched(units, level)
    found = Attribution(
        result.value, result.error, nan, result.low, result.high, result.p,
        n_projects=result.n_matched, n_departments=result.n_departments, refusal=result.refusal,
        support=result.n_matched / result.n_treated if result.n_treated else nan,
    )  # fmt: skip
    remedy = "A risk score given before approval, or a roll-out by department, would show it."
    said = without_controls(
        outcome, found, word="likely" if result.risk_recorded else "associated",
        smallest=smallest, caveat=MATCHED_CAVEAT, remedy=remedy,
    )  # fmt: skip
    unknown = left_out + len(drawn) - len(chosen)
    return Finding(
        outcome, "matched projects", found, found, said, p_adjusted=found.p, n_left_out=unknown,
        matching=result,
    )  # fmt: skip


def in_own_unit(outcome: Outcome, share: float) -> float:
    """A share as an effect for the better of this size: of a logarithm -log(1 - share)."""
    return -log1p(-share) if outcome.logarithm else share


def _ps(found: Sequence[Finding]) -> list[float]:
    return [nan if isnan(each.tested.p) else each.tested.p for each in found]

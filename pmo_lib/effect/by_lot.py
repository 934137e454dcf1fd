"""The findings of a draw by lot: who got the service was decided by chance alone."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from pmo_lib.causal.effect import Effect
from pmo_lib.causal.lottery import by_lot
from pmo_lib.effect.checks import ALARM, Check, approved, attrition, tested
from pmo_lib.effect.claim import claim
from pmo_lib.effect.finding import Evidence, Finding
from pmo_lib.effect.lot import COLUMNS, not_kept, strata
from pmo_lib.effect.outcomes import (
    MATURE_SHARE,
    NO_OUTCOME,
    Outcome,
    due,
    sized,
    winsorised,
    with_fixed,
)
from pmo_lib.effect.rules import Rules
from pmo_lib.wording import listed_names, number

REQUIRED = ("balance", "attrition", "leave-one-out")
NO_LOTS = pd.DataFrame(columns=list(COLUMNS), dtype="str")
LOTS = ["lot_id", "project_id", "assigned_by_lot", "stratum"]
WAIT = "Wait until more of the projects drawn have ended: only the quick ones have."


def drawn_projects(tables: Mapping[str, pd.DataFrame], service: str = "") -> pd.DataFrame:
    """The rows of lots that count: of the service, or of all where none is named.

    A lot whose rows are not what its seed draws is left out; `effect.lot.not_kept` says why.
    """
    lots = tables.get("lots", NO_LOTS)
    own = lots[lots["service_id"] == service] if service else lots
    kept = own[~own["lot_id"].isin(list(not_kept(own)))]
    if kept.empty:
        return pd.DataFrame(columns=LOTS, dtype="str")
    stratum = kept["lot_id"] + "\n" + kept.groupby("lot_id")["department"].transform(strata)
    return kept.assign(stratum=stratum)[LOTS].reset_index(drop=True)


def broken(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Which lots were not kept, and why, as sentences."""
    why = not_kept(tables.get("lots", NO_LOTS))
    return [f"The lot {lot_id} is left out: {said}." for lot_id, said in why.items()]


def of_lot(evidence: Evidence, outcome: Outcome, *, rules: Rules) -> Finding:
    """The estimate of one outcome from the draws, without checks and verdict."""
    wanted = _drawn(evidence)
    ready = due(wanted, outcome, evidence.data_date) & wanted[outcome.id].notna()
    lives = wanted[~wanted["cancelled"]]
    ended = due(lives, outcome, evidence.data_date).groupby(lives["lot_id"]).mean()
    ripe = wanted["lot_id"].isin(list(ended.index[ended >= MATURE_SHARE]))
    known = wanted[ripe & ready & ~wanted["cancelled"]].assign(value=lambda rows: rows[outcome.id])
    finding = Finding(
        outcome, "draw by lot", Effect(), Effect(), n_left_out=int((ripe & ~ready).sum()),
        cells="department and draw",
    )  # fmt: skip
    refusal, remedy = "", "Collect it."
    if wanted.empty:
        refusal = "no project was drawn by lot"
    elif not ripe.any():
        refusal = f"less than {number(MATURE_SHARE, 'share')} of the projects of each draw ended"
        remedy = WAIT
    elif known.empty:
        refusal = NO_OUTCOME.format(outcome.needs)
    if refusal:
        nothing = Effect(refusal=refusal, remedy=remedy)
        return replace(finding, tested=nothing, priced=nothing)
    size = sized(known, known["treated"])
    unsized = known["log_size"].isna() & size
    rows, fixed = with_fixed(known[~unsized], size)

    def of(values: pd.Series) -> Effect:
        given = rows.assign(value=values)
        return by_lot(
            given, fixed, evidence.level, permutations=rules.permutations,
            alpha=rules.alpha(outcome),
        )  # fmt: skip

    priced = of(rows["value"])
    of_test = of(winsorised(rows["value"], rows[fixed])) if outcome.has_tails else priced
    return replace(finding, tested=of_test, priced=priced, n_unsized=int(unsized.sum()))


def concluded(
    evidence: Evidence, found: Finding, of_approved: Finding | None, rules: Rules
) -> Finding:
    """The finding with its checks and verdict."""
    checks: list[Check] = []
    if not found.tested.refusal:
        checks = _checks(evidence, found, rules)
        if of_approved is not None:
            checks.insert(0, approved(found.outcome, found.tested, of_approved.tested))
    said = claim(
        found.outcome, found.tested, checks, p_adjusted=found.p_adjusted,
        smallest=rules.smallest[found.outcome.id], required=REQUIRED,
    )  # fmt: skip
    return replace(found, claim=said, checks=tuple(checks))


def _drawn(evidence: Evidence) -> pd.DataFrame:
    """The projects drawn, with their outcomes: treated, stratum, lot_id."""
    rows = evidence.projects.merge(evidence.lots, on="project_id")
    return rows.assign(treated=rows["assigned_by_lot"] == "yes")


def _checks(evidence: Evidence, found: Finding, rules: Rules) -> list[Check]:
    drawn = _drawn(evidence)
    known = due(drawn, found.outcome, evidence.data_date) & drawn[found.outcome.id].notna()
    lost = 1.0 - (known & ~drawn["cancelled"]).astype("float64")

    def of(values: pd.Series) -> Effect:
        rows = drawn.assign(value=values).dropna(subset=["value"])
        return by_lot(rows, [], evidence.level, permutations=rules.permutations)

    own = found.tested.without
    flips = [str(name) for name in own.index[own * found.tested.value <= 0]]
    said = f"without {listed_names(flips)} it changes sign" if flips else "its sign holds"
    half = abs(found.tested.value) / 2
    return [
        _balance({"size": of(drawn["log_size"]), "risk": of(drawn["risk"])}),
        tested("leave-one-out", said, failed=bool(flips)),
        attrition(of(lost), half),
    ]


def _balance(found: Mapping[str, Effect]) -> Check:
    """Whether both sides were alike before the draw, in what is recorded."""
    known = {name: each for name, each in found.items() if not each.refusal}
    if not known:
        return Check("balance", "cannot tell", "neither size nor risk before approval is recorded")
    said = ", ".join(f"{name} p = {each.p:.2f}" for name, each in known.items())
    least = min(each.p for each in known.values())
    return tested("balance", said, failed=least <= ALARM / len(known))

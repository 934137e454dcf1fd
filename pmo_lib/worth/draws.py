"""What measured effects are worth in money, beside what the PMO costs; see statistics.md 4.

Everything is linear in a few sums over projects, discounted to the base date (`exposure`), so that
one formula (`worth`) serves 20,000 draws, a single year and each bar of the tornado alike. No pound
is booked twice: avoided overruns are of the spending, the cost of a delayed team among it; time is
of benefits that come earlier, uplift of benefits at a fixed age; cancelled and rescued projects,
and better selection, are not booked at all.
"""

from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd

from pmo_lib.errors import DataError
from pmo_lib.wording import counted, listed
from pmo_lib.worth.assumptions import Assumptions
from pmo_lib.worth.exposure import exposure
from pmo_lib.worth.joint_effects import Case, JointEffects
from pmo_lib.worth.notes import notes_on_money

DRAWS, SEED = 20_000, 20_261_001


@dataclass(frozen=True)
class Summary:
    """Money at P5, P50 and P95 per item, the probabilities, and the payback year.

    `table` has the columns item, p5, p50, p95. ROI's headline is on cashable money
    (`roi_cashable`); `roi` and `bcr` take all of it. From `payback_year` on the median of the
    cumulative net is never below 0. Without a cost all that needs it is missing.
    """

    table: pd.DataFrame
    p_npv_positive: float
    p_avoided_above_cost: float
    payback_year: int | None


@dataclass(frozen=True)
class ValueDraws:
    """Joint draws of the value case: avoided, time, uplift, gross, cashable, cost, npv and more.

    `net_by_year` is the median cumulative net by calendar year. A component that is not known is
    missing in every draw, is not in the sums, and the notes say so.
    """

    table: pd.DataFrame
    net_by_year: pd.Series
    notes: tuple[str, ...]
    reason: str = ""

    def for_kpi(self) -> pd.DataFrame:
        """avoided, uplift and cost per draw as KPI R12 wants them: the time saved is in avoided.

        One of the two that is not known counts 0 there, as it does in npv; see the notes.
        """
        loss = self.table[["avoided", "time"]].sum(axis=1)
        uplift = self.table["uplift"].fillna(0.0)
        return pd.DataFrame({"avoided": loss, "uplift": uplift, "cost": self.table["cost"]})

    def summary(self) -> Summary:
        draws, cost = self.table, self.table["cost"]
        paid = cost.where(cost > 0)
        items = draws.assign(
            non_cashable=draws["gross"] - draws["cashable"],
            roi=draws["npv"] / paid,
            bcr=draws["gross"] / paid,
            roi_cashable=(draws["cashable"] - cost) / paid,
        )
        table = items.quantile([0.05, 0.5, 0.95]).T.set_axis(["p5", "p50", "p95"], axis=1)
        return Summary(
            table.rename_axis("item").reset_index(),
            _share(draws["npv"], 0.0),
            _share(draws["avoided"] - cost, 0.0),
            _not_below_0_since(self.net_by_year),
        )


def worth(inputs: pd.DataFrame, exposure: pd.Series) -> pd.DataFrame:
    """Money per row of `inputs` (effects and assumptions), given the discounted sums.

    Avoided = Σ d AC × (exp(-τ) - 1); time = Σ d days × (exp(-τ) - 1) × benefit a year ÷ 365 × the
    share lost; uplift = δ × Σ d planned benefits; cost = office × factor + months × hours × rate
    + change - former.
    """
    missing = pd.Series(nan, index=inputs.index)
    saved, days = (np.expm1(-inputs.get(name, missing)) for name in ("cost", "schedule"))
    delta, lost = inputs.get("benefits", missing), inputs["delay_lost"]
    returned = inputs.get("budget_returned", pd.Series(0.0, index=inputs.index))
    gross = {
        "avoided": saved * exposure["cost"],
        "time": days * lost * exposure["schedule"],
        "uplift": delta * exposure["benefits"],
    }
    cash = (
        gross["avoided"] * returned,
        days * lost * exposure["schedule_cash"],
        delta * exposure["benefits_cash"],
    )
    office = inputs["office_factor"] * exposure["office"]
    imposed = inputs["imposed_hours"] * inputs["hourly_rate"] * exposure["months"]
    imposed = imposed.mask(inputs["imposed_hours"] == 0, 0.0)
    cost = office + imposed + exposure["change"] - exposure["former"]
    total = _sum(*gross.values())
    return pd.DataFrame(
        gross
        | {"gross": total, "cashable": _sum(*cash), "office": office, "imposed": imposed}
        | {"cost": cost, "npv": total - cost}
    )


def value_draws(
    projects: pd.DataFrame,
    pmo_costs: pd.DataFrame | None,
    effects: JointEffects,
    assumptions: Assumptions,
    base_date: pd.Timestamp,
    *,
    case: Case = "as estimated",
    n: int = DRAWS,
    seed: int = SEED,
) -> ValueDraws:
    """n seeded joint draws of what the PMO is worth; no draws, and the reason, where none can be.

    `projects` are treated and completed, one row each; only `supported` ones enter the headline,
    the others' worth is the column `extrapolated`. DataError where a project is given twice.
    """
    if projects["project_id"].duplicated().any():
        twice = sorted(set(projects.loc[projects["project_id"].duplicated(), "project_id"]))
        raise DataError(
            f"{listed(twice)} would be counted twice", remedy="Give each project one row"
        )
    yearly = exposure(projects, pmo_costs, assumptions, base_date)
    inputs = drawn_inputs(effects, assumptions, case, n, seed)
    table = worth(inputs, _total(yearly))
    reason = why_nothing(projects, effects)
    if not reason and table["gross"].isna().all():
        reason = "what the effects would be worth is not known of any project"
    others = projects.assign(supported=~projects["supported"].astype("bool"))
    beyond = _total(exposure(others, None, assumptions, base_date))
    extrapolated = worth(inputs, beyond)["gross"]
    table = table.assign(extrapolated=extrapolated)
    notes = notes_on_money(projects, pmo_costs, effects, case)
    if reason:
        return ValueDraws(table.iloc[:0], pd.Series(dtype="float64"), notes, reason)
    flows = pd.DataFrame({year: worth(inputs, sums)["npv"] for year, sums in yearly.iterrows()})
    # a year without cash flow does not move the payback
    net = flows.loc[:, flows.ne(0).any()].cumsum(axis=1).median()
    return ValueDraws(table, net, notes)


def why_nothing(projects: pd.DataFrame, effects: JointEffects) -> str:
    """Why the value of these projects cannot be simulated, in words; empty where it can."""
    supported = int(projects["supported"].astype("bool").sum())
    if effects.why_no_draws:
        return effects.why_no_draws
    if not len(projects):
        return "no project under the PMO is completed yet"
    if supported == 0:
        return f"the estimate speaks of none of the {counted(len(projects), 'project')}"
    return "1 project is too few to tell what the PMO is worth" if supported == 1 else ""


def drawn_inputs(
    effects: JointEffects, assumptions: Assumptions, case: Case, n: int, seed: int
) -> pd.DataFrame:
    """The joint draws of the effects and those of each assumption; none where none can be."""
    random = np.random.default_rng(seed)
    n = 0 if effects.why_no_draws else n
    drawn = (
        effects.draws(n, random) if n else pd.DataFrame(columns=list(effects.names), dtype=float)
    )
    counted = {
        name: effects.counted(name, drawn[name].to_numpy("float64"), case) for name in effects.names
    }
    drawn = drawn.assign(**counted)
    spread = assumptions.pmo_cost_spread
    factor = 1 + spread * (random.triangular(-1, 0, 1, n))
    ranges = {name: points.draws(n, random) for name, points in assumptions.ranges.items()}
    return drawn.assign(office_factor=factor, **ranges)


def _total(yearly: pd.DataFrame) -> pd.Series:
    return yearly.sum(min_count=1)


def _sum(*columns: pd.Series) -> pd.Series:
    return pd.concat(columns, axis=1).sum(axis=1, min_count=1)


def _not_below_0_since(net_by_year: pd.Series) -> int | None:
    lowest_from = net_by_year[::-1].cummin()[::-1]
    years = net_by_year.index[lowest_from >= 0]
    return int(years[0]) if len(years) else None


def _share(values: pd.Series, above: float) -> float:
    known = values.dropna()
    return float((known > above).mean()) if len(known) else nan

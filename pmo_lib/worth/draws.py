"""What measured effects are worth in money, beside what the PMO costs; see statistics.md 4.

Everything is linear in a few sums over projects, discounted to the base date (`exposure`), so that
one formula (`worth`) serves 20,000 draws, a single year and each bar of the tornado alike. No pound
is booked twice: avoided overruns are of the spending, the cost of a delayed team among it; time is
of benefits that come earlier, uplift of benefits at a fixed age; cancelled and rescued projects,
and better selection, are not booked at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import nan

import numpy as np
import pandas as pd

from pmo_lib.wording import counted
from pmo_lib.worth.assumptions import Assumptions
from pmo_lib.worth.exposure import Exposure
from pmo_lib.worth.joint_effects import Case, JointEffects
from pmo_lib.worth.notes import notes_on_money

DRAWS, SEED = 20_000, 20_261_001
BY_YEAR = ("gross", "cashable", "cost", "npv")


@dataclass(frozen=True)
class ValueDraws:
    """Joint draws of the value case: avoided, time, uplift, gross, cashable, cost, npv and more.

    `by_year` has the median cumulative gross, cashable, cost and npv by calendar year. A component
    that is not known is missing in every draw, is not in the sums, and the notes say so.
    """

    table: pd.DataFrame
    by_year: pd.DataFrame
    notes: tuple[str, ...]
    reason: str = ""

    def for_kpi(self) -> pd.DataFrame:
        """avoided, uplift and cost per draw as KPI R12 wants them: the time saved is in avoided.

        One of the two that is not known counts 0 there, as it does in npv; see the notes.
        """
        loss = self.table[["avoided", "time"]].sum(axis=1)
        uplift = self.table["uplift"].fillna(0.0)
        return pd.DataFrame({"avoided": loss, "uplift": uplift, "cost": self.table["cost"]})

    @cached_property
    def quantiles(self) -> pd.DataFrame:
        """P5, P50 and P95 of each item, with the ratios that need a cost above 0.

        ROI's headline is on cashable money (`roi_cashable`); `roi` and `bcr` take all of it.
        """
        draws, cost = self.table, self.table["cost"]
        paid = cost.where(cost > 0)
        items = draws.assign(
            non_cashable=draws["gross"] - draws["cashable"],
            roi=draws["npv"] / paid,
            bcr=draws["gross"] / paid,
            roi_cashable=(draws["cashable"] - cost) / paid,
        )
        return items.quantile([0.05, 0.5, 0.95]).T.set_axis(["p5", "p50", "p95"], axis=1)

    @property
    def p_npv_positive(self) -> float:
        return _share_above_0(self.table["npv"])

    @property
    def p_paid_in_cash(self) -> float:
        """How often cashable value alone is more than the cost."""
        return _share_above_0(self.table["cashable"] - self.table["cost"])

    @property
    def p_avoided_above_cost(self) -> float:
        return _share_above_0(self.table["avoided"] - self.table["cost"])

    @property
    def net_by_year(self) -> pd.Series:
        """The median cumulative net, by calendar year."""
        return self.by_year.set_index("year")["npv"]

    @property
    def payback_year(self) -> int | None:
        """From which year on the median of the cumulative net is never below 0."""
        lowest_from = self.net_by_year[::-1].cummin()[::-1]
        years = self.net_by_year.index[lowest_from >= 0]
        return int(years[0]) if len(years) else None


def worth(inputs: pd.DataFrame, sums: pd.Series) -> pd.DataFrame:
    """Money per row of `inputs` (effects and assumptions), given the exposure's discounted sums.

    Avoided = Σ d AC × (exp(-τ) - 1); time = Σ d days × (exp(-τ) - 1) × benefit a year ÷ 365 × the
    share lost; uplift = δ × Σ d planned benefits; cost = office × factor + months × hours × rate
    + change - former.
    """
    missing = pd.Series(nan, index=inputs.index)
    saved, days = (np.expm1(-inputs.get(name, missing)) for name in ("cost", "schedule"))
    delta, lost = inputs.get("benefits", missing), inputs["delay_lost"]
    returned = inputs.get("budget_returned", pd.Series(0.0, index=inputs.index))
    gross = {
        "avoided": saved * sums["cost"],
        "time": days * lost * sums["schedule"],
        "uplift": delta * sums["benefits"],
    }
    cash = (
        gross["avoided"] * returned,
        days * lost * sums["schedule_cash"],
        delta * sums["benefits_cash"],
    )
    office = inputs["office_factor"] * sums["office"]
    imposed = inputs["imposed_hours"] * inputs["hourly_rate"] * sums["months"]
    imposed = imposed.mask(inputs["imposed_hours"] == 0, 0.0)
    cost = office + imposed + sums["change"] - sums["former"]
    total = _sum(*gross.values())
    return pd.DataFrame(
        gross
        | {"gross": total, "cashable": _sum(*cash), "office": office, "imposed": imposed}
        | {"cost": cost, "npv": total - cost}
    )


def value_draws(
    exposure: Exposure,
    effects: JointEffects,
    *,
    case: Case = "as estimated",
    n: int = DRAWS,
    seed: int = SEED,
) -> ValueDraws:
    """n seeded joint draws of what the PMO is worth; no draws, and the reason, where none can be.

    The worth of projects that are not supported is the column `extrapolated`.
    """
    inputs = drawn_inputs(effects, exposure.assumptions, case, n, seed)
    table = worth(inputs, exposure.total)
    reason = why_nothing(exposure, effects)
    if not reason and table["gross"].isna().all():
        reason = "what the effects would be worth is not known of any project"
    table = table.assign(extrapolated=worth(inputs, exposure.extrapolated.total)["gross"])
    notes = notes_on_money(exposure, effects, case)
    if reason:
        return ValueDraws(table.iloc[:0], _added_up({}), notes, reason)
    flows = {int(str(year)): worth(inputs, sums) for year, sums in exposure.by_year.iterrows()}
    # a year without cash flow does not move the payback
    return ValueDraws(
        table, _added_up({y: flow for y, flow in flows.items() if flow["npv"].ne(0).any()}), notes
    )


def _added_up(flows: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """The medians of what the draws of each year come to by then."""
    by_item = {
        item: pd.DataFrame({year: flow[item] for year, flow in flows.items()})
        .cumsum(axis=1).median().to_numpy("float64")
        for item in BY_YEAR
    }  # fmt: skip
    return pd.DataFrame({"year": pd.Series(list(flows), dtype="int64"), **by_item})


def why_nothing(exposure: Exposure, effects: JointEffects) -> str:
    """Why the value of these projects cannot be simulated, in words; empty where it can."""
    supported = len(exposure.supported)
    if not effects.names:
        return "no effect could be estimated"
    if exposure.projects.empty:
        return "no project under the PMO is completed yet"
    if supported == 0:
        return f"the estimate speaks of none of the {counted(len(exposure.projects), 'project')}"
    return "1 project is too few to tell what the PMO is worth" if supported == 1 else ""


def drawn_inputs(
    effects: JointEffects, assumptions: Assumptions, case: Case, n: int, seed: int
) -> pd.DataFrame:
    """The joint draws of the effects and those of each assumption; none where none can be."""
    random = np.random.default_rng(seed)
    n = n if effects.names else 0
    drawn = effects.draws(n, random) if n else pd.DataFrame(dtype="float64")
    counted = {
        name: effects.counted(name, drawn[name].to_numpy("float64"), case) for name in effects.names
    }
    factor = 1 + assumptions.pmo_cost_spread * random.triangular(-1, 0, 1, n)
    ranges = {name: points.draws(n, random) for name, points in assumptions.ranges.items()}
    return drawn.assign(**counted, office_factor=factor, **ranges)


def _sum(*columns: pd.Series) -> pd.Series:
    return pd.concat(columns, axis=1).sum(axis=1, min_count=1)


def _share_above_0(values: pd.Series) -> float:
    known = values.dropna()
    return float((known > 0).mean()) if len(known) else nan

"""What measured effects are worth in money, beside what the PMO costs; see statistics.md 4.

Everything is linear in a few sums over projects, discounted to the base date (`exposure`), so that
one formula (`worth`) serves 20,000 draws, a single year and each bar of the tornado alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from math import factorial, isclose, isfinite, isnan, log, nan
from typing import Literal

import numpy as np
import pandas as pd

from pmo_lib.assumptions import Assumptions
from pmo_lib.errors import DataError, ParameterError, allowed_values
from pmo_lib.periods import month_end
from pmo_lib.sums import Floats
from pmo_lib.wording import counted, listed

Case = Literal["as estimated", "conservative"]
Kind = Literal["cashable", "non-cashable", "quality"]

DRAWS, SEED = 20_000, 20_261_001
DAYS_A_YEAR = 365.25
ROLL_OUT = "staggered roll-out"
OTHER_DESIGNS = {"consistent with": "time series alone", "associated": "chosen project by project"}
SHOWN = ("demonstrated", "likely")  # the verdicts that count in the conservative case
# A drawn effect is held within these: with few departments t has tails that no project has.
LARGEST = {"cost": 5.0, "schedule": 5.0, "benefits": 2.0}
COMPONENTS = {"cost": "avoided", "schedule": "time", "benefits": "uplift"}
WORDS = {"avoided": "overruns avoided", "time": "time saved", "uplift": "benefits uplift"}
NEEDS = {
    "avoided": ("actual_cost",),
    "time": ("actual_days", "benefit_a_year"),
    "uplift": ("planned_benefit",),
}
# Which pound each component books; no two components may book the same.
POUNDS = {
    "avoided": "project spending",
    "team time": "project spending",  # the team's cost is in the actual cost
    "cancelled early": "remaining budgets of cancelled projects",
    "time": "benefits that come earlier",
    "uplift": "benefits at a fixed age",
    "better selection": "benefits at a fixed age",
}


@dataclass(frozen=True, eq=False)
class Effects:
    """The effects that could be estimated: their values and covariance (jackknife), and verdicts.

    `cost` and `schedule` are differences of logarithms (below 0 is good), `benefits` one of
    realised ÷ planned (above 0 is good). One that could not be estimated is not in `names`.
    ValueError where the shapes do not fit.
    """

    names: tuple[str, ...]
    values: Floats
    covariance: Floats
    freedom: float
    verdicts: Mapping[str, str]

    def __post_init__(self) -> None:
        n = len(self.names)
        if len(set(self.names) & set(COMPONENTS)) != n or set(self.names) - set(self.verdicts):
            raise ValueError(f"effects are some of {list(COMPONENTS)}, each once, with a verdict")
        if self.values.shape != (n,) or self.covariance.shape != (n, n):
            raise ValueError(f"{n} effects have {n} values and {n} × {n} covariances")

    @property
    def why_no_draws(self) -> str:
        """Why nothing can be drawn; empty where it can."""
        if not self.names:
            return "no effect could be estimated"
        if not self.freedom > 0:
            return "there are too few departments to tell how sure the effects are"
        if not (np.isfinite(self.values).all() and np.isfinite(self.covariance).all()):
            return "it is not known how sure the effects are"
        return ""

    def draws(self, n: int, random: np.random.Generator) -> pd.DataFrame:
        """n joint draws of multivariate t; a covariance may be singular."""
        roots, vectors = np.linalg.eigh((self.covariance + self.covariance.T) / 2)
        spread = vectors * np.sqrt(np.maximum(roots, 0))
        normal = random.standard_normal((n, len(self.names))) @ spread.T
        heavy = np.sqrt(random.chisquare(self.freedom, n) / self.freedom)[:, None]
        return pd.DataFrame(self._held(self.values + normal / heavy), columns=list(self.names))

    def quantile(self, p: float) -> dict[str, float]:
        """Each effect's own p-quantile: value + t × standard error."""
        from scipy.special import stdtrit

        errors = np.sqrt(np.maximum(np.diag(self.covariance), 0))
        held = self._held(self.values + float(stdtrit(self.freedom, p)) * errors)
        return dict(zip(self.names, held.tolist(), strict=True))

    def weight(self, name: str, case: Case) -> float:
        """1, or 0 in the conservative case where the verdict is below likely."""
        return 1.0 if case == "as estimated" or self.verdicts[name] in SHOWN else 0.0

    def _held(self, drawn: Floats) -> Floats:
        limits = np.array([LARGEST[name] for name in self.names], dtype="float64")
        return np.clip(drawn, -limits, limits)


@dataclass(frozen=True)
class Component:
    """One entry of the value case: its kind, the design it rests on, how far it counts, its parts.

    `parts` splits the amount among services; empty where only the bundle is known.
    """

    name: str
    kind: Kind = "non-cashable"
    design: str = ROLL_OUT
    weight: float = 1.0
    amount: float = nan
    parts: Mapping[str, float] | None = None


@dataclass(frozen=True)
class Summary:
    """Money at P5, P50 and P95 per item; the chances; payback; what to know of it.

    `table` has the columns item, p5, p50, p95. ROI's headline is on cashable money
    (`roi_cashable`); `roi` and `bcr` take all of it. Without draws the table is empty and `reason`
    says why; without a cost all that needs it is missing.
    """

    case: Case
    table: pd.DataFrame
    p_npv_positive: float
    p_avoided_above_cost: float
    break_even_effect: float
    payback_year: int | None
    notes: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class ValueDraws:
    """Joint draws of the value case: avoided, time, uplift, gross, cashable, cost, npv and more.

    `exposure` are the discounted sums by calendar year that the draws rest on, `net_by_year` the
    median cumulative net. A component that cannot be told is missing in every draw, is not in the
    sums, and the notes say so.
    """

    case: Case
    table: pd.DataFrame
    exposure: pd.DataFrame
    net_by_year: pd.Series
    notes: tuple[str, ...]
    reason: str = ""

    def for_kpi(self) -> pd.DataFrame:
        """avoided, uplift and cost per draw as KPI R12 wants them: the time saved is in avoided.

        One of the two that cannot be told counts 0 there, as it does in npv; see the notes.
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
        total = _total(self.exposure)
        return Summary(
            self.case,
            table.rename_axis("item").reset_index() if len(draws) else NO_TABLE.copy(),
            _share(draws["npv"], 0.0),
            _share(draws["avoided"] - cost, 0.0),
            break_even_effect(float(cost.median()), total["cost"]) if len(draws) else nan,
            _first_not_below_0(self.net_by_year),
            self.notes,
            self.reason,
        )


NO_TABLE = pd.DataFrame(columns=["item", "p5", "p50", "p95"]).astype(
    {"item": "str", "p5": "float64", "p50": "float64", "p95": "float64"}
)


def discount_factors(years: Floats, rate: float) -> Floats:
    """(1 + r)^-k; years may be fractions."""
    return np.power(1 + rate, -years)


def break_even_effect(pv_cost: float, pv_actual_cost: float) -> float:
    """τ* = -log(1 + PV(cost) ÷ Σ d × AC): at this effect on cost the PMO pays for itself.

    Missing where one of the two is not known, nothing was spent or the PMO costs less than 0.
    """
    if not (pv_actual_cost > 0 and pv_cost >= 0):
        return nan
    return -log(1 + pv_cost / pv_actual_cost)


def worth(inputs: pd.DataFrame, exposure: pd.Series, team_cost_a_day: float = 0.0) -> pd.DataFrame:
    """Money per row of `inputs` (effects and assumptions), given the discounted sums.

    Avoided = Σ d AC × (exp(-τ) - 1); time = Σ d days × (exp(-τ) - 1) × benefit a year ÷ 365 × the
    share lost; uplift = δ × Σ d planned benefits; cost = office × factor + months × hours × rate
    + change - former. The time of teams is added where it is not in the actual cost.
    """
    missing = pd.Series(nan, index=inputs.index)
    saved, days = (np.expm1(-inputs.get(name, missing)) for name in ("cost", "schedule"))
    delta, lost = inputs.get("benefits", missing), inputs["delay_lost"]
    returned = inputs.get("budget_returned", pd.Series(0.0, index=inputs.index))
    team = days * exposure["days"] * (team_cost_a_day or nan)
    gross = {
        "avoided": saved * exposure["cost"],
        "time": _sum(days * lost * exposure["schedule"], team),
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


def exposure(
    projects: pd.DataFrame,
    pmo_costs: pd.DataFrame | None,
    assumptions: Assumptions,
    base_date: pd.Timestamp,
) -> pd.DataFrame:
    """Σ d × each quantity by calendar year; a quantity that no row knows is missing throughout.

    Benefits side (cost, schedule, days, benefits, schedule_cash, benefits_cash): at the day a
    project was finished, of supported projects only. Cost side: months of all projects, at the
    middle of each; the office at each month's end, the former offices in the same months; change
    cost at the base date.
    """
    rate = assumptions.discount_rate
    supported = projects[projects["supported"].astype("bool")]
    days = projects["actual_days"].astype("float64")
    finished, half = projects["finished_on"], days / 2 / DAYS_A_YEAR
    at_middle = discount_factors(_years(finished, base_date) - np.asarray(half), rate)
    months = pd.DataFrame({"months": days / (DAYS_A_YEAR / 12) * at_middle})
    middle = finished.dt.year + finished.dt.day_of_year / DAYS_A_YEAR - half
    sums = [
        _benefit_sums(supported, base_date, rate),
        _yearly(months, np.floor(middle)),
    ]
    if pmo_costs is not None and len(pmo_costs):
        paid = pmo_costs.groupby("period", as_index=False)["amount"].sum(min_count=1)
        ends = paid["period"].map(month_end)
        factors = _factors(ends, base_date, rate)
        amounts = paid["amount"].astype("float64") * factors
        former = (factors * assumptions.former_cost_a_year / 12).where(amounts.notna())
        sums.append(_yearly(pd.DataFrame({"office": amounts, "former": former}), ends.dt.year))
    change = {"change": assumptions.change_cost}
    sums.append(pd.DataFrame(change, index=[base_date.year], dtype="float64"))
    found = pd.concat(sums, axis=1).sort_index().reindex(columns=[*BENEFIT_SUMS, *COST_SUMS])
    found.index = found.index.astype("int64")
    known = found.notna().any().map({True: 1.0, False: nan})
    return found[found.fillna(0.0).ne(0).any(axis=1)].fillna(0.0) * known


BENEFIT_SUMS = ("cost", "schedule", "days", "benefits", "schedule_cash", "benefits_cash")
COST_SUMS = ("months", "office", "former", "change")


def value_draws(
    projects: pd.DataFrame,
    pmo_costs: pd.DataFrame | None,
    effects: Effects,
    assumptions: Assumptions,
    base_date: pd.Timestamp,
    *,
    case: Case = "as estimated",
    n: int = DRAWS,
    seed: int = SEED,
) -> ValueDraws:
    """n seeded joint draws of what the PMO is worth; no draws, and the reason, where none can be.

    `projects` are treated and completed, one row each; only `supported` ones enter the headline,
    the others' worth is the column `extrapolated`. ParameterError where a pound would be booked
    twice, DataError where a project is given twice.
    """
    book(components(effects, assumptions, case), case)
    if projects["project_id"].duplicated().any():
        twice = sorted(set(projects.loc[projects["project_id"].duplicated(), "project_id"]))
        raise DataError(
            f"{listed(twice)} would be counted twice", remedy="Give each project one row"
        )
    yearly = exposure(projects, pmo_costs, assumptions, base_date)
    inputs = drawn_inputs(effects, assumptions, case, n, seed)
    table = worth(inputs, _total(yearly), assumptions.team_cost_a_day)
    reason = why_nothing(projects, effects)
    if not reason and table["gross"].isna().all():
        reason = "what the effects would be worth is not known of any project"
    others = projects.assign(supported=~projects["supported"].astype("bool"))
    beyond = _total(exposure(others, None, assumptions, base_date))
    extrapolated = worth(inputs, beyond, assumptions.team_cost_a_day)["gross"]
    table = table.assign(extrapolated=extrapolated)
    notes = _notes(projects, pmo_costs, effects, case)
    if reason:
        return ValueDraws(case, table.iloc[:0], yearly, pd.Series(dtype="float64"), notes, reason)
    flows = pd.DataFrame(
        {
            year: worth(inputs, sums, assumptions.team_cost_a_day)["npv"]
            for year, sums in yearly.iterrows()
        }
    )
    # a year without money neither pays anything back nor puts it off
    net = flows.loc[:, flows.ne(0).any()].cumsum(axis=1).median()
    return ValueDraws(case, table, yearly, net, notes)


def why_nothing(projects: pd.DataFrame, effects: Effects) -> str:
    """Why the value of these projects cannot be drawn, in words; empty where it can."""
    supported = int(projects["supported"].astype("bool").sum())
    if effects.why_no_draws:
        return effects.why_no_draws
    if not len(projects):
        return "no project under the PMO is completed yet"
    if supported == 0:
        return f"the estimate speaks of none of the {counted(len(projects), 'project')}"
    return "1 project is too few to tell what the PMO is worth" if supported == 1 else ""


def drawn_inputs(
    effects: Effects, assumptions: Assumptions, case: Case, n: int, seed: int
) -> pd.DataFrame:
    """The joint draws of the effects and those of each assumption; none where none can be."""
    random = np.random.default_rng(seed)
    n = 0 if effects.why_no_draws else n
    drawn = (
        effects.draws(n, random) if n else pd.DataFrame(columns=list(effects.names), dtype=float)
    )
    drawn = drawn * [effects.weight(name, case) for name in effects.names]
    spread = assumptions.pmo_cost_spread
    factor = 1 + spread * (random.triangular(-1, 0, 1, n))
    ranges = {name: points.draws(n, random) for name, points in assumptions.ranges.items()}
    return drawn.assign(office_factor=factor, **ranges)


def components(effects: Effects, assumptions: Assumptions, case: Case) -> list[Component]:
    """What the value case books: per effect what is cash and what is not, teams' time apart."""
    found = []
    for name in effects.names:
        design = OTHER_DESIGNS.get(effects.verdicts[name], ROLL_OUT)
        weight = effects.weight(name, case)
        booked = Component(COMPONENTS[name], "non-cashable", design, weight)
        found.append(booked)
        if name != "cost" or assumptions.budget_returned:
            found.append(replace(booked, kind="cashable"))
        if name == "schedule" and assumptions.team_cost_a_day:
            found.append(replace(booked, name="team time"))
    return found


def book(booked: list[Component], case: Case) -> list[Component]:
    """The components, if no pound is in them twice; otherwise ParameterError (statistics.md 4.4).

    A pound is booked once: not as an overrun avoided and as the time of a team, nor as benefits
    uplift and as better selection. Services' parts add to the bundle. In the conservative case
    only what rests on the staggered roll-out counts.
    """
    owners: dict[str, str] = {}
    for i, item in enumerate(booked):
        if item.kind == "quality":
            if not isnan(item.amount):
                raise ParameterError(
                    f"{item.name} is quality and has an amount of money",
                    remedy="Report it beside the money, or give it another kind",
                )
            continue
        if item.name not in POUNDS:
            raise ParameterError(
                f"there is no component {item.name!r}", remedy=allowed_values(item.name, POUNDS)
            )
        if (item.name, item.kind) in [(other.name, other.kind) for other in booked[:i]]:
            raise _twice(item.name, f"{item.name} is given twice as {item.kind}")
        owner = owners.setdefault(POUNDS[item.name], item.name)
        if owner != item.name:
            raise _twice(item.name, f"{owner} and {item.name} both book {POUNDS[item.name]}")
        if case == "conservative" and item.design != ROLL_OUT and item.weight > 0:
            raise ParameterError(
                f"{item.name} rests on {item.design!r} and counts in the conservative case",
                remedy=f"Give it the weight 0: only a {ROLL_OUT} counts there",
            )
        _check_parts(item)
    return booked


def _twice(name: str, how: str) -> ParameterError:
    hint = "; a delayed team's cost is in the actual cost already" if name == "team time" else ""
    return ParameterError(f"a pound is booked once: {how}", remedy=f"Leave one of them out{hint}")


def shapley(worth_of: Mapping[frozenset[str], float]) -> dict[str, float]:
    """Each service's mean addition over all orders of adding them; the parts add to the bundle.

    `worth_of` has the value of every set of services; that of none is 0 (Shapley 1953).
    ParameterError names a set whose value is missing.
    """
    services = sorted(frozenset().union(*worth_of))
    n, known = len(services), {frozenset[str](): 0.0, **worth_of}
    sets = [frozenset(some) for k in range(n + 1) for some in combinations(services, k)]
    missing = [" + ".join(sorted(some)) for some in sets if some not in known]
    if missing or known[frozenset()] != 0:
        what = f"the value of {missing[0]} is missing" if missing else "no service has a value"
        raise ParameterError(what, remedy="Give the value of every set of services, 0 for none")
    return {
        service: sum(
            factorial(len(some)) * factorial(n - len(some) - 1) / factorial(n)
            * (known[some | {service}] - known[some])
            for some in sets
            if service not in some
        )
        for service in services
    }  # fmt: skip


def _check_parts(item: Component) -> None:
    if item.parts is None:
        return
    added = sum(item.parts.values())
    if not isfinite(item.amount) or not isclose(added, item.amount, rel_tol=1e-6, abs_tol=1e-6):
        raise ParameterError(
            f"the services' parts of {item.name} add to {added:,.2f}, the bundle is "
            f"{item.amount:,.2f}",
            remedy="Split the bundle, for instance with shapley()",
        )


def _benefit_sums(projects: pd.DataFrame, base_date: pd.Timestamp, rate: float) -> pd.DataFrame:
    finished = projects["finished_on"]
    factors = _factors(finished, base_date, rate)
    cost, days, a_year, planned, share = (
        projects[name].astype("float64")
        for name in (
            "actual_cost", "actual_days", "benefit_a_year", "planned_benefit",
            "cashable_benefit_share",
        )
    )  # fmt: skip
    delay = days * a_year / 365
    sums = (cost, delay, days, planned, delay * share, planned * share)
    return _yearly(
        pd.DataFrame({name: each * factors for name, each in zip(BENEFIT_SUMS, sums, strict=True)}),
        finished.dt.year,
    )


def _yearly(quantities: pd.DataFrame, years: pd.Series) -> pd.DataFrame:
    return quantities.groupby(years.rename(None)).sum(min_count=1)


def _years(dates: pd.Series, base_date: pd.Timestamp) -> Floats:
    """Years since the base date, missing where there is no date."""
    return np.asarray((dates - base_date) / pd.Timedelta(days=DAYS_A_YEAR), dtype="float64")


def _factors(dates: pd.Series, base_date: pd.Timestamp, rate: float) -> pd.Series:
    return pd.Series(discount_factors(_years(dates, base_date), rate), index=dates.index)


def _total(yearly: pd.DataFrame) -> pd.Series:
    return yearly.sum(min_count=1)


def _sum(*columns: pd.Series) -> pd.Series:
    return pd.concat(columns, axis=1).sum(axis=1, min_count=1)


def _first_not_below_0(net_by_year: pd.Series) -> int | None:
    years = net_by_year.index[net_by_year >= 0]
    return int(years[0]) if len(years) else None


def _share(values: pd.Series, above: float) -> float:
    known = values.dropna()
    return float((known > above).mean()) if len(known) else nan


def _notes(
    projects: pd.DataFrame, pmo_costs: pd.DataFrame | None, effects: Effects, case: Case
) -> tuple[str, ...]:
    """What is left out of which component, and why, in words."""
    supported = projects[projects["supported"].astype("bool")]
    whole = counted(len(supported), "project")
    notes = [
        note for effect in COMPONENTS for note in _component_notes(effect, supported, effects, case)
    ]
    has_benefit = supported[["benefit_a_year", "planned_benefit"]].notna().any(axis=1)
    no_share = int((has_benefit & supported["cashable_benefit_share"].isna()).sum())
    if no_share:
        notes.append(
            f"cashable: the benefits of {no_share} of {whole} count as non-cashable, "
            "their cashable share is not known"
        )
    if len(projects) > len(supported):
        others = counted(len(projects) - len(supported), "project")
        notes.append(
            f"extrapolated: {others} outside what the estimate speaks of, not in the headline"
        )
    return (*notes, *_cost_notes(projects, pmo_costs))


def _component_notes(
    effect: str, supported: pd.DataFrame, effects: Effects, case: Case
) -> list[str]:
    name = COMPONENTS[effect]
    if effect not in effects.names:
        return [f"{WORDS[name]}: cannot tell, its effect could not be estimated; not in the sums"]
    notes = []
    if not effects.weight(effect, case):
        notes.append(f"{WORDS[name]}: counts 0, the verdict is {effects.verdicts[effect]!r}")
    gaps = int(supported[[*NEEDS[name], "finished_on"]].isna().any(axis=1).sum())
    cells = listed([column.replace("_", " ") for column in NEEDS[name]])
    if gaps and gaps == len(supported):
        notes.append(f"{WORDS[name]}: cannot tell, {cells} known of no project; not in the sums")
    elif gaps:
        notes.append(
            f"{WORDS[name]}: {gaps} of {counted(len(supported), 'project')} left out, "
            f"{cells} or the end not known"
        )
    return notes


def _cost_notes(projects: pd.DataFrame, pmo_costs: pd.DataFrame | None) -> list[str]:
    if pmo_costs is None or pmo_costs["amount"].isna().all():
        return ["cost: not known, there are no PMO costs, so only the gross value is shown"]
    gaps = int(pmo_costs["amount"].isna().sum())
    notes = [f"cost: {counted(gaps, 'amount')} of the PMO not known and not in it"] if gaps else []
    timeless = int(projects[["actual_days", "finished_on"]].isna().any(axis=1).sum())
    if timeless and timeless == len(projects):
        notes.append("cost: the time taken of projects is not known, the length is known of none")
    elif timeless:
        notes.append(
            f"cost: the time taken of {counted(timeless, 'project')} is not in it, "
            "the length is not known"
        )
    return notes

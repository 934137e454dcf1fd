"""The exposure that effects act on: sums over projects and months, discounted to a base date."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import nan

import numpy as np
import pandas as pd

from pmo_lib.effect.adoption import under_pmo
from pmo_lib.effect.finding import Evidence, Sample
from pmo_lib.months import month_end
from pmo_lib.stats.numbers import Floats
from pmo_lib.worth.assumptions import Assumptions

DAYS_A_YEAR = 365.25

BENEFIT_SUMS = ("cost", "schedule", "benefits", "schedule_cash", "benefits_cash")
COST_SUMS = ("months", "office", "former", "change")
OWN = {"cost": "actual_cost", "schedule": "benefit_a_year", "benefits": "planned_benefit"}
COLUMNS = [
    "project_id", "department", "finished_on", "actual_cost", "actual_days", "benefit_a_year",
    "planned_benefit", "cashable_benefit_share", "unverified_share", "supported",
]  # fmt: skip


@dataclass(frozen=True)
class Exposure:
    """The projects under the PMO, what the office costs, and the terms on which both are money.

    ``projects`` as `treated` gives them; only ``supported`` ones bring the headline's
    value. ``pmo_costs`` is None where they are not known. Money is discounted to ``base_date``.
    """

    projects: pd.DataFrame
    pmo_costs: pd.DataFrame | None
    assumptions: Assumptions
    base_date: pd.Timestamp

    @property
    def supported(self) -> pd.DataFrame:
        return self.projects[self.projects["supported"].astype("bool")]

    @property
    def unsupported(self) -> pd.DataFrame:
        return self.projects[~self.projects["supported"].astype("bool")]

    @property
    def extrapolated(self) -> "Exposure":
        """That of the projects which the estimates do not speak of, without the PMO's cost."""
        others = self.unsupported.assign(supported=True)
        return replace(self, projects=others, pmo_costs=None)

    @property
    def total(self) -> pd.Series:
        return self.by_year.sum(min_count=1)

    @cached_property
    def by_year(self) -> pd.DataFrame:
        """Σ d × each quantity by calendar year; one that no row knows is missing throughout.

        Benefits side (cost, schedule, benefits, schedule_cash, benefits_cash): at the day a
        project was finished, of supported projects only. Cost side: months of all projects, at
        the middle of each; the office at each month's end, the former offices in the same months;
        change cost at the base date.
        """
        sums = [self._benefits(), self._months()]
        if self.pmo_costs is not None and len(self.pmo_costs):
            sums.append(self._office(self.pmo_costs))
        change = {"change": self.assumptions.change_cost}
        sums.append(pd.DataFrame(change, index=[self.base_date.year], dtype="float64"))
        found = pd.concat(sums, axis=1).sort_index().reindex(columns=[*BENEFIT_SUMS, *COST_SUMS])
        found.index = found.index.astype("int64")
        known = found.notna().any().map({True: 1.0, False: nan})
        return found[found.fillna(0.0).ne(0).any(axis=1)].fillna(0.0) * known

    def _benefits(self) -> pd.DataFrame:
        finished = self.supported["finished_on"]
        factors = self._factors(finished)
        cost, days, a_year, planned, share = (
            self.supported[name].astype("float64")
            for name in (
                "actual_cost", "actual_days", "benefit_a_year", "planned_benefit",
                "cashable_benefit_share",
            )
        )  # fmt: skip
        delay = days * a_year / 365
        sums = (cost, delay, planned, delay * share, planned * share)
        return _yearly(
            {name: each * factors for name, each in zip(BENEFIT_SUMS, sums, strict=True)},
            finished.dt.year,
        )

    def _months(self) -> pd.DataFrame:
        days = self.projects["actual_days"].astype("float64")
        finished, half = self.projects["finished_on"], days / 2 / DAYS_A_YEAR
        years = years_since(self.base_date, finished) - np.asarray(half)
        months = days / (DAYS_A_YEAR / 12) * discount_factors(years, self.assumptions.discount_rate)
        middle = finished.dt.year + finished.dt.day_of_year / DAYS_A_YEAR - half
        return _yearly({"months": months}, np.floor(middle))

    def _office(self, pmo_costs: pd.DataFrame) -> pd.DataFrame:
        paid = pmo_costs.groupby("period", as_index=False)["amount"].sum(min_count=1)
        ends = paid["period"].map(month_end)
        factors = self._factors(ends)
        amounts = paid["amount"].astype("float64") * factors
        former = (factors * self.assumptions.former_cost_a_year / 12).where(amounts.notna())
        return _yearly({"office": amounts, "former": former}, ends.dt.year)

    def _factors(self, dates: pd.Series) -> pd.Series:
        years = years_since(self.base_date, dates)
        return pd.Series(discount_factors(years, self.assumptions.discount_rate), dates.index)


def discount_factors(years: Floats, rate: float) -> Floats:
    """(1 + r)^-k; years may be fractions."""
    return np.power(1 + rate, -years)


def years_since(base_date: pd.Timestamp, dates: pd.Series) -> Floats:
    """Years since the base date, missing where there is no date."""
    return np.asarray((dates - base_date) / pd.Timedelta(days=DAYS_A_YEAR), dtype="float64")


def _yearly(quantities: dict[str, pd.Series], years: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(quantities).groupby(years.rename(None)).sum(min_count=1)


def treated(evidence: Evidence, inside: Mapping[str, pd.Series]) -> pd.DataFrame:
    """The projects under the PMO with `COLUMNS`, as the exposure takes them.

    `inside` says by primary outcome which projects its estimate speaks of: each component counts
    those of its own. Projects in flight or cancelled are there for the time that the PMO takes of
    them, which is a cost, and bring nothing.
    """
    under = under_pmo(evidence.projects, evidence.adopted.dates)
    rows, today = evidence.projects[under], evidence.data_date
    ended = rows["ended_on"].notna()
    stopped = rows["finished_on"].where(rows["finished_on"] <= today).fillna(today)
    elapsed = (stopped - rows["started_on"]).dt.days.astype("float64")
    counted = {name: chosen[under] for name, chosen in inside.items()}
    any_of = pd.DataFrame(counted).any(axis=1) & ended
    frame = rows.assign(
        finished_on=rows["ended_on"].fillna(stopped),
        actual_cost=rows["actual_cost"].astype("float64").where(ended),
        actual_days=rows["actual_days"].where(ended, elapsed),
        benefit_a_year=rows["planned_benefit"].where(ended),
        planned_benefit=rows["planned_benefit"].where(ended),
        cashable_benefit_share=rows["cashable_share"],
        supported=any_of,
    )
    for name, column in OWN.items():
        frame[column] = frame[column].where(counted[name] | ~any_of)
    return frame[COLUMNS].reset_index(drop=True)


def inside_estimate(sample: Sample | None, projects: pd.DataFrame) -> pd.Series:
    """Whether each project is among those over which the estimate on the sample averages."""
    if sample is None:
        return pd.Series(False, index=projects.index)
    return projects["project_id"].isin(sample.projects_in(sample.compared()))

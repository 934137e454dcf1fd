"""What briefs are made from: every figure of a month, and the last pack's."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from pmo_lib.assessment.behaviour import Behaviour
from pmo_lib.assessment.promises import Promise
from pmo_lib.assessment.series import Charts
from pmo_lib.brief.last_pack import LastPack
from pmo_lib.engine.customers import Customers
from pmo_lib.engine.result import ORGANISATION, KpiResult
from pmo_lib.engine.view import View
from pmo_lib.facts.portfolio import current_baselines, in_flight, latest_reports
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import Kpi
from pmo_lib.kpis.red_rule import CRITERIA, red_by_rule
from pmo_lib.worth.value_case import ValueCase

PLAN = ["cost", "finish"]
FEWEST_COUNTED = 10  # a point, on average
RED = {f"red_{name}": name for name in CRITERIA}


@dataclass(frozen=True)
class Evidence:
    """Every figure of a month; ``charts`` of a subject, ``last`` is what the last pack said."""

    view: View
    subjects: tuple[str, ...]
    results: Sequence[KpiResult]
    observed: Mapping[str, pd.DataFrame]
    charts: Callable[[str], Charts]
    customers: Customers
    value_case: ValueCase
    promises: Sequence[Promise] = ()
    last: LastPack | None = None

    def result(
        self, kpi_id: str, department: str = ORGANISATION, statistic: str = "", segment: str = ""
    ) -> KpiResult | None:
        """A measured result: by default the KPI's headline of the whole; None where there is none.

        Of a KPI that is kept for the organisation only a department has none.
        """
        found = self._measured.get((kpi_id, department, segment), [])
        return next((r for r in found if not statistic or r.statistic.id == statistic), None)

    def charted(self, department: str) -> dict[str, Behaviour]:
        """The charts that can tell, by KPI, without those of rare events, which signal falsely."""
        return {
            kpi_id: found
            for kpi_id, found in self.charts(department).behaviours.items()
            if found.can_tell and not _is_rare(CATALOGUE[kpi_id], found)
        }

    def table(self, name: str) -> pd.DataFrame | None:
        """A table without what its withheld columns hold; None where it cannot be used."""
        rows = self.view.table(name)
        return None if rows is None else _allowed(rows, name, self.view)

    @cached_property
    def _measured(self) -> dict[tuple[str, str, str], list[KpiResult]]:
        found: dict[tuple[str, str, str], list[KpiResult]] = {}
        for result in self.results:
            if result.is_measured:
                key = (result.kpi_id, result.department, result.segment)
                found.setdefault(key, []).append(result)
        return found

    @cached_property
    def in_flight(self) -> pd.DataFrame:
        """One row a project in flight: its plan in force, last report and what is red by rule.

        Beside the project's own columns ``cost`` and ``finish`` as approved, ``rag`` of the owner
        in ``rated_in``, ``estimate_at_completion``, and the columns of `RED`. Missing is what
        no table says, or one that is withheld.
        """
        view = self.view
        allowed = {name: _allowed(rows, name, view) for name, rows in view.usable.items()}
        allowed.setdefault("projects", view.tables["projects"].iloc[:0])
        going = in_flight(allowed["projects"], view.data_date).reset_index(drop=True)
        baselines, reports = allowed.get("baselines"), allowed.get("status_reports")
        if baselines is not None:
            plan = current_baselines(going, baselines)[PLAN]
            going = going.assign(**{name: plan[name] for name in PLAN})
        else:
            going = going.assign(cost=float("nan"), finish=pd.Series(pd.NaT, going.index))
        if reports is None:
            return going.assign(
                rag=None, rated_in=None, estimate_at_completion=float("nan"),
                **dict.fromkeys(RED, float("nan")),
            )  # fmt: skip
        past = reports[reports["period"] <= view.period]
        estimate = latest_reports(going, past, ["estimate_at_completion"])
        going = going.assign(estimate_at_completion=estimate["estimate_at_completion"].to_numpy())
        return self._judged(going, past, allowed)

    def _judged(
        self, going: pd.DataFrame, past: pd.DataFrame, allowed: Mapping[str, pd.DataFrame]
    ) -> pd.DataFrame:
        """With the owners' last ratings of the last three months, and what is red by rule."""
        rated = latest_reports(going, past[past["rated_by"] == "owner"], ["rag"])
        going = going.assign(rag=rated["rag"].to_numpy(), rated_in=rated["period"].to_numpy())
        own = past[past["rated_by"] == "owner"].merge(
            going[["project_id", "rated_in"]].dropna(),
            left_on=["project_id", "period"], right_on=["project_id", "rated_in"],
        )  # fmt: skip
        red = red_by_rule(
            own, allowed["projects"], past, self.view.settings.red_rule,
            allowed.get("baselines"), allowed.get("milestones"),
        )  # fmt: skip
        found = red.set_axis(list(RED), axis=1).set_axis(own["project_id"])
        return going.join(found, on="project_id")


def _is_rare(kpi: Kpi, found: Behaviour) -> bool:
    """Whether the chart counts events of which there are few at a time, or sums money of few."""
    if kpi.unit == "money":
        return True
    return kpi.unit == "count" and bool((found.points["centre"] < FEWEST_COUNTED).any())


def _allowed(rows: pd.DataFrame, table: str, view: View) -> pd.DataFrame:
    """The rows without what their columns hold where a column is withheld."""
    barred = [c for c in rows.columns if f"{table}.{c}" in view.withheld]
    return rows.assign(**{c: rows[c].where(rows[c].isna()) for c in barred})

"""One side of a comparison: a portfolio's usable cases of each KPI, observed once and kept."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from pmo_lib.engine.observe import attempt
from pmo_lib.engine.summary import pooled, usable
from pmo_lib.engine.view import View
from pmo_lib.facts.portfolio import rows_of, size_tiers, tier_bounds
from pmo_lib.kpis.kpi import Kpi


@dataclass(frozen=True)
class Side:
    """A portfolio, ours or a peer's, as one side of a comparison.

    Size tiers have the bounds of `ours`, and are unknown where costs are in other money.
    """

    view: View
    ours: View

    def cases(self, kpi: Kpi) -> pd.DataFrame:
        """The KPI's usable observations with each one's category and size tier."""
        if kpi.id not in self._cases:
            units = usable(kpi, pooled(attempt(kpi, self.view)[0]))
            ids = units["case_id"].astype("str")
            units = units.assign(category=self._category(ids), size_tier=ids.map(self._tiers))
            # plain objects are cut into departments in a fraction of the time of Arrow's text
            self._cases[kpi.id] = units.astype(
                dict.fromkeys(units.select_dtypes("str").columns, "object")
            )
        return self._cases[kpi.id]

    @cached_property
    def rating_scale(self) -> int:
        """The number of colours of the latest ratings; 0 where there are none."""
        reports = self.view.table("status_reports")
        if reports is None:
            return 0
        rated = reports[reports["rag"].notna() & (reports["period"] <= self.view.period)]
        latest = rated.loc[rated["period"] == rated["period"].max(), "rag_scale"].dropna()
        return int(latest.mode().iloc[0]) if len(latest) else 0

    @cached_property
    def _cases(self) -> dict[str, pd.DataFrame]:
        return {}

    def _category(self, ids: pd.Series) -> pd.Series:
        projects = self.view.tables["projects"]
        found = projects["category"].array.take(rows_of(projects, ids), allow_fill=True)
        return pd.Series(found, index=ids.index)

    @cached_property
    def _tiers(self) -> pd.Series:
        """The size tier of each project."""
        plans = [view.table("baselines") for view in (self.view, self.ours)]
        same_money = self.view.settings.currency == self.ours.settings.currency
        if plans[0] is None or plans[1] is None or not same_money:
            return pd.Series(dtype="str")
        return size_tiers(plans[0], tier_bounds(plans[1]))

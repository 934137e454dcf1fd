"""The reference class: what projects like these cost in the end, against what was approved.

An uplift at P is the quantile of actual ÷ approved cost - 1 (Flyvbjerg 2006; statistics.md 2.3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, nan

import numpy as np
import pandas as pd

from pmo_lib.catalogue import CATALOGUE
from pmo_lib.engine import observe_all
from pmo_lib.intervals import NOTHING, Estimate, quantile, rate
from pmo_lib.kpi import Kpi
from pmo_lib.portfolio import (
    comparable_cost,
    in_flight,
    latest_reports,
    with_original,
    with_project,
)
from pmo_lib.sums import ROUNDING, Floats
from pmo_lib.tails import hill_index
from pmo_lib.view import View, availability

NOT_STATED = "category not stated"
ALL = "all projects"
FEWEST = {0.5: 5, 0.8: 11, 0.9: 22}
SHRINKAGE = 20  # a class of n has the weight n ÷ (n + 20), its parent the rest
TAIL_OVERRUN_SHARE = 0.5


@dataclass(frozen=True)
class Uplift:
    """What to add to an approved cost, with its interval; ``own_weight`` is 1 without shrinkage."""

    value: float
    low: float
    high: float
    n: int
    own_weight: float = 1.0
    note: str = ""


@dataclass(frozen=True)
class Tail:
    """How heavy the tail of overruns is: the share of 50 % and more, their mean, Hill's index."""

    share: Estimate
    mean: float
    index: float
    error: float

    @property
    def said(self) -> str:
        """What the index allows to be said."""
        if self.index == inf:
            return "No project is far above the others, so no tail can be seen."
        if self.index <= 1:
            return "The tail is so heavy that overruns have no mean: only quantiles are told."
        if self.index <= 2:
            return "The tail is so heavy that a mean would have no spread: only quantiles are told."
        return "The tail is light enough for a mean, but one large project still moves it."


def uplift(overruns: Floats, p: float, level: float, parent: Floats | None = None) -> Uplift:
    """The P quantile with its order-statistic interval; a small class is shrunk to its parent.

    Small is fewer than 11 for P80 and 22 for P90, as no two of fewer values bound such a quantile.
    Then the quantile is that of the class and its parent together, the class's projects with the
    weight n ÷ (n + 20), the parent's with the rest; its interval is the parent's quantile interval
    widened to hold the value, as nobody knows how like its parent a small class is.
    """
    n = len(overruns)
    if n >= FEWEST[p]:
        found = quantile(overruns, p, level)
        return Uplift(found.value, found.low, found.high, n)
    if parent is None or len(parent) < FEWEST[p]:
        known = len(parent) if parent is not None else n
        return Uplift(nan, nan, nan, n, nan, f"{known} are too few for P{100 * p:.0f}")
    weight = n / (n + SHRINKAGE)
    value = _weighted_quantile(overruns, parent, weight, p)
    whole = quantile(parent, p, level)
    low, high = min(whole.low, value), max(whole.high, value)
    return Uplift(value, low, high, n, weight, f"{n} of its own, the rest from its parent class")


def combined_uplift(shares: Sequence[float], uplifts: Sequence[float]) -> float:
    """Σ share × uplift, of a project that is in parts of several classes (Mott MacDonald 2002)."""
    return float(np.dot(shares, uplifts))


def tail(overruns: Floats, level: float) -> Tail:
    """The tail of overruns: its share with interval, its mean, its index with standard error."""
    n = len(overruns)
    beyond = overruns[overruns >= TAIL_OVERRUN_SHARE]
    index = hill_index(1 + overruns) if n else inf
    k = min(max(10, n // 10), n - 1)
    error = index / np.sqrt(k) if n > 1 and index < inf else nan
    mean = float(beyond.mean()) if len(beyond) else nan
    return Tail(rate(len(beyond), n, level), mean, index, float(error))


def history(view: View) -> pd.DataFrame:
    """Completed projects whose costs are known, ever: project_id, category, period, overrun."""
    kpi = CATALOGUE["D3"]
    if availability(kpi, view)[0] != "measured":
        return pd.DataFrame({"project_id": [], "category": [], "period": [], "overrun": []})
    return _overruns(kpi, view)


def growth(view: View) -> pd.DataFrame:
    """As `history`, of projects in flight: estimate at completion ÷ approved cost - 1 so far.

    Not how they end: it is told apart, and never put together with completed projects.
    """
    found = active(view)
    known = found[found["estimate"].notna() & found["approved"].notna()]
    return pd.DataFrame(
        {
            "project_id": known["project_id"], "category": known["category"],
            "period": view.period, "overrun": known["estimate"] / known["approved"] - 1,
        }
    )  # fmt: skip


def classes(past: pd.DataFrame) -> dict[str, Floats]:
    """The overruns of each category, in alphabetical order; who has none is a class of its own."""
    named = past["category"].fillna(NOT_STATED)
    return {
        str(name): own.to_numpy(dtype="float64")
        for name, own in past["overrun"].groupby(named, sort=True)
    }


def active(view: View) -> pd.DataFrame:
    """Projects in flight: project_id, name, department, category, approved, estimate."""
    if "baselines" not in view.tables or "projects" not in view.tables:
        return pd.DataFrame(columns=["project_id", "name", "department", "category", "approved",
                                     "estimate"])  # fmt: skip
    projects = in_flight(view.tables["projects"], view.data_date)
    found = with_original(projects, view.tables["baselines"])
    found = found.assign(approved=comparable_cost(found, view.settings.price_base), estimate=nan)
    if "status_reports" in view.tables and "status_reports" not in view.withheld:
        columns = ["estimate_at_completion"]
        reports = latest_reports(view.tables["status_reports"], view.period, columns)
        at = with_project(found, reports, columns)["estimate_at_completion"].astype("float64")
        found = found.assign(estimate=at.where(at > 0))
    return found[["project_id", "name", "department", "category", "approved", "estimate"]]


def forecasts(view: View, by_class: Mapping[str, Floats], parent: Floats) -> pd.DataFrame:
    """Each project in flight with what its class suggests it will cost at P50 and P80.

    Adds class, n, p50, p50_low, p50_high, p80, p80_low, p80_high (money) and word: how the
    current estimate stands to them.
    """
    level = view.settings.confidence_level
    rows = []
    none = np.array([], dtype="float64")
    for row in active(view).to_dict("records"):
        name = NOT_STATED if pd.isna(row["category"]) else str(row["category"])
        own = by_class.get(name, none)
        half, most = (uplift(own, p, level, parent) for p in (0.5, 0.8))
        ends = {
            f"{label}{end}": row["approved"] * (1 + value)
            for label, found in (("p50", half), ("p80", most))
            for end, value in (("", found.value), ("_low", found.low), ("_high", found.high))
        }
        word = _word(row["estimate"], ends["p50"], ends["p80"])
        own_facts = {str(key): value for key, value in row.items()}
        rows.append({**own_facts, "class": name, "n": len(own), **ends, "word": word})
    return pd.DataFrame(rows)


def back_test(past: pd.DataFrame, p: float, level: float) -> Estimate:
    """The share of projects that ended at or below the P of those that had ended before them.

    Each is forecast from the earlier months' projects of its class, shrunk as `uplift` does; one
    with too little before it is left out. A class that tells the truth gives p.
    """
    held = []
    ordered = past[past["period"].notna()].sort_values(["period", "project_id"])
    for row in ordered.to_dict("records"):
        before = ordered[ordered["period"] < row["period"]]
        same = before["category"].fillna(NOT_STATED) == (
            NOT_STATED if pd.isna(row["category"]) else row["category"]
        )
        everything = before["overrun"].to_numpy(dtype="float64")
        found = uplift(everything[same.to_numpy()], p, level, everything)
        if not np.isnan(found.value):
            held.append(row["overrun"] <= found.value)
    return rate(sum(held), len(held), level) if held else NOTHING


def _overruns(kpi: Kpi, view: View) -> pd.DataFrame:
    units = observe_all(kpi, view)
    units = units[units["numerator"].notna() & units["denominator"].notna()]
    named = units.assign(project_id=units["case_id"])
    found = with_project(named, view.tables["projects"], ["category"])
    return pd.DataFrame(
        {
            "project_id": found["project_id"], "category": found["category"],
            "period": found["period"], "overrun": found["numerator"] / found["denominator"],
        }
    )  # fmt: skip


def _weighted_quantile(own: Floats, parent: Floats, weight: float, p: float) -> float:
    values = np.concatenate([own, parent])
    shares = np.concatenate(
        [
            np.full(len(own), weight / max(len(own), 1)),
            np.full(len(parent), (1 - weight) / len(parent)),
        ]
    )
    order = np.argsort(values)
    reached = np.cumsum(shares[order])
    at = min(int(np.searchsorted(reached, p - ROUNDING)), len(values) - 1)
    return float(values[order][at])


def _word(estimate: float, p50: float, p80: float) -> str:
    if np.isnan(estimate):
        return "no current estimate"
    if np.isnan(p50) or np.isnan(p80):
        return "its class is too small to say"
    if estimate < p50:
        return "below what half of such projects cost"
    return "between P50 and P80" if estimate <= p80 else "above what four in five of such cost"

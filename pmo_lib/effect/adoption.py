"""When departments adopted the PMO's services, and which design those dates allow."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from typing import Literal

import numpy as np
import pandas as pd

from pmo_lib.causal.effect import Effect
from pmo_lib.causal.imputation import FEWEST_BEFORE
from pmo_lib.causal.panel import Panel
from pmo_lib.months import half_year_name, quarter_name, quarter_number, quarter_of
from pmo_lib.wording import listed

Design = Literal[
    "draw by lot", "staggered roll-out", "interrupted time series", "matched projects", "none"
]
DEPARTMENTS = {
    "department": "str", "adopted": "str", "n_before": "int64", "n_since": "int64",
    "effect_without": "float64",
}  # fmt: skip
STRADDLING = 0.25  # of a planned life: more of it under the PMO, and a project is no control
FEWEST_APART = 4  # departments with one service on and the others off in a quarter


@dataclass(frozen=True)
class Adoption:
    """The day each department adopted (`dates`, by department), and the other services' day.

    ``others`` is empty where the roll-out is of all services together: the first counts.
    """

    dates: pd.Series
    others: pd.Series

    def cells(self, per_year: int) -> pd.Series:
        """The quarter of each department's adoption, or the half-year where they are two a year."""
        return quarter_number(self.dates) // (4 // per_year)


def adoption(tables: Mapping[str, pd.DataFrame], service: str = "") -> Adoption:
    """The first service of each department, or the one service, with the first of the others."""
    nothing = pd.Series(index=pd.Index([], dtype="str"), dtype="datetime64[us]")
    if "rollouts" not in tables or tables["rollouts"].empty:
        return Adoption(nothing, nothing)
    rollouts = tables["rollouts"]
    own = rollouts[rollouts["service_id"] == service] if service else rollouts
    others = rollouts[rollouts["service_id"] != service] if service else rollouts.iloc[:0]
    return Adoption(_first(own), _first(others))


def under_pmo(projects: pd.DataFrame, dates: pd.Series) -> pd.Series:
    """Whether a project was started on the day of its department's adoption or later."""
    started: pd.Series = projects["started_on"] >= _adopted_on(projects, dates)
    return started


def on_the_edge(projects: pd.DataFrame, dates: pd.Series, per_year: int = 4) -> pd.Series:
    """Started in the quarter (half-year) of the adoption but before its day: on neither side."""
    day, step = _adopted_on(projects, dates), 4 // per_year
    same = projects["quarter"] // step == quarter_number(day) // step
    edge: pd.Series = same & (projects["started_on"] < day)
    return edge


def lead(projects: pd.DataFrame, dates: pd.Series, per_year: int) -> int:
    """The quarters (half-years) before an adoption whose starts were planned to be in flight at it.

    So many that projects started earlier were planned to spend at most `STRADDLING` of their life
    under the PMO, by the plans of projects without it. All starts of those quarters are left out:
    leaving out the long ones alone would make what stays small.
    """
    planned_days = np.exp(projects.loc[~under_pmo(projects, dates), "approved_days"].dropna())
    days, quarters = 365.25 / per_year, 0
    while len(planned_days):
        share = (1 - (quarters + 0.5) * days / planned_days).clip(lower=0).mean()
        if share <= STRADDLING:
            break
        quarters += 1
    return quarters


def design(projects: pd.DataFrame, adopted: Adoption, began: str = "") -> Design:
    """The best design that the data allow: `began` is the month the PMO began for everybody."""
    own = adopted.dates[adopted.dates.index.isin(projects["department"])]
    everybody = set(projects["department"]) <= set(own.index)
    if len(own) and not (everybody and own.map(quarter_of).max() == own.map(quarter_of).min()):
        return "staggered roll-out"
    if set(projects["pmo_used"].dropna()) == {"yes", "no"}:
        return "matched projects"
    if len(own) or began:
        return "interrupted time series"
    return "none"


def refusal_of_service(projects: pd.DataFrame, adopted: Adoption) -> str:
    """Why one service's effect is not identified apart from the others'; empty where it is."""
    if adopted.others.empty:
        return ""
    mine, theirs = adopted.cells(4), quarter_number(adopted.others)
    before, never = projects["quarter"].min(), projects["quarter"].max() + 1

    def seen(quarters: pd.Series, name: str) -> int:
        """When the data show it first: what was on before them is on in all of them."""
        return int(min(max(quarters.get(name, never), before), never))

    departments = [str(name) for name in projects["department"].unique()]
    apart = sum(seen(mine, name) != seen(theirs, name) for name in departments)
    if apart >= FEWEST_APART:
        return ""
    return (
        f"the service was adopted apart from the others in only {apart} departments; "
        f"{FEWEST_APART} are needed to tell it from them, so report all services together"
    )


def notes(cells: Panel, adopted: Adoption) -> list[str]:
    """Which departments the dates exclude from the comparison, as sentences."""
    found = []
    last = cells.first_quarter + cells.quarters - 1
    quarters = adopted.cells(cells.per_year)
    here = quarters[quarters.index.isin(cells.departments)]
    groups = {
        "have no roll-out, and stand for no PMO: ":
            pd.Index([name for name in cells.departments if name not in quarters.index]),
        "adopted only after the last quarter that counts, and stand for no PMO: ":
            here.index[here > last],
        "had adopted before the first project in the data, so nothing of before is known: ":
            here.index[here < cells.first_quarter],
        "are named in the roll-outs but have no project that counts: ":
            quarters.index[~quarters.index.isin(cells.departments)],
    }  # fmt: skip
    for said, names in groups.items():
        if len(names):
            found.append(f"Departments that {said}{listed(sorted(map(str, names)))}.")
    before = ((cells.cases > 0) & cells.untreated).sum(axis=1)
    thin = pd.Index(cells.departments)[cells.adopts & (before < FEWEST_BEFORE)]
    if len(thin):
        found.append(
            f"Departments with projects in fewer than two {cells.unit}s before they adopted cannot "
            f"be compared with themselves: {listed(list(thin))}."
        )
    return found


def by_department(cells: Panel, found: Effect) -> pd.DataFrame:
    """`DEPARTMENTS`: quarter of adoption, projects before and since, the effect without each.

    The quarter is empty where a department did not adopt within the data.
    """
    rows = [
        (
            name, _name(int(f) + cells.first_quarter, cells) if f < cells.quarters else "",
            cells.cases[d, :f].sum(), cells.cases[d, f:].sum(), found.without.get(name, nan),
        )
        for d, (name, f) in enumerate(zip(cells.departments, cells.first, strict=True))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(DEPARTMENTS)).astype(DEPARTMENTS)


def _name(number: int, cells: Panel) -> str:
    return quarter_name(number) if cells.per_year == 4 else half_year_name(2 * number)


def _adopted_on(projects: pd.DataFrame, dates: pd.Series) -> pd.Series:
    """The day of each project's department; missing where it has none, or nobody has one."""
    return pd.Series(dates.reindex(projects["department"]).to_numpy(), index=projects.index)


def _first(rollouts: pd.DataFrame) -> pd.Series:
    return rollouts.groupby("department")["adopted_on"].min()

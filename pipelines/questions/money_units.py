"""Amounts of the same projects in unlike units, such as baselines in thousands beside costs."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipelines.questions.asked import REPORTED, Asked, Tables
from pipelines.questions.percent_complete import in_per_cent
from pipelines.questions.scores import are_scores
from pmo_lib.contract.declarations import DECLARABLE
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.verdict import Question
from pmo_lib.facts.portfolio import rows_of
from pmo_lib.wording import listed

FEWEST = 3
MOST = 0.75  # of the projects are so far apart; fewer are asked about by their names
UNLIKE = 20.0  # the factor between two amounts of a project at the median
SO_FAR = 200.0  # what has been spent or earned so far may be a small part of the whole
APART = 300.0  # a benefit is another thing than a cost
RISK = 1000.0  # what all risks of a project would cost may be a small part of the whole
OFFICE = (1 / 5000, 5.0)  # times what projects cost is what the office costs

TO_DATE = ("projects.actual_cost", *(f"status_reports.{name}" for name in REPORTED[:3]))
WHOLE = ("baselines.cost", "status_reports.estimate_at_completion")
BENEFIT = ("baselines.benefit", "benefits.target_value")
IMPACT = "risks.impact"


def answer(tables: Tables, settings: Settings) -> Tables:
    """Amounts in the unit of the settings: a column's own before that of its table."""
    units: dict[str, float] = {}
    for name, unit in sorted(settings.money_unit.items(), key=lambda item: "." in item[0]):
        units |= dict.fromkeys(DECLARABLE["money_unit"][name], unit)
    changed: dict[str, pd.DataFrame] = {}
    for name, unit in units.items():
        table, column = name.split(".")
        if table in tables:
            rows = changed.get(table, tables[table])
            amounts = rows[column].mask(_in_money(table, tables, settings), rows[column] * unit)
            changed[table] = rows.assign(**{column: amounts})
    return changed


def check(asked: Asked) -> Iterator[Question]:
    """Columns that are far from most others of the same projects; of two alone, both."""
    sizes = _sizes(asked)
    pairs = [pair for one, two in combinations(sizes, 2) if (pair := _pair(asked, sizes, one, two))]
    trusted = _trusted(_alike(list(sizes), pairs))
    unlike = [pair for pair in pairs if pair.is_unlike]
    unlike.sort(key=lambda pair: (not {*pair.names} & trusted, -pair.projects))
    told: set[str] = set()
    for pair in unlike:
        odd = [name for name in pair.names if name not in trusted]
        if odd and odd[0] not in told:
            beside = pair.names[1 - pair.names.index(odd[0])]
            alike = [
                p for p in unlike if beside in p.names and p.factor(beside) == pair.factor(beside)
            ]
            whose = odd[0].partition(".")[0]
            columns = [name for p in alike for name in p.names if name != beside]
            columns = [name for name in columns if name.startswith(f"{whose}.")]
            told |= {*odd, *columns}
            yield _asked(pair, beside, columns, [*odd, *columns])
    yield from _office(asked)


def _asked(pair: "Pair", beside: str, columns: list[str], odd: list[str]) -> Question:
    """A question on the columns of one table that are as far from the one beside them."""
    table, _, column = columns[0].partition(".")
    whole = {n for n in DECLARABLE["money_unit"][table] if n not in columns}
    names = columns if len(columns) == 1 or whole else [table]
    factor = pair.factor(beside)
    unit = f"{factor:f}".rstrip("0").rstrip(".")  # as YAML reads a number
    said = ", ".join(f"{name}: {unit}" for name in names)
    return Question(
        "money_unit", table, column if len(columns) == 1 else "", pair.asks,
        f"Say so in settings.yml by money_unit: {{{said}}}" if factor else
        f"Give {listed(columns)} in the unit of the others",
        withholds=tuple(dict.fromkeys(odd)),
    )  # fmt: skip


class Pair(NamedTuple):
    """Two amounts, the smaller first, and how many times as large the other is at the median."""

    names: tuple[str, str]
    times: float
    projects: int
    is_unlike: bool

    @property
    def asks(self) -> str:
        smaller, larger = self.names
        return (
            f"are {smaller} and {larger} in the same unit; of {self.projects} projects the latter "
            f"is at the median {self.times:,.0f} times the former"
        )

    def factor(self, beside: str) -> float:
        """The power of a thousand that brings the other to the one `beside` it; 0 for none."""
        power = 10.0 ** (3 * round(np.log10(self.times) / 3))
        if not 1 / 8 < self.times / power < 8 or power == 1:
            return 0.0
        return float(power if beside == self.names[1] else 1 / power)


def _in_money(table: str, tables: Tables, settings: Settings) -> pd.Series:
    """Which rows of a table of amounts are counted in money: all but some benefits'."""
    if table not in {"benefits", "benefit_reports"} or "benefits" not in tables:
        return pd.Series(True, index=tables[table].index)
    benefits = tables["benefits"]
    unit = benefits["unit"].str.casefold()
    is_money = unit.isin(["currency", settings.currency.casefold()]) | unit.isna()
    is_money &= benefits["class"] != "non_financial"
    return is_money if table == "benefits" else (
        tables[table]["benefit_id"].isin(benefits.loc[is_money, "benefit_id"])
    )  # fmt: skip


def _sizes(asked: Asked) -> dict[str, pd.Series]:
    """Per column each project's amount above 0, by the row of `projects`."""
    tables, projects = asked.tables, asked.tables["projects"]
    found = {"projects.actual_cost": projects["actual_cost"]}
    none = pd.Series(np.nan, index=projects.index)

    def last(rows: pd.DataFrame, at: Iterable[int], column: str) -> pd.Series:
        known = rows[column].notna().to_numpy() & (np.asarray(at) >= 0)
        values = none.to_numpy().copy()
        values[np.asarray(at)[known]] = rows[column].to_numpy()[known]  # the last one stays
        return pd.Series(values)

    if "baselines" in tables:
        at = rows_of(projects, tables["baselines"]["project_id"])
        for column in ("cost", "benefit"):
            found[f"baselines.{column}"] = last(tables["baselines"], at, column)
    if "status_reports" in tables:
        for column in REPORTED:
            found[f"status_reports.{column}"] = last(asked.reports, asked.reports["at"], column)
    if "benefits" in tables:
        own = tables["benefits"][_in_money("benefits", tables, asked.settings)]
        sums = own.groupby("project_id")["target_value"].sum(min_count=1)
        found["benefits.target_value"] = projects["project_id"].map(sums).astype("float64")
    if "risks" in tables:
        sums = tables["risks"].groupby("project_id")["impact"].sum(min_count=1)
        found[IMPACT] = projects["project_id"].map(sums).astype("float64")
    no_money = {*in_per_cent(asked), *([IMPACT] if are_scores(asked) else [])}
    above = {name: s.where(s > 0) for name, s in found.items() if name not in no_money}
    return {name: s for name, s in above.items() if s.notna().sum() >= FEWEST}


def _pair(asked: Asked, sizes: Mapping[str, pd.Series], one: str, two: str) -> Pair | None:
    """The two amounts where the same projects have both and they can be set beside one another."""
    least, most = _limits(one, two)
    if not most:
        return None
    logs = (sizes[one] / sizes[two]).map(np.log10, na_action="ignore")
    done = (asked.tables["projects"]["status"] == "completed") & logs.notna()
    if {one, two} & set(TO_DATE) and {one, two} & set(WHOLE) and done.sum() >= FEWEST:
        logs, least, most = logs[done], UNLIKE, UNLIKE
    logs = logs.dropna()
    if len(logs) < FEWEST:
        return None
    middle = float(logs.median())
    high, low = logs.quantile(MOST), logs.quantile(1 - MOST)
    is_unlike = bool(high < -np.log10(least) or low > np.log10(most))
    names = (one, two) if middle < 0 else (two, one)
    return Pair(names, 10 ** abs(middle), len(logs), is_unlike)


def _limits(one: str, two: str) -> tuple[float, float]:
    """How many times smaller and larger the first may be than the second; 0 where it can be all."""
    kinds = {one, two}
    if IMPACT in kinds:
        if not kinds & set(WHOLE):
            return 0, 0
        return (RISK, UNLIKE) if one == IMPACT else (UNLIKE, RISK)
    if kinds & set(BENEFIT):
        return (APART, APART) if kinds <= {*BENEFIT, *WHOLE} else (0, 0)
    if kinds <= set(TO_DATE) or kinds <= set(WHOLE):
        return UNLIKE, UNLIKE
    return (SO_FAR, UNLIKE) if one in TO_DATE else (UNLIKE, SO_FAR)


def _alike(names: list[str], pairs: list[Pair]) -> list[set[str]]:
    """The columns in groups, within which each is like another."""
    groups = [{name} for name in names]
    for pair in pairs:
        if not pair.is_unlike:
            joined = [group for group in groups if group & {*pair.names}]
            groups = [group for group in groups if group not in joined] + [set().union(*joined)]
    return groups


def _trusted(groups: list[set[str]]) -> set[str]:
    """The group with columns of most tables, of these that with most columns; none of equals."""
    sizes = [(len({name.partition(".")[0] for name in group}), len(group)) for group in groups]
    most = max(sizes, default=(0, 0))
    return groups[sizes.index(most)] if sizes.count(most) == 1 else set()


def _office(asked: Asked) -> Iterator[Question]:
    """The office costs more than all projects, or next to nothing beside them."""
    if not asked.has("pmo_costs.amount", "projects.started_on"):
        return
    projects = asked.tables["projects"]
    spent = projects["actual_cost"]
    days = projects["finished_on"].max() - projects["started_on"].min()
    a_month = asked.tables["pmo_costs"].groupby("period")["amount"].sum().median()
    times = a_month / (spent.sum() / (days.days / 30.4)) if days.days > 0 else np.nan
    least, most = OFFICE
    if spent.notna().sum() < FEWEST or not times > 0 or least <= times <= most:
        return
    part = f"{times:,.0f} times" if times > 1 else f"1/{1 / times:,.0f} of"
    asks = (
        "are pmo_costs.amount and projects.actual_cost in the same unit; a month of the office "
        f"costs {part} what the projects cost in a month"
    )
    remedy = f"Say so in settings.yml by money_unit: {{pmo_costs: {1000 if times < 1 else 0.001}}}"
    yield Question("money_unit", "pmo_costs", "amount", asks, remedy, ("pmo_costs.amount",))

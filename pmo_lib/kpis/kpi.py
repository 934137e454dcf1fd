"""How a KPI is declared: one small function on tables, and what the engine must know of it.

The function's parameter names are the tables it needs, as pytest's fixtures are; a parameter with
a default of None is a table it can do without. A few more names are known, see `GIVEN`. It returns
observations, one row per unit of analysis:

==============  ==========================================================================
department      whose unit it is; missing where the data are not kept by department
period          the month it belongs to, YYYY-MM; missing where unknown
numerator       what is counted or summed; missing where the data do not say
denominator     what it is divided by; 1 for counts and rates
case_id         the independent case it belongs to: a project, a respondent, a month; units of
                one case resemble one another, and one case seen twice is no second case
segment         (optional) a part that gets a result of its own: a service, a channel, a colour
pooled          (optional) whether the unit counts in the headline; true where not given
==============  ==========================================================================

Some statistics read one column more: `estimators` says which. A unit whose numerator or
denominator is missing is not dropped: the engine counts it and says so.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from pmo_lib.contract.tables import TABLES
from pmo_lib.facts.as_of import Dates
from pmo_lib.kpis.populations import Population
from pmo_lib.kpis.populations import population as population_of
from pmo_lib.kpis.statistics import Statistic
from pmo_lib.kpis.statistics import statistic as statistic_of
from pmo_lib.months import months_of
from pmo_lib.wording import Unit

Family = Literal["value", "delivery", "productivity", "role", "governance"]
Better = Literal["higher", "lower", "near", "context"]
Window = Literal["data date", "outcome", "year"]
Level = Literal["department", "organisation"]

FAMILIES: dict[Family, str] = {
    "value": "Value to business",
    "delivery": "Delivery",
    "productivity": "Productivity and flow",
    "role": "PMO role: services and customers",
    "governance": "Governance and risk",
}
OBSERVATION_COLUMNS = ("department", "period", "numerator", "denominator", "case_id")
GIVEN = {
    "data_date": "the last day of the report's period",
    "settings": "the organisation's settings",
    "verdict": "what validation found",
    "shown_by": "whether a KPI has data and a baseline in a department, see View.shown_by",
    "value_case": "draws of the value case, one row each: avoided, uplift, cost, projects",
}


@dataclass(frozen=True)
class Beside:
    """A figure that stands beside the headline, told in words: what another choice would give.

    It is the statistic on the observations that have the column `numerator`, that taken for the
    numerator and `denominator`, where it is named, for the denominator.
    """

    words: str
    numerator: str
    denominator: str = ""
    statistic: str = ""  # the headline's, where it is not named


@dataclass(frozen=True)
class Kpi:
    """A declared KPI; call it as the function it was declared on.

    Attributes
    ----------
    plain : what page one calls it, in a sentence; the name itself where that is no term of art.
    statistic, also : the headline, and what is shown beside it.
    population : what the units are ("completed projects").
    needs : the columns without which nothing can be said, as "table.column".
    uses : the columns that it can do without, but not with what is in doubt.
    near : the range in which the value should lie, where `better` is "near".
    level : "organisation" where the data are not kept by department.
    segment : what the parts are called ("service"); empty where there are none.
    segment_statistic : the statistic of each part, where it is not the headline's.
    scale : the lowest and highest value there can be, for answers to a survey: who did not
        answer might have said either.
    cumulative : whether numerator and denominator of a case grow from its start to the data date;
        over time what each month added is looked at, as the value to date hardly moves.
    collective : whether a case's observation hangs on the others of its department, or is of the
        department itself.
    beside : what another choice would give, where a choice flatters.
    in_lots : whether its cases are answers that come on any day, see `engine.released`.
    takes_dates : whether it takes many data dates together, as `data_date: Dates` says.
    """

    id: str
    name: str
    plain: str
    family: Family
    unit: Unit
    better: Better
    statistic: Statistic
    also: tuple[Statistic, ...]
    population: Population
    needs: tuple[str, ...]
    uses: tuple[str, ...]
    window: Window
    near: tuple[float, float] | None
    level: Level
    segment: str
    segment_statistic: Statistic
    scale: tuple[float, float] | None
    cumulative: bool
    collective: bool
    beside: tuple[Beside, ...]
    in_lots: bool
    takes_dates: bool
    definition: str
    tables: tuple[str, ...]
    optional_tables: tuple[str, ...]
    given: tuple[str, ...]
    function: Callable[..., pd.DataFrame]

    def __call__(self, **arguments: object) -> pd.DataFrame:
        return self.function(**arguments)


def kpi(
    *,
    id: str,  # noqa: A002 the catalogue's own word
    name: str,
    family: Family,
    unit: Unit,
    better: Better,
    statistic: str | Statistic,
    population: str | Population,
    plain: str = "",
    also: tuple[str | Statistic, ...] = (),
    needs: tuple[str, ...] = (),
    uses: tuple[str, ...] = (),
    window: Window = "data date",
    near: tuple[float, float] | None = None,
    level: Level = "department",
    segment: str = "",
    segment_statistic: str | Statistic | None = None,
    scale: tuple[float, float] | None = None,
    cumulative: bool = False,
    collective: bool = False,
    beside: tuple[Beside, ...] = (),
    in_lots: bool = False,
) -> Callable[[Callable[..., pd.DataFrame]], Kpi]:
    """Declare a KPI on a function of tables; ValueError where its names are not known.

    A statistic or population is named, or given where it is one of the KPI's own.

    >>> @pmo.kpi(id="X1", name="Sponsor named", family="governance", unit="share",
    ...          better="higher", statistic="rate", population="started projects")
    ... def sponsor_named(projects):
    ...     "Projects with a sponsor ÷ projects."
    ...     named = projects["sponsor"].notna().astype("float64")
    ...     return pmo.observations(projects, period="2026-09", numerator=named)
    >>> units = sponsor_named(projects=pmo.open().tables["projects"])
    """

    def declare(function: Callable[..., pd.DataFrame]) -> Kpi:
        parameters = inspect.signature(function).parameters.values()
        tables = [p for p in parameters if p.name not in GIVEN]
        unknown = [p.name for p in tables if p.name not in TABLES]
        unknown += [name for name in (*needs, *uses) if not _is_column(name)]
        if unknown:
            raise ValueError(
                f"KPI {id} names {unknown}, which pmo_lib.contract.tables does not declare"
            )
        if (better == "near") != (near is not None):
            raise ValueError(f"KPI {id} must say near what it should be, and only where it should")
        return Kpi(
            id=id,
            name=name,
            plain=plain or _in_sentence(name),
            family=family,
            unit=unit,
            better=better,
            statistic=statistic_of(statistic),
            also=tuple(map(statistic_of, also)),
            population=population_of(population),
            needs=needs,
            uses=uses,
            window=window,
            near=near,
            level=level,
            segment=segment,
            segment_statistic=statistic_of(segment_statistic or statistic),
            scale=scale,
            cumulative=cumulative,
            collective=collective,
            beside=beside,
            in_lots=in_lots,
            takes_dates=any(p.annotation == Dates for p in parameters),
            definition=inspect.cleandoc(function.__doc__ or ""),
            tables=tuple(p.name for p in tables if p.default is p.empty),
            optional_tables=tuple(p.name for p in tables if p.default is not p.empty),
            given=tuple(p.name for p in parameters if p.name in GIVEN),
            function=function,
        )

    return declare


def _in_sentence(name: str) -> str:
    """A name within a sentence; one that begins with capitals keeps them."""
    return name if name[:2].isupper() else name[0].lower() + name[1:]


def observations(
    units: pd.DataFrame,
    *,
    period: pd.Series | str | None = None,
    numerator: pd.Series | float,
    denominator: pd.Series | float = 1.0,
    case: pd.Series | str = "project_id",
    **more: pd.Series,
) -> pd.DataFrame:
    """One observation per row of `units`.

    `case` is the case_id, or the column of `units` that holds it. Without a period it is the month
    of the data date. Without a column `department` the units are the organisation's.
    """
    dated = {"data_date": units["data_date"]} if "data_date" in units else {}
    rows = pd.DataFrame(
        {
            "department": units["department"] if "department" in units else _missing(units),
            "period": months_of(units["data_date"]) if period is None else period,
            "numerator": numerator,
            "denominator": denominator,
            "case_id": units[case] if isinstance(case, str) else case,
            **more,
            **dated,
        },
        index=units.index,
    )
    return rows.astype({"period": "str", "numerator": "float64", "denominator": "float64"})


def flag(condition: pd.Series, known: pd.Series) -> pd.Series:
    """1 where true, 0 where false, missing where not `known`."""
    return condition.astype("float64").where(known)


def _missing(units: pd.DataFrame) -> pd.Series:
    return pd.Series(pd.NA, index=units.index, dtype="str")


def _is_column(need: str) -> bool:
    table, _, column = need.partition(".")
    return table in TABLES and column in TABLES[table].column_names

"""What the PMO may have changed: the outcomes of the value case, and the projects behind them.

A project belongs to the quarter in which it started, never to that of its finish: dated by their
finish, long and late projects would all seem to come at the end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.effect.benefits import BENEFIT_MONTHS, benefits_realised, no_rows
from pmo_lib.facts.portfolio import comparable_cost, original_baselines
from pmo_lib.months import quarter_number
from pmo_lib.stats.numbers import Floats

MATURE_SHARE = 0.8  # of a quarter's projects that must have ended for it to count
FEWEST_OF_CATEGORY = 5
FEWEST_ALIKE = 2  # projects without the PMO of the kind of one under it
SIZE = "size_of_work"  # held fixed, where it is recorded
LEAST_SIZED = 0.5  # of the projects on either side, for the size of the work to be held fixed
TAILS = (0.05, 0.95)  # values beyond these quantiles are winsorised for the test

PLANS = {
    "project_id": "str", "finish": "datetime64[us]", "planned_cost": "float64",
    "plan_days": "float64",
}  # fmt: skip
NO_OUTCOME = "no completed project has this outcome: needs {}"

Role = Literal["primary", "approved", "secondary", "control"]


@dataclass(frozen=True)
class Outcome:
    """An outcome of a project.

    ``role``: primary outcomes are pre-specified and share one error rate; approved is what was
    asked for before the work began; a control (negative control) is what the PMO cannot affect.
    ``logarithm``: effects are differences of logarithms. ``needs`` says what to collect.
    ``approved`` names the outcome that must not have risen where this one fell; ``is_ratio``: it
    is counted from what was approved, so that a padded plan makes it better by itself.
    """

    id: str
    name: str
    role: Role
    better: Literal["lower", "higher"]
    logarithm: bool
    needs: str
    months: int = 0  # after the finish until it is known
    approved: str = ""
    is_ratio: bool = False
    other_bound: str = ""  # the column with the outcome if all that nobody measured came as planned

    @property
    def has_tails(self) -> bool:
        """Whether the test is on winsorised values."""
        return self.logarithm or bool(self.months)


OUTCOMES = {
    each.id: each
    for each in (
        Outcome("cost", "Actual cost", "primary", "lower", True,
                "actual_cost in projects.csv", approved="approved_cost"),
        Outcome("schedule", "Actual duration", "primary", "lower", True,
                "started_on and finished_on in projects.csv", approved="approved_days"),
        Outcome("benefits", "Benefits realised", "primary", "higher", False,
                "planned and realised in benefit_reports.csv for a year after the finish",
                BENEFIT_MONTHS, other_bound="benefits_as_planned"),
        Outcome("approved_cost", "Approved cost", "approved", "lower", True,
                "cost in baselines.csv"),
        Outcome("approved_days", "Approved duration", "approved", "lower", True,
                "start and finish in baselines.csv"),
        Outcome("cost_overrun", "Cost against approved", "secondary", "lower", True,
                "actual_cost in projects.csv and cost in baselines.csv",
                approved="approved_cost", is_ratio=True),
        Outcome("schedule_overrun", "Duration against approved", "secondary", "lower", True,
                "started_on and finished_on in projects.csv, start and finish in baselines.csv",
                approved="approved_days", is_ratio=True),
        Outcome("on_time", "Finished on time", "secondary", "higher", False,
                "finished_on in projects.csv and finish in baselines.csv",
                approved="approved_days", is_ratio=True),
        Outcome("on_budget", "Finished on budget", "secondary", "higher", False,
                "actual_cost in projects.csv and cost in baselines.csv",
                approved="approved_cost", is_ratio=True),
        Outcome("control", "Negative control", "control", "lower", False,
                "negative_control in projects.csv"),
    )
}  # fmt: skip
PRIMARY = [each for each in OUTCOMES.values() if each.role == "primary"]
APPROVED = [each for each in OUTCOMES.values() if each.role == "approved"]
SECONDARY = [each for each in OUTCOMES.values() if each.role == "secondary"]


def outcome_projects(
    tables: Mapping[str, pd.DataFrame], data_date: pd.Timestamp, settings: Settings
) -> pd.DataFrame:
    """Every project begun, with quarter, plan, whether it was cancelled, and the outcomes.

    Outcomes are missing where the project has not ended, or the data do not say. Cancelled ones
    never finish and have none; who cannot be placed in time, without a start, is not among them.
    """
    begun = tables["projects"].reindex(columns=TABLES["projects"].column_names)
    begun = begun[(begun["started_on"] <= data_date) & (begun["status"] != "proposed")]
    rows = begun.merge(_plans(tables, settings), on="project_id", how="left")
    ended = rows["finished_on"].where(
        (rows["finished_on"] <= data_date) & (rows["status"] == "completed")
    )
    actual_days = (ended - rows["started_on"]).dt.days.astype("float64")
    cost = rows["actual_cost"].astype("float64").where(ended.notna())
    late = (ended - rows["finish"]).dt.days
    over = cost / rows["planned_cost"] - 1
    tolerances = settings.tolerances
    control = rows["negative_control"].where(ended.notna())
    own = rows.assign(
        quarter=quarter_number(rows["started_on"]).astype("int64"),
        cancelled=(rows["status"] == "cancelled").fillna(False).astype("bool"),
        ended_on=ended,
        actual_days=actual_days,
        cost=_log(cost),
        schedule=_log(actual_days),
        cost_overrun=_log(cost / rows["planned_cost"]),
        schedule_overrun=_log(actual_days / rows["plan_days"]),
        on_time=(late <= tolerances.schedule_days).astype("float64").where(late.notna()),
        on_budget=(over <= tolerances.cost_share + 1e-9).astype("float64").where(over.notna()),
        control=control,
        risk=rows["approval_risk"].astype("float64"),
        approved_cost=_log(rows["planned_cost"]),
        approved_days=_log(rows["plan_days"]),
        log_size=_log(rows["work_size"]),
    ).astype({"control": "float64"})
    return own.join(benefits_realised(tables, own), on="project_id")


def cases(projects: pd.DataFrame, outcome: Outcome, data_date: pd.Timestamp) -> pd.DataFrame:
    """The projects of which the outcome should be known by now; `value` holds it, where it is.

    Cancelled projects have none. Quarters count as `ripe_quarters` has it.
    """
    lives = projects[~projects["cancelled"]]
    ended = due(lives, outcome, data_date)
    counted = lives[ended & lives["quarter"].isin(ripe_quarters(projects, outcome, data_date))]
    return counted.assign(value=counted[outcome.id])


def losses(projects: pd.DataFrame, outcome: Outcome, data_date: pd.Timestamp) -> pd.DataFrame:
    """Every project begun in the quarters that count; `value` is 1 where its outcome is missing.

    For whatever reason: cancelled, not ended yet, no date of its end, or nobody recorded it.
    """
    inside = projects[projects["quarter"].isin(ripe_quarters(projects, outcome, data_date))]
    known = due(inside, outcome, data_date) & ~inside["cancelled"] & inside[outcome.id].notna()
    return inside.assign(value=1.0 - known.astype("float64"))


def ripe_quarters(projects: pd.DataFrame, outcome: Outcome, data_date: pd.Timestamp) -> set[int]:
    """The start quarters of which 80 % of the projects could be known, and of the year up to them.

    Where only the short projects of a quarter have ended, what has ended is no fair picture of
    it; and a single short one must not open the quarters around it.
    """
    lives = projects[~projects["cancelled"]]
    if lives.empty:
        return set()
    ended = due(lives, outcome, data_date).groupby(lives["quarter"]).agg(["sum", "size"])
    every = ended.reindex(range(ended.index.min(), ended.index.max() + 1), fill_value=0)
    year = every.rolling(4, min_periods=1).sum()
    ripe = (every["sum"] >= MATURE_SHARE * every["size"]) & (every["size"] > 0)
    ripe &= year["sum"] >= MATURE_SHARE * year["size"]
    return {int(quarter) for quarter in every.index[ripe]}


def due(projects: pd.DataFrame, outcome: Outcome, data_date: pd.Timestamp) -> pd.Series:
    """Whether so much time has passed since the end that the outcome could be known."""
    if outcome.role == "approved":
        return projects["started_on"].notna()
    known: pd.Series = projects["ended_on"] + pd.DateOffset(months=outcome.months) <= data_date
    return known


def kinds(rows: pd.DataFrame) -> pd.Series:
    """Each project's category; rare ones are one, and so are those not stated."""
    category = rows["category"].astype("object").fillna("not stated")
    rare = category.map(category.value_counts()) < FEWEST_OF_CATEGORY
    return category.mask(rare, "other")


def sized(rows: pd.DataFrame, under: pd.Series) -> bool:
    """Whether a size is recorded of most projects on either side, so that it can be held fixed."""
    known = rows["log_size"].notna().groupby(under).mean()
    return bool(len(known) and (known >= LEAST_SIZED).all())


def unlike_any(rows: pd.DataFrame, under: pd.Series) -> pd.Series:
    """Whether a project under the PMO lacks overlap: its kind hardly occurs without the PMO.

    Its counterfactual is not identified: its category is found in fewer than two projects that
    are not under it.
    """
    kind = kinds(rows)
    counts = kind[~under].value_counts()
    alike = kind.map(counts).fillna(0).astype("float64")
    unlike: pd.Series = under & (alike < FEWEST_ALIKE)
    return unlike


def winsorised(values: pd.Series, fixed: pd.DataFrame | None = None) -> pd.Series:
    """Winsorised values: those beyond the 5th and 95th percentile set to them.

    With columns that are held fixed it is what these leave of the values that is winsorised: a
    large project is no outlier for its size.
    """
    expected: Floats | float = 0.0
    if fixed is not None and len(fixed.columns):
        x = np.column_stack([np.ones(len(fixed)), fixed.to_numpy("float64")])
        expected = x @ np.linalg.lstsq(x, values.to_numpy("float64"), rcond=None)[0]
    left = values - expected
    low, high = left.quantile(list(TAILS))
    return left.clip(low, high) + expected


def with_fixed(rows: pd.DataFrame, size: bool) -> tuple[pd.DataFrame, list[str]]:
    """The rows with what is held fixed, as numbers: category and, where asked, log of the size.

    Both are fixed outside the PMO. What it can change, such as the cost approved, is never held
    fixed: a padded plan would pass for a bigger project. Rare categories are one.
    """
    fixed = pd.get_dummies(kinds(rows), prefix="is", dtype="float64").iloc[:, 1:]
    if size:
        fixed[SIZE] = rows["log_size"]
    return rows.join(fixed), [str(name) for name in fixed]


def _plans(tables: Mapping[str, pd.DataFrame], settings: Settings) -> pd.DataFrame:
    """Each project's original plan: finish, planned_cost, plan_days."""
    if "baselines" not in tables:
        return no_rows(PLANS)
    original = original_baselines(tables["baselines"])
    days = (original["finish"] - original["start"]).dt.days.astype("float64")
    return pd.DataFrame(
        {
            "project_id": original["project_id"],
            "finish": original["finish"],
            "planned_cost": comparable_cost(original, settings.price_base).astype("float64"),
            "plan_days": days.where(days > 0),
        }
    )


def _log(values: pd.Series) -> pd.Series:
    """The natural logarithm; missing where there is none."""
    positive = values.astype("float64").where(values > 0)
    logs: pd.Series = positive.apply(np.log)
    return logs

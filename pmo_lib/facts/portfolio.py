"""Which projects are completed or in flight at a data date, and their original baselines."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from pmo_lib.facts.as_of import Dates, at_each, last_known, with_facts

OPEN_STATUSES = ("active", "on_hold")
STALE_MONTHS = 3  # an older status report says nothing of the data date


def completed(projects: pd.DataFrame, data_date: pd.Timestamp) -> pd.DataFrame:
    """Projects completed on or before the data date, and those of which that is not known.

    A completed project without a finish date stays in, and so does one that ended with no status
    to say how: KPIs must tell that they leave them out.
    """
    ended = projects["finished_on"] <= data_date
    undated = projects["finished_on"].isna()
    completed = projects["status"] == "completed"
    return projects[(completed & (ended | undated)) | (projects["status"].isna() & ended)]


def in_flight(projects: pd.DataFrame, data_date: Dates) -> pd.DataFrame:
    """Projects started and not finished at the data date, those on hold included.

    Active without a start date counts as started; without a status nothing is known.
    """
    seen = at_each(projects, data_date)
    started = ~(seen["started_on"] > seen["data_date"])
    ended = seen["finished_on"] <= seen["data_date"]
    open_now = seen["status"].isin(OPEN_STATUSES)
    ended_later = (seen["finished_on"] > seen["data_date"]) & seen["started_on"].notna()
    return seen[started & ~ended & (open_now | ended_later)]


def status_unknown(projects: pd.DataFrame, data_date: Dates) -> pd.DataFrame:
    """Projects that may be in flight at the data date: started, not ended, without a status."""
    seen = at_each(projects, data_date)
    gone = (seen["started_on"] > seen["data_date"]) | (seen["finished_on"] <= seen["data_date"])
    return seen[seen["status"].isna() & ~gone]


def original_baselines(baselines: pd.DataFrame) -> pd.DataFrame:
    """Version 0 of every project's baseline, one row a project."""
    return baselines[baselines["version"] == 0]


def with_original(projects: pd.DataFrame, baselines: pd.DataFrame) -> pd.DataFrame:
    """`projects` with their original start, finish, cost and price_base.

    Missing where there is none, and where nobody knows whether the project was completed.
    """
    plan = ["start", "finish", "cost", "price_base"]
    original = original_baselines(baselines)[["project_id", *plan]]
    joined = projects.merge(original, on="project_id", how="left", validate="m:1")
    known = joined["status"].notna()
    return joined.assign(**{name: joined[name].where(known) for name in plan})


def current_baselines(seen: pd.DataFrame, baselines: pd.DataFrame) -> pd.DataFrame:
    """The last version approved by each row's data date; undated counts as approved."""
    versions = with_facts(seen[["project_id", "data_date"]], baselines)
    in_force = versions[~(versions["approved_on"] > versions["data_date"])]
    last = in_force.sort_values(["row", "version"]).drop_duplicates("row", keep="last")
    return last.set_index("row").reindex(range(len(seen))).set_axis(seen.index)


def comparable_cost(baselines: pd.DataFrame, price_base: int) -> pd.Series:
    """Their cost, missing where nothing (nobody entered it), and where it is in other prices.

    A price base of 0 takes all prices as the same.
    """
    comparable = baselines["cost"] > 0
    if price_base:
        comparable &= (baselines["price_base"].fillna(price_base) == price_base).astype(bool)
    return baselines["cost"].where(comparable)


def latest_reports(
    seen: pd.DataFrame, status_reports: pd.DataFrame, columns: list[str]
) -> pd.DataFrame:
    """`period` and `columns` of each row's last report with all filled, of the last three months.

    An older one says nothing of the data date: they are missing. Of two raters in one month the
    owner's: it carries the earned value.
    """
    reports = status_reports[["project_id", "period", "rated_by", *columns]]
    reports = in_order(reports.dropna(subset=["period", *columns]))
    return last_known(seen, reports, ["period", *columns], within=STALE_MONTHS)


def in_order(status_reports: pd.DataFrame) -> pd.DataFrame:
    """Status reports by project, month and rater, the owner last; as they are where they are so."""
    key = ["project_id", "period", "rated_by"]
    later = pd.Series(False, index=status_reports.index)
    for column in reversed(key):
        before = status_reports[column].shift()
        later = (status_reports[column] > before) | ((status_reports[column] == before) & later)
    return status_reports if later[1:].all() else status_reports.sort_values(key)


def rows_of(projects: pd.DataFrame, project_ids: pd.Series) -> npt.NDArray[np.int64]:
    """The row of `projects`, counted from 0, with each of `project_ids`; -1 where there is none.

    Neighbours of one project are looked up once: tables mostly come sorted by project.
    """
    changes = (project_ids != project_ids.shift()).to_numpy(dtype=bool)
    codes, names = pd.factorize(project_ids[changes], use_na_sentinel=False)
    rows = pd.Index(projects["project_id"]).get_indexer(pd.Index(names))
    found: npt.NDArray[np.int64] = rows[codes][np.cumsum(changes) - 1]
    return found


def with_project(
    rows: pd.DataFrame, projects: pd.DataFrame, columns: Iterable[str] = ("department",)
) -> pd.DataFrame:
    """`rows` with these columns of their project, missing where it is not among `projects`."""
    at = rows_of(projects, rows["project_id"])
    return rows.assign(**{c: projects[c].array.take(at, allow_fill=True) for c in columns})


TIERS = ("Small", "Medium", "Large")


def size_tiers(baselines: pd.DataFrame, bounds: tuple[float, float] | None = None) -> pd.Series:
    """Each project's tier by its original cost, indexed by project_id; missing without a cost.

    The bounds are by default the terciles of all original costs above 0.
    """
    costs = original_baselines(baselines).set_index("project_id")["cost"]
    lower, upper = bounds or tier_bounds(baselines)
    small, medium, large = TIERS
    tiers = pd.Series(large, index=costs.index, dtype="str", name="tier")
    tiers = tiers.mask(costs <= upper, medium).mask(costs <= lower, small)
    return tiers.where(costs > 0)


def tier_bounds(baselines: pd.DataFrame) -> tuple[float, float]:
    """The two costs that part small from medium and medium from large; missing without costs."""
    costs = original_baselines(baselines)["cost"]
    lower, upper = costs[costs > 0].quantile([1 / 3, 2 / 3])
    return float(lower), float(upper)

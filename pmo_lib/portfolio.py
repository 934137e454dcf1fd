"""Which projects are completed or in flight at a data date, and their original baselines."""

import pandas as pd

OPEN_STATUSES = ("active", "on_hold")


def completed(projects: pd.DataFrame, data_date: pd.Timestamp) -> pd.DataFrame:
    """Projects completed on or before the data date, and those of which that is not known.

    A completed project without a finish date stays in, and so does one that ended with no status
    to say how: KPIs must tell that they leave them out.
    """
    ended = projects["finished_on"] <= data_date
    undated = projects["finished_on"].isna()
    completed = projects["status"] == "completed"
    return projects[(completed & (ended | undated)) | (projects["status"].isna() & ended)]


def in_flight(projects: pd.DataFrame, data_date: pd.Timestamp) -> pd.DataFrame:
    """Projects started and not finished at the data date, those on hold included.

    Active without a start date counts as started; without a status nothing is known.
    """
    started = ~(projects["started_on"] > data_date)
    ended = projects["finished_on"] <= data_date
    open_now = projects["status"].isin(OPEN_STATUSES)
    ended_later = (projects["finished_on"] > data_date) & projects["started_on"].notna()
    return projects[started & ~ended & (open_now | ended_later)]


def status_unknown(projects: pd.DataFrame, data_date: pd.Timestamp) -> pd.DataFrame:
    """Projects that may be in flight at the data date: started, not ended, without a status."""
    gone = (projects["started_on"] > data_date) | (projects["finished_on"] <= data_date)
    return projects[projects["status"].isna() & ~gone]


def original_baselines(baselines: pd.DataFrame) -> pd.DataFrame:
    """Version 0 of every project's baseline, one row a project."""
    return baselines[baselines["version"] == 0]


def with_original(projects: pd.DataFrame, baselines: pd.DataFrame) -> pd.DataFrame:
    """`projects` with their original start, finish, cost and price_base.

    Missing where there is none, and where nobody knows whether the project was completed.
    """
    plan = ["start", "finish", "cost", "price_base"]
    original = original_baselines(baselines)[["project_id", *plan]]
    joined = projects.merge(original, on="project_id", how="left", validate="1:1")
    known = joined["status"].notna()
    return joined.assign(**{name: joined[name].where(known) for name in plan})


def latest_reports(status_reports: pd.DataFrame, period: str, columns: list[str]) -> pd.DataFrame:
    """Each project's last report up to `period` in which all `columns` are filled.

    Of two raters in one month the owner's: it carries the earned value.
    """
    usable = status_reports[
        (status_reports["period"] <= period) & status_reports[columns].notna().all(axis=1)
    ]
    ordered = usable.sort_values(["project_id", "period", "rated_by"])
    return ordered.drop_duplicates("project_id", keep="last")

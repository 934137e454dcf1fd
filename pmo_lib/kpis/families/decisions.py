"""How long decisions take, and what becomes of demands."""

import pandas as pd

from pmo_lib.facts.as_of import Dates, at_each, month_ends_before
from pmo_lib.kpis.kpi import Beside, kpi, observations
from pmo_lib.months import months_of, working_days

IN_WORKING_DAYS = (Beside("in working days", "working_days"),)


@kpi(
    id="P6", name="Gate decision time", family="productivity", unit="days", better="lower",
    statistic="survival_median", population="gate submissions", window="year",
    needs=("gates.submitted_on", "gates.decided_on"), beside=IN_WORKING_DAYS,
)  # fmt: skip
def gate_decision_time(
    projects: pd.DataFrame, gates: pd.DataFrame, data_date: pd.Timestamp
) -> pd.DataFrame:
    """Days from submission to decision, Kaplan–Meier median of the last 12 months' submissions.

    One that waits is censored at the data date, or on the day its project ended: the median of
    those decided would hide the longest waits. Beside it the same in working days, as promises
    are often made. A decision without a submission is left out.
    """
    columns = ["project_id", "department", "finished_on"]
    papers = gates.merge(projects[columns], on="project_id", how="left")
    papers = papers[~(papers["submitted_on"].fillna(papers["decided_on"]) > data_date)]
    submitted, decided = papers["submitted_on"], papers["decided_on"]
    ended = decided <= data_date
    closed = papers["finished_on"].between(submitted, data_date)
    last_seen = decided.where(ended).fillna(papers["finished_on"].where(closed)).fillna(data_date)
    return observations(
        papers,
        period=months_of(submitted.fillna(decided)),
        numerator=(last_seen - submitted).dt.days,
        ended=ended,
        working_days=working_days(submitted, last_seen),
    )


@kpi(
    id="G10", name="Decision latency", family="governance", unit="days", better="lower",
    statistic="survival_median", population="asks", window="year", level="organisation",
    needs=("decisions.decided_on",), uses=("decisions.done_on",), beside=IN_WORKING_DAYS,
)  # fmt: skip
def decision_latency(decisions: pd.DataFrame, data_date: pd.Timestamp) -> pd.DataFrame:
    """Days from an ask of a report to its decision, Kaplan–Meier median of the last 12 months'.

    Beside it the same in working days. What was done without a decision is decided with it; what
    waits is censored at the data date.
    """
    asked = decisions[~(decisions["asked_on"] > data_date)]
    decided = asked["decided_on"].fillna(asked["done_on"])
    ended = decided <= data_date
    last_seen = decided.where(ended).fillna(data_date)
    return observations(
        asked,
        period=months_of(asked["asked_on"]),
        numerator=(last_seen - asked["asked_on"]).dt.days,
        ended=ended,
        case="ask_id",
        working_days=working_days(asked["asked_on"], last_seen),
    )


@kpi(
    id="P8", name="Demand conversion", family="productivity", unit="share", better="context",
    statistic="rate", population="demands created 12 to 24 months before",
    needs=("demands.project_id",),
)  # fmt: skip
def demand_conversion(demands: pd.DataFrame, data_date: Dates) -> pd.DataFrame:
    """Demands created 12 to 24 months ago that became projects by now ÷ all of them.

    A cohort that has had at least a year to be decided on: later demands would count as refused
    because they are young.
    """
    seen = at_each(demands, data_date)
    since, until = (month_ends_before(seen["data_date"], months) for months in (24, 12))
    cohort = seen[(seen["created_on"] > since) & (seen["created_on"] <= until)]
    became = cohort["project_id"].notna() & ~(cohort["decided_on"] > cohort["data_date"])
    return observations(
        cohort,
        period=months_of(cohort["created_on"]),
        numerator=became.astype("float64"),
        case="demand_id",
    )

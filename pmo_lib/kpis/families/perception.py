"""Perception KPIs: how customers see the services and the projects, from answers to surveys.

A survey is of a month, its wave. Of several waves the engine takes each department's latest in the
12 months to the data date, see `survey.latest_waves`.
"""

import pandas as pd

from pmo_lib.facts.customers import service_names
from pmo_lib.facts.portfolio import completed
from pmo_lib.kpis.kpi import flag, kpi, observations
from pmo_lib.months import months_of

CONTRIBUTES = ("significant", "essential")


@kpi(
    id="V7", name="Net project success score", family="value", unit="points", better="higher",
    statistic="nps", population="ratings of completed projects", window="year",
    needs=("survey_responses.project_id", "survey_responses.project_success"),
    scale=(-100, 100),
)  # fmt: skip
def net_project_success(
    survey_responses: pd.DataFrame, projects: pd.DataFrame, data_date: pd.Timestamp
) -> pd.DataFrame:
    """Share of ratings 9–10 - share of ratings 0–6 of completed projects, in points.

    One rating for each respondent, wave and project, however many rows repeat it. It counts as
    missing where the rows contradict one another, and where the project is not known to have
    been completed by the month of the wave. Ratings of one project resemble one another, and so
    do those of one respondent: the interval is the longer of that of projects and of respondents.
    """
    answers = _until(survey_responses, data_date)
    rated = answers[answers[["project_id", "project_success"]].notna().any(axis=1)]
    key = ["respondent_id", "wave", "department", "project_id"]
    scores = rated.groupby(key, dropna=False, as_index=False)["project_success"]
    ratings = scores.agg(["min", "max"]).astype({"min": "float64", "max": "float64"})
    done = completed(projects, data_date)
    done = done[done["status"].notna()][["project_id", "finished_on"]]
    ratings = ratings.merge(done, on="project_id", how="left", validate="m:1")
    finished = months_of(ratings["finished_on"])
    holds = (ratings["min"] == ratings["max"]) & (finished <= ratings["wave"])
    return observations(
        ratings,
        period=ratings["wave"],
        numerator=ratings["min"].where(holds),
        case="project_id",
        person=ratings["respondent_id"],
    )


@kpi(
    id="R1", name="Perception gap", plain="service beside what was expected",
    family="role", unit="points", better="higher",
    statistic="clustered_mean", population="answers", window="year", segment="service",
    needs=("survey_responses.expected", "survey_responses.perceived"), scale=(-6, 6),
)  # fmt: skip
def perception_gap(
    survey_responses: pd.DataFrame,
    data_date: pd.Timestamp,
    services: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Mean of perceived - expected over the answers of each department's latest wave.

    Both on a scale of 1 to 7 (SERVQUAL): below 0 customers get less than they expect.
    """
    return gap_units(_until(survey_responses, data_date), services)


@kpi(
    id="R2", name="Importance–performance", family="role", unit="score", better="context",
    statistic="clustered_mean", also=("importance_mean", "quadrant_share"), population="answers",
    window="year", segment="service", scale=(1, 7),
    needs=("survey_responses.importance", "survey_responses.perceived"),
)  # fmt: skip
def service_performance(
    survey_responses: pd.DataFrame,
    data_date: pd.Timestamp,
    services: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Mean perceived performance, 1 to 7, beside mean importance, in the latest wave.

    A service's quadrant says whether it matters more and goes better than the mean of the
    services, with the share of bootstrap replicates in which it lies there.
    """
    return performance_units(_until(survey_responses, data_date), services)


@kpi(
    id="R3", name="PMO net promoter score", plain="customers who would recommend the PMO",
    family="role", unit="points", better="higher",
    statistic="mean_nps", population="answers", window="year", segment="service",
    needs=("survey_responses.recommend",), scale=(-100, 100),
)  # fmt: skip
def net_promoter(
    survey_responses: pd.DataFrame,
    data_date: pd.Timestamp,
    services: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Mean of the respondents' own scores: promoters (9–10) - detractors (0–6) of their answers.

    In points, of the latest wave. A respondent scores each service; who scores many has no more
    than one vote, and answers of one person are no independent cases. A service's own score is of
    the answers on it.
    """
    answers = _until(survey_responses, data_date).astype({"recommend": "float64"})
    return observations(
        answers,
        period=answers["wave"],
        numerator=answers["recommend"],
        case="respondent_id",
        segment=service_names(answers["service_id"], services),
    )


@kpi(
    id="R5", name="Contribution rating", family="role", unit="share", better="higher",
    statistic="clustered_rate", population="answers", window="year", segment="role",
    needs=("survey_responses.contribution",),
    uses=("survey_responses.role",), scale=(0, 1),
)  # fmt: skip
def contribution_rating(survey_responses: pd.DataFrame, data_date: pd.Timestamp) -> pd.DataFrame:
    """Answers that rate the contribution significant or essential ÷ answers, latest wave."""
    answers = _until(survey_responses, data_date)
    contributes = answers["contribution"].isin(CONTRIBUTES)
    return observations(
        answers,
        period=answers["wave"],
        numerator=flag(contributes, answers["contribution"].notna()),
        case="respondent_id",
        segment=answers["role"].fillna(ROLE_UNKNOWN),
    )


def _until(survey_responses: pd.DataFrame, data_date: pd.Timestamp) -> pd.DataFrame:
    return survey_responses[survey_responses["wave"] <= f"{data_date:%Y-%m}"]


ROLE_UNKNOWN = "role not stated"


def gap_units(answers: pd.DataFrame, services: pd.DataFrame | None) -> pd.DataFrame:
    """Perceived - expected, one observation an answer."""
    gap = answers["perceived"].astype("float64") - answers["expected"].astype("float64")
    return observations(
        answers,
        period=answers["wave"],
        numerator=gap,
        case="respondent_id",
        segment=service_names(answers["service_id"], services),
    )


def performance_units(answers: pd.DataFrame, services: pd.DataFrame | None) -> pd.DataFrame:
    """What was perceived and how much it matters, one observation an answer.

    Both means are of the same answers: one that gives only one of the two is left out.
    """
    importance = answers["importance"].astype("float64")
    return observations(
        answers,
        period=answers["wave"],
        numerator=answers["perceived"].astype("float64").where(importance.notna()),
        case="respondent_id",
        segment=service_names(answers["service_id"], services),
        importance=importance,
    )

"""Status ratings judged: as forecasts, against rules, against independent ratings."""

import pandas as pd

from pmo_lib.contract.settings import Settings
from pmo_lib.facts.as_of import Dates
from pmo_lib.facts.portfolio import completed, in_flight, latest_reports, with_original
from pmo_lib.kpis.families.delivery import ROUNDING, on_budget_completion, on_time_completion
from pmo_lib.kpis.kpi import flag, kpi, observations
from pmo_lib.kpis.red_rule import is_red, month_ends, red_by_rule
from pmo_lib.months import months_of

BY_OWNER, BY_OTHERS = "its owner", "an independent party"
RATERS = {"independent": "first", "owner": "second"}


@kpi(
    id="G1", name="Rating skill", plain="foresight of ratings",
    family="governance", unit="score", better="higher",
    statistic="skill", segment="colour", segment_statistic="clustered_rate",
    population="owners' ratings of completed projects", window="outcome",
    needs=("projects.status", "projects.finished_on", "status_reports.rag"),
    uses=("projects.actual_cost", "baselines.finish", "baselines.cost",
          "status_reports.actual_cost"),
)  # fmt: skip
def rating_skill(
    projects: pd.DataFrame,
    status_reports: pd.DataFrame,
    baselines: pd.DataFrame,
    data_date: pd.Timestamp,
    settings: Settings,
) -> pd.DataFrame:
    """Brier skill of owners' ratings as forecasts that a project ends late or over budget.

    1 predicts every outcome, 0 no better than the base rate of bad ends, below 0 worse than it;
    by colour the share that ended badly. Ended badly is late or over budget beyond the
    tolerances, as in D1 and D2; where only one of the two is known, that one decides. A rating is
    a forecast while the outcome is open: in a month before that of the finish, the original finish
    not passed and the budget not spent beyond the tolerances.
    """
    outcomes = _outcomes(projects, baselines, data_date, settings)
    rated = status_reports[status_reports["rated_by"] == "owner"]
    rated = rated.merge(outcomes, on="project_id", suffixes=("_to_date", ""))
    month_end = month_ends(rated["period"])
    ended = month_end >= rated["finished_on"]
    is_late = (month_end - rated["finish"]).dt.days > settings.tolerances.schedule_days
    is_over = rated["actual_cost_to_date"] > rated["cost_limit"]
    forecasts = rated[~(ended | is_late | is_over)]
    return observations(
        forecasts,
        period=months_of(forecasts["finished_on"]),
        numerator=forecasts["ended_badly"].where(forecasts["rag"].notna()),
        segment=forecasts["rag"],
    )


@kpi(
    id="G2", name="Watermelon rate", plain="green reports that hide a red project",
    family="governance", unit="share", better="lower",
    statistic="clustered_rate", population="green reports", window="year",
    needs=("status_reports.rag",),
    uses=("projects.started_on", "projects.finished_on", "status_reports.planned_value",
          "status_reports.earned_value", "status_reports.actual_cost", "baselines.finish",
          "baselines.cost", "milestones.baseline_date", "milestones.actual_date"),
)  # fmt: skip
def watermelon_rate(
    projects: pd.DataFrame,
    status_reports: pd.DataFrame,
    data_date: pd.Timestamp,
    settings: Settings,
    baselines: pd.DataFrame | None = None,
    milestones: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Owners' green reports on projects that were red by rule ÷ owners' green reports.

    Red by rule at the end of the report's month, as in the settings: CPI below, SPI(t) below, a
    milestone overdue by more days, or the original finish passed by more days while work goes on.
    A report is judged by those of the four that its data allow, and left out where none is.
    """
    past = status_reports[status_reports["period"] <= f"{data_date:%Y-%m}"]
    green = past[(past["rated_by"] == "owner") & (past["rag"] == "green")]
    criteria = red_by_rule(green, projects, past, settings.red_rule, baselines, milestones)
    owned = green.assign(red=is_red(criteria)).merge(
        projects[["project_id", "department"]], on="project_id", how="left"
    )
    return observations(owned, period=owned["period"], numerator=owned["red"])


@kpi(
    id="G3", name="Self-rating gap", plain="gap between independent and owners' ratings",
    family="governance", unit="share", better="near",
    near=(0.0, 0.0), statistic="rate_difference", population="status reports", window="year",
    needs=("status_reports.rag",),
)  # fmt: skip
def self_rating_gap(
    projects: pd.DataFrame, status_reports: pd.DataFrame, data_date: pd.Timestamp
) -> pd.DataFrame:
    """Red share where an independent party rated - red share where the owner rated.

    Red is the colour red alone, on a scale of three points as of five. Where the two did not rate
    the same projects, part of the gap may lie in the projects. Reports without a rating count as
    missing.
    """
    past = status_reports[status_reports["period"] <= f"{data_date:%Y-%m}"]
    past = past.merge(projects[["project_id", "department"]], on="project_id", how="left")
    return observations(
        past,
        period=past["period"],
        numerator=flag(past["rag"] == "red", past["rag"].notna()),
        group=past["rated_by"].map(RATERS),
    )


@kpi(
    id="G9", name="Rated red", family="governance", unit="share", better="context",
    statistic="rate", population="projects in flight", segment="rater",
    needs=("projects.status", "status_reports.rag"),
)  # fmt: skip
def rated_red(
    projects: pd.DataFrame, status_reports: pd.DataFrame, data_date: Dates
) -> pd.DataFrame:
    """Projects in flight whose latest rating is red ÷ projects in flight that are rated.

    The latest of the three months to the data date, of one month the independent party's before
    the owner's; a project without one counts as missing. Red is the colour red alone, on a
    scale of three points as of five. More red is not worse in itself: an honest portfolio shows it.
    Its parts are of those whose latest rating is independent, and of those whose owners rated.
    """
    active = in_flight(projects, data_date)
    colour, by_owner = _latest_ratings(active, status_reports)
    return observations(
        active,
        numerator=flag(colour == "red", colour.notna()),
        segment=by_owner.map({True: BY_OWNER, False: BY_OTHERS}).astype("str"),
    )


def _latest_ratings(
    active: pd.DataFrame, status_reports: pd.DataFrame
) -> tuple[pd.Series, pd.Series]:
    """The latest colour, of one month the independent first, and if it is its owner's."""
    owner, independent = (
        latest_reports(active, status_reports[status_reports["rated_by"] == rater], ["rag"])
        for rater in ("owner", "independent")
    )
    by_owner = (owner["period"] > independent["period"]) | independent["rag"].isna()
    return owner["rag"].where(by_owner, independent["rag"]), by_owner


def _outcomes(
    projects: pd.DataFrame, baselines: pd.DataFrame, data_date: pd.Timestamp, settings: Settings
) -> pd.DataFrame:
    """Completed projects, whether each ended badly, and what it could cost without doing so."""
    given = {"projects": projects, "baselines": baselines} | {
        "data_date": data_date, "settings": settings,
    }  # fmt: skip
    done = with_original(completed(projects, data_date), baselines)
    kept = (each(**given) for each in (on_time_completion, on_budget_completion))
    on_time, on_budget = (
        done["project_id"].map(each.set_index("case_id")["numerator"]).astype("float64")
        for each in kept
    )
    kept_both = pd.concat([on_time, on_budget], axis=1).min(axis=1)
    limit = done["cost"] * (1 + settings.tolerances.cost_share) * (1 + ROUNDING)
    return done.assign(ended_badly=1 - kept_both, cost_limit=limit.where(on_budget.notna()))

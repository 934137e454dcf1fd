"""Status reports: monthly by the owner, half-yearly by an independent reviewer."""

from datetime import date, timedelta

from pipelines.sample.chance import Stream
from pipelines.sample.months import DATA_DATE, first_day, is_slow, known, later, period_of, weekday
from pipelines.sample.progress import EarnedValue, history
from pipelines.sample.projects import Project
from pipelines.sample.rows import Row, money
from pipelines.sample.truths import TRUTHS

# Upper limit of min(CPI, SPI(t)) for each colour; the rest is green.
LIMITS = {
    3: (("red", 0.90), ("amber", 0.97)),
    5: (("red", 0.85), ("amber_red", 0.90), ("amber", 0.95), ("amber_green", 0.99)),
}
FIVE_POINT_DEPARTMENTS = ("Finance", "Legal & Compliance", "Product Development")
REVIEW_MONTHS = (3, 9)
TOLD = ("earned_value", "actual_cost", "estimate_at_completion", "forecast_finish", "rag")
DUE_DAY = 26  # reports come before the month is out


def status_report_rows(projects: list[Project]) -> list[Row]:
    return [row for each in projects for row in (*_owner_reports(each), *_reviews(each))]


def _owner_reports(project: Project) -> list[Row]:
    stream = Stream("owner reports", project.project_id)
    forecast_finish = project.planned_finish
    rows: list[Row] = []
    for progress in history(project):
        forecast_finish = _forecast_finish(project, progress, forecast_finish, stream)
        row = _owner_report(project, progress, forecast_finish, stream)
        rows.append(row if project.has_baseline else _without_earned_value(row))
    return rows


def _owner_report(
    project: Project, progress: EarnedValue, forecast_finish: date, stream: Stream
) -> Row:
    due_on, submitted_on = _delivery(progress.day, stream)
    rag = _owner_rating(project, progress, stream)
    cost = _estimate_at_completion(project, progress, stream)
    done = progress.day == project.ends_on
    row: Row = {
        "project_id": project.project_id,
        "period": period_of(progress.month),
        "planned_value": progress.planned_value,
        "earned_value": progress.earned_value,
        "actual_cost": progress.actual_cost,
        "estimate_at_completion": cost if done else stream.mostly(cost),
        "forecast_finish": forecast_finish if done else stream.mostly(forecast_finish),
        "rag": stream.mostly(rag),
        "rag_scale": _scale(project),
        "rated_by": "owner",
        "due_on": due_on,
        "submitted_on": submitted_on,
    }
    missing = stream.happens(0.08 if is_slow(progress.day) else 0.03) or submitted_on is None
    if done:
        row["submitted_on"] = submitted_on or DATA_DATE
    elif missing:
        row |= dict.fromkeys((*TOLD, "submitted_on"))
    return row


def _without_earned_value(row: Row) -> Row:
    """Without a baseline there is no budget at which to value the work."""
    return row | dict.fromkeys(("planned_value", "earned_value", "estimate_at_completion"))


def _delivery(day: date, stream: Stream) -> tuple[date, date | None]:
    """Due day and the day it came: mostly in time, a tail of late ones, later in slow months.

    A report that should have come by the data date and did not is a gap, not a date to come.
    """
    due_on = weekday(first_day(day.year * 12 + day.month - 1).replace(day=DUE_DAY))
    late_days = stream.exponential(6) if stream.happens(0.35 if is_slow(day) else 0.18) else 0
    early_days = stream.integer(0, 4)
    submitted_on = due_on + timedelta(days=int(late_days) + 1 if late_days else -early_days)
    return due_on, known(submitted_on)


def _admitted(progress: EarnedValue) -> float:
    """Share of the overrun and the delay to come that the owner has admitted."""
    return 0.15 + 0.85 * progress.work_time**2


def _estimate_at_completion(project: Project, progress: EarnedValue, stream: Stream) -> float:
    noise = stream.normal(0, 0.06) * (1 - progress.work_time)
    if progress.day == project.ends_on:
        return progress.actual_cost
    overrun = project.final_cost - project.budget
    estimate = (project.budget + overrun * _admitted(progress)) * (1 + noise)
    return money(max(progress.actual_cost, float(round(estimate, -2))))


def _forecast_finish(
    project: Project, progress: EarnedValue, last_forecast: date, stream: Stream
) -> date:
    """Re-forecast every other month on average; never in the past while there is work to do."""
    again, noise = stream.happens(0.5), stream.normal(0, 8)
    if progress.day == project.ends_on:
        return project.ends_on
    if again:
        noise *= 1 - progress.work_time
        slip_days = project.delay_days * _admitted(progress) + noise
        last_forecast = project.planned_finish + timedelta(days=round(slip_days))
    return max(last_forecast, later(progress.day, 7))


def _scale(project: Project) -> int:
    return 5 if project.department in FIVE_POINT_DEPARTMENTS else 3


def honest_rating(project: Project, progress: EarnedValue) -> str:
    """The colour that CPI and SPI(t) call for."""
    health = min(progress.cpi, progress.spi_time)
    limits = LIMITS[_scale(project)]
    return next((colour for colour, limit in limits if health < limit), "green")


def _owner_rating(project: Project, progress: EarnedValue, stream: Stream) -> str:
    """Green outside, red inside: everywhere at times, in one department as a rule."""
    honest = honest_rating(project, progress)
    watermelons = project.department == TRUTHS.watermelon_department
    shade = stream.uniform(0, 1)
    if progress.day == project.ends_on or honest == "green":
        return honest
    if shade < (0.88 if watermelons else 0.14 if honest == "red" else 0.45):
        return "green"
    return "amber" if honest == "red" and shade < 0.45 else honest


def _reviews(project: Project) -> list[Row]:
    """A reviewer from outside rates what runs in March and September, and rates it as it is."""
    stream = Stream("reviews", project.project_id)
    return [
        _review(project, progress, stream)
        for progress in history(project)[1:]
        if progress.month % 12 + 1 in REVIEW_MONTHS and stream.happens(0.8)
    ]


def _review(project: Project, progress: EarnedValue, stream: Stream) -> Row:
    due_on, submitted_on = _delivery(progress.day, stream)
    rag = "amber" if stream.happens(0.1) else honest_rating(project, progress)
    return dict.fromkeys(("planned_value", *TOLD)) | {
        "project_id": project.project_id,
        "period": period_of(progress.month),
        "rag": rag if submitted_on else None,
        "rag_scale": _scale(project),
        "rated_by": "independent",
        "due_on": due_on,
        "submitted_on": submitted_on,
    }

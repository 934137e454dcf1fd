"""Earned value month by month: an S-curve of work, and its cost."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from pipelines.sample.chance import Stream
from pipelines.sample.months import last_day, month_of
from pipelines.sample.projects import Project


@dataclass(frozen=True)
class EarnedValue:
    """A project at the end of a month, or on its last day."""

    month: int
    day: date
    work_time: float  # share of the whole duration that the work done stands for
    planned_value: float
    earned_value: float
    actual_cost: float
    spi_time: float

    @property
    def cpi(self) -> float:
        return self.earned_value / self.actual_cost if self.actual_cost else 1.0


def s_curve(time: float) -> float:
    """Share of the work done at a share of the time: slow, fast, slow."""
    time = min(max(time, 0.0), 1.0)
    return time * time * (3 - 2 * time)


@cache
def history(project: Project) -> tuple[EarnedValue, ...]:
    """Month by month from the start to the last day; nothing where work has not begun."""
    if project.status == "proposed":
        return ()
    stream = Stream("progress", project.project_id)
    months: list[EarnedValue] = []
    work_time = cost = 0.0
    for month in range(month_of(project.started_on), month_of(project.last_day) + 1):
        day = min(last_day(month), project.last_day)
        work_time = max(work_time, _work_time(project, day, stream.normal(0, 0.06)))
        cost = max(cost, _cost_to_date(project, s_curve(work_time)))
        months.append(_progress(project, month, day, work_time, cost))
    return tuple(months)


def _work_time(project: Project, day: date, luck: float) -> float:
    """Work goes by the calendar, with good and bad months; on the last day all is done."""
    if project.stopped_on is not None and day > project.stopped_on:
        day = project.stopped_on
    elapsed = (day - project.started_on).days / project.actual_days
    return elapsed if elapsed >= 1 else min(elapsed * (1 + luck * (1 - elapsed)), 0.999)


def _cost_to_date(project: Project, work: float) -> float:
    """An overrun shows late: at the start less than half of it is in the cost of the work."""
    overrun = project.final_cost - project.budget
    return round(work * (project.budget + overrun * (0.4 + 0.6 * work)), 2)


def _progress(
    project: Project, month: int, day: date, work_time: float, cost: float
) -> EarnedValue:
    since_plan = (day - project.planned_start).days
    return EarnedValue(
        month=month,
        day=day,
        work_time=work_time,
        planned_value=round(project.budget * s_curve(since_plan / project.planned_days), 2),
        earned_value=round(project.budget * s_curve(work_time), 2),
        actual_cost=cost,
        spi_time=work_time * project.planned_days / max(since_plan, 1),
    )

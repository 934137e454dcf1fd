"""Projects: what was planned, what became of them, and why (level, trend, PMO, luck)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from pipelines.sample.chance import Stream
from pipelines.sample.months import DATA_DATE, FIRST_MONTH, LAST_MONTH, first_day, last_day, later
from pipelines.sample.truths import TRUTHS, Department

# category: (weight, log cost level, nouns of its projects)
CATEGORIES = {
    "Business system": (0.30, 0.05,
        ("Ledger", "Case system", "Data platform", "Self-service", "Intranet", "Booking")),
    "Infrastructure": (0.16, 0.04,
        ("Network", "Site", "Energy", "Workspace", "Warehouse", "Backup")),
    "Process improvement": (0.26, -0.03,
        ("Onboarding", "Order handling", "Billing", "Returns", "Planning", "Purchasing")),
    "Regulatory change": (0.12, 0.00,
        ("Disclosure", "Privacy", "Audit trail", "Safety case", "Licensing", "Records")),
    "New product": (0.16, 0.02,
        ("Subscription", "Mobile app", "Loyalty scheme", "Partner channel", "Web shop", "Bundle")),
}  # fmt: skip
VERBS = ("renewal", "roll-out", "redesign", "consolidation", "upgrade", "replacement")
GOALS = ("Lower cost to serve", "Better customer outcomes", "Safe and compliant", "New revenue")
METHODS = {"waterfall": 0.45, "hybrid": 0.30, "agile": 0.25}
CLASSES = {"run": 0.45, "grow": 0.38, "innovate": 0.17}
BASE_COST_LOG = 0.10
BASE_SCHEDULE_LOG = 0.12
DAYS_A_MONTH = 30.4


@dataclass(frozen=True)
class Project:
    """A project as it really is, the days after the data date included."""

    project_id: str
    name: str
    department: str
    category: str
    status: str
    approved_on: date
    planned_start: date
    planned_finish: date
    budget: float
    planned_benefit: float
    started_on: date
    ends_on: date  # the day it is, or would be, completed
    stopped_on: date | None  # cancelled or put on hold
    final_cost: float  # what it costs, or would, when completed
    has_baseline: bool

    @property
    def planned_days(self) -> int:
        return (self.planned_finish - self.planned_start).days

    @property
    def actual_days(self) -> int:
        return (self.ends_on - self.started_on).days

    @property
    def delay_days(self) -> int:
        return (self.ends_on - self.planned_finish).days

    @property
    def finished_on(self) -> date | None:
        """The day it was completed or cancelled, where that is past."""
        if self.status == "cancelled":
            return self.stopped_on
        return self.ends_on if self.status == "completed" else None

    @property
    def last_day(self) -> date:
        """The last day anything could be reported of it."""
        return self.finished_on or DATA_DATE


def projects() -> list[Project]:
    """All projects in the order of their approval, so that identifiers grow with time."""
    drafts = sorted(
        (_approved_on(department, number), department.name, number)
        for department in TRUTHS.departments
        for number in range(department.projects)
    )
    shocks = {each.name: _shocks(each) for each in TRUTHS.departments}
    return [
        _project(f"P{index:04d}", TRUTHS.department(name), approved_on, shocks[name])
        for index, (approved_on, name, _) in enumerate(drafts, start=1)
    ]


def _approved_on(department: Department, number: int) -> date:
    """Spread evenly over the six years, but thick where the financial year starts."""
    stream = Stream("approval", department.name, str(number))
    months = range(FIRST_MONTH, LAST_MONTH + 1)
    weights = list(accumulate(_approval_weight(month) for month in months))
    position = (number + stream.uniform(0, 1)) / department.projects * weights[-1]
    month = next(each for each, weight in zip(months, weights, strict=True) if position < weight)
    return later(first_day(month), stream.integer(0, 26))


def _approval_weight(month: int) -> float:
    into_year = (month % 12 + 1 - TRUTHS.financial_year_start_month) % 12
    return {0: 2.2, 1: 1.5, 11: 0.6}.get(into_year, 0.9 if into_year < 8 else 0.8)


def _shocks(department: Department) -> list[float]:
    """Good and bad quarters of a department: a slow AR(1), sd 0.05 log points."""
    stream = Stream("shocks", department.name)
    rho, sd_log = 0.5, 0.05
    shocks = [stream.normal(0, sd_log)]
    for _ in range(FIRST_MONTH, LAST_MONTH, 3):
        shocks.append(rho * shocks[-1] + stream.normal(0, sd_log * math.sqrt(1 - rho**2)))
    return shocks


def _project(
    project_id: str, department: Department, approved_on: date, shocks: list[float]
) -> Project:
    stream = Stream("project", project_id)
    category = stream.weighted({name: weight for name, (weight, _, _) in CATEGORIES.items()})
    size_log = stream.normal(0, 1)  # 0 is the portfolio's typical size
    budget = round_budget(300_000 * math.exp(0.95 * size_log))
    planned_months = min(max(8.5 * math.exp(0.22 * size_log + stream.normal(0, 0.25)), 3), 24)
    planned_start = later(approved_on, stream.lognormal(10, 0.5))
    started_on = later(planned_start, max(0, stream.normal(-4, 9)))

    years = (started_on - first_day(FIRST_MONTH)).days / 365.25
    quarter = min(int(years * 4), len(shocks) - 1)
    luck_log = stream.normal(0, TRUTHS.cost_body_sd_log)
    if stream.happens(TRUTHS.cost_tail_share):
        luck_log += stream.exponential(TRUTHS.cost_tail_mean_log)
    under_pmo = department.adopted_on is not None and started_on >= department.adopted_on
    anyway_log = TRUTHS.common_trend_log_per_year * years + department.cost_level_log
    cost_log = (
        BASE_COST_LOG
        + anyway_log
        + CATEGORIES[category][1]
        + 0.02 * size_log
        + shocks[quarter]
        + luck_log
        + (TRUTHS.cost_effect_log if under_pmo else 0.0)
    )
    schedule_log = (
        BASE_SCHEDULE_LOG
        + 0.7 * anyway_log
        + 0.5 * luck_log  # what makes a project dear makes it late
        + stream.normal(0, 0.16)
        + (TRUTHS.schedule_effect_log if under_pmo else 0.0)
    )
    planned_days = round(planned_months * DAYS_A_MONTH)
    ends_on = later(started_on, max(45, round(planned_days * math.exp(min(schedule_log, 1.2)), 3)))
    status, stopped_on = _fate(stream, approved_on, started_on, ends_on)
    return Project(
        project_id=project_id,
        name=f"{stream.one_of(CATEGORIES[category][2])} {stream.one_of(VERBS)}",
        department=department.name,
        category=category,
        status=status,
        approved_on=approved_on,
        planned_start=planned_start,
        planned_finish=later(planned_start, planned_days),
        budget=budget,
        planned_benefit=round_budget(budget * stream.lognormal(1.4, 0.5)),
        started_on=started_on,
        ends_on=ends_on,
        stopped_on=stopped_on,
        final_cost=round(budget * round(math.exp(max(cost_log, -0.6)), 6), 2),
        has_baseline=not stream.happens(0.015),
    )


def _fate(
    stream: Stream, approved_on: date, started_on: date, ends_on: date
) -> tuple[str, date | None]:
    """Where it stands at the data date, and the day it was stopped if it was."""
    cancelled, held, undecided = stream.happens(0.06), stream.happens(0.14), stream.happens(0.4)
    cancelled_on = later(started_on, (ends_on - started_on).days * stream.uniform(0.2, 0.8))
    held_on = later(started_on, (DATA_DATE - started_on).days * stream.uniform(0.4, 0.9))
    if started_on > DATA_DATE or (undecided and approved_on > last_day(LAST_MONTH - 2)):
        return "proposed", None
    if cancelled and cancelled_on <= DATA_DATE:
        return "cancelled", cancelled_on
    if ends_on <= DATA_DATE:
        return "completed", None
    return ("on_hold", held_on) if held else ("active", None)


def round_budget(amount: float) -> float:
    """Budgets are round figures, as people set them."""
    amount = min(max(amount, 25_000.0), 15_000_000.0)
    step = 1_000 if amount < 250_000 else 5_000 if amount < 1_000_000 else 25_000
    return float(round(amount / step) * step)


def started(each: list[Project]) -> Iterator[Project]:
    """Those on which work has begun."""
    return (project for project in each if project.status != "proposed")

"""Benefits and what was reported of them: shortfall is the rule, and some are never measured."""

import math
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from pipelines.sample.chance import Stream
from pipelines.sample.months import LAST_MONTH, last_day, month_of, period_of
from pipelines.sample.projects import Project, started
from pipelines.sample.rows import Row, money
from pipelines.sample.truths import TRUTHS

CLASSES = {"cashable": 0.32, "non_cashable": 0.26, "cost_avoidance": 0.17, "non_financial": 0.25}
MEASURES = {
    "cashable": "Budget returned, by the ledger",
    "non_cashable": "Hours freed × rate, by sampling",
    "cost_avoidance": "Spend not needed, by contract",
    "non_financial": "Count from the operational system",
}
# unit of a non-financial benefit: its typical yearly target
UNITS = {
    "complaints avoided": 400,
    "staff hours saved": 6_000,
    "online transactions": 25_000,
    "training places": 250,
    "incidents avoided": 60,
}
MONTHS_TO_MATURITY = 12
MEDIAN_REALISED = 0.80  # of the plan


@dataclass(frozen=True)
class Benefit:
    """A benefit as it really is, the months after the data date included."""

    benefit_id: str
    project: Project
    kind: str
    unit: str
    target: float
    realised_share: float
    measured: bool

    @property
    def is_money(self) -> bool:
        return self.kind != "non_financial"

    @property
    def due_on(self) -> date:
        return last_day(month_of(self.project.planned_finish) + MONTHS_TO_MATURITY)


def benefits(projects: list[Project]) -> list[Benefit]:
    found: list[Benefit] = []
    for project in started(projects):
        stream = Stream("benefits", project.project_id)
        kinds = [stream.weighted(CLASSES) for _ in range(stream.integer(1, 3))]
        for kind, share in zip(kinds, _shares(len(kinds), stream), strict=True):
            benefit_id = f"B{len(found) + 1:04d}"
            found.append(_benefit(benefit_id, project, kind, share, stream))
    return found


def _shares(count: int, stream: Stream) -> list[float]:
    weights = [stream.uniform(0.5, 1.5) for _ in range(count)]
    return [round(weight / sum(weights), 4) for weight in weights]


def _benefit(benefit_id: str, project: Project, kind: str, share: float, stream: Stream) -> Benefit:
    unit = "currency" if kind != "non_financial" else stream.one_of(tuple(UNITS))
    if kind == "non_financial":
        target = float(round(UNITS[unit] * stream.lognormal(1, 0.4), -1))
    else:
        target = float(round(project.planned_benefit * share, -2))
    adopted_on = TRUTHS.department(project.department).adopted_on
    under_pmo = adopted_on is not None and project.started_on >= adopted_on
    effect = round(math.exp(TRUTHS.benefit_effect_log), 9) if under_pmo else 1.0
    return Benefit(
        benefit_id=benefit_id,
        project=project,
        kind=kind,
        unit=unit,
        target=max(target, 10.0),
        realised_share=min(stream.lognormal(MEDIAN_REALISED, 0.3) * effect, 1.6),
        measured=not stream.happens(0.22),
    )


def benefit_rows(benefits: list[Benefit]) -> list[Row]:
    return [_benefit_row(each) for each in benefits]


def _benefit_row(benefit: Benefit) -> Row:
    stream = Stream("benefit row", benefit.benefit_id)
    before = 0.0 if benefit.is_money else float(round(benefit.target * stream.uniform(0, 0.5)))
    # What is not measured mostly has no measure either.
    no_measure = 0.08 if benefit.measured else 0.60
    return {
        "benefit_id": benefit.benefit_id,
        "project_id": benefit.project.project_id,
        "class": stream.mostly(benefit.kind, missing=0.01),
        "unit": stream.mostly(benefit.unit, missing=0.01),
        "measure": stream.mostly(MEASURES[benefit.kind], missing=no_measure),
        "owner": stream.mostly(f"Benefit owner, {benefit.project.department}", missing=0.14),
        "baseline_value": stream.mostly(before, missing=0.20),
        "target_value": stream.mostly(benefit.target, missing=0.03),
        "due_on": stream.mostly(benefit.due_on, missing=0.03),
        "verified_by": _verified_by(benefit),
    }


def _verified_by(benefit: Benefit) -> str | None:
    """Finance looks at most of what goes back to budgets, and at little else."""
    stream = Stream("verified", benefit.benefit_id)
    share = 0.7 if benefit.kind == "cashable" else 0.2
    return "Finance" if benefit.measured and stream.happens(share) else None


def benefit_report_rows(benefits: list[Benefit]) -> list[Row]:
    return [row for each in benefits for row in _reports(each)]


def _reports(benefit: Benefit) -> list[Row]:
    """Month by month from the planned finish until a year after the actual one.

    Before the project has finished nothing is realised, and that is known; a benefit nobody
    measures stays empty. Cancelled projects report none.
    """
    project = benefit.project
    if project.status not in ("completed", "active", "on_hold"):
        return []
    stream = Stream("benefit reports", benefit.benefit_id)
    planned_from, real_from = month_of(project.planned_finish), month_of(project.ends_on)
    planned = _flow(benefit.target)
    real = _flow(benefit.target * benefit.realised_share)
    first = min(planned_from, real_from) + 1
    last = min(max(planned_from, real_from) + MONTHS_TO_MATURITY, LAST_MONTH)
    return [
        {
            "benefit_id": benefit.benefit_id,
            "period": period_of(month),
            "planned": _at(planned, month - planned_from),
            "forecast": stream.mostly(_forecast(benefit, month, last, stream), missing=0.03),
            "realised": _realised(benefit, _at(real, month - real_from), stream),
        }
        for month in range(first, last + 1)
    ]


def _flow(total: float) -> list[float]:
    """The months' amounts: they grow over half a year, then hold; they add up to the total."""
    weights = [min(month, 6) for month in range(1, MONTHS_TO_MATURITY + 1)]
    so_far = [0.0] + [
        round(total * sum(weights[:months]) / sum(weights), 2)
        for months in range(1, MONTHS_TO_MATURITY + 1)
    ]
    return [round(after - before, 2) for before, after in pairwise(so_far)]


def _at(flow: list[float], month: int) -> float:
    """The amount of a month counted from 1; nothing before and after."""
    return flow[month - 1] if 1 <= month <= len(flow) else 0.0


def _forecast(benefit: Benefit, month: int, last: int, stream: Stream) -> float:
    """Owners come down from the target to what they see, and have seen it by the end."""
    seen = min(1.0, 0.3 + 0.7 / max(1, last - month + 1))
    share = 1 + (benefit.realised_share - 1) * seen + stream.normal(0, 0.03)
    return money(float(round(benefit.target * max(share, 0.0))))


def _realised(benefit: Benefit, amount: float, stream: Stream) -> float | None:
    noise = 1 + stream.normal(0, 0.08)
    if stream.happens(0.02) or not benefit.measured:
        return None
    return money(amount * noise)
